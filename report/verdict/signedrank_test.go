package verdict

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

// critical are the largest sums of ranks that are significant at 2.5 % on one side,
// for n = 6, 7, …: OEIS A226330, which agrees with the printed tables (McCornack,
// 1965).
var critical = []int{0, 2, 3, 5, 8, 10, 13, 17, 21, 25, 29, 34, 40, 46, 52, 58, 65, 73, 81, 89, 98, 107, 116,
	126, 137, 147, 159, 170, 182, 195, 208, 221, 235, 249, 264, 279, 294, 310, 327, 343, 361, 378, 396, 415, 434}

func TestCriticalValues(t *testing.T) {
	for i, w := range critical {
		n := 6 + i
		if p := signedRank(withSum(n, w)); p > 0.05 {
			t.Errorf("n=%d, sum %d: p=%.5f, the table says at most 0.05", n, w, p)
		}
		if p := signedRank(withSum(n, w+1)); p <= 0.05 {
			t.Errorf("n=%d, sum %d: p=%.5f, the table says more than 0.05", n, w+1, p)
		}
		if got := signedRankCut(n, 0.025); got != w+1 {
			t.Errorf("n=%d: the interval begins at mean %d, want %d", n, got, w+1)
		}
	}
	if p := signedRank(withSum(5, 0)); p != 2.0/32 {
		t.Errorf("n=5, all on one side: p=%g, want 2/32", p)
	}
	if got := signedRankCut(5, 0.025); got != 0 {
		t.Errorf("n=5 has an interval from mean %d, want none", got)
	}
}

// withSum makes n differences of different sizes of which the positive ones have
// ranks that sum up to w.
func withSum(n, w int) []float64 {
	all := make([]float64, n)
	for rank := n; rank > 0; rank-- {
		all[rank-1] = -float64(rank)
		if rank <= w {
			all[rank-1], w = float64(rank), w-rank
		}
	}
	return all
}

// Examples that were published with their results.
func TestPublishedExamples(t *testing.T) {
	// Darwin's maize, in the documentation of scipy.stats.wilcoxon: statistic 24.
	maize := []float64{6, 8, 14, 16, 23, 24, 28, 29, 41, -48, 49, 56, 60, -67, 75}
	if p := signedRank(maize); p != 0.041259765625 {
		t.Errorf("maize: p=%v, want 0.041259765625", p)
	}
	// Depression before and after, Hollander and Wolfe 1973, example 3.1, in R's
	// help(wilcox.test): V = 40, one-sided p = 0.01953; the estimate in section 3.2 is
	// -0.46, the 96 % interval in 3.3 from -0.786 to -0.010.
	before := []float64{1.83, 0.50, 1.62, 2.48, 1.68, 1.88, 1.55, 3.06, 1.30}
	after := []float64{0.878, 0.647, 0.598, 2.05, 1.06, 1.29, 1.06, 3.14, 1.29}
	differences := make([]float64, len(before))
	for i := range before {
		differences[i] = after[i] - before[i]
	}
	if p := signedRank(differences); p != 2*10.0/512 {
		t.Errorf("depression: p=%v, want 0.0390625", p)
	}
	center, lo, hi := hodgesLehmann(differences, 0.96)
	for _, c := range []struct{ got, want float64 }{{center, -0.46}, {lo, -0.786}, {hi, -0.010}} {
		if math.Abs(c.got-c.want) > 1e-9 {
			t.Errorf("depression: got %.4f (%.4f to %.4f), want -0.46 (-0.786 to -0.010)", center, lo, hi)
		}
	}
}

