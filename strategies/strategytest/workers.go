//go:build linux

package strategytest

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
)

// workersOf returns the process ids of the children of a process.
func workersOf(parent int) (pids []int) {
	all, _ := filepath.Glob("/proc/[0-9]*")
	for _, path := range all {
		pid, _ := strconv.Atoi(filepath.Base(path))
		if status(filepath.Base(path)).parent == strconv.Itoa(parent) {
			pids = append(pids, pid)
		}
	}
	return pids
}

// runs reports whether a process is there and did not end yet: one that nobody
// waits for has ended all the same.
func runs(pid int) bool {
	state := stateOf(pid)
	return state != "" && state != "Z" && state != "X"
}

// stateOf returns the letter of a process's state, "" if it is not there.
func stateOf(pid int) string {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return ""
	}
	_, rest, _ := strings.Cut(string(text), ") ")
	state, _, _ := strings.Cut(rest, " ")
	return state
}

// programOf returns the path of the program that a process runs.
func programOf(pid int) string {
	path, _ := os.Readlink(fmt.Sprintf("/proc/%d/exe", pid))
	return path
}

// kill sends a signal to a process that this test started, or a child of it.
func kill(t *testing.T, pid int, sig syscall.Signal) {
	t.Helper()
	if err := syscall.Kill(pid, sig); err != nil {
		t.Fatalf("kill %d with %v: %v", pid, sig, err)
	}
}

// killWorker ends a child of this process, unless it is none any more: the
// handle stays that of the process which it was taken for.
func killWorker(pid int) (killed bool) {
	p, err := os.FindProcess(pid)
	if err != nil {
		return false
	}
	defer p.Release()
	if status(strconv.Itoa(pid)).parent != strconv.Itoa(os.Getpid()) {
		return false
	}
	return p.Signal(syscall.SIGKILL) == nil
}

// allGone reports whether none of the processes runs.
func allGone(pids []int) bool {
	for _, pid := range pids {
		if runs(pid) {
			return false
		}
	}
	return true
}
