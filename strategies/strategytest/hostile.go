//go:build linux

package strategytest

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/handoff-go/handoff/strategies"
)

var hostileFaults = []fault{
	{40, "hostile-marshallers", processes, hostileMarshallers},
	{40, "hostile-errors", nil, hostileErrors},
	{40, "hostile-sequence", nil, hostileSequence},
	{40, "hostile-progress", nil, hostileProgress},
	{40, "hostile-writer", processes, hostileWriter},
	{44, "slow-marshallers", processes, slowMarshallers},
	{44, "slow-batch", processes, slowBatch},
	{44, "slow-errors", processes, slowErrors},
	{44, "slow-encoder-here", processes, slowEncoderHere},
	{44, "slow-decoder-here", processes, slowDecoderHere},
	{51, "goexit-in-setup", nil, exitingSetup},
}

// wilds returns n tame values, but for one.
func wilds(n, k int, one wild) []wild {
	items := make([]wild, n)
	for i := range items {
		items[i].N = int64(i + 1)
	}
	one.N = items[k].N
	items[k] = one
	return items
}

// tripled wants every result to be there, but for the items in bad.
func tripled(t *testing.T, items, results []wild, bad ...int) {
	t.Helper()
	for i, r := range results {
		if !slices.Contains(bad, i) && r.N != 3*items[i].N {
			t.Errorf("results[%d] is %d, want %d", i, r.N, 3*items[i].N)
		}
	}
}

// marshals reports whether the codec asks a type how it is to travel.
func marshals(e env) bool {
	c := codecOf(e.spec)
	_, err := c.NewEncoder().Encode(nil, &[]fussy{encodeFails})
	return err != nil
}

// wildPlaces are a value's four journeys: which part of an item makes the deed
// happen there, and how often it was run by then.
var wildPlaces = map[string]struct {
	at       func(w *wild, deed string)
	attempts int
	says     string
}{
	"encoding the item":   {func(w *wild, deed string) { w.Write = deed }, 0, "cannot be sent"},
	"decoding the item":   {func(w *wild, deed string) { w.Read = deed }, 1, "cannot read the item"},
	"encoding the result": {func(w *wild, deed string) { w.Done[0] = deed }, 1, "cannot send the result"},
	"decoding the result": {func(w *wild, deed string) { w.Done[1] = deed }, 1, "cannot read the result"},
}

// hostileMarshallers panics and exits wherever a value is written or read, and
// wants that to be the item's error and nothing else's.
func hostileMarshallers(t *testing.T, e env) {
	e.spec.Chunk = 8
	pool := open(t, e, running)
	for where, p := range wildPlaces {
		for _, deed := range quickDeeds {
			for _, k := range []int{0, 11} {
				var one wild
				p.at(&one, deed)
				items := wilds(20, k, one)
				results, err := pool.Map(within(t, patience), items)
				if !marshals(e) {
					tripled(t, items, results)
					if err != nil {
						t.Errorf("%s of %s: %v", deed, where, err)
					}
					continue
				}
				tripled(t, items, results, k)
				failed := failures(t, err, 1)[0]
				if failed.Index != k || failed.Attempts != p.attempts {
					t.Errorf("%s in %s: index %d, %d attempts, want %d and %d", deed, where, failed.Index, failed.Attempts, k, p.attempts)
				}
				if text := failed.Err.Error(); !strings.Contains(text, p.says) || deed == "goexit" && !strings.Contains(text, "runtime.Goexit") {
					t.Errorf("%s in %s: the error says %q, want %q and why", deed, where, text, p.says)
				}
			}
		}
	}
	items := make([]wild, 40)
	for i := range items {
		items[i] = wild{N: int64(i + 1), Read: "goexit"}
		if i%2 == 0 {
			items[i] = wild{N: int64(i + 1), Done: [2]string{"", "panic"}}
		}
	}
	if marshals(e) {
		_, err := pool.Map(within(t, patience), items)
		failures(t, err, len(items))
	}
	if s := pool.Stats(); s.Deaths != 0 || s.Abandoned != 0 {
		t.Errorf("%d workers died, %d goroutines were abandoned", s.Deaths, s.Abandoned)
	}
	tripled(t, wilds(20, 0, wild{}), mapAll(t, pool, wilds(20, 0, wild{})))
}

