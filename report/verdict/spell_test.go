package verdict

import (
	"math"
	"testing"
)

func TestSpell(t *testing.T) {
	for _, c := range []struct {
		value  float64
		metric string
		want   string
	}{
		{3125, "ns/item", "3.125µs"}, {250, "cpu-ns/item", "250.0ns"}, {16.36, "wire-B/item", "16.36B"}, {4 << 20, "peak-RSS-bytes", "4.000MiB"},
		{1.5, "allocs/op", "1.500"}, {math.NaN(), "ns/op", "-"},
	} {
		if got := spell(c.value, c.metric); got != c.want {
			t.Errorf("%g %s: %s, want %s", c.value, c.metric, got, c.want)
		}
	}
	for ratio, want := range map[float64]string{1: "0.0%", 1.1: "+10.0%", 0.5: "-50.0%", 1.00001: "0.0%", 0.99999: "0.0%", 9.5: "+850.0%", 1000: "×1000", 12: "×12", 1.5e300: "×1.5e+300", 0: "-100.0%", math.Inf(1): "from 0"} {
		if got := (Judged{Ratio: ratio}).Change(); got != want {
			t.Errorf("ratio %g: %s, want %s", ratio, got, want)
		}
	}
	for unit, want := range map[string]string{"sec/op": "ns/op", "wait-sec/op": "wait-ns/op", "p99-sec": "p99-ns", "B/s": "MB/s", "items/sec": "items/sec", "B/op": "B/op", "sec/MB": "ns/MB"} {
		if got := untidied(unit); got != want || tidied(got) != unit {
			t.Errorf("untidied(%s) = %s, want %s", unit, got, want)
		}
	}
	for smallest, want := range map[float64]string{0.05: "5.0%", 12: "1200.0%", 1e300: "none", math.Inf(1): "none"} {
		if got := visible(Judged{Smallest: smallest}); got != want {
			t.Errorf("visible from %g: %s, want %s", smallest, got, want)
		}
	}
	for part, want := range map[float64]string{0.05: "5%", 0.005: "0.5%", 0.1234: "12.3%", math.Inf(1): "-"} {
		if got := percent(part); got != want {
			t.Errorf("part %g: %s, want %s", part, got, want)
		}
	}
}
