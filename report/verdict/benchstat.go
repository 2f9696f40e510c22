package verdict

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"

	"golang.org/x/perf/benchfmt"
	"golang.org/x/perf/benchmath"
	"golang.org/x/perf/benchunit"

	"github.com/handoff-go/handoff/report/record"
)

// benchstatConfidence is benchstat's own.
const benchstatConfidence = 0.95

// recorded is what a table was made of: two files, and the config lines that they are
// compared across.
type recorded struct {
	runs    [2]*record.Run
	matched record.Matched
}

func (t *together) recorded() *recorded {
	return &recorded{[2]*record.Run{t.base.run, t.head.run}, t.matched}
}

// failed says which of the files are of runs that failed.
func (r *recorded) failed() []string {
	if r == nil {
		return nil
	}
	var all []string
	for _, run := range r.runs {
		if said := run.Failure(); said != "" {
			all = append(all, said)
		}
	}
	return all
}

// benchstat returns the tables that benchstat prints of the same files, those of the units
// of the rows: medians, and the U test, which knows nothing of pairs. They stand beside the
// verdicts because everybody knows them, and say what benchstat says, in its words and with
// its units, be it right or wrong: it takes a zero of a time for another unit.
//
// They are made once: on a terminal, in verdict.md, and whatever else shows the table.
func (t *Table) benchstat() []grid {
	t.benchstatOnce.Do(func() { t.benchstatGrids = t.newBenchstat() })
	return t.benchstatGrids
}

func (t *Table) newBenchstat() []grid {
	b := newBenchstat()
	if t.files == nil {
		for _, j := range t.all() {
			b.addRow(j)
		}
	} else {
		b.addFiles(t.files, t.units())
	}
	var all []grid
	for _, table := range b.sorted() {
		all = append(all, table.grid(b))
	}
	return all
}

// units are those of the rows, tidied.
func (t *Table) units() map[string]bool {
	units := map[string]bool{}
	for _, metric := range metricsOf(t.all()) {
		units[tidied(metric)] = true
	}
	return units
}

// benchstat sorts results into tables as the command does: by config lines and unit.
type benchstat struct {
	tables  map[[2]string]*benchstatTable // by config lines and unit
	configs []string                      // in the order in which they were met, like units and rows
	units   []string
	met     map[string]bool
	labels  map[string]string // what tells config lines from the others
	rows    map[string]int    // the places of rows among all
	flags   string            // with which the command prints the same
}

// benchstatTable is one table: its cells by row, of base and head.
type benchstatTable struct {
	config, unit string
	assume       benchmath.Assumption
	cells        map[string]*[2][]float64
}

func newBenchstat() *benchstat {
	return &benchstat{tables: map[[2]string]*benchstatTable{}, met: map[string]bool{}, labels: map[string]string{}, rows: map[string]int{}}
}

func (b *benchstat) add(side int, config, name, unit string, value float64, assume benchmath.Assumption) {
	key := [2]string{config, unit}
	if b.tables[key] == nil {
		b.tables[key] = &benchstatTable{config, unit, assume, map[string]*[2][]float64{}}
	}
	if !b.met["config "+config] {
		b.met["config "+config], b.configs = true, append(b.configs, config)
	}
	if !b.met["unit "+unit] {
		b.met["unit "+unit], b.units = true, append(b.units, unit)
	}
	if _, ok := b.rows[name]; !ok {
		b.rows[name] = len(b.rows)
	}
	table := b.tables[key]
	if table.cells[name] == nil {
		table.cells[name] = &[2][]float64{}
	}
	table.cells[name][side] = append(table.cells[name][side], value)
}

// addRow takes in a row that is of no file.
func (b *benchstat) addRow(j Judged) {
	assume := benchmath.Assumption(benchmath.AssumeNothing)
	if j.Exact {
		assume = benchmath.AssumeExact
	}
	for side, samples := range [2][]Sample{j.Base, j.Head} {
		for _, v := range values(samples) {
			b.add(side, "", j.Cell, tidied(j.Metric), v*tidyFactor(j.Metric), assume)
		}
	}
}

// addFiles takes in all results of two files that have one of the units.
func (b *benchstat) addFiles(files *recorded, units map[string]bool) {
	if len(files.matched.Ignored) > 0 {
		b.flags = " -ignore " + strings.Join(files.matched.Ignored, ",")
	}
	var ids []record.ID
	for _, run := range files.runs {
		for _, id := range run.IDs() {
			ids = append(ids, files.matched.Folded(id))
		}
	}
	speller := record.NewSpeller(ids)
	meta := [2]benchfmt.UnitMetadataMap{files.runs[0].Units, files.runs[1].Units}
	for side, run := range files.runs {
		for _, s := range run.Samples {
			id := files.matched.Folded(s.ID)
			config := id.Package + "\n" + id.Config
			b.labels[config] = speller.Apart(id)
			for unit := range units {
				if value, ok := s.Values[unit]; ok {
					b.add(side, config, s.Name, cmp.Or(s.Untidied[unit], unit), value, assumption(meta, unit))
				}
			}
		}
	}
	slices.Sort(b.units) // the values of a line are in no order here
}

