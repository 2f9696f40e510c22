//go:build linux

package strategytest

import (
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
)

var systemFaults = []fault{
	{26, "no-descriptors", processes, noDescriptors},
	{26, "no-processes", processes, noProcesses},
}

// rlimitProcesses is RLIMIT_NPROC, which package syscall leaves out.
const rlimitProcesses = 6

// limited sets a limit of this process while f runs.
func limited(t *testing.T, resource int, to uint64, f func()) {
	t.Helper()
	var old syscall.Rlimit
	if err := syscall.Getrlimit(resource, &old); err != nil {
		t.Fatal(err)
	}
	low := old
	low.Cur = to
	if err := syscall.Setrlimit(resource, &low); err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := syscall.Setrlimit(resource, &old); err != nil {
			t.Error(err)
		}
	}()
	f()
}

// starved opens a pool under a limit, and loses a worker under it: clear errors
// or fewer workers, never a hang. Afterwards all is well again.
func starved(t *testing.T, e env, resource int, to uint64, says string) {
	t.Helper()
	limited(t, resource, to, func() { openFails(t, e, endure, says) })
	if left := workersOf(os.Getpid()); len(left) > 0 {
		t.Errorf("the Open that failed left the workers %v", left)
	}
	pool := open(t, e, endure)
	limited(t, resource, to, func() {
		items := illAt(40, "kill", t.TempDir(), 7)
		replies, err := pool.Map(within(t, patience), items)
		switch {
		case err == nil:
			right(t, items, replies)
		case !strings.Contains(err.Error(), says): // files need descriptors too
			t.Errorf("Map: %v, want all results, or an error that says %q", err, says)
		}
	})
	survives(t, pool)
}

func noDescriptors(t *testing.T, e env) {
	if !inside(t, nil) {
		return
	}
	for n := range 16 {
		scarce(t, e, n)
	}
	// Some are left, but not enough for the pipes of one worker.
	starved(t, e, syscall.RLIMIT_NOFILE, uint64(free(5)), "too many open files")
}

// scarce opens a pool with n descriptors left. If it fails, it says why, and
// has closed what it had opened itself: the garbage collector does not help.
func scarce(t *testing.T, e env, n int) {
	t.Helper()
	defer debug.SetGCPercent(debug.SetGCPercent(-1))
	before := descriptors()
	limited(t, syscall.RLIMIT_NOFILE, uint64(free(n)), func() {
		pool, err := tryOpen(t, e, endure)
		if err == nil {
			pool.Close()
		} else if text := err.Error(); !strings.Contains(text, "too many open files") && !strings.Contains(text, "start worker ") {
			t.Errorf("Open with %d descriptors left: %v", n, err)
		}
	})
	shortly(t, "all descriptors are closed", func() bool { return len(news("", before, descriptors())) == 0 })
}

// free returns the lowest number below which n descriptors are free.
func free(n int) int {
	used := descriptors()
	for limit := 0; ; limit++ {
		if n == 0 {
			return limit
		}
		if used[strconv.Itoa(limit)] == "" {
			n--
		}
	}
}

// noProcesses is done by another user if this one is root, for whom there is
// no such limit.
func noProcesses(t *testing.T, e env) {
	var dir string
	if !isInside() && os.Getuid() == 0 {
		dir = publicDir(t)
	}
	if !inside(t, func(cmd *exec.Cmd) { asNobody(t, cmd, dir) }) {
		return
	}
	manyThreads()
	starved(t, e, rlimitProcesses, 1, "resource temporarily unavailable")
}

// nobody is a user id that has no processes.
const nobody = 64999

// publicDir is a directory that another user can use.
func publicDir(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "strategytest-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	if err := os.Chown(dir, nobody, nobody); err != nil {
		refused(t, err)
	}
	return dir
}

// asNobody has cmd run by another user, from a copy of the program that this
// user may read.
func asNobody(t *testing.T, cmd *exec.Cmd, dir string) {
	t.Helper()
	if dir == "" {
		return
	}
	cmd.Path = copyFile(t, cmd.Path, filepath.Join(dir, "program"))
	cmd.Dir = dir
	cmd.Env = append(cmd.Env, "TMPDIR="+dir)
	cmd.SysProcAttr.Credential = &syscall.Credential{Uid: nobody, Gid: nobody}
}

// manyThreads has the runtime start threads now that it could not get later.
func manyThreads() {
	const n = 24
	var there, all sync.WaitGroup
	there.Add(n)
	for range n {
		all.Go(func() {
			runtime.LockOSThread()
			defer runtime.UnlockOSThread()
			there.Done()
			there.Wait()
		})
	}
	all.Wait()
}

func readNumber(t *testing.T, path string) int {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	n, err := strconv.Atoi(strings.TrimSpace(string(text)))
	if err != nil {
		t.Fatal(err)
	}
	return n
}
