//go:build !linux

package transport

// newFutex reports that there is none: sleepers use doorbells.
func newFutex() (bell, bool) { return nil, false }