// assumption is that of the first file that says something of the unit.
func assumption(meta [2]benchfmt.UnitMetadataMap, unit string) benchmath.Assumption {
	for _, units := range meta {
		if units.Get(unit, "assume") != nil {
			return units.GetAssumption(unit)
		}
	}
	return benchmath.AssumeNothing
}

// sorted returns the tables in the order of config lines and units.
func (b *benchstat) sorted() []*benchstatTable {
	var all []*benchstatTable
	for _, config := range b.configs {
		for _, unit := range b.units {
			if table := b.tables[[2]string{config, unit}]; table != nil {
				all = append(all, table)
			}
		}
	}
	return all
}

// grid lays out one table.
func (t *benchstatTable) grid(b *benchstat) grid {
	title := "benchstat" + b.flags + ": " + t.unit
	if label := b.labels[t.config]; label != "" {
		title += " (" + label + ")"
	}
	g := grid{head: []string{title, "base", "head", "vs base", ""}}
	names := make([]string, 0, len(t.cells))
	for name := range t.cells {
		names = append(names, name)
	}
	slices.SortFunc(names, func(x, y string) int { return b.rows[x] - b.rows[y] })
	mean := geometricMean{}
	for _, name := range names {
		g.rows = append(g.rows, t.row(name, &mean))
	}
	if len(names) > 1 {
		g.rows = append(g.rows, mean.row(t.unit))
	}
	return g
}

// row is a row as benchstat prints it: both sides in one scale, and what differs.
func (t *benchstatTable) row(name string, mean *geometricMean) []string {
	cells := t.cells[name]
	var summaries [2]benchmath.Summary
	var samples [2]*benchmath.Sample
	var centers []float64
	for side, values := range cells {
		if len(values) > 0 {
			samples[side] = sample(values)
			summaries[side] = t.assume.Summary(samples[side], benchstatConfidence)
			centers = append(centers, summaries[side].Center)
			mean.add(side, summaries[side].Center)
		}
	}
	scale := benchunit.CommonScale(centers, benchunit.ClassOf(t.unit))
	row := []string{name, "", "", "", ""}
	for side, s := range summaries {
		if samples[side] != nil {
			row[1+side] = scale.Format(s.Center) + " ± " + s.PctRangeString()
		}
	}
	if samples[0] != nil && samples[1] != nil {
		mean.pair(summaries[0].Center, summaries[1].Center)
		comparison := t.assume.Compare(samples[0], samples[1])
		row[3], row[4] = comparison.FormatDelta(summaries[0].Center, summaries[1].Center), fmt.Sprintf("(%s)", comparison)
	}
	return row
}

// geometricMean of each side's rows and of the ratios of those that both have, which
// benchstat prints last.
type geometricMean struct {
	sides  [2][]float64
	ratios []float64
	bad    bool // a ratio to zero
}

func (g *geometricMean) add(side int, center float64) { g.sides[side] = append(g.sides[side], center) }

func (g *geometricMean) pair(base, head float64) {
	switch {
	case base == head:
		g.ratios = append(g.ratios, 1)
	case base == 0:
		g.bad = true
	default:
		g.ratios = append(g.ratios, head/base)
	}
}

func (g *geometricMean) row(unit string) []string {
	row := []string{"geomean", "", "", "", ""}
	for side, values := range g.sides {
		if mean, ok := geomean(values); ok {
			row[1+side] = benchunit.Scale(mean, benchunit.ClassOf(unit))
		}
	}
	if len(g.sides[0]) == 0 || len(g.sides[1]) == 0 {
		return row
	}
	row[3] = "?"
	if ratio, ok := geomean(g.ratios); ok && !g.bad {
		row[3] = fmt.Sprintf("%+.2f%%", (ratio-1)*100)
	}
	return row
}

// geomean returns no mean of nothing, nor where there is a zero.
func geomean(values []float64) (mean float64, ok bool) {
	logs := 0.0
	for i, v := range values {
		if !(v > 0) {
			return 0, false
		}
		logs += (math.Log(v) - logs) / float64(i+1)
	}
	return math.Exp(logs), len(values) > 0
}
