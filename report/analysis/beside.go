package analysis

import (
	"cmp"
	"slices"
	"strings"

	"github.com/handoff-go/handoff/report/record"
)

// Beside is one benchmark of two runs, cell beside cell. Index 0 is the first
// run, 1 the second.
type Beside struct {
	Bench  string
	Title  string // Bench, and what tells it from the others of the first run
	Metric string // what Value is
	Main   bool   // the metric is the first of the benchmark: a time where both runs have one
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

// SideBySide puts the benchmarks of two runs beside each other, one Beside for each metric
// that both have, the time first. Benchmarks belong together as cells do ([record.Match]);
// where there is no doubt, also those of machines with different numbers of CPUs. only lists
// the cells, by name, and the metrics of cells, that the other run has no partner for.
func SideBySide(a, b []*Matrix) (all []*Beside, only [2][]string) {
	partner := partnersOf(a, b)
	taken := map[*Matrix]bool{}
	for _, m := range a {
		o := partner[m]
		if o == nil {
			only[0] = append(only[0], m.namesBeside(b)...)
			continue
		}
		taken[o] = true
		besides, lone := newBesides(m, o)
		only[0], only[1] = append(only[0], lone[0]...), append(only[1], lone[1]...)
		all = append(all, besides...)
	}
	for _, m := range b {
		if !taken[m] {
			only[1] = append(only[1], m.namesBeside(a)...)
		}
	}
	return all, only
}

// namesBeside names all cells, with their package where others of the same title are of
// another one.
func (m *Matrix) namesBeside(others []*Matrix) []string {
	names := m.names(m.ordered())
	if slices.ContainsFunc(others, func(o *Matrix) bool { return o.Title == m.Title && o.ID.Package != m.ID.Package }) {
		for i := range names {
			names[i] = cmp.Or(m.ID.Package, "unknown package") + ": " + names[i]
		}
	}
	return names
}

// partnersOf finds the matrix of the other run that belongs to each.
func partnersOf(a, b []*Matrix) map[*Matrix]*Matrix {
	partner, taken := map[*Matrix]*Matrix{}, map[*Matrix]bool{}
	for _, p := range record.Match(idsOf(a), idsOf(b)).Pairs {
		x, y := ofID(a, p.Base), ofID(b, p.Head)
		for i := range min(len(x), len(y)) { // more than one only where names differ in the order of their keys
			partner[x[i]], taken[y[i]] = y[i], true
		}
	}
	alike := func(m, o *Matrix) bool {
		return m.Bench == o.Bench && (m.ID.Package == o.ID.Package || m.ID.Package == "" || o.ID.Package == "")
	}
	for _, m := range a {
		likeM := slices.DeleteFunc(slices.Clone(b), func(o *Matrix) bool { return !alike(m, o) })
		if partner[m] != nil || len(likeM) != 1 || taken[likeM[0]] {
			continue
		}
		if count(a, func(o *Matrix) bool { return alike(o, likeM[0]) }) == 1 {
			partner[m], taken[likeM[0]] = likeM[0], true
		}
	}
	return partner
}

func idsOf(all []*Matrix) []record.ID {
	ids := make([]record.ID, len(all))
	for i, m := range all {
		ids[i] = m.ID
	}
	return ids
}

func ofID(all []*Matrix, id record.ID) []*Matrix {
	return slices.DeleteFunc(slices.Clone(all), func(m *Matrix) bool { return m.ID != id })
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

func (m *Matrix) names(cells []*Cell) []string {
	names := make([]string, len(cells))
	for i, c := range cells {
		names[i] = strings.Join(strings.Fields(m.Title+" "+c.Column.Name+" "+c.Work.Name), " ")
	}
	return names
}

// newBesides compares two matrices, in a Beside for each metric that both have.
func newBesides(a, b *Matrix) (all []*Beside, lone [2][]string) {
	var cells [][2]*Cell
	partners := newPartners(a, b)
	for _, cell := range a.ordered() {
		partner := partners.of(cell)
		if partner == nil {
			lone[0] = append(lone[0], a.names([]*Cell{cell})...)
			continue
		}
		partners.taken[partner] = true
		cells = append(cells, [2]*Cell{cell, partner})
	}
	lone[1] = b.names(slices.DeleteFunc(b.ordered(), func(c *Cell) bool { return partners.taken[c] }))
	var only [2][]string
	for i, metric := range commonMetrics(a, b) {
		p := &Beside{Bench: a.Bench, Title: besideTitle(a, b), Metric: metric, Main: i == 0}
		for _, c := range cells {
			has := [2]bool{c[0].has(metric), c[1].has(metric)}
			switch {
			case has[0] && has[1]:
				p.Rows = append(p.Rows, p.row([2]*Matrix{a, b}, c))
			case has[0]:
				only[0] = append(only[0], Untidy(metric)+" of "+a.names(c[:1])[0])
			case has[1]:
				only[1] = append(only[1], Untidy(metric)+" of "+b.names(c[1:])[0])
			}
		}
		if len(p.Rows) > 0 {
			all = append(all, p)
		}
	}
	return all, [2][]string{append(lone[0], only[0]...), append(lone[1], only[1]...)}
}

// besideTitle names both where they go by different names, as on machines with different
// numbers of CPUs.
func besideTitle(a, b *Matrix) string {
	if a.Procs != b.Procs {
		return a.ID.FullName() + " beside " + b.ID.FullName()
	}
	return a.Heading
}

func (c *Cell) has(metric string) bool {
	return slices.ContainsFunc(c.Samples, func(s record.Sample) bool {
		_, ok := s.Values[metric]
		return ok
	})
}

// commonMetrics are all metrics of either: first the time that both have in all cells, then
// the others in the order of tables.
func commonMetrics(a, b *Matrix) []string {
	all := slices.Concat(a.Metrics(), b.Metrics())
	slices.SortFunc(all, CompareMetrics)
	all = slices.Compact(all)
	for _, metric := range []string{MetricItem, MetricOp} {
		if a.Has(metric) && b.Has(metric) {
			return append([]string{metric}, slices.DeleteFunc(all, func(m string) bool { return m == metric })...)
		}
	}
	return all
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
