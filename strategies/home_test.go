package strategies

import (
	"slices"
	"strings"
	"testing"
)

// TestCollectorKnowsTheLimit: with memory= a worker's garbage collector works
// harder before the system says no.
func TestCollectorKnowsTheLimit(t *testing.T) {
	t.Setenv("GOMEMLIMIT", "off")
	d := newDesk(t, "process-gob,workers=1,memory=200MiB")
	env := d.environment(&home{})
	slices.Reverse(env) // the last one counts
	i := slices.IndexFunc(env, func(e string) bool { return strings.HasPrefix(e, "GOMEMLIMIT=") })
	if want := "GOMEMLIMIT=188743680"; env[i] != want {
		t.Errorf("%s, want 90 %% of 200 MiB: %s", env[i], want)
	}
}
