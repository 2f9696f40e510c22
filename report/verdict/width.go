package verdict

import "math"

// Within reports whether more rounds would tell little: there are as many as something
// can be significant with, and the interval of each gated row that is timed reaches by
// at most the part width to either side of its middle. A comparison may end on it at
// any round: it does not look at who is faster, and so finds no more differences
// where there are none (TestWidthIsNoPeeking).
func (t *Table) Within(width float64) bool {
	if t.Rounds < t.RoundsWanted {
		return false
	}
	return count(t.Rows, func(j Judged) bool {
		return j.Gated && j.timed() && !(math.Log(j.High/j.Low)/2 <= math.Log1p(width))
	}) == 0
}
