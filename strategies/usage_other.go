//go:build unix && !linux

package strategies

import (
	"runtime"

	"golang.org/x/sys/unix"
)

// peakRSS is ru_maxrss where there is nothing better: bytes on Darwin,
// kilobytes elsewhere.
func peakRSS() int64 {
	var r unix.Rusage
	if err := unix.Getrusage(unix.RUSAGE_SELF, &r); err != nil {
		return 0
	}
	if runtime.GOOS == "darwin" {
		return int64(r.Maxrss)
	}
	return int64(r.Maxrss) << 10
}
