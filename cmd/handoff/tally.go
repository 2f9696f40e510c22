package main

import (
	"cmp"
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/handoff-go/handoff/report/verdict"
)

// tally counts what a machine's comparisons got right.
type tally struct {
	trials []trial // one of each kind, in the order in which they were made first
	tables map[string]*tableCount
	rows   map[rowKind]*rowCount
}

// tableCount is about all comparisons of one kind of trial: in how many a row without
// a difference had a verdict, in how many the canary moved, and of the others, in how
// many all was found.
type tableCount struct{ tables, red, void, found int }

// rowKind is which rows are counted together.
type rowKind struct {
	trial  string
	class  verdict.Class
	metric string
}

// rowCount is about single rows. A row of identical code is alarmed falsely if
// it is called slower or faster; one that was slowed down is found, missed, or,
// worst of all, called faster.
type rowCount struct {
	same, alarms         int
	slowed, found, wrong int
	smallests            []float64 // differences that could have been seen
}

func (t *tally) add(of trial, table *verdict.Table) {
	if t.tables == nil {
		t.tables, t.rows = map[string]*tableCount{}, map[rowKind]*rowCount{}
	}
	count := t.tables[of.name]
	if count == nil {
		count = &tableCount{}
		t.tables[of.name], t.trials = count, append(t.trials, of)
	}
	count.tables++
	switch {
	case table.Void:
		count.void++
	case of.foundIn(table):
		count.found++
	}
	red := false
	for _, row := range table.Rows {
		red = t.addRow(of, row) || red
	}
	if red {
		count.red++
	}
}

// foundIn tells whether each cell that is slower is called so in one metric at least,
// and in none faster.
func (of trial) foundIn(table *verdict.Table) bool {
	found := map[string]bool{}
	for _, row := range table.Rows {
		switch {
		case !of.slows(row.Row):
		case row.Verdict == verdict.Faster:
			return false
		default:
			found[row.Cell] = found[row.Cell] || row.Verdict == verdict.Slower
		}
	}
	return !slices.Contains(slices.Collect(maps.Values(found)), false)
}

// claim says what is to come out of such trials, and whether it did.
func (c *tableCount) claim(of trial) string {
	reached, counted := c.red == 0, c.tables-c.void
	text := "no red"
	if !of.identical() {
		least := int(math.Ceil(of.share * float64(counted)))
		text = fmt.Sprintf("no red, %d found", least)
		reached = reached && c.found >= least
	}
	switch {
	case counted == 0:
		return text + ": not measured"
	case reached:
		return text + ": reached"
	}
	return text + ": missed"
}

// addRow books a row and tells whether it was alarmed falsely.
func (t *tally) addRow(of trial, row verdict.Judged) (alarmed bool) {
	kind := rowKind{of.name, row.Class, row.Metric}
	count := t.rows[kind]
	if count == nil {
		count = &rowCount{}
		t.rows[kind] = count
	}
	count.smallests = append(count.smallests, row.Smallest)
	moved := row.Verdict == verdict.Slower || row.Verdict == verdict.Faster
	if !of.slows(row.Row) {
		count.same++
		if moved {
			count.alarms++
		}
		return moved
	}
	count.slowed++
	switch row.Verdict {
	case verdict.Slower:
		count.found++
	case verdict.Faster:
		count.wrong++
	}
	return false
}

// text is the table that selfcheck prints.
func (t *tally) text(about verdict.About, floors *verdict.Floors) string {
	var out strings.Builder
	fmt.Fprintf(&out, "What comparisons can be trusted with on %s\n%s, %s, threshold %s\n\n", about.Machine, about.Date, about.Base, percentText(verdict.DefaultThreshold))
	w := tabwriter.NewWriter(&out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "head is\ttables\tred\tvoid\tall found\tto reach")
	for _, of := range t.trials {
		c := t.tables[of.name]
		found := "-"
		if !of.identical() {
			found = fmt.Sprint(c.found)
		}
		fmt.Fprintf(w, "%s\t%d\t%d\t%d\t%s\t%s\n", of.name, c.tables, c.red, c.void, found, c.claim(of))
	}
	w.Flush()
	fmt.Fprint(&out, "\nA table is red if a row without a difference is called slower or faster, and void if the canary moved.\n"+
		"All is found if each cell that is slower is called so, in time, CPU time or the phase.\n\n")
	fmt.Fprintln(w, "head is\tclass\tmetric\tequal\tfalse alarms\tslower\tfound\tmissed\tcalled faster\tvisible from")
	for _, kind := range t.kinds() {
		c := t.rows[kind]
		fmt.Fprintf(w, "%s\t%s\t%s\t%d\t%d\t%d\t%d\t%d\t%d\t%s\n", kind.trial, kind.class, kind.metric,
			c.same, c.alarms, c.slowed, c.found, c.slowed-c.found-c.wrong, c.wrong, percentText(medianOf(c.smallests)))
	}
	w.Flush()
	t.writeFloors(&out, floors)
	return out.String()
}

func (t *tally) writeFloors(out *strings.Builder, floors *verdict.Floors) {
	fmt.Fprint(out, "\nNoise floor: what a relinked binary differs by\n\n")
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	for _, metric := range slices.Sorted(maps.Keys(floors.Classes)) {
		for _, class := range slices.Sorted(maps.Keys(floors.Classes[metric])) {
			fmt.Fprintf(w, "%s\t%s\t%s\n", class, metric, percentText(floors.Classes[metric][class].Floor()))
		}
	}
	w.Flush()
}

// kinds are sorted by trial, as they were made, then by metric and class.
func (t *tally) kinds() []rowKind {
	return slices.SortedFunc(maps.Keys(t.rows), func(a, b rowKind) int {
		return cmp.Or(cmp.Compare(t.position(a.trial), t.position(b.trial)),
			-cmp.Compare(a.metric, b.metric), cmp.Compare(a.class, b.class))
	})
}

// position is that of a trial in the order in which they were made.
func (t *tally) position(name string) int {
	return slices.IndexFunc(t.trials, func(of trial) bool { return of.name == name })
}

func medianOf(values []float64) float64 {
	return slices.Sorted(slices.Values(values))[len(values)/2]
}

func percentText(part float64) string {
	if math.IsInf(part, 1) {
		return "none"
	}
	return fmt.Sprintf("%.2g %%", 100*part)
}
