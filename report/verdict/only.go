package verdict

import (
	"fmt"
	"slices"

	"github.com/handoff-go/handoff/report/record"
)

// findGone makes a problem of what the gate looks at and head has no more: a benchmark that
// is not there fails no gate. Where nobody has measured it, the gate is taken to look at it.
// What head has new is none.
func (t *Table) findGone() {
	if t.Rules.GoneOK {
		return
	}
	var gone []string
	for _, l := range t.Only[0] {
		if l.unmeasured || slices.ContainsFunc(l.metrics, func(metric string) bool { _, ok := t.Rules.Gate.limit(metric); return ok }) {
			gone = append(gone, l.String())
		}
	}
	if len(gone) > 0 {
		t.problem("head lacks what the gate looks at: %s (-gone ok, if that is meant to be)", someOf(gone))
	}
}

// findDamaged makes a problem of results that are in a file and cannot be read: the rows are
// judged by the samples that are left, and what was lost may be what matters.
func (t *Table) findDamaged(base, head *record.Run) {
	for i, run := range []*record.Run{base, head} {
		if said := run.Damaged(); said != "" && (i == 0 || said != base.Damaged()) {
			t.problem("%s", said)
		}
	}
}

// onlyLines names what only one side has, a line each.
func (t *Table) onlyLines() []string {
	var all []string
	for i, name := range []string{"base", "head"} {
		for _, l := range t.Only[i] {
			all = append(all, fmt.Sprintf("only in %s: %s", name, l))
		}
	}
	return all
}
