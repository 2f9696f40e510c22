package analysis

import (
	"math"
	"math/rand/v2"
	"testing"
)

// TestCriticalU holds the exact distribution against the table of Mann and
// Whitney's U in the textbooks (two-sided, 5 %), and where it is left for the
// approximation against its neighbour.
func TestCriticalU(t *testing.T) {
	for _, c := range []struct{ n, m, want int }{
		{3, 3, -1}, {4, 4, 0}, {5, 5, 2}, {6, 6, 5}, {5, 10, 8}, {8, 8, 13}, {10, 10, 23}, {12, 7, 18}, {15, 15, 64}, {20, 20, 127}, {1, 20, -1},
	} {
		if got := CriticalU(c.n, c.m, tail); got != c.want {
			t.Errorf("%d and %d samples: %d, want %d", c.n, c.m, got, c.want)
		}
	}
	if got := CriticalU(10, 10, 0.005); got != 16 {
		t.Errorf("10 and 10 samples at 1%%: %d, want 16", got)
	}
	exact, beyond := CriticalU(28, 28, tail), CriticalU(29, 28, tail)
	if step := beyond - exact; step < 5 || step > 20 {
		t.Errorf("from the exact %d to the approximated %d is a jump", exact, beyond)
	}
}

func TestUnpairedRatio(t *testing.T) {
	a, b := []float64{1, 2, 4, 8, 16}, []float64{3, 6, 12, 24, 48}
	r, ok := UnpairedRatio(a, b)
	if !ok || math.Abs(r.Center-3) > 1e-9 || r.Lo >= 3 || r.Hi <= 3 || r.N != 5 {
		t.Errorf("%+v, want 3 within its interval", r)
	}
	if r, ok := UnpairedRatio([]float64{1, 2}, []float64{3}); !ok || r.Known() {
		t.Errorf("three samples: %+v, %t; want no interval", r, ok)
	}
	for _, bad := range [][]float64{nil, {0, 1}, {-1}} {
		if _, ok := UnpairedRatio(a, bad); ok {
			t.Errorf("a ratio of %v", bad)
		}
	}
}

// TestUnpairedRatioCovers wants the true ratio in about 95 of 100 intervals.
func TestUnpairedRatioCovers(t *testing.T) {
	rng := rand.New(rand.NewPCG(7, 1))
	draw := func(scale float64) []float64 {
		values := make([]float64, 10)
		for i := range values {
			values[i] = scale * math.Exp(0.1*rng.NormFloat64())
		}
		return values
	}
	const tries = 2000
	held := 0
	for range tries {
		if r, _ := UnpairedRatio(draw(1), draw(1.3)); r.Lo <= 1.3 && 1.3 <= r.Hi {
			held++
		}
	}
	if part := float64(held) / tries; part < 0.94 || part > 0.98 {
		t.Errorf("%.1f%% of the intervals hold the true ratio, want about 95", 100*part)
	}
}
