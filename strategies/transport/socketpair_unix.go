//go:build unix

package transport

import (
	"fmt"
	"os"
	"syscall"
)

func socketPair() (ours, theirs *os.File, err error) {
	// As package os makes pipes where there is no SOCK_CLOEXEC: nobody may be
	// forking between the two steps.
	syscall.ForkLock.RLock()
	fds, err := syscall.Socketpair(syscall.AF_UNIX, syscall.SOCK_STREAM, 0)
	if err == nil {
		syscall.CloseOnExec(fds[0])
		syscall.CloseOnExec(fds[1])
	}
	syscall.ForkLock.RUnlock()
	if err != nil {
		return nil, nil, fmt.Errorf("make a pair of sockets: %w", err)
	}
	syscall.SetNonblock(fds[0], true) // so that reads and writes wait in the poller
	return os.NewFile(uintptr(fds[0]), "unix socket"), os.NewFile(uintptr(fds[1]), "unix socket of the worker"), nil
}
