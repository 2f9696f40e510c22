package verdict

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"golang.org/x/perf/benchmath"

	"github.com/handoff-go/handoff/report/record"
)

// Lone is what only one of two sides has: a cell, or a metric of a cell that both have.
type Lone struct {
	Cell   string // with its package: "example.org/x: Sort/n=10-8"
	Metric string // "" for the whole cell
	Why    string // what the other side has in its place, where that is known

	metrics    []string // as printed, of those that were asked for
	unmeasured bool     // so that its metrics are not known
}

// String is "example.org/x: Sort-8", or "MB/s of example.org/x: Sort-8".
func (l Lone) String() string {
	text := l.Cell
	if l.Metric != "" {
		text = l.Metric + " of " + text
	}
	if l.Why != "" {
		text += " (" + l.Why + ")"
	}
	return text
}

// Rows makes rows of two recorded files: one for each cell and metric, in the order
// of the metrics and then of the base file. metrics are names as in [ParseGate]; nil
// stands for those of the default gate. A metric that no cell has is left out.
//
// Two files that carry the same run mark are the sides of one interleaved run. It is
// an error, which names what it is about, if a cell is on one side only, if a cell
// has a metric on one side only, and for all that is one to [Compare].
func Rows(base, head *record.Run, metrics []string) ([]Row, Design, error) {
	if said := cmp.Or(base.Damaged(), head.Damaged()); said != "" {
		return nil, 0, errors.New(said)
	}
	t, err := newTogether(base, head, metrics)
	if err != nil {
		return nil, 0, err
	}
	if said := t.onlyWords(); said != "" {
		return nil, 0, fmt.Errorf("benchmarks on one side only: %s", said)
	}
	return t.rows, t.design, nil
}

// Compare judges two recorded files: what both have. What only one has is in the table's
// Only. The rules' Design is told by the files. metrics are as for [Rows].
//
// It is an error, which names what it is about, if the files have nothing in common, if one
// holds samples of several machines, if a side lacks cells that its run had planned, if a
// side of an interleaved run has lost samples that the other one has, if the sides were
// given different inputs, or if they say different things of a unit.
func Compare(base, head *record.Run, metrics []string, rules Rules) (*Table, error) {
	t, err := newTogether(base, head, metrics)
	if err != nil {
		for _, run := range []*record.Run{base, head} {
			if said := run.Damaged(); said != "" {
				err = fmt.Errorf("%w; %s", err, said)
			}
		}
		return nil, err
	}
	rules.Design = t.design
	table := Judge(t.rows, rules)
	table.Only = t.only
	table.files = t.recorded()
	table.findGone()
	table.findDamaged(base, head)
	table.Warnings = slices.Concat(base.Troubles(), without(head.Troubles(), base.Troubles()), t.warnings, table.Warnings)
	return table, nil
}

// together is what two files have in common, and what not.
type together struct {
	base, head side
	matched    record.Matched
	speller    record.Speller
	design     Design
	rows       []Row
	only       [2][]Lone
	told       map[loneKey]bool // metrics that are in only
	warnings   []string
}

// loneKey is a metric that one side of a cell lacks.
type loneKey struct {
	side int
	cell record.ID
	unit string
}

func newTogether(base, head *record.Run, metrics []string) (*together, error) {
	if metrics == nil {
		metrics = Gate{}.Metrics()
	}
	t := &together{base: newSide(base), head: newSide(head), design: designOf(base, head), told: map[loneKey]bool{}}
	t.matched = record.Match(t.base.order, t.head.order)
	if err := cmp.Or(oneMachine(base), oneMachine(head), sameInputs(base, head), whole(t.base), whole(t.head),
		sameRounds(t.base, t.head, t.matched.Pairs, t.design), t.sameUnits()); err != nil {
		return nil, err
	}
	t.speller = t.newSpeller()
	for i, s := range []side{t.base, t.head} {
		for _, id := range t.matched.Only[i] {
			t.only[i] = append(t.only[i], t.loneCell(i, s, id, metrics))
		}
	}
	t.addNotMeasured()
	if len(t.matched.Pairs) == 0 {
		return nil, fmt.Errorf("no benchmark in common: %s", t.onlyWords())
	}
	t.warnDiffering()
	defer t.warnUnasked()
	if err := t.addRows(metrics); err != nil {
		return nil, err
	}
	return t, nil
}

// newSpeller names cells by what tells those of either side apart.
func (t *together) newSpeller() record.Speller {
	var ids []record.ID
	for _, id := range slices.Concat(t.base.order, t.head.order) {
		ids = append(ids, t.matched.Plain(id))
	}
	return record.NewSpeller(ids)
}

