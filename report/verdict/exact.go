package verdict

import "math"

// exact compares values that repetition does not change. The interval has no width,
// and p is 0 where the values differ; a side that contradicts itself leaves
// everything open.
func exact(r Row) estimate {
	base, sameBase := single(r.Base)
	head, sameHead := single(r.Head)
	e := estimate{n: min(len(values(r.Base)), len(values(r.Head))), base: base, head: head, p: 1, center: logRatio(base, head)}
	switch {
	case e.n == 0:
		e.lo, e.hi = math.Inf(-1), math.Inf(1)
	case !sameBase || !sameHead:
		e.lo, e.hi = math.Inf(-1), math.Inf(1)
		e.note = "assume=exact, but the samples of a side differ"
	default:
		e.lo, e.hi = e.center, e.center
		if base != head {
			e.p = 0
		}
	}
	return e
}

// single returns the one value that all samples share.
func single(samples []Sample) (value float64, ok bool) {
	all := values(samples)
	if len(all) == 0 {
		return math.NaN(), false
	}
	for _, v := range all {
		if v != all[0] {
			return median(all), false
		}
	}
	return all[0], true
}
