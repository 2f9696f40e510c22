package analysis

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/perf/benchfmt"

	"github.com/handoff-go/handoff/report/record"
)

// Matrix holds the cells of one benchmark that may be compared: measured under
// the same config lines, with the same GOMAXPROCS. Nothing changes it after
// [Matrices], so it may be read concurrently.
type Matrix struct {
	Bench   string // "Factor"
	Config  []record.Pair
	Procs   int
	Works   []Work
	Columns []Column
	Units   benchfmt.UnitMetadataMap
	Retaken int // samples left out: the cell was measured again in the same round

	cells map[[2]string]*Cell // by Work.Name and Column.id
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

// Serial returns serial's cell of the work, nil where none was measured.
func (m *Matrix) Serial(w Work) *Cell {
	for _, c := range m.Columns {
		if cell := m.Cell(w, c); cell != nil && c.IsSerial() {
			return cell
		}
	}
	return nil
}

// Has reports whether every cell of the matrix has the metric in some sample.
func (m *Matrix) Has(metric string) bool {
	for _, cell := range m.cells {
		if len(cell.Values(metric)) == 0 {
			return false
		}
	}
	return true
}

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
	byKey := map[string]*Matrix{}
	for _, s := range run.Samples {
		key := joinPairs(s.Config) + "\x00" + strconv.Itoa(s.Procs) + "\x00" + s.Base
		m := byKey[key]
		if m == nil {
			m = &Matrix{Bench: s.Base, Config: s.Config, Procs: s.Procs, Units: run.Units, cells: map[[2]string]*Cell{}}
			byKey[key] = m
			all = append(all, m)
		}
		m.add(s)
	}
	for _, m := range all {
		m.order()
	}
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

func (m *Matrix) add(s record.Sample) {
	col, keys := splitKeys(s.Keys)
	work := Work{Name: joinPairs(keys), Keys: keys}
	key := [2]string{work.Name, col.id()}
	cell := m.cells[key]
	if cell == nil {
		cell = &Cell{Column: col, Work: work}
		m.cells[key] = cell
		m.addWork(work)
		m.addColumn(col)
	}
	m.Retaken += cell.take(s)
}

// take adds a sample in place of those of the same round, and returns how many
// these are. Of several samples of a round the last counts: the others were taken
// under pressure (see [record.Sample.Pressed]).
func (c *Cell) take(s record.Sample) (replaced int) {
	before := len(c.Samples)
	c.Samples = slices.DeleteFunc(c.Samples, func(o record.Sample) bool { return s.Round > 0 && o.Round == s.Round })
	replaced = before - len(c.Samples)
	c.Samples = append(c.Samples, s)
	return replaced
}

func (m *Matrix) addWork(w Work) {
	if !slices.ContainsFunc(m.Works, func(have Work) bool { return have.Name == w.Name }) {
		m.Works = append(m.Works, w)
	}
}

func (m *Matrix) addColumn(c Column) {
	if !slices.ContainsFunc(m.Columns, func(have Column) bool { return have.id() == c.id() }) {
		m.Columns = append(m.Columns, c)
	}
}

func (m *Matrix) order() {
	slices.SortFunc(m.Works, func(a, b Work) int { return comparePairs(a.Keys, b.Keys) })
	slices.SortFunc(m.Columns, compareColumns)
	nameColumns(m.Columns)
	for _, c := range m.Columns {
		for _, w := range m.Works {
			if cell := m.Cell(w, c); cell != nil {
				cell.Column = c
			}
		}
	}
}
