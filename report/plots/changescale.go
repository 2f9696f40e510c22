package plots

import (
	"math"
	"slices"
	"strconv"
)

// changeScale maps ratios to points, logarithmically, so that half and double are as
// far from no change.
type changeScale struct {
	reach float64 // logarithm at both ends
	a, b  float64 // points at the ends
}

// newChangeScale has room for all estimates and for nine of ten intervals: a row that
// could not be measured must not squeeze the others.
func newChangeScale(sections []compareMetric) changeScale {
	reach, ends := 0.0, []float64(nil)
	for _, m := range sections {
		for _, j := range m.rows {
			if size := math.Abs(math.Log(j.Ratio)); !math.IsInf(size, 0) && !math.IsNaN(size) {
				reach = max(reach, size)
			}
			if end := max(-math.Log(j.Low), math.Log(j.High)); !math.IsInf(end, 0) {
				ends = append(ends, end)
			}
			reach = max(reach, math.Log1p(j.Threshold))
		}
	}
	slices.Sort(ends)
	if n := len(ends); n > 0 {
		reach = max(reach, ends[n*9/10])
	}
	return changeScale{reach: max(1.12*reach, 0.01)}
}

// at returns the place of a ratio; what lies outside goes to the nearer end.
func (c changeScale) at(ratio float64) float64 {
	v := min(max(math.Log(ratio), -c.reach), c.reach)
	return c.a + (c.b-c.a)*(v+c.reach)/(2*c.reach)
}

// leaves reports whether a ratio lies outside.
func (c changeScale) leaves(ratio float64) bool { return math.Abs(math.Log(ratio)) > c.reach }

// steps of a scale of at most threefold.
var steps = []float64{0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5}

// ticks returns ratios, one of them 1 and at most four on each side of it: whole
// percents, or powers where the scale is wide.
func (c changeScale) ticks() []float64 {
	if c.reach > math.Log(3) {
		return c.powers()
	}
	largest := math.Expm1(c.reach)
	step := steps[slices.IndexFunc(steps, func(step float64) bool { return largest/step <= 4 })]
	all := []float64{1}
	for n := 1.0; n*step <= largest; n++ {
		all = append(all, 1+n*step)
		if 1-n*step >= math.Exp(-c.reach) {
			all = append(all, 1-n*step)
		}
	}
	return all
}

func (c changeScale) powers() []float64 {
	base := 2.0
	for c.reach > 4*math.Log(base) {
		base *= base
	}
	all := []float64{1}
	for power := base; math.Log(power) <= c.reach; power *= base {
		all = append(all, power, 1/power)
	}
	return all
}

// tickWords spells a mark of the scale.
func tickWords(ratio float64) string {
	number := func(v float64) string { return strconv.FormatFloat(v, 'g', 3, 64) }
	switch {
	case ratio == 1:
		return "0"
	case ratio >= 2:
		return "×" + number(ratio)
	case ratio <= 0.5:
		return "÷" + number(1/ratio)
	case ratio > 1:
		return "+" + number(100*(ratio-1)) + "%"
	}
	return "−" + number(100*(1-ratio)) + "%"
}
