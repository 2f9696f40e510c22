//go:build linux

package strategytest

import (
	"fmt"
	"os"
	"strings"
	"syscall"
	"testing"

	"github.com/handoff-go/handoff/strategies"
)

var outputFaults = []fault{
	{8, "prints", processes, tasksPrint},
	{8, "prints-in-init", processes, printsInInit},
	{9, "stderr-flood", processes, printFlood},
	{9, "stderr-tail", processes, stderrTail},
	{15, "grandchild", processes, grandchild},
	{15, "grandchild-of-lost", processes, grandchildOfLost},
}

// init is user code that prints before strategies.Init is reached.
func init() {
	if text := os.Getenv(envChat); text != "" && strategies.IsWorker() {
		fmt.Println(text)
	}
}

// printsInInit wants what comes before the first frame not to be taken for
// one.
func printsInInit(t *testing.T, e env) {
	t.Setenv(envChat, "HOFF\x01 is printed by init")
	var out lockedBuffer
	pool := open(t, e, endure, strategies.WithStderr(&out))
	works(t, pool)
	pool.Close()
	for worker := range pool.Spec().Workers {
		if line := fmt.Sprintf("worker %d: HOFF\x01 is printed by init\n", worker); strings.Count(out.String(), line) != 1 {
			t.Errorf("%q did not come out once:\n%s", line, out.String())
		}
	}
}

// stderrTail wants the end of a flood in the error, and no more than that.
func stderrTail(t *testing.T, e env) {
	pool := open(t, e, endure, strategies.WithStderr(new(lockedBuffer)))
	items := illAt(20, "shout", "", 7)
	replies, err := pool.Map(within(t, patience), items)
	_, lost := lostAt(t, items, replies, err, 7)
	if n := len(lost.Stderr); n < 32<<10 || n > 64<<10 {
		t.Errorf("%d bytes of stderr are kept, want up to 64 KiB", n)
	}
	if !strings.HasSuffix(lost.Stderr, "these are the last words\n") {
		t.Error("the last words are not there")
	}
	if text := err.Error(); len(text) > 8<<10 || !strings.Contains(text, "these are the last words") {
		t.Errorf("the text of %d bytes is too long, or without the last words", len(text))
	}
	survives(t, pool)
}

// bearing runs items one of which leaves a child behind, that lives on with
// the pipes of its worker.
func bearing(t *testing.T, e env, how string) (pool *strategies.Pool[order, reply], parent, child int) {
	t.Helper()
	pool, dir := open(t, e, endure, strategies.WithStderr(new(lockedBuffer))), t.TempDir()
	items := illAt(20, how, dir, 7)
	right(t, items, mapAll(t, pool, items))
	child = readPID(t, markPath(items[7], "child"))
	endLater(t, child)
	return pool, sufferer(t, dir, 7), child
}

// endLater sees to it that a process does not outlive the test.
func endLater(t *testing.T, pid int) {
	t.Helper()
	program := programOf(pid)
	t.Cleanup(func() {
		if runs(pid) && programOf(pid) == program {
			syscall.Kill(pid, syscall.SIGKILL)
		}
	})
}

// grandchild wants Close not to wait for a worker's child, and to end it.
func grandchild(t *testing.T, e env) {
	pool, _, child := bearing(t, e, "bear")
	promptly(t, "Close with a grandchild", func() { pool.Close() })
	shortly(t, "the worker's child ends", func() bool { return !runs(child) })
}

// grandchildOfLost has a child that has left the worker's group, and keeps the
// pipes open. The death of its worker is to be noticed all the same; then the
// child ends, too.
func grandchildOfLost(t *testing.T, e env) {
	pool, parent, child := bearing(t, e, "exile")
	kill(t, parent, syscall.SIGKILL)
	promptly(t, "the replacement", func() {
		shortly(t, "the death is noticed", func() bool { return pool.Stats().Restarts == 1 })
	})
	shortly(t, "the worker's child ends", func() bool { return !runs(child) })
	survives(t, pool)
	promptly(t, "Close with a grandchild", func() { pool.Close() })
}
