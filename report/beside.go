package report

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/handoff-go/handoff/report/analysis"
	"github.com/handoff-go/handoff/report/record"
)

// Beside is two runs side by side: two machines, two commits. It shows and does
// not judge, because what lies between two times of measuring looks the same
// as what lies between two commits.
type Beside struct {
	Runs     [2]*Report // A and B
	Warnings []string

	pairs []*analysis.Beside
}

// letters name the two runs in heads of tables.
var letters = [2]string{"A", "B"}

const besideMethod = "Values are medians with 95% order-statistic intervals. `B / A` is how many times the values of A those of B are: " +
	"the median of all ratios of a sample of B to one of A, with Moses' interval; `~` means that it holds 1, parentheses that there are too few samples for one. " +
	"The handoff cost of a run is that against serial of the same run, round by round; where one is not above zero there is no ratio."

// notVerdict stands at the head of all that is said of two runs.
const notVerdict = "Two runs that were taken at different times, or on different machines, are no verdict: " +
	"what else the machine did meanwhile is in the ratios, too. `handoff compare` measures both sides in the same rounds and judges."

// NewBeside computes both reports and puts them side by side.
func NewBeside(a, b *record.Run) *Beside {
	d := &Beside{Runs: [2]*Report{New(a), New(b)}}
	var only [2][]string
	d.pairs, only = analysis.SideBySide(d.Runs[0].matrices, d.Runs[1].matrices)
	if len(d.pairs) == 0 {
		d.warn("the two runs have no benchmark in common")
	}
	d.warnInputs()
	for i, names := range only {
		if len(names) > 0 {
			d.warn("only in %s: %s", letters[i], many(names))
		}
	}
	d.warnOwn()
	return d
}

func (d *Beside) warn(format string, args ...any) {
	d.Warnings = append(d.Warnings, fmt.Sprintf(format, args...))
}

// warnOwn takes over the warnings of each run.
func (d *Beside) warnOwn() {
	for _, w := range d.Runs[0].Warnings {
		who := letters[0]
		if slices.Contains(d.Runs[1].Warnings, w) {
			who = "both"
		}
		d.warn("%s: %s", who, w)
	}
	for _, w := range d.Runs[1].Warnings {
		if !slices.Contains(d.Runs[0].Warnings, w) {
			d.warn("%s: %s", letters[1], w)
		}
	}
}

// warnInputs says where the two did not do the same work.
func (d *Beside) warnInputs() {
	if a, b := d.Runs[0].config("seed"), d.Runs[1].config("seed"); a != b {
		d.warn("seed %s and %s: the items were not the same", orDash(a), orDash(b))
	}
}

// title names both runs, by their files where one was copied from the other.
func (d *Beside) title() string {
	a, b := d.Runs[0].Name(), d.Runs[1].Name()
	if a == b {
		a, b = d.Runs[0].Run.Path, d.Runs[1].Run.Path
	}
	return a + " beside " + b
}

// legend says which run is which.
func (d *Beside) legend() []string {
	lines := make([]string, len(d.Runs))
	for i, r := range d.Runs {
		lines[i] = fmt.Sprintf("%s: %s (%s)", letters[i], r.Name(), r.Run.Path)
	}
	return lines
}

// tables are those of the benchmarks.
func (d *Beside) tables() []*table {
	var all []*table
	for _, p := range d.pairs {
		if !p.Main && hasStrategy(p) {
			continue
		}
		all = append(all, besideTable(p))
		if t := besideCosts(p); t != nil && p.Main {
			all = append(all, t)
		}
	}
	return all
}

// details are the other metrics of benchmarks that compare strategies, of which there are
// too many for a terminal.
func (d *Beside) details() []*table {
	var all []*table
	for _, p := range d.pairs {
		if !p.Main && hasStrategy(p) {
			all = append(all, besideTable(p))
		}
	}
	return all
}

