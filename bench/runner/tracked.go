package runner

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// entry is a file that git tracks.
type entry struct{ path, mode, blob string }

const gitlink = "160000" // the mode of a submodule

// entriesOf reads "MODE BLOB STAGE\tPATH" or "MODE TYPE BLOB\tPATH", each ended by 0.
func entriesOf(out []byte, blob int) map[string]entry {
	all := map[string]entry{}
	for record := range bytes.SplitSeq(out, []byte{0}) {
		head, path, ok := strings.Cut(string(record), "\t")
		if fields := strings.Fields(head); ok && len(fields) == 3 {
			all[path] = entry{path, fields[0], fields[blob]}
		}
	}
	return all
}

// ofCommit is what a commit holds, ofIndex what the checkout does.
func (c *checkouts) ofCommit(ctx context.Context, dir, commit string) (map[string]entry, error) {
	out, err := c.git(ctx, dir, "ls-tree", "-r", "-z", "--full-tree", commit)
	return entriesOf(out, 2), err
}

func (c *checkouts) ofIndex(ctx context.Context, root string) (map[string]entry, error) {
	out, err := c.git(ctx, root, "ls-files", "-s", "-z")
	return entriesOf(out, 1), err
}

// complete adds to a worktree of a commit what git does not put there.
func (c *checkouts) complete(ctx context.Context, repo clone, commit, dest string) error {
	tree, err := c.ofCommit(ctx, repo.root, commit)
	if err != nil {
		return err
	}
	index, err := c.ofIndex(ctx, repo.root)
	if err != nil {
		return err
	}
	for _, path := range paths(tree) {
		if tree[path].mode == gitlink {
			if err := c.submodule(ctx, repo, commit, tree[path], index[path], dest); err != nil {
				return err
			}
		}
	}
	if err := c.asInCheckout(ctx, repo.root, tree, index, dest); err != nil {
		return err
	}
	if err := c.largeFiles(ctx, repo, commit, tree, dest); err != nil {
		return err
	}
	return c.bringIgnored(ctx, repo.root, dest)
}

func paths(tree map[string]entry) []string {
	all := make([]string, 0, len(tree))
	for path := range tree {
		all = append(all, path)
	}
	slices.Sort(all)
	return all
}

// submodule checks a submodule out as the commit records it. One that is not checked
// out where somebody works is empty there, and stays empty here.
func (c *checkouts) submodule(ctx context.Context, repo clone, commit string, sub, now entry, dest string) error {
	from, to := filepath.Join(repo.root, sub.path), filepath.Join(dest, sub.path)
	_, err := os.Lstat(filepath.Join(from, ".git"))
	here := err == nil
	if now.mode == gitlink && !here {
		c.note("submodule %s is not checked out here, so it is empty on all sides", sub.path)
		return os.MkdirAll(to, 0o755)
	}
	missing := fmt.Errorf("submodule %s is at commit %.12s in %.12s, and that is not here: git submodule update --init %[1]s, or git -C %[1]s fetch", sub.path, sub.blob, commit)
	var of clone
	if here {
		of.root = from
		if of.common, err = c.commonDir(ctx, from); err != nil {
			return err
		}
	} else if of.common, err = c.moduleDir(ctx, repo, commit, sub.path); err != nil {
		return missing
	}
	if err := os.MkdirAll(to, 0o755); err != nil {
		return err
	}
	// Where git keeps it, it may be set up for a place that is gone: so it is told one.
	if _, err := c.git(ctx, repo.root, "--git-dir="+of.common, "--work-tree="+to, "cat-file", "-e", sub.blob+"^{commit}"); err != nil {
		if ctx.Err() != nil {
			return err
		}
		return missing
	}
	index := filepath.Join(c.scratch.path, "index")
	defer os.Remove(index)
	for _, verb := range [][]string{{"read-tree", sub.blob}, {"checkout-index", "--all", "--force"}} {
		cmd := tool(ctx, "git", append([]string{"--git-dir=" + of.common, "--work-tree=" + to}, verb...)...)
		cmd.Dir, cmd.Env = to, append(cmd.Env, "GIT_INDEX_FILE="+index)
		if _, err := outputOf(ctx, cmd); ctx.Err() != nil {
			return context.Cause(ctx)
		} else if err != nil {
			return fmt.Errorf("submodule %s: git %s: %w", sub.path, verb[0], withStderr(err))
		}
	}
	if !here { // nothing in the checkout to complete it with
		return nil
	}
	return c.complete(ctx, of, sub.blob, to)
}

// moduleDir is where git keeps a submodule that the checkout does not have any more.
func (c *checkouts) moduleDir(ctx context.Context, repo clone, commit, path string) (string, error) {
	out, err := c.git(ctx, repo.root, "config", "-z", "--blob", commit+":.gitmodules", "--get-regexp", `^submodule\..*\.path$`)
	if err != nil {
		return "", err
	}
	for record := range bytes.SplitSeq(out, []byte{0}) {
		key, value, _ := strings.Cut(string(record), "\n")
		if value == path {
			name := strings.TrimSuffix(strings.TrimPrefix(key, "submodule."), ".path")
			dir := filepath.Join(repo.common, "modules", filepath.FromSlash(name))
			if !contains(filepath.Join(repo.common, "modules"), dir) {
				break
			}
			_, err := os.Stat(dir)
			return dir, err
		}
	}
	return "", fs.ErrNotExist
}

