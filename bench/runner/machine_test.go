package runner

import (
	"os"
	"path/filepath"
	"testing"
)

// A virtual machine tells nothing, another one a part.
func TestUnavailable(t *testing.T) {
	root := t.TempDir()
	if got, want := unavailable(root), "instruction counters, temperature, clock governor"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
	for _, folder := range []string{"/sys/class/thermal/thermal_zone0/temp", "/sys/bus/event_source/devices/cpu_core"} {
		if err := os.MkdirAll(filepath.Join(root, folder), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	if got, want := unavailable(root), "clock governor"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
}
