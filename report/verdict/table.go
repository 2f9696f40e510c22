package verdict

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"sync"
)

// Table is a comparison: all rows with their verdicts, and what they are worth.
type Table struct {
	Rules Rules

	Rows   []Judged // in the order given, without the canary
	Canary []Judged

	// Void says that the canary moved: something other than the change did, and no
	// verdict on what takes time holds.
	Void bool

	// Only is what base, and what head, has alone: nothing is said of it.
	Only [2][]Lone

	// Problems say what could not be measured or read, Warnings what to bear in mind.
	Problems, Warnings []string

	files *recorded // that the rows were made of, nil if there are none

	benchstatOnce  sync.Once
	benchstatGrids []grid

	Rounds       int // pairs in the row that has the fewest, of those that statistics are needed for
	RoundsWanted int // below so many nothing can be significant in the largest family
}

// Exit returns the exit code: 0 pass, 1 a regression that the gate does not
// tolerate, 2 could not measure, 3 inconclusive.
func (t *Table) Exit() int {
	switch {
	case t.worthless():
		return 2
	case t.Count(Failed) > 0:
		return 1
	case t.Count(Undecided) > 0 || !t.compared():
		return 3
	}
	return 0
}

// worthless reports whether nothing can be concluded: there are problems, or the canary
// moved and the gate looks at what takes time. What does not, such as bytes, is as good
// as ever.
func (t *Table) worthless() bool {
	gated := count(t.Rows, func(j Judged) bool { return j.Gated && j.timed() })
	return len(t.Problems) > 0 || t.Void && gated > 0
}

// Count returns how many rows have an outcome.
func (t *Table) Count(o Outcome) int {
	return count(t.Rows, func(j Judged) bool { return j.Outcome == o })
}

// CountVerdict returns how many rows have a verdict.
func (t *Table) CountVerdict(v Verdict) int {
	return count(t.Rows, func(j Judged) bool { return j.Verdict == v })
}

func count(rows []Judged, which func(Judged) bool) int {
	n := 0
	for _, j := range rows {
		if which(j) {
			n++
		}
	}
	return n
}

// compared reports whether there is a row that could be compared.
func (t *Table) compared() bool { return t.CountVerdict(NotComparable) < len(t.Rows) }

// wantRounds needs the number of rows of the largest family.
func (t *Table) wantRounds(rows int) {
	switch {
	case rows == 0:
	case t.Rules.Design == Interleaved:
		t.RoundsWanted = roundsWanted(rows, t.Rules.alpha())
	default:
		t.RoundsWanted = samplesWanted(rows, t.Rules.alpha())
	}
}

// conclude fills in what holds for the table as a whole.
func (t *Table) conclude() {
	t.Rounds = t.fewest()
	if t.Void = count(t.Canary, func(j Judged) bool { return j.Verdict == Slower || j.Verdict == Faster }) > 0; t.Void {
		t.withdraw()
	}
	t.findProblems()
	t.warn()
}

// withdraw takes back what was said of time, CPU time and phases.
func (t *Table) withdraw() {
	for i := range t.Rows {
		if j := &t.Rows[i]; j.timed() && j.Verdict != NotComparable {
			j.Verdict, j.MoreRounds, j.Note = Inconclusive, 0, "withdrawn: the canary moved"
			if j.Gated {
				j.Outcome = Undecided
			}
		}
	}
}

func (t *Table) fewest() int {
	fewest := math.MaxInt
	for _, j := range t.Rows {
		if !j.Exact && j.Verdict != NotComparable && j.Pairs > 0 { // of what was not judged nothing was counted
			fewest = min(fewest, j.Pairs)
		}
	}
	if fewest == math.MaxInt {
		return 0
	}
	return fewest
}

func (t *Table) findProblems() {
	if len(t.Rows) == 0 {
		t.problem("no rows to compare")
		return
	}
	for _, name := range t.Rules.Gate.asks() {
		rows := slices.DeleteFunc(slices.Clone(t.Rows), func(j Judged) bool { return !slices.Contains(units(name), j.Metric) })
		switch {
		case len(rows) == 0:
			t.problem("the gate asks for %s, which no row has", name)
		case count(rows, func(j Judged) bool { return j.Verdict == NotComparable }) > 0:
			t.problem("the gate asks for %s, which cannot be compared between runs that were taken apart: compare revisions or binaries", name)
		case count(rows, func(j Judged) bool { return j.Gated }) == 0:
			t.problem("the gate asks for %s, but may look at no row of it (%s: %s)", name, rows[0].Cell, rows[0].Note)
		}
	}
}

