package bench

import "testing"

// canaryFound keeps the compiler from leaving the loop out.
var canaryFound uint64

// BenchmarkCanary is a fixed loop that no change of this project moves. Where
// it moves, the machine did.
func BenchmarkCanary(b *testing.B) {
	listed(b)
	for b.Loop() {
		canaryFound = canary(1 << 26)
	}
}

const (
	canaryFactor = 6364136223846793005
	canarySum    = 1442695040888963407
)

// canary runs a linear congruential generator (Knuth's MMIX), each step of
// which waits for the one before.
func canary(steps int) uint64 {
	x := uint64(1)
	for range steps {
		x = canaryFactor*x + canarySum
	}
	return x
}
