// Package record reads recorded runs: files in the Go benchmark format, with
// the marks that handoff's runner adds as comment lines.
//
//  1. [Open] finds the file: a run's folder holds it as bench.txt.
//  2. The text is cleaned: UTF-16, byte order marks, colours, the time stamps of build
//     servers, the events of go test -json. What a benchmark printed into the middle of its
//     line is taken out of it.
//  3. benchfmt parses the benchmark lines; units come out tidied (ns/item
//     becomes sec/item), those of zeros too.
//  4. Comment lines "# key: value" are marks. Like config lines they hold until
//     overwritten. Plain output of go test -bench has none and reads as well.
//
// A damaged line costs itself, as a value that is no measurement and a benchmark without
// result do: each is named, with its line, by [Run.Troubles]. A table made from the lines that
// happened to survive would look complete, so a verdict asks for [Run.Damaged], too. A file
// without any result is refused.
package record

import "golang.org/x/perf/benchfmt"

// Run is everything that one file says. Nothing changes it after [Open], so it
// may be read concurrently.
type Run struct {
	// Path is the file that was read.
	Path string

	// Marks are the run's own marks (run, command, commit, date, …): the first
	// value seen for each key before the first sample.
	Marks map[string]string

	// Samples are all benchmark lines, in the order of the file.
	Samples []Sample

	// Units is what the file's Unit lines say, by tidied unit.
	Units benchfmt.UnitMetadataMap

	// What is wrong with the file, and what of it is not in the samples; see [Run.Troubles].
	Failures   []Failure
	Missing    []Missing
	BadMetrics []BadMetric
	Doubled    []Doubled
	Unread     []Unread

	// Mixed lists the keys of run marks that changed in mid-file, as they do
	// when a run is resumed after a commit.
	Mixed []string

	// Unmeasured are the benchmarks that the runner could not measure, or not to the end,
	// Aside those that it was not to measure: they skip themselves, or are not built. Each
	// is "PACKAGE NAME: REASON", or "PACKAGE: REASON" for a whole package.
	Unmeasured, Aside []string

	// Lone are the benchmarks, in the same form, that this side of a comparison has, and the
	// other has not. They were not measured.
	Lone []string
}

// Sample is one benchmark line: one measurement of one cell.
type Sample struct {
	ID    ID     // of the cell that was measured
	Line  int    // line number in the file, from 1
	Name  string // full name without "Benchmark"
	Base  string // name up to the first slash
	Keys  []Pair // the /key=value parts of the name, in order; a part without "=" has no key
	Procs int    // GOMAXPROCS from the name's end, 0 if there is none
	Iters int    // iterations of the benchmark's loop

	// Values by tidied unit: seconds, bytes, or plain counts. A metric that is not there
	// was not measured; it is not zero.
	Values map[string]float64

	// Untidied are the units of Values that benchfmt leaves as they are, those of zeros,
	// as they are printed: benchstat has them in a table of their own. nil if there is none.
	Untidied map[string]string

	// Config are the config lines in force, in the order of the file.
	Config []Pair

	// Round is the pass over all cells that the sample belongs to, from 1; 0
	// where the file marks none.
	Round int

	// Pressure is the time in seconds for which some task waited for a CPU
	// while the sample was taken, negative where the file does not say.
	Pressure float64

	// Excess is by how much Pressure is above what is usual for the cell, as a part of
	// the time that its samples take; 0 where the file does not say.
	Excess float64

	// Pressed says that the sample was taken under more pressure than is usual for the
	// cell, see [PressedShare]. Where the file does not tell the pressure: that there is
	// a later sample of the same cell in the same round.
	Pressed bool
}

// Pair is a key and its value.
type Pair struct{ Key, Value string }

// Key returns the value of a key of the sample's name, or "".
func (s Sample) Key(name string) string {
	for _, p := range s.Keys {
		if p.Key == name {
			return p.Value
		}
	}
	return ""
}
