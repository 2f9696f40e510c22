package verdict

import (
	"reflect"
	"strings"

	"github.com/handoff-go/handoff/report/record"
)

// Sample is one measurement by one fresh process.
type Sample struct {
	// Round is the pass over all cells that the sample belongs to, from 1; 0 where
	// nothing says so. The nth sample of a round of one side and the nth of the
	// other are a pair.
	Round int

	// Value is in the row's unit.
	Value float64

	// Missing says that the line does not have the metric: that is not zero, the sample
	// says nothing.
	Missing bool

	// Pressed marks the samples of a pair that was taken under pressure, decided
	// without a look at which side was slow, and Excess says under how much, a part.
	// Where a round has a quieter pair of the same cell, that one counts.
	Pressed bool
	Excess  float64
}

// Row is one metric of one cell, on both sides.
type Row struct {
	Cell   string // "Factor/strategy=serial/digits=9"
	Metric string // the unit as it is printed: "ns/item"
	Class  Class

	// Exact values are the same in every sample of a side, whatever the machine.
	Exact bool

	// Higher says that more is better, as of MB/s.
	Higher bool

	// Assumed says that nobody has declared that less is better, nor is it plain.
	Assumed bool

	Base, Head []Sample
}

// Class is a kind of cell whose rows are about equally noisy.
type Class string

// Classes.
const (
	Compute Class = "compute" // all in one process
	Codec   Class = "codec"   // encoding and decoding, no process
	IPC     Class = "ipc"     // work that travels between processes
	Canary  Class = "canary"  // what no change should move; only its time is judged
	Other   Class = "other"   // benchmarks that are not handoff's
)

// ClassOf tells a cell's class by its name, which may have its package in front.
func ClassOf(cell string) Class {
	if _, name, ok := strings.Cut(cell, ": "); ok {
		cell = name
	}
	bench, keys, _ := strings.Cut(cell, "/")
	strategy := valueOf(keys, "strategy")
	switch {
	case bench == "Canary":
		return Canary
	case bench == "Codec":
		return Codec
	case strategy == "serial" || strategy == "goroutines":
		return Compute
	case strategy != "":
		return IPC
	}
	return Other
}

// ourBenchmarks is the package that the canary is in, wherever the module lives.
var ourBenchmarks = strings.TrimSuffix(reflect.TypeFor[Row]().PkgPath(), "report/verdict") + "bench"

// classOf tells a cell's class: a stranger's benchmark of the canary's name is none that
// no change should move.
func classOf(id record.ID) Class {
	class := ClassOf(id.Name)
	if class == Canary && id.Package != ourBenchmarks {
		return Other
	}
	return class
}

// valueOf returns the value of a key in "k=v/k=v", or "".
func valueOf(keys, key string) string {
	for part := range strings.SplitSeq(keys, "/") {
		if value, ok := strings.CutPrefix(part, key+"="); ok {
			return value
		}
	}
	return ""
}
