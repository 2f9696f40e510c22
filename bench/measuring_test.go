package bench

import (
	"testing"

	"github.com/handoff-go/handoff/bench/factor"
	"github.com/handoff-go/handoff/strategies"
)

// BenchmarkMeasuring: what does it cost to know where the time goes? Off and on
// stand next to each other, so that a slow minute falls on both.
func BenchmarkMeasuring(b *testing.B) {
	w := factor.Work{Digits: 5, Items: 131072, Shape: "number", Seed: seed}
	for _, text := range []string{"serial", "goroutines,workers=2", "process-gob,workers=2", "process-gob,workers=2,chunk=1"} {
		for _, phases := range []string{"off", "on"} {
			spec := specOf(text)
			keys := append(w.Keys(), strategies.Key{Name: "phases", Value: phases})
			b.Run(Name(spec, keys...), func(b *testing.B) {
				shapes[w.Shape].factor(b, w, spec, strategies.WithPhases(phases == "on"))
			})
		}
	}
}
