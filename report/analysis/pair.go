package analysis

import "github.com/handoff-go/handoff/report/record"

// pairKey names a sample within its cell: the round, and which of the cell's
// samples of that round it is. Two cells' samples with the same key were taken
// close to each other in time.
type pairKey struct{ round, nth int }

// keys returns the pair key of each sample. A file without rounds (plain
// go test -bench) pairs in order of appearance.
func (c *Cell) keys() []pairKey {
	keys := make([]pairKey, len(c.Samples))
	seen := map[int]int{}
	for i, s := range c.Samples {
		keys[i] = pairKey{s.Round, seen[s.Round]}
		seen[s.Round]++
	}
	return keys
}

// pair is one sample of a cell and serial's sample of the same round.
type pair struct {
	key           pairKey
	serial, other record.Sample
}

// pairs matches a cell with serial's cell of the same work, in the cell's
// order. Rounds in which one of the two is missing are left out.
func pairs(serial, other *Cell) []pair {
	if serial == nil || other == nil {
		return nil
	}
	byKey := map[pairKey]record.Sample{}
	for i, k := range serial.keys() {
		byKey[k] = serial.Samples[i]
	}
	var all []pair
	for i, k := range other.keys() {
		if s, ok := byKey[k]; ok {
			all = append(all, pair{k, s, other.Samples[i]})
		}
	}
	return all
}

// Speedup returns how many times as fast as serial the cell did the same work:
// the median of the rounds' ratios of metric, a time. ok is false where there
// is nothing to compare.
func Speedup(serial, other *Cell, metric string) (speedup Interval, ok bool) {
	var ratios []float64
	for _, p := range pairs(serial, other) {
		s, o := p.serial.Values[metric], p.other.Values[metric]
		if s > 0 && o > 0 {
			ratios = append(ratios, s/o)
		}
	}
	return NewInterval(ratios), len(ratios) > 0
}
