package report

import (
	"fmt"
	"strings"

	"github.com/handoff-go/handoff/report/analysis"
	"github.com/handoff-go/handoff/report/record"
)

// How the numbers were made; it stands under the tables.
const (
	valueMethod = "Values are medians with 95% order-statistic intervals (benchstat's own). " +
		"`1.98×` is the speed-up over serial, the median of the ratios within each round; `~` means that its interval holds 1, " +
		"parentheses that there are too few samples for an interval."
	costMethod = "The handoff cost of an item is P·wall/N − c: all worker time beyond the compute c that serial measured in the same round; " +
		"a strategy breaks even where it equals (P−1)·c, read off between the measured sizes, with a bootstrap interval over rounds."
	floorMethod = "A time `of the floor` is the median of the ratios within each round. The floor of a cell with one item in one chunk is a message " +
		"that goes there and back alone; that of other cells, as many messages as do not wait for each other. Items without a payload are compared with 64 bytes."
	goalsMethod = "A goal's bar is the least that was wanted, its stretch would be better still. It is reached or missed if the whole interval is on that side; " +
		"`~` means that the interval holds the limit."
	autoMethod = "A time `of the best` is that of the automatic chunk divided by that of the fixed chunk that had the smallest median in the other rounds, " +
		"within each round: a chunk that was chosen because it was the best in this round, too, would look better than it is."
)

// rooflineMethod explains the picture; it is the one that is not read at once.
const rooflineMethod = "A worker computes an item and serializes it, one after the other, so P workers handle at most P/(c + s) items a second: " +
	"where items are small the line is the flat roof P/s that serialization allows, where they are large the slope P/c that computing allows. " +
	"c is the compute per item as serial measures it, s the least encode + transfer + decode per item of the lane that limits the strategy. " +
	"Nor do all processes together handle more than CPUs/(c + h), with h the CPU time of the smallest item beside c, where the file tells it: the line is the lower one. " +
	"s is wall time, and holds waiting for a CPU where workers and coordinator outnumber the CPUs. " +
	"A dot is what was measured, and how far it is below its line is what scheduling and waiting cost: a small item under a high roof wants larger chunks " +
	"or fewer switches, one at its roof wants a cheaper codec (or, where it is the CPUs', more of them), and one on the slope wants more CPUs."

// methods says how the numbers of this run were made, in paragraphs.
func (r *Report) methods() []string {
	all := []string{valueMethod}
	if r.main != nil && r.main != r.peersOf {
		all = append(all, costMethod)
	}
	if len(r.goals) > 0 {
		all = append(all, goalsMethod)
	}
	if len(r.floors) > 0 {
		all = append(all, floorMethod)
	}
	if len(r.autos) > 0 {
		all = append(all, autoMethod)
	}
	if len(r.answers) > 0 {
		all = append(all, computedMethod, tiesMethod)
		all = append(all, r.checkWords()...)
	}
	if len(r.lanes) > 0 {
		all = append(all, lanesMethod)
	}
	return all
}

// hasStrategies reports whether the matrix is of a benchmark that compares
// strategies.
func hasStrategies(m *analysis.Matrix) bool {
	for _, c := range m.Columns {
		if c.Strategy != "" {
			return true
		}
	}
	return false
}

// tables are those that are printed: those of each benchmark, then the answers,
// then the goals.
func (r *Report) tables() []*table {
	var all []*table
	for _, m := range r.matrices {
		switch {
		case m == r.peersOf && len(r.peers) > 0:
			all = append(all, r.peersTables()...)
		case r.autos[m] != nil:
			all = append(all, autoTable(r.autos[m]))
		case analysis.IsFloor(m):
			all = append(all, floorTable(m))
		case hasStrategies(m):
			all = append(all, mainTables(m)...)
		default:
			all = append(all, plainTable(m))
		}
		if f := r.floors[m]; f != nil {
			all = append(all, flooredTable(f))
		}
	}
	all = append(all, r.answerTables()...)
	if len(r.goals) > 0 {
		all = append(all, goalsTable(r.goals))
	}
	return all
}

// details are tables too long for a terminal, at the end of the pages.
func (r *Report) details() []*table {
	var all []*table
	for _, l := range r.lanes {
		all = append(all, lanesTable(l))
	}
	if r.breakdown != nil {
		all = append(all, metricTable(r.main, r.breakdown.Work))
	}
	return all
}

// Text returns the tables and warnings for a terminal.
func (r *Report) Text() string {
	var out strings.Builder
	if failed := r.Run.Failure(); failed != "" { // it is among the warnings too, but nobody must miss it
		fmt.Fprintf(&out, "%s\n\n", failed)
	}
	for _, p := range r.machineLines() {
		fmt.Fprintf(&out, "%s: %s\n", p.Key, p.Value)
	}
	for _, t := range r.tables() {
		fmt.Fprintf(&out, "\n%s\n%s", t.title, t)
	}
	if len(r.Warnings) > 0 {
		out.WriteString("\n")
	}
	for _, w := range r.Warnings {
		fmt.Fprintf(&out, "warning: %s\n", w)
	}
	return out.String()
}

// Markdown returns the page summary.md: findings, machine, warnings, tables,
// pictures.
func (r *Report) Markdown() string {
	var out strings.Builder
	fmt.Fprintf(&out, "# %s\n\n", r.Name())
	for _, p := range r.Plots {
		fmt.Fprintf(&out, "- **%s** ([%s](#%s))\n", p.Title, p.Name, p.Name)
	}
	if len(r.Plots) > 0 {
		out.WriteString("\n")
	}
	for _, p := range r.machineLines() {
		fmt.Fprintf(&out, "- %s: %s\n", p.Key, code(p))
	}
	markdownWarnings(&out, r.Warnings)
	for _, t := range r.tables() {
		fmt.Fprintf(&out, "\n## %s\n\n%s", t.title, t)
	}
	markdownMethods(&out, r.methods())
	for _, p := range r.Plots {
		fmt.Fprintf(&out, "\n## %s\n\n[![%s](plots/%s.png)](plots/%s.svg)\n\n%s\n", p.Name, p.Title, p.Name, p.Name, p.Reading)
	}
	for _, t := range r.details() {
		fmt.Fprintf(&out, "\n## %s\n\n%s", t.title, t)
	}
	return out.String()
}

func markdownWarnings(out *strings.Builder, warnings []string) {
	if len(warnings) == 0 {
		return
	}
	out.WriteString("\n## Warnings\n\n")
	for _, w := range warnings {
		fmt.Fprintf(out, "- %s\n", w)
	}
}

// markdownMethods writes how the numbers were made, a paragraph a point.
func markdownMethods(out *strings.Builder, methods []string) {
	out.WriteString("\n## How the numbers were made\n\n")
	for _, m := range methods {
		fmt.Fprintf(out, "- %s\n", m)
	}
}

// code sets commands as code.
func code(p record.Pair) string {
	if strings.HasSuffix(p.Key, " by") {
		return "`" + p.Value + "`"
	}
	return p.Value
}