// loneCell is a cell that the other side has not.
func (t *together) loneCell(of int, s side, id record.ID, metrics []string) Lone {
	l := Lone{Cell: t.loneName(id), Why: t.matched.Why[of][id]}
	for _, name := range metrics {
		for _, unit := range units(name) {
			if s.has(id, unit) {
				l.metrics = append(l.metrics, unit)
			}
		}
	}
	return l
}

// addNotMeasured adds what the runner did not measure, because one side alone has it.
func (t *together) addNotMeasured() {
	sides := [2]side{t.base, t.head}
	for i, s := range sides {
		other := map[string]bool{}
		for _, id := range sides[1-i].order {
			other[id.String()] = true
		}
		for _, text := range sides[1-i].run.Lone {
			other[notMeasured(text).Cell] = true
		}
		for _, text := range s.run.Lone {
			if l := notMeasured(text); !other[l.Cell] {
				t.only[i] = append(t.only[i], l)
			}
		}
	}
}

// notMeasured reads what the runner says of such a benchmark.
func notMeasured(text string) Lone {
	id, why, _ := strings.Cut(text, ": ")
	pkg, name, _ := strings.Cut(id, " ")
	_, why, _ = strings.Cut(why, "; ") // the first part says what is said already
	return Lone{Cell: pkg + ": " + strings.TrimPrefix(name, "Benchmark"), Why: why, unmeasured: true}
}

// loneName is a cell's full name, with its package whether others have another one or not.
func (t *together) loneName(id record.ID) string {
	if said := t.speller.Config(id); said != "" {
		return id.String() + " (" + said + ")"
	}
	return id.String()
}

// someOf names as many as fit into one sentence.
func someOf(all []string) string {
	const most = 10
	if len(all) > most {
		all = append(slices.Clone(all[:most]), fmt.Sprintf("and %d more", len(all)-most))
	}
	return strings.Join(all, ", ")
}

// onlyWords says what is on one side only, "" for nothing.
func (t *together) onlyWords() string {
	var parts []string
	for i, s := range []side{t.base, t.head} {
		if len(t.only[i]) > 0 {
			said := make([]string, len(t.only[i]))
			for k, l := range t.only[i] {
				said[k] = l.String()
			}
			parts = append(parts, fmt.Sprintf("only in %s: %s", s.run.Path, someOf(said)))
		}
	}
	return strings.Join(parts, "; ")
}

// addRows makes the rows.
func (t *together) addRows(metrics []string) error {
	choices, err := t.choicesOf(metrics)
	if err != nil {
		return err
	}
	made := map[[2]string]bool{} // by cell and unit: a metric may be named by its group, too
	for _, units := range choices {
		for _, c := range t.matched.Pairs {
			row, ok := t.rowOf(c, units)
			if key := [2]string{row.Cell, row.Metric}; ok && !made[key] {
				t.rows, made[key] = append(t.rows, row), true
			}
		}
	}
	if len(t.rows) == 0 && len(t.only[0])+len(t.only[1]) > 0 {
		return fmt.Errorf("no benchmark has any of the metrics %s on both sides: %s", strings.Join(metrics, ", "), t.onlyWords())
	}
	if len(t.rows) == 0 {
		return fmt.Errorf("%s, %s: no benchmark has any of the metrics %s: choose of those that they have, such as -gate %s=5%%",
			t.base.run.Path, t.head.run.Path, strings.Join(metrics, ", "), strings.Join(t.measured(), "=5%,"))
	}
	return nil
}

// choicesOf returns, for each row of a cell, the units of which it takes the first.
func (t *together) choicesOf(metrics []string) ([][]string, error) {
	var all [][]string
	measured := t.measured()
	for _, name := range metrics {
		g, err := groupOf(name)
		if err != nil {
			return nil, err
		}
		if !g.known && !strings.ContainsAny(name, "/-%") && !slices.Contains(measured, name) {
			return nil, fmt.Errorf("%q is no metric of these files: want one of %s, or a unit that they have: %s", name, strings.Join(groupNames(), ", "), strings.Join(measured, ", "))
		}
		all = append(all, g.rows...)
	}
	return all, nil
}

// measured are the units that either side has, as they are printed most of the time.
func (t *together) measured() []string {
	seen := map[string]bool{}
	for _, run := range []*record.Run{t.base.run, t.head.run} {
		for _, s := range run.Samples {
			for unit := range s.Values {
				seen[unit] = true
			}
		}
	}
	var all []string
	for _, unit := range slices.Sorted(maps.Keys(seen)) {
		all = append(all, untidied(unit))
	}
	return all
}

// designOf tells how the files were made: a run's mark is in both, in one, or in
// none; files without marks are still apart if the machines differ.
func designOf(base, head *record.Run) Design {
	switch b, h := base.Marks["run"], head.Marks["run"]; {
	case b == "" && h == "" && record.SameMachine(base, head):
		return Plain
	case b != "" && b == h:
		return Interleaved
	}
	return Apart
}