// hostileErrors are of tasks whose errors, and values of panics, have methods that
// do not come back, or not as they should.
func hostileErrors(t *testing.T, e env) {
	e.spec.Chunk = 8
	pool := open(t, e, running)
	for _, run := range quickRuns {
		for _, k := range []int{0, 11} {
			items := wilds(20, k, wild{Run: run})
			results, err := pool.Map(within(t, patience), items)
			tripled(t, items, results, k)
			failed := failures(t, err, 1)[0]
			if failed.Index != k || failed.Attempts != 1 {
				t.Errorf("%s: index %d, %d attempts, want %d and 1", run, failed.Index, failed.Attempts, k)
			}
			if e.spec.InProcess() {
				continue // the error is the task's own
			}
			if text := failed.Err.Error(); strings.TrimSpace(text) == "" {
				t.Errorf("%s: the error says nothing", run)
			}
			if errors.Is(failed, errKnown) != (run == "is-known") {
				t.Errorf("%s: errors.Is(errKnown) = %t", run, errors.Is(failed, errKnown))
			}
		}
	}
	if s := pool.Stats(); s.Deaths != 0 || s.Abandoned != 0 {
		t.Errorf("%d workers died, %d goroutines were abandoned", s.Deaths, s.Abandoned)
	}
	tripled(t, wilds(20, 0, wild{}), mapAll(t, pool, wilds(20, 0, wild{})))
}

// hostileSequence ends the goroutine that reads it, after some items and before
// any.
func hostileSequence(t *testing.T, e env) {
	pool := open(t, e, act)
	for _, n := range []int{0, 1, 13} {
		exitingSequence(t, pool, n)
	}
	works(t, pool)
}

// hostileProgress wants the call to end with an error that names the function,
// also where it is the last report that does it, and the next call to work.
func hostileProgress(t *testing.T, e env) {
	for deed, says := range map[string]string{"goexit": "runtime.Goexit", "panic": "value 0 panics", "panic-wild": "WithProgress"} {
		for _, act := range []string{"", "wait"} { // at the end; in between
			var calls atomic.Int32
			pool := open(t, e, endless, strategies.WithProgress(func(int, int) {
				if calls.Add(1) == 1 {
					deeds[deed](wild{})
				}
			}))
			promptly(t, "a Map of which the progress is hostile", func() {
				_, err := pool.Map(within(t, patience), []string{act, act, act})
				if err == nil || !strings.Contains(err.Error(), "WithProgress") || !strings.Contains(err.Error(), says) {
					t.Errorf("%s, items %q: %v, want an error that tells of WithProgress and %q", deed, act, err, says)
				}
			})
			calls.Store(0)
			n, ends := 0, 0
			for _, err := range pool.Stream(within(t, patience), slices.Values([]string{act, act, act})) {
				switch {
				case err == nil:
					n++
				case strings.Contains(err.Error(), "WithProgress"):
					ends++
				default:
					t.Errorf("%s, items %q: %v", deed, act, err)
				}
			}
			if ends != 1 || act == "" && n != 3 || act == "wait" && n != 0 {
				t.Errorf("%s, items %q: %d results and %d errors of WithProgress, want one at the end", deed, act, n, ends)
			}
			if _, err := pool.Map(within(t, patience), []string{"", ""}); err != nil {
				t.Errorf("the next call: %v", err)
			}
			pool.Close()
		}
	}
}

// endless answers at once, or not before its context ends.
var endless = strategies.Define("strategytest-endless", func(ctx context.Context, what string) (int, error) {
	if what == "wait" {
		<-ctx.Done()
	}
	return 0, ctx.Err()
})

// wildWriter is one that does not come back from Write.
type wildWriter struct {
	deed  string
	calls atomic.Int32
}

func (w *wildWriter) Write(b []byte) (int, error) {
	w.calls.Add(1)
	deeds[w.deed](wild{})
	return len(b), nil
}

