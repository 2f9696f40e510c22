package verdict

import (
	"cmp"
	"math"
	"slices"
	"sync"

	"github.com/handoff-go/handoff/report/analysis"
)

// exactRanks is up to how many differences the distribution of the signed-rank
// statistic is computed; beyond, it is as good as normal.
const exactRanks = 100

// signedRank returns the two-sided p of Wilcoxon's signed-rank test: how likely
// differences as one-sided as these are, were each as likely to be negative as
// positive.
//
// Equal magnitudes get their mean rank, and the distribution is that of these very
// ranks (Streitberg and Röhmel 1986), so p is exact with ties too. Zeros are ranked
// and then left out (Pratt 1959): dropped before ranking, as Wilcoxon did, more
// zeros can make a difference more significant. Beyond exactRanks differences p is
// from the normal approximation with the variance of these ranks and continuity
// correction.
func signedRank(differences []float64) float64 {
	ranks, plus, total := doubledRanks(differences)
	if total == 0 {
		return 1 // nothing but zeros
	}
	less := min(plus, total-plus) // the distribution is symmetric
	if len(ranks) > exactRanks {
		return normalTail(less, ranks)
	}
	return min(1, 2*below(ranks, less))
}

// below returns how likely a sum of doubled ranks is of at most so much.
func below(ranks []int, most int) float64 {
	sums := []float64(nil)
	if n := len(ranks); untied(ranks) {
		sums, most = rankSums[n](), most/2
	} else {
		sums = subsetSums(ranks)
	}
	p := 0.0
	for _, q := range sums[:most+1] {
		p += q
	}
	return p
}

// untied reports whether doubled ranks are 2, 4, 6 and so on: most are.
func untied(ranks []int) bool {
	for i, r := range ranks {
		if r != 2*(i+1) {
			return false
		}
	}
	return true
}

// rankSums are the subset sums of the numbers from 1 to n, computed once: thousands of
// rows have as many pairs.
var rankSums = func() (all [exactRanks + 1]func() []float64) {
	for n := range all {
		all[n] = sync.OnceValue(func() []float64 {
			ranks := make([]int, n)
			for i := range ranks {
				ranks[i] = i + 1
			}
			return subsetSums(ranks)
		})
	}
	return all
}()

// doubledRanks returns twice the rank of each difference that is not zero, which
// is whole with ties too; and the sums, of the positive ones' and of all.
func doubledRanks(differences []float64) (ranks []int, plus, total int) {
	sorted := slices.SortedFunc(slices.Values(differences), func(a, b float64) int {
		return cmp.Compare(math.Abs(a), math.Abs(b))
	})
	for from := 0; from < len(sorted); {
		to := from + 1
		for to < len(sorted) && math.Abs(sorted[to]) == math.Abs(sorted[from]) {
			to++
		}
		rank := from + 1 + to // twice the mean of from+1 .. to
		for _, d := range sorted[from:to] {
			if d != 0 {
				ranks, total = append(ranks, rank), total+rank
			}
			if d > 0 {
				plus += rank
			}
		}
		from = to
	}
	return ranks, plus, total
}

// subsetSums returns how likely each sum is of a subset that has each number with
// chance one half.
func subsetSums(numbers []int) []float64 {
	total := 0
	for _, n := range numbers {
		total += n
	}
	p := make([]float64, total+1)
	p[0] = 1
	reached := 0
	for _, n := range numbers {
		reached += n
		for sum := reached; sum >= 0; sum-- {
			p[sum] /= 2
			if sum >= n {
				p[sum] += p[sum-n] / 2
			}
		}
	}
	return p
}

func normalTail(less int, ranks []int) float64 {
	mean, variance := 0.0, 0.0
	for _, r := range ranks {
		mean += float64(r) / 2
		variance += float64(r) * float64(r) / 4
	}
	// The ranks are doubled, so the step of the statistic is 2 and half of it 1.
	z := (float64(less) + 1 - mean) / math.Sqrt(variance)
	return min(1, math.Erfc(-z/math.Sqrt2))
}

// hodgesLehmann returns the middle of the differences, the median of the means of
// all pairs of them, and its exact interval, which holds the middle of a symmetric
// distribution with the given confidence or a little more. With too few
// differences the interval is infinite.
//
// The ends are the k-th means from both ends, k from the distribution of the
// signed-rank statistic without ties (Hollander and Wolfe, section 3.3); ties make
// it wider than need be, never too narrow.
func hodgesLehmann(differences []float64, confidence float64) (center, lo, hi float64) {
	return analysis.Means(differences).Around(signedRankCut(len(differences), (1-confidence)/2))
}

// signedRankCut returns the largest k for which the statistic of n differences is
// below k with a chance of at most tail; 0 if there is none.
func signedRankCut(n int, tail float64) int {
	if n > exactRanks {
		m := float64(n)
		mean, sd := m*(m+1)/4, math.Sqrt(m*(m+1)*(2*m+1)/24)
		return int(mean + 0.5 - sd*math.Sqrt2*math.Erfinv(1-2*tail))
	}
	return cutAt(rankSums[n](), tail)
}

// cutAt returns how many of the first values together have a chance of at most tail.
func cutAt(p []float64, tail float64) int {
	sum := 0.0
	for k, q := range p {
		if sum += q; sum > tail {
			return k
		}
	}
	return len(p)
}
