//go:build linux

package strategytest

import (
	"bytes"
	"os"
	"os/signal"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/handoff-go/handoff/strategies"
)

var deathFaults = []fault{
	{1, "killed", processes, killed},
	{1, "killed-after-answering", processes, killedAfterAnswering},
	{2, "stopped", processes, stopped},
	{2, "stopped-overdue", processes, func(t *testing.T, e env) { stoppedOverdue(t, e, 10) }},
	{2, "stopped-overdue-alone", processes, func(t *testing.T, e env) { stoppedOverdue(t, e, 1) }},
	{2, "hung-item", processes, hungItem},
	{2, "slow-chunk", processes, slowChunk},
	{3, "exit-0", processes, exitZero},
	{4, "goexit", nil, goexitAtItem},
	{5, "panic", nil, panicAtItem},
	{6, "fatal-error", processes, fatalError},
	{48, "crash-text", processes, crashText},
	{51, "ignored-children", processes, ignoredChildren},
	{18, "poison", processes, poisonItem},
	{19, "poison-in-chunk", processes, poisonInChunk},
}

// killed ends a worker from outside while it works on an item, and wants that
// to be noticed at once, not when the item should have been done.
func killed(t *testing.T, e env) {
	pool, dir := open(t, e, endure), t.TempDir()
	items := illAt(40, "wait", dir, 7)
	done := mapping(t, pool, items)
	victim := sufferer(t, dir, 7)
	if !slices.Contains(workersOf(os.Getpid()), victim) {
		t.Fatalf("%d is not a worker of this process", victim)
	}
	kill(t, victim, syscall.SIGKILL)
	promptly(t, "the rest of a Map after a worker was killed", func() {
		got := <-done
		if got.err != nil {
			t.Error(got.err)
		}
		right(t, items, got.replies)
	})
	survives(t, pool)
	if s := pool.Stats(); s.Deaths != 1 || s.Restarts != 1 || s.Retries < 1 {
		t.Errorf("%d deaths, %d restarts, %d retries, want 1, 1 and at least 1", s.Deaths, s.Restarts, s.Retries)
	}
}

// killedAfterAnswering wants the answers to be used that a worker wrote right
// before it was killed: they are not computed again. They are more than is
// read at a time, so that some are still in the pipe.
func killedAfterAnswering(t *testing.T, e env) {
	const window = lastAnswers + 100
	e.spec.Chunk, e.spec.Window = 1, window
	lying(t, "last-answers", "once")
	pool := open(t, e, endure)
	items := orders(2*window, "")
	for i := range items {
		items[i].Bytes = bytes.Repeat([]byte{1}, 256)
		if i%8 == 0 {
			items[i].Act = "nap" // or the other worker has done all before this one has some
		}
	}
	replies := mapAll(t, pool, items)
	right(t, items, replies)
	n := 0
	for _, r := range replies {
		if r.Text == liarsMark {
			n++
		}
	}
	if n != lastAnswers {
		t.Errorf("%d of the dead worker's answers were used, want %d", n, lastAnswers)
	}
	if s := pool.Stats(); s.Deaths != 1 || s.Retries < 1 || s.Retries > window-lastAnswers {
		t.Errorf("%d deaths, %d items sent again, want 1 and from 1 to %d", s.Deaths, s.Retries, window-lastAnswers)
	}
	survives(t, pool)
}

// stopped wants a worker that is stopped to be given up for its silence, and
// the item that stops all its workers to be given up in the end.
func stopped(t *testing.T, e env) {
	e.spec.Silence, e.spec.Retries = 250*time.Millisecond, 1
	pool := open(t, e, endure)
	items := illAt(20, "stop", t.TempDir(), 7)
	right(t, items, mapAll(t, pool, items))
	if n := pool.Stats().Deaths; n < 1 {
		t.Error("no worker was given up")
	}
	items[7].Dir = ""
	replies, err := pool.Map(within(t, patience), items)
	if _, lost := lostAt(t, items, replies, err, 7); !strings.Contains(lost.Cause, "silent") {
		t.Errorf("cause is %q, want one that tells of silence", lost.Cause)
	}
	survives(t, pool)
}

