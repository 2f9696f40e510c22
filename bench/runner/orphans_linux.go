package runner

import (
	"bytes"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"syscall"
)

// endWithParent has the system kill a child when the thread that started it ends.
func endWithParent(attr *syscall.SysProcAttr) { attr.Pdeathsig = syscall.SIGKILL }

// killMarked kills the processes that a run has started and that are still there, in
// whatever group or session: they bear the name of its directory in their environment.
// It looks again as long as it finds some, since they may be starting others.
func killMarked(dir string) {
	for range 20 {
		found := false
		for _, pid := range marked(dir) {
			found = syscall.Kill(pid, syscall.SIGKILL) == nil || found
		}
		if !found {
			return
		}
	}
}

// marked are the living processes with the mark of a run, but this one.
func marked(dir string) []int {
	var pids []int
	mark := []byte(scratchVariable + "=" + dir)
	all, _ := filepath.Glob("/proc/[0-9]*/environ")
	for _, path := range all {
		pid, err := strconv.Atoi(filepath.Base(filepath.Dir(path)))
		if err != nil || pid == os.Getpid() {
			continue
		}
		env, err := os.ReadFile(path) // empty for one that has ended
		if err == nil && slices.ContainsFunc(bytes.Split(env, []byte{0}), func(e []byte) bool { return bytes.Equal(e, mark) }) {
			pids = append(pids, pid)
		}
	}
	return pids
}
