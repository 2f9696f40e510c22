package report

import (
	"fmt"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/handoff-go/handoff/report/analysis"
)

// From these on a number is worth a warning.
const (
	wideSpread   = 0.10 // half width of an interval, as a part of the median
	highPressure = 0.10 // part of a sample in which a task waited for a CPU
	largeRest    = 0.05 // part of worker time that no phase accounts for
)

// warn adds a warning: what is the matter, and what follows from it.
func (r *Report) warn(format string, args ...any) {
	r.Warnings = append(r.Warnings, fmt.Sprintf(format, args...))
}

func (r *Report) addWarnings() {
	r.Warnings = append(r.Warnings, r.Run.Troubles()...)
	if note := r.Run.Marks["note"]; note != "" {
		r.warn("%s", note)
	} else if r.config("suite") == "quick" {
		r.warn("quick suite: not for comparison")
	}
	if r.Run.Marks["dirty"] == "true" {
		r.warn("the tree had changes that the commit does not hold: the run cannot be repeated from it")
	}
	r.warnMixed()
	r.warnUnfinished()
	r.warnRetaken()
	r.warnRounds()
	r.warnConfigs()
	r.warnPartly()
	r.warnSamples()
	r.warnGaps()
	r.warnSpread()
	r.warnExact()
	r.warnPressure()
	r.warnLanes()
}

// settings are the marks that must not change within a run; a run that was
// resumed has others that may, such as its date.
var settings = []string{"commit", "dirty", "binary", "go", "GOEXPERIMENT", "GOGC", "GOMEMLIMIT", "GOMAXPROCS", "GODEBUG", "kernel", "governor", "cpus"}

func (r *Report) warnMixed() {
	for _, key := range r.Run.Mixed {
		if slices.Contains(settings, key) {
			r.warn("%s changed in the middle of the file: its samples are not of one kind", key)
		}
	}
}

// samples compares the samples with the plan that the runner marks; planned is 0
// where there is none.
func (r *Report) samples() (have, planned int) {
	rounds, errRounds := strconv.Atoi(r.Run.Marks["rounds"])
	cells, errCells := strconv.Atoi(r.Run.Marks["cells"])
	if errRounds != nil || errCells != nil {
		return 0, 0
	}
	return len(r.Run.Samples) - r.retaken(), rounds * cells
}

func (r *Report) warnUnfinished() {
	if have, planned := r.samples(); have < planned {
		r.warn("the run is unfinished: %d of %d samples", have, planned)
	}
}

// retaken is how many samples do not count because their cell was measured
// again in the same round.
func (r *Report) retaken() int {
	n := 0
	for _, m := range r.matrices {
		n += m.Retaken
	}
	return n
}

func (r *Report) warnRetaken() {
	if n := r.retaken(); n > 0 {
		r.warn("%d of %d samples are left out: their cells were measured again in the same round, and the last sample counts", n, len(r.Run.Samples))
	}
}

func (r *Report) warnRounds() {
	if r.main == nil {
		return // nothing is paired
	}
	for _, s := range r.Run.Samples {
		if s.Round == 0 {
			r.warn("samples without a round: they are paired with serial in order of appearance")
			return
		}
	}
}

func (r *Report) warnConfigs() {
	seen := map[string]int{}
	for _, m := range r.matrices {
		seen[m.Bench]++
	}
	for _, m := range r.matrices {
		if n := seen[m.Bench]; n > 1 {
			r.warn("%s was measured under %d different configurations (packages, processors, config lines): each has its own table, pictures show the first", m.Bench, n)
			seen[m.Bench] = 0
		}
	}
}

// warnPartly names the metrics that a cell has in some of its samples only. Package bench
// leaves out what is zero; it names strategies.
func (r *Report) warnPartly() {
	var partly []string
	r.eachCell(func(m *analysis.Matrix, c *analysis.Cell, name string) {
		if c.Column.Strategy != "" {
			return
		}
		for _, metric := range c.Metrics() {
			if n := len(c.Values(metric)); n < len(c.Samples) {
				partly = append(partly, fmt.Sprintf("%s of %s in %d of its %d samples", analysis.Untidy(metric), name, n, len(c.Samples)))
			}
		}
	})
	if len(partly) > 0 {
		r.warn("not measured in every sample, which is not zero: %s", many(partly))
	}
}

// eachCell calls f with every cell and its name, in the order of the tables.
func (r *Report) eachCell(f func(m *analysis.Matrix, c *analysis.Cell, name string)) {
	for _, m := range r.matrices {
		for _, w := range m.Works {
			for _, c := range m.Row(w) {
				f(m, c, strings.Join(nonEmpty(m.Title, c.Column.Name, w.Name), " "))
			}
		}
	}
}

