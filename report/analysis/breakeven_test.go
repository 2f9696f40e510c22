package analysis

import (
	"math"
	"math/rand/v2"
	"testing"
)

func TestCross(t *testing.T) {
	for _, c := range []struct {
		name    string
		workers float64
		points  []xy // compute, cost
		kind    Kind
		x       float64
	}{
		{"always", 2, []xy{{10, 5}, {100, 5}}, Always, 0},
		{"never", 2, []xy{{10, 50}, {100, 200}}, Never, 0},
		{"on the diagonal is not below it", 2, []xy{{10, 10}}, Never, 0},
		// log–log between (10, 40) and (1000, 40): flat, meets y = x at 40
		{"flat", 2, []xy{{10, 40}, {1000, 40}}, At, 40},
		// four workers: y = 3x meets 30 at x = 10
		{"three to gain", 4, []xy{{1, 30}, {100, 30}}, At, 10},
		// slope 1/2 from (1, 10): y = 10·√x meets y = x at 100
		{"rising", 2, []xy{{1, 10}, {10000, 1000}}, At, 100},
		{"last of several", 2, []xy{{1, 0.5}, {10, 40}, {1000, 40}}, At, 40},
		{"lost again", 2, []xy{{10, 5}, {100, 200}}, Unclear, 0},
		// a negative cost has no logarithm; wall 2x at 10 and 0.5x·2 at 1000:
		// ln(40/20)=ln 2 and ln(500/2000)=−ln 4, so a third of the way
		{"negative", 2, []xy{{10, 30}, {1000, -500}}, At, 10 * math.Pow(100, 1.0/3)},
		{"one worker never gains", 1, []xy{{10, 1}, {100, 1}}, Never, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			kind, x := cross(c.points, c.workers)
			if kind != c.kind || math.Abs(x-c.x) > 1e-9*c.x {
				t.Errorf("got %v at %g, want %v at %g", kind, x, c.kind, c.x)
			}
		})
	}
}

// The line that is drawn meets the diagonal where the crossing was found.
func TestCrossingLiesOnTheLine(t *testing.T) {
	for _, points := range [][]xy{{{10, 40}, {1000, 40}}, {{10, 30}, {1000, -500}}, {{1, 10}, {10000, 1000}}} {
		a := CostPoint{Compute: points[0].compute, Cost: Interval{Center: points[0].cost}}
		b := CostPoint{Compute: points[1].compute, Cost: Interval{Center: points[1].cost}}
		_, x := cross(points, 2)
		if got := CostBetween(a, b, x); math.Abs(got-x) > 1e-9*x {
			t.Errorf("%v: cost %g at the crossing %g, want the diagonal", points, got, x)
		}
		if got := CostBetween(a, b, b.Compute); math.Abs(got-b.Cost.Center) > 1e-9*b.Compute {
			t.Errorf("%v: the line ends at %g, want %g", points, got, b.Cost.Center)
		}
	}
}

// noisy returns points of a flat cost, measured in rounds of a seed.
func noisy(seed uint64, cost float64, rounds int) []CostPoint {
	rng := rand.New(rand.NewPCG(seed, 0))
	points := make([]CostPoint, 0, 4)
	for _, c := range []float64{1e-7, 1e-6, 1e-5, 1e-4} {
		p := CostPoint{}
		var computes []float64
		for round := range rounds {
			compute := c * math.Exp(0.02*rng.NormFloat64())
			o := cost * math.Exp(0.1*rng.NormFloat64())
			p.rounds = append(p.rounds, costPair{pairKey{round, 0}, o, compute, o + compute})
			computes = append(computes, compute)
		}
		p.Compute, p.Cost = NewInterval(computes).Center, NewInterval(costs(p.rounds))
		points = append(points, p)
	}
	return points
}

// The true break-even of a flat cost at 2 workers is the cost itself: the 95 %
// interval must hold it about that often. (The bootstrap of a median of ten is
// a little short; 85 of 100 leaves room for chance.)
func TestBootstrapCovers(t *testing.T) {
	const truth = 3e-6
	covered := 0
	for seed := range uint64(100) {
		c := newCrossing(noisy(seed, truth, 10), 2)
		if c.Kind != At || !c.Known() || c.Lo > c.X || c.Hi < c.X {
			t.Fatalf("seed %d: %+v", seed, c)
		}
		if c.Lo <= truth && truth <= c.Hi {
			covered++
		}
	}
	if covered < 85 {
		t.Errorf("the interval held the true break-even in %d of 100 runs, want at least 85", covered)
	}
}

func TestBootstrapEnds(t *testing.T) {
	if c := newCrossing(noisy(1, 1e-9, 10), 2); c.Kind != Always || c.Lo != 0 || c.Hi != 0 {
		t.Errorf("cheap: %+v, want always, surely", c)
	}
	if c := newCrossing(noisy(1, 1, 10), 2); c.Kind != Never || !math.IsInf(c.Lo, 1) {
		t.Errorf("dear: %+v, want never, surely", c)
	}
	if c := newCrossing(noisy(1, 3e-6, 5), 2); c.Known() {
		t.Errorf("5 rounds: %+v, want no interval", c)
	}
	a, b := newCrossing(noisy(1, 3e-6, 10), 2), newCrossing(noisy(1, 3e-6, 10), 2)
	if a != b {
		t.Errorf("two reports of the same rounds differ: %+v %+v", a, b)
	}
}
