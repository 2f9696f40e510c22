package strategies

import "golang.org/x/sys/unix"

// threadCPU returns the thread that runs this goroutine and the CPU time it has
// used, in nanoseconds. It is a variable for tests.
var threadCPU = func() (thread int, ns int64) {
	thread = unix.Gettid()
	var t unix.Timespec
	if err := unix.ClockGettime(unix.CLOCK_THREAD_CPUTIME_ID, &t); err != nil {
		return 0, 0
	}
	return thread, t.Nano()
}
