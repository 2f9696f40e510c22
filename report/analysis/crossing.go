package analysis

import (
	"maps"
	"math"
	"math/rand/v2"
	"slices"
)

// The interval of a break-even is a percentile bootstrap over rounds: rounds
// are drawn with replacement, all works of a round together, and the crossing
// is computed anew. The seed is fixed, so that a file always gives the same
// report.
const (
	bootstrapDraws = 1000
	bootstrapSeed  = 1
)

// xy is a point of a curve reduced to medians.
type xy struct{ compute, cost float64 }

func newCrossing(points []CostPoint, workers float64) Crossing {
	medians := make([]xy, len(points))
	for i, p := range points {
		medians[i] = xy{p.Compute, p.Cost.Center}
	}
	c := Crossing{Lo: math.NaN(), Hi: math.NaN()}
	c.Kind, c.X = cross(medians, workers)
	if slices.ContainsFunc(points, func(p CostPoint) bool { return len(p.rounds) < MinSamples }) {
		return c
	}
	c.Lo, c.Hi = bootstrap(points, workers)
	return c
}

// cross finds the last size at which handing over did not pay, and reads the
// break-even off the line to the next size.
func cross(points []xy, workers float64) (Kind, float64) {
	last, paid := -1, false
	for i, p := range points {
		if p.cost >= (workers-1)*p.compute {
			last = i
		} else {
			paid = true
		}
	}
	switch {
	case last < 0:
		return Always, 0
	case last == len(points)-1 && paid:
		return Unclear, 0
	case last == len(points)-1:
		return Never, 0
	}
	return At, interpolate(points[last], points[last+1], workers)
}

// interpolate returns the compute at which the straight line between a (which
// does not pay) and b (which does) meets the diagonal, in log–log as it is
// drawn. A cost that noise made negative has no logarithm; then the line is
// that of the worker time, which crosses P·c at the same place.
func interpolate(a, b xy, workers float64) float64 {
	var ga, gb float64
	if a.cost > 0 && b.cost > 0 {
		ga, gb = math.Log(a.cost/((workers-1)*a.compute)), math.Log(b.cost/((workers-1)*b.compute))
	} else {
		ga, gb = logWall(a, workers), logWall(b, workers)
	}
	if !(ga > gb) || math.IsInf(ga, 0) || math.IsInf(gb, 0) {
		return b.compute // one worker: there is no line to read from
	}
	t := ga / (ga - gb)
	return math.Exp(math.Log(a.compute) + t*math.Log(b.compute/a.compute))
}

// CostBetween returns the cost at compute x on the line from a to b, the one on
// which the break-even was looked for: straight in log–log, and where a cost is
// not positive, the line of the worker time less x.
func CostBetween(a, b CostPoint, x float64) float64 {
	t := math.Log(x/a.Compute) / math.Log(b.Compute/a.Compute)
	if a.Cost.Center > 0 && b.Cost.Center > 0 {
		return a.Cost.Center * math.Pow(b.Cost.Center/a.Cost.Center, t)
	}
	wa := logWall(xy{a.Compute, a.Cost.Center}, 1)
	wb := logWall(xy{b.Compute, b.Cost.Center}, 1)
	return x * (math.Exp(wa+t*(wb-wa)) - 1)
}

func logWall(p xy, workers float64) float64 {
	return math.Log(math.Max(p.cost+p.compute, p.compute/1000) / (workers * p.compute))
}

// bootstrap returns the 2.5 % and the 97.5 % quantile of the crossing.
func bootstrap(points []CostPoint, workers float64) (lo, hi float64) {
	rounds, byRound := tabulate(points)
	rng := rand.New(rand.NewPCG(bootstrapSeed, 0))
	xs := make([]float64, bootstrapDraws)
	for i := range xs {
		drawn := make([]int, len(rounds))
		for j := range drawn {
			drawn[j] = rng.IntN(len(rounds))
		}
		xs[i] = crossDrawn(points, byRound, drawn, workers)
	}
	slices.Sort(xs)
	tail := bootstrapDraws * (1 - confidence) / 2
	return xs[int(tail)], xs[bootstrapDraws-1-int(tail)]
}

// tabulate lists all rounds in order, and for each the pair of every point,
// nil where the point lacks the round.
func tabulate(points []CostPoint) (rounds []pairKey, byRound [][]*costPair) {
	seen := map[pairKey]bool{}
	for _, p := range points {
		for _, r := range p.rounds {
			seen[r.key] = true
		}
	}
	rounds = slices.SortedFunc(maps.Keys(seen), func(a, b pairKey) int {
		if a.round != b.round {
			return a.round - b.round
		}
		return a.nth - b.nth
	})
	byRound = make([][]*costPair, len(rounds))
	for i := range rounds {
		byRound[i] = make([]*costPair, len(points))
	}
	for j := range points {
		for k := range points[j].rounds {
			r := &points[j].rounds[k]
			byRound[slices.Index(rounds, r.key)][j] = r
		}
	}
	return rounds, byRound
}

// crossDrawn is the crossing of one draw as a number: 0 for below all sizes,
// +Inf for above.
func crossDrawn(points []CostPoint, byRound [][]*costPair, drawn []int, workers float64) float64 {
	medians := make([]xy, 0, len(points))
	for j := range points {
		var costs, computes []float64
		for _, r := range drawn {
			if p := byRound[r][j]; p != nil {
				costs, computes = append(costs, p.cost), append(computes, p.compute)
			}
		}
		if len(costs) > 0 {
			medians = append(medians, xy{median(computes), median(costs)})
		}
	}
	switch kind, x := cross(medians, workers); kind {
	case Always:
		return 0
	case At:
		return x
	}
	return math.Inf(1)
}

// median sorts values in place.
func median(values []float64) float64 {
	slices.Sort(values)
	n := len(values)
	return (values[(n-1)/2] + values[n/2]) / 2
}
