package strategies_test

import (
	"testing"

	"github.com/handoff-go/handoff/strategies/strategytest"
)

// TestConformance runs the suite over everything that we ship.
func TestConformance(t *testing.T) { strategytest.Run(t) }
