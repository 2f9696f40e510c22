//go:build linux

package strategies_test

import (
	"testing"

	"github.com/handoff-go/handoff/strategies/strategytest"
)

// BenchmarkRecovery prints what the death of a worker costs beyond the work
// that was lost with it.
func BenchmarkRecovery(b *testing.B) { strategytest.Recovery(b) }

// BenchmarkOrphans prints how long the workers of a killed coordinator live.
func BenchmarkOrphans(b *testing.B) { strategytest.Orphans(b) }
