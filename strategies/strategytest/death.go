package strategytest

import (
	"errors"
	"testing"

	"github.com/handoff-go/handoff/strategies"
)

var deathChecks = []check{
	{"a worker dies once", processes, diesOnce},
	{"an item that kills its workers", processes, poison},
	{"retries=0 runs an item at most once", processes, atMostOnce},
}

// diesOnce wants all results, in spite of a worker that exits with an item in
// hand.
func diesOnce(t *testing.T, e env) {
	pool := open(t, e, act)
	items, _ := held(t, 20, "")
	items[7].Act = "die once"
	right(t, items, mapAll(t, pool, items))
	eventually(t, "there is a worker in its place", func() bool { return pool.Stats().Restarts == 1 })
	if n := pool.Stats().Deaths; n != 1 {
		t.Errorf("%d workers died, want 1", n)
	}
	works(t, pool)
}

// poison wants one ItemError, after the retries, and all other results.
func poison(t *testing.T, e env) {
	pool := open(t, e, act)
	items := orders(20, "")
	items[7].Act = "die"
	replies, err := pool.Map(within(t, patience), items)
	right(t, items, replies, 7)
	failed := failures(t, err, 1)[0]
	var lost *strategies.LostError
	if failed.Index != 7 || !errors.As(failed, &lost) {
		t.Errorf("failed: %v, want item 7 with a *LostError", failed)
	}
	if failed.Attempts <= strategies.DefaultRetries {
		t.Errorf("%d attempts, want more than the %d retries", failed.Attempts, strategies.DefaultRetries)
	}
	works(t, pool)
}

// atMostOnce wants the item that was running to be given up, and all others to
// be done.
func atMostOnce(t *testing.T, e env) {
	e.spec.Retries = strategies.None
	pool := open(t, e, act)
	items, _ := held(t, 20, "")
	items[7].Act = "die once"
	replies, err := pool.Map(within(t, patience), items)
	for _, f := range failures(t, err, 1) {
		if f.Index != 7 || f.Attempts != 1 {
			t.Errorf("item %d failed after %d attempts, want item 7 after 1", f.Index, f.Attempts)
		}
	}
	right(t, items, replies, 7)
	works(t, pool)
}