// stoppedOverdue wants item-timeout to hold in a worker that was stopped, too, and
// cannot tell how long its item takes.
func stoppedOverdue(t *testing.T, e env, chunk int) {
	e.spec.ItemTimeout, e.spec.Retries, e.spec.Chunk = 100*time.Millisecond, 1, chunk
	pool := open(t, e, endure)
	items := illAt(20, "stop", "", 7)
	replies, err := pool.Map(within(t, patience), items)
	if _, lost := lostAt(t, items, replies, err, 7); !strings.Contains(lost.Cause, "item-timeout=100ms") {
		t.Errorf("cause is %q, want one that names item-timeout=100ms", lost.Cause)
	}
	survives(t, pool)
}

// hungItem wants the one item that does not end to be given up after its
// retries, and none of those that wait behind it.
func hungItem(t *testing.T, e env) {
	e.spec.ItemTimeout, e.spec.Chunk = 200*time.Millisecond, 10
	pool := open(t, e, endure)
	items := illAt(20, "spin", "", 7)
	replies, err := pool.Map(within(t, patience), items)
	failed, lost := lostAt(t, items, replies, err, 7)
	if !strings.Contains(lost.Cause, "item-timeout=200ms") {
		t.Errorf("cause is %q, want one that names item-timeout=200ms", lost.Cause)
	}
	if want := strategies.DefaultRetries + 1; failed.Attempts != want {
		t.Errorf("%d attempts, want %d", failed.Attempts, want)
	}
	items[7].Dir = t.TempDir()
	right(t, items, mapAll(t, pool, items))
	survives(t, pool)
}

// slowChunk wants a chunk to take longer than item-timeout as a whole, if no
// item of it does.
func slowChunk(t *testing.T, e env) {
	e.spec.ItemTimeout, e.spec.Chunk = 300*time.Millisecond, 10
	pool := open(t, e, endure)
	items := orders(20, "doze")
	right(t, items, mapAll(t, pool, items))
	if n := pool.Stats().Deaths; n != 0 {
		t.Errorf("%d workers were given up", n)
	}
}

// exitZero wants an exit in mid-task to be a failure, although its code says
// that all is well.
func exitZero(t *testing.T, e env) {
	pool := open(t, e, endure)
	items := illAt(20, "exit 0", t.TempDir(), 7)
	right(t, items, mapAll(t, pool, items))
	items[7].Dir = ""
	replies, err := pool.Map(within(t, patience), items)
	if _, lost := lostAt(t, items, replies, err, 7); lost.Cause != "exit status 0" {
		t.Errorf("cause is %q, want %q", lost.Cause, "exit status 0")
	}
	survives(t, pool)
}

// fatalError wants what the runtime said at last to be in the error.
func fatalError(t *testing.T, e env) {
	pool := open(t, e, endure, strategies.WithStderr(new(lockedBuffer))) // there are races in this
	for doing, says := range map[string]string{
		"write": "fatal error: concurrent map writes",
		"fall":  "fatal error: stack overflow",
	} {
		items := illAt(20, doing, t.TempDir(), 7)
		right(t, items, mapAll(t, pool, items))
		items[7].Dir = ""
		replies, err := pool.Map(within(t, patience), items)
		if _, lost := lostAt(t, items, replies, err, 7); lost.Cause != "exit status 2" || !strings.Contains(lost.Stderr, says) {
			t.Errorf("%s: cause is %q, want exit status 2, and stderr does not say %q:\n%.500s", doing, lost.Cause, says, lost.Stderr)
		}
	}
	survives(t, pool)
}