// Machine returns the class of the machine that a file was recorded on:
// "linux/amd64, AMD EPYC, 2 CPUs".
func Machine(run *record.Run) string {
	platform := strings.Trim(run.Config("goos")+"/"+run.Config("goarch"), "/")
	parts := []string{platform, run.Config("cpu")}
	if n := run.Marks["cpus"]; n != "" {
		parts = append(parts, n+" CPUs")
	}
	return strings.Join(slices.DeleteFunc(parts, func(p string) bool { return p == "" }), ", ")
}

// oneMachine refuses a side with samples of several machines.
func oneMachine(run *record.Run) error {
	if err := record.OneMachine(run); err != nil {
		return fmt.Errorf("%w: give each machine a file of its own, and compare machine by machine", err)
	}
	return nil
}

// sameInputs refuses sides that did different work under the same names.
func sameInputs(base, head *record.Run) error {
	if b, h := base.Config("seed"), head.Config("seed"); b != h && b != "" && h != "" {
		return fmt.Errorf("%s was recorded with seed %q and %s with seed %q: their inputs differ", base.Path, b, head.Path, h)
	}
	return nil
}

// warnDiffering says in which config lines the sides differ, beside those of the machine.
func (t *together) warnDiffering() {
	for _, d := range t.matched.Differ {
		t.warnings = append(t.warnings, fmt.Sprintf("the sides differ in %s: %q in base, %q in head: what that does is in the changes, too", d.Key, d.Base, d.Head))
	}
}

// warnUnasked names the metrics that both sides have and no row shows: whoever measured them
// may take them for compared. Our own runs have a dozen, which are explained where they are.
func (t *together) warnUnasked() {
	if t.design != Plain {
		return
	}
	shown := map[string]bool{}
	for _, row := range t.rows {
		shown[tidied(row.Metric)] = true
	}
	var unasked []string
	for _, unit := range slices.Sorted(maps.Keys(t.base.units)) {
		if t.head.units[unit] && !shown[unit] {
			unasked = append(unasked, untidied(unit))
		}
	}
	if len(unasked) > 0 {
		t.warnings = append(t.warnings, fmt.Sprintf("not looked at, for the gate does not ask: %s (-gate %s=5%% would)", someOf(unasked), unasked[0]))
	}
}

// rowOf makes the row of a cell for the first of the units that both sides have; ok is
// false where one or both have none, and what one has is kept in mind.
func (t *together) rowOf(c record.CellPair, units []string) (row Row, ok bool) {
	var lonely [2][]string
	for _, unit := range units {
		b, h := t.base.has(c.Base, unit), t.head.has(c.Head, unit)
		switch {
		case b && h:
			return t.newRow(c, unit), true
		case b:
			lonely[0] = append(lonely[0], unit)
		case h:
			lonely[1] = append(lonely[1], unit)
		}
	}
	for i, units := range lonely {
		for _, unit := range units {
			if key := (loneKey{i, c.Both, unit}); !t.told[key] {
				t.told[key] = true
				t.only[i] = append(t.only[i], Lone{Cell: t.loneName(c.Both), Metric: unit, metrics: []string{unit}})
			}
		}
	}
	return Row{}, false
}

func (t *together) newRow(c record.CellPair, unit string) Row {
	better, declared := t.better(unit)
	return Row{
		Cell: t.speller.Name(c.Both), Metric: unit, Class: classOf(c.Both),
		Exact:  t.base.run.Units.GetAssumption(unit) == benchmath.AssumeExact || t.head.run.Units.GetAssumption(unit) == benchmath.AssumeExact,
		Higher: better > 0, Assumed: !declared,
		Base: t.base.samples(c.Base, unit), Head: t.head.samples(c.Head, unit),
	}
}

// better tells which way a unit is better: +1 for more. The Unit line of either side says
// so, or the unit itself.
func (t *together) better(unit string) (direction int, known bool) {
	for _, run := range []*record.Run{t.base.run, t.head.run} {
		if direction := run.Units.GetBetter(unit); direction != 0 {
			return direction, true
		}
	}
	return -1, costs(unit)
}

// sameUnits refuses sides that contradict each other in what a unit is.
func (t *together) sameUnits() error {
	for key, b := range t.base.run.Units {
		if h := t.head.run.Units[key]; h != nil && h.Value != b.Value {
			return fmt.Errorf("%s says %s=%s of %s, and %s %s=%s: make both say the same", t.base.run.Path, b.Key, b.Value, b.OrigUnit, t.head.run.Path, h.Key, h.Value)
		}
	}
	return nil
}

// without is what a has and b has not: what the runner says of a comparison stands in the
// files of both sides.
func without(a, b []string) []string {
	return slices.DeleteFunc(a, func(text string) bool { return slices.Contains(b, text) })
}