func (t *Table) problem(format string, args ...any) {
	t.Problems = append(t.Problems, fmt.Sprintf(format, args...))
}

func (t *Table) warnf(format string, args ...any) {
	t.Warnings = append(t.Warnings, fmt.Sprintf(format, args...))
}

// warn says what a reader must bear in mind, and what to do about it.
func (t *Table) warn() {
	if t.Rules.Extended {
		t.warnf("rounds were added to the number first fixed: done for having seen the outcome, that finds differences where there are none three times as often; make a new comparison with as many")
	}
	switch t.Rules.Design {
	case Plain:
		t.warnf("no rounds in the files (plain go test -bench output): compared unpaired, which takes what changed between the two runs for a difference; let handoff compare sample both sides")
	case Apart:
		t.warnf("recorded in different runs: only what does not depend on the hour is compared")
	}
	if t.Rounds > 0 && t.Rounds < t.RoundsWanted {
		t.warnf("%d rounds are too few for so many rows: below %d nothing can be significant", t.Rounds, t.RoundsWanted)
	}
	if bare := count(t.Rows, func(j Judged) bool { return !j.Exact && !j.Floored && j.Verdict != NotComparable }); bare > 0 && t.Rules.Threshold == 0 {
		t.warnf("no noise floor is known here for %d of %d rows: threshold %s in place of %s; handoff selfcheck measures it",
			bare, len(t.Rows), percent(CautionThreshold), percent(DefaultThreshold))
	}
	if t.Void && !t.worthless() {
		t.warnf("%s: nothing is said of what takes time", t.canaryMoved())
	}
	if len(t.Canary) == 0 && count(t.Rows, func(j Judged) bool { return j.timed() && j.Verdict != NotComparable }) > 0 {
		t.warnf("no canary among the benchmarks: nothing tells whether the machine kept its speed")
	}
	for _, j := range t.Canary {
		if j.Verdict == Inconclusive {
			t.warnf("the canary (%s) is too noisy to say that it stood still", j.Metric)
		}
	}
	if gated := count(t.Rows, func(j Judged) bool { return j.Gated }); gated == 0 && len(t.Rules.Gate.all()) > 0 {
		t.warnf("the gate (%s) looks at no row", t.Rules.Gate)
	}
	t.warnMissing()
	t.warnZeroTimes()
	t.warnPressed()
}

// warnMissing names the metrics that a cell has in some samples only: the others say nothing.
func (t *Table) warnMissing() {
	var cells []string
	for _, j := range t.all() {
		for side, samples := range [2][]Sample{j.Base, j.Head} {
			if n := len(values(samples)); n > 0 && n < len(samples) {
				cells = append(cells, fmt.Sprintf("%s of %s in %d of the %d samples of %s", j.Metric, j.Cell, n, len(samples), [2]string{"base", "head"}[side]))
			}
		}
	}
	if len(cells) > 0 {
		t.warnf("not measured in every sample, which is not zero: %s", strings.Join(cells, "; "))
	}
}

// warnZeroTimes names the rows of which a side took no time at all.
func (t *Table) warnZeroTimes() {
	var cells []string
	for _, j := range t.all() {
		if metricOf(j.Metric) == "time" && (j.BaseValue == 0 || j.HeadValue == 0) {
			cells = append(cells, j.Cell)
		}
	}
	if len(cells) > 0 {
		t.warnf("no time at all in %s: the loop was too short for the clock, or the compiler has taken away what it did", strings.Join(cells, ", "))
	}
}

func (t *Table) warnPressed() {
	cells, busy := map[string]bool{}, map[string]bool{}
	for _, j := range t.Rows {
		cells[j.Cell] = true
		if j.Kept > 0 {
			busy[j.Cell] = true
		}
	}
	if len(busy) > 0 {
		t.warnf("the machine was busy with other things: in some rounds of %d of %s no quiet pair was found", len(busy), plural(len(cells), "cell"))
	}
}
