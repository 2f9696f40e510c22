// Package sides has benchmarks that report figures of their own instead of times,
// so that a comparison of two revisions of it comes out the same on any machine.
package sides

import "testing"

// The tests change these lines from revision to revision.
var costs = map[string]float64{
	"steady": 100,
	"moving": 100,
}

func BenchmarkCost(b *testing.B) {
	for _, kind := range []string{"steady", "moving"} {
		b.Run("kind="+kind, func(b *testing.B) {
			for b.Loop() {
			}
			b.ReportMetric(costs[kind], "ns/op")
			b.ReportMetric(costs[kind]/10, "B/op")
		})
	}
}
