package verdict

import "math"

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

// takeMoreRounds says what it would take to be conclusive. The interval shrinks with
// the root of the rounds, until it leaves the limits on one side or fits into the
// threshold.
func (j *Judged) takeMoreRounds(wanted int) {
	if j.Verdict != Inconclusive || j.Exact {
		return
	}
	if !j.known() {
		j.MoreRounds = max(1, wanted-j.Pairs)
		return
	}
	center := math.Abs(math.Log(j.Ratio))
	room := max(center-j.limit(), math.Log1p(j.Threshold)-center)
	shrink := reach(math.Log(j.Ratio), math.Log(j.Low), math.Log(j.High)) / room
	rounds := max(float64(wanted), float64(j.Pairs)*shrink*shrink)
	switch {
	case room <= 0:
		j.Note = "between threshold and noise floor: more rounds do not tell on this machine"
	case !(rounds < manyRounds):
		j.Note = "so close to the threshold, or so noisy, that more rounds hardly tell"
	default:
		j.MoreRounds = max(1, int(math.Ceil(rounds))-j.Pairs)
	}
}
