//go:build unix

package runner

import (
	"os/exec"
	"syscall"
)

const hasGroups = true

// isolate puts a process into a group of its own, so that an interrupt typed at
// the terminal reaches the runner alone, and ends the whole group with it.
func isolate(cmd *exec.Cmd) {
	ownGroup(cmd)
	endWithParent(cmd.SysProcAttr)
	cmd.Cancel = func() error { return killGroup(cmd) }
}

func ownGroup(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
}

// killGroup kills what is left of a process's group. The group's number cannot
// have passed to another while one of its processes lives.
func killGroup(cmd *exec.Cmd) error {
	return syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL)
}
