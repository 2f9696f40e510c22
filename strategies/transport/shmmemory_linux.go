package transport

import (
	"errors"
	"os"

	"golang.org/x/sys/unix"
)

// createMemory makes a file of size bytes that has no name and cannot be cut:
// so its pages stay where they are mapped.
func createMemory(size int) (*os.File, error) {
	fd, err := unix.MemfdCreate("handoff", unix.MFD_CLOEXEC|unix.MFD_NOEXEC_SEAL)
	if errors.Is(err, unix.EINVAL) { // before Linux 6.3
		fd, err = unix.MemfdCreate("handoff", unix.MFD_CLOEXEC|unix.MFD_ALLOW_SEALING)
	}
	if err != nil {
		return nil, os.NewSyscallError("memfd_create", err)
	}
	file := os.NewFile(uintptr(fd), "shared memory")
	if err := file.Truncate(int64(size)); err != nil {
		file.Close()
		return nil, err
	}
	if _, err := unix.FcntlInt(file.Fd(), unix.F_ADD_SEALS, unix.F_SEAL_SHRINK|unix.F_SEAL_GROW|unix.F_SEAL_SEAL); err != nil {
		file.Close()
		return nil, os.NewSyscallError("seal shared memory", err)
	}
	return file, nil
}

// backMemory makes sure that there is memory behind a part of the file. Without
// it, touching the part would end the process with SIGBUS where the system has
// promised no more than it has.
func backMemory(file *os.File, from, to int) error {
	for {
		err := unix.Fallocate(int(file.Fd()), 0, int64(from), int64(to-from))
		if !errors.Is(err, unix.EINTR) {
			return os.NewSyscallError("fallocate", err)
		}
	}
}
