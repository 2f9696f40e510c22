package verdict

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/handoff-go/handoff/report/record"
)

// side is one file, its samples by cell.
type side struct {
	run   *record.Run
	order []string // of the cells, by their full names
	cells map[string][]record.Sample
}

// newSide names cells with their package where there are several.
func newSide(run *record.Run, several bool) side {
	s := side{run: run, cells: map[string][]record.Sample{}}
	for _, sample := range run.Samples {
		name := sample.Name
		if several {
			name = packageOf(sample) + ": " + name
		}
		if _, ok := s.cells[name]; !ok {
			s.order = append(s.order, name)
		}
		s.cells[name] = append(s.cells[name], sample)
	}
	return s
}

func packageOf(s record.Sample) string {
	for _, p := range s.Config {
		if p.Key == "pkg" {
			return p.Value
		}
	}
	return ""
}

func severalPackages(run *record.Run) bool {
	return slices.ContainsFunc(run.Samples, func(s record.Sample) bool { return packageOf(s) != packageOf(run.Samples[0]) })
}

// matched refuses sides of which one lacks cells that the other has, and names them.
func matched(base, head side) error {
	var parts []string
	for _, sides := range [][2]side{{base, head}, {head, base}} {
		have, other := sides[0], sides[1]
		lonely := slices.DeleteFunc(slices.Clone(have.order), func(cell string) bool { return other.cells[cell] != nil })
		if len(lonely) > 0 {
			parts = append(parts, fmt.Sprintf("only in %s: %s", have.run.Path, strings.Join(lonely, ", ")))
		}
	}
	if len(parts) == 0 {
		return nil
	}
	return fmt.Errorf("benchmarks on one side only: %s", strings.Join(parts, "; "))
}

// whole refuses a side that was interrupted before it had taken every cell once.
func whole(s side) error {
	if planned, err := strconv.Atoi(s.run.Marks["cells"]); err == nil && planned > len(s.order) {
		return fmt.Errorf("%s: %d of the %d cells of this run are missing: resume it", s.run.Path, planned-len(s.order), planned)
	}
	return nil
}

// sameRounds refuses sides of an interleaved run of which one has lost samples: their
// pairs would be fewer, or wrong ones. It names where that begins.
func sameRounds(base, head side, design Design) error {
	if design != Interleaved {
		return nil
	}
	var lost []string
	for _, cell := range base.order {
		b, h := perRound(base.cells[cell]), perRound(head.cells[cell])
		for _, round := range slices.Sorted(maps.Keys(merged(b, h))) {
			if b[round] != h[round] {
				lost = append(lost, fmt.Sprintf("%s, round %d: %d and %d", cell, round, b[round], h[round]))
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
func perRound(samples []record.Sample) map[int]int {
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
func (s side) has(cell, unit string) bool {
	return slices.ContainsFunc(s.cells[cell], func(sample record.Sample) bool {
		_, ok := sample.Values[tidied(unit)]
		return ok
	})
}

// samples returns what the cell measured in a unit. A sample without it measured
// zero: that is how zeros are written.
func (s side) samples(cell, unit string) []Sample {
	all := make([]Sample, len(s.cells[cell]))
	for i, sample := range s.cells[cell] {
		all[i] = Sample{Round: sample.Round, Value: sample.Values[tidied(unit)] / tidyFactor(unit), Pressed: sample.Pressed, Excess: sample.Excess}
	}
	return all
}

// commonProcs is the GOMAXPROCS at a name's end, as in names, where all samples of both
// sides have the same; else "".
func commonProcs(base, head *record.Run) string {
	procs := base.Samples[0].Procs
	other := func(s record.Sample) bool { return s.Procs != procs }
	if procs == 0 || slices.ContainsFunc(base.Samples, other) || slices.ContainsFunc(head.Samples, other) {
		return ""
	}
	return fmt.Sprintf("-%d", procs)
}