// hostileWriter wants the call during which it happens to end with an error, and
// later ones to work: what is printed is dropped and counted.
func hostileWriter(t *testing.T, e env) {
	for _, deed := range []string{"goexit", "panic", "panic-nil", "panic-wild"} {
		w := &wildWriter{deed: deed}
		pool := open(t, e, act, strategies.WithStderr(w))
		dir := t.TempDir()
		items := []order{{Act: "print"}, {N: 1, Act: "wait", Dir: dir}}
		promptly(t, "a Map of which the writer is hostile", func() {
			_, err := pool.Map(within(t, patience), items)
			if err == nil || !strings.Contains(err.Error(), "WithStderr") {
				t.Errorf("%s: %v, want an error that tells of WithStderr", deed, err)
			}
		})
		more := orders(20, "print")
		right(t, more, mapAll(t, pool, more))
		shortly(t, "what is printed is counted", func() bool { return pool.Stats().DroppedStderr >= 20*2*int64(len("worker 0: stdout of item 0\n")) })
		if n := w.calls.Load(); n != 1 {
			t.Errorf("%s: the writer was called %d times", deed, n)
		}
		pool.Close()
	}
}

// overdue wants item k alone to have failed, for the time that it took, after all
// its attempts.
func overdueAt(t *testing.T, what string, err error, k, attempts int) {
	t.Helper()
	failed := failures(t, err, 1)[0]
	if failed.Index != k || failed.Attempts != attempts {
		t.Errorf("%s: index %d, %d attempts, want %d and %d", what, failed.Index, failed.Attempts, k, attempts)
	}
	if text := failed.Err.Error(); !strings.Contains(text, "item-timeout=") {
		t.Errorf("%s: the error says %q, want one that names item-timeout", what, text)
	}
}

// slowMarshallers wants item-timeout to hold where a worker decodes an item or
// encodes its result, in a chunk and alone, with nobody else charged.
func slowMarshallers(t *testing.T, e env) {
	if !marshals(e) {
		right(t, orders(20, ""), mapAll(t, open(t, e, act), orders(20, "")))
		return
	}
	e.spec.ItemTimeout, e.spec.Retries, e.spec.Silence = 150*time.Millisecond, 1, strategies.None
	for where, chunk := range map[string]int{"decoding the item": 8, "encoding the result": 8, "encoding the result ": 1} {
		e.spec.Chunk = chunk
		pool := open(t, e, running)
		var one wild
		wildPlaces[strings.TrimSpace(where)].at(&one, "stall")
		items := wilds(20, 11, one)
		results, err := pool.Map(within(t, patience), items)
		tripled(t, items, results, 11)
		overdueAt(t, where, err, 11, 2)
		pool.Close()
	}
	// At most once: what was decoded before it was run may be sent again.
	e.spec.Chunk, e.spec.Retries = 8, strategies.None
	pool := open(t, e, running)
	items := wilds(20, 11, wild{Read: "stall"})
	results, err := pool.Map(within(t, patience), items)
	tripled(t, items, results, 11)
	overdueAt(t, "at most once", err, 11, 1)
}

// slowBatch has items of which each is decoded and encoded in time, and all of a
// chunk together are not.
func slowBatch(t *testing.T, e env) {
	if !marshals(e) {
		right(t, orders(20, ""), mapAll(t, open(t, e, act), orders(20, "")))
		return
	}
	e.spec.ItemTimeout, e.spec.Chunk, e.spec.Silence = 250*time.Millisecond, 10, strategies.None
	for _, where := range []string{"decoding the item", "encoding the result"} {
		pool := open(t, e, running)
		items := wilds(20, 0, wild{})
		for i := range 10 {
			wildPlaces[where].at(&items[i], "doze")
		}
		results, err := pool.Map(within(t, patience), items)
		if err != nil {
			t.Errorf("%s: %v", where, err)
		}
		tripled(t, items, results)
		pool.Close()
	}
}

