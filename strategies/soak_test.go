//go:build linux

package strategies_test

import (
	"os"
	"testing"
	"time"

	"github.com/handoff-go/handoff/strategies/strategytest"
)

// TestSoak runs for as long as HANDOFF_SOAK says.
func TestSoak(t *testing.T) { strategytest.Soak(t, soakFor(t, "HANDOFF_SOAK")) }

// TestSoakHostile runs for as long as HANDOFF_SOAK_HOSTILE says.
func TestSoakHostile(t *testing.T) { strategytest.SoakHostile(t, soakFor(t, "HANDOFF_SOAK_HOSTILE")) }

// soakFor is how long the environment wants a soak to last. Without a word from it the
// test is skipped.
func soakFor(t *testing.T, variable string) time.Duration {
	t.Helper()
	text := os.Getenv(variable)
	if text == "" {
		t.Skipf("not asked for: %s=2m runs it for two minutes", variable)
	}
	d, err := time.ParseDuration(text)
	if err != nil || d <= 0 {
		t.Fatalf("%s=%q: want a duration, such as 60s or 10m", variable, text)
	}
	return d
}
