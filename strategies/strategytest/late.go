//go:build linux

package strategytest

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/handoff-go/handoff/strategies"
)

var lateFaults = []fault{
	{41, "spoiled-connection", processes, spoiledConnection},
	{41, "late-death", processes, lateDeath},
	{42, "passing-shortage", processes, passingShortage},
	{42, "idle-deaths", processes, idleDeaths},
	{45, "dies-reading", processes, diesReading},
	{50, "many-calls", nil, manyCalls},
	{0, "deadline-names", nil, deadlineNames},
}

// spoils are what an item can do to its worker's connections.
var spoils = map[string]func(order) error{
	"scribble":   func(order) error { eachDescriptor(3, 9, scribble); return nil },
	"scribble 4": func(order) error { scribble(4); return nil },
	"unplug 3":   func(order) error { syscall.Close(3); return nil },
	"unplug 4":   func(order) error { syscall.Close(4); return nil },
	"unplug":     func(order) error { eachDescriptor(5, 64, func(fd int) { syscall.Close(fd) }); return nil },
	"unplug all": func(order) error { closeFrom(3); return nil },
}

// deferreds are what an item can do to its worker when it is long answered.
var deferreds = map[string]func(order) error{
	"exit later": func(order) error { later(func() { os.Exit(9) }); return nil },
	"kill later": func(order) error { later(dieHere); return nil },
	"stop later": func(order) error { later(func() { syscall.Kill(os.Getpid(), syscall.SIGSTOP) }); return nil },
}

func later(f func()) { time.AfterFunc(5*time.Millisecond, f) }

// scribble writes what is no frame.
func scribble(fd int) { syscall.Write(fd, []byte("HOFF"+strings.Repeat("\x00", 200))) }

// eachDescriptor calls f for the descriptors from one to another that other processes
// may be at the other end of.
func eachDescriptor(from, to int, f func(fd int)) {
	for fd := from; fd <= to; fd++ {
		what, _ := os.Readlink(filepath.Join("/proc/self/fd", strconv.Itoa(fd)))
		if strings.HasPrefix(what, "pipe:") || strings.HasPrefix(what, "socket:") {
			f(fd)
		}
	}
}

func closeFrom(first int) {
	for fd := first; fd < 256; fd++ {
		syscall.Close(fd)
	}
}

// innocent wants some Maps of quick items to fail at items in bad at most.
func innocent(t *testing.T, e env, items []order, bad ...int) {
	t.Helper()
	began := time.Now()
	pool := open(t, e, endure)
	for range 2 {
		replies, err := pool.Map(within(t, patience), items)
		var failed *strategies.MapError
		if err != nil && !errors.As(err, &failed) {
			t.Errorf("%s, %v: %v, want no error but for items %v", items[bad[0]].Act, e.spec, err, bad)
			return
		}
		var missing []int
		if failed != nil {
			for _, f := range failed.Failed {
				missing = append(missing, f.Index)
				var lost *strategies.LostError
				if !slices.Contains(bad, f.Index) || !errors.As(f, &lost) {
					t.Errorf("%s, %v: failed: %v, want nobody but items %v", items[bad[0]].Act, e.spec, f, bad)
				}
			}
		}
		right(t, items, replies, missing...)
	}
	survives(t, pool)
	t.Logf("%s, %v: %d deaths, %v", items[bad[0]].Act, e.spec, pool.Stats().Deaths, time.Since(began).Round(time.Millisecond))
	pool.Close()
}

// swift returns n items that take no time, but for what some do.
func swift(n int, doing string, at ...int) []order {
	items := orders(n, "")
	for _, i := range at {
		items[i].Act = doing
	}
	return items
}

// spoiledConnection has items after which nothing can be received from their worker, or
// sent to it. That is noticed when others are in work, and those are innocent.
func spoiledConnection(t *testing.T, e env) {
	e.spec.Silence = 300 * time.Millisecond
	n := 0
	for doing := range spoils {
		n++
		e.spec.Chunk, e.spec.Retries = []int{1, 16, 0}[n%3], []int{1, strategies.DefaultRetries}[n%2]
		innocent(t, e, swift(200, doing, 57), 57)
	}
	for _, e.spec.Chunk = range []int{1, 16} {
		innocent(t, e, swift(200, "scribble 4", 50, 57, 58), 50, 57, 58)
	}
}

// lateDeath has items that end their worker when they are long answered.
func lateDeath(t *testing.T, e env) {
	e.spec.Silence = 200 * time.Millisecond
	n := 0
	for doing := range deferreds {
		n++
		e.spec.Chunk = []int{1, 8, 0}[n%3]
		innocent(t, e, illAt(40, doing, "", 7, 23), 7, 23)
	}
}

// passingShortage takes all descriptors for a second, from a pool at work and from one
// that has nothing to do, while workers die. No call fails, then or later.
func passingShortage(t *testing.T, e env) {
	if !inside(t, nil) {
		return
	}
	pool := open(t, e, endure)
	works(t, pool)
	for _, busy := range []bool{true, false} {
		items := illAt(40, "kill", t.TempDir(), 3, 17, 31)
		var done <-chan outcome
		limited(t, syscall.RLIMIT_NOFILE, uint64(free(5)), func() {
			if busy {
				done = mapping(t, pool, items)
			}
			for _, pid := range workersOf(os.Getpid()) {
				syscall.Kill(pid, syscall.SIGKILL)
			}
			time.Sleep(time.Second)
		})
		if busy {
			if got := <-done; got.err != nil {
				t.Errorf("the Map that ran: %v", got.err)
			} else {
				right(t, items, got.replies)
			}
		}
		promptly(t, "the next Map", func() { works(t, pool) })
		survives(t, pool)
	}
}

