package runner

import (
	"slices"
	"time"
)

// What counts as disturbed, and how much is taken again.
const (
	pressureShare = 0.15 // of the time that the cell's samples take
	retakeShare   = 4    // at most one in so many turns is taken again
	retakesOfOne  = 2    // and none more often than this
)

// retakes lists the turns to be taken again: those during which other tasks
// waited for a CPU for longer than is usual for the cell. Pools make their own
// processes wait, so what is usual is the median of the cell's samples on that
// side. The times that were measured play no part in it, and the turn is taken
// again on both sides: whoever was slow gains nothing.
//
// The samples taken before stay in the files. The last one of a round counts.
func retakes(sides []*side, turns int) []turn {
	if len(sides) < 2 {
		return nil
	}
	attempts, disturbed := sides[0].done(), map[turn]bool{}
	spent := 0
	for _, n := range attempts {
		spent += n - 1
	}
	for _, s := range sides {
		for t := range disturbedTurns(s.taken) {
			disturbed[t] = true
		}
	}
	var again []turn
	for _, t := range sides[0].taken { // in the order of the file
		if disturbed[t.turn] && attempts[t.turn] <= retakesOfOne && !slices.Contains(again, t.turn) {
			again = append(again, t.turn)
		}
	}
	return again[:min(len(again), max(turns/retakeShare-spent, 0))]
}

// disturbedTurns are those whose last sample was taken under pressure.
func disturbedTurns(all []taken) map[turn]bool {
	last, ofCell := map[turn]taken{}, map[cell][]taken{}
	for _, t := range all {
		last[t.turn] = t
		ofCell[t.cell] = append(ofCell[t.cell], t)
	}
	disturbed := map[turn]bool{}
	for turn, t := range last {
		usual := median(ofCell[turn.cell], func(t taken) time.Duration { return time.Duration(t.pressure) * time.Microsecond })
		window := median(ofCell[turn.cell], func(t taken) time.Duration { return t.op * time.Duration(t.iters) })
		excess := time.Duration(t.pressure)*time.Microsecond - usual
		if t.pressure >= 0 && window > 0 && excess.Seconds() > pressureShare*window.Seconds() {
			disturbed[turn] = true
		}
	}
	return disturbed
}

func median(all []taken, of func(taken) time.Duration) time.Duration {
	values := make([]time.Duration, len(all))
	for i, t := range all {
		values[i] = of(t)
	}
	slices.Sort(values)
	return values[len(values)/2]
}
