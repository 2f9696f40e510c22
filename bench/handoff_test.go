package bench

import (
	"strconv"
	"testing"

	"github.com/handoff-go/handoff/bench/factor"
	"github.com/handoff-go/handoff/strategies"
)

// handoffWork has as many items as take about a tenth of a second. There is no
// room in a number for a payload.
var handoffWork = []factor.Work{
	{Shape: "number", Payload: 0, Items: 131072},
	{Shape: "record", Payload: 0, Items: 32768},
	{Shape: "record", Payload: 4 << 10, Items: 1024},
	{Shape: "record", Payload: 64 << 10, Items: 128},
	{Shape: "record", Payload: 1 << 20, Items: 24},
	{Shape: "tree", Payload: 0, Items: 32768},
	{Shape: "tree", Payload: 4 << 10, Items: 1024},
	{Shape: "tree", Payload: 64 << 10, Items: 128},
	{Shape: "tree", Payload: 1 << 20, Items: 24},
	{Shape: "map", Payload: 0, Items: 32768},
	{Shape: "map", Payload: 4 << 10, Items: 1024},
	{Shape: "map", Payload: 64 << 10, Items: 128},
	{Shape: "map", Payload: 1 << 20, Items: 24},
	{Shape: "text", Payload: 0, Items: 65536},
	{Shape: "text", Payload: 4 << 10, Items: 1024},
	{Shape: "text", Payload: 64 << 10, Items: 128},
	{Shape: "text", Payload: 1 << 20, Items: 24},
}

// largeWork is carried one item a chunk: as much as a chunk holds, and more.
var largeWork = []factor.Work{
	{Shape: "record", Payload: 64 << 10, Items: 1024},
	{Shape: "record", Payload: 1 << 20, Items: 64},
}

// largeSpecs are one item at a time, which compares with a floor that is no
// more than that, and as pools do it. Binary copies an item once where it is sent, and
// leaves it where it came from a pipe; gob is what is used.
var largeSpecs = []string{
	"process-gob,workers=1,chunk=1,window=1",
	"process-gob,workers=2,chunk=1",
	"process-binary,workers=1,chunk=1,window=1",
	"process-binary,workers=2,chunk=1",
	"process-shm-binary,workers=1,chunk=1,window=1",
	"process-shm-binary,workers=2,chunk=1",
}

// BenchmarkHandoff: what does handing over cost where there is nothing to
// compute, in which shape and with how much in it?
func BenchmarkHandoff(b *testing.B) {
	for _, text := range five {
		for _, w := range handoffWork {
			benchmarkHandoff(b, text, w)
		}
	}
	for _, text := range largeSpecs {
		if _, err := strategies.Parse(text); err != nil {
			continue // there is no such transport
		}
		for _, w := range largeWork {
			benchmarkHandoff(b, text, w)
		}
	}
}

func benchmarkHandoff(b *testing.B, text string, w factor.Work) {
	spec := specOf(text)
	w.Digits, w.Seed = 9, seed
	// The digits say nothing here, and a payload of 0 does.
	keys := []strategies.Key{
		{Name: "payload", Value: strconv.Itoa(w.Payload)},
		{Name: "shape", Value: w.Shape},
	}
	b.Run(Name(spec, keys...), func(b *testing.B) {
		shapes[w.Shape].nothing(b, w, spec)
	})
}
