//go:build unix

package transport

import (
	"errors"
	"os"
	"path/filepath"
	"strings"

	"golang.org/x/sys/unix"
)

const (
	// runPrefix begins the name of every directory of a run.
	runPrefix = "handoff-"
	// runMark is the file by which we know a directory as one of ours.
	runMark = "handoff.run"

	runMarkText = "A run of handoff keeps its files here. While a process of it lives, the directory is locked (flock).\n"
)

// makeRunDir locks the directory first and marks it as ours then: a sweep by
// another process, which looks for the mark, cannot come between.
func makeRunDir(parent string) (*RunDir, error) {
	sweep(parent)
	path, err := os.MkdirTemp(parent, runPrefix+"*") // 0700
	if err != nil {
		return nil, err
	}
	d, err := holdRunDir(path)
	if err != nil {
		return nil, errors.Join(err, os.Remove(path))
	}
	if err := os.WriteFile(filepath.Join(path, runMark), []byte(runMarkText), 0o600); err != nil {
		return nil, errors.Join(err, d.Remove())
	}
	return d, nil
}

func holdRunDir(path string) (*RunDir, error) {
	dir, err := openFolder(path)
	if err != nil {
		return nil, err
	}
	if err := flock(dir.fd, unix.LOCK_SH); err != nil {
		return nil, errors.Join(&os.PathError{Op: "lock", Path: path, Err: err}, dir.close())
	}
	if !dir.isAt(path) { // swept while we waited for the lock
		return nil, errors.Join(&os.PathError{Op: "lock", Path: path, Err: os.ErrNotExist}, dir.close())
	}
	return &RunDir{path: path, lock: dir.dir}, nil
}

// isAt reports whether the directory is still the one at path.
func (d *folder) isAt(path string) bool { return isAt(d.dir, path) }

// sweep removes what runs that ended without notice left in parent. What it
// cannot look at or remove it leaves.
func sweep(parent string) {
	entries, err := os.ReadDir(parent)
	if err != nil {
		return
	}
	for _, e := range entries {
		if e.IsDir() && strings.HasPrefix(e.Name(), runPrefix) {
			sweepOne(filepath.Join(parent, e.Name()))
		}
	}
}

// sweepOne removes one directory, if it is of ours, bears our mark and is held
// by nobody.
func sweepOne(path string) {
	dir, err := openFolder(path)
	if err != nil {
		return
	}
	defer dir.close()
	if !lockAlone(dir.dir) || !dir.isAt(path) {
		return
	}
	mark, _, err := dir.open(runMark)
	if err != nil {
		return
	}
	mark.Close()
	os.RemoveAll(path)
}

// lockAlone takes the lock for one process alone, if nobody else holds it.
func lockAlone(dir *os.File) bool {
	return flock(int(dir.Fd()), unix.LOCK_EX|unix.LOCK_NB) == nil
}

// flock locks; it waits through signals.
func flock(fd, how int) error {
	for {
		err := unix.Flock(fd, how)
		if err != unix.EINTR {
			return err
		}
	}
}
