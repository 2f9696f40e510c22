package verdict

import "math"

// estimate is what the samples of a row say, in logarithms of head ÷ base.
type estimate struct {
	base, head     float64 // medians of what was analysed
	center, lo, hi float64
	p              float64
	n              int     // pairs; of the smaller side where there are none
	pressed        int     // pairs that were taken under pressure
	kept           int     // of these, how many were analysed for want of a better one
	visible        float64 // how far center would have to be from zero to be significant
	note           string
}

// logRatio of two values that are not negative; zero against zero is no difference.
func logRatio(base, head float64) float64 {
	if base == head {
		return 0
	}
	return math.Log(head) - math.Log(base) // Log(0) is -Inf
}

// reach is how far the center would have to be from zero for the interval to leave it
// out: the longer arm.
func reach(center, lo, hi float64) float64 {
	if lo == hi {
		return 0 // they may be infinite
	}
	return max(center-lo, hi-center)
}

// incomparable is of two medians that nothing is concluded from.
func incomparable(r Row) estimate {
	return estimate{
		base: median(values(r.Base)), head: median(values(r.Head)), n: min(len(values(r.Base)), len(values(r.Head))), p: 1,
		center: math.NaN(), lo: math.Inf(-1), hi: math.Inf(1), visible: math.Inf(1),
	}
}
