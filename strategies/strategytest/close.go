package strategytest

import (
	"context"
	"errors"
	"slices"
	"sync"
	"testing"

	"github.com/handoff-go/handoff/strategies"
)

var closeChecks = []check{
	{"close twice", plain, closeTwice},
	{"use after close", plain, useAfterClose},
	{"close during Map", nil, closeDuringMap},
	{"close during Stream", nil, closeDuringStream},
	{"close with a task that ignores its context", plain, closeStubborn},
	{"open with a cancelled context", plain, openCancelled},
	{"the context of Open bounds the start only", plain, openContextEnds},
	{"nothing left behind", nil, nothingLeft},
}

func closeTwice(t *testing.T, e env) {
	pool := open(t, e, act)
	works(t, pool)
	var all sync.WaitGroup
	for range 3 {
		all.Go(func() {
			if err := pool.Close(); err != nil {
				t.Errorf("Close: %v", err)
			}
		})
	}
	all.Wait()
	if err := pool.Close(); err != nil {
		t.Errorf("Close of a closed pool: %v", err)
	}
}

func useAfterClose(t *testing.T, e env) {
	pool := open(t, e, act)
	works(t, pool)
	before := pool.Stats()
	pool.Close()
	ctx, items := within(t, patience), orders(5, "")
	if _, err := pool.Map(ctx, items); !errors.Is(err, strategies.ErrClosed) {
		t.Errorf("Map: %v, want ErrClosed", err)
	}
	if _, err := pool.Map(ctx, nil); !errors.Is(err, strategies.ErrClosed) {
		t.Errorf("Map of nothing: %v, want ErrClosed", err)
	}
	for _, err := range pool.Stream(ctx, slices.Values(items)) {
		if !errors.Is(err, strategies.ErrClosed) {
			t.Errorf("Stream: %v, want ErrClosed", err)
		}
	}
	for _, err := range pool.StreamUnordered(ctx, slices.Values(items)) {
		if !errors.Is(err, strategies.ErrClosed) {
			t.Errorf("StreamUnordered: %v, want ErrClosed", err)
		}
	}
	if after := pool.Stats(); after.Items != before.Items || after.Items == 0 {
		t.Errorf("Stats after Close: %d items, before: %d", after.Items, before.Items)
	}
}

// closeWhile closes the pool when the items of a call have started, and
// returns what the call ends with.
func closeWhile(t *testing.T, e env, call func(*strategies.Pool[order, reply], []order) error) error {
	t.Helper()
	pool := open(t, e, act)
	items, dir := held(t, 6, "wait")
	done := make(chan error, 1)
	go func() { done <- call(pool, items) }()
	eventually(t, "an item starts", func() bool { return len(marks(dir, "started")) > 0 })
	promptly(t, "Close during a call", func() { pool.Close() })
	return <-done
}

func closeDuringMap(t *testing.T, e env) {
	ctx := within(t, patience)
	err := closeWhile(t, e, func(pool *strategies.Pool[order, reply], items []order) error {
		_, err := pool.Map(ctx, items)
		return err
	})
	if !errors.Is(err, strategies.ErrClosed) {
		t.Errorf("Map: %v, want ErrClosed", err)
	}
}

func closeDuringStream(t *testing.T, e env) {
	ctx := within(t, patience)
	err := closeWhile(t, e, func(pool *strategies.Pool[order, reply], items []order) (last error) {
		for _, last = range pool.Stream(ctx, slices.Values(items)) {
		}
		return last
	})
	if !errors.Is(err, strategies.ErrClosed) {
		t.Errorf("Stream: %v, want ErrClosed", err)
	}
}

// closeStubborn closes while a task runs that does not end by itself.
func closeStubborn(t *testing.T, e env) {
	pool := open(t, e, act)
	items, dir := held(t, 1, "stubborn")
	defer letGo(dir)
	ctx := within(t, patience)
	done := make(chan error, 1)
	go func() {
		_, err := pool.Map(ctx, items)
		done <- err
	}()
	eventually(t, "the item starts", func() bool { return len(marks(dir, "started")) > 0 })
	pool.Close()
	if err := <-done; !errors.Is(err, strategies.ErrClosed) {
		t.Errorf("Map: %v, want ErrClosed", err)
	}
	if n := pool.Stats().Abandoned; e.spec.InProcess() && n != 1 {
		t.Errorf("%d goroutines abandoned, want 1", n)
	}
	if ended := marks(dir, "ended"); len(ended) > 0 {
		t.Error("Close waited for the task")
	}
}

func openCancelled(t *testing.T, e env) {
	ctx, cancel := causedCancel(t)
	cancel(errEnough)
	pool, err := strategies.Open(ctx, act, e.spec, strategies.WithDir(e.dir))
	if err == nil {
		pool.Close()
		t.Fatal("Open with a cancelled context gave a pool")
	}
	if !errors.Is(err, errEnough) {
		t.Errorf("Open: %v, want the cause", err)
	}
}

func openContextEnds(t *testing.T, e env) {
	ctx, cancel := context.WithCancel(within(t, patience))
	pool, err := strategies.Open(ctx, act, e.spec, strategies.WithDir(e.dir))
	cancel()
	if err != nil {
		t.Fatal(err)
	}
	defer pool.Close()
	works(t, pool)
}

// nothingLeft looks at what is left right after Close, with no time to settle
// for what Close is to have waited for.
func nothingLeft(t *testing.T, e env) {
	before := look()
	pool := open(t, e, act)
	sameWorkers(t, e, mapAll(t, pool, orders(20, "")))
	pool.Close()
	left := append(news("child process", before.children, children()), news("descriptor", before.descriptors, descriptors())...)
	for _, what := range left {
		t.Errorf("%s outlives Close", what)
	}
	emptyDir(t, e.dir)
	before.compare(t)
}
