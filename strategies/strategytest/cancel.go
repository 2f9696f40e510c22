package strategytest

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/handoff-go/handoff/strategies"
)

var cancelChecks = []check{
	{"cancelled before", plain, cancelledBefore},
	{"cancelled during Map", nil, cancelledMap},
	{"cancelled during Stream", nil, cancelledStream},
	{"deadline passes", plain, deadlinePasses},
	{"deadline crosses", plain, deadlineCrosses},
	{"context values do not cross", plain, valuesStay},
	{"a task that ignores its context", plain, stubbornTask},
}

var errEnough = errors.New("enough of that")

// causedCancel returns a context that is cancelled with a cause.
func causedCancel(t *testing.T) (context.Context, context.CancelCauseFunc) {
	t.Helper()
	ctx, cancel := context.WithCancelCause(within(t, patience))
	t.Cleanup(func() { cancel(nil) })
	return ctx, cancel
}

// held returns items that do something in a directory of marks.
func held(t *testing.T, n int, doing string) (items []order, dir string) {
	dir = t.TempDir()
	items = orders(n, doing)
	for i := range items {
		items[i].Dir = dir
	}
	return items, dir
}

// marks returns the numbers of the items that left a mark.
func marks(dir, what string) []string {
	paths, _ := filepath.Glob(filepath.Join(dir, "*."+what))
	for i, p := range paths {
		paths[i] = strings.TrimSuffix(filepath.Base(p), "."+what)
	}
	return paths
}

// letGo ends the stubborn tasks.
func letGo(dir string) {
	f, err := os.Create(filepath.Join(dir, "open"))
	if err != nil {
		panic(err)
	}
	f.Close()
}

// works wants the pool to do its work as before.
func works(t *testing.T, pool *strategies.Pool[order, reply]) {
	t.Helper()
	items := orders(20, "")
	right(t, items, mapAll(t, pool, items))
}

func cancelledBefore(t *testing.T, e env) {
	pool := open(t, e, act)
	ctx, cancel := causedCancel(t)
	cancel(errEnough)
	items, dir := held(t, 4, "wait")
	var taken atomic.Int64
	promptly(t, "a cancelled call", func() {
		for _, some := range [][]order{items, nil} {
			if _, err := pool.Map(ctx, some); !errors.Is(err, errEnough) {
				t.Errorf("Map of %d items: %v, want the cause", len(some), err)
			}
		}
		var errs []error
		for _, err := range pool.Stream(ctx, counted(4, &taken)) {
			errs = append(errs, err)
		}
		if len(errs) != 1 || !errors.Is(errs[0], errEnough) {
			t.Errorf("Stream: %v, want the cause alone", errs)
		}
	})
	if started := marks(dir, "started"); len(started) > 0 {
		t.Errorf("items %v were started", started)
	}
	works(t, pool)
	if n := taken.Load(); n > 0 {
		t.Errorf("%d items were taken from the sequence", n)
	}
}

// cancelledMap wants Map to return at once, the tasks' contexts to end, and
// the workers to stay.
func cancelledMap(t *testing.T, e env) {
	pool := open(t, e, act)
	items, dir := held(t, 6, "wait")
	ctx, cancel := causedCancel(t)
	done := mapStarted(ctx, t, pool, items, dir)
	cancel(errEnough)
	promptly(t, "a cancelled Map", func() {
		if err := <-done; !errors.Is(err, errEnough) {
			t.Errorf("Map: %v, want the cause", err)
		}
	})
	ended(t, pool, dir)
}

// mapStarted calls Map, waits until one of its held items has started, and
// returns where Map's error will come.
func mapStarted(ctx context.Context, t *testing.T, pool *strategies.Pool[order, reply], items []order, dir string) <-chan error {
	t.Helper()
	done := make(chan error, 1)
	go func() {
		_, err := pool.Map(ctx, items)
		done <- err
	}()
	eventually(t, "an item starts", func() bool { return len(marks(dir, "started")) > 0 })
	return done
}

// ended wants each task that was started to see the end of its context, and
// none of that to cost a worker.
func ended(t *testing.T, pool *strategies.Pool[order, reply], dir string) {
	t.Helper()
	eventually(t, "the contexts of the tasks end", func() bool {
		return slices.Equal(marks(dir, "started"), marks(dir, "ended"))
	})
	works(t, pool)
	if s := pool.Stats(); s.Deaths != 0 || s.Abandoned != 0 {
		t.Errorf("%d workers died and %d were abandoned over a cancelled call", s.Deaths, s.Abandoned)
	}
}

func cancelledStream(t *testing.T, e env) {
	pool := open(t, e, act)
	items, dir := held(t, 6, "wait")
	ctx, cancel := causedCancel(t)
	done := make(chan []error, 1)
	go func() {
		var errs []error
		for _, err := range pool.Stream(ctx, slices.Values(items)) {
			errs = append(errs, err)
		}
		done <- errs
	}()
	eventually(t, "an item starts", func() bool { return len(marks(dir, "started")) > 0 })
	cancel(errEnough)
	promptly(t, "a cancelled Stream", func() {
		if errs := <-done; len(errs) != 1 || !errors.Is(errs[0], errEnough) {
			t.Errorf("Stream: %v, want the cause alone", errs)
		}
	})
	ended(t, pool, dir)
}

func deadlinePasses(t *testing.T, e env) {
	pool := open(t, e, act)
	items, dir := held(t, 6, "wait")
	promptly(t, "a Map with a deadline of 100 ms", func() {
		_, err := pool.Map(within(t, 100*time.Millisecond), items)
		if !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("Map: %v, want context.DeadlineExceeded", err)
		}
	})
	ended(t, pool, dir)
}

func deadlineCrosses(t *testing.T, e env) {
	pool := open(t, e, act)
	for _, r := range mapAll(t, pool, orders(5, "remaining")) {
		if left, err := time.ParseDuration(r.Text); err != nil || left <= 0 || left > patience {
			t.Errorf("time to the deadline is %s, want up to %v", r.Text, patience)
		}
	}
	replies, err := pool.Map(context.Background(), orders(5, "remaining"))
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range replies {
		if r.Text != "none" {
			t.Errorf("time to the deadline is %s, but the call has none", r.Text)
		}
	}
}

func valuesStay(t *testing.T, e env) {
	pool := open(t, e, act)
	ctx := context.WithValue(within(t, patience), secret{}, "secret")
	replies, err := pool.Map(ctx, orders(5, "value"))
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range replies {
		if r.Text != "<nil>" {
			t.Errorf("the task sees the caller's context value %s", r.Text)
		}
	}
}

// stubbornTask wants Map to return although a task goes on, and another worker
// to take its place.
func stubbornTask(t *testing.T, e env) {
	pool := open(t, e, act)
	items, dir := held(t, 1, "stubborn")
	ctx, cancel := causedCancel(t)
	time.AfterFunc(30*time.Millisecond, func() { cancel(errEnough) })
	promptly(t, "a Map over a task that ignores its context", func() {
		if _, err := pool.Map(ctx, items); !errors.Is(err, errEnough) {
			t.Errorf("Map: %v, want the cause", err)
		}
	})
	defer letGo(dir)
	if len(marks(dir, "started")) == 0 {
		return // cancelled before it was there
	}
	eventually(t, "the worker is replaced", func() bool {
		s := pool.Stats()
		return s.Abandoned == 1 && e.spec.InProcess() || s.Restarts == 1 && processes(e.spec)
	})
	works(t, pool)
}
