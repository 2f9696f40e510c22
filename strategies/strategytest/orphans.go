//go:build linux

package strategytest

import (
	"bufio"
	"context"
	"fmt"
	"iter"
	"log"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"
)

var orphanFaults = []fault{
	{14, "orphans-idle", processes, func(t *testing.T, e env) { orphans(t, e, "") }},
	{14, "orphans-busy", processes, func(t *testing.T, e env) { orphans(t, e, "spin") }},
	{46, "orphans-deaf", processes, func(t *testing.T, e env) { orphans(t, e, "deafen") }},
	{46, "orphans-unpreempted", processes, func(t *testing.T, e env) { unpreempted(t, e, "spin") }},
	{46, "orphans-raging", processes, func(t *testing.T, e env) { unpreempted(t, e, "rage") }},
	{46, "orphans-stopped", processes, orphansStopped},
	{21, "stale-directory", files, staleDirectory},
	{21, "fatal-exit", processes, fatalExit},
	{35, "interrupt", processes, interrupt},
}

// envBusy is the ill that keeps the workers of a coordinator busy.
const envBusy = "HANDOFF_TEST_BUSY"

// afterInit are the parts that have pools of their own.
var afterInit = map[string]part{
	"coordinator": coordinate,
	"fatal":       endFatally,
	"filter":      filter,
	"parent":      parent,
	"replaced":    goOnReplaced,
}

// coordinate has idle workers, or busy ones, until it is killed.
func coordinate() int {
	pool, err := openPart()
	if err != nil {
		return failed(err)
	}
	dir, busy := os.Getenv(envDir), os.Getenv(envBusy)
	if busy == "" {
		fmt.Println("ready")
		select {}
	}
	workers := pool.Spec().Workers
	marks := filepath.Join(dir, "marks")
	if err := os.Mkdir(marks, 0o700); err != nil {
		return failed(err)
	}
	go pool.Map(context.Background(), illAtAll(workers, busy, marks))
	for n := range workers {
		if !seen(markPath(order{N: n, Dir: marks}, "suffered"), ordeal) {
			return failed(fmt.Errorf("item %d did not start", n))
		}
	}
	os.RemoveAll(marks)
	fmt.Println("ready")
	select {}
}

// illAtAll returns n items that all do the same to their workers.
func illAtAll(n int, doing, dir string) []order {
	items := orders(n, doing)
	for i := range items {
		items[i].Dir = dir
	}
	return items
}

// coordinator starts one whose workers are all idle, or all busy.
func coordinator(t testing.TB, e env, busy string) (a *actor, pids []int) {
	t.Helper()
	e.spec.Chunk, e.spec.Window = 1, 1
	a = enter(t, "coordinator", e, envBusy+"="+busy)
	a.says(t, "ready")
	pids = a.workers()
	if want := e.spec.Resolve().Workers; len(pids) != want {
		t.Fatalf("the coordinator has the workers %v, want %d", pids, want)
	}
	t.Cleanup(func() {
		for _, pid := range pids {
			if strings.HasPrefix(programOf(pid), thisProgram(t)) {
				syscall.Kill(pid, syscall.SIGKILL)
			}
		}
	})
	return a, pids
}

// orphans wants the workers of a killed coordinator to end, and the run's
// directory to go with them.
func orphans(t *testing.T, e env, busy string) {
	a, pids := coordinator(t, e, busy)
	a.kill()
	start := time.Now()
	promptly(t, "the end of the orphans", func() {
		shortly(t, "the workers end", func() bool { return allGone(pids) })
	})
	t.Logf("the last worker was gone after %v", time.Since(start).Round(100*time.Microsecond))
	shortly(t, "the run's directory is removed", func() bool { return empty(e.dir) })
}

// unpreempted has workers whose tasks never let anything else run in their
// processes.
func unpreempted(t *testing.T, e env, busy string) {
	t.Setenv("GODEBUG", "asyncpreemptoff=1")
	e.spec.Procs = 1
	a, pids := coordinator(t, e, busy)
	a.kill()
	endSoon(t, e, pids)
}

// endSoon wants the workers of a coordinator that was killed to end. What they
// could not remove themselves the next Open does.
func endSoon(t *testing.T, e env, pids []int) {
	t.Helper()
	start := time.Now()
	promptly(t, "the end of the orphans", func() {
		shortly(t, "the workers end", func() bool { return allGone(pids) })
	})
	t.Logf("the last worker was gone after %v", time.Since(start).Round(100*time.Microsecond))
	shortly(t, "an Open removes the run's directory", func() bool {
		open(t, e, endure).Close()
		return empty(e.dir)
	})
}

