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

// takeMoreRounds says what it would take to be conclusive, were the estimate right: an
// interval shrinks with the root of the rounds.
func (j *Judged) takeMoreRounds(wanted int) {
	if j.Verdict != Inconclusive || j.Exact {
		return
	}
	if !j.known() {
		j.MoreRounds = max(1, wanted-j.Pairs)
		return
	}
	shrink := min(j.shrinkToDiffer(), j.shrinkToBeSame())
	rounds := max(float64(wanted), float64(j.Pairs)*shrink*shrink)
	switch {
	case math.IsInf(shrink, 1):
		j.Note = "between threshold and noise floor: more rounds do not tell on this machine"
	case rounds > manyRounds:
		j.Note = "so close to the threshold, or so noisy, that more rounds hardly tell"
	default:
		j.MoreRounds = max(1, int(math.Ceil(rounds))-j.Pairs)
	}
}

// shrinkToDiffer is how many times smaller the interval would have to be to lie beyond
// the limit; infinite if the estimate itself does not.
func (j *Judged) shrinkToDiffer() float64 {
	center, lo, hi := math.Log(j.Ratio), math.Log(j.Low), math.Log(j.High)
	arm, room := center-lo, center-j.limit()
	if center < 0 {
		arm, room = hi-center, -center-j.limit()
	}
	if !(room > 0) {
		return math.Inf(1)
	}
	return arm / room
}

// shrinkToBeSame is how many times smaller it would have to be to fit into the
// threshold; infinite if the estimate itself is outside.
func (j *Judged) shrinkToBeSame() float64 {
	center, lo, hi := math.Log(j.Ratio), math.Log(j.Low), math.Log(j.High)
	room := math.Log1p(j.Threshold)
	if !(math.Abs(center) < room) {
		return math.Inf(1)
	}
	return max((center-lo)/(room+center), (hi-center)/(room-center))
}
