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
	var parts []Part
	for _, w := range m.Works {
		cols := m.did(w)
		i := slices.IndexFunc(parts, func(p Part) bool { return among(cols, p.Columns) || among(p.Columns, cols) })
		if i < 0 {
			parts = append(parts, Part{[]Work{w}, cols})
			continue
		}
		parts[i].Works = append(parts[i].Works, w)
		if len(cols) > len(parts[i].Columns) {
			parts[i].Columns = cols
		}
	}
	return parts
}

// did returns the columns that did a work.
func (m *Matrix) did(w Work) []Column {
	var cols []Column
	for _, c := range m.Columns {
		if m.Cell(w, c) != nil {
			cols = append(cols, c)
		}
	}
	return cols
}

// among reports whether all of some columns are among others.
func among(some, others []Column) bool {
	for _, c := range some {
		if !slices.ContainsFunc(others, func(o Column) bool { return o.id() == c.id() }) {
			return false
		}
	}
	return true
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
		var gaps []Gap
		cells := 0
		for _, w := range part.Works {
			for _, c := range part.Columns {
				switch {
				case m.Cell(w, c) != nil:
					cells++
				case !c.IsSerial() || m.serialOfShape(w) == nil:
					gaps = append(gaps, Gap{w, c})
				}
			}
		}
		if float64(len(gaps)) <= planned*float64(cells+len(gaps)) {
			all = append(all, gaps...)
		}
	}
	return all
}