// orphansStopped stops the workers before their coordinator is killed.
func orphansStopped(t *testing.T, e env) {
	a, pids := coordinator(t, e, "")
	for _, pid := range pids {
		kill(t, pid, syscall.SIGSTOP)
		shortly(t, "the worker stops", func() bool { return stateOf(pid) == "T" })
	}
	a.kill()
	endSoon(t, e, pids)
}

func empty(dir string) bool {
	entries, err := os.ReadDir(dir)
	return err == nil && len(entries) == 0
}

// staleDirectory leaves the directory of a run of which nobody was left to
// remove it, and wants the next Open to do that.
func staleDirectory(t *testing.T, e env) {
	a, pids := coordinator(t, e, "")
	kill(t, a.cmd.Process.Pid, syscall.SIGSTOP)
	for _, pid := range append(pids, a.cmd.Process.Pid) {
		kill(t, pid, syscall.SIGKILL)
	}
	a.cmd.Wait()
	stale, _ := filepath.Glob(filepath.Join(e.dir, "*"))
	if len(stale) != 1 {
		t.Fatalf("the killed run left %v, want its directory", stale)
	}
	shortly(t, "the workers are gone", func() bool { return allGone(pids) })
	// The threads of a process that was killed hold its locks a moment longer
	// than the process is to be seen.
	shortly(t, "an Open removes the stale directory", func() bool {
		works(t, open(t, e, endure))
		_, err := os.Stat(stale[0])
		return os.IsNotExist(err)
	})
}

// endFatally ends without Close, as log.Fatal does.
func endFatally() int {
	pool, err := openPart()
	if err != nil {
		return failed(err)
	}
	if _, err := pool.Map(context.Background(), orders(20, "")); err != nil {
		return failed(err)
	}
	fmt.Println("ready")
	bufio.NewReader(os.Stdin).ReadString('\n')
	log.Fatal("the end without a Close")
	return 0
}

// fatalExit wants nothing to be left of a program that did not call Close.
func fatalExit(t *testing.T, e env) {
	a := enter(t, "fatal", e)
	a.says(t, "ready")
	pids := a.workers()
	a.told(t)
	a.cmd.Wait()
	shortly(t, "the workers end", func() bool { return allGone(pids) })
	shortly(t, "the run's directory is removed", func() bool { return empty(e.dir) })
}

// filter streams until it is interrupted; then it answers what it has taken,
// says how many that is, and whether workers were lost.
func filter() int {
	pool, err := openPart()
	if err != nil {
		return failed(err)
	}
	defer pool.Close()
	interrupts := make(chan os.Signal, 1)
	signal.Notify(interrupts, os.Interrupt)
	var taken atomic.Int64
	n := int64(0)
	for r, err := range pool.Stream(context.Background(), until(interrupts, &taken)) {
		if err != nil || r.N != int(3*n) {
			return failed(fmt.Errorf("result %d: %d, %w", n, r.N, err))
		}
		if n++; n == 10 {
			fmt.Println("ready")
		}
	}
	if s := pool.Stats(); n != taken.Load() || s.Deaths != 0 {
		return failed(fmt.Errorf("%d of %d items answered, %d workers died", n, taken.Load(), s.Deaths))
	}
	fmt.Println("all answered")
	return 0
}

// until is a sequence of items that ends at a signal.
func until(end <-chan os.Signal, taken *atomic.Int64) iter.Seq[order] {
	return func(yield func(order) bool) {
		for n := 0; len(end) == 0; n++ {
			taken.Add(1)
			if !yield(order{Act: "nap", N: n}) {
				return
			}
		}
	}
}

// interrupt sends SIGINT to the whole group of a running program, as Ctrl-C
// does, and wants it to end as it likes: its workers do not die first.
func interrupt(t *testing.T, e env) {
	a := enter(t, "filter", e)
	a.says(t, "ready")
	kill(t, -a.cmd.Process.Pid, syscall.SIGINT)
	a.says(t, "all answered")
	if err := a.cmd.Wait(); err != nil {
		t.Errorf("the program ended with %v", err)
	}
	if !empty(e.dir) {
		t.Error("the run's directory is left")
	}
}
