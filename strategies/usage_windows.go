package strategies

import (
	"time"

	"golang.org/x/sys/windows"
)

func cpuTime() (user, system time.Duration) {
	var created, exited, kernel, spent windows.Filetime
	if err := windows.GetProcessTimes(windows.CurrentProcess(), &created, &exited, &kernel, &spent); err != nil {
		return 0, 0
	}
	return filetime(spent), filetime(kernel)
}

// filetime counts units of 100 ns.
func filetime(t windows.Filetime) time.Duration {
	return time.Duration(int64(t.HighDateTime)<<32|int64(t.LowDateTime)) * 100
}

// peakRSS is not available.
func peakRSS() int64 { return 0 }
