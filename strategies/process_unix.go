//go:build unix

package strategies

import (
	"os"
	"os/exec"
	"syscall"
)

const canStartProcesses = true

// ownGroup puts the process into a group of its own: a Ctrl-C at the terminal
// is for the coordinator alone, and its own children can be ended with it.
func ownGroup(cmd *exec.Cmd) { cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} }

func terminate(p *os.Process) { p.Signal(syscall.SIGTERM) }

// killGroup kills a process that was not waited for, and its children.
func killGroup(p *os.Process) {
	if p.Signal(syscall.Signal(0)) == nil {
		syscall.Kill(-p.Pid, syscall.SIGKILL)
	}
	p.Kill()
}

// killChildren kills what is left of the group of a process that has just been
// waited for: its number stays taken as long as there is something left.
func killChildren(p *os.Process) { syscall.Kill(-p.Pid, syscall.SIGKILL) }

// leadsGroup reports whether this process is the first of its group.
func leadsGroup() bool { return syscall.Getpgrp() == os.Getpid() }

// leaveWithGroup kills this process and all of its group, if it is the first of
// that: what its tasks have started does not outlive it.
func leaveWithGroup() {
	if leadsGroup() {
		syscall.Kill(-os.Getpid(), syscall.SIGKILL)
	}
}

// inherited wraps a descriptor that the coordinator passed on, so that reads
// and writes wait in the poller and no child of ours inherits it.
func inherited(fd uintptr, name string) *os.File {
	syscall.CloseOnExec(int(fd))
	syscall.SetNonblock(int(fd), true)
	return os.NewFile(fd, name)
}
