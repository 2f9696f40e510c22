package strategytest

import (
	"sync"
	"testing"
	"time"

	"github.com/handoff-go/handoff/strategies"
)

var accountChecks = []check{
	{"resolved spec", nil, resolvedSpec},
	{"stats count", nil, statsCount},
	{"stats of failed items", nil, statsFailed},
	{"wire bytes do not depend on chunks", plainProcesses, wireBytes},
	{"progress", plain, progress},
}

func resolvedSpec(t *testing.T, e env) {
	pool := open(t, e, act)
	got, want := pool.Spec(), e.spec.Resolve()
	if want.On == "" {
		want.On = got.On // known once there is a directory
	}
	if got != want {
		t.Errorf("Spec() = %v, want %v", got, want)
	}
	if again, err := strategies.Parse(got.String()); err != nil || again != got {
		t.Errorf("Parse(%q) = %v, %v", got.String(), again, err)
	}
	if pool.Stats().Spec != got {
		t.Errorf("Stats().Spec = %v, Spec() = %v", pool.Stats().Spec, got)
	}
}

// statsCount takes the difference of two Stats, as measuring does.
func statsCount(t *testing.T, e env) {
	pool := open(t, e, act)
	mapAll(t, pool, orders(10, ""))
	before := pool.Stats()
	mapAll(t, pool, orders(50, "pause"))
	after := pool.Stats()
	if n := after.Items - before.Items; n != 50 {
		t.Errorf("%d items, want 50", n)
	}
	chunks := after.Chunks - before.Chunks
	if c := int64(e.spec.Chunk); c > 0 && chunks < (50+c-1)/c || chunks < 1 || chunks > 50 {
		t.Errorf("%d chunks for 50 items", chunks)
	}
	if len(after.Workers) != pool.Spec().Workers {
		t.Errorf("%d workers, want %d", len(after.Workers), pool.Spec().Workers)
	}
	var compute time.Duration
	for i, w := range after.Workers {
		compute += w.Lane.Compute - before.Workers[i].Lane.Compute
	}
	if compute <= 0 {
		t.Errorf("computing took %v", compute)
	}
	between(t, e, before, after)
}

// between looks at what only processes have.
func between(t *testing.T, e env, before, after strategies.Stats) {
	t.Helper()
	frames, wire := after.Frames-before.Frames, after.Wire-before.Wire
	if e.spec.InProcess() {
		if frames != 0 || wire != 0 || after.InFlight != 0 {
			t.Errorf("%d frames, %d bytes and %d in flight in process", frames, wire, after.InFlight)
		}
		return
	}
	if frames < 2 || wire <= 0 {
		t.Errorf("%d frames and %d bytes", frames, wire)
	}
	if after.InFlight <= 0 || after.InFlight < before.InFlight {
		t.Errorf("at most %d bytes were in flight, and %d before", after.InFlight, before.InFlight)
	}
	for i, w := range after.Workers {
		if w.Process.PeakRSS <= 0 || w.Process.User < before.Workers[i].Process.User {
			t.Errorf("worker %d: process %+v", i, w.Process)
		}
	}
}

// statsFailed wants failed items to be counted as answered.
func statsFailed(t *testing.T, e env) {
	pool := open(t, e, act)
	items := orders(30, "")
	items[3].Act, items[20].Act = "refuse", "panic"
	_, err := pool.Map(within(t, patience), items)
	failures(t, err, 2)
	if s := pool.Stats(); s.Items != 30 || s.Retries != 0 || s.Late != 0 {
		t.Errorf("%d items, %d retries, %d late, want 30, 0, 0", s.Items, s.Retries, s.Late)
	}
}

func wireBytes(t *testing.T, e env) {
	numbers := make([]uint64, 100)
	for i := range numbers {
		numbers[i] = uint64(i * i * i)
	}
	var want int64
	for _, chunk := range []int{1, 9, 100} {
		e.spec.Chunk = chunk
		pool := open(t, e, collatz)
		mapAll(t, pool, numbers)
		got := pool.Stats().Wire
		if want == 0 {
			want = got
		}
		if got != want || got == 0 {
			t.Errorf("chunk=%d: %d bytes on the wire, want %d", chunk, got, want)
		}
		pool.Close()
	}
}

// progress wants reports one at a time, the last of them complete.
func progress(t *testing.T, e env) {
	var mu sync.Mutex
	last := [2]int{-1, -1}
	pool := open(t, e, act, strategies.WithProgress(func(done, total int) {
		if !mu.TryLock() {
			t.Error("two reports at a time")
			return
		}
		defer mu.Unlock()
		if done < last[0] {
			t.Errorf("progress went back from %d to %d", last[0], done)
		}
		last = [2]int{done, total}
	}))
	works(t, pool)
	if last != [2]int{20, 20} {
		t.Errorf("the last report is %d of %d, want 20 of 20", last[0], last[1])
	}
}
