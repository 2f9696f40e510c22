package analysis

import "slices"

// minGap is how much slower than the winner a strategy must be at least for a
// win to be worth the word, however clear it is.
const minGap = 0.05

// times are values by round: of a cell, or computed from several.
type times map[pairKey]float64

// lead returns how many times as long the slower one takes, paired by rounds.
func lead(faster, slower times) Interval {
	var ratios []float64
	for key, t := range faster {
		if other, ok := slower[key]; ok && t > 0 && other > 0 {
			ratios = append(ratios, other/t)
		}
	}
	return NewInterval(ratios)
}

// wins reports whether a lead is a win: at least minGap, and with an interval
// that is clear of a draw.
func (i Interval) wins() bool { return i.Center >= 1+minGap && i.Above(1) }

// contest ranks contestants that did the same work. It returns the one with
// the least median, and those that it does not win against, in their order.
// Who has no times is not in it; best is -1 if nobody has.
func contest(all []times) (best int, tied []int) {
	best = -1
	for i, t := range all {
		if len(t) > 0 && (best < 0 || t.median() < all[best].median()) {
			best = i
		}
	}
	if best < 0 {
		return best, nil
	}
	for i, t := range all {
		if i != best && len(t) > 0 && !lead(all[best], t).wins() {
			tied = append(tied, i)
		}
	}
	return best, tied
}

func (t times) values() []float64 {
	values := make([]float64, 0, len(t))
	for _, v := range t {
		values = append(values, v)
	}
	slices.Sort(values)
	return values
}

func (t times) median() float64 { return median(t.values()) }

// scaled returns the times multiplied.
func (t times) scaled(by float64) times {
	all := times{}
	for key, v := range t {
		all[key] = v * by
	}
	return all
}

// workerTime is the worker time per item by rounds, P·wall/N; nil where the
// name of the cell does not say how many workers there are.
func workerTime(c *Cell) times {
	if c == nil || c.Column.Workers() == 0 {
		return nil
	}
	return c.byKey(MetricItem).scaled(float64(c.Column.Workers()))
}
