//go:build unix && !solaris && !illumos && !aix

package runner

import (
	"errors"
	"os"
	"syscall"
)

// canLock tells whether directories can be held here.
const canLock = true

// errHeld says that a living process holds a directory.
var errHeld = errors.New("held by another process")

// hold opens a directory and locks it (flock), so that others can tell that a
// process lives which needs it. The lock ends with the process, however that
// ends, and is not inherited. The error is errHeld if somebody else has it.
func hold(dir string) (*os.File, error) {
	f, err := os.Open(dir)
	if err != nil {
		return nil, err
	}
	for {
		err = syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
		if err != syscall.EINTR {
			break
		}
	}
	if err != nil {
		f.Close()
		if err == syscall.EWOULDBLOCK {
			return nil, errHeld
		}
		return nil, &os.PathError{Op: "lock", Path: dir, Err: err}
	}
	if held, err := f.Stat(); err == nil {
		if there, err := os.Lstat(dir); err == nil && os.SameFile(held, there) {
			return f, nil
		}
		// It may be named by a link, which is not what was opened.
		if there, err := os.Stat(dir); err == nil && os.SameFile(held, there) {
			return f, nil
		}
	}
	f.Close()
	return nil, &os.PathError{Op: "lock", Path: dir, Err: os.ErrNotExist} // removed while we asked
}

// isOurs tells whether the user who runs this process owns a file.
func isOurs(info os.FileInfo) bool {
	s, ok := info.Sys().(*syscall.Stat_t)
	return ok && int(s.Uid) == os.Getuid()
}
