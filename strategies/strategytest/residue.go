package strategytest

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"time"
)

// residue is what a pool may leave behind in this process. Where there is no
// /proc, only the goroutines are known.
type residue struct {
	goroutines  int
	children    map[string]string // process id -> name and state
	descriptors map[string]string // number -> what it is
	memory      map[string]string // shared with other processes: address -> what it is
}

// look takes stock.
func look() residue {
	wakePoller()
	return residue{runtime.NumGoroutine(), children(), descriptors(), sharedMemory()}
}

// wakePoller makes the runtime open the descriptors that it keeps for itself.
func wakePoller() {
	if r, w, err := os.Pipe(); err == nil {
		r.Close()
		w.Close()
	}
}

// compare fails the test if there is more now than in r, after some time for
// what ends by itself.
func (r residue) compare(t *testing.T) {
	t.Helper()
	var left string
	for end := time.Now().Add(prompt); time.Now().Before(end); time.Sleep(2 * time.Millisecond) {
		if left = r.left(); left == "" {
			return
		}
	}
	stacks := make([]byte, 1<<20)
	t.Errorf("left behind: %s\n%s", left, stacks[:runtime.Stack(stacks, true)])
}

// left describes what there is now and was not in r.
func (r residue) left() string {
	var left []string
	if n := runtime.NumGoroutine() - r.goroutines; n > 0 {
		left = append(left, fmt.Sprintf("%d goroutines", n))
	}
	left = append(left, news("descriptor", r.descriptors, descriptors())...)
	left = append(left, news("child process", r.children, children())...)
	left = append(left, news("shared memory at", r.memory, sharedMemory())...)
	return strings.Join(left, ", ")
}

// news describes what is in now and was not in before.
func news(what string, before, now map[string]string) (list []string) {
	for number, name := range now {
		if before[number] != name {
			list = append(list, fmt.Sprintf("%s %s %s", what, number, name))
		}
	}
	return list
}

// children returns the child processes, also those that ended and were not
// waited for.
func children() map[string]string {
	lists, _ := filepath.Glob("/proc/self/task/*/children")
	if len(lists) == 0 {
		return childrenByParent()
	}
	found := map[string]string{}
	for _, path := range lists {
		text, _ := os.ReadFile(path) // unless the thread ended meanwhile
		for _, pid := range strings.Fields(string(text)) {
			found[pid] = status(pid).name
		}
	}
	return found
}

// childrenByParent asks all processes, for kernels without lists of children.
func childrenByParent() map[string]string {
	found := map[string]string{}
	all, _ := filepath.Glob("/proc/[0-9]*")
	for _, path := range all {
		pid := filepath.Base(path)
		if s := status(pid); s.parent == strconv.Itoa(os.Getpid()) {
			found[pid] = s.name
		}
	}
	return found
}

// process is what /proc tells of a process.
type process struct{ name, parent string }

// status returns what there is to know of a process that may have ended
// meanwhile.
func status(pid string) process {
	text, _ := os.ReadFile(filepath.Join("/proc", pid, "stat"))
	// pid (name) state parent …, and the name may hold anything
	last := bytes.LastIndexByte(text, ')')
	fields := strings.Fields(string(text[last+1:]))
	if last < 0 || len(fields) < 2 {
		return process{}
	}
	_, name, _ := strings.Cut(string(text[:last+1]), " ")
	return process{name: name, parent: fields[1]}
}

// descriptors returns the open descriptors, but for the one that lists them.
func descriptors() map[string]string {
	const list = "/proc/self/fd"
	found := map[string]string{}
	entries, _ := os.ReadDir(list)
	for _, e := range entries {
		if target, err := os.Readlink(filepath.Join(list, e.Name())); err == nil {
			found[e.Name()] = target
		}
	}
	return found
}

// sharedMemory returns what is mapped of files without a name.
func sharedMemory() map[string]string {
	found := map[string]string{}
	text, _ := os.ReadFile("/proc/self/maps")
	for line := range strings.Lines(string(text)) {
		if at := strings.Index(line, "/memfd:"); at > 0 {
			address, _, _ := strings.Cut(line, " ")
			found[address] = strings.TrimSpace(line[at:])
		}
	}
	return found
}

// emptyDir fails the test if there is anything in dir.
func emptyDir(t *testing.T, dir string) {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Error(err)
	}
	for _, e := range entries {
		t.Errorf("left behind: file %s", filepath.Join(dir, e.Name()))
	}
}
