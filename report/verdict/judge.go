package verdict

import (
	"fmt"
	"math"
	"slices"
	"strings"
)

// Judge says of each row whether head differs from base. It does not change the
// samples. What makes the result worthless is in the table, not an error: see
// [Table.Exit].
func Judge(rows []Row, rules Rules) *Table {
	t := &Table{Rules: rules}
	rows = slices.DeleteFunc(slices.Clone(rows), Row.vague)
	sizes := familySizes(rows, rules.Design)
	t.wantRounds(largest(sizes))
	t.askDirections(rows)
	for _, r := range rows {
		j, problem := newJudged(r, rules, sizes[family(r)])
		if problem != "" {
			t.Problems = append(t.Problems, problem)
		}
		if r.Class == Canary {
			t.Canary = append(t.Canary, j)
		} else {
			t.Rows = append(t.Rows, j)
		}
	}
	adjust(t.Rows)
	adjustCanary(t.Canary, largest(sizes))
	t.judge(t.Rows)
	t.judge(t.Canary)
	t.conclude()
	return t
}

// vague reports whether the row is of the canary, but not its time. Only the time is
// that of a fixed loop: the CPU time is the whole process's, whose start a change may
// move by more than the loop differs.
func (r Row) vague() bool { return r.Class == Canary && metricOf(r.Metric) != "time" }

// familyKey names the rows that are corrected together: those of a gate's metric,
// whichever of its units they have.
type familyKey struct {
	metric string
	canary bool
}

func family(r Row) familyKey { return familyKey{metricOf(r.Metric), r.Class == Canary} }

// familySizes counts the rows that statistics are needed for.
func familySizes(rows []Row, design Design) map[familyKey]int {
	sizes := map[familyKey]int{}
	for _, r := range rows {
		if !r.Exact && canCompare(r, design) {
			sizes[family(r)]++
		}
	}
	return sizes
}

// largest returns the number of rows of the largest family.
func largest(sizes map[familyKey]int) int {
	most := 0
	for _, n := range sizes {
		most = max(most, n)
	}
	return most
}

// timed reports whether the row depends on how fast the machine is at the moment.
func (r Row) timed() bool { return !r.Exact && !allocates(r.Metric) }

// canCompare reports whether the row means something in this design: what takes
// time depends on the hour.
func canCompare(r Row, design Design) bool { return design != Apart || !r.timed() }

// newJudged estimates a row; its verdict needs the p of all rows.
func newJudged(r Row, rules Rules, family int) (j Judged, problem string) {
	j = Judged{Row: r, Ratio: math.NaN(), High: math.Inf(1), Smallest: math.Inf(1), P: 1, AdjustedP: 1, BaseValue: math.NaN(), HeadValue: math.NaN()}
	if problem = r.problem(); problem != "" {
		j.Note = "not judged"
		return j, problem
	}
	if r.Assumed && isRate(r.Metric) { // askDirections has asked
		j.BaseValue, j.HeadValue = median(values(r.Base)), median(values(r.Head))
		j.Note = "not judged: is more better?"
		return j, ""
	}
	j.takeEstimate(estimateOf(r, rules, family))
	j.takeLimits(rules)
	return j, ""
}

// askDirections asks for the Unit line of a rate that has none: nothing tells whether more
// or less of it is better. Of other units less is taken for better, and that is said.
func (t *Table) askDirections(rows []Row) {
	var taken []string
	for _, metric := range undeclared(rows) {
		if isRate(metric) {
			t.problem("no Unit line says whether more %[1]s is better or less: have the benchmark print \"Unit %[1]s better=higher\" (or lower), or put that line into one of the files", metric)
		} else {
			taken = append(taken, metric)
		}
	}
	if len(taken) > 0 {
		t.warnf("less is taken for better of %s: a line such as \"Unit %s better=higher\" would say otherwise", strings.Join(taken, ", "), taken[0])
	}
}

// undeclared are the metrics of which nobody has said which way is better.
func undeclared(rows []Row) []string {
	var all []string
	for _, r := range rows {
		if r.Assumed && !slices.Contains(all, r.Metric) {
			all = append(all, r.Metric)
		}
	}
	return all
}

