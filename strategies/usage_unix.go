//go:build unix

package strategies

import (
	"time"

	"golang.org/x/sys/unix"
)

func cpuTime() (user, system time.Duration) {
	var r unix.Rusage
	if err := unix.Getrusage(unix.RUSAGE_SELF, &r); err != nil {
		return 0, 0
	}
	return time.Duration(r.Utime.Nano()), time.Duration(r.Stime.Nano())
}
