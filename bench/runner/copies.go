package runner

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// copyCheckout copies the sources as they are: what git tracks, and what is new. The
// sum tells them from others.
func (c *checkouts) copyCheckout(ctx context.Context, repo clone, dest string) (sum string, err error) {
	h := sha256.New()
	if err := c.copyTracked(ctx, repo.root, dest, h); err != nil {
		return "", err
	}
	// So that git, if a benchmark asks it, sees what it sees in the checkout.
	if _, err := c.git(ctx, dest, "read-tree", "HEAD"); err != nil {
		return "", err
	}
	return hex.EncodeToString(h.Sum(nil)[:8]), nil
}

func (c *checkouts) copyTracked(ctx context.Context, root, dest string, sum hash.Hash) error {
	index, err := c.ofIndex(ctx, root)
	if err != nil {
		return err
	}
	out, err := c.git(ctx, root, "ls-files", "-z", "--others", "--exclude-standard")
	if err != nil {
		return err
	}
	var fresh []string
	for path := range bytes.SplitSeq(out, []byte{0}) {
		if len(path) > 0 && !c.leaves(filepath.Join(root, string(path))) {
			fresh = append(fresh, strings.TrimSuffix(string(path), "/"))
		}
	}
	if len(fresh) > 0 {
		c.note("not committed yet, so on one side only: %s", listed(fresh))
	}
	for _, path := range append(paths(index), fresh...) {
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		from, to := filepath.Join(root, path), filepath.Join(dest, path)
		if index[path].mode == gitlink {
			if err := os.MkdirAll(to, 0o755); err != nil {
				return err
			}
			if _, err := os.Lstat(filepath.Join(from, ".git")); err == nil {
				if err := c.copyTracked(ctx, from, to, sum); err != nil {
					return err
				}
			}
			continue
		}
		if index[path].path != "" { // though it may be where this run writes
			if err := c.copyOne(ctx, from, to, sum); err != nil {
				return err
			}
			continue
		}
		if whole := (allowance{copiedFiles, copiedBytes}); whole.covers(from) {
			err = c.copyTree(ctx, from, to, sum)
		} else { // data, however it came here
			err = c.bring(ctx, from, to, &whole)
		}
		if err != nil {
			return err
		}
	}
	return c.bringIgnored(ctx, root, dest)
}

// What is ignored is copied up to this size, each file or directory of its own, and all
// together up to so many times that; what is above is linked.
const (
	copiedBytes = 256 << 20
	copiedFiles = 20_000
	copiedTimes = 4
)

// allowance is how much may still be copied.
type allowance struct {
	files int
	bytes int64
}

// bringIgnored adds the ignored files of the checkout to a tree: they may be data that a
// benchmark reads, or sources that were generated. Files that are there stay.
func (c *checkouts) bringIgnored(ctx context.Context, root, dest string) error {
	out, err := c.git(ctx, root, "ls-files", "-z", "--others", "--ignored", "--exclude-standard", "--directory")
	if err != nil {
		return err
	}
	left := &allowance{copiedTimes * copiedFiles, copiedTimes * copiedBytes}
	var brought []string
	for record := range bytes.SplitSeq(out, []byte{0}) {
		path := strings.TrimSuffix(string(record), "/")
		from, to := filepath.Join(root, path), filepath.Join(dest, path)
		if path == "" || c.leaves(from) {
			continue
		}
		if throughLink(dest, to) {
			c.note("ignored by git, and left out since the revision has a link on the way: %s", path)
			continue
		}
		if err := c.bring(ctx, from, to, left); err != nil {
			return err
		}
		brought = append(brought, string(record))
	}
	if len(brought) > 0 {
		c.note("ignored by git, taken from the checkout on all sides: %s", listed(brought))
	}
	return nil
}

// bring copies what is small, and links what is not, where this run does not write
// below it.
func (c *checkouts) bring(ctx context.Context, from, to string, left *allowance) error {
	switch {
	case c.leaves(from):
		return nil
	case c.within(from):
		inside, err := os.ReadDir(from)
		if err != nil {
			return err
		}
		for _, e := range inside {
			if err := c.bring(ctx, filepath.Join(from, e.Name()), filepath.Join(to, e.Name()), left); err != nil {
				return err
			}
		}
		return nil
	case left.covers(from):
		return c.copyTree(ctx, from, to, nil)
	}
	if err := os.MkdirAll(filepath.Dir(to), 0o755); err != nil {
		return err
	}
	err := os.Symlink(from, to)
	if errors.Is(err, fs.ErrExist) {
		return fmt.Errorf("%s is ignored by git, is in the revision too, and is too large to be copied (over %d MB or %d files): move it out of the repository", from, copiedBytes>>20, copiedFiles)
	}
	return err
}

