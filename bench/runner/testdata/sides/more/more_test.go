// Package more is a second package of the module.
package more

import "testing"

func BenchmarkMore(b *testing.B) {
	for b.Loop() {
	}
	b.ReportMetric(7, "ns/op")
}
