package transport

import (
	"sync/atomic"
	"unsafe"

	"golang.org/x/sys/unix"
)

// patientBell is a futex without the safety net: a wake-up that is missed is
// missed for ever.
type patientBell struct{ bell }

func (patientBell) wait(word *atomic.Uint32) {
	unix.Syscall6(unix.SYS_FUTEX, uintptr(unsafe.Pointer(word)), futexWait, 1, 0, 0, 0)
}
