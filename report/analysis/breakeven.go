package analysis

import (
	"math"
	"slices"
	"strings"
)

// BreakEven is the handoff cost against the size of an item, for each strategy:
// the numbers behind the picture "breakeven".
type BreakEven struct {
	Bench   string
	Family  string // what the works have in common: "shape number"
	Workers int
	Curves  []Curve
}

// Curve is one strategy over the works, smallest first.
type Curve struct {
	Column   Column
	Points   []CostPoint
	Crossing Crossing
	Loaded   string // "record with 4 KiB, computed: from 11 µs", or ""; see [BreakEven.Load]
}

// CostPoint is one work: what an item of it costs to compute (x) and to hand
// over (y), in seconds.
type CostPoint struct {
	Work    Work
	Compute float64 // median of serial's compute per item
	Cost    Interval

	rounds []costPair
}

// Kind says whether a curve has a break-even.
type Kind int

const (
	Always  Kind = iota // pays off at every size shown
	At                  // pays off from Crossing.X on
	Never               // does not pay off at any size shown
	Unclear             // pays off at some sizes, but not at the largest
)

// Crossing is where a curve falls below the diagonal o = (P−1)·c for good.
type Crossing struct {
	Kind Kind
	X    float64 // compute per item in seconds, for At

	// Lo and Hi bound the break-even with 95 % confidence: 0 is below all sizes
	// shown, +Inf above. They are NaN with fewer than MinSamples rounds.
	Lo, Hi float64
}

// Known reports whether there were rounds enough for an interval.
func (c Crossing) Known() bool { return !math.IsNaN(c.Lo) }

// NewBreakEven computes the curves of the matrix's largest sweep over sizes.
// The error is a *MissingError that names what the file lacks.
func NewBreakEven(m *Matrix) (*BreakEven, error) {
	if err := m.need("breakeven", MetricItem, MetricCompute); err != nil {
		return nil, err
	}
	if m.commonWorkers() == 0 {
		return nil, &MissingError{"breakeven", "workers= in the names of " + m.Bench}
	}
	family, works := m.sweep()
	if len(works) < 2 {
		return nil, &MissingError{"breakeven", "second size of item that serial and another strategy were measured with"}
	}
	b := m.breakEven(family, works)
	if len(b.Curves) == 0 {
		return nil, &MissingError{"breakeven", "round in which serial and another strategy did the same work"}
	}
	return b, nil
}

// breakEven computes the curves of one sweep.
func (m *Matrix) breakEven(family string, works []Work) *BreakEven {
	cols, workers := m.chosen()
	b := &BreakEven{Bench: m.Bench, Family: family, Workers: workers}
	for _, c := range cols {
		if curve := m.curve(works, c); !c.IsSerial() && len(curve.Points) > 0 {
			curve.Crossing = newCrossing(curve.Points, float64(workers))
			b.Curves = append(b.Curves, curve)
		}
	}
	return b
}

func (m *Matrix) curve(works []Work, c Column) Curve {
	curve := Curve{Column: c}
	for _, w := range works {
		serial, cell := m.Serial(w), m.Cell(w, c)
		if rounds := costPairs(serial, cell); len(rounds) > 0 {
			compute := NewInterval(serial.Values(MetricCompute)).Center
			curve.Points = append(curve.Points, CostPoint{w, compute, NewInterval(costs(rounds)), rounds})
		}
	}
	slices.SortFunc(curve.Points, func(a, b CostPoint) int {
		if a.Compute < b.Compute {
			return -1
		}
		return 1
	})
	return curve
}

// Load notes at each curve from which compute on its strategy pays off where
// items carry something: the smallest payload, in shape record if that is there.
func (b *BreakEven) Load(answers []Answer) {
	var load *Answer
	for i, a := range answers {
		if a.About == WhenItPays && a.Payload > 0 && (load == nil || a.lighter(*load)) {
			load = &answers[i]
		}
	}
	if load == nil {
		return
	}
	for i := range b.Curves {
		for _, a := range answers {
			if a.About == WhenItPays && a.Shape == load.Shape && a.Payload == load.Payload && a.Subject == b.Curves[i].Column.Label {
				b.Curves[i].Loaded = a.loadWords(b.Family)
			}
		}
	}
}

// shapePrefix begins what works of one shape have in common.
const shapePrefix = "shape "

// loadWords say of an answer what the note of a curve over a family of works says.
func (a Answer) loadWords(family string) string {
	words := "with " + Bytes(a.Payload, 3)
	if family != shapePrefix+a.Shape {
		words = a.Shape + " " + words
	}
	if a.Computed {
		words += ", computed"
	}
	return words + ": " + strings.TrimPrefix(a.Words, "pays off ")
}

// lighter orders the loads that a picture of break-evens can tell of.
func (a Answer) lighter(o Answer) bool {
	if (a.Shape == "record") != (o.Shape == "record") {
		return a.Shape == "record"
	}
	return a.Payload < o.Payload
}

// Samples returns the smallest and the largest number of rounds behind a point.
func (b *BreakEven) Samples() (least, most int) {
	var all []Interval
	for _, c := range b.Curves {
		for _, p := range c.Points {
			all = append(all, p.Cost)
		}
	}
	return samples(all)
}

// Largest returns the largest compute per item that was measured.
func (b *BreakEven) Largest() float64 {
	x := 0.0
	for _, c := range b.Curves {
		x = max(x, c.Points[len(c.Points)-1].Compute)
	}
	return x
}
