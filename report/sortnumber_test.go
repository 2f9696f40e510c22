package report

import (
	"math"
	"testing"

	"github.com/handoff-go/handoff/report/analysis"
)

// A spread that is no spread any more takes no three hundred digits.
func TestHugeSpread(t *testing.T) {
	for largest, want := range map[float64]string{3: "1.000s ±200%", 1e6: "1.000s ±99999900%", 1e300: "1.000s ±1e+302%"} {
		if got := formatInterval(analysis.NewInterval([]float64{1, 1, 1, 1, 1, largest}), "sec/op"); got != want {
			t.Errorf("%g: %s, want %s", largest, got, want)
		}
	}
}

func TestLeadingNumber(t *testing.T) {
	for _, c := range []struct {
		text string
		want float64 // NaN for none
	}{
		{"9.795µs ±2%", 9.795e-6},
		{"124.7ns ±72% ~1.06×", 124.7e-9},
		{"27.87ms", 27.87e-3},
		{"1.5s ±∞", 1.5},
		{"12.20B ±0%", 12.2},
		{"16.95MiB ±2%", 16.95 * (1 << 20)},
		{"0.004142 ±6%", 0.004142},
		{"2 ±0%", 2},
		{"1.98×", 1.98},
		{"~1.01×", 1.01},
		{"(1.98×)", 1.98},
		{"18.6× to 33.6×", 18.6},
		{"150–240 ns", 150e-9},
		{"1.4–11 µs", 1.4e-6},
		{"930 ns–1.2 µs", 930e-9},
		{"-3.2 µs", -3.2e-6},
		{"−3%", -3},
		{"+5.0%", 5},
		{"16", 16},
		{"3 samples", 3},
		{"10 min", 10},
		{"", math.NaN()},
		{"-", math.NaN()},
		{"auto", math.NaN()},
		{"pays off from 200 ns", math.NaN()},
		{"digits=9/shape=number", math.NaN()},
		{"4x4", math.NaN()},
		{"0123abcd", math.NaN()},
		{"10.0.0.1", math.NaN()},
		{"n=10", math.NaN()},
	} {
		got, ok := leadingNumber(c.text)
		if ok == math.IsNaN(c.want) || ok && math.Abs(got-c.want) > 1e-9*math.Abs(c.want) {
			t.Errorf("%q: %g, %t; want %g", c.text, got, ok, c.want)
		}
	}
}

func TestSortNumber(t *testing.T) {
	for text, want := range map[string]float64{
		"810 ns":                         810e-9,
		"pays off from 810 ns":           810e-9,
		"pays off from 2.7 µs or less":   2.7e-6,
		"does not pay off up to 55 ms":   55e-3,
		"above 3 s":                      3,
		"not in this run: 3 slots":       math.NaN(),
		"no clear break-even":            math.NaN(),
		"process-gob workers=2 and 4 so": math.NaN(),
	} {
		if got, ok := sortNumber(text); ok == math.IsNaN(want) || ok && math.Abs(got-want) > 1e-9*want {
			t.Errorf("%q: %g, %t; want %g", text, got, ok, want)
		}
	}
}

// TestLeadingNumberReadsWhatTablesWrite: every way in which a table writes a
// value is read back, at every size.
func TestLeadingNumberReadsWhatTablesWrite(t *testing.T) {
	writers := map[string]func(v float64) string{
		"time":   func(v float64) string { return formatInterval(analysis.NewInterval([]float64{v}), "sec/item") },
		"bytes":  func(v float64) string { return formatInterval(analysis.NewInterval([]float64{v}), "wire-B/item") },
		"count":  func(v float64) string { return formatInterval(analysis.NewInterval([]float64{v}), "frames/item") },
		"words":  func(v float64) string { return analysis.Time(v, 4) },
		"range":  func(v float64) string { return analysis.TimeRange(v, 1.7*v, 4) },
		"factor": func(v float64) string { return analysis.Times(v) },
	}
	for name, write := range writers {
		for exponent := -9; exponent <= 9; exponent++ {
			want := 2.5 * math.Pow(10, float64(exponent))
			if got, ok := leadingNumber(write(want)); !ok || math.Abs(got-want) > 0.01*want {
				t.Errorf("%s: %g is written %q and read as %g, %t", name, want, write(want), got, ok)
			}
		}
	}
}
