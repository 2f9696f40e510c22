package verdict

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// Text shows the table on a terminal: the headline, the rows by metric with the worst
// first, benchstat's table, and what to bear in mind. color asks for ANSI colours.
func (t *Table) Text(about About, color bool) string {
	var out strings.Builder
	fmt.Fprintf(&out, "%s\n\n", paint(t.Headline(), headlineColor[t.Exit()], color))
	for _, failed := range t.files.failed() { // among the warnings too, but nobody must miss it
		fmt.Fprintf(&out, "%s\n\n", paint(failed, red, color))
	}
	for _, line := range about.lines() {
		fmt.Fprintln(&out, line)
	}
	fmt.Fprintf(&out, "%s\n", t.conditions())
	for _, g := range append(t.grids(t.all(), color), t.benchstat()...) {
		fmt.Fprintf(&out, "\n%s", g.text())
	}
	for _, line := range append(t.onlyLines(), t.remarks()...) {
		fmt.Fprintf(&out, "\n%s", line)
	}
	if about.Command != "" {
		fmt.Fprintf(&out, "\nrepeat: %s", about.Command)
	}
	return strings.TrimRight(out.String(), "\n") + "\n"
}

// The colours of a terminal.
const (
	red    = "31"
	green  = "32"
	yellow = "33"
	grey   = "90"
)

var headlineColor = map[int]string{0: green, 1: red, 2: red, 3: yellow}

func paint(text, color string, on bool) string {
	if !on {
		return text
	}
	return "\x1b[" + color + "m" + text + "\x1b[0m"
}

// conditions says in one line how it was judged.
func (t *Table) conditions() string {
	how := map[Design]string{Interleaved: "interleaved rounds, in pairs", Plain: "files without rounds, unpaired", Apart: "runs that were taken apart"}[t.Rules.Design]
	if t.Rounds > 0 {
		how += ", n=" + t.rounds()
	}
	return fmt.Sprintf("judged: %s, α=%s over the rows of a metric (Holm), gate %s", how, percent(t.Rules.alpha()), t.Rules.Gate)
}

func (t *Table) rounds() string {
	least, most := t.Rounds, t.Rounds
	for _, j := range t.Rows {
		if !j.Exact && j.Verdict != NotComparable {
			most = max(most, j.Pairs)
		}
	}
	if least == most {
		return fmt.Sprint(least)
	}
	return fmt.Sprintf("%d to %d", least, most)
}

// all returns the rows with the canary's behind them.
func (t *Table) all() []Judged { return slices.Concat(t.Rows, t.Canary) }

// remarks are the problems and warnings, a line each.
func (t *Table) remarks() []string {
	var all []string
	for _, p := range t.Problems {
		all = append(all, "problem: "+p)
	}
	for _, w := range t.Warnings {
		all = append(all, "warning: "+w)
	}
	return all
}

// grids returns a grid for each metric, in the order of the rows.
func (t *Table) grids(rows []Judged, color bool) []grid {
	var all []grid
	byMetric := map[string][]Judged{}
	for _, j := range rows {
		byMetric[j.Metric] = append(byMetric[j.Metric], j)
	}
	for _, metric := range metricsOf(rows) {
		g := grid{head: []string{metric, "base", "head", "change", "interval", "p", "visible from", "verdict"}}
		of := byMetric[metric]
		slices.SortStableFunc(of, compareRows)
		for _, j := range of {
			g.rows = append(g.rows, []string{j.Cell, spell(j.BaseValue, metric), spell(j.HeadValue, metric), j.Change(), interval(j), chance(j), visible(j), t.verdictWords(j, color)})
		}
		all = append(all, g)
	}
	return all
}

func metricsOf(rows []Judged) []string {
	var metrics []string
	seen := map[string]bool{}
	for _, j := range rows {
		if !seen[j.Metric] {
			metrics, seen[j.Metric] = append(metrics, j.Metric), true
		}
	}
	return metrics
}

// verdictOrder is what is to be read first.
var verdictOrder = []Verdict{Slower, Faster, Inconclusive, Same, NotComparable}

// compareRows sorts rows: the canary last, what got worse first, and by size.
func compareRows(a, b Judged) int {
	canary := func(j Judged) int {
		if j.Class == Canary {
			return 1
		}
		return 0
	}
	return cmp.Or(cmp.Compare(canary(a), canary(b)),
		cmp.Compare(slices.Index(verdictOrder, a.Verdict), slices.Index(verdictOrder, b.Verdict)),
		-cmp.Compare(a.size(), b.size()))
}

var verdictColor = map[Verdict]string{Slower: red, Faster: green, Inconclusive: yellow, Same: grey, NotComparable: grey}

// verdictWords is the verdict with what belongs to it.
func (t *Table) verdictWords(j Judged, color bool) string {
	words := []string{paint(j.Verdict.String(), verdictColor[j.Verdict], color)}
	if j.Class == Canary {
		words = append(words, "(canary)")
	}
	for _, note := range t.notes(j) {
		words = append(words, "· "+note)
	}
	return strings.Join(words, " ")
}

func (t *Table) notes(j Judged) []string {
	var notes []string
	add := func(format string, args ...any) { notes = append(notes, fmt.Sprintf(format, args...)) }
	switch {
	case j.Outcome == Failed:
		add("fails the gate of %s", percent(j.Limit))
	case j.Outcome == Passed && j.Verdict != Same && j.Verdict != Faster:
		add("within the gate of %s", percent(j.Tolerance))
	}
	if j.MoreRounds > 0 {
		add("about %s", plural(j.MoreRounds, "more round"))
	}
	if j.Floor > j.Threshold {
		add("noise floor %s", percent(j.Floor))
	}
	if j.Pressed > 0 {
		add("%s under pressure", plural(j.Pressed, "pair"))
	}
	if j.Note != "" {
		add("%s", j.Note)
	}
	return notes
}
