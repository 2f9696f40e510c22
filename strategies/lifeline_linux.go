package strategies

import (
	"os"
	"os/exec"
	"syscall"
	"time"
	"unsafe" // for linkname, too

	"golang.org/x/sys/unix"
)

// A lifeline is a pipe into which nobody writes: the coordinator holds the one
// end, every worker of the pool the other. When the coordinator ends, however
// that is, the workers read the end of it.
//
// The readers of the connections notice the same, as soon as they get to run.
// They may not: a task that never yields, where goroutines are not preempted,
// keeps every other goroutine of its worker from running for ever, and a task that
// closed our descriptors has made them deaf. So watchLifeline waits in a system
// call on a thread of its own, and what it does after that are system calls,
// too: it never asks the scheduler for a turn.
//
// PR_SET_PDEATHSIG, which is made for this, would kill a worker before it can
// kill its own children and remove the run's directory, or, by a signal that can
// be caught, ask the scheduler again. It also comes when the thread that
// started the worker ends, and a thread of a Go program may. So it serves only
// until the worker has taken hold of the lifeline: see tieToThread.

// lifelineGrace is how long a worker has, once its coordinator is gone, to end
// in order.
const lifelineGrace = 400 * time.Millisecond

// What watchLifeline hands to the system: it is not on a stack, which may move.
var (
	lifelineByte  byte
	lifelinePause = unix.NsecToTimespec(int64(lifelineGrace))
)

// newLifeline makes the two ends. Reads of the worker's must block, so they are
// nothing for the poller.
func newLifeline() (theirs, ours *os.File, err error) {
	var p [2]int
	if err := unix.Pipe2(p[:], unix.O_CLOEXEC); err != nil {
		return nil, nil, os.NewSyscallError("pipe2", err)
	}
	return os.NewFile(uintptr(p[0]), "lifeline"), os.NewFile(uintptr(p[1]), "lifeline"), nil
}

// lifelineDescriptor is what the lifeline is in a worker: next to the control pair.
const lifelineDescriptor = 5

// tieToThread has the system kill the process when the thread that starts it ends.
// That is for a worker that never gets as far as the init of this package.
func tieToThread(cmd *exec.Cmd) { cmd.SysProcAttr.Pdeathsig = syscall.SIGKILL }

// holdLifeline ends this process, and its group, some time after the
// coordinator is gone. Before that it has gone call orphaned, as soon as there
// is somebody to run it. It must be called on the main thread, which alone is
// tied to the coordinator's.
func holdLifeline(fd uintptr, orphaned func()) error {
	var wake [2]int
	if err := unix.Pipe2(wake[:], unix.O_CLOEXEC|unix.O_NONBLOCK); err != nil {
		return os.NewSyscallError("pipe2", err)
	}
	syscall.CloseOnExec(int(fd))
	go func() {
		f := os.NewFile(uintptr(wake[0]), "orphaned")
		if n, _ := f.Read(make([]byte, 1)); n == 1 {
			orphaned()
		}
	}()
	// Only a process that leads its group may take the group along.
	target := uintptr(os.Getpid())
	if leadsGroup() {
		target = -target
	}
	begun := make(chan struct{})
	go func() {
		close(begun)
		watchLifeline(fd, uintptr(wake[1]), target)
	}()
	<-begun // a task may be the next to run, and the last
	return os.NewSyscallError("prctl", unix.Prctl(unix.PR_SET_PDEATHSIG, 0, 0, 0, 0))
}

// watchLifeline returns if there is no lifeline to wait for, and else never. No
// pointer and no call that could need more stack may be in it.
//
//go:nosplit
//go:norace
func watchLifeline(fd, wake, target uintptr) {
	entersyscallblock()
	for {
		n, _, err := syscall.RawSyscall(unix.SYS_READ, fd, uintptr(unsafe.Pointer(&lifelineByte)), 1)
		if n == 0 && err == 0 {
			break
		}
		if err != unix.EINTR {
			exitsyscall()
			return
		}
	}
	syscall.RawSyscall(unix.SYS_WRITE, wake, uintptr(unsafe.Pointer(&lifelineByte)), 1)
	pause := uintptr(unsafe.Pointer(&lifelinePause))
	for {
		// What is left of the pause after a signal is written there.
		if _, _, err := syscall.RawSyscall(unix.SYS_NANOSLEEP, pause, pause, 0); err != unix.EINTR {
			break
		}
	}
	syscall.RawSyscall(unix.SYS_KILL, target, uintptr(unix.SIGKILL), 0)
	exitsyscall()
}

// These two make what runs between them a system call for the scheduler: it
// needs no turn, and others have theirs meanwhile. The runtime keeps their
// names and signatures for packages that need that.

//go:linkname entersyscallblock runtime.entersyscallblock
func entersyscallblock()

//go:linkname exitsyscall runtime.exitsyscall
func exitsyscall()
