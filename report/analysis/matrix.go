package analysis

import (
	"cmp"
	"math"
	"slices"
	"strings"

	"golang.org/x/perf/benchfmt"

	"github.com/handoff-go/handoff/report/record"
)

// Matrix holds the cells of one benchmark that may be compared: measured under
// the same config lines, with the same GOMAXPROCS. Nothing changes it after
// [Matrices], so it may be read concurrently.
type Matrix struct {
	Bench   string    // "Factor"
	ID      record.ID // of all its cells, with Bench for the name
	Title   string    // Bench, and what tells the matrix from the others of its run
	Heading string    // the same for a table, which has all names' end in it
	Config  []record.Pair
	Procs   int
	Works   []Work
	Columns []Column
	Units   benchfmt.UnitMetadataMap
	Retaken int // samples left out: the cell was measured again in the same round

	cells  map[[2]string]*Cell // by Work.Name and Column.id
	rows   map[string][]*Cell  // by Work.Name, in the order of Columns
	bare   map[string]*Cell    // by shape: serial's cell of the first work that carries nothing
	having map[string]int      // by metric: cells that have it in some sample
	least  int                 // samples of the cell that has the fewest
	most   int                 // and of the one that has the most
}

// Work is what was computed: a row.
type Work struct {
	Name string // "digits=9/shape=number", "" where the benchmark has one work only
	Keys []record.Pair
}

// Key returns the value of one of the work's keys, or "".
func (w Work) Key(name string) string {
	for _, p := range w.Keys {
		if p.Key == name {
			return p.Value
		}
	}
	return ""
}

// Words spells the work for a sentence: "9 digits, shape number".
func (w Work) Words() string {
	parts := make([]string, len(w.Keys))
	for i, p := range w.Keys {
		parts[i] = strings.TrimSpace(p.Key + " " + p.Value)
		if p.Key == "digits" {
			parts[i] = p.Value + " digits"
		}
	}
	return strings.Join(parts, ", ")
}

// Cell is one point of the matrix with the samples that count, in the order
// taken.
type Cell struct {
	Column  Column
	Work    Work
	Samples []record.Sample
}

// Cell returns the cell of a work and a column, nil where none was measured.
func (m *Matrix) Cell(w Work, c Column) *Cell { return m.cells[[2]string{w.Name, c.id()}] }

// Row returns the cells of a work in the order of the columns. To go through the
// cells of a matrix by rows takes as many steps as it has cells; by works and
// columns it would take the product of the two, which a stranger's names may make
// the square.
func (m *Matrix) Row(w Work) []*Cell { return m.rows[w.Name] }

// Serial returns serial's cell of the work, nil where none was measured.
func (m *Matrix) Serial(w Work) *Cell {
	for _, cell := range m.Row(w) {
		if cell.Column.IsSerial() {
			return cell
		}
	}
	return nil
}

// Has reports whether every cell of the matrix has the metric in some sample.
func (m *Matrix) Has(metric string) bool { return m.having[metric] == len(m.cells) }

// Values returns the metric's values in the order taken. Samples without it
// are left out.
func (c *Cell) Values(metric string) []float64 {
	var values []float64
	for _, s := range c.Samples {
		if v, ok := s.Values[metric]; ok {
			values = append(values, v)
		}
	}
	return values
}

// zeroFilled is Values for a metric whose absence means zero, as that of a
// phase does.
func (c *Cell) zeroFilled(metric string) []float64 {
	values := make([]float64, len(c.Samples))
	for i, s := range c.Samples {
		values[i] = s.Values[metric]
	}
	return values
}

