package record

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// Matched says which cells of two files, base and head, are the same.
type Matched struct {
	Pairs []CellPair // in the order of base

	// Only are the cells that the other side has not, in its order, and Why has what the
	// other side has in their place, where that is known.
	Only [2][]ID
	Why  [2]map[ID]string

	// Differ are the config lines in which the sides as a whole differ: cells are the same
	// across them.
	Differ []Difference

	// Ignored are the keys of config lines that cells are the same across and that tell
	// nothing apart within a side: those that differ, and those that one side does not say.
	Ignored []string

	ignored map[string]bool // all that cells are the same across
	single  map[string]bool // the keys of Ignored
}

// Plain is a cell without the config lines that cells are the same across.
func (m Matched) Plain(id ID) ID { return id.without(m.ignored) }

// Folded is a cell without the config lines that tell nothing apart within a side.
func (m Matched) Folded(id ID) ID { return id.without(m.single) }

// CellPair is one cell on both sides, and what both together say of it.
type CellPair struct{ Base, Head, Both ID }

// Difference is a config line that has one value throughout each side.
type Difference struct{ Key, Base, Head string }

// Match finds the cells that two files have in common. What a file does not say is unknown,
// and no difference; where it leaves open which cell is meant, none is taken.
func Match(base, head []ID) Matched {
	m := &matcher{sides: [2][]ID{unique(base), unique(head)}, partner: [2]map[ID]ID{{}, {}}, unclear: [2]map[ID]bool{{}, {}}}
	m.ignore()
	m.exact()
	m.likely()
	return m.result()
}

func unique(ids []ID) []ID {
	seen := map[ID]bool{}
	var all []ID
	for _, id := range ids {
		if !seen[id] {
			seen[id] = true
			all = append(all, id)
		}
	}
	return all
}

type matcher struct {
	sides   [2][]ID
	ignored map[string]bool
	single  map[string]bool // those of the ignored with one value on a side
	differ  []Difference
	partner [2]map[ID]ID
	unclear [2]map[ID]bool
}

// ignore finds the config lines that one side does not say, or in which the sides as a
// whole differ. Packages are never the same under two names.
func (m *matcher) ignore() {
	var said [2]map[string]map[string]int // how many cells have a value of a key
	for i, side := range m.sides {
		said[i] = map[string]map[string]int{}
		for _, id := range side {
			for _, p := range append(id.Pairs(), Pair{packageKey, id.Package}) {
				if said[i][p.Key] == nil {
					said[i][p.Key] = map[string]int{}
				}
				if p.Value != "" {
					said[i][p.Key][p.Value]++
				}
			}
		}
	}
	keys := slices.Concat(slices.Collect(maps.Keys(said[0])), slices.Collect(maps.Keys(said[1])))
	slices.Sort(keys)
	m.ignored, m.single = map[string]bool{}, map[string]bool{}
	for _, key := range slices.Compact(keys) {
		b, h := said[0][key], said[1][key]
		if len(b) == 0 || len(h) == 0 {
			m.ignored[key] = len(b)+len(h) > 0
			m.single[key] = len(b)+len(h) == 1 && m.everywhere(b, h)
			continue
		}
		one, other, constant := single(b, len(m.sides[0]), h, len(m.sides[1]))
		if constant && one != other && key != packageKey {
			m.ignored[key], m.single[key] = true, true
			m.differ = append(m.differ, Difference{key, one, other})
		}
	}
}

// everywhere reports whether all cells of the side that says something of a key say it.
func (m *matcher) everywhere(base, head map[string]int) bool {
	for _, n := range base {
		return n == len(m.sides[0])
	}
	for _, n := range head {
		return n == len(m.sides[1])
	}
	return false
}

// single returns the values that all cells of either side have.
func single(base map[string]int, ofBase int, head map[string]int, ofHead int) (b, h string, ok bool) {
	if len(base) != 1 || len(head) != 1 {
		return "", "", false
	}
	for value, n := range base {
		b, ok = value, n == ofBase
	}
	for value, n := range head {
		h, ok = value, ok && n == ofHead
	}
	return b, h, ok
}

// exact takes what is the same but for the lines that are ignored.
func (m *matcher) exact() {
	groups := [2]map[ID][]ID{{}, {}}
	for i, side := range m.sides {
		for _, id := range side {
			plain := id.without(m.ignored)
			groups[i][plain] = append(groups[i][plain], id)
		}
	}
	for plain, b := range groups[0] {
		h := groups[1][plain]
		switch {
		case len(h) == 0:
		case len(b) == 1 && len(h) == 1:
			m.pair(b[0], h[0])
		default:
			for _, id := range b {
				m.unclear[0][id] = true
			}
			for _, id := range h {
				m.unclear[1][id] = true
			}
		}
	}
}

