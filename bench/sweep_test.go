package bench

import (
	"fmt"
	"testing"

	"github.com/handoff-go/handoff/bench/factor"
)

// BenchmarkChunk: how many items should share a frame? At 2 digits the frame
// is most of the cost; chunk=1 shows what one item costs at least.
func BenchmarkChunk(b *testing.B) {
	w := factor.Work{Digits: 2, Items: 32768}
	for _, strategy := range []string{"process-gob", "process-json", "shared-file"} {
		for _, chunk := range []string{"1", "4", "16", "64", "256", "1024", "auto"} {
			benchmarkFactor(b, fmt.Sprintf("%s,workers=2,chunk=%s", strategy, chunk), w)
		}
	}
}

// BenchmarkWorkers: how many workers pay, and what do too many cost?
func BenchmarkWorkers(b *testing.B) {
	w := factor.Work{Digits: 9, Items: 16384}
	for _, strategy := range []string{"goroutines", "process-gob", "shared-file"} {
		for _, workers := range []int{1, 2, 4, 8} {
			benchmarkFactor(b, fmt.Sprintf("%s,workers=%d", strategy, workers), w)
		}
	}
}