// Matrices sorts a run's samples into one matrix for each benchmark and set of
// config lines. Factor comes first, the others follow by name; rows and columns
// have a fixed order too, because rounds shuffle the file's.
func Matrices(run *record.Run) []*Matrix {
	var all []*Matrix
	byID := map[record.ID][]*Matrix{}
	for _, s := range run.Samples {
		id := s.ID
		id.Name = s.Base
		taken := slices.ContainsFunc(byID[id], func(m *Matrix) bool { return m.add(s) })
		if !taken { // a new one, or names that differ in the order of their keys alone
			m := &Matrix{Bench: s.Base, ID: id, Config: s.Config, Procs: s.Procs, Units: run.Units, cells: map[[2]string]*Cell{}, rows: map[string][]*Cell{}}
			m.add(s)
			byID[id], all = append(byID[id], m), append(all, m)
		}
	}
	for _, m := range all {
		m.order()
	}
	nameMatrices(run, all)
	slices.SortStableFunc(all, compareMatrices)
	return all
}

func compareMatrices(a, b *Matrix) int {
	return cmp.Or(benchRank(a.Bench)-benchRank(b.Bench), strings.Compare(a.Bench, b.Bench))
}

func benchRank(name string) int {
	switch name {
	case "Factor":
		return 0
	case "Canary":
		return 2
	}
	return 1
}

// add takes in a sample, unless its place is that of another cell.
func (m *Matrix) add(s record.Sample) bool {
	col, keys := splitKeys(s.Keys)
	work := Work{Name: joinPairs(keys), Keys: keys}
	key := [2]string{work.Name, col.id()}
	cell := m.cells[key]
	if cell != nil && cell.Samples[0].ID != s.ID {
		return false
	}
	if cell == nil {
		cell = &Cell{Column: col, Work: work}
		m.cells[key] = cell
		if _, known := m.rows[work.Name]; !known {
			m.Works = append(m.Works, work)
		}
		m.rows[work.Name] = append(m.rows[work.Name], cell)
	}
	cell.Samples = append(cell.Samples, s)
	return true
}

// settle keeps of several samples of a round the last, and returns how many it
// leaves out: the others were taken under pressure (see [record.Sample.Pressed]).
func (c *Cell) settle() (replaced int) {
	last := map[int]int{}
	for i, s := range c.Samples {
		last[s.Round] = i
	}
	kept := make([]record.Sample, 0, len(c.Samples))
	for i, s := range c.Samples {
		if s.Round == 0 || last[s.Round] == i {
			kept = append(kept, s)
		}
	}
	replaced = len(c.Samples) - len(kept)
	c.Samples = kept
	return replaced
}

// order gives the finished matrix its columns, and rows and columns their order.
func (m *Matrix) order() {
	at := map[string]int{} // of columns, by their id
	for _, w := range m.Works {
		for _, cell := range m.Row(w) {
			if id := cell.Column.id(); !has(at, id) {
				at[id] = 0
				m.Columns = append(m.Columns, cell.Column)
			}
		}
	}
	slices.SortFunc(m.Works, func(a, b Work) int { return comparePairs(a.Keys, b.Keys) })
	slices.SortFunc(m.Columns, compareColumns)
	nameColumns(m.Columns)
	for i, c := range m.Columns {
		at[c.id()] = i
	}
	m.having = map[string]int{}
	m.least, m.bare = math.MaxInt, map[string]*Cell{}
	for _, w := range m.Works {
		row := m.Row(w)
		slices.SortFunc(row, func(a, b *Cell) int { return cmp.Compare(at[a.Column.id()], at[b.Column.id()]) })
		for _, cell := range row {
			cell.Column = m.Columns[at[cell.Column.id()]]
			m.Retaken += cell.settle()
			for metric := range cell.metrics() {
				m.having[metric]++
			}
			m.least, m.most = min(m.least, len(cell.Samples)), max(m.most, len(cell.Samples))
		}
		if shape := w.Key("shape"); compareValues(w.Key("payload"), "0") == 0 && !has(m.bare, shape) {
			m.bare[shape] = m.Serial(w)
		}
	}
}

// metrics are those that some sample has.
func (c *Cell) metrics() map[string]bool {
	seen := map[string]bool{}
	for _, s := range c.Samples {
		for metric := range s.Values {
			seen[metric] = true
		}
	}
	return seen
}

func has[V any](m map[string]V, key string) bool {
	_, ok := m[key]
	return ok
}