func (m *matcher) pair(base, head ID) { m.partner[0][base], m.partner[1][head] = head, base }

// left are the cells of a side that are still alone, by name and GOMAXPROCS.
func (m *matcher) left(side int) map[ID][]ID {
	all := map[ID][]ID{}
	for _, id := range m.sides[side] {
		if _, ok := m.partner[side][id]; !ok && !m.unclear[side][id] {
			key := ID{Name: id.Name, Procs: id.Procs}
			all[key] = append(all[key], id)
		}
	}
	return all
}

// likely pairs cells that contradict each other in nothing, of which one says less, where
// there is only one such partner on either side.
func (m *matcher) likely() {
	base, head := m.left(0), m.left(1)
	for key, b := range base {
		h := head[key]
		fits := map[ID][]ID{}
		for _, x := range b {
			for _, y := range h {
				if compatible(x.without(m.ignored), y.without(m.ignored)) {
					fits[x], fits[y] = append(fits[x], y), append(fits[y], x)
				}
			}
		}
		for _, x := range b {
			if len(fits[x]) == 1 && len(fits[fits[x][0]]) == 1 {
				m.pair(x, fits[x][0])
			}
		}
	}
}

// compatible reports whether no line of one contradicts one of the other.
func compatible(a, b ID) bool {
	if a.Package != "" && b.Package != "" && a.Package != b.Package {
		return false
	}
	for _, p := range a.Pairs() {
		if value, ok := b.value(p.Key); ok && value != p.Value {
			return false
		}
	}
	return true
}

// both is what both say of a cell, without what they differ in.
func (m *matcher) both(base, head ID) ID {
	id := ID{Package: cmp.Or(base.Package, head.Package), Name: base.Name, Procs: base.Procs}
	drop := map[string]bool{}
	for _, d := range m.differ {
		drop[d.Key] = true
	}
	lines := slices.Collect(strings.Lines(base.without(drop).Config))
	for line := range strings.Lines(head.without(drop).Config) {
		if !slices.Contains(lines, line) {
			lines = append(lines, line)
		}
	}
	slices.Sort(lines)
	id.Config = strings.Join(lines, "")
	return id
}

func (m *matcher) result() Matched {
	all := Matched{Differ: m.differ, ignored: m.ignored, single: m.single, Why: [2]map[ID]string{{}, {}}}
	for _, key := range slices.Sorted(maps.Keys(m.single)) {
		if m.single[key] {
			all.Ignored = append(all.Ignored, key)
		}
	}
	for _, id := range m.sides[0] {
		if other, ok := m.partner[0][id]; ok {
			all.Pairs = append(all.Pairs, CellPair{id, other, m.both(id, other)})
		}
	}
	for i, side := range m.sides {
		names := map[string][]ID{} // of the other side's, whatever else they say
		for _, id := range m.sides[1-i] {
			names[id.Name] = append(names[id.Name], id)
		}
		for _, id := range side {
			if _, ok := m.partner[i][id]; !ok {
				all.Only[i] = append(all.Only[i], id)
				all.Why[i][id] = m.why(id, names[id.Name], m.unclear[i][id])
			}
		}
	}
	return all
}

// why says what the other side has in place of a cell.
func (m *matcher) why(id ID, others []ID, unclear bool) string {
	type difference struct {
		parts int
		text  string
	}
	var differences []difference
	apart := NewSpeller(others)
	for _, o := range others {
		var parts []string
		if o.Procs != id.Procs {
			parts = append(parts, fmt.Sprintf("GOMAXPROCS %d", max(1, o.Procs)))
		}
		if o.Package != id.Package && o.Package != "" {
			parts = append(parts, "package "+o.Package)
		}
		for _, p := range o.Pairs() {
			if value, ok := id.value(p.Key); (!ok || value != p.Value) && (unclear && slices.Contains(apart.keys, p.Key) || !m.ignored[p.Key]) {
				parts = append(parts, p.Key+": "+p.Value)
			}
		}
		if len(parts) > 0 {
			differences = append(differences, difference{len(parts), strings.Join(parts, ", ")})
		}
	}
	// What differs least is most likely what is looked for.
	slices.SortFunc(differences, func(a, b difference) int { return cmp.Or(a.parts-b.parts, strings.Compare(a.text, b.text)) })
	var said []string
	for _, d := range slices.Compact(differences) {
		said = append(said, d.text)
	}
	const most = 4
	if len(said) > most {
		said = append(said[:most], "and more")
	}
	switch {
	case unclear && len(said) > 0:
		return "several fit together, and nothing tells which: the other side has it with " + strings.Join(said, " and with ")
	case unclear:
		return "several fit together, and nothing tells which"
	case len(said) > 0:
		return "the other side has it with " + strings.Join(said, " and with ")
	}
	return ""
}
