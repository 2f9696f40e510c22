//go:build !linux

package strategies

// threadCPU returns that there are no clocks of threads here. It is a variable
// for tests.
var threadCPU = func() (thread int, ns int64) { return 0, 0 }
