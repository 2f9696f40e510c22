package analysis

import (
	"maps"
	"slices"
)

// headline is the work that the README shows; where a run has it, pictures of
// a single work show this one.
const headlineDigits, headlineShape = "9", "number"

// Main returns the matrix that the pictures are made from: the first in which
// serial and another strategy did the same work. It is nil where there is none.
func Main(all []*Matrix) *Matrix {
	for _, m := range all {
		if len(m.comparable()) > 0 {
			return m
		}
	}
	return nil
}

// comparable returns the works that serial and some other strategy did.
func (m *Matrix) comparable() []Work {
	var works []Work
	for _, w := range m.Works {
		if m.Serial(w) != nil && len(m.Row(w)) > 1 {
			works = append(works, w)
		}
	}
	return works
}

// count returns how many of the columns have a cell of the work.
func (m *Matrix) count(w Work, cols []Column) int {
	n := 0
	for _, c := range cols {
		if m.Cell(w, c) != nil {
			n++
		}
	}
	return n
}

// chosen returns the columns that one picture can hold: serial, and of the
// others those with the number of workers that most cells have (the diagonal
// of break-even depends on it), with the chunk on auto where there is a choice.
func (m *Matrix) chosen() (cols []Column, workers int) {
	cols = m.eligible()
	return cols[:min(len(cols), mostSetups)], m.commonWorkers()
}

// eligible is chosen without a limit.
func (m *Matrix) eligible() (cols []Column) {
	workers := m.commonWorkers()
	auto := map[string]bool{} // strategies that have the chunk on auto, too
	for _, c := range m.Columns {
		if c.Workers() == workers && c.key("chunk") == "auto" {
			auto[c.Strategy] = true
		}
	}
	for _, c := range m.Columns {
		if c.IsSerial() || c.Workers() == workers && !(auto[c.Strategy] && c.fixedChunk()) {
			cols = append(cols, c)
		}
	}
	return cols
}

// commonWorkers returns the number of workers with most cells outside serial,
// the larger one of two with equally many; 0 where no name says.
func (m *Matrix) commonWorkers() int {
	cells := map[int]int{}
	for _, cell := range m.ordered() {
		if c := cell.Column; !c.IsSerial() && c.Workers() > 0 {
			cells[c.Workers()]++
		}
	}
	best := 0
	for _, workers := range slices.Sorted(maps.Keys(cells)) {
		if cells[workers] >= cells[best] {
			best = workers
		}
	}
	return best
}

// fixedChunk reports whether the column names a chunk of fixed size. Beside one with
// the chunk on auto it belongs to a sweep over chunks.
func (c Column) fixedChunk() bool {
	chunk := c.key("chunk")
	return chunk != "" && chunk != "auto"
}

// headline returns the work for pictures of a single one: 9 digits as numbers,
// or else the largest that most of the columns did.
func (m *Matrix) headline(cols []Column) Work {
	works := m.comparable()
	var best Work
	most := 0
	for _, w := range works {
		n := m.count(w, cols)
		if n > 1 && w.Key("digits") == headlineDigits && (w.Key("shape") == headlineShape || w.Key("shape") == "") {
			return w
		}
		if n > most || n == most && m.serialTime(w) >= m.serialTime(best) {
			best, most = w, n
		}
	}
	return best
}

// serialTime is how large a work is: serial's median time per item.
func (m *Matrix) serialTime(w Work) float64 {
	cell := m.Serial(w)
	if cell == nil {
		return 0
	}
	return NewInterval(cell.Values(MetricItem)).Center
}

// family is works along which only the size of the item changes.
type family struct {
	name  string // what they have in common: "shape number"
	works []Work // mostSizes at most
	all   int    // works, those left out among them
}

// families are the works equal in all keys but digits and numbers, in the
// order of their first works.
func (m *Matrix) families() []family {
	var all []family
	at := map[string]int{} // by name
	for _, w := range m.comparable() {
		var rest Work
		for _, p := range w.Keys {
			if p.Key != "digits" && p.Key != "numbers" {
				rest.Keys = append(rest.Keys, p)
			}
		}
		name := rest.Words()
		i, known := at[name]
		if !known {
			i, at[name] = len(all), len(all)
			all = append(all, family{name: name})
		}
		all[i].works = append(all[i].works, w)
	}
	for i, f := range all {
		all[i].works, all[i].all = few(f.works, mostSizes), len(f.works)
	}
	return all
}

// sweep returns the family with most works.
func (m *Matrix) sweep() (name string, works []Work) {
	for _, f := range m.families() {
		if len(f.works) > len(works) {
			name, works = f.name, f.works
		}
	}
	return name, works
}
