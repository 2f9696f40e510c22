//go:build unix

package transport

import (
	"fmt"
	"math"
	"os"

	"golang.org/x/sys/unix"
)

func mapMemory(file *os.File) ([]byte, error) {
	info, err := file.Stat()
	if err != nil {
		return nil, err
	}
	if size := info.Size(); size <= 0 || size > math.MaxInt32 {
		return nil, fmt.Errorf("%w: shared memory of %d bytes", ErrFormat, size)
	}
	b, err := unix.Mmap(int(file.Fd()), 0, int(info.Size()), unix.PROT_READ|unix.PROT_WRITE, unix.MAP_SHARED)
	return b, os.NewSyscallError("mmap", err)
}

func unmapMemory(b []byte) error { return os.NewSyscallError("munmap", unix.Munmap(b)) }

// duplicate returns the same file as a descriptor of its own, which no child
// inherits unless it is given to it.
func duplicate(file *os.File) (*os.File, error) {
	fd, err := unix.FcntlInt(file.Fd(), unix.F_DUPFD_CLOEXEC, 0)
	if err != nil {
		return nil, os.NewSyscallError("fcntl", err)
	}
	return os.NewFile(uintptr(fd), file.Name()), nil
}
