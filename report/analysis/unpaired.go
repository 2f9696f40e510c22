package analysis

import (
	"math"
	"slices"
	"sync"
)

// tail is the probability that an interval leaves out at each end.
const tail = (1 - confidence) / 2

// UnpairedRatio estimates how many times a the values of b are, where the samples were
// not taken in pairs: the median of all ratios b/a (Hodges and Lehmann's
// estimate, on logarithms), with Moses' interval from the exact distribution of
// Mann and Whitney's U (Hollander, Wolfe, Chicken: Nonparametric Statistical
// Methods, section 4.3). It supposes that both spread alike on a logarithmic
// scale. ok is false unless all values are positive and there are some of each.
func UnpairedRatio(a, b []float64) (ratio Interval, ok bool) {
	if len(a) == 0 || len(b) == 0 || slices.Min(a) <= 0 || slices.Min(b) <= 0 {
		return NewInterval(nil), false
	}
	ratios := Differences(a, b, func(y, x float64) float64 { return y / x })
	n := ratios.Len()
	ratio = Interval{Center: math.Exp((math.Log(ratios.At((n-1)/2)) + math.Log(ratios.At(n/2))) / 2), Lo: math.Inf(-1), Hi: math.Inf(1), N: min(len(a), len(b))}
	if u := CriticalU(len(a), len(b), tail); u >= 0 {
		ratio.Lo, ratio.Hi = ratios.Ends(u + 1)
	}
	return ratio, true
}

// exactU is the largest number of samples in all for which the counts of
// arrangements are exact in a float64: the binomial of 56 over 28 is below 2^53.
const exactU = 56

// CriticalU is the largest value of U that is at most as likely as tail, with
// all below it, when n and m samples have the same distribution; -1 where even
// 0 is likelier. Beyond exactU samples it is that of the normal approximation.
func CriticalU(n, m int, tail float64) int {
	if n+m > exactU {
		nm, z := float64(n)*float64(m), math.Sqrt2*math.Erfinv(1-2*tail)
		return int(nm/2 - z*math.Sqrt(nm*float64(n+m+1)/12) - 0.5)
	}
	type question struct {
		n, m int
		tail float64
	}
	if u, known := criticalUs.Load(question{n, m, tail}); known {
		return u.(int)
	}
	u := criticalU(n, m, tail)
	criticalUs.Store(question{n, m, tail}, u)
	return u
}

// criticalUs holds what was asked for: thousands of rows have as many samples.
var criticalUs sync.Map

func criticalU(n, m int, tail float64) int {
	ways := arrangements(n, m)
	limit := 0.0
	for _, w := range ways {
		limit += w
	}
	limit *= tail
	sum := 0.0
	for u, w := range ways {
		if sum += w; sum > limit {
			return u - 1
		}
	}
	return len(ways) - 1
}

// arrangements counts, for each value of U, the orders of n and m samples that
// have it: the coefficients of the Gaussian binomial, the product of
// (1 − q^(m+i)) / (1 − q^i) for i from 1 to n.
func arrangements(n, m int) []float64 {
	ways := make([]float64, n*m+1)
	ways[0] = 1
	for i := 1; i <= n; i++ {
		for u := len(ways) - 1; u >= m+i; u-- {
			ways[u] -= ways[u-m-i]
		}
		for u := i; u < len(ways); u++ {
			ways[u] += ways[u-i]
		}
	}
	return ways
}
