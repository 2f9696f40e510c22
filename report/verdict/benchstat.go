package verdict

import (
	"fmt"
	"math"
	"slices"

	"golang.org/x/perf/benchmath"
)

// benchstatConfidence is benchstat's own.
const benchstatConfidence = 0.95

// benchstat returns the table that benchstat would print, one a metric, from the same
// samples and by x/perf's own statistics: medians, and the U test, which knows nothing
// of pairs. It stands beside the verdicts because everybody knows it.
func (t *Table) benchstat() []grid {
	var all []grid
	for _, metric := range metricsOf(t.all()) {
		g := grid{head: []string{"benchstat: " + metric, "base", "head", "vs base", ""}}
		mean := geometricMean{}
		for _, j := range t.all() {
			if j.Metric == metric && len(j.Base) > 0 && len(j.Head) > 0 {
				g.rows = append(g.rows, benchstatRow(j, &mean))
			}
		}
		if row, ok := mean.row(metric); ok {
			g.rows = append(g.rows, row)
		}
		all = append(all, g)
	}
	return all
}

func benchstatRow(j Judged, mean *geometricMean) []string {
	assume := benchmath.Assumption(benchmath.AssumeNothing)
	if j.Exact {
		assume = benchmath.AssumeExact
	}
	base, head := sample(values(j.Base)), sample(values(j.Head))
	b, h := assume.Summary(base, benchstatConfidence), assume.Summary(head, benchstatConfidence)
	mean.add(b.Center, h.Center)
	comparison := assume.Compare(base, head)
	return []string{j.Cell, spell(b.Center, j.Metric) + " ± " + b.PctRangeString(), spell(h.Center, j.Metric) + " ± " + h.PctRangeString(),
		comparison.FormatDelta(b.Center, h.Center), fmt.Sprintf("(%s)", comparison)}
}

// geometricMean of the rows on each side, which benchstat prints last.
type geometricMean struct {
	base, head float64 // sums of logarithms
	n          int
}

func (g *geometricMean) add(base, head float64) {
	g.base, g.head, g.n = g.base+math.Log(base), g.head+math.Log(head), g.n+1
}

// row returns no row where there is nothing to average, or a zero in it.
func (g *geometricMean) row(metric string) ([]string, bool) {
	base, head := math.Exp(g.base/float64(g.n)), math.Exp(g.head/float64(g.n))
	if g.n < 2 || slices.ContainsFunc([]float64{base, head}, func(v float64) bool { return !(v > 0) }) {
		return nil, false
	}
	return []string{"geomean", spell(base, metric), spell(head, metric), fmt.Sprintf("%+.2f%%", 100*(head/base-1)), ""}, true
}
