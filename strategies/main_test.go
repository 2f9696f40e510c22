package strategies_test

import (
	"testing"

	"github.com/handoff-go/handoff/strategies/strategytest"
)

// TestMain makes the test binary able to be a worker process, for the tests of
// this directory in and outside of the package, and to play the parts that
// tests of faults need.
func TestMain(m *testing.M) { strategytest.Main(m) }