// hasStrategy reports whether the benchmark compares strategies.
func hasStrategy(p *analysis.Beside) bool {
	return slices.ContainsFunc(p.Rows, func(r analysis.BesideRow) bool { return r.Column[0].Strategy != "" })
}

// differences has in its rows what the two runs say differently about
// themselves, in the order of the lines about a machine, then by name.
func (d *Beside) differences() *table {
	t := &table{title: "What differs between the runs", head: append([]string{"of the run"}, letters[:]...)}
	var said [2]map[string]string
	var order []string
	for i, r := range d.Runs {
		said[i] = r.said()
		for _, p := range r.machineLines() {
			order = append(order, p.Key)
		}
	}
	order = append(order, slices.Sorted(maps.Keys(said[0]))...)
	order = append(order, slices.Sorted(maps.Keys(said[1]))...)
	seen := map[string]bool{}
	for _, key := range order {
		if a, b := said[0][key], said[1][key]; a != b && !seen[key] {
			t.rows = append(t.rows, []string{key, orDash(a), orDash(b)})
		}
		seen[key] = true
	}
	for _, diff := range record.Match(d.Runs[0].Run.IDs(), d.Runs[1].Run.IDs()).Differ {
		if !seen[diff.Key] && !slices.Contains([]string{"goos", "goarch", "cpu"}, diff.Key) { // those are in the line of the machine
			t.rows = append(t.rows, []string{diff.Key, diff.Base, diff.Head})
		}
	}
	if len(t.rows) == 0 {
		t.rows = [][]string{{"nothing that the files tell", "-", "-"}}
	}
	return t
}

// said is all that a run says about itself and that may explain a difference:
// the lines about its machine, its settings and its plan.
func (r *Report) said() map[string]string {
	said := map[string]string{"run": r.Name()}
	for _, p := range r.machineLines() {
		said[p.Key] = p.Value
	}
	delete(said, "reported by")
	for _, key := range append([]string{"benchtime", "rounds"}, settings...) {
		if key == "cpus" {
			continue // the line "machine" has them
		}
		if _, ok := said[key]; !ok && r.Run.Marks[key] != "" {
			said[key] = r.Run.Marks[key]
		}
	}
	return said
}

// besideTable has the cells of a benchmark down, and both runs across.
func besideTable(p *analysis.Beside) *table {
	t := &table{title: p.Title + ": " + metricWords(p.Metric), head: besideHead(p.Bench)}
	for _, row := range p.Rows {
		t.rows = append(t.rows, besideRow(row, row.Value, row.Ratio, p.Metric))
	}
	return t
}

// besideCosts has the handoff costs, nil where the runs tell none.
func besideCosts(p *analysis.Beside) *table {
	t := &table{title: p.Title + ": handoff cost per item", head: besideHead(p.Bench)}
	for _, row := range p.Rows {
		if row.Costs {
			t.rows = append(t.rows, besideRow(row, row.Cost, row.CostRatio, analysis.MetricItem))
		}
	}
	if len(t.rows) == 0 {
		return nil
	}
	return t
}

func besideHead(bench string) []string {
	return []string{bench, "strategy", "A", "B", "B / A", "95% interval", "n"}
}

func besideRow(row analysis.BesideRow, values [2]analysis.Interval, ratio analysis.Interval, metric string) []string {
	cells := []string{
		orDash(row.Work.Name), besideColumn(row.Column), formatInterval(values[0], metric), formatInterval(values[1], metric),
		"-", "-", fmt.Sprintf("%d, %d", values[0].N, values[1].N),
	}
	if ratio.N > 0 {
		cells[4], cells[5] = formatSpeedup(ratio, true), timesInterval(ratio)
	}
	return cells
}

// besideColumn names the strategy, and what the machines decided differently.
func besideColumn(c [2]analysis.Column) string {
	name := columnName(c[0])
	if a, b := c[0].Workers(), c[1].Workers(); a != b {
		name += fmt.Sprintf(" workers=%d and %d", a, b)
	}
	return name
}

