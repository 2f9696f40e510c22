package plots

import (
	"math"
	"testing"
)

func TestPushApart(t *testing.T) {
	for _, c := range []struct {
		name            string
		centers, widths []float64
		lo, hi          float64
	}{
		{"free", []float64{20, 60}, []float64{20, 20}, 0, 100},
		{"same place", []float64{50, 50, 50}, []float64{20, 20, 20}, 0, 100},
		{"at the edge", []float64{95, 98, 99}, []float64{20, 20, 20}, 0, 100},
		{"tight", []float64{10, 11, 12, 13}, []float64{25, 25, 25, 25}, 0, 100},
	} {
		t.Run(c.name, func(t *testing.T) {
			before := append([]float64{}, c.centers...)
			pushApart(c.centers, c.widths, c.lo, c.hi)
			for i := range c.centers {
				if c.centers[i] < c.lo+c.widths[i]/2-0.5 || c.centers[i] > c.hi-c.widths[i]/2+0.5 {
					t.Errorf("%v: label %d is out of bounds", c.centers, i)
				}
				if i > 0 && c.centers[i]-c.centers[i-1] < (c.widths[i]+c.widths[i-1])/2-1e-9 {
					t.Errorf("%v: labels %d and %d overlap", c.centers, i-1, i)
				}
			}
			if c.name == "free" && (c.centers[0] != before[0] || c.centers[1] != before[1]) {
				t.Errorf("%v moved without need", c.centers)
			}
		})
	}
}

func TestClearest(t *testing.T) {
	obstacles := along([]point{{0, 0}, {100, 0}}, 5)
	best, room := clearest([][]point{{{50, 3}}, {{50, 12}}, {{50, 40}}, {{50, 99}}}, obstacles, 28)
	if best != 2 || room != 28 {
		t.Errorf("place %d with room %g, want 2, the first with enough", best, room)
	}
}

func TestLogScale(t *testing.T) {
	l := logScale{lo: 1e-8, hi: 1e-4, a: 0, b: 400}
	for v, want := range map[float64]float64{1e-8: 0, 1e-6: 200, 1e-4: 400, 1: 400, 0: 0, -5: 0} {
		if got := l.at(v); math.Abs(got-want) > 1e-9 {
			t.Errorf("at(%g) = %g, want %g", v, got, want)
		}
	}
	if got := l.ticks(); len(got) != 5 {
		t.Errorf("decades %v, want 5", got)
	}
	if got := (logScale{lo: 1.5e-6, hi: 8e-6}).ticks(); len(got) != 2 {
		t.Errorf("ticks %v, want 2 and 5 µs", got)
	}
}
