package analysis

import (
	"math"
	"slices"
)

// Middles selects among many values that need not be written down: the means of all pairs
// of one set, or the differences of all pairs of two sets. Of n values there are n² of
// them, but how many are at most some x takes n steps to count, and the k-th smallest is
// the smallest x that k of them are at most: it is found by halving what is left of the
// float64s, in at most 64 counts. So it is exact, to the last bit.
type Middles struct {
	n       int       // of the values
	sorted  []float64 // they themselves, where they are few
	atMost  func(x float64) int
	lowest  float64
	highest float64
}

// mostWritten is up to how many values it is faster to write them down and to sort them.
const mostWritten = 4096

// Len returns how many values there are.
func (m Middles) Len() int { return m.n }

// Means are the means of all pairs of values, those of a value with itself among them.
// They do not change the values, none of which is NaN; they may be infinite.
func Means(values []float64) Middles {
	sorted := slices.Sorted(slices.Values(values))
	n := len(sorted)
	m := Middles{n: n * (n + 1) / 2}
	if m.n <= mostWritten {
		for i, a := range sorted {
			for _, b := range sorted[i:] {
				m.sorted = append(m.sorted, mean(a, b))
			}
		}
		slices.Sort(m.sorted)
		return m
	}
	m.lowest, m.highest = sorted[0], sorted[n-1]
	m.atMost = func(x float64) int {
		count, j := 0, n-1
		for i := 0; i < n && i <= j; i++ {
			for j >= i && mean(sorted[i], sorted[j]) > x {
				j--
			}
			count += max(0, j-i+1)
		}
		return count
	}
	return m
}

// Mean is that of two, zero of an infinite value and its opposite.
func mean(a, b float64) float64 {
	if math.IsInf(a, 0) && a == -b {
		return 0
	}
	return a/2 + b/2
}

// Differences are those of each value of b and each of a, less being what subtracts: it
// must not fall where its first argument rises or its second falls.
func Differences(a, b []float64, less func(b, a float64) float64) Middles {
	as, bs := slices.Sorted(slices.Values(a)), slices.Sorted(slices.Values(b))
	m := Middles{n: len(as) * len(bs)}
	if m.n <= mostWritten {
		for _, v := range as {
			for _, w := range bs {
				m.sorted = append(m.sorted, less(w, v))
			}
		}
		slices.Sort(m.sorted)
		return m
	}
	m.lowest, m.highest = less(bs[0], as[len(as)-1]), less(bs[len(bs)-1], as[0])
	m.atMost = func(x float64) int {
		count, j := 0, 0 // the larger a is, the more of b are within x
		for _, v := range as {
			for j < len(bs) && less(bs[j], v) <= x {
				j++
			}
			count += j
		}
		return count
	}
	return m
}

// At returns the value that has k smaller ones before it, were all sorted.
func (m Middles) At(k int) float64 {
	if m.sorted != nil {
		return m.sorted[k]
	}
	lo, hi := ordered(m.lowest), ordered(m.highest)
	for lo < hi {
		middle := lo + (hi-lo)/2
		if m.atMost(unordered(middle)) > k {
			hi = middle
		} else {
			lo = middle + 1
		}
	}
	return unordered(lo)
}

// Around returns the median and the cut-th value from both ends; a cut of 0 means that
// there is no such interval.
func (m Middles) Around(cut int) (center, lo, hi float64) {
	if m.n == 0 {
		return math.NaN(), math.Inf(-1), math.Inf(1)
	}
	center = mean(m.At((m.n-1)/2), m.At(m.n/2))
	lo, hi = m.Ends(cut)
	return center, lo, hi
}

// Ends are the cut-th values from both ends.
func (m Middles) Ends(cut int) (lo, hi float64) {
	if cut < 1 {
		return math.Inf(-1), math.Inf(1)
	}
	return m.At(cut - 1), m.At(m.n - cut)
}

// ordered maps float64s to integers in the same order; both zeros are one.
func ordered(x float64) uint64 {
	bits := math.Float64bits(x + 0)
	if bits>>63 == 1 {
		return ^bits
	}
	return bits | 1<<63
}

func unordered(i uint64) float64 {
	if i>>63 == 1 {
		return math.Float64frombits(i &^ (1 << 63))
	}
	return math.Float64frombits(^i)
}
