package verdict

import (
	"slices"

	"golang.org/x/perf/benchmath"

	"github.com/handoff-go/handoff/report/analysis"
)

// unpaired estimates a row from two heaps of samples: p of the Mann–Whitney U test,
// as benchstat computes it, and the Hodges–Lehmann shift with the interval that
// belongs to that test.
func unpaired(r Row, alpha float64, family int) estimate {
	base, head := values(r.Base), values(r.Head)
	if len(base) == 0 || len(head) == 0 {
		return incomparable(r)
	}
	differences := analysis.Differences(base, head, func(h, b float64) float64 { return logRatio(b, h) })
	cut := func(alpha float64) int { return analysis.CriticalU(len(base), len(head), alpha/2) + 1 }
	e := estimate{n: min(len(base), len(head)), base: median(base), head: median(head)}
	e.p = benchmath.AssumeNothing.Compare(sample(base), sample(head)).P
	e.center, e.lo, e.hi = differences.Around(cut(alpha))
	e.visible = reach(differences.Around(cut(alpha / float64(family))))
	return e
}

// values returns the values of the samples that have one, in their order.
func values(samples []Sample) []float64 {
	all := make([]float64, 0, len(samples))
	for _, s := range samples {
		if !s.Missing {
			all = append(all, s.Value)
		}
	}
	return all
}

// sample copies values for benchmath, which sorts them in place.
func sample(values []float64) *benchmath.Sample {
	return benchmath.NewSample(slices.Clone(values), &benchmath.DefaultThresholds)
}
