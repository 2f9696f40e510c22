package transport

import (
	"time"

	"golang.org/x/sys/unix"
)

// pause sleeps for d. An idle Go scheduler rounds pauses up to a millisecond
// on Linux, which is many times the handoff that we wait for; the
// system's own call does not.
func pause(d time.Duration) {
	if d >= time.Millisecond {
		time.Sleep(d)
		return
	}
	t := unix.NsecToTimespec(int64(d))
	unix.Nanosleep(&t, nil) // woken early by a signal: then we look early
}
