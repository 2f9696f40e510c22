package verdict

import (
	"math"
	"slices"
)

// manyRounds is more than anybody waits for.
const manyRounds = 1000

// roundsWanted is the least number of pairs with which one row of so many can be
// significant: all on one side has a p of 2/2^n, times the rows.
func roundsWanted(rows int, alpha float64) int {
	return int(math.Ceil(math.Log2(2 * float64(rows) / alpha)))
}

// samplesWanted is the same for samples a side without rounds: 2/C(2n, n).
func samplesWanted(rows int, alpha float64) int {
	n, p := 0, 2.0
	for p*float64(rows) > alpha {
		n++
		p *= float64(n) * float64(n) / float64(2*n*(2*n-1))
	}
	return n
}

// takeMoreRounds says what it would take to be conclusive, were the estimate right: an
// interval shrinks with the root of the rounds.
func (j *Judged) takeMoreRounds(wanted int) {
	if j.Verdict != Inconclusive || j.Exact {
		return
	}
	if !j.known() {
		switch few := wanted - j.Pairs; {
		case j.Note != "":
		case few > 0 || !j.zeros():
			j.MoreRounds = max(1, few)
		default:
			j.Note = "zeros among the values: their ratio has no bounds"
		}
		return
	}
	shrink, possible := j.shrink()
	rounds := max(float64(wanted), float64(j.Pairs)*shrink*shrink)
	switch {
	case !possible:
		j.Note = "between threshold and noise floor: more rounds do not tell on this machine"
	case !(rounds <= manyRounds):
		j.Note = "so close to the threshold, or so noisy, that more rounds hardly tell"
	default:
		j.MoreRounds = max(1, int(math.Ceil(rounds))-j.Pairs)
	}
}

// zeros reports whether some value is zero: ratios to it, and of it, have no size.
func (j *Judged) zeros() bool {
	zero := func(s Sample) bool { return !s.Missing && s.Value == 0 }
	return slices.ContainsFunc(j.Base, zero) || slices.ContainsFunc(j.Head, zero)
}

// shrink is how many times smaller the interval would have to be to lie beyond the
// limit, or to fit into the threshold; possible is false where the estimate itself does
// neither.
func (j *Judged) shrink() (times float64, possible bool) {
	center, down, up := math.Log(j.Ratio), math.Log(j.Ratio/j.Low), math.Log(j.High/j.Ratio)
	if center < 0 {
		center, down, up = -center, up, down
	}
	switch beyond, within := center-j.limit(), math.Log1p(j.Threshold); {
	case beyond > 0:
		return down / beyond, true
	case center < within:
		return max(down/(within+center), up/(within-center)), true
	}
	return math.Inf(1), false
}
