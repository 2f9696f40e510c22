package plots

import "math"

// logScale maps seconds to points, logarithmically.
type logScale struct {
	lo, hi float64 // seconds
	a, b   float64 // points at lo and at hi
}

// at returns the place of v; what lies outside goes to the nearer end, and so
// do zero and negative values, which have no logarithm.
func (l logScale) at(v float64) float64 {
	v = min(max(v, l.lo), l.hi)
	return l.a + (l.b-l.a)*math.Log(v/l.lo)/math.Log(l.hi/l.lo)
}

// ticks returns the decades within the scale; a scale that holds less than two
// has 2 and 5 of each decade too.
func (l logScale) ticks() []float64 {
	if t := l.steps(1); len(t) > 1 {
		return t
	}
	return l.steps(1, 2, 5)
}

func (l logScale) steps(factors ...float64) []float64 {
	const slack = 1e-9
	var all []float64
	for e := math.Floor(math.Log10(l.lo)); e <= math.Ceil(math.Log10(l.hi)); e++ {
		for _, f := range factors {
			if v := f * math.Pow(10, e); v >= l.lo*(1-slack) && v <= l.hi*(1+slack) {
				all = append(all, v)
			}
		}
	}
	return all
}

// zeroScale is a logarithmic scale with a place of its own for zero, left of a
// gap.
type zeroScale struct {
	logScale
	zero float64 // points
}

func (z zeroScale) at(v float64) float64 {
	if v <= 0 {
		return z.zero
	}
	return z.logScale.at(v)
}

// linearScale maps values to points in proportion.
type linearScale struct{ lo, hi, a, b float64 }

func (l linearScale) at(v float64) float64 {
	v = min(max(v, l.lo), l.hi)
	return l.a + (l.b-l.a)*(v-l.lo)/(l.hi-l.lo)
}
