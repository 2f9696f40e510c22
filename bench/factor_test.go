package bench

import (
	"testing"

	"github.com/handoff-go/handoff/bench/factor"
)

// factorWork has as many items as serial needs for one or two tenths of a
// second. With fewer than 9 digits there are fewer: there the others take
// several times longer than serial.
var factorWork = []factor.Work{
	{Digits: 2, Items: 131072},
	{Digits: 5, Items: 131072},
	{Digits: 7, Items: 131072},
	{Digits: 9, Items: 40960}, // the headline workload
	{Digits: 11, Items: 8192},
	{Digits: 12, Items: 4096},
}

// BenchmarkFactor: from which size of item on does handing over pay?
func BenchmarkFactor(b *testing.B) {
	for _, text := range five {
		for _, w := range factorWork {
			benchmarkFactor(b, text, w)
		}
	}
}

func benchmarkFactor(b *testing.B, text string, w factor.Work) {
	spec := specOf(text)
	w.Shape, w.Seed = "number", seed
	b.Run(Name(spec, w.Keys()...), func(b *testing.B) {
		shapes[w.Shape].factor(b, w, spec)
	})
}