// idleDeaths kills the workers of a pool that has nothing to do, over and over again.
func idleDeaths(t *testing.T, e env) {
	pool := open(t, e, endure)
	works(t, pool)
	workers := pool.Spec().Workers
	for round := range 8 {
		for _, pid := range workersOf(os.Getpid()) {
			kill(t, pid, syscall.SIGKILL)
		}
		dead := int64((round + 1) * workers)
		shortly(t, "all workers are there again, and ready", func() bool { return pool.Stats().Restarts >= dead })
	}
	survives(t, pool)
	if s := pool.Stats(); s.Deaths != int64(8*workers) || s.Restarts != s.Deaths {
		t.Errorf("%d deaths, %d restarts, want %d, and as many", s.Deaths, s.Restarts, 8*workers)
	}
}

// diesReading has items that end their worker, or take too long, while they are decoded.
// With retries=0 those are given up and none beside them: those were not run.
func diesReading(t *testing.T, e env) {
	e.spec.Retries, e.spec.ItemTimeout, e.spec.Silence = strategies.None, 150*time.Millisecond, strategies.None
	if !marshals(e) {
		items := illAt(20, "kill", "", 11)
		replies, err := open(t, e, endure).Map(within(t, patience), items)
		lostAt(t, items, replies, err, 11)
		return
	}
	for _, deed := range []string{"die", "stall"} {
		for _, chunk := range []int{8, 1} {
			e.spec.Chunk = chunk
			pool := open(t, e, running)
			items := wilds(24, 3, wild{Read: deed})
			items[13].Read = deed
			results, err := pool.Map(within(t, patience), items)
			tripled(t, items, results, 3, 13)
			for i, f := range failures(t, err, 2) {
				if want := []int{3, 13}[i]; f.Index != want {
					t.Errorf("%s, chunk=%d: item %d is given up, want %d", deed, chunk, f.Index, want)
				}
			}
			pool.Close()
		}
	}
}

// manyCalls has a thousand calls at once, of which some are cancelled, and closes a pool
// under as many.
func manyCalls(t *testing.T, e env) {
	const n = 1000
	pool := open(t, e, act)
	ctx, cancel := causedCancel(t)
	items, _ := held(t, 1, "wait")
	var calls, waiting sync.WaitGroup
	for i := range n {
		calls.Go(func() {
			replies, err := pool.Map(within(t, patience), []order{{N: i}})
			if err != nil || replies[0].N != 3*i {
				t.Errorf("one of many Maps: %v, %v", replies, err)
			}
		})
		calls.Go(func() {
			for r, err := range pool.Stream(within(t, patience), slices.Values([]order{{N: i}})) {
				if err != nil || r.N != 3*i {
					t.Errorf("one of many Streams: %v, %v", r, err)
				}
			}
		})
		waiting.Go(func() {
			if _, err := pool.Map(ctx, items); !errors.Is(err, errEnough) {
				t.Errorf("one of many cancelled Maps: %v, want the cause", err)
			}
		})
	}
	time.Sleep(20 * time.Millisecond)
	cancel(errEnough)
	waiting.Wait()
	calls.Wait()
	works(t, pool)
	for range n {
		waiting.Go(func() {
			if _, err := pool.Map(context.Background(), items); !errors.Is(err, strategies.ErrClosed) {
				t.Error(fmt.Errorf("one of many Maps of a pool that was closed: %w", err))
			}
		})
	}
	time.Sleep(20 * time.Millisecond)
	pool.Close()
	waiting.Wait()
}

// deadlineNames wants the error of a call that its deadline ended to name the items that
// were running then, and no others.
func deadlineNames(t *testing.T, e env) {
	if processes(e.spec) {
		e.spec.Silence = 2 * time.Second // and so a worker says every half second what it does
	}
	e.spec.Chunk = 2
	pool := open(t, e, act)
	for name, call := range map[string]func(context.Context, []order) error{
		"Map": func(ctx context.Context, items []order) error {
			_, err := pool.Map(ctx, items)
			return err
		},
		"Stream": func(ctx context.Context, items []order) (last error) {
			for _, err := range pool.Stream(ctx, slices.Values(items)) {
				last = err
			}
			return last
		},
	} {
		items, dir := held(t, 5, "")
		items[1].Act = "stubborn"
		ctx, cancel := context.WithTimeoutCause(t.Context(), 800*time.Millisecond, errEnough)
		err := call(ctx, items)
		cancel()
		if err := os.WriteFile(filepath.Join(dir, "open"), nil, 0o600); err != nil {
			t.Fatal(err)
		}
		var late *strategies.DeadlineError
		if !errors.As(err, &late) || !errors.Is(err, errEnough) || len(late.Running) != 1 {
			t.Errorf("%s: %v, want a *DeadlineError with its cause and one item", name, err)
			continue
		}
		r := late.Running[0]
		if r.Index != 1 || r.Count != 1 || r.Worker < 0 || r.Worker >= pool.Spec().Workers || r.For < 100*time.Millisecond || r.For > patience {
			t.Errorf("%s: %+v was running, want item 1 alone, on one of the workers, for some time", name, r)
		}
		if want := fmt.Sprintf("running were item 1 on worker %d (for ", r.Worker); !strings.Contains(err.Error(), want) {
			t.Errorf("%s: the error says %q, want %q in it", name, err, want)
		}
	}
	// Items that end because of the deadline are named, too.
	items, _ := held(t, 1, "wait")
	_, err := pool.Map(within(t, 100*time.Millisecond), items)
	var late *strategies.DeadlineError
	if !errors.As(err, &late) || !errors.Is(err, context.DeadlineExceeded) || len(late.Running) != 1 || late.Running[0].Index != 0 {
		t.Errorf("%v, want a *DeadlineError with item 0", err)
	}
	works(t, pool)
}
