//go:build unix

package transport

import (
	"fmt"
	"os"

	"golang.org/x/sys/unix"
)

func mapFile(f *os.File, size int) (*Memory, error) {
	var bytes []byte
	err := control(f, func(fd int) (err error) {
		var stat unix.Stat_t
		if err := unix.Fstat(fd, &stat); err != nil {
			return err
		}
		if stat.Size < int64(size) { // touching what is not there ends the process
			return fmt.Errorf("it has %d bytes, want %d", stat.Size, size)
		}
		bytes, err = unix.Mmap(fd, 0, size, unix.PROT_READ|unix.PROT_WRITE, unix.MAP_SHARED)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("map shared memory: %w", err)
	}
	return &Memory{bytes}, nil
}

// control calls f with the file's descriptor.
func control(file *os.File, f func(fd int) error) error {
	raw, err := file.SyscallConn()
	if err != nil {
		return err
	}
	var inner error
	if err := raw.Control(func(fd uintptr) { inner = f(int(fd)) }); err != nil {
		return err
	}
	return inner
}

// Close gives the memory back. Whoever touches its bytes afterwards ends the
// process.
func (m *Memory) Close() error {
	bytes := m.bytes
	m.bytes = nil
	if bytes == nil {
		return nil
	}
	return unix.Munmap(bytes)
}
