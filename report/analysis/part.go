package analysis

import "slices"

// Part is works of a matrix, and the columns that did any of them.
type Part struct {
	Works   []Work
	Columns []Column
}

// Parts divides a matrix into what is to be shown in one table: works are
// together where the columns of the one are all among those of the other. The
// parts are in the order of their first works.
func (m *Matrix) Parts() []Part {
	d := divider{seen: map[string]int{}, holding: map[string][]int{}, rarest: map[string][]int{}}
	for _, cell := range m.ordered() {
		d.seen[cell.Column.id()]++
	}
	for _, w := range m.Works {
		d.add(w, m.did(w))
	}
	parts := make([]Part, len(d.parts))
	for i, p := range d.parts {
		parts[i] = Part{p.works, p.cols.all}
	}
	return parts
}

// divider makes parts. A part that a work belongs to has the work's rarest column, or
// its own rarest column is one of the work's: so few parts are looked at, however many
// there are.
type divider struct {
	parts   []*growing
	seen    map[string]int   // works by column
	holding map[string][]int // parts by each of their columns
	rarest  map[string][]int // parts by the column that they had as their rarest one
}

// growing is a part that is not yet whole.
type growing struct {
	works []Work
	cols  columnSet
}

// columnSet is columns, in their order and to be looked up by id.
type columnSet struct {
	all []Column
	ids map[string]bool
}

func newColumnSet(cols []Column) columnSet {
	s := columnSet{cols, map[string]bool{}}
	for _, c := range cols {
		s.ids[c.id()] = true
	}
	return s
}

// among reports whether all of some columns are among others.
func (s columnSet) among(others columnSet) bool {
	return len(s.ids) <= len(others.ids) && !slices.ContainsFunc(s.all, func(c Column) bool { return !others.ids[c.id()] })
}

// add puts a work into the first part that it belongs to, or into a new one.
func (d *divider) add(w Work, all []Column) {
	cols := newColumnSet(all)
	i := d.partOf(cols)
	if i == len(d.parts) {
		d.parts = append(d.parts, &growing{})
	}
	part := d.parts[i]
	part.works = append(part.works, w)
	if len(cols.ids) <= len(part.cols.ids) {
		return
	}
	for id := range cols.ids {
		if !part.cols.ids[id] {
			d.holding[id] = append(d.holding[id], i)
		}
	}
	part.cols = cols
	if rare := d.rare(cols); !slices.Contains(d.rarest[rare], i) {
		d.rarest[rare] = append(d.rarest[rare], i)
	}
}

// partOf returns the number of parts where there is none yet.
func (d *divider) partOf(cols columnSet) int {
	found := len(d.parts)
	look := func(i int) {
		if p := d.parts[i].cols; i < found && (cols.among(p) || p.among(cols)) {
			found = i
		}
	}
	for _, i := range d.holding[d.rare(cols)] {
		look(i)
	}
	for id := range cols.ids {
		for _, i := range d.rarest[id] {
			look(i)
		}
	}
	return found
}

// rare is the column that the fewest works have.
func (d *divider) rare(cols columnSet) string {
	least := ""
	for _, c := range cols.all {
		if id := c.id(); least == "" || d.seen[id] < d.seen[least] {
			least = id
		}
	}
	return least
}

// did returns the columns that did a work.
func (m *Matrix) did(w Work) []Column {
	row := m.Row(w)
	cols := make([]Column, len(row))
	for i, cell := range row {
		cols[i] = cell.Column
	}
	return cols
}

// planned is how much of a part may be missing by accident: of more, nobody meant
// to measure it.
const planned = 0.25

// Gap is a cell that a part lacks.
type Gap struct {
	Work   Work
	Column Column
}

// Gaps are the cells that were not measured though they were meant to be, as far
// as the others tell. Serial lacks nothing where its cell without a payload stands
// for those with one.
func (m *Matrix) Gaps() []Gap {
	var all []Gap
	for _, part := range m.Parts() {
		gaps, few := m.gapsOf(part)
		if few {
			all = append(all, gaps...)
		}
	}
	return all
}

// gapsOf ends as soon as there are too many gaps for an accident.
func (m *Matrix) gapsOf(part Part) (gaps []Gap, few bool) {
	cells := 0
	for _, w := range part.Works {
		cells += len(m.Row(w))
	}
	for _, w := range part.Works {
		for _, c := range part.Columns {
			if m.Cell(w, c) != nil || c.IsSerial() && m.serialOfShape(w) != nil {
				continue
			}
			gaps = append(gaps, Gap{w, c})
			if float64(len(gaps)) > planned*float64(cells+len(gaps)) {
				return nil, false
			}
		}
	}
	return gaps, true
}
