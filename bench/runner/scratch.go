package runner

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

const (
	scratchPrefix = "handoff-run-"
	// scratchFile marks a directory as one of ours. It lists the worktrees that git
	// knows in it: a line "REPOSITORY" "PATH" for each, in Go's quotes.
	scratchFile = "handoff.scratch"
	// scratchVariable is in the environment of all that a run starts. It names the
	// run's directory, so that what outlives the run can be found by it.
	scratchVariable = "HANDOFF_SCRATCH"
)

// scratch is the temporary directory of a run. While the run lives, it is locked.
// What a run leaves that was killed, the next one sweeps: the directory, the
// worktrees in it, and the processes that bear its mark.
type scratch struct {
	path string
	lock *os.File
	dog  *watchdog
}

func newScratch() (*scratch, error) {
	temp := tempDir()
	for range 100 {
		path, err := os.MkdirTemp(temp, scratchPrefix+"*")
		if err != nil {
			return nil, fmt.Errorf("no temporary directory can be made: %w: let TMPDIR name one that can be written to", err)
		}
		lock, err := hold(path)
		if errors.Is(err, errHeld) || errors.Is(err, fs.ErrNotExist) {
			continue // somebody sweeps, and took it for a remainder
		}
		s := &scratch{path: path, lock: lock}
		if err == nil {
			err = os.WriteFile(filepath.Join(path, scratchFile), nil, 0o600)
		}
		if err != nil {
			return nil, errors.Join(err, s.remove())
		}
		s.dog = startWatchdog()
		return s, nil
	}
	return nil, fmt.Errorf("%s: other processes keep removing new directories", os.TempDir())
}

// tempDir is where temporary directories are made, as git names it: it, the go command
// and samples work in other directories, and it writes down what links lead to.
func tempDir() string {
	temp := os.TempDir()
	if abs, err := filepath.Abs(temp); err == nil {
		temp = abs
	}
	if real, err := filepath.EvalSymlinks(temp); err == nil {
		temp = real
	}
	return temp
}

// TempDir makes a temporary directory that the next run sweeps if this process is
// killed. remove takes it away.
func TempDir() (dir string, remove func(), err error) {
	sweep()
	s, err := newScratch()
	if err != nil {
		return "", nil, err
	}
	return s.path, func() { s.remove() }, nil
}

// remove ends what is left of the run and takes its directory away.
func (s *scratch) remove() error {
	if s == nil {
		return nil
	}
	s.dog.end()
	killMarked(s.path)
	s.forgetWorktrees()
	entries, _ := os.ReadDir(s.path)
	for _, e := range entries {
		if e.Name() != scratchFile { // it goes last: who is killed here leaves a directory of ours
			os.RemoveAll(filepath.Join(s.path, e.Name()))
		}
	}
	err := os.RemoveAll(s.path)
	if s.lock != nil {
		s.lock.Close()
	}
	return err
}

// addWorktree notes a worktree before git makes it, so that it is found whatever
// happens then.
func (s *scratch) addWorktree(repository, path string) error {
	f, err := os.OpenFile(filepath.Join(s.path, scratchFile), os.O_WRONLY|os.O_APPEND, 0)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(f, "%q %q\n", repository, path)
	return errors.Join(err, f.Close())
}

// forgetWorktrees has git forget those that were noted. Their files go with the
// directory.
func (s *scratch) forgetWorktrees() {
	text, _ := os.ReadFile(filepath.Join(s.path, scratchFile))
	for line := range strings.Lines(string(text)) {
		quoted, err := strconv.QuotedPrefix(line)
		if err != nil {
			continue // cut off
		}
		repository, err1 := strconv.Unquote(quoted)
		path, err2 := strconv.Unquote(strings.TrimSpace(line[len(quoted):]))
		if err1 == nil && err2 == nil && strings.HasPrefix(path, s.path+string(filepath.Separator)) {
			forgetWorktree(repository, path)
		}
	}
}

// forgetWorktree removes a worktree and what the repository knows of it. It does what
// "git worktree remove" does, and does it also where git was killed before the
// worktree was complete, which git refuses to remove and to prune.
func forgetWorktree(repository, path string) {
	os.RemoveAll(path)
	all := filepath.Join(repository, "worktrees")
	entries, _ := os.ReadDir(all)
	for _, e := range entries {
		admin := filepath.Join(all, e.Name())
		gitdir, err := os.ReadFile(filepath.Join(admin, "gitdir"))
		locked, _ := os.ReadFile(filepath.Join(admin, "locked"))
		begun := errors.Is(err, fs.ErrNotExist) && strings.HasPrefix(e.Name(), filepath.Base(path)) && strings.TrimSpace(string(locked)) == "initializing"
		if begun || err == nil && strings.TrimSpace(string(gitdir)) == filepath.Join(path, ".git") {
			os.RemoveAll(admin)
		}
	}
	os.Remove(all) // if it is empty, as git does
}

// sweep removes what runs that were killed have left in the temporary directory.
// What it cannot look at it leaves.
func sweep() {
	if !canLock {
		return
	}
	left, _ := filepath.Glob(filepath.Join(tempDir(), scratchPrefix+"*"))
	for _, path := range left {
		sweepOne(path)
	}
}

func sweepOne(path string) {
	info, err := os.Lstat(path)
	if err != nil || !info.IsDir() || !isOurs(info) {
		return
	}
	lock, err := hold(path)
	if err != nil {
		return
	}
	defer lock.Close()
	if _, err := os.Stat(filepath.Join(path, scratchFile)); err != nil {
		os.Remove(path) // if it is empty: its run did not come further
		return
	}
	(&scratch{path: path}).remove()
}

// scratchKey finds the run's scratch in a context.
type scratchKey struct{}

// in has all commands that are started with the context belong to the run.
func (s *scratch) in(ctx context.Context) context.Context {
	return context.WithValue(ctx, scratchKey{}, s)
}

func scratchOf(ctx context.Context) *scratch {
	s, _ := ctx.Value(scratchKey{}).(*scratch)
	return s
}

// environ is this process's environment with the mark of the run.
func (s *scratch) environ() []string {
	if s == nil {
		return os.Environ()
	}
	return append(os.Environ(), scratchVariable+"="+s.path)
}