func (r *Report) warnSamples() {
	most := 0
	r.eachCell(func(_ *analysis.Matrix, c *analysis.Cell, _ string) { most = max(most, len(c.Samples)) })
	var few, fewer []string
	r.eachCell(func(_ *analysis.Matrix, c *analysis.Cell, name string) {
		switch n := len(c.Samples); {
		case n < analysis.MinSamples:
			few = append(few, name)
		case n < most:
			fewer = append(fewer, name)
		}
	})
	if len(few) > 0 {
		r.warn("fewer than %d samples, so no 95%% interval, in %s", analysis.MinSamples, some(few))
	}
	if len(fewer) > 0 {
		r.warn("fewer samples than the %d of other cells in %s", most, some(fewer))
	}
}

// warnGaps names the cells that are missing from tables and pictures. What a
// finished run lacks, it was not asked for.
func (r *Report) warnGaps() {
	if have, planned := r.samples(); planned > 0 && have >= planned {
		return
	}
	var names []string
	for _, m := range r.matrices {
		for _, g := range m.Gaps() {
			names = append(names, strings.Join(nonEmpty(m.Title, g.Column.Name, g.Work.Name), " "))
		}
	}
	if len(names) > 0 {
		r.warn("no samples, so left out of tables and pictures, of %s", some(names))
	}
}

// many lists names that somebody will want to go through.
func many(names []string) string {
	const shown = 50
	if len(names) <= shown {
		return strings.Join(names, ", ")
	}
	return fmt.Sprintf("%s and %d more", strings.Join(names[:shown], ", "), len(names)-shown)
}

// some lists the first names and counts the rest.
func some(names []string) string {
	const shown = 3
	if len(names) <= shown {
		return strings.Join(names, ", ")
	}
	return fmt.Sprintf("%s and %d more", strings.Join(names[:shown], ", "), len(names)-shown)
}

func (r *Report) warnSpread() {
	var wide []string
	r.eachCell(func(m *analysis.Matrix, c *analysis.Cell, name string) {
		i := m.Summary(c, mainMetric(m))
		if i.Known() && i.Spread() > wideSpread {
			wide = append(wide, name)
		}
	})
	if len(wide) > 0 {
		r.warn("interval wider than ±%.0f%%, too noisy for fine differences, in %s", 100*wideSpread, some(wide))
	}
}

func (r *Report) warnExact() {
	varying := map[string][]string{}
	r.eachCell(func(m *analysis.Matrix, c *analysis.Cell, name string) {
		for key, meta := range m.Units {
			values := c.Values(key.Unit)
			if key.Key == "assume" && meta.Value == "exact" && len(values) > 0 && slices.Min(values) != slices.Max(values) {
				varying[key.Unit] = append(varying[key.Unit], name)
			}
		}
	})
	for _, metric := range slices.SortedFunc(maps.Keys(varying), analysis.CompareMetrics) {
		r.warn("%s is said to be exact but varies in %s", analysis.Untidy(metric), some(varying[metric]))
	}
}

// warnPressure looks at serial and the canary only: they need one CPU, so when
// a task waited for one, the machine was busy with something else.
func (r *Report) warnPressure() {
	marked, pressed := 0, 0
	r.eachCell(func(m *analysis.Matrix, c *analysis.Cell, _ string) {
		if !c.Column.IsSerial() && m.Bench != "Canary" {
			return
		}
		for _, s := range c.Samples {
			if took := s.Values[analysis.MetricOp] * float64(s.Iters); s.Pressure >= 0 && took > 0 {
				marked++
				if s.Pressure > highPressure*took {
					pressed++
				}
			}
		}
	})
	if pressed > 0 {
		r.warn("%d of %d samples of one-CPU cells were taken while something else wanted the CPU for more than %.0f%% of the time", pressed, marked, 100*highPressure)
	}
}

func (r *Report) warnLanes() {
	cpus, err := strconv.Atoi(r.Run.Marks["cpus"])
	if err != nil || r.main == nil {
		return
	}
	for _, c := range r.main.Columns {
		if strings.HasPrefix(c.Strategy, "process-") && c.Workers()+1 > cpus {
			r.warn("%d workers and the coordinator share %s: phase times include waiting for a CPU", c.Workers(), r.cpus())
			return
		}
	}
}

// warnCrowded says what pictures and answers leave out of what is too much for them.
func (r *Report) warnCrowded() {
	for _, m := range r.matrices {
		if left := m.Crowded(); left != "" && (m == r.main || analysis.Pictured(m.Bench)) {
			r.warn("pictures and answers take %s of %s; the tables have all", left, m.Bench)
		}
	}
}

// warnMissing says in one line what cannot be drawn and why.
func (r *Report) warnMissing() {
	var reasons []string
	for _, m := range r.missing {
		reasons = append(reasons, fmt.Sprintf("%s (no %s)", m.Plot, m.What))
	}
	if len(reasons) > 0 {
		r.warn("not drawn, for the file has no data: %s", strings.Join(reasons, ", "))
	}
}

func (r *Report) warnRest() {
	for _, bar := range r.breakdown.Bars {
		if part := bar.Rest / bar.Total.Center; math.Abs(part) > largeRest {
			r.warn("the phases of %s add up to %.0f%% of its worker time (the part between is measured by nobody, or noise)", bar.Column.Name, 100*(1-part))
		}
	}
}
