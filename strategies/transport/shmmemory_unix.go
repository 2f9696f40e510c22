//go:build unix && !linux

package transport

import (
	"errors"
	"os"
)

// createMemory makes a file of size bytes in the temporary directory, without
// a name. It is written in full: a page that the disk has no room for would
// end the process when it is touched.
func createMemory(size int) (*os.File, error) {
	file, err := os.CreateTemp("", runPrefix+"*.shm") // 0600, and fresh
	if err != nil {
		return nil, err
	}
	err = os.Remove(file.Name())
	zeros := make([]byte, 64<<10)
	for at := 0; at < size && err == nil; at += len(zeros) {
		_, err = file.Write(zeros[:min(len(zeros), size-at)])
	}
	if err != nil {
		return nil, errors.Join(err, file.Close())
	}
	return file, nil
}

// backMemory has nothing to do.
func backMemory(file *os.File, from, to int) error { return nil }
