package verdict

import "math"

// Verdict is what is said of a row.
type Verdict int

// Verdicts. Slower stands for the worse of any metric.
const (
	Inconclusive  Verdict = iota // more rounds are needed, or a quieter machine
	Same                         // the interval lies inside the threshold
	Faster                       // significant, and the interval lies beyond threshold and floor
	Slower                       // the same on the other side
	NotComparable                // a noisy metric of two runs that were taken apart
)

var verdictWords = map[Verdict]string{
	Inconclusive: "inconclusive", Same: "same", Faster: "faster", Slower: "slower", NotComparable: "not comparable",
}

func (v Verdict) String() string { return verdictWords[v] }

// Outcome is what the gate makes of a row.
type Outcome int

// Outcomes.
const (
	NotGated  Outcome = iota
	Passed            // it is not worse by more than the gate tolerates
	Failed            // it is worse by more than the gate tolerates, and than the machine's noise
	Undecided         // it may be
)

var outcomeWords = map[Outcome]string{NotGated: "", Passed: "passed", Failed: "failed", Undecided: "undecided"}

func (o Outcome) String() string { return outcomeWords[o] }

// Judged is a row with what is said of it. Low is 0 and High infinite where there are
// too few samples for an interval.
type Judged struct {
	Row
	Verdict Verdict

	// Ratio is head ÷ base, NaN without samples; Low to High its interval at the
	// level 1−α.
	Ratio, Low, High float64

	// P is the row's own, AdjustedP what it takes for all rows of the metric to be
	// significant together.
	P, AdjustedP float64

	// BaseValue and HeadValue are the medians of what was analysed.
	BaseValue, HeadValue float64

	Pairs   int // pairs that were analysed; without rounds, samples of the smaller side
	Pressed int // pairs that were taken under pressure
	Kept    int // of these, how many were analysed because their rounds have no better one

	Threshold float64 // the smallest difference that matters, a part
	Floor     float64 // the machine's measured noise in this row, a part
	Floored   bool    // there was such a measurement
	Smallest  float64 // the smallest difference that these samples could have shown; infinite: none

	// MoreRounds is how many more it would take for another verdict than
	// inconclusive, about; 0 where more do not help.
	MoreRounds int

	Gated     bool    // the gate looks at this row
	Tolerance float64 // the growth that the gate tolerates: below it the row passes
	Limit     float64 // the growth from which on it fails: Tolerance, or the floor where that is larger
	Outcome   Outcome

	Note string // what a reader must know of this row
}

// known reports whether there is an interval.
func (j Judged) known() bool { return !(j.Low == 0 && math.IsInf(j.High, 1)) }

// hidden reports whether the row is undecided because the machine's noise is larger than
// what the gate tolerates: with a smaller floor it would fail.
func (j Judged) hidden() bool {
	lo, _ := j.worse()
	return j.Outcome == Undecided && j.known() && j.Floor > j.Tolerance && lo > math.Log1p(j.Tolerance)
}

// worse returns the interval in logarithms, turned so that more is worse.
func (j Judged) worse() (lo, hi float64) {
	lo, hi = math.Log(j.Low), math.Log(j.High)
	if j.Higher {
		return -hi, -lo
	}
	return lo, hi
}
