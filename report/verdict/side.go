package verdict

import (
	"fmt"
	"maps"
	"slices"
	"strconv"

	"github.com/handoff-go/handoff/report/record"
)

// side is one file, its samples by cell.
type side struct {
	run   *record.Run
	order []record.ID
	cells map[record.ID][]*record.Sample
	units map[string]bool // that some sample has, tidied
}

func newSide(run *record.Run) side {
	s := side{run: run, order: run.IDs(), cells: map[record.ID][]*record.Sample{}, units: map[string]bool{}}
	for i := range run.Samples {
		sample := &run.Samples[i]
		for unit := range sample.Values {
			s.units[unit] = true
		}
		s.cells[sample.ID] = append(s.cells[sample.ID], sample)
	}
	return s
}

// whole refuses a side that was interrupted before it had taken every cell once.
func whole(s side) error {
	if planned, err := strconv.Atoi(s.run.Marks["cells"]); err == nil && planned > len(s.order)+len(s.run.Unmeasured) {
		return fmt.Errorf("%s: %d of the %d cells of this run are missing: resume it", s.run.Path, planned-len(s.order), planned)
	}
	return nil
}

// sameRounds refuses sides of an interleaved run of which one has lost samples: their
// pairs would be fewer, or wrong ones. It names where that begins.
func sameRounds(base, head side, cells []record.CellPair, design Design) error {
	if design != Interleaved {
		return nil
	}
	var lost []string
	for _, c := range cells {
		b, h := perRound(base.cells[c.Base]), perRound(head.cells[c.Head])
		for _, round := range slices.Sorted(maps.Keys(merged(b, h))) {
			if b[round] != h[round] {
				lost = append(lost, fmt.Sprintf("%s, round %d: %d and %d", c.Base.FullName(), round, b[round], h[round]))
			}
		}
	}
	if lost == nil {
		return nil
	}
	return fmt.Errorf("%s and %s are of one run, but have not as many samples in each round (%s; %s in all): one was cut short, take them again",
		base.run.Path, head.run.Path, lost[0], plural(len(lost), "round"))
}

// perRound counts samples by their rounds.
func perRound(samples []*record.Sample) map[int]int {
	n := map[int]int{}
	for _, s := range samples {
		n[s.Round]++
	}
	return n
}

// merged has the keys of both.
func merged(a, b map[int]int) map[int]int {
	all := maps.Clone(a)
	maps.Copy(all, b)
	return all
}

// has reports whether some sample of the cell has the unit.
func (s side) has(cell record.ID, unit string) bool {
	unit = tidied(unit)
	return s.units[unit] && slices.ContainsFunc(s.cells[cell], func(sample *record.Sample) bool {
		_, ok := sample.Values[unit]
		return ok
	})
}

// samples returns what the cell measured in a unit. A sample without it keeps its place,
// so that pairs stay pairs.
func (s side) samples(cell record.ID, unit string) []Sample {
	samples, factor := s.cells[cell], tidyFactor(unit)
	unit = tidied(unit)
	all := make([]Sample, len(samples))
	for i, sample := range samples {
		value, ok := sample.Values[unit]
		all[i] = Sample{Round: sample.Round, Value: value / factor, Missing: !ok, Pressed: sample.Pressed, Excess: sample.Excess}
	}
	return all
}
