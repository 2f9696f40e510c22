package verdict

import (
	"math"
	"slices"
)

// pair is two samples of a cell that were taken side by side.
type pair struct {
	base, head float64
	missing    bool // a side has no value
	pressed    bool
	excess     float64 // of the side that was pressed more
}

// pairs matches the samples of both sides: the nth of a round with the nth of the
// same round. A sample without a partner is left out.
func pairs(r Row) (byRound map[int][]pair, rounds []int) {
	heads := map[int][]Sample{}
	for _, s := range r.Head {
		heads[s.Round] = append(heads[s.Round], s)
	}
	byRound = map[int][]pair{}
	for _, b := range r.Base {
		n := len(byRound[b.Round])
		if n >= len(heads[b.Round]) {
			continue
		}
		h := heads[b.Round][n]
		if n == 0 {
			rounds = append(rounds, b.Round)
		}
		byRound[b.Round] = append(byRound[b.Round], pair{b.Value, h.Value, b.Missing || h.Missing, b.Pressed || h.Pressed, max(b.Excess, h.Excess)})
	}
	for round, all := range byRound {
		byRound[round] = slices.DeleteFunc(all, func(p pair) bool { return p.missing })
	}
	return byRound, slices.DeleteFunc(rounds, func(round int) bool { return len(byRound[round]) == 0 })
}

// chosen returns the pair of a round that counts: the first one that was not taken
// under pressure, else the one under the least, of equals the last. It does not look at
// the values.
func chosen(all []pair) pair {
	least := all[0]
	for _, p := range all {
		if !p.pressed {
			return p
		}
		if p.excess <= least.excess {
			least = p
		}
	}
	return least
}

// paired estimates a row from its pairs.
func paired(r Row, alpha float64, family int) estimate {
	byRound, rounds := pairs(r)
	e := estimate{n: len(rounds)}
	var base, head, differences []float64
	for _, round := range rounds {
		for _, p := range byRound[round] {
			if p.pressed {
				e.pressed++
			}
		}
		p := chosen(byRound[round])
		if p.pressed {
			e.kept++
		}
		base, head = append(base, p.base), append(head, p.head)
		differences = append(differences, logRatio(p.base, p.head))
	}
	e.base, e.head = median(base), median(head)
	e.center, e.lo, e.hi = hodgesLehmann(differences, 1-alpha)
	e.p = signedRank(differences)
	// To be significant in a family of rows, every interval of that stricter
	// confidence must leave out zero (Bonferroni; Holm asks for no more).
	e.visible = reach(hodgesLehmann(differences, 1-alpha/float64(family)))
	return e
}

// median returns NaN where there is nothing.
func median(values []float64) float64 {
	if len(values) == 0 {
		return math.NaN()
	}
	sorted := slices.Sorted(slices.Values(values))
	return sorted[(len(sorted)-1)/2]/2 + sorted[len(sorted)/2]/2
}
