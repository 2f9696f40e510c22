package analysis

import (
	"slices"
	"strings"

	"github.com/handoff-go/handoff/report/record"
)

// Beside is one benchmark of two runs, cell beside cell. Index 0 is the first
// run, 1 the second.
type Beside struct {
	Bench  string
	Metric string // what Value is: a time where both runs have one
	Rows   []BesideRow
}

// BesideRow is one cell in both runs.
type BesideRow struct {
	Work   Work
	Column [2]Column // of the same strategy; workers may differ between machines
	Value  [2]Interval
	Ratio  Interval // of the second run's values to the first's, see [UnpairedRatio]

	// Cost is the handoff cost per item in seconds, each against serial of its
	// own run. Known only where Costs says so.
	Cost      [2]Interval
	CostRatio Interval // without samples where a cost is not positive
	Costs     bool
}

// SideBySide puts the benchmarks of two runs beside each other. Benchmarks
// belong together by name and package; where a run has several of them, measured
// under different configurations, by all config lines. only lists the cells, by
// name, that the other run has no partner for.
func SideBySide(a, b []*Matrix) (all []*Beside, only [2][]string) {
	left := slices.Clone(b)
	for _, m := range a {
		i := partnerOf(m, a, left)
		if i < 0 {
			only[0] = append(only[0], m.names(m.ordered())...)
			continue
		}
		p, lone := newBeside(m, left[i])
		left = slices.Delete(left, i, i+1)
		only[0], only[1] = append(only[0], lone[0]...), append(only[1], lone[1]...)
		if len(p.Rows) > 0 {
			all = append(all, p)
		}
	}
	for _, m := range left {
		only[1] = append(only[1], m.names(m.ordered())...)
	}
	return all, only
}

// partnerOf returns the index of the matrix of others that belongs to m, -1 for
// none.
func partnerOf(m *Matrix, own, others []*Matrix) int {
	alike := func(o *Matrix) bool { return o.Bench == m.Bench && o.config("pkg") == m.config("pkg") }
	same := func(o *Matrix) bool { return alike(o) && o.Procs == m.Procs && slices.Equal(o.Config, m.Config) }
	if i := slices.IndexFunc(others, same); i >= 0 {
		return i
	}
	if count(own, alike) > 1 || count(others, alike) > 1 {
		return -1
	}
	return slices.IndexFunc(others, alike)
}

func count(all []*Matrix, want func(*Matrix) bool) int {
	n := 0
	for _, m := range all {
		if want(m) {
			n++
		}
	}
	return n
}

func (m *Matrix) config(key string) string {
	for _, p := range m.Config {
		if p.Key == key {
			return p.Value
		}
	}
	return ""
}

func (m *Matrix) names(cells []*Cell) []string {
	names := make([]string, len(cells))
	for i, c := range cells {
		names[i] = strings.Join(strings.Fields(m.Bench+" "+c.Column.Name+" "+c.Work.Name), " ")
	}
	return names
}

func newBeside(a, b *Matrix) (p *Beside, lone [2][]string) {
	p = &Beside{Bench: a.Bench, Metric: commonMetric(a, b)}
	partners := newPartners(a, b)
	for _, cell := range a.ordered() {
		partner := partners.of(cell)
		if partner == nil || p.Metric == "" {
			lone[0] = append(lone[0], a.names([]*Cell{cell})...)
			continue
		}
		partners.taken[partner] = true
		p.Rows = append(p.Rows, p.row([2]*Matrix{a, b}, [2]*Cell{cell, partner}))
	}
	lone[1] = b.names(slices.DeleteFunc(b.ordered(), func(c *Cell) bool { return partners.taken[c] }))
	return p, lone
}

// commonMetric is the time that both have in all cells, else the first metric
// that both have in any.
func commonMetric(a, b *Matrix) string {
	for _, metric := range []string{MetricItem, MetricOp} {
		if a.Has(metric) && b.Has(metric) {
			return metric
		}
	}
	have := b.Metrics()
	for _, metric := range a.Metrics() {
		if slices.Contains(have, metric) {
			return metric
		}
	}
	return ""
}

// machineKeys are those that the machine decides where nobody else does: runs
// of two machines may differ in them and mean the same cell.
var machineKeys = []string{"workers", "procs", "on"}

// partners finds for cells of one matrix those of another that did the same work in
// the same way; the machine's keys may differ where that leaves no doubt.
type partners struct {
	others *Matrix
	alike  map[string][]*Cell // of the other matrix, by what is left without the machine's keys
	own    map[string]int     // how many of the one matrix are alike
	taken  map[*Cell]bool
}

func newPartners(own, others *Matrix) partners {
	p := partners{others, map[string][]*Cell{}, map[string]int{}, map[*Cell]bool{}}
	for _, c := range own.ordered() {
		p.own[c.withoutMachine()]++
	}
	for _, c := range others.ordered() {
		p.alike[c.withoutMachine()] = append(p.alike[c.withoutMachine()], c)
	}
	return p
}

// of returns nil where there is no partner that is not taken yet.
func (p partners) of(c *Cell) *Cell {
	if same := p.others.Cell(c.Work, c.Column); same != nil {
		if p.taken[same] {
			return nil
		}
		return same
	}
	key := c.withoutMachine()
	if p.own[key] > 1 {
		return nil
	}
	// Nothing else of the one matrix is alike, so none of these is taken.
	if alike := p.alike[key]; len(alike) == 1 {
		return alike[0]
	}
	return nil
}

// withoutMachine names what the cell did and how, but for what the machine decides.
func (c *Cell) withoutMachine() string {
	setup := slices.DeleteFunc(slices.Clone(c.Column.Setup), func(p record.Pair) bool { return slices.Contains(machineKeys, p.Key) })
	return Column{Strategy: c.Column.Strategy, Setup: setup}.id() + "\x00" + c.Work.Name
}

func (p *Beside) row(m [2]*Matrix, c [2]*Cell) BesideRow {
	row := BesideRow{Work: c[0].Work}
	var costs [2][]float64
	for i := range c {
		row.Column[i] = c[i].Column
		row.Value[i] = m[i].Summary(c[i], p.Metric)
		costs[i] = costsOf(m[i], c[i])
		row.Cost[i] = NewInterval(costs[i])
	}
	row.Ratio, _ = UnpairedRatio(c[0].Values(p.Metric), c[1].Values(p.Metric))
	row.CostRatio, _ = UnpairedRatio(costs[0], costs[1])
	row.Costs = len(costs[0]) > 0 && len(costs[1]) > 0
	return row
}

// costsOf are the rounds' handoff costs of a cell, none for serial itself.
func costsOf(m *Matrix, c *Cell) []float64 {
	if c.Column.IsSerial() {
		return nil
	}
	return costs(costPairs(m.Serial(c.Work), c))
}
