//go:build unix

package transport

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"

	"golang.org/x/sys/unix"
)

// marksDir is where the marks of this user are: the same for all programs,
// whatever their TMPDIR, where there is memory for that.
func marksDir() string {
	name := fmt.Sprintf("handoff-runs-%d", os.Geteuid())
	const memory = "/dev/shm"
	if unix.Access(memory, unix.W_OK|unix.X_OK) == nil {
		return filepath.Join(memory, name)
	}
	return filepath.Join(os.TempDir(), name)
}

// markTries is how often a sweep may come between, or the last one remove the
// directory.
const markTries = 100

func markRun(run uint64) (m *RunMark, err error) {
	for range markTries {
		if m, err = tryMark(marksDir(), strconv.FormatUint(run, 16)); err == nil || !errors.Is(err, os.ErrNotExist) {
			return m, err
		}
	}
	return nil, err
}

func tryMark(path, name string) (*RunMark, error) {
	if err := os.Mkdir(path, 0o700); err != nil && !errors.Is(err, os.ErrExist) {
		return nil, err
	}
	dir, err := openFolder(path)
	if err != nil {
		return nil, err
	}
	defer dir.close()
	f, err := dir.create(name)
	if err != nil {
		return nil, err
	}
	// A sweep may have taken it for one that was left, until it is locked.
	if err := flock(int(f.Fd()), unix.LOCK_SH); err != nil {
		return nil, errors.Join(dir.error("lock", name, err), dir.remove(name), f.Close())
	}
	if !isAt(f, f.Name()) {
		return nil, errors.Join(dir.error("lock", name, os.ErrNotExist), f.Close())
	}
	return &RunMark{path: f.Name(), lock: f}, nil
}

// isAt reports whether an open file is still the one at path.
func isAt(f *os.File, path string) bool {
	var held, there unix.Stat_t
	return unix.Fstat(int(f.Fd()), &held) == nil && unix.Lstat(path, &there) == nil &&
		held.Dev == there.Dev && held.Ino == there.Ino
}

func (m *RunMark) remove() {
	os.Remove(m.path)
	m.lock.Close()
	os.Remove(filepath.Dir(m.path)) // unless there are others
}

func sweepRuns(end func(runs []uint64)) {
	dir, err := openFolder(marksDir())
	if err != nil {
		return
	}
	defer dir.close()
	names, _ := dir.dir.Readdirnames(-1)
	var runs []uint64
	for _, name := range names {
		run, err := strconv.ParseUint(name, 16, 64)
		if err != nil {
			continue
		}
		f, _, err := dir.open(name)
		if err != nil {
			continue
		}
		defer f.Close() // locked until all is done: nobody else need do it
		if lockAlone(f) && isAt(f, f.Name()) {
			runs = append(runs, run)
			defer dir.remove(name)
		}
	}
	if len(runs) > 0 {
		end(runs)
		defer os.Remove(dir.path)
	}
}
