package transport

import (
	"os"
	"sync"
	"time"
)

// RunDir is the directory in which the processes of one run exchange files. It
// is readable by its owner alone. Every process that uses it holds a
// lock, so that a directory whose processes are all gone, however they ended,
// can be told from one in use.
type RunDir struct {
	path string

	mu   sync.Mutex
	lock *os.File // the directory, with a shared lock; nil when let go
}

// MakeRunDir makes a fresh directory in parent, by default the temporary
// directory, and holds it. Before that it removes the directories of runs of
// this user that nobody holds any more. The caller ends with [RunDir.Remove].
func MakeRunDir(parent string) (*RunDir, error) {
	if parent == "" {
		parent = os.TempDir()
	}
	return makeRunDir(parent)
}

// HoldRunDir holds the directory that another process of the run made. The
// caller ends with [RunDir.RemoveIfLast] or [RunDir.Release].
func HoldRunDir(path string) (*RunDir, error) { return holdRunDir(path) }

// Path returns where the directory is.
func (d *RunDir) Path() string { return d.path }

// Remove removes the directory with all that is in it and lets go of it. A
// second call does nothing.
func (d *RunDir) Remove() error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.lock == nil {
		return nil
	}
	err := os.RemoveAll(d.path)
	d.lock.Close()
	d.lock = nil
	return err
}

// RemoveIfLast lets go of the directory, and removes it if no other process
// holds it: for a worker whose coordinator vanished.
func (d *RunDir) RemoveIfLast() (removed bool, err error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.lock == nil {
		return false, nil
	}
	if d.alone() {
		removed, err = true, os.RemoveAll(d.path)
	}
	d.lock.Close()
	d.lock = nil
	return removed && err == nil, err
}

// A process that was just killed holds its lock a moment longer than its pipes.
const (
	aloneTries = 20
	alonePause = 5 * time.Millisecond
)

func (d *RunDir) alone() bool {
	for range aloneTries {
		if lockAlone(d.lock) {
			return true
		}
		time.Sleep(alonePause)
	}
	return false
}

// Release lets go of the directory and leaves it where it is.
func (d *RunDir) Release() error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.lock == nil {
		return nil
	}
	err := d.lock.Close()
	d.lock = nil
	return err
}
