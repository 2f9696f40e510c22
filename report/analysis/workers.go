package analysis

import (
	"cmp"
	"fmt"
	"slices"
)

const workersBench = "Workers"

// Workers is how many times as fast more workers are: the numbers behind the
// picture "workers".
type Workers struct {
	Bench  string
	Work   Work
	CPUs   int  // GOMAXPROCS of the run, 0 where the names do not say
	Serial bool // speed-ups are over serial; else over the strategy's own first worker
	Curves []WorkersCurve
}

// WorkersCurve is one strategy.
type WorkersCurve struct {
	Strategy, Label string
	Points          []WorkersPoint // fewest workers first
}

// WorkersPoint is a number of workers. Speedup is paired by rounds.
type WorkersPoint struct {
	Workers int
	Speedup Interval

	time times
}

// NewWorkers computes the curves of the run's benchmark Workers. The error is
// a *MissingError that names what the file lacks.
func NewWorkers(all []*Matrix) (*Workers, error) {
	m := benchmark(all, workersBench)
	if m == nil {
		return nil, &MissingError{"workers", "benchmark " + workersBench}
	}
	for _, work := range m.Works {
		p := &Workers{Bench: m.Bench, Work: work, CPUs: m.Procs}
		serial := m.serialElsewhere(work, all)
		p.Serial = serial != nil
		for _, strategy := range few(m.strategies(), mostSetups) {
			if curve := m.workersCurve(work, strategy, serial); strategy != Serial && len(curve.Points) > 1 {
				p.Curves = append(p.Curves, curve)
			}
		}
		if len(p.Curves) > 0 {
			return p, nil // a picture holds one work
		}
	}
	return nil, &MissingError{"workers", "strategy with one worker and with more in " + m.Bench}
}

// serialElsewhere returns serial's cell of a work, from another benchmark of
// the run where this one has none; nil where there is none at all.
func (m *Matrix) serialElsewhere(work Work, all []*Matrix) *Cell {
	if cell := m.Serial(work); cell != nil {
		return cell
	}
	if factor := m.sibling("Factor", all); factor != nil {
		return factor.Serial(work)
	}
	return nil
}

// strategies returns the strategies of the matrix, in the order of columns.
func (m *Matrix) strategies() []string {
	var names []string
	for _, c := range m.Columns { // sorted by strategy
		if n := len(names); n == 0 || names[n-1] != c.Strategy {
			names = append(names, c.Strategy)
		}
	}
	return names
}

func (m *Matrix) workersCurve(work Work, strategy string, serial *Cell) WorkersCurve {
	curve := WorkersCurve{Strategy: strategy, Label: strategyLabel(strategy)}
	seen := map[int]bool{}
	for _, cell := range m.Row(work) {
		c := cell.Column
		if c.Strategy != strategy || c.Workers() == 0 || len(cell.Values(MetricItem)) == 0 {
			continue
		}
		if !seen[c.Workers()] {
			seen[c.Workers()] = true
			curve.Points = append(curve.Points, WorkersPoint{Workers: c.Workers(), time: cell.byKey(MetricItem)})
		}
	}
	slices.SortFunc(curve.Points, func(a, b WorkersPoint) int { return cmp.Compare(a.Workers, b.Workers) })
	curve.Points = few(curve.Points, mostSizes)
	curve.compare(serial)
	return curve
}

// compare computes the speed-ups, over serial or over the curve's one worker.
// Points that share no round with that are left out.
func (c *WorkersCurve) compare(serial *Cell) {
	var base times
	switch {
	case serial != nil:
		base = serial.byKey(MetricItem)
	case len(c.Points) > 0 && c.Points[0].Workers == 1:
		base = c.Points[0].time
	}
	for i := range c.Points {
		c.Points[i].Speedup = lead(c.Points[i].time, base)
	}
	c.Points = slices.DeleteFunc(c.Points, func(p WorkersPoint) bool { return p.Speedup.N == 0 })
}

// Ideal is the speed-up that so many workers would bring if nothing cost
// anything.
func (p *Workers) Ideal(workers float64) float64 {
	if p.CPUs > 0 {
		return min(workers, float64(p.CPUs))
	}
	return workers
}

// Samples returns the smallest and the largest number of rounds of a point.
func (p *Workers) Samples() (least, most int) {
	var all []Interval
	for _, c := range p.Curves {
		for _, q := range c.Points {
			all = append(all, q.Speedup)
		}
	}
	return samples(all)
}

// Title puts the finding about more workers than CPUs into words, or else
// about as many.
func (p *Workers) Title() string {
	const neutral = "What more workers bring"
	beyond, nothing := 0, 0
	var top *WorkersCurve
	var gain Interval
	for i := range p.Curves {
		at, more, ok := p.Curves[i].beyond(p.CPUs)
		if !ok {
			return neutral
		}
		g := lead(more.time, at.time)
		if g.Below(1 + minGap) {
			nothing++
		}
		if g.wins() {
			beyond++
			if top == nil || g.Center > gain.Center {
				top, gain = &p.Curves[i], g
			}
		}
	}
	switch {
	case nothing == len(p.Curves):
		return fmt.Sprintf("More workers than the %d CPUs bring nothing", p.CPUs)
	case beyond == 0:
		return neutral
	case beyond == 1 && nothing == len(p.Curves)-1:
		return fmt.Sprintf("Only %s gains from more workers than the %d CPUs: %s", (Column{Strategy: top.Strategy, Label: top.Label}).the(), p.CPUs, Times(gain.Center))
	}
	return fmt.Sprintf("%d of %d strategies clearly gain from more workers than the %d CPUs, by up to %s", beyond, len(p.Curves), p.CPUs, Times(gain.Center))
}

// beyond returns the point with as many workers as there are CPUs, and the
// fastest of those with more.
func (c WorkersCurve) beyond(cpus int) (at, more WorkersPoint, ok bool) {
	for _, q := range c.Points {
		switch {
		case q.Workers == cpus:
			at = q
		case q.Workers > cpus && (more.Workers == 0 || q.time.median() < more.time.median()):
			more = q
		}
	}
	return at, more, at.Workers > 0 && more.Workers > 0
}
