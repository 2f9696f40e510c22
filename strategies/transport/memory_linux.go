package transport

import (
	"fmt"
	"os"

	"golang.org/x/sys/unix"
)

// unnamedFile makes a file in memory that has no name in any directory, and
// takes its pages now: what cannot be had is an error here, and not the end of
// the process when it is touched.
func unnamedFile(size int) (*os.File, error) {
	fd, err := unix.MemfdCreate("handoff", unix.MFD_CLOEXEC|unix.MFD_ALLOW_SEALING)
	if err != nil {
		return nil, fmt.Errorf("make shared memory: %w", err)
	}
	f := os.NewFile(uintptr(fd), "shared memory")
	if err := unix.Fallocate(fd, 0, 0, int64(size)); err != nil {
		f.Close()
		return nil, fmt.Errorf("make %d bytes of shared memory: %w", size, err)
	}
	// Else the other process could end this one by cutting it short.
	if _, err := unix.FcntlInt(uintptr(fd), unix.F_ADD_SEALS, unix.F_SEAL_SHRINK|unix.F_SEAL_GROW); err != nil {
		f.Close()
		return nil, fmt.Errorf("seal shared memory: %w", err)
	}
	return f, nil
}