// problem names the first value that no benchmark can have.
func (r Row) problem() string {
	for _, s := range slices.Concat(r.Base, r.Head) {
		if !s.Missing && (!(s.Value >= 0) || math.IsInf(s.Value, 0)) {
			return fmt.Sprintf("%s: %g %s in round %d is no measurement", r.Cell, s.Value, r.Metric, s.Round)
		}
	}
	return ""
}

func estimateOf(r Row, rules Rules, family int) estimate {
	switch {
	case !canCompare(r, rules.Design):
		return incomparable(r)
	case r.Exact:
		return exact(r)
	case rules.Design == Interleaved:
		return paired(r, rules.alpha(), family)
	}
	return unpaired(r, rules.alpha(), family)
}

func (j *Judged) takeEstimate(e estimate) {
	j.BaseValue, j.HeadValue = e.base, e.head
	j.Ratio, j.Low, j.High = math.Exp(e.center), math.Exp(e.lo), math.Exp(e.hi)
	j.P, j.Pairs, j.Pressed, j.Kept = e.p, e.n, e.pressed, e.kept
	j.Smallest, j.Note = e.visible, e.note
}

// takeLimits settles what counts as a difference. A gate that tolerates less than
// the threshold replaces it, so that what fails it is called a difference.
func (j *Judged) takeLimits(rules Rules) {
	if j.Exact {
		j.Smallest = 0
	} else {
		j.Floor, j.Floored = rules.Floors.Of(j.Row)
		j.Threshold = rules.threshold(j.Floored)
	}
	if j.Class == Canary {
		j.Threshold = canaryThreshold // whatever the user takes for a difference
	} else {
		j.takeGate(rules)
	}
	if !j.Exact && j.known() {
		lo, hi := math.Log(j.Low), math.Log(j.High)
		j.Smallest = math.Expm1(max(j.Smallest, j.limit()+reach(math.Log(j.Ratio), lo, hi)))
	}
}

// takeGate settles what the gate tolerates in the row.
func (j *Judged) takeGate(rules Rules) {
	part, ok := rules.Gate.limit(j.Metric)
	if ok && part >= 0 {
		j.Threshold = min(j.Threshold, part)
	}
	if ok && part < 0 {
		part = j.Threshold
	}
	j.Gated = ok && j.gateable(rules)
	if j.Gated {
		j.Tolerance, j.Limit = part, max(part, j.Floor)
	}
}

// gateable reports whether the gate may look at the row, and says why not.
func (j *Judged) gateable(rules Rules) bool {
	if allocates(j.Metric) && valueOf(j.Cell, "chunk") == "auto" {
		j.Note = "not gated: allocations follow the chunk, which is automatic"
		return false
	}
	return canCompare(j.Row, rules.Design)
}

// limit is from where on a difference counts, as a logarithm.
func (j Judged) limit() float64 { return math.Log1p(max(j.Threshold, j.Floor)) }

// judge gives verdicts and outcomes.
func (t *Table) judge(rows []Judged) {
	for i := range rows {
		j := &rows[i]
		j.Verdict = j.verdict(t.Rules)
		j.Outcome = j.outcome(t.Rules)
		j.takeMoreRounds(t.RoundsWanted)
	}
}

func (j Judged) significant(rules Rules) bool { return j.AdjustedP <= rules.alpha() }

func (j Judged) verdict(rules Rules) Verdict {
	lo, hi := j.worse()
	same := math.Log1p(j.Threshold)
	switch {
	case !canCompare(j.Row, rules.Design):
		return NotComparable
	case !j.known():
		return Inconclusive
	case j.significant(rules) && lo > j.limit():
		return Slower
	case j.significant(rules) && hi < -j.limit():
		return Faster
	case lo >= -same && hi <= same:
		return Same
	}
	return Inconclusive
}

func (j Judged) outcome(rules Rules) Outcome {
	lo, hi := j.worse()
	switch {
	case !j.Gated:
		return NotGated
	case !j.known():
		return Undecided
	case j.significant(rules) && lo > math.Log1p(j.Limit):
		return Failed
	case hi <= math.Log1p(j.Tolerance):
		return Passed
	}
	return Undecided
}