// bruteForce computes p by trying all signs, with mean ranks by counting.
func bruteForce(differences []float64) float64 {
	var ranks []float64
	observed, total := 0.0, 0.0
	for _, d := range differences {
		below, equal := 0, 0
		for _, e := range differences {
			if math.Abs(e) < math.Abs(d) {
				below++
			}
			if math.Abs(e) == math.Abs(d) {
				equal++
			}
		}
		rank := float64(below) + float64(equal+1)/2
		if d == 0 {
			continue
		}
		ranks, total = append(ranks, rank), total+rank
		if d > 0 {
			observed += rank
		}
	}
	extreme := 0
	for signs := range 1 << len(ranks) {
		sum := 0.0
		for i, r := range ranks {
			if signs>>i&1 == 1 {
				sum += r
			}
		}
		if math.Abs(sum-total/2) >= math.Abs(observed-total/2) {
			extreme++
		}
	}
	return float64(extreme) / float64(int(1)<<len(ranks))
}

func TestAgainstAllSigns(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	for n := range 12 {
		for range 10 {
			free, tied := make([]float64, n), make([]float64, n)
			for i := range free {
				free[i] = random.NormFloat64() + 0.3
				tied[i] = float64(random.IntN(7) - 2) // with zeros
			}
			for _, d := range [][]float64{free, tied} {
				if got, want := signedRank(d), bruteForce(d); math.Abs(got-want) > 1e-12 {
					t.Errorf("%v: p=%v, want %v", d, got, want)
				}
			}
		}
	}
}

// The interval holds exactly those shifts that the test does not reject.
func TestIntervalIsTheTest(t *testing.T) {
	random := rand.New(rand.NewPCG(3, 4))
	for n := 6; n < 16; n++ {
		d := make([]float64, n)
		for i := range d {
			d[i] = random.NormFloat64()
		}
		_, lo, hi := hodgesLehmann(d, 0.95)
		for _, c := range []struct {
			shift    float64
			rejected bool
		}{{lo - 1e-9, true}, {lo + 1e-9, false}, {hi - 1e-9, false}, {hi + 1e-9, true}} {
			shifted := slices.Clone(d)
			for i := range shifted {
				shifted[i] -= c.shift
			}
			if p := signedRank(shifted); (p <= 0.05) != c.rejected {
				t.Errorf("n=%d, shift %g of %g to %g: p=%g", n, c.shift, lo, hi, p)
			}
		}
	}
}

// Beyond exactRanks the normal approximation takes over without a step.
func TestNormalApproximation(t *testing.T) {
	random := rand.New(rand.NewPCG(5, 6))
	for _, shift := range []float64{0, 0.15, 0.25} {
		d := make([]float64, exactRanks)
		for i := range d {
			d[i] = math.Round(20*(random.NormFloat64()+shift)) / 20
		}
		ranks, plus, total := doubledRanks(d)
		if exact, normal := signedRank(d), normalTail(min(plus, total-plus), ranks); math.Abs(exact-normal) > 0.1*exact+1e-4 {
			t.Errorf("shift %g: exact p=%g, normal %g", shift, exact, normal)
		}
	}
	for _, tail := range []float64{0.025, 0.005} {
		below, above := signedRankCut(exactRanks, tail), signedRankCut(exactRanks+1, tail)
		if above <= below || above > below+60 {
			t.Errorf("tail %g: the cut goes from %d of %d means to %d of one more", tail, below, exactRanks, above)
		}
	}
}

func TestFewDifferences(t *testing.T) {
	if p := signedRank(nil); p != 1 {
		t.Errorf("no differences: p=%g", p)
	}
	if p := signedRank(make([]float64, 20)); p != 1 {
		t.Errorf("nothing but zeros: p=%g", p)
	}
	if center, lo, hi := hodgesLehmann(make([]float64, 20), 0.95); center != 0 || lo != 0 || hi != 0 {
		t.Errorf("nothing but zeros: %g, %g to %g", center, lo, hi)
	}
	if center, lo, hi := hodgesLehmann([]float64{1, 2, 4}, 0.95); center != 2.25 || !math.IsInf(lo, -1) || !math.IsInf(hi, 1) {
		t.Errorf("three differences: %g, %g to %g", center, lo, hi)
	}
	if center, _, _ := hodgesLehmann(nil, 0.95); !math.IsNaN(center) {
		t.Errorf("no differences: center %g", center)
	}
}
