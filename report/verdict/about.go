package verdict

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"
)

// About is what a table cannot know of itself. All of it may be empty.
type About struct {
	Base, Head  string // what was compared: "main (0123abcd)"
	Machine     string // "linux/amd64, AMD EPYC, 2 CPUs"
	Date        string // UTC
	Command     string // the one that repeats the comparison
	Unavailable string // what the machine does not tell: "temperature"
	Samples     string // where the raw samples of both sides are
}

// lines returns what is known, one "name: value" each.
func (a About) lines() []string {
	var all []string
	for _, l := range [][2]string{{"base", a.Base}, {"head", a.Head}, {"machine", a.Machine}, {"not available here", a.Unavailable}, {"date", a.Date}, {"samples", a.Samples}} {
		if l[1] != "" {
			all = append(all, l[0]+": "+l[1])
		}
	}
	return all
}

// Headline says in one line what came out, and starts with a word for the exit code:
// void, "could not measure", regression, inconclusive or pass.
func (t *Table) Headline() string {
	switch t.Exit() {
	case 2:
		return t.whyWorthless()
	case 1:
		return fmt.Sprintf("regression: %s worse, most of all %s", t.ofGated(Failed), t.worst())
	case 3:
		return "inconclusive: " + t.undecided()
	}
	return "pass: " + t.passed()
}

func (t *Table) whyWorthless() string {
	if len(t.Problems) > 0 {
		return "could not measure: " + t.Problems[0]
	}
	return "void: " + t.canaryMoved()
}

func (t *Table) canaryMoved() string {
	var moved []string
	for _, j := range t.Canary {
		if j.Verdict == Slower || j.Verdict == Faster {
			moved = append(moved, fmt.Sprintf("%s in %s", j.Change(), j.Metric))
		}
	}
	return "the canary moved, " + strings.Join(moved, ", ") + ": something other than the change did that"
}

// ofGated is "2 of 15 gated rows".
func (t *Table) ofGated(o Outcome) string {
	gated := count(t.Rows, func(j Judged) bool { return j.Gated })
	return fmt.Sprintf("%d of %s", t.Count(o), plural(gated, "gated row"))
}

func plural(n int, noun string) string {
	if n != 1 {
		noun += "s"
	}
	return fmt.Sprintf("%d %s", n, noun)
}

// worst names the gated row that got worse by most.
func (t *Table) worst() string {
	failed := slices.DeleteFunc(slices.Clone(t.Rows), func(j Judged) bool { return j.Outcome != Failed })
	j := slices.MaxFunc(failed, func(a, b Judged) int { return cmp.Compare(a.size(), b.size()) })
	return fmt.Sprintf("%s (%s, %s)", j.Change(), j.Cell, j.Metric)
}

func (t *Table) undecided() string {
	if !t.compared() {
		return "no row can be compared between runs that were taken apart"
	}
	text := t.ofGated(Undecided) + " may be worse"
	if hidden := count(t.Rows, Judged.hidden); hidden > 0 {
		text += fmt.Sprintf(" (%d by what the noise floor of this machine hides)", hidden)
	}
	if more := t.moreRounds(); more > 0 {
		return fmt.Sprintf("%s; about %s would tell", text, plural(more, "more round"))
	}
	return text + ", and more rounds hardly tell on this machine"
}

// moreRounds is how many more rounds would decide all rows that are undecided; 0 where
// rounds do not.
func (t *Table) moreRounds() int {
	most := 0
	for _, j := range t.Rows {
		if j.Outcome != Undecided {
			continue
		}
		if j.MoreRounds == 0 {
			return 0
		}
		most = max(most, j.MoreRounds)
	}
	return most
}

func (t *Table) passed() string {
	if count(t.Rows, func(j Judged) bool { return j.Gated }) == 0 {
		return "nothing is gated"
	}
	text := t.ofGated(Passed) + " not worse"
	if n := t.CountVerdict(Faster); n > 0 {
		text += fmt.Sprintf(", %s better", plural(n, "row"))
	}
	return text
}

// size is by how much the row got worse, a logarithm.
func (j Judged) size() float64 {
	if j.Higher {
		return -math.Log(j.Ratio)
	}
	return math.Log(j.Ratio)
}

// Finding says what changed, for the title of a picture.
func (t *Table) Finding() string {
	slower, faster := t.CountVerdict(Slower), t.CountVerdict(Faster)
	switch {
	case t.Void && t.worthless():
		return "Void: the canary moved, so something else than the change did"
	case slower == 0 && faster == 0:
		return "No row changed beyond doubt"
	case faster == 0:
		return fmt.Sprintf("%d of %s got worse, by up to %s", slower, plural(len(t.Rows), "row"), t.extreme(Slower))
	case slower == 0:
		return fmt.Sprintf("%d of %s got better, by up to %s", faster, plural(len(t.Rows), "row"), t.extreme(Faster))
	}
	return fmt.Sprintf("%d of %s got worse (up to %s), %d better (up to %s)", slower, plural(len(t.Rows), "row"), t.extreme(Slower), faster, t.extreme(Faster))
}

// extreme is the largest change among the rows with a verdict.
func (t *Table) extreme(v Verdict) string {
	of := slices.DeleteFunc(slices.Clone(t.Rows), func(j Judged) bool { return j.Verdict != v })
	return slices.MaxFunc(of, func(a, b Judged) int { return cmp.Compare(math.Abs(a.size()), math.Abs(b.size())) }).unsigned()
}

// unsigned spells the size of a difference whose direction is said.
func (j Judged) unsigned() string { return strings.TrimLeft(j.Change(), "+-") }
