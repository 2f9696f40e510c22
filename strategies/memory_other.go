//go:build !linux

package strategies

// limitMemory does nothing: what RLIMIT_DATA counts here is not what a Go
// program allocates. GOMEMLIMIT is all there is.
func limitMemory(int64) error { return nil }
