package bench

import (
	"testing"

	"github.com/handoff-go/handoff/bench/factor"
)

// roundTrips have one worker that has one item: the next goes out when the
// answer is back. In process there is no window; a chunk of 1 is the same.
var roundTrips = []string{
	"serial,chunk=1",
	"goroutines,workers=1,chunk=1",
	"process-gob,workers=1,chunk=1,window=1",
	"process-json,workers=1,chunk=1,window=1",
	"shared-file,workers=1,chunk=1,window=1",
}

// BenchmarkRoundTrip: how long is one item on its way, there and back? One
// operation is many round trips; ns/item is one.
func BenchmarkRoundTrip(b *testing.B) {
	w := factor.Work{Digits: 2, Items: 512, Shape: "number", Seed: seed}
	for _, text := range roundTrips {
		spec := specOf(text)
		b.Run(Name(spec), func(b *testing.B) {
			shapes[w.Shape].nothing(b, w, spec)
		})
	}
}
