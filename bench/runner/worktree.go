package runner

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"
)

// worktrees checks out revisions beside the checkout that somebody works in,
// which it leaves as it is, and takes all of them away at the end.
type worktrees struct {
	dir  string // somewhere in the repository; "" is the current directory
	made []string
}

// resolve returns the commit that a revision names.
func (w *worktrees) resolve(ctx context.Context, revision string) (string, error) {
	dir := orHere(w.dir)
	if _, err := git(ctx, dir, "rev-parse", "--git-dir"); err != nil {
		if ctx.Err() != nil || errors.Is(err, exec.ErrNotFound) {
			return "", err
		}
		return "", fmt.Errorf("%s is in no git repository: want two test binaries or two recorded files, or -C with the directory of a clone", dir)
	}
	commit, err := git(ctx, dir, "rev-parse", "--verify", "--quiet", "--end-of-options", revision+"^{commit}")
	if ctx.Err() != nil {
		return "", context.Cause(ctx)
	}
	if err != nil {
		return "", fmt.Errorf("%q: no such revision, and no such file: want a commit, branch or tag, a test binary, or a recorded file", revision)
	}
	return commit, nil
}

// checkOut makes a worktree of a commit at path, and returns the directory in it
// that corresponds to w.dir.
func (w *worktrees) checkOut(ctx context.Context, commit, path string) (string, error) {
	inside, err := git(ctx, orHere(w.dir), "rev-parse", "--show-prefix")
	if ctx.Err() != nil {
		return "", context.Cause(ctx)
	}
	if err != nil {
		return "", fmt.Errorf("git rev-parse: %w", withStderr(err))
	}
	w.made = append(w.made, path)
	// Hooks are for people who work in a checkout; nobody works in this one.
	if _, err := git(ctx, orHere(w.dir), "-c", "core.hooksPath="+os.DevNull, "worktree", "add", "--quiet", "--detach", path, commit); err != nil {
		if ctx.Err() != nil {
			return "", context.Cause(ctx)
		}
		return "", fmt.Errorf("git worktree add: %w", withStderr(err))
	}
	dir := filepath.Join(path, filepath.FromSlash(inside))
	if _, err := os.Stat(dir); err != nil {
		return "", fmt.Errorf("commit %.12s has no directory %s", commit, strings.TrimSuffix(inside, "/"))
	}
	return dir, nil
}

// remove takes the worktrees away, also after the context has ended: git must
// not keep on knowing them.
func (w *worktrees) remove() {
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	for _, path := range w.made {
		if _, err := git(ctx, orHere(w.dir), "worktree", "remove", "--force", "--force", path); err != nil {
			os.RemoveAll(path)
			git(ctx, orHere(w.dir), "worktree", "prune")
		}
	}
	w.made = nil
}

func orHere(dir string) string {
	if dir == "" {
		return "."
	}
	return dir
}

// withStderr puts what a command complained about in the place of its exit code.
func withStderr(err error) error {
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		if text := strings.TrimSpace(string(exit.Stderr)); text != "" {
			return errors.New(text)
		}
	}
	return err
}
