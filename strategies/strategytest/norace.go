//go:build !race

package strategytest

const slowness = 1