// crashText wants the text of the error to begin with the cause, as the runtime
// says it, however much it or the task said besides; without our own frames, and
// short.
func crashText(t *testing.T, e env) {
	e.spec.Retries = strategies.None
	pool := open(t, e, endure, strategies.WithStderr(new(lockedBuffer))) // there are races in this
	for doing, says := range map[string]string{
		"write": "fatal error: concurrent map writes",
		"fall":  "fatal error: stack overflow",
		"blurt": "panic: the very cause",
		"fault": "panic: runtime error: invalid memory address or nil pointer dereference",
	} {
		items := illAt(20, doing, "", 7)
		replies, err := pool.Map(within(t, patience), items)
		_, lost := lostAt(t, items, replies, err, 7)
		text := err.Error()
		_, words, _ := strings.Cut(text, "last words:\n")
		lines := strings.Split(words, "\n")
		if begin := strings.Join(lines[:min(4, len(lines))], "\n"); !strings.Contains(begin, says) {
			t.Errorf("%s: the first lines do not say %q:\n%s", doing, says, words)
		}
		if strings.Contains(text, "/strategies.(*worker)") || strings.Contains(text, "runtime.gopark") || len(text) > 4<<10 ||
			!strings.Contains(text, "strategytest") || strings.ContainsAny(text, "\x1b\x00") || !utf8.ValidString(text) {
			t.Errorf("%s: %d bytes, with frames that say nothing, or without the task's:\n%s", doing, len(text), text)
		}
		if len(lost.Stderr) > 64<<10 {
			t.Errorf("%s: %d bytes of stderr are kept", doing, len(lost.Stderr))
		}
	}
	survives(t, pool)
}

// ignoredChildren has a program that ignores SIGCHLD, so that nobody learns how its
// workers ended.
func ignoredChildren(t *testing.T, e env) {
	if !inside(t, nil) {
		return
	}
	signal.Ignore(syscall.SIGCHLD)
	defer signal.Reset(syscall.SIGCHLD)
	pool := open(t, e, endure)
	items := illAt(20, "kill", "", 7)
	replies, err := pool.Map(within(t, patience), items)
	if _, lost := lostAt(t, items, replies, err, 7); strings.Contains(lost.Error(), "nil") || !strings.Contains(lost.Cause, "SIGCHLD") {
		t.Errorf("the error does not say why nobody knows how it ended: %v", lost)
	}
	survives(t, pool)
}

// poisonItem wants each of the items that kill every worker to fail, with its
// own charges, and none of those that were in hand beside them.
func poisonItem(t *testing.T, e env) {
	const retries = 1
	e.spec.Retries = retries
	pool := open(t, e, endure)
	bad := []int{11, 13, 15, 30, 31, 50}
	items := illAt(60, "kill", "", bad...)
	replies, err := pool.Map(within(t, patience), items)
	right(t, items, replies, bad...)
	for i, f := range failures(t, err, len(bad)) {
		if f.Index != bad[i] || f.Attempts != retries+1 {
			t.Errorf("item %d failed after %d attempts, want item %d after %d", f.Index, f.Attempts, bad[i], retries+1)
		}
		if text := f.Error(); !strings.Contains(text, "signal: killed") || !strings.Contains(text, "worker ") {
			t.Errorf("the error does not name worker and signal: %s", text)
		}
	}
	survives(t, pool)
}

// poisonInChunk wants all other items of the chunk to have their results, in
// the first place and when the chunk is all there is.
func poisonInChunk(t *testing.T, e env) {
	e.spec.Chunk, e.spec.Window = 50, 1
	pool := open(t, e, endure)
	for _, k := range []int{0, 20, 49} {
		before := pool.Stats()
		items := illAt(50, "kill", "", k)
		replies, err := pool.Map(within(t, patience), items)
		lostAt(t, items, replies, err, k)
		if n := pool.Stats().Retries - before.Retries; n < 50 || n > 60 {
			t.Errorf("poison at %d: %d items were sent again, want the 50 of the chunk and few more", k, n)
		}
		// The worker's flight recorder told at which item it was: what stands
		// before it and what stands behind it each go again together.
		if n := pool.Stats().Chunks - before.Chunks; n > 2 {
			t.Errorf("poison at %d: the other items were answered in %d chunks, want 2 at most", k, n)
		}
		// Nobody is charged with the first, nor with the next if its worker had been at
		// work before.
		if n, least := pool.Stats().Deaths-before.Deaths, int64(strategies.DefaultRetries+2); n != least && n != least+1 {
			t.Errorf("poison at %d: %d deaths, want %d or one more", k, n, least)
		}
	}
	survives(t, pool)
}
