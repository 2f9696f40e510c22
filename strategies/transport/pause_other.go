//go:build !linux

package transport

import "time"

// pause sleeps for d.
func pause(d time.Duration) { time.Sleep(d) }
