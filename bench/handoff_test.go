package bench

import (
	"strconv"
	"testing"

	"github.com/handoff-go/handoff/bench/factor"
	"github.com/handoff-go/handoff/strategies"
)

// handoffWork is done in every shape that has room for the payload.
var handoffWork = []factor.Work{
	{Payload: 0, Items: 32768},
	{Payload: 4 << 10, Items: 2048},
	{Payload: 64 << 10, Items: 256},
	{Payload: 1 << 20, Items: 32},
}

// largeWork is carried one item a chunk: as much as a chunk holds, and more.
var largeWork = []factor.Work{
	{Payload: 64 << 10, Items: 1024},
	{Payload: 1 << 20, Items: 64},
}

// largeSpecs are one item at a time, which compares with a floor that is no
// more than that, and as pools do it. Binary copies an item once each way, which
// is the least; gob is what is used.
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
		for _, shape := range factor.Shapes() {
			for _, w := range handoffWork {
				benchmarkHandoff(b, text, shape, w)
			}
		}
	}
	for _, text := range largeSpecs {
		if _, err := strategies.Parse(text); err != nil {
			continue // there is no such transport
		}
		for _, w := range largeWork {
			benchmarkHandoff(b, text, "record", w)
		}
	}
}

func benchmarkHandoff(b *testing.B, text, shape string, w factor.Work) {
	spec := specOf(text)
	w.Digits, w.Shape, w.Seed = 9, shape, seed
	if w.Validate() != nil {
		return // the shape has no room for a payload
	}
	// The digits say nothing here, and a payload of 0 does.
	keys := []strategies.Key{
		{Name: "payload", Value: strconv.Itoa(w.Payload)},
		{Name: "shape", Value: w.Shape},
	}
	b.Run(Name(spec, keys...), func(b *testing.B) {
		shapes[w.Shape].nothing(b, w, spec)
	})
}
