//go:build unix && !linux

package transport

import (
	"fmt"
	"os"
)

// unnamedFile makes a file in the temporary directory and takes its name away.
// It is written, and so takes its room on the disk, now: what cannot be had is
// an error here, and not the end of the process when it is touched.
func unnamedFile(size int) (*os.File, error) {
	f, err := os.CreateTemp("", "handoff-memory-") // 0600, and new
	if err != nil {
		return nil, fmt.Errorf("make shared memory: %w", err)
	}
	err = os.Remove(f.Name())
	if err == nil {
		_, err = f.Write(make([]byte, size))
	}
	if err != nil {
		f.Close()
		return nil, fmt.Errorf("make %d bytes of shared memory in %s: %w", size, os.TempDir(), err)
	}
	return f, nil
}
