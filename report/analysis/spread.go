package analysis

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"
)

const (
	// fine is the half width of an interval, as a part of the median, up to
	// which a cell is good for fine differences.
	fine = 0.10
	// mostStrips is how many cells a picture holds.
	mostStrips = 14
	// A drift of the machine is told if it is that large, and as unlikely to
	// be chance as 1 in 100 (Mann–Kendall).
	leastDrift, driftZ = 0.05, 2.58
	leastRounds        = 6
)

// Spread is every sample of a cell in the order of the run: the numbers behind
// the picture "spread".
type Spread struct {
	Cells  int // with two samples or more
	Fine   int // of them with an interval within ±10 %
	Strips []Strip
	All    Strip   // the median of all cells in each round
	Drift  float64 // of All from the first third of the rounds to the last; 0 where that may be chance
}

// Strip is one cell.
type Strip struct {
	Words  string // "Factor, subprocess gob, 9 digits, number"
	Cell   *Cell  // nil for all of them together
	Time   Interval
	Points []StripPoint
}

// StripPoint is one sample.
type StripPoint struct {
	Order float64 // 0 is the first sample of the file, 1 the last
	Ratio float64 // to the median of its cell
	Round int
}

// NewSpread computes the strips of a run, the noisiest first. The error is a
// *MissingError that names what the file lacks.
func NewSpread(all []*Matrix) (*Spread, error) {
	p := &Spread{}
	first, last := math.MaxInt, 0
	rounds := false
	for _, m := range all {
		for _, c := range m.ordered() {
			for _, s := range c.Samples {
				first, last = min(first, s.Line), max(last, s.Line)
				rounds = rounds || s.Round > 0
			}
			if strip := m.strip(c); len(strip.Points) > 1 {
				p.Strips = append(p.Strips, strip)
			}
		}
	}
	if !rounds {
		return nil, &MissingError{"spread", "rounds, without which the order of samples means little"}
	}
	if len(p.Strips) == 0 {
		return nil, &MissingError{"spread", "second sample of any cell"}
	}
	for _, s := range p.Strips {
		s.order(first, last)
	}
	p.Cells = len(p.Strips)
	for _, s := range p.Strips {
		if s.Time.Known() && s.Time.Spread() <= fine {
			p.Fine++
		}
	}
	p.allCells()
	slices.SortStableFunc(p.Strips, func(a, b Strip) int { return cmp.Compare(b.Time.Spread(), a.Time.Spread()) })
	p.Strips = p.Strips[:min(len(p.Strips), mostStrips)]
	return p, nil
}

// ordered returns the cells in the order of tables.
func (m *Matrix) ordered() []*Cell {
	var cells []*Cell
	for _, w := range m.Works {
		cells = append(cells, m.Row(w)...)
	}
	return cells
}

// strip is by the item, or where no item moves by the operation. Until they
// are put into order its points hold the samples' lines.
func (m *Matrix) strip(c *Cell) Strip {
	metric := MetricItem
	if len(c.Values(metric)) == 0 {
		metric = MetricOp
	}
	parts := slices.DeleteFunc([]string{m.Bench, c.Column.Label, c.Work.short()}, func(s string) bool { return s == "" })
	strip := Strip{Words: strings.Join(parts, ", "), Cell: c, Time: NewInterval(c.Values(metric))}
	for _, s := range c.Samples {
		if v, ok := s.Values[metric]; ok && strip.Time.Center > 0 {
			strip.Points = append(strip.Points, StripPoint{float64(s.Line), v / strip.Time.Center, s.Round})
		}
	}
	return strip
}

func (s Strip) order(first, last int) {
	for i := range s.Points {
		s.Points[i].Order = (s.Points[i].Order - float64(first)) / float64(max(1, last-first))
	}
}

// allCells sums up each round: what is common to all cells is the machine.
func (p *Spread) allCells() {
	ratios, orders := map[int][]float64{}, map[int][]float64{}
	var rounds []int
	for _, s := range p.Strips {
		for _, q := range s.Points {
			if len(ratios[q.Round]) == 0 {
				rounds = append(rounds, q.Round)
			}
			ratios[q.Round], orders[q.Round] = append(ratios[q.Round], q.Ratio), append(orders[q.Round], q.Order)
		}
	}
	slices.Sort(rounds)
	var values []float64
	for _, r := range rounds {
		values = append(values, median(ratios[r]))
		p.All.Points = append(p.All.Points, StripPoint{median(orders[r]), values[len(values)-1], r})
	}
	p.All.Words, p.All.Time = "all cells, median of a round", NewInterval(values)
	p.Drift = drift(values)
}

// drift is how much larger the last third of the values is than the first, if
// values tend to rise or to fall.
func drift(values []float64) float64 {
	n := len(values)
	if n < leastRounds {
		return 0
	}
	s := 0
	for i := range values {
		for j := range i {
			s += cmp.Compare(values[i], values[j])
		}
	}
	// Without a trend s has this variance, and is nearly normal.
	sigma := math.Sqrt(float64(n*(n-1)*(2*n+5)) / 18)
	change := median(slices.Clone(values[n-n/3:]))/median(slices.Clone(values[:n/3])) - 1
	if math.Abs(float64(s)) < driftZ*sigma || math.Abs(change) < leastDrift {
		return 0
	}
	return change
}

// Title says how far the medians can be trusted.
func (p *Spread) Title() string {
	switch {
	case p.Drift > 0:
		return fmt.Sprintf("The machine became %.0f%% slower during the run", 100*p.Drift)
	case p.Drift < 0:
		return fmt.Sprintf("The machine became %.0f%% faster during the run", -100*p.Drift)
	}
	return fmt.Sprintf("%d of %d medians are known to within 10%%", p.Fine, p.Cells)
}
