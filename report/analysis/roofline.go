package analysis

import (
	"cmp"
	"fmt"
	"slices"
)

// Roofline is how many items a second each strategy handles over the compute of
// an item, and how many it could: the numbers behind the picture "roofline".
//
// A worker's goroutine computes and serializes one after the other, so P workers
// can handle P/(c + s) items a second if computing one takes c and its
// serialization on the worker's side s. Where items are small that is the roof
// P/s, which serialization allows; where they are large it is the slope P/c,
// which computing allows. A lane of the coordinator that serializes for longer
// makes the roof lower. What is missing to it nobody computes or serializes:
// the distance of a point to its roof is what scheduling and waiting cost.
type Roofline struct {
	Bench   string
	Family  string // what the works have in common: "shape number"
	Workers int
	Curves  []RoofCurve
}

// RoofCurve is one strategy. Without serialization its roof is the slope.
type RoofCurve struct {
	Column Column

	// The least serialization of all works, per item: encode, transfer and
	// decode, of the workers' lanes and of the busier kind of the
	// coordinator's. Without samples there is none.
	Worker, Coordinator Interval

	Points []RoofPoint // by compute, smallest first
}

// RoofPoint is what was measured for one work.
type RoofPoint struct {
	Work    Work
	Compute float64  // median of serial's compute per item, in seconds
	Rate    Interval // items a second
	OfRoof  Interval // part of the roof, from the rate's interval
}

// Roof is the most items a second that so many workers can handle if an item
// takes that compute.
func (c RoofCurve) Roof(compute float64, workers int) float64 {
	busy := compute
	if c.Worker.N > 0 {
		busy += c.Worker.Center
	}
	if c.Coordinator.N > 0 {
		busy = max(busy, c.Coordinator.Center)
	}
	return float64(workers) / busy
}

// Serializes reports whether there is a roof besides the slope.
func (c RoofCurve) Serializes() bool { return c.Worker.N > 0 || c.Coordinator.N > 0 }

// NewRoofline computes the curves of the matrix's largest sweep over sizes. The
// error is a *MissingError that names what the file lacks.
func NewRoofline(m *Matrix) (*Roofline, error) {
	if err := m.need("roofline", MetricItem, MetricCompute); err != nil {
		return nil, err
	}
	cols, workers := m.chosen()
	if workers == 0 {
		return nil, &MissingError{"roofline", "workers= in the names of " + m.Bench}
	}
	family, works := m.sweep()
	if len(works) < 2 {
		return nil, &MissingError{"roofline", "second size of item that serial and another strategy were measured with"}
	}
	r := &Roofline{Bench: m.Bench, Family: family, Workers: workers}
	for _, c := range cols {
		if curve := m.roofCurve(works, c, workers); !c.IsSerial() && len(curve.Points) > 0 {
			r.Curves = append(r.Curves, curve)
		}
	}
	if !slices.ContainsFunc(r.Curves, RoofCurve.Serializes) {
		return nil, &MissingError{"roofline", "metric worker-encode-ns/item, by which a strategy serializes"}
	}
	return r, nil
}

func (m *Matrix) roofCurve(works []Work, c Column, workers int) RoofCurve {
	curve := RoofCurve{Column: c, Worker: NewInterval(nil), Coordinator: NewInterval(nil)}
	for _, w := range works {
		cell := m.Cell(w, c)
		if cell == nil {
			continue
		}
		compute := NewInterval(m.Serial(w).Values(MetricCompute)).Center
		if rate := cell.rate(); rate.N > 0 && compute > 0 {
			curve.Points = append(curve.Points, RoofPoint{Work: w, Compute: compute, Rate: rate})
		}
		curve.Worker = least(curve.Worker, cell.lane("worker"))
		if sender, receiver := cell.lane("sender"), cell.lane("receiver"); sender.Center > receiver.Center {
			curve.Coordinator = least(curve.Coordinator, sender)
		} else {
			curve.Coordinator = least(curve.Coordinator, receiver)
		}
	}
	slices.SortStableFunc(curve.Points, func(a, b RoofPoint) int { return cmp.Compare(a.Compute, b.Compute) })
	for i, p := range curve.Points {
		curve.Points[i].OfRoof = p.Rate.scaled(1 / curve.Roof(p.Compute, workers))
	}
	return curve
}

// rate is in items a second.
func (c *Cell) rate() Interval {
	var rates []float64
	for _, t := range c.Values(MetricItem) {
		if t > 0 {
			rates = append(rates, 1/t)
		}
	}
	return NewInterval(rates)
}

// lane is the serialization of a kind of lanes, per item.
func (c *Cell) lane(name string) Interval {
	return NewInterval(c.summed(name+"-encode-sec/item", name+"-transfer-sec/item", name+"-decode-sec/item"))
}

// least returns the smaller one of two intervals; one without samples or of
// nothing does not count.
func least(a, b Interval) Interval {
	if b.N > 0 && b.Center > 0 && (a.N == 0 || b.Center < a.Center) {
		return b
	}
	return a
}

// summed adds metrics up, sample by sample; a missing one is zero.
func (c *Cell) summed(metrics ...string) []float64 {
	sums := make([]float64, len(c.Samples))
	for _, metric := range metrics {
		for i, v := range c.zeroFilled(metric) {
			sums[i] += v
		}
	}
	return sums
}

// scaled returns the interval multiplied by a positive number.
func (i Interval) scaled(by float64) Interval {
	return Interval{i.Center * by, i.Lo * by, i.Hi * by, i.N}
}

// Samples returns the smallest and the largest number of samples of a point.
func (r *Roofline) Samples() (least, most int) {
	var all []Interval
	for _, c := range r.Curves {
		for _, p := range c.Points {
			all = append(all, p.Rate)
		}
	}
	return samples(all)
}

// Title puts the finding about the strategy with the highest roof into words.
func (r *Roofline) Title() string {
	const neutral = "How many items a second serialization and computing allow"
	var best *RoofCurve
	for i := range r.Curves {
		if c := &r.Curves[i]; c.Serializes() && (best == nil || c.Roof(0, r.Workers) > best.Roof(0, r.Workers)) {
			best = c
		}
	}
	if best == nil {
		return neutral
	}
	first := best.Points[0]
	switch {
	case first.OfRoof.Noisy() || best.Worker.N > 0 && best.Worker.Noisy() || best.Coordinator.N > 0 && best.Coordinator.Noisy():
		return neutral
	case first.OfRoof.Below(0.9):
		return fmt.Sprintf("Serialization allows %s %s items a second; waiting leaves %s",
			best.Column.the(), Count(best.Roof(first.Compute, r.Workers), 2), Count(first.Rate.Center, 2))
	case first.OfRoof.Above(0.9):
		return upperFirst(best.Column.the()) + " handles items as fast as their serialization allows"
	}
	return neutral
}
