package analysis

import (
	"cmp"
	"fmt"
	"math"
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
// makes the roof lower, and so do the CPUs: if an item takes h of CPU time beside
// c in all processes together, so many CPUs can handle no more than CPUs/(c + h).
// What is missing to the roof nobody computes or serializes: the distance of a
// point to it is what scheduling and waiting cost.
//
// s is of the wall: where lanes outnumber the CPUs it holds waiting for one, and
// P/(c + s) is lower than what serialization allows. CPU time holds none.
type Roofline struct {
	Bench   string
	Family  string // what the works have in common: "shape number"
	Workers int
	CPUs    int // GOMAXPROCS of the run, 0 where the names do not say
	Curves  []RoofCurve
}

// RoofCurve is one strategy. Without serialization its roof is the slope.
type RoofCurve struct {
	Column Column

	// The least serialization of all works, per item: encode, transfer and
	// decode, of the workers' lanes and of the busier kind of the
	// coordinator's. Without samples there is none.
	Worker, Coordinator Interval

	// CPU time per item of all processes beside the compute, for the smallest
	// item, where it is known best. Without samples the CPUs limit nothing.
	CPU Interval

	Points []RoofPoint // by compute, smallest first
}

// RoofPoint is what was measured for one work.
type RoofPoint struct {
	Work    Work
	Compute float64  // median of serial's compute per item, in seconds
	Rate    Interval // items a second
	OfRoof  Interval // part of the roof, from the rate's interval
}

// Roof is the most items a second that the curve's strategy can handle if an item
// takes that compute.
func (r *Roofline) Roof(c RoofCurve, compute float64) float64 {
	busy := compute
	if c.Worker.N > 0 {
		busy += c.Worker.Center
	}
	if c.Coordinator.N > 0 {
		busy = max(busy, c.Coordinator.Center)
	}
	return min(float64(r.Workers)/busy, r.cpuRoof(c, compute))
}

// cpuRoof is what the CPUs allow, +Inf where that is not known.
func (r *Roofline) cpuRoof(c RoofCurve, compute float64) float64 {
	if r.CPUs == 0 || c.CPU.N == 0 || !c.Serializes() {
		return math.Inf(1)
	}
	return float64(r.CPUs) / (compute + max(c.CPU.Center, 0))
}

// ByCPUs reports whether it is the CPUs that limit the curve at that compute.
func (r *Roofline) ByCPUs(c RoofCurve, compute float64) bool {
	return r.Roof(c, compute) == r.cpuRoof(c, compute)
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
	r := &Roofline{Bench: m.Bench, Family: family, Workers: workers, CPUs: m.Procs}
	for _, c := range cols {
		if curve := m.roofCurve(works, c); !c.IsSerial() && len(curve.Points) > 0 {
			for i, p := range curve.Points {
				curve.Points[i].OfRoof = p.Rate.scaled(1 / r.Roof(curve, p.Compute))
			}
			r.Curves = append(r.Curves, curve)
		}
	}
	if !slices.ContainsFunc(r.Curves, RoofCurve.Serializes) {
		return nil, &MissingError{"roofline", "metric worker-encode-ns/item, by which a strategy serializes"}
	}
	return r, nil
}

func (m *Matrix) roofCurve(works []Work, c Column) RoofCurve {
	curve := RoofCurve{Column: c, Worker: NewInterval(nil), Coordinator: NewInterval(nil), CPU: NewInterval(nil)}
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
	if len(curve.Points) > 0 {
		first := curve.Points[0]
		curve.CPU = m.Cell(first.Work, c).beside(first.Compute)
	}
	return curve
}

// beside is the CPU time of an item beside that compute.
func (c *Cell) beside(compute float64) Interval {
	var rest []float64
	for _, v := range c.Values(MetricCPU) {
		rest = append(rest, v-compute)
	}
	return NewInterval(rest)
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

// plus returns the interval moved up.
func (i Interval) plus(by float64) Interval {
	return Interval{i.Center + by, i.Lo + by, i.Hi + by, i.N}
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
		if c := &r.Curves[i]; c.Serializes() && (best == nil || r.Roof(*c, 0) > r.Roof(*best, 0)) {
			best = c
		}
	}
	if best == nil || best.noisy() || best.Points[0].OfRoof.Center > 1 {
		return neutral
	}
	first := best.Points[0]
	roof, rate := Count(r.Roof(*best, first.Compute), 2), Count(first.Rate.Center, 2)
	switch {
	case r.ByCPUs(*best, first.Compute):
		return fmt.Sprintf("The %d CPUs allow %s %s items a second; it handles %s", r.CPUs, best.Column.the(), roof, rate)
	case first.OfRoof.Below(0.9):
		return fmt.Sprintf("Serialization allows %s %s items a second; waiting leaves %s", best.Column.the(), roof, rate)
	case first.OfRoof.Above(0.9) && !r.crowded(*best):
		return upperFirst(best.Column.the()) + " handles items as fast as their serialization allows"
	}
	return neutral
}

// noisy reports whether too little is known about the first point's roof.
func (c RoofCurve) noisy() bool {
	for _, i := range []Interval{c.Points[0].OfRoof, c.Worker, c.Coordinator, c.CPU.plus(c.Points[0].Compute)} {
		if i.N > 0 && i.Noisy() {
			return true
		}
	}
	return false
}

// crowded reports whether the workers and the coordinator may have to wait for
// a CPU: there are not as many, or nobody says how many.
func (r *Roofline) crowded(c RoofCurve) bool { return c.Column.Workers()+1 > r.CPUs }
