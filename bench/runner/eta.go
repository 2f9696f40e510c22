package runner

import "time"

// eta guesses how long the rest of a run takes: each cell as long as it took so
// far, a cell not seen yet as long as the average sample.
type eta struct {
	all   mean
	cells map[string]mean
}

type mean struct {
	sum time.Duration
	n   int
}

func (m mean) with(d time.Duration) mean { return mean{m.sum + d, m.n + 1} }

func (m mean) value() time.Duration { return m.sum / time.Duration(max(m.n, 1)) }

// add takes what one sample of a cell took, start to end of its process.
func (e *eta) add(cell string, took time.Duration) {
	if e.cells == nil {
		e.cells = map[string]mean{}
	}
	e.cells[cell] = e.cells[cell].with(took)
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
