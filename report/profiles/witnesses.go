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

// Witnesses are the two accounts of the same lanes. The profile counts CPU time,
// by samples; the stopwatches count wall time, without sampling error, and so
// with the time in which a goroutine that could go on did not get a CPU or was
// held up in a system call.
type Witnesses struct {
	Profile, Stopwatch Witness
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
	w.Stopwatch = newWitness(byPhase(c.Stopwatch, 0, all), c.Items)
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

// Differ reports whether they differ in the share of serialization by more than
// the sampling error, and by how much the stopwatches' is larger.
func (w Witnesses) Differ() (by float64, yes bool) {
	by = w.Stopwatch.Serialization() - w.Profile.Serialization()
	return by, math.Abs(by) > w.Margin
}
