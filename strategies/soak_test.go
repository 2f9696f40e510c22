//go:build linux

package strategies_test

import (
	"os"
	"testing"
	"time"

	"github.com/handoff-go/handoff/strategies/strategytest"
)

// TestSoak runs for as long as HANDOFF_SOAK says.
func TestSoak(t *testing.T) {
	text := os.Getenv("HANDOFF_SOAK")
	if text == "" {
		t.Skip("not asked for: HANDOFF_SOAK=10m runs it for ten minutes")
	}
	d, err := time.ParseDuration(text)
	if err != nil || d <= 0 {
		t.Fatalf("HANDOFF_SOAK=%q: want a duration, such as 60s or 10m", text)
	}
	strategytest.Soak(t, d)
}
