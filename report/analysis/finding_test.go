package analysis

import (
	"math"
	"testing"
)

// bar is an invented strategy with the interval of its speed-up.
func bar(strategy string, lo, center, hi, ratio float64) Bar {
	cols := []Column{{Strategy: strategy}}
	nameColumns(cols)
	return Bar{
		Column: cols[0], Total: Interval{1, 1, 1, 10},
		Speedup: Interval{center, lo, hi, 10}, Ratio: Interval{ratio, 0.98 * ratio, 1.02 * ratio, 10},
	}
}

func TestBreakdownTitle(t *testing.T) {
	serial := bar("serial", 1, 1, 1, 1)
	few := bar("goroutines", 1.9, 1.95, 2, 1)
	few.Total.N = 5
	for _, c := range []struct {
		name string
		bars []Bar
		want string
	}{
		{"none", []Bar{serial, bar("goroutines", 0.9, 0.95, 0.99, 2), bar("process-gob", 0.5, 0.6, 0.7, 3)}, "No strategy beats serial here"},
		{"none for sure", []Bar{serial, bar("goroutines", 0.98, 1.01, 1.05, 2), bar("process-gob", 0.5, 0.6, 0.7, 3)}, "No strategy clearly beats serial here"},
		{"too few samples", []Bar{serial, few}, "Where an item's time goes"},
		{"serial alone", []Bar{serial}, "Where an item's time goes"},
		{"one, others open", []Bar{serial, bar("goroutines", 1.8, 1.9, 2, 1), bar("process-gob", 0.9, 1.1, 1.2, 1.9)}, "Only the goroutine pool clearly beats serial here"},
		{"one, others slower", []Bar{serial, bar("goroutines", 1.8, 1.9, 2, 1), bar("process-gob", 0.7, 0.8, 0.9, 1.9)}, "Only the goroutine pool beats serial here"},
		{"doubles", []Bar{serial, bar("goroutines", 1.8, 1.9, 2, 1), bar("process-gob", 3, 3.5, 4, 2.3), bar("process-json", 2, 2.8, 3, 2.9)}, "A subprocess hop more than doubles the cost of an item"},
		{"doubles only by the median", []Bar{serial, bar("goroutines", 1.8, 1.9, 2, 1), bar("process-gob", 0.6, 0.8, 0.9, 2.01)}, "Only the goroutine pool beats serial here"},
		{"some", []Bar{serial, bar("goroutines", 1.8, 1.94, 2, 1), bar("process-gob", 1.5, 1.6, 1.7, 1.2), bar("shared-file", 0.5, 0.6, 0.7, 3)}, "2 of 3 strategies beat serial here, by up to 1.94×"},
		{"all", []Bar{serial, bar("goroutines", 1.9, 1.94, 2, 1), bar("shared-file", 1.3, 1.4, 1.5, 1.4)}, "Every strategy beats serial: 1.40× (shared file) to 1.94× (goroutine pool)"},
		{"all alike", []Bar{serial, bar("goroutines", 1.8, 1.94, 2, 1), bar("shared-file", 1.7, 1.84, 1.9, 1.1)}, "Every strategy beats serial, by about 1.94×"},
		{"one other", []Bar{serial, bar("goroutines", 1.8, 1.94, 2, 1)}, "Speed-up over serial with the goroutine pool: 1.94×"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := (&Breakdown{Bars: c.bars}).Title(); got != c.want {
				t.Errorf("got  %q\nwant %q", got, c.want)
			}
		})
	}
}

func TestBreakEvenTitle(t *testing.T) {
	inf, nan := math.Inf(1), math.NaN()
	curve := func(strategy string, c Crossing) Curve {
		return Curve{Column: Column{Strategy: strategy}, Points: []CostPoint{{Compute: 1e-7}, {Compute: 2.6e-4}}, Crossing: c}
	}
	always, never := Crossing{Kind: Always}, Crossing{Kind: Never, Lo: inf, Hi: inf}
	sharp := Crossing{At, 11e-6, 9e-6, 14e-6}
	const neutral = "When does handing over pay off?"
	for _, c := range []struct {
		name   string
		curves []Curve
		want   string
	}{
		{"sharp", []Curve{curve("goroutines", always), curve("process-gob", sharp), curve("process-json", never)}, "A subprocess pays off once an item holds 11 µs of work or more"},
		{"wide", []Curve{curve("goroutines", always), curve("process-gob", Crossing{At, 11e-6, 6e-6, 14e-6})}, neutral},
		{"open end", []Curve{curve("process-gob", Crossing{At, 11e-6, 9e-6, inf})}, neutral},
		{"few rounds", []Curve{curve("process-gob", Crossing{At, 11e-6, nan, nan})}, neutral},
		{"all", []Curve{curve("goroutines", always), curve("process-gob", always)}, "Handing over pays off at every size shown"},
		{"none", []Curve{curve("goroutines", never), curve("process-gob", never)}, "Handing over does not pay off up to 260 µs of work in an item"},
		{"no subprocess", []Curve{curve("goroutines", always), curve("process-gob", never)}, "A subprocess does not pay off up to 260 µs of work in an item"},
		{"perhaps no subprocess", []Curve{curve("goroutines", always), curve("process-gob", Crossing{Kind: Never, Lo: 1e-5, Hi: inf})}, neutral},
		{"every subprocess", []Curve{curve("shared-file", never), curve("process-gob", always)}, "A subprocess pays off at every size shown"},
		{"no processes", []Curve{curve("goroutines", sharp)}, "Handing over pays off once an item holds 11 µs of work or more"},
		{"unclear", []Curve{curve("process-gob", Crossing{Kind: Unclear, Lo: 1e-6, Hi: inf})}, neutral},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := (&BreakEven{Curves: c.curves}).Title(); got != c.want {
				t.Errorf("got  %q\nwant %q", got, c.want)
			}
		})
	}
}

