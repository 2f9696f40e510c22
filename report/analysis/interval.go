package analysis

import (
	"math"
	"slices"

	"golang.org/x/perf/benchmath"
)

// confidence of every interval.
const confidence = 0.95

// MinSamples is the least number of samples with a 95 % interval of the median.
const MinSamples = 6

// Interval is a median and its 95 % order-statistic interval, which assumes
// nothing about the distribution. With too few samples Lo and Hi are infinite.
type Interval struct {
	Center, Lo, Hi float64
	N              int
}

// NewInterval sums up values; it does not change them. Without values the
// Center is NaN.
func NewInterval(values []float64) Interval {
	return newInterval(values, benchmath.AssumeNothing)
}

func newInterval(values []float64, assume benchmath.Assumption) Interval {
	if len(values) == 0 {
		return Interval{Center: math.NaN(), Lo: math.Inf(-1), Hi: math.Inf(1)}
	}
	// NewSample sorts in place; the caller's order is that of the rounds.
	sample := benchmath.NewSample(slices.Clone(values), &benchmath.DefaultThresholds)
	s := assume.Summary(sample, confidence)
	return Interval{s.Center, s.Lo, s.Hi, len(values)}
}

// Summary sums up one metric of the cell, as the file's Unit lines want it:
// a metric with assume=exact needs no repetition.
func (m *Matrix) Summary(c *Cell, metric string) Interval {
	return newInterval(c.Values(metric), m.Units.GetAssumption(metric))
}

// Known reports whether there were samples enough for an interval.
func (i Interval) Known() bool { return !math.IsInf(i.Lo, 0) && !math.IsInf(i.Hi, 0) }

// Above reports whether the whole interval lies above x; without enough samples
// nothing does.
func (i Interval) Above(x float64) bool { return i.Known() && i.Lo > x }

// Below is the mirror of Above.
func (i Interval) Below(x float64) bool { return i.Known() && i.Hi < x }

// Spread is the larger distance from the median to an end of the interval, as
// a part of the median: the ± of a table.
func (i Interval) Spread() float64 {
	return math.Max(i.Hi-i.Center, i.Center-i.Lo) / math.Abs(i.Center)
}

// tooNoisy is the Spread from which on pictures mark a value as noisy: it says
// where it lies, but not how it compares.
const tooNoisy = 0.25

// Noisy reports whether the value is known too badly to be compared by eye: it
// has too few samples for an interval, or too wide a one.
func (i Interval) Noisy() bool { return !i.Known() || i.Spread() > tooNoisy }

// samples returns the smallest and the largest number of samples, 0 and 0 of
// none.
func samples(all []Interval) (least, most int) {
	for i, v := range all {
		if i == 0 {
			least = v.N
		}
		least, most = min(least, v.N), max(most, v.N)
	}
	return least, most
}
