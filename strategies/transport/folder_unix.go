//go:build unix

package transport

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"golang.org/x/sys/unix"
)

// errStranger refuses what somebody else may have put there.
var errStranger = errors.New("not a plain file or directory of our own")

// folder is an open directory. Names in it are opened relative to it, so it
// stays the same one, whatever happens to its path.
type folder struct {
	path string
	dir  *os.File
	fd   int
}

// openFolder opens a directory that belongs to us and in which nobody else
// may write.
func openFolder(path string) (*folder, error) {
	fd, err := openat(unix.AT_FDCWD, path, unix.O_DIRECTORY|unix.O_RDONLY, 0)
	if err != nil {
		return nil, &os.PathError{Op: "open", Path: path, Err: err}
	}
	dir := os.NewFile(uintptr(fd), path)
	var st unix.Stat_t
	if err := unix.Fstat(fd, &st); err != nil {
		return nil, errors.Join(&os.PathError{Op: "stat", Path: path, Err: err}, dir.Close())
	}
	if int(st.Uid) != os.Geteuid() || st.Mode&0o022 != 0 {
		err := fmt.Errorf("open %s: %w: owner %d, mode %#o", path, errStranger, st.Uid, st.Mode&0o7777)
		return nil, errors.Join(err, dir.Close())
	}
	return &folder{path: path, dir: dir, fd: fd}, nil
}

// create makes a new file for writing. It follows no link and opens
// nothing that is there already.
func (d *folder) create(name string) (*os.File, error) {
	fd, err := openat(d.fd, name, unix.O_WRONLY|unix.O_CREAT|unix.O_EXCL, 0o600)
	if err != nil {
		return nil, d.error("create", name, err)
	}
	return os.NewFile(uintptr(fd), d.join(name)), nil
}

// open opens a plain file of ours for reading, and returns its size too. It
// does not wait, as opening a named pipe would.
func (d *folder) open(name string) (*os.File, int64, error) {
	fd, err := openat(d.fd, name, unix.O_RDONLY|unix.O_NONBLOCK, 0)
	switch {
	case errors.Is(err, unix.ELOOP) || errors.Is(err, unix.ENXIO): // a link, a socket
		return nil, 0, d.error("open", name, fmt.Errorf("%w: %w", errStranger, err))
	case err != nil:
		return nil, 0, d.error("open", name, err)
	}
	f := os.NewFile(uintptr(fd), d.join(name))
	var st unix.Stat_t
	if err := unix.Fstat(fd, &st); err != nil {
		return nil, 0, errors.Join(d.error("stat", name, err), f.Close())
	}
	if st.Mode&unix.S_IFMT != unix.S_IFREG || int(st.Uid) != os.Geteuid() {
		err := fmt.Errorf("%w: owner %d, mode %#o", errStranger, st.Uid, st.Mode)
		return nil, 0, errors.Join(d.error("open", name, err), f.Close())
	}
	return f, st.Size, nil
}

func (d *folder) rename(from, to string) error {
	if err := unix.Renameat(d.fd, from, d.fd, to); err != nil {
		return &os.LinkError{Op: "rename", Old: d.join(from), New: d.join(to), Err: err}
	}
	return nil
}

func (d *folder) remove(name string) error {
	if err := unix.Unlinkat(d.fd, name, 0); err != nil {
		return d.error("remove", name, err)
	}
	return nil
}

func (d *folder) close() error { return d.dir.Close() }

func (d *folder) join(name string) string { return filepath.Join(d.path, name) }

func (d *folder) error(op, name string, err error) error {
	return &os.PathError{Op: op, Path: d.join(name), Err: err}
}

// openat is the system's, kept from children, without following a link at the
// end, and again when a signal came between.
func openat(dir int, name string, flags int, mode uint32) (int, error) {
	for {
		fd, err := unix.Openat(dir, name, flags|unix.O_NOFOLLOW|unix.O_CLOEXEC, mode)
		if err != unix.EINTR {
			return fd, err
		}
	}
}