func TestCurveWords(t *testing.T) {
	inf, nan := math.Inf(1), math.NaN()
	for _, c := range []struct {
		crossing       Crossing
		want, interval string
	}{
		{Crossing{Kind: Always}, "pays off at every size shown", "below all sizes shown"},
		{Crossing{Always, 0, 0, 25e-9}, "pays off from 25 ns or less", "up to 25 ns"},
		{Crossing{Always, 0, 0, inf}, "pays off, but not clearly", "anywhere"},
		{Crossing{Always, 0, nan, nan}, "pays off at every size shown", "too few rounds"},
		{Crossing{At, 11.4e-6, 9.1e-6, 14e-6}, "pays off from 11 µs", "9.1–14 µs"},
		{Crossing{At, 999.6e-9, 800e-9, inf}, "pays off from 1.0 µs", "800 ns or more"},
		{Crossing{Never, 0, inf, inf}, "does not pay off up to 260 µs", "above all sizes shown"},
		{Crossing{Unclear, 0, 1e-6, inf}, "no clear break-even", "1.0 µs or more"},
	} {
		curve := Curve{Points: []CostPoint{{Compute: 2.6e-4}}, Crossing: c.crossing}
		if got := curve.Words(); got != c.want {
			t.Errorf("%+v: %q, want %q", c.crossing, got, c.want)
		}
		if got := c.crossing.IntervalWords(); got != c.interval {
			t.Errorf("%+v: %q, want %q", c.crossing, got, c.interval)
		}
	}
}

func TestQuantities(t *testing.T) {
	for _, c := range []struct {
		v      float64
		digits int
		want   string
	}{
		{11.4e-6, 2, "11 µs"}, {1.04e-6, 2, "1.0 µs"}, {718e-9, 2, "720 ns"}, {718e-9, 3, "718 ns"},
		{9.96e-6, 2, "10 µs"}, {999.7e-9, 3, "1.00 µs"}, {1e-3, 1, "1 ms"}, {1e-8, 1, "10 ns"},
		{2.5, 2, "2.5 s"}, {0.4e-9, 2, "0.40 ns"}, {0, 2, "0 ns"}, {-3.14e-6, 2, "-3.1 µs"},
	} {
		if got := Time(c.v, c.digits); got != c.want {
			t.Errorf("Time(%g, %d) = %q, want %q", c.v, c.digits, got, c.want)
		}
	}
	for _, c := range []struct {
		lo, hi float64
		want   string
	}{{9.1e-6, 14e-6, "9.1–14 µs"}, {800e-9, 1.2e-6, "800 ns–1.2 µs"}, {1.67e-6, 1.71e-6, "1.67–1.71 µs"}} {
		if got := TimeRange(c.lo, c.hi, 2); got != c.want {
			t.Errorf("TimeRange(%g, %g) = %q, want %q", c.lo, c.hi, got, c.want)
		}
	}
	for ratio, want := range map[float64]string{1: "1.00×", 1.964: "1.96×", 0.0649: "0.065×", 12.34: "12.3×"} {
		if got := Times(ratio); got != want {
			t.Errorf("Times(%g) = %q, want %q", ratio, got, want)
		}
	}
	for tidy, want := range map[string]string{"items/sec": "items/sec", "sec/sec": "ns/sec", "sec/op": "ns/op", "worker-wait-sec/item": "worker-wait-ns/item", "wire-B/item": "wire-B/item"} {
		if got := Untidy(tidy); got != want {
			t.Errorf("Untidy(%s) = %s, want %s", tidy, got, want)
		}
	}
}
