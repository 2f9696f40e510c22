package strategies_test

import (
	"os"
	"testing"

	"github.com/handoff-go/handoff/strategies"
)

// TestMain makes the test binary able to be a worker process, for the tests of
// this directory in and outside of the package.
func TestMain(m *testing.M) {
	strategies.Init()
	os.Exit(m.Run())
}
