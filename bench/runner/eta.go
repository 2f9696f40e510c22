package runner

import "time"

// eta guesses how long the rest of a run takes: each cell as long as it took so
// far, a cell not seen yet as long as the average sample.
type eta struct {
	all   mean
	cells map[cell]mean
}

type mean struct {
	sum time.Duration
	n   int
}

func (m mean) with(d time.Duration) mean { return mean{m.sum + d, m.n + 1} }

func (m mean) value() time.Duration { return m.sum / time.Duration(max(m.n, 1)) }

// add takes what one turn took, start to end of its processes.
func (e *eta) add(c cell, took time.Duration) {
	if e.cells == nil {
		e.cells = map[cell]mean{}
	}
	e.cells[c] = e.cells[c].with(took)
	e.all = e.all.with(took)
}

// left is how long the turns will take; 0 while nothing is known.
func (e *eta) left(turns []turn) time.Duration {
	var sum time.Duration
	for _, t := range turns {
		if m := e.cells[t.cell]; m.n > 0 {
			sum += m.value()
		} else {
			sum += e.all.value()
		}
	}
	return sum
}
