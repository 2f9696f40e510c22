package verdict

import (
	"slices"

	"golang.org/x/perf/benchmath"
)

// unpaired estimates a row from two heaps of samples: p of the Mann–Whitney U test,
// as benchstat computes it, and the Hodges–Lehmann shift with the interval that
// belongs to that test.
func unpaired(r Row, alpha float64, family int) estimate {
	base, head := values(r.Base), values(r.Head)
	e := estimate{n: min(len(base), len(head)), base: median(base), head: median(head)}
	e.p = benchmath.AssumeNothing.Compare(sample(base), sample(head)).P
	differences := make([]float64, 0, len(base)*len(head))
	for _, b := range base {
		for _, h := range head {
			differences = append(differences, logRatio(b, h))
		}
	}
	slices.Sort(differences)
	cut := func(alpha float64) int { return cutAt(rankSums(len(base), len(head)), alpha/2) }
	if len(differences) == 0 {
		e.center, e.lo, e.hi = hodgesLehmann(nil, 1-alpha)
		return e
	}
	e.center, e.lo, e.hi = around(differences, cut(alpha))
	e.visible = reach(around(differences, cut(alpha/float64(family))))
	return e
}

// values returns the values of samples, in their order.
func values(samples []Sample) []float64 {
	all := make([]float64, len(samples))
	for i, s := range samples {
		all[i] = s.Value
	}
	return all
}

// sample copies values for benchmath, which sorts them in place.
func sample(values []float64) *benchmath.Sample {
	return benchmath.NewSample(slices.Clone(values), &benchmath.DefaultThresholds)
}

// rankSums returns how likely each value of the Mann–Whitney statistic is of m and
// n samples without ties: how often one of the m is above one of the n.
func rankSums(m, n int) []float64 {
	// p[j][u]: of i and j samples. The largest of all is one of the i, and above all
	// j, or one of the j.
	p := make([][]float64, n+1)
	for j := range p {
		p[j] = []float64{1}
	}
	for i := 1; i <= m; i++ {
		next := make([][]float64, n+1)
		next[0] = []float64{1}
		for j := 1; j <= n; j++ {
			next[j] = make([]float64, i*j+1)
			one := float64(i) / float64(i+j)
			for u, q := range p[j] {
				next[j][u+j] += one * q
			}
			for u, q := range next[j-1] {
				next[j][u] += (1 - one) * q
			}
		}
		p = next
	}
	return p[n]
}
