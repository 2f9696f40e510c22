//go:build linux

package strategies_test

import (
	"testing"

	"github.com/handoff-go/handoff/strategies/strategytest"
)

// TestFaults injects every fault of the list into everything that we ship.
func TestFaults(t *testing.T) { strategytest.Faults(t) }