// asInCheckout puts files in the place of those that git has in the same version but
// renders otherwise here: line ends, filters that are not set up, local versions that
// git is not to look at.
func (c *checkouts) asInCheckout(ctx context.Context, root string, tree, index map[string]entry, dest string) error {
	out, err := c.git(ctx, root, "diff", "--name-only", "-z", "--no-ext-diff", "--ignore-submodules=all")
	if err != nil {
		return err
	}
	changed := map[string]bool{}
	for path := range bytes.SplitSeq(out, []byte{0}) {
		changed[string(path)] = true
	}
	lookedAway, err := c.lookedAway(ctx, root)
	if err != nil {
		return err
	}
	for path, e := range tree {
		here, there := filepath.Join(root, path), filepath.Join(dest, path)
		if e.mode == gitlink || index[path].path == "" || changed[path] {
			continue
		}
		info, err := os.Lstat(here)
		if lookedAway[path] && errors.Is(err, fs.ErrNotExist) { // a sparse checkout
			os.Remove(there)
			continue
		}
		if err != nil || !info.Mode().IsRegular() {
			continue
		}
		made, err := os.Lstat(there)
		if err != nil || !made.Mode().IsRegular() {
			continue
		}
		if lookedAway[path] || index[path].blob == e.blob && info.Size() != made.Size() {
			if err := copyFile(ctx, here, there, info); err != nil {
				return err
			}
		}
	}
	return nil
}

// lookedAway are the files that git was told to take for unchanged (skip-worktree,
// assume-unchanged).
func (c *checkouts) lookedAway(ctx context.Context, root string) (map[string]bool, error) {
	out, err := c.git(ctx, root, "ls-files", "-v", "-z")
	all := map[string]bool{}
	for record := range bytes.SplitSeq(out, []byte{0}) {
		tag, path, ok := strings.Cut(string(record), " ")
		if ok && (tag == "S" || tag == "s" || tag == "h") {
			all[path] = true
		}
	}
	return all, err
}

// Files of Git LFS are in git as a few lines that name the data.
const (
	pointerStart = "version https://git-lfs.github.com/spec/v1"
	pointerSize  = 1024 // at most
)

// pointerTo is the sum of the data that a file stands for; "" if it is no pointer.
func pointerTo(path string) string {
	info, err := os.Lstat(path)
	if err != nil || !info.Mode().IsRegular() || info.Size() > pointerSize || info.Size() < int64(len(pointerStart)) {
		return ""
	}
	content, err := os.ReadFile(path)
	if err != nil || !bytes.HasPrefix(content, []byte(pointerStart)) {
		return ""
	}
	for line := range strings.Lines(string(content)) {
		if sum, ok := strings.CutPrefix(strings.TrimSpace(line), "oid sha256:"); ok && len(sum) == 64 {
			return sum
		}
	}
	return ""
}

// largeFiles puts the data in the place of pointers that git has left, where git-lfs is
// not set up or not at hand: from its store, or from the checkout.
func (c *checkouts) largeFiles(ctx context.Context, repo clone, commit string, tree map[string]entry, dest string) error {
	pointers := 0
	for _, path := range paths(tree) {
		here, there := filepath.Join(repo.root, path), filepath.Join(dest, path)
		sum := pointerTo(there)
		if sum == "" {
			continue
		}
		if pointerTo(here) != "" {
			pointers++
			continue
		}
		store := filepath.Join(repo.common, "lfs", "objects", sum[:2], sum[2:4], sum)
		source := ""
		for _, candidate := range []string{store, here} {
			if contentSum(candidate) == sum {
				source = candidate
				break
			}
		}
		if source == "" {
			return fmt.Errorf("%s of %.12s is a pointer of Git LFS, and its data is not here: git lfs fetch origin %[2]s", path, commit)
		}
		info, err := os.Stat(source)
		if err != nil {
			return err
		}
		if err := copyFile(ctx, source, there, info); err != nil {
			return err
		}
	}
	if pointers > 0 {
		c.note("%s of Git LFS are not here, in the checkout neither: the benchmarks find pointers on all sides (git lfs pull brings the data)", count(pointers, "file"))
	}
	return nil
}

// contentSum is the SHA-256 of a file's content, "" if it cannot be read.
func contentSum(path string) string {
	f, err := os.Open(path)
	if err != nil {
		return ""
	}
	defer f.Close()
	h := sha256.New()
	if _, err := io.Copy(h, f); err != nil {
		return ""
	}
	return hex.EncodeToString(h.Sum(nil))
}
