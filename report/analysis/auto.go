package analysis

import (
	"cmp"
	"math"
	"slices"
)

const autoBench = "Auto"

// Auto compares the automatic chunk with fixed ones, work by work.
type Auto struct {
	Rows []AutoRow

	// Median is over the rounds, of what the middle work was in each.
	Median Interval
	// Worst is that of the row where automatic chunks do worst. It is the
	// largest of many noisy numbers, so rather too large.
	Worst Interval
}

// AutoRow is one work.
type AutoRow struct {
	Work Work
	Time Interval // with the automatic chunk

	Best     string // the fixed chunk with the smallest median
	BestTime Interval

	// OfBest is the automatic chunk's time as a multiple of the best fixed
	// one's, paired by rounds. Of several noisy medians the smallest is too
	// small, so what was the best in the other rounds is what counts in each:
	// somebody who had to choose a chunk would have known no more.
	OfBest Interval
}

// NewAuto computes the rows of a matrix of the benchmark Auto. It is nil for
// others, and where no work has an automatic chunk and a fixed one in two
// rounds.
func NewAuto(m *Matrix) *Auto {
	if m.Bench != autoBench {
		return nil
	}
	a := &Auto{}
	byRound := map[pairKey][]float64{}
	for _, w := range m.Works {
		autos := m.autos(w)
		if len(autos) == 0 {
			continue
		}
		auto, fixed := autos[0], m.fixed(autos[0])
		if len(fixed) == 0 {
			continue
		}
		ratios := ofBest(auto, fixed)
		if len(ratios) == 0 {
			continue
		}
		row := newAutoRow(w, auto, fixed)
		var values []float64
		for _, key := range auto.keys() {
			if v, ok := ratios[key]; ok {
				values = append(values, v)
				byRound[key] = append(byRound[key], v)
			}
		}
		row.OfBest = NewInterval(values)
		a.Rows = append(a.Rows, row)
	}
	if len(a.Rows) == 0 {
		return nil
	}
	a.sum(byRound)
	return a
}

func newAutoRow(w Work, auto *Cell, fixed []*Cell) AutoRow {
	best := slices.MinFunc(fixed, func(x, y *Cell) int {
		return cmp.Compare(median(x.Values(MetricItem)), median(y.Values(MetricItem)))
	})
	return AutoRow{
		Work: w, Time: NewInterval(auto.Values(MetricItem)),
		Best: best.Column.key("chunk"), BestTime: NewInterval(best.Values(MetricItem)),
	}
}

// sum sums the rows up. A round counts that has all of them.
func (a *Auto) sum(byRound map[pairKey][]float64) {
	var medians []float64
	for _, ratios := range byRound {
		if len(ratios) == len(a.Rows) {
			medians = append(medians, median(ratios))
		}
	}
	slices.Sort(medians)
	a.Median = NewInterval(medians)
	a.Worst = slices.MaxFunc(a.Rows, func(x, y AutoRow) int {
		return cmp.Compare(x.OfBest.Center, y.OfBest.Center)
	}).OfBest
}

// autos returns a work's cells with the automatic chunk.
func (m *Matrix) autos(w Work) []*Cell {
	var autos []*Cell
	for _, cell := range m.Row(w) {
		if cell.Column.key("chunk") == "auto" && len(cell.Values(MetricItem)) > 0 {
			autos = append(autos, cell)
		}
	}
	return autos
}

// fixed returns the cells that differ from one with the automatic chunk in
// nothing but a fixed chunk.
func (m *Matrix) fixed(auto *Cell) []*Cell {
	var fixed []*Cell
	for _, cell := range m.Row(auto.Work) {
		c := cell.Column
		if c.key("chunk") == "auto" || len(cell.Values(MetricItem)) == 0 {
			continue
		}
		if c.Strategy == auto.Column.Strategy && c.Workers() == auto.Column.Workers() {
			fixed = append(fixed, cell)
		}
	}
	return few(fixed, mostSizes)
}

// ofBest returns, for each round, the automatic chunk's time as a multiple of
// that of the fixed chunk that was the best in all other rounds.
func ofBest(auto *Cell, fixed []*Cell) times {
	byChunk := make([]times, len(fixed))
	for i, c := range fixed {
		byChunk[i] = c.byKey(MetricItem)
	}
	ratios := times{}
	for key, t := range auto.byKey(MetricItem) {
		best, least := math.NaN(), math.Inf(1)
		for _, of := range byChunk {
			if m := medianWithout(of, key); m < least && of[key] > 0 {
				best, least = of[key], m
			}
		}
		if best > 0 {
			ratios[key] = t / best
		}
	}
	return ratios
}

// byKey returns the metric's values by round.
func (c *Cell) byKey(metric string) times {
	values := times{}
	for i, key := range c.keys() {
		if v, ok := c.Samples[i].Values[metric]; ok {
			values[key] = v
		}
	}
	return values
}

// medianWithout is the median of all values but one, NaN where there is none.
func medianWithout(values times, without pairKey) float64 {
	var others []float64
	for key, v := range values {
		if key != without {
			others = append(others, v)
		}
	}
	if len(others) == 0 {
		return math.NaN()
	}
	return median(others)
}
