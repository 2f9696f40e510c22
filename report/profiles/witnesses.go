package profiles

import (
	"math"
	"slices"

	"github.com/google/pprof/profile"
)

// busy are the phases in which a lane does something for an item.
var busy = []string{"compute", "encode", "transfer", "decode"}

// Witness is one account of how the busy time of the lanes splits.
type Witness struct {
	PerItem map[string]float64 // seconds for each item, by phase, waiting too
	Part    map[string]float64 // of the four busy phases together
}

// Serialization is the part of encode, transfer and decode.
func (w Witness) Serialization() float64 {
	return w.Part["encode"] + w.Part["transfer"] + w.Part["decode"]
}

// Witnesses are accounts of the same lanes. The profile counts CPU time, by
// samples. The stopwatches read the clock whenever a phase begins: without
// sampling error they count wall time, and so also the time in which a goroutine
// that could go on did not get a CPU or was held up in a system call; and, where
// threads have clocks, CPU time, which is what a profile can be held against.
type Witnesses struct {
	Profile, Wall, CPU Witness
	Clocks             bool    // there is CPU
	Samples            int64   // of lanes
	Margin             float64 // half of the 95 % interval of the profile's Serialization
}

// HandsOver reports whether the items of the cell went to other processes: then
// something was encoded.
func (c *Cell) HandsOver() bool {
	return slices.ContainsFunc(c.CPU.Sample, func(s *profile.Sample) bool {
		return label(s, labelRole) == "worker" && label(s, "proc") != "coordinator"
	})
}

// Witnesses compares the profile with the stopwatches. It reports false if there
// are no stopwatches, or no samples of lanes.
func (c *Cell) Witnesses() (w Witnesses, ok bool) {
	if c.Stopwatch == nil {
		return w, false
	}
	inLane := func(s *profile.Sample) bool {
		lane := label(s, labelLane)
		return lane == "worker" || lane == "sender" || lane == "receiver"
	}
	counts := byPhase(c.CPU, 0, inLane)
	w.Profile = newWitness(byPhase(c.CPU, 1, inLane), c.Items)
	w.Wall = newWitness(byPhase(c.Stopwatch, 0, all), c.Items)
	if len(c.Stopwatch.SampleType) > 1 {
		clocks := byPhase(c.Stopwatch, 1, all)
		w.CPU, w.Clocks = newWitness(clocks, c.Items), sum(clocks) > 0
	}
	for _, phase := range busy {
		w.Samples += counts[phase]
	}
	_, w.Margin = proportion(w.Samples-counts["compute"], w.Samples)
	return w, w.Samples > 0
}

func newWitness(nanoseconds map[string]int64, items int64) Witness {
	w := Witness{PerItem: map[string]float64{}, Part: map[string]float64{}}
	var total int64
	for _, phase := range busy {
		total += nanoseconds[phase]
	}
	for phase, ns := range nanoseconds {
		w.PerItem[phase] = float64(ns) / 1e9 / float64(items)
	}
	for _, phase := range busy {
		w.Part[phase] = float64(nanoseconds[phase]) / float64(max(1, total))
	}
	return w
}

// Differ reports whether a witness differs from the profile in the share of
// serialization by more than the sampling error, and by how much its is larger.
func (w Witnesses) Differ(from Witness) (by float64, yes bool) {
	by = from.Serialization() - w.Profile.Serialization()
	return by, math.Abs(by) > w.Margin
}