// Text returns both runs' tables and the warnings for a terminal.
func (d *Beside) Text() string {
	var out strings.Builder
	out.WriteString(strings.Join(d.legend(), "\n") + "\n")
	for _, t := range append([]*table{d.differences()}, d.tables()...) {
		fmt.Fprintf(&out, "\n%s\n%s", t.title, t)
	}
	if n := len(d.details()); n > 0 {
		fmt.Fprintf(&out, "\n%d tables of other metrics are in summary.md and on the page, which -o writes\n", n)
	}
	out.WriteString("\n")
	for _, w := range append([]string{strings.ReplaceAll(notVerdict, "`", `"`)}, d.Warnings...) {
		fmt.Fprintf(&out, "warning: %s\n", w)
	}
	return out.String()
}

// Markdown returns the same as a page.
func (d *Beside) Markdown() string {
	var out strings.Builder
	fmt.Fprintf(&out, "# %s\n\n", d.title())
	for _, line := range d.legend() {
		fmt.Fprintf(&out, "- %s\n", line)
	}
	fmt.Fprintf(&out, "\n%s\n", notVerdict)
	markdownWarnings(&out, d.Warnings)
	for _, t := range append([]*table{d.differences()}, d.tables()...) {
		fmt.Fprintf(&out, "\n## %s\n\n%s", t.title, t)
	}
	markdownMethods(&out, []string{besideMethod})
	for _, t := range d.details() {
		fmt.Fprintf(&out, "\n## %s\n\n%s", t.title, t)
	}
	return out.String()
}

// Write writes summary.md and index.html into the folder dir, as
// [Report.Write] does; the pictures are in the page.
func (d *Beside) Write(dir string) ([]string, error) {
	return d.WriteContext(context.Background(), dir)
}

// WriteContext is as [Report.WriteContext].
func (d *Beside) WriteContext(ctx context.Context, dir string) ([]string, error) {
	page, err := d.page()
	if err != nil {
		return nil, err
	}
	html, err := page.render()
	if err != nil {
		return nil, err
	}
	return writeFiles(ctx, dir, []file{{summaryName, []byte(d.Markdown())}, {pageName, html}}, d.Runs[0].Run.Path, d.Runs[1].Run.Path)
}

func (d *Beside) page() (*page, error) {
	pictures, err := d.pictures()
	about := newPageTable("differences", d.differences())
	return &page{
		Title: d.title(), Lead: append(d.legend(), notVerdict), Warnings: d.Warnings, About: &about,
		Pictures: pictures, Tables: newPageTables(append(d.tables(), d.details()...)), Methods: []string{besideMethod},
		Files: fileLinks([]string{summaryName}),
	}, err
}

// pictures has a row for each picture that one of the runs has.
func (d *Beside) pictures() (rows [][]figure, err error) {
	var names []string
	for _, r := range d.Runs {
		for _, p := range r.Plots {
			if !slices.Contains(names, p.Name) {
				names = append(names, p.Name)
			}
		}
	}
	for _, name := range names {
		row := make([]figure, len(d.Runs))
		for i := range d.Runs {
			if row[i], err = d.figure(i, name); err != nil {
				return nil, err
			}
		}
		rows = append(rows, row)
	}
	return rows, nil
}

func (d *Beside) figure(run int, name string) (figure, error) {
	r := d.Runs[run]
	i := slices.IndexFunc(r.Plots, func(p Plot) bool { return p.Name == name })
	if i < 0 {
		return figure{Missing: fmt.Sprintf("%s has no data for the picture %s.", letters[run], name)}, nil
	}
	svg, err := r.Plots[i].Picture.SVG()
	if err != nil {
		return figure{}, fmt.Errorf("plot %s: %w", name, err)
	}
	f := newFigure(r.Plots[i], svg)
	f.ID, f.Machine, f.Redraw = letters[run]+"-"+name, r.caption().Machine, r.Redraw()
	f.Title = letters[run] + ": " + f.Title
	return f, nil
}