// throughLink tells whether a path below root leads through a link, perhaps out of it.
func throughLink(root, path string) bool {
	for dir := filepath.Dir(path); dir != root && contains(root, dir); dir = filepath.Dir(dir) {
		if info, err := os.Lstat(dir); err == nil && info.Mode()&fs.ModeSymlink != 0 {
			return true
		}
	}
	return false
}

// leaves tells whether a path is where this run writes.
func (c *checkouts) leaves(path string) bool {
	for _, own := range append(c.leave, c.scratch.path) {
		if contains(own, path) {
			return true
		}
	}
	return false
}

// within tells whether this run writes below a path: a link would lead there.
func (c *checkouts) within(path string) bool {
	for _, own := range append(c.leave, c.scratch.path) {
		if contains(path, own) {
			return true
		}
	}
	return false
}

// covers tells whether a file or a directory may be copied, and takes it off if so.
func (a *allowance) covers(path string) bool {
	most := allowance{min(a.files, copiedFiles), min(a.bytes, copiedBytes)}
	files, size := 0, int64(0)
	filepath.WalkDir(path, func(_ string, d fs.DirEntry, err error) error {
		if err != nil {
			return nil
		}
		if info, err := d.Info(); err == nil && info.Mode().IsRegular() {
			files, size = files+1, size+info.Size()
		}
		if files > most.files || size > most.bytes {
			return fs.SkipAll
		}
		return nil
	})
	if files > most.files || size > most.bytes {
		return false
	}
	a.files, a.bytes = a.files-files, a.bytes-size
	return true
}

// copyTree copies a file, a link or a directory with all that is in it, but where this
// run writes. What is there already stays; what is gone, or neither file nor
// directory, is passed over. The sum, if there is one, takes all in.
func (c *checkouts) copyTree(ctx context.Context, from, to string, sum hash.Hash) error {
	return filepath.WalkDir(from, func(path string, d fs.DirEntry, err error) error {
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		if errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("cannot be copied beside the other side: %w", err)
		}
		if c.leaves(path) {
			if d.IsDir() {
				return fs.SkipDir
			}
			return nil
		}
		rest, err := filepath.Rel(from, path)
		if err != nil {
			return err
		}
		target := filepath.Join(to, rest)
		if d.IsDir() {
			return os.MkdirAll(target, 0o755)
		}
		if throughLink(to, target) {
			return nil
		}
		return c.copyOne(ctx, path, target, sum)
	})
}

// copyOne copies a file or a link, if nothing stands there.
func (c *checkouts) copyOne(ctx context.Context, from, to string, sum hash.Hash) error {
	info, err := os.Lstat(from)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("cannot be copied beside the other side: %w", err)
	}
	if sum != nil {
		fmt.Fprintf(sum, "%q %v\n", to[len(c.scratch.path):], info.Mode())
	}
	switch {
	case info.Mode()&fs.ModeSymlink != 0:
		return copyLink(from, to)
	case !info.Mode().IsRegular():
		return nil
	}
	if _, err := os.Lstat(to); err == nil {
		return nil
	}
	if err := copyFile(ctx, from, to, info); err != nil || sum == nil {
		return err
	}
	fmt.Fprintln(sum, contentSum(to))
	return nil
}

// copyLink makes the same link. A relative one leads to what corresponds to its target.
func copyLink(from, to string) error {
	target, err := os.Readlink(from)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(to), 0o755); err != nil {
		return err
	}
	if err := os.Symlink(target, to); err != nil && !errors.Is(err, fs.ErrExist) {
		return err
	}
	return nil
}

// copyFile copies content, mode and time, in the place of what is there.
func copyFile(ctx context.Context, from, to string, info fs.FileInfo) error {
	in, err := os.Open(from)
	if err != nil {
		return fmt.Errorf("cannot be copied beside the other side: %w", err)
	}
	defer in.Close()
	if err := os.MkdirAll(filepath.Dir(to), 0o755); err != nil {
		return err
	}
	os.Remove(to)
	out, err := os.OpenFile(to, os.O_WRONLY|os.O_CREATE|os.O_EXCL, info.Mode().Perm()|0o200)
	if err != nil {
		return err
	}
	for err == nil { // by parts, so that an interrupt does not wait for the largest file
		if _, err = io.CopyN(out, in, 64<<20); err == nil && ctx.Err() != nil {
			err = context.Cause(ctx)
		}
	}
	if err == io.EOF {
		err = nil
	}
	return errors.Join(err, out.Close(), os.Chtimes(to, info.ModTime(), info.ModTime()))
}
