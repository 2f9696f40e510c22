package analysis

import (
	"fmt"
	"math"
)

// Phases of a lane, in the order in which pictures and tables show them.
var Phases = []string{"compute", "encode", "transfer", "decode", "wait"}

// Breakdown is where an item's time goes, for one work: the numbers behind the
// picture "phases". All times are medians in seconds per item.
type Breakdown struct {
	Bench   string
	Work    Work
	Workers int     // of all bars but serial's
	Compute float64 // compute per item as serial measures it
	Bars    []Bar
}

// Bar is one strategy's lanes.
type Bar struct {
	Column Column

	// Total is the worker time per item, P·wall/N.
	Total Interval
	// Worker is the worker lane by Phases; its sum and Rest make up Total.
	Worker []float64
	// Rest is worker time that no phase accounts for; medians need not add up,
	// so it can be slightly negative.
	Rest float64
	// Coordinator is the coordinator's time by Phases, nil for a strategy
	// without a coordinator.
	Coordinator []float64

	// Cost is the handoff cost per item, paired by rounds; without samples for
	// serial itself.
	Cost Interval
	// Speedup over serial in wall time, paired by rounds.
	Speedup Interval
	// Ratio is the worker time as a multiple of serial's, paired by rounds.
	Ratio Interval
}

// NewBreakdown computes the breakdown of the matrix's headline work. The error
// is a *MissingError that names what the file lacks.
func NewBreakdown(m *Matrix) (*Breakdown, error) {
	cols, workers := m.chosen()
	if err := m.need("phases", MetricItem, MetricCompute); err != nil {
		return nil, err
	}
	if workers == 0 {
		return nil, &MissingError{"phases", "workers= in the names of " + m.Bench}
	}
	work := m.headline(cols)
	serial := m.Serial(work)
	b := &Breakdown{Bench: m.Bench, Work: work, Workers: workers, Compute: NewInterval(serial.Values(MetricCompute)).Center}
	for _, c := range cols {
		if cell := m.Cell(work, c); cell != nil {
			b.Bars = append(b.Bars, newBar(serial, cell))
		}
	}
	return b, nil
}

// need returns an error naming the first of the metrics that some cell of the
// comparable works lacks.
func (m *Matrix) need(plot string, metrics ...string) error {
	for _, metric := range metrics {
		for _, w := range m.comparable() {
			for _, cell := range m.Row(w) {
				if len(cell.Values(metric)) == 0 && (metric != MetricCompute || cell.Column.IsSerial()) {
					return &MissingError{plot, fmt.Sprintf("metric %s for %s", Untidy(metric), cell.name(m.Bench))}
				}
			}
		}
	}
	return nil
}

func (c *Cell) name(bench string) string {
	name := bench
	if c.Column.Strategy != "" {
		name += "/strategy=" + c.Column.Strategy
	}
	if c.Work.Name != "" {
		name += "/" + c.Work.Name
	}
	return name
}

func newBar(serial, cell *Cell) Bar {
	workers := math.Max(1, float64(cell.Column.Workers()))
	b := Bar{Column: cell.Column, Worker: make([]float64, len(Phases))}
	totals := cell.Values(MetricItem)
	for i := range totals {
		totals[i] *= workers
	}
	b.Total = NewInterval(totals)
	b.Rest = b.Total.Center
	for i, phase := range Phases {
		metric := MetricCompute
		if phase != "compute" {
			metric = "worker-" + phase + "-sec/item"
		}
		b.Worker[i] = NewInterval(cell.zeroFilled(metric)).Center
		b.Rest -= b.Worker[i]
	}
	b.Coordinator = coordinatorLane(cell)
	b.Speedup, _ = Speedup(serial, cell, MetricItem)
	if !cell.Column.IsSerial() {
		b.Cost, _ = Cost(serial, cell)
	}
	b.Ratio = ratio(serial, cell, workers)
	return b
}

func coordinatorLane(cell *Cell) []float64 {
	lane := make([]float64, len(Phases))
	sum := 0.0
	for i, phase := range Phases {
		if phase == "wait" {
			continue
		}
		// Runs of before its lanes were told apart have their sums.
		for _, part := range []string{"coord", "sender", "receiver"} {
			lane[i] += NewInterval(cell.zeroFilled(part + "-" + phase + "-sec/item")).Center
		}
		sum += lane[i]
	}
	if sum == 0 {
		return nil
	}
	return lane
}

func ratio(serial, cell *Cell, workers float64) Interval {
	var ratios []float64
	for _, p := range pairs(serial, cell) {
		s, o := p.serial.Values[MetricItem], p.other.Values[MetricItem]
		if s > 0 && o > 0 {
			ratios = append(ratios, workers*o/s)
		}
	}
	return NewInterval(ratios)
}

// Samples returns the smallest and the largest number of samples of a bar.
func (b *Breakdown) Samples() (least, most int) {
	var all []Interval
	for _, bar := range b.Bars {
		all = append(all, bar.Total)
	}
	return samples(all)
}
