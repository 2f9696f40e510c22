package transport

import (
	"sync/atomic"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"
)

// Operations of futex(2), for words that processes share.
const (
	futexWait = 0
	futexWake = 1
)

// futexNap bounds a wait. Nothing depends on it as long as both sides keep to
// the rules; it is for a word that somebody else has spoiled.
const futexNap = 50 * time.Millisecond

// futex is a bell that is the word itself.
type futex struct{}

func newFutex() (bell, bool) { return futex{}, true }

// wait sleeps in the system. The Go scheduler takes it for a system call that
// blocks, and gives the processor to others.
func (futex) wait(word *atomic.Uint32) {
	nap := unix.NsecToTimespec(int64(futexNap))
	// Not waiting at all, a signal and the end of the nap are all the same:
	// the caller looks.
	unix.Syscall6(unix.SYS_FUTEX, uintptr(unsafe.Pointer(word)), futexWait, 1, uintptr(unsafe.Pointer(&nap)), 0, 0)
}

func (futex) ring(word *atomic.Uint32) {
	unix.Syscall6(unix.SYS_FUTEX, uintptr(unsafe.Pointer(word)), futexWake, 1, 0, 0, 0)
}

func (f futex) interrupt(word *atomic.Uint32) { wake(word, f) }

func (futex) close() error { return nil }
