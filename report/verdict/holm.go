package verdict

import (
	"cmp"
	"slices"
)

// adjust fills in AdjustedP within each metric: Holm's step-down correction, which
// keeps the chance of any false alarm in the family at α whatever the rows have in
// common. Exact rows are no matter of chance.
func adjust(rows []Judged) {
	families := map[familyKey][]*Judged{}
	for i := range rows {
		if j := &rows[i]; j.Exact {
			j.AdjustedP = j.P
		} else {
			families[family(j.Row)] = append(families[family(j.Row)], j)
		}
	}
	for _, family := range families {
		holm(family)
	}
}

// holm multiplies the smallest p by the number of rows, the next by one less, and so
// on; none becomes smaller than the one before it.
func holm(family []*Judged) {
	slices.SortStableFunc(family, func(a, b *Judged) int { return cmp.Compare(a.P, b.P) })
	last := 0.0
	for i, j := range family {
		last = max(last, min(1, float64(len(family)-i)*j.P))
		j.AdjustedP = last
	}
}

// adjustCanary makes the canary as sure as the surest row of the table has to be: where
// it moves, all is void, and it is there in every comparison.
func adjustCanary(canary []Judged, rows int) {
	for i := range canary {
		canary[i].AdjustedP = min(1, float64(rows)*canary[i].P)
	}
}
