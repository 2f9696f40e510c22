package bench

import (
	"strconv"
	"testing"

	"github.com/handoff-go/handoff/bench/factor"
	"github.com/handoff-go/handoff/strategies"
)

var handoffWork = []factor.Work{
	{Payload: 0, Items: 32768},
	{Payload: 4096, Items: 2048},
}

// BenchmarkHandoff: what does handing over cost where there is nothing to
// compute?
func BenchmarkHandoff(b *testing.B) {
	for _, text := range five {
		for _, w := range handoffWork {
			benchmarkHandoff(b, text, w)
		}
	}
}

func benchmarkHandoff(b *testing.B, text string, w factor.Work) {
	spec := specOf(text)
	w.Digits, w.Shape, w.Seed = 9, "record", seed
	// The digits say nothing here, and a payload of 0 does.
	keys := []strategies.Key{
		{Name: "payload", Value: strconv.Itoa(w.Payload)},
		{Name: "shape", Value: w.Shape},
	}
	b.Run(Name(spec, keys...), func(b *testing.B) {
		shapes[w.Shape].nothing(b, w, spec)
	})
}
