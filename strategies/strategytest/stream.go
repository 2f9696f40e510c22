package strategytest

import (
	"errors"
	"iter"
	"runtime"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/handoff-go/handoff/strategies"
)

var streamChecks = []check{
	{"stream keeps order", nil, streamOrder},
	{"stream unordered yields each once", nil, unorderedOnce},
	{"stream unordered overtakes", one, unorderedOvertakes},
	{"stream goes on after failed items", nil, streamFailures},
	{"stream does not wait for more input", nil, lockstep},
	{"stream with a slow consumer", plain, slowConsumer},
	{"stream abandoned half way", nil, breakHalfWay},
	{"stream of a sequence that panics", plain, panickingSequence},
	{"stream of a blocked sequence is cancelled", nil, blockedSequence},
	{"stream of a blocked sequence is abandoned", plain, blockedBreak},
}

// streamAll is Map by Stream.
func streamAll[In, Out any](t *testing.T, pool *strategies.Pool[In, Out], items []In) (results []Out) {
	t.Helper()
	for r, err := range pool.Stream(within(t, patience), slices.Values(items)) {
		if err != nil {
			t.Fatalf("Stream: result %d: %v", len(results), err)
		}
		results = append(results, r)
	}
	return results
}

// gatherAll is Map by StreamUnordered.
func gatherAll[In, Out any](t *testing.T, pool *strategies.Pool[In, Out], items []In) []Out {
	t.Helper()
	results := make([]Out, len(items))
	times := make([]int, len(items))
	for r, err := range pool.StreamUnordered(within(t, patience), slices.Values(items)) {
		if err != nil {
			t.Fatalf("StreamUnordered: %v", err)
		}
		if r.Index < 0 || r.Index >= len(items) {
			t.Fatalf("StreamUnordered: index %d of %d items", r.Index, len(items))
		}
		results[r.Index] = r.Value
		times[r.Index]++
	}
	for i, n := range times {
		if n != 1 {
			t.Errorf("StreamUnordered: index %d came %d times", i, n)
		}
	}
	return results
}

func streamOrder(t *testing.T, e env) {
	items := orders(60, "pause")
	right(t, items, streamAll(t, open(t, e, act), items))
}

func unorderedOnce(t *testing.T, e env) {
	items := orders(60, "pause")
	right(t, items, gatherAll(t, open(t, e, act), items))
}

// unorderedOvertakes has a first item that ends only when all the others have
// arrived. That takes a second worker.
func unorderedOvertakes(t *testing.T, e env) {
	if e.spec.Workers < 2 {
		return
	}
	pool := open(t, e, act)
	dir := t.TempDir()
	items := orders(2, "")
	items[0].Act, items[0].Dir = "stubborn", dir
	var came []int
	for r, err := range pool.StreamUnordered(within(t, patience), slices.Values(items)) {
		if err != nil {
			t.Fatal(err)
		}
		came = append(came, r.Index)
		letGo(dir)
	}
	if !slices.Equal(came, []int{1, 0}) {
		t.Errorf("results came in the order %v, want [1 0]", came)
	}
}

// streamFailures wants the errors in their items' places.
func streamFailures(t *testing.T, e env) {
	pool := open(t, e, act)
	items := orders(20, "")
	failing := []int{0, 3, 4, 19}
	for _, i := range failing {
		items[i].Act = "refuse"
	}
	next := 0
	for r, err := range pool.Stream(within(t, patience), slices.Values(items)) {
		var failed *strategies.ItemError
		switch fails := slices.Contains(failing, next); {
		case errors.As(err, &failed) != fails:
			t.Errorf("item %d: error %v, want one: %t", next, err, fails)
		case fails && failed.Index != next:
			t.Errorf("item %d: error with index %d", next, failed.Index)
		case !fails && (err != nil || r.N != 3*next):
			t.Errorf("item %d: %d, %v", next, r.N, err)
		}
		next++
	}
	if next != len(items) {
		t.Errorf("%d results, want %d", next, len(items))
	}
}

// lockstep gives the next item only when the last result is there.
func lockstep(t *testing.T, e env) {
	pool := open(t, e, act)
	ctx := within(t, patience)
	back := make(chan struct{}, 1)
	items := func(yield func(order) bool) {
		for n := range 10 {
			if !yield(order{N: n}) {
				return
			}
			select {
			case <-back:
			case <-ctx.Done():
				return
			}
		}
	}
	next := 0
	for r, err := range pool.Stream(ctx, items) {
		if err != nil || r.N != 3*next {
			t.Fatalf("item %d: %d, %v", next, r.N, err)
		}
		next++
		back <- struct{}{}
	}
	if next != 10 {
		t.Errorf("%d results, want 10", next)
	}
}

// counted is a sequence of n items that tells how many were taken.
func counted(n int, taken *atomic.Int64) iter.Seq[order] {
	return func(yield func(order) bool) {
		for i := range n {
			taken.Add(1)
			if !yield(order{N: i}) {
				return
			}
		}
	}
}

