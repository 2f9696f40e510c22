package strategytest

import (
	"errors"
	"slices"
	"sync"
	"testing"

	"github.com/handoff-go/handoff/strategies"
)

var sharingChecks = []check{
	{"calls share the workers", nil, callsShare},
	{"pools side by side", plain, poolsSideBySide},
	{"no worker idles while items queue", spread, noneIdle},
	{"pool inside a task", plain, poolInTask},
	{"no processes inside a worker", plainProcesses, noProcessInWorker},
}

// callsShare uses one pool from several goroutines.
func callsShare(t *testing.T, e env) {
	pool := open(t, e, act)
	var all sync.WaitGroup
	for range 3 {
		all.Go(func() { runAllWays(t, pool) })
	}
	all.Wait()
	const each = 40 + 30 + 20
	if n := pool.Stats().Items; n != 3*each {
		t.Errorf("%d items in Stats, want %d", n, 3*each)
	}
}

// runAllWays is for other goroutines than the test's: it never ends it.
func runAllWays(t *testing.T, pool *strategies.Pool[order, reply]) {
	ctx := within(t, patience)
	for i, items := range [][]order{orders(40, "pause"), orders(30, ""), orders(20, "")} {
		replies := make([]reply, len(items))
		var err error
		switch i {
		case 0:
			replies, err = pool.Map(ctx, items)
		case 1:
			replies = replies[:0]
			for r, e := range pool.Stream(ctx, slices.Values(items)) {
				replies, err = append(replies, r), errors.Join(err, e)
			}
		case 2:
			for r, e := range pool.StreamUnordered(ctx, slices.Values(items)) {
				replies[max(r.Index, 0)], err = r.Value, errors.Join(err, e)
			}
		}
		if err != nil || len(replies) != len(items) {
			t.Errorf("call %d: %d results, %v", i, len(replies), err)
			return
		}
		right(t, items, replies)
		pool.Stats()
	}
}

func poolsSideBySide(t *testing.T, e env) {
	first, second := open(t, e, act), open(t, e, collatz)
	works(t, first)
	if got := mapAll(t, second, []uint64{27}); got[0] != 111 {
		t.Errorf("27 takes %d steps, want 111", got[0])
	}
	first.Close()
	if got := mapAll(t, second, []uint64{97}); got[0] != 118 {
		t.Errorf("97 takes %d steps, want 118", got[0])
	}
}

// spread selects strategies in which two items go to two workers.
func spread(s strategies.Spec) bool { return s.Chunk <= 1 && s.Resolve().Workers == 2 }

// noneIdle has two items that end only when both run: with one of them queued
// behind the other, neither would.
func noneIdle(t *testing.T, e env) {
	pool := open(t, e, act)
	for range 5 {
		items, _ := held(t, 2, "meet")
		right(t, items, mapAll(t, pool, items))
	}
	works(t, pool)
	items, _ := held(t, 2, "meet")
	right(t, items, mapAll(t, pool, items))
}

// nested returns items that open a pool of the spec.
func nested(n int, spec string) []order {
	items := orders(n, "nest")
	for i := range items {
		items[i].Bytes = []byte(spec)
	}
	return items
}

func poolInTask(t *testing.T, e env) {
	pool := open(t, e, act)
	for _, spec := range []string{"serial", "goroutines,workers=2"} {
		for _, r := range mapAll(t, pool, nested(2, spec)) {
			if r.Text != "[111 118]" {
				t.Errorf("%s inside a task: %s", spec, r.Text)
			}
		}
	}
}

func noProcessInWorker(t *testing.T, e env) {
	pool := open(t, e, act)
	_, err := pool.Map(within(t, patience), nested(2, e.spec.Strategy))
	for _, f := range failures(t, err, 2) {
		if !errors.Is(f, strategies.ErrInWorker) {
			t.Errorf("%s inside a worker: %v, want ErrInWorker", e.spec.Strategy, f)
		}
	}
	works(t, pool)
}
