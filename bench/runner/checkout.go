package runner

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
)

// checkouts puts the sources of sides where they differ in nothing but the change: each
// in a worktree of its own, with all that a package finds around it in the checkout
// that somebody works in. That one is left as it is.
//
// What git does not put into a worktree comes from the checkout: submodules, at the
// commit that the revision records; files that are ignored, which may be data or
// generated; the data of Git LFS; local versions of files that git was told to look
// away from. Around the worktree stand links to what is around the repository, so that
// a relative path that leads out of it (a replace line, a go.work above, data of a
// sister project) leads there from here, too. What cannot be had is refused. The sources
// as they are, when they are compared with a revision, go the same way.
type checkouts struct {
	dir     string // somewhere in the repository; "" is the current directory
	scratch *scratch
	leave   []string // absolute paths that are never copied: where this run writes
	say     func(format string, args ...any)
	said    map[string]bool
}

// clone is where somebody works.
type clone struct {
	root   string // of the checkout
	common string // git's own directory, which all worktrees share
	inside string // from the root to where we were asked to work
}

// resolve returns the commit that a revision names.
func (c *checkouts) resolve(ctx context.Context, revision string) (string, error) {
	dir := orHere(c.dir)
	inside, err := git(ctx, dir, "rev-parse", "--is-inside-work-tree")
	if err != nil {
		return "", noRepository(ctx, dir, err)
	}
	if inside != "true" {
		return "", fmt.Errorf("%s is a bare repository, or git's own directory in one: want -C with a checkout, such as git worktree add makes", dir)
	}
	commit, err := git(ctx, dir, "rev-parse", "--verify", "--quiet", "--end-of-options", revision+"^{commit}")
	if ctx.Err() != nil {
		return "", context.Cause(ctx)
	}
	if err != nil {
		shallow, _ := git(ctx, dir, "rev-parse", "--is-shallow-repository")
		if shallow == "true" {
			return "", fmt.Errorf("%q: no such revision in this shallow clone, and no such file: git fetch --unshallow brings all of them", revision)
		}
		return "", fmt.Errorf("%q: no such revision, and no such file: want a commit, branch or tag, a test binary, or a recorded file", revision)
	}
	return commit, nil
}

// noRepository says why git takes a directory for none of its own.
func noRepository(ctx context.Context, dir string, err error) error {
	switch said := withStderr(err).Error(); {
	case ctx.Err() != nil, errors.Is(err, exec.ErrNotFound):
		return err
	case strings.Contains(said, "safe.directory"):
		at := dir
		if abs, err := filepath.Abs(dir); err == nil {
			at = abs
		}
		if _, after, ok := strings.Cut(said, "repository at '"); ok {
			at, _, _ = strings.Cut(after, "'")
		}
		return fmt.Errorf("%s belongs to another user, so git does not read it: git config --global --add safe.directory %s allows it", dir, Quoted(at))
	case !strings.Contains(said, "not a git repository"):
		return fmt.Errorf("%s: git rev-parse: %s", dir, shortened(said))
	}
	return fmt.Errorf("%s is in no git repository: want two test binaries or two recorded files, or -C with the directory of a clone", dir)
}

func (c *checkouts) clone(ctx context.Context) (clone, error) {
	dir := orHere(c.dir)
	root, err := c.git(ctx, dir, "rev-parse", "--show-toplevel")
	if err != nil {
		return clone{}, err
	}
	inside, err := c.git(ctx, dir, "rev-parse", "--show-prefix")
	if err != nil {
		return clone{}, err
	}
	r := clone{root: filepath.FromSlash(text(root)), inside: filepath.FromSlash(text(inside))}
	r.common, err = c.commonDir(ctx, dir)
	return r, err
}

// commonDir is git's directory for the repository that dir is in.
func (c *checkouts) commonDir(ctx context.Context, dir string) (string, error) {
	common, err := c.git(ctx, dir, "rev-parse", "--git-common-dir")
	if err != nil {
		return "", err
	}
	path := filepath.FromSlash(text(common))
	if filepath.IsAbs(path) {
		return path, nil
	}
	if dir, err = filepath.Abs(dir); err == nil {
		dir, err = filepath.EvalSymlinks(dir) // for what is above it is above it for git
	}
	return filepath.Join(dir, path), err
}

