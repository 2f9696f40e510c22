//go:build linux

package strategytest

import (
	"context"
	"fmt"
	"os"
	"syscall"
	"testing"
)

var kinFaults = []fault{
	{43, "children-at-close", processes, childrenAtClose},
	{43, "children-of-recycled", processes, childrenOfRecycled},
	{43, "children-of-orphans", processes, func(t *testing.T, e env) { childrenOfOrphans(t, e, "disown") }},
	{43, "exiles-of-orphans", processes, func(t *testing.T, e env) { childrenOfOrphans(t, e, "exile") }},
	{43, "exiles-swept", processes, exilesSwept},
}

// What tells a parent how it has children, and where the marks are.
const (
	envHow   = "HANDOFF_TEST_HOW"
	envMarks = "HANDOFF_TEST_MARKS"
)

// parent is a coordinator whose workers have children.
func parent() int {
	pool, err := openPart()
	if err != nil {
		return failed(err)
	}
	items := illAtAll(pool.Spec().Workers, os.Getenv(envHow), os.Getenv(envMarks))
	if _, err := pool.Map(context.Background(), items); err != nil {
		return failed(err)
	}
	fmt.Println("ready")
	select {}
}

// family starts a parent, and returns its workers and their children.
func family(t *testing.T, e env, how string) (a *actor, workers, children []int) {
	t.Helper()
	dir := t.TempDir()
	a = enter(t, "parent", e, envHow+"="+how, envMarks+"="+dir)
	a.says(t, "ready")
	workers = a.workers()
	for n := range e.spec.Resolve().Workers {
		child := readPID(t, markPath(order{N: n, Dir: dir}, "child"))
		endLater(t, child)
		children = append(children, child)
	}
	for _, pid := range append(workers, children...) {
		if !runs(pid) {
			t.Errorf("process %d has ended before anything was done to it", pid)
		}
	}
	return a, workers, children
}

// childrenOfOrphans wants them to end when the coordinator is killed, with their
// workers.
func childrenOfOrphans(t *testing.T, e env, how string) {
	a, workers, children := family(t, e, how)
	a.kill()
	promptly(t, "the end of the orphans", func() {
		shortly(t, "workers and children end", func() bool { return allGone(workers) && allGone(children) })
	})
	shortly(t, "the run's directory is removed", func() bool { return empty(e.dir) })
}

// childrenAtClose wants those that have left the worker's group to end, and
// none of another pool.
func childrenAtClose(t *testing.T, e env) {
	others, _, other := bearing(t, e, "exile")
	pool, _, child := bearing(t, e, "exile")
	promptly(t, "Close with a child that is elsewhere", func() { pool.Close() })
	shortly(t, "the child ends", func() bool { return !runs(child) })
	if !runs(other) {
		t.Error("the child of another pool was ended, too")
	}
	others.Close()
	shortly(t, "the other pool's child ends", func() bool { return !runs(other) })
}

// childrenOfRecycled wants them to end when their worker is replaced in order,
// and those of the other worker to live on.
func childrenOfRecycled(t *testing.T, e env) {
	e.spec.Recycle, e.spec.Chunk, e.spec.Window, e.spec.Workers = 50, 1, 1, 1
	pool, _, child := bearing(t, e, "exile")
	if !runs(child) {
		t.Fatal("the child has ended before its worker was replaced")
	}
	items := orders(60, "")
	right(t, items, mapAll(t, pool, items))
	shortly(t, "the worker is replaced", func() bool { return pool.Stats().Restarts > 0 })
	shortly(t, "the child ends", func() bool { return !runs(child) })
}

// exilesSwept has a coordinator and its workers killed together, so that nobody
// is left who knows of the children. The next Open ends them, but not those of a
// coordinator that lives.
func exilesSwept(t *testing.T, e env) {
	_, _, spared := family(t, e, "exile")
	a, workers, children := family(t, e, "exile")
	kill(t, a.cmd.Process.Pid, syscall.SIGSTOP)
	for _, pid := range append(workers, a.cmd.Process.Pid) {
		kill(t, pid, syscall.SIGKILL)
	}
	a.cmd.Wait()
	shortly(t, "the workers are gone", func() bool { return allGone(workers) })
	if allGone(children) {
		t.Error("the children have ended before anybody swept")
	}
	works(t, open(t, e, endure))
	shortly(t, "an Open ends the children", func() bool { return allGone(children) })
	for _, pid := range spared {
		if !runs(pid) {
			t.Error("the child of a coordinator that lives was ended, too")
		}
	}
}
