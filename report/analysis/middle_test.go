package analysis

import (
	"math"
	"math/rand/v2"
	"runtime"
	"slices"
	"testing"
)

// What is selected is what sorting all pairs gives, to the last bit, with ties, zeros and
// infinite values.
func TestMiddles(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 1))
	draw := func(n int) []float64 {
		all := make([]float64, n)
		for i := range all {
			switch random.IntN(8) {
			case 0:
				all[i] = math.Inf(1 - 2*random.IntN(2))
			case 1:
				all[i] = 0
			case 2:
				all[i] = float64(random.IntN(5) - 2)
			default:
				all[i] = random.NormFloat64() * math.Pow(10, float64(random.IntN(9)-4))
			}
		}
		return all
	}
	less := func(b, a float64) float64 {
		if a == b {
			return 0
		}
		return b - a
	}
	same := func(what string, m Middles, sorted []float64) {
		t.Helper()
		slices.Sort(sorted)
		if m.Len() != len(sorted) {
			t.Fatalf("%s: %d values, want %d", what, m.Len(), len(sorted))
		}
		for range 40 {
			k := random.IntN(len(sorted))
			if got := m.At(k); got != sorted[k] {
				t.Errorf("%s: the value at %d is %v, want %v", what, k, got, sorted[k])
			}
		}
	}
	for _, n := range []int{1, 2, 7, 100, 200} { // from 91 on nothing is written down
		a, b := draw(n), draw(n+3)
		means, differences := []float64{}, []float64{}
		for i, x := range a {
			for _, y := range a[i:] {
				means = append(means, mean(x, y))
			}
			for _, y := range b {
				differences = append(differences, less(y, x))
			}
		}
		before := slices.Clone(a)
		same("means", Means(a), means)
		same("differences", Differences(a, b, less), differences)
		if !slices.Equal(a, before) {
			t.Error("the values were changed")
		}
	}
	if center, lo, hi := Means(nil).Around(1); !math.IsNaN(center) || !math.IsInf(lo, -1) || !math.IsInf(hi, 1) {
		t.Errorf("of nothing: %v, %v to %v", center, lo, hi)
	}
}

// Ten thousand samples a side are a hundred million differences: none of them is written
// down.
func TestMiddlesAreNotWrittenDown(t *testing.T) {
	values := make([]float64, 10_000)
	for i := range values {
		values[i] = float64(i*7919%10_007) + 1
	}
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	Means(values).Around(1000)
	UnpairedRatio(values, values)
	runtime.ReadMemStats(&after)
	if bytes := after.TotalAlloc - before.TotalAlloc; bytes > 4<<20 {
		t.Errorf("%d bytes for 10,000 samples", bytes)
	}
}