// slowConsumer counts the items between intake and yield.
func slowConsumer(t *testing.T, e env) {
	const chunk, window = 2, 2
	e.spec.Chunk = chunk
	if processes(e.spec) {
		e.spec.Window = window
	}
	pool := open(t, e, act)
	bound := int64(2 * e.spec.Resolve().Workers * window * chunk)
	var taken atomic.Int64
	var yielded int64
	for _, err := range pool.Stream(within(t, patience), counted(200, &taken)) {
		if err != nil {
			t.Fatal(err)
		}
		if yielded < 20 {
			time.Sleep(5 * time.Millisecond)
		}
		// The item that is yielded now still counts, and so does the one
		// that the sequence holds while it waits for a place.
		if n := taken.Load() - yielded; n > bound+2 {
			t.Fatalf("%d items between intake and yield, want at most %d", n, bound+2)
		}
		yielded++
	}
	if yielded != 200 {
		t.Errorf("%d results, want 200", yielded)
	}
}

// breakHalfWay leaves a stream and goes on with the pool.
func breakHalfWay(t *testing.T, e env) {
	pool := open(t, e, act)
	for range 3 {
		var taken atomic.Int64
		n := 0
		for _, err := range pool.Stream(within(t, patience), counted(1_000_000, &taken)) {
			if err != nil {
				t.Fatal(err)
			}
			if n++; n == 30 {
				break
			}
		}
		stopped := taken.Load()
		time.Sleep(10 * time.Millisecond)
		if now := taken.Load(); now > stopped+1 {
			t.Errorf("the sequence went on from %d to %d", stopped, now)
		}
		items := orders(10, "")
		right(t, items, mapAll(t, pool, items))
	}
	breakBesideTask(t, e)
}

// breakBesideTask leaves a stream while a task runs, and wants the task to be
// told.
func breakBesideTask(t *testing.T, e env) {
	t.Helper()
	e.spec.Chunk = 1
	pool := open(t, e, act)
	items, dir := held(t, 2, "wait")
	items[0].Act = ""
	for _, err := range pool.Stream(within(t, patience), slices.Values(items)) {
		if err != nil {
			t.Fatal(err)
		}
		eventually(t, "the next item starts", func() bool { return len(marks(dir, "started")) > 0 })
		break
	}
	ended(t, pool, dir)
}

// panickingSequence wants the results before the panic, and the panic here.
func panickingSequence(t *testing.T, e env) {
	pool := open(t, e, act)
	items := func(yield func(order) bool) {
		for i := range 10 {
			if !yield(order{N: i}) {
				return
			}
		}
		panic("the sequence panics")
	}
	n := 0
	func() {
		defer func() {
			if v := recover(); v != "the sequence panics" {
				t.Errorf("recovered %v, want the panic of the sequence", v)
			}
		}()
		for r, err := range pool.Stream(within(t, patience), items) {
			if err != nil || r.N != 3*n {
				t.Errorf("item %d: %d, %v", n, r.N, err)
			}
			n++
		}
	}()
	if n != 10 {
		t.Errorf("%d results before the panic, want 10", n)
	}
	left := orders(10, "")
	right(t, left, mapAll(t, pool, left))
	exitingSequence(t, pool, 10)
}

// exitingSequence ends the goroutine that reads it after n items. That is no end of the
// items, but an error after the results before it.
func exitingSequence(t *testing.T, pool *strategies.Pool[order, reply], n int) {
	t.Helper()
	items := func(yield func(order) bool) {
		for i := range n {
			if !yield(order{N: i}) {
				return
			}
		}
		runtime.Goexit()
	}
	got, ends := 0, 0
	for r, err := range pool.Stream(within(t, patience), items) {
		switch {
		case err != nil && strings.Contains(err.Error(), "runtime.Goexit") && got == n:
			ends++
		case err != nil || r.N != 3*got:
			t.Errorf("item %d: %d, %v", got, r.N, err)
		default:
			got++
		}
	}
	if got != n || ends != 1 {
		t.Errorf("%d results and %d errors that tell of runtime.Goexit, want %d and one at the end", got, ends, n)
	}
}

// stuck is a sequence of n items that then blocks until the end of the check.
func stuck(n int) (items iter.Seq[order], release func()) {
	gate := make(chan struct{})
	return func(yield func(order) bool) {
		for i := range n {
			if !yield(order{N: i}) {
				return
			}
		}
		<-gate
	}, func() { close(gate) }
}

func blockedSequence(t *testing.T, e env) {
	pool := open(t, e, act)
	items, release := stuck(5)
	defer release()
	ctx, cancel := causedCancel(t)
	n := 0
	promptly(t, "a cancelled stream", func() {
		for _, err := range pool.Stream(ctx, items) {
			if n++; n == 5 {
				cancel(errEnough)
			}
			if n <= 5 && err != nil {
				t.Fatalf("item %d: %v", n, err)
			}
			if n > 5 && !errors.Is(err, errEnough) {
				t.Fatalf("the stream ended with %v, want the cause", err)
			}
		}
	})
	if n != 6 {
		t.Errorf("%d yields, want 5 results and the error", n)
	}
}

func blockedBreak(t *testing.T, e env) {
	pool := open(t, e, act)
	items, release := stuck(5)
	defer release()
	n := 0
	promptly(t, "an abandoned stream", func() {
		for _, err := range pool.Stream(within(t, patience), items) {
			if err != nil {
				t.Fatal(err)
			}
			if n++; n == 5 {
				break
			}
		}
	})
	left := orders(10, "")
	right(t, left, mapAll(t, pool, left))
}
