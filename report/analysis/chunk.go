package analysis

import (
	"cmp"
	"slices"
	"strconv"
)

const chunkBench = "Chunk"

// Chunks is what an item takes over how many items share a frame: the numbers
// behind the picture "chunk". Times are seconds of wall time per item.
type Chunks struct {
	Bench   string
	Work    Work
	Workers int
	Curves  []ChunkCurve
}

// ChunkCurve is one strategy.
type ChunkCurve struct {
	Strategy, Label string
	Points          []ChunkPoint // fixed chunks, smallest first
	Auto            Interval
	Best            string // the fixed chunk with the smallest median
	OfBest          Interval
}

// ChunkPoint is a fixed chunk.
type ChunkPoint struct {
	Chunk float64
	Time  Interval
}

// NewChunks computes the curves of the run's benchmark Chunk. The error is a
// *MissingError that names what the file lacks.
func NewChunks(all []*Matrix) (*Chunks, error) {
	m := benchmark(all, chunkBench)
	if m == nil {
		return nil, &MissingError{"chunk", "benchmark " + chunkBench}
	}
	p := &Chunks{Bench: m.Bench, Workers: m.commonWorkers()}
	for _, w := range m.Works {
		for _, auto := range m.autos(w) {
			fixed := m.fixed(auto)
			if auto.Column.Workers() != p.Workers || len(fixed) == 0 {
				continue
			}
			if curve := newChunkCurve(auto, fixed); len(curve.Points) > 1 {
				p.Work, p.Curves = w, append(p.Curves, curve)
			}
		}
		if len(p.Curves) > 0 {
			return p, nil // a picture holds one work
		}
	}
	return nil, &MissingError{"chunk", "strategy with chunk=auto and two fixed chunks in " + m.Bench}
}

func newChunkCurve(auto *Cell, fixed []*Cell) ChunkCurve {
	row := newAutoRow(auto.Work, auto, fixed)
	curve := ChunkCurve{
		Strategy: auto.Column.Strategy, Label: strategyLabel(auto.Column.Strategy),
		Auto: row.Time, Best: row.Best, OfBest: NewInterval(ofBest(auto, fixed).values()),
	}
	for _, cell := range fixed {
		if chunk, err := strconv.ParseFloat(cell.Column.key("chunk"), 64); err == nil && chunk > 0 {
			curve.Points = append(curve.Points, ChunkPoint{chunk, NewInterval(cell.Values(MetricItem))})
		}
	}
	slices.SortStableFunc(curve.Points, func(a, b ChunkPoint) int { return cmp.Compare(a.Chunk, b.Chunk) })
	return curve
}

// Samples returns the smallest and the largest number of samples of a point.
func (p *Chunks) Samples() (least, most int) {
	var all []Interval
	for _, c := range p.Curves {
		all = append(all, c.Auto)
		for _, q := range c.Points {
			all = append(all, q.Time)
		}
	}
	return samples(all)
}

// Title puts the finding about the automatic chunk into words.
func (p *Chunks) Title() string {
	near, far := 0, ChunkCurve{}
	for _, c := range p.Curves {
		switch {
		case c.OfBest.Below(1 + minGap):
			near++
		case c.OfBest.wins() && c.OfBest.Center > far.OfBest.Center:
			far = c
		}
	}
	switch {
	case far.Label != "":
		return "With " + (Column{Strategy: far.Strategy, Label: far.Label}).the() + " the automatic chunk takes " + Times(far.OfBest.Center) + " as long as the best"
	case near == 1 && len(p.Curves) == 1:
		return "The automatic chunk is within 5% of the best one"
	case near == len(p.Curves):
		return "The automatic chunk is within 5% of the best, with every strategy"
	}
	return "How many items should share a frame?"
}
