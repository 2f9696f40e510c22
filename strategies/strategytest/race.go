//go:build race

package strategytest

// slowness is how many times as long everything may take: under the race detector
// processes start and compute that much more slowly.
const slowness = 3