// checkOut makes a tree of a commit, or with "" of the sources as they are, below temp.
// It returns the directory in it that corresponds to c.dir, and a sum of the sources as
// they are.
func (c *checkouts) checkOut(ctx context.Context, commit, temp string) (dir, sum string, err error) {
	repo, err := c.clone(ctx)
	if err != nil {
		return "", "", err
	}
	if work := os.Getenv("GOWORK"); filepath.IsAbs(work) && contains(repo.root, work) {
		return "", "", fmt.Errorf("GOWORK=%s names a file of the checkout, and not of the revision: unset it (a go.work above the package is found without it), or set it to off", work)
	}
	path, err := c.surround(repo.root, filepath.Join(temp, "src"))
	if err != nil {
		return "", "", err
	}
	if err := c.scratch.addWorktree(repo.common, path); err != nil {
		return "", "", err
	}
	// Hooks are for people who work in a checkout; nobody works in this one.
	add := []string{"-c", "core.hooksPath=" + os.DevNull, "worktree", "add", "--quiet", "--detach"}
	if commit == "" {
		add = append(add, "--no-checkout", path, "HEAD")
	} else {
		add = append(add, path, commit)
	}
	if _, err := c.git(ctx, repo.root, add...); err != nil {
		return "", "", err
	}
	if commit == "" {
		sum, err = c.copyCheckout(ctx, repo, path)
	} else {
		err = c.complete(ctx, repo, commit, path)
	}
	if err != nil {
		return "", "", err
	}
	dir = filepath.Join(path, repo.inside)
	if _, err := os.Stat(dir); err != nil {
		return "", "", fmt.Errorf("commit %.12s has no directory %s", commit, strings.TrimSuffix(repo.inside, string(filepath.Separator)))
	}
	return dir, sum, nil
}

// most is how many links are made for one directory around the repository.
const most = 5000

// surround makes all that is above the root below at, with links to what is there
// beside it, and returns where the root belongs.
func (c *checkouts) surround(root, at string) (string, error) {
	rest := strings.TrimPrefix(root, filepath.VolumeName(root))
	path := filepath.Join(at, rest)
	if rest == string(filepath.Separator) {
		path = filepath.Join(at, "root")
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return "", err
	}
	if runtime.GOOS == "windows" { // where links take a privilege
		return path, nil
	}
	for inner, here := root, path; inner != filepath.Dir(inner); inner, here = filepath.Dir(inner), filepath.Dir(here) {
		beside, err := os.ReadDir(filepath.Dir(inner))
		if err != nil || len(beside) > most {
			continue // what cannot be read cannot be built from, either
		}
		for _, e := range beside {
			there := filepath.Join(filepath.Dir(inner), e.Name())
			if there == inner || contains(there, c.scratch.path) {
				continue
			}
			if err := os.Symlink(there, filepath.Join(filepath.Dir(here), e.Name())); err != nil && !errors.Is(err, fs.ErrExist) {
				return "", err
			}
		}
	}
	return path, nil
}

// contains tells whether path is dir or below it.
func contains(dir, path string) bool {
	rest, err := filepath.Rel(dir, path)
	return err == nil && rest != ".." && !strings.HasPrefix(rest, ".."+string(filepath.Separator))
}

// git is git for what must not fail.
func (c *checkouts) git(ctx context.Context, dir string, args ...string) ([]byte, error) {
	out, err := gitBytes(ctx, dir, args...)
	if ctx.Err() != nil {
		return nil, context.Cause(ctx)
	}
	if err != nil {
		verb := args[0]
		if verb == "-c" {
			verb = args[2]
		}
		return nil, fmt.Errorf("git %s: %w", verb, withStderr(err))
	}
	return out, nil
}

// note says once what people should know of the sources.
func (c *checkouts) note(format string, args ...any) {
	text := fmt.Sprintf(format, args...)
	if c.said == nil {
		c.said = map[string]bool{}
	}
	if !c.said[text] {
		c.said[text] = true
		c.say("%s", text)
	}
}

func text(out []byte) string { return strings.TrimRight(string(out), "\r\n") }

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

// onlyFromTree refuses packages that lead back into the checkout: there the sources are
// of another revision. An absolute path in a replace line or in go.work does that.
func (c *checkouts) onlyFromTree(ctx context.Context, dir string, pkgs []string) error {
	repo, err := c.clone(ctx)
	if err != nil {
		return err
	}
	const format = "{{if not .Standard}}{{.ImportPath}}\t{{.Dir}}{{end}}"
	out, err := goCommand(ctx, dir, append([]string{"list", "-e", "-deps", "-test", "-f", format, "--"}, pkgs...)...)
	if err != nil {
		return fmt.Errorf("go list -deps: %w", err)
	}
	own, err := filepath.EvalSymlinks(c.scratch.path)
	if err != nil {
		return err
	}
	for line := range strings.Lines(string(out)) {
		pkg, dir, ok := strings.Cut(strings.TrimSpace(line), "\t")
		if !ok || dir == "" {
			continue
		}
		real, err := filepath.EvalSymlinks(dir)
		if err == nil && contains(repo.root, real) && !contains(own, real) {
			return fmt.Errorf("package %s would be built from %s, which is the checkout and not the revision: let no replace line, go.work or GOWORK name it by an absolute path", pkg, real)
		}
	}
	return nil
}