// slowErrors wants item-timeout to hold for the methods of a task's error and of
// what it panics with.
func slowErrors(t *testing.T, e env) {
	e.spec.ItemTimeout, e.spec.Retries, e.spec.Silence = 150*time.Millisecond, 1, strategies.None
	e.spec.Chunk = 8
	for run := range wildRuns {
		if !strings.Contains(run, "stall") {
			continue
		}
		pool := open(t, e, running)
		items := wilds(20, 11, wild{Run: run})
		results, err := pool.Map(within(t, patience), items)
		tripled(t, items, results, 11)
		overdueAt(t, run, err, 11, 2)
		if n := pool.Stats().Deaths; n != 2 {
			t.Errorf("%s: %d workers were given up, want 2: the error is known to be the item's", run, n)
		}
		pool.Close()
	}
}

// slowEncoderHere and slowDecoderHere have what does not return in this process,
// where nobody can be killed for it.
func slowEncoderHere(t *testing.T, e env) { slowHere(t, e, "encoding the item", 0) }
func slowDecoderHere(t *testing.T, e env) { slowHere(t, e, "decoding the result", 1) }

func slowHere(t *testing.T, e env, where string, attempts int) {
	t.Helper()
	if !marshals(e) {
		right(t, orders(20, ""), mapAll(t, open(t, e, act), orders(20, "")))
		return
	}
	e.spec.Chunk = 8
	defer stalling()()
	var one wild
	wildPlaces[where].at(&one, "stall")
	items := wilds(20, 11, one)
	stallIsAbandoned(t, e, where, items)
	stallEndsInTime(t, e, where, items, attempts)
}

// stallIsAbandoned ends a call by its deadline, by a cancel in a stream, and by
// Close.
func stallIsAbandoned(t *testing.T, e env, where string, items []wild) {
	t.Helper()
	pool := open(t, e, running)
	promptly(t, "a Map with a deadline, "+where, func() {
		ctx, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
		defer cancel()
		if _, err := pool.Map(ctx, items); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("%s: %v, want the deadline", where, err)
		}
	})
	promptly(t, "a stream that is cancelled, "+where, func() {
		ctx, cancel := causedCancel(t)
		time.AfterFunc(200*time.Millisecond, func() { cancel(errEnough) })
		var last error
		for _, err := range pool.Stream(ctx, slices.Values(items)) {
			last = err
		}
		if !errors.Is(last, errEnough) {
			t.Errorf("%s: the stream ended with %v, want the cause", where, last)
		}
	})
	shortly(t, "what stalls is counted, "+where, func() bool { return pool.Stats().Abandoned == 2 })
	tame := wilds(20, 0, wild{})
	tripled(t, tame, mapAll(t, pool, tame))
	done := make(chan error, 1)
	go func() {
		_, err := pool.Map(t.Context(), items)
		done <- err
	}()
	time.Sleep(100 * time.Millisecond) // or it is the pool that is closed before the call
	promptly(t, "Close, "+where, func() {
		pool.Close()
		if err := <-done; !errors.Is(err, strategies.ErrClosed) {
			t.Errorf("%s: %v, want ErrClosed", where, err)
		}
	})
}

// stallEndsInTime wants item-timeout to hold here too.
func stallEndsInTime(t *testing.T, e env, where string, items []wild, attempts int) {
	t.Helper()
	e.spec.ItemTimeout = 150 * time.Millisecond
	pool := open(t, e, running)
	results, err := pool.Map(within(t, patience), items)
	tripled(t, items, results, 11)
	overdueAt(t, where, err, 11, attempts)
	if s := pool.Stats(); s.Deaths != 0 || s.Abandoned == 0 {
		t.Errorf("%s: %d workers died, %d goroutines were abandoned", where, s.Deaths, s.Abandoned)
	}
}

// exitingSetup wants clear words, and Open to fail at once, in every kind.
func exitingSetup(t *testing.T, e env) {
	promptly(t, "Open with a Setup that exits", func() {
		openFails(t, e, shifted, `the Setup of task "strategytest-shifted" ended its goroutine with runtime.Goexit`,
			strategies.WithSetup(base{Fail: "goexit"}))
	})
	for _, fail := range []string{"wild-panic", "wild-error"} {
		openFails(t, e, shifted, "setup", strategies.WithSetup(base{Fail: fail}))
	}
}
