package runner

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// emptyRepository makes a git repository two directories below a temporary one.
func emptyRepository(t *testing.T) string {
	t.Helper()
	for key, value := range map[string]string{
		"GIT_CONFIG_GLOBAL": os.DevNull, "GIT_CONFIG_NOSYSTEM": "1",
		"GIT_AUTHOR_NAME": "A", "GIT_AUTHOR_EMAIL": "a@example.com",
		"GIT_COMMITTER_NAME": "A", "GIT_COMMITTER_EMAIL": "a@example.com",
		"GIT_CONFIG_COUNT": "1", "GIT_CONFIG_KEY_0": "protocol.file.allow", "GIT_CONFIG_VALUE_0": "always",
	} {
		t.Setenv(key, value)
	}
	root := filepath.Join(t.TempDir(), "above", "repo")
	write(t, root, map[string]string{"go.mod": "module example.com/repo\n\ngo 1.24\n"})
	gitIn(t, root, "init", "--quiet", "--initial-branch=main")
	return root
}

// write makes files; a content that begins with "-> " makes a link.
func write(t *testing.T, root string, files map[string]string) {
	t.Helper()
	for name, content := range files {
		path := filepath.Join(root, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		var err error
		if target, ok := strings.CutPrefix(content, "-> "); ok {
			err = os.Symlink(target, path)
		} else {
			err = os.WriteFile(path, []byte(content), 0o644)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
}

func committed(t *testing.T, root, message string) {
	t.Helper()
	gitIn(t, root, "add", "-A")
	gitIn(t, root, "commit", "--quiet", "-m", message)
}

// submodule makes a repository of files and adds it to the one at root.
func submodule(t *testing.T, root, path string, files map[string]string) (origin string) {
	t.Helper()
	origin = filepath.Join(t.TempDir(), filepath.Base(path))
	write(t, origin, files)
	gitIn(t, origin, "init", "--quiet", "--initial-branch=main")
	committed(t, origin, "data")
	gitIn(t, root, "submodule", "--quiet", "add", origin, path)
	return origin
}

// treeOf checks a commit out, or with "" copies the sources as they are, and returns
// what can be read there, through links too.
func treeOf(t *testing.T, dir, commit string) (files map[string]string, notes string, err error) {
	t.Helper()
	s, err := newScratch()
	if err != nil {
		t.Fatal(err)
	}
	defer s.remove()
	var said strings.Builder
	c := &checkouts{dir: dir, scratch: s, say: func(format string, args ...any) { fmt.Fprintf(&said, format+"\n", args...) }}
	if commit != "" {
		if commit, err = c.resolve(within(t), commit); err != nil {
			t.Fatal(err)
		}
	}
	made, _, err := c.checkOut(s.in(within(t)), commit, filepath.Join(s.path, "side1"))
	if err != nil {
		return nil, said.String(), err
	}
	files = map[string]string{}
	err = filepath.WalkDir(made, func(path string, d fs.DirEntry, err error) error {
		if d != nil && d.Name() == ".git" {
			if d.IsDir() {
				return fs.SkipDir
			}
			return nil
		}
		if err != nil || d.IsDir() {
			return err
		}
		name, _ := filepath.Rel(made, path)
		if info, err := os.Stat(path); err == nil && info.IsDir() {
			return nil // a link to one
		}
		content, err := os.ReadFile(path)
		files[name] = string(content)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return files, said.String(), nil
}

// Whatever git does not put into a worktree, the tree of a revision has it as the
// sources as they are have it, where nothing has changed.
func TestNothingDiffersButTheChange(t *testing.T) {
	big := strings.Repeat("x", 5000)
	sum := sha256.Sum256([]byte(big))
	pointer := pointerStart + "\noid sha256:" + hex.EncodeToString(sum[:]) + "\nsize 5000\n"
	for name, set := range map[string]func(t *testing.T, root string) (file, content string){
		"submodule": func(t *testing.T, root string) (string, string) {
			submodule(t, root, "testdata", map[string]string{"big.bin": big})
			committed(t, root, "one")
			return "testdata/big.bin", big
		},
		"submodule of a submodule": func(t *testing.T, root string) (string, string) {
			outer := submodule(t, root, "outer", map[string]string{"a": "1"})
			submodule(t, outer, "inner", map[string]string{"big.bin": big})
			committed(t, outer, "inner")
			gitIn(t, filepath.Join(root, "outer"), "pull", "--quiet", "origin", "main")
			gitIn(t, root, "add", "-A")
			gitIn(t, root, "submodule", "--quiet", "update", "--init", "--recursive")
			committed(t, root, "one")
			return "outer/inner/big.bin", big
		},
		"ignored data in a submodule": func(t *testing.T, root string) (string, string) {
			submodule(t, root, "testdata", map[string]string{".gitignore": "*.bin\n"})
			committed(t, root, "one")
			write(t, root, map[string]string{"testdata/big.bin": big})
			return "testdata/big.bin", big
		},
		"ignored file": func(t *testing.T, root string) (string, string) {
			write(t, root, map[string]string{".gitignore": "/testdata/\n"})
			committed(t, root, "one")
			write(t, root, map[string]string{"testdata/deep/big.bin": big, "testdata/link": "-> deep/big.bin"})
			return "testdata/link", big
		},
		"ignored by the clone alone": func(t *testing.T, root string) (string, string) {
			committed(t, root, "one")
			write(t, root, map[string]string{".git/info/exclude": "gen.go\n", "gen.go": "package repo\n"})
			return "gen.go", "package repo\n"
		},
		"link out of the repository": func(t *testing.T, root string) (string, string) {
			write(t, root, map[string]string{"data/all": "-> ../../../shared/all"})
			write(t, filepath.Dir(filepath.Dir(root)), map[string]string{"shared/all": big})
			committed(t, root, "one")
			return "data/all", big
		},
		"local version, git looks away": func(t *testing.T, root string) (string, string) {
			write(t, root, map[string]string{"config.json": "1", "other.json": "1"})
			committed(t, root, "one")
			gitIn(t, root, "update-index", "--skip-worktree", "config.json")
			gitIn(t, root, "update-index", "--assume-unchanged", "other.json")
			write(t, root, map[string]string{"config.json": "2", "other.json": big})
			return "config.json", "2"
		},
		"sparse checkout": func(t *testing.T, root string) (string, string) {
			write(t, root, map[string]string{"in/a": "1", "out/b": "1"})
			committed(t, root, "one")
			gitIn(t, root, "sparse-checkout", "set", "--cone", "in")
			return "in/a", "1"
		},
		"line ends": func(t *testing.T, root string) (string, string) {
			write(t, root, map[string]string{"data.txt": "a\nb\n"})
			committed(t, root, "one")
			gitIn(t, root, "config", "core.autocrlf", "true")
			return "data.txt", "a\nb\n"
		},
		"filter that is not set up": func(t *testing.T, root string) (string, string) {
			gitIn(t, root, "config", "filter.up.clean", "sed /^smudged$/d")
			gitIn(t, root, "config", "filter.up.smudge", "cat; echo smudged")
			write(t, root, map[string]string{".gitattributes": "*.up filter=up\n", "data.up": "abc\n"})
			committed(t, root, "one")
			gitIn(t, root, "rm", "--quiet", "--cached", "data.up")
			os.Remove(filepath.Join(root, "data.up"))
			gitIn(t, root, "reset", "--quiet", "--hard")
			gitIn(t, root, "config", "--unset", "filter.up.smudge")
			return "data.up", "abc\nsmudged\n"
		},
		"LFS, data in the checkout": func(t *testing.T, root string) (string, string) {
			setLFS(t, root, pointer)
			write(t, root, map[string]string{"data.bin": big})
			return "data.bin", big
		},
		"LFS, data nowhere": func(t *testing.T, root string) (string, string) {
			setLFS(t, root, pointer)
			return "data.bin", pointer
		},
		"version in the text": func(t *testing.T, root string) (string, string) {
			write(t, root, map[string]string{".gitattributes": "v.txt export-subst ident\n", "v.txt": "$Format:%H$ $Id$\n"})
			committed(t, root, "one")
			gitIn(t, root, "rm", "--quiet", "--cached", "v.txt")
			gitIn(t, root, "reset", "--quiet", "--hard")
			return "", ""
		},
		"names": func(t *testing.T, root string) (string, string) {
			write(t, root, map[string]string{".gitignore": "* ignored*\n", " a b\tc\n.txt": "1", "ü": "2"})
			committed(t, root, "one")
			write(t, root, map[string]string{"x ignored\n": big})
			return "x ignored\n", big
		},
	} {
		t.Run(name, func(t *testing.T) {
			root := emptyRepository(t)
			file, content := set(t, root)
			status := gitIn(t, root, "status", "--porcelain")
			base, _, err := treeOf(t, root, "HEAD")
			if err != nil {
				t.Fatal(err)
			}
			head, _, err := treeOf(t, root, "")
			if err != nil {
				t.Fatal(err)
			}
			if !maps.Equal(base, head) {
				t.Errorf("base has %v\nhead has %v", short40(base), short40(head))
			}
			if file != "" && base[file] != content {
				t.Errorf("%s is %.40q in base, want %.40q", file, base[file], content)
			}
			if now := gitIn(t, root, "status", "--porcelain"); now != status {
				t.Errorf("the checkout was touched: %s, it was %s", now, status)
			}
			if list := gitIn(t, root, "worktree", "list"); strings.Contains(list, "\n") {
				t.Errorf("worktrees are left: %s", list)
			}
		})
	}
}

// setLFS commits a pointer as git-lfs does, which is not installed here.
func setLFS(t *testing.T, root, pointer string) {
	t.Helper()
	gitIn(t, root, "config", "filter.lfs.clean", "cat >"+os.DevNull+"; cat "+filepath.Join(root, "..", "pointer"))
	write(t, filepath.Dir(root), map[string]string{"pointer": pointer})
	write(t, root, map[string]string{".gitattributes": "*.bin filter=lfs diff=lfs merge=lfs -text\n", "data.bin": pointer})
	committed(t, root, "one")
}

func short40(files map[string]string) (all []string) {
	for _, name := range slices.Sorted(maps.Keys(files)) {
		all = append(all, fmt.Sprintf("%s: %.40q", name, files[name]))
	}
	return all
}

// The change itself is there: what a revision records differs between revisions.
func TestTheChangeStays(t *testing.T) {
	root := emptyRepository(t)
	origin := submodule(t, root, "sub", map[string]string{"data": "old"})
	write(t, root, map[string]string{"a.txt": "old"})
	committed(t, root, "one")
	write(t, origin, map[string]string{"data": "new and longer"})
	committed(t, origin, "new")
	gitIn(t, filepath.Join(root, "sub"), "pull", "--quiet", "origin", "main")
	write(t, root, map[string]string{"a.txt": "new and longer"})
	committed(t, root, "two")
	write(t, root, map[string]string{"a.txt": "not committed", "fresh": "1"})
	for commit, want := range map[string][3]string{
		"HEAD~": {"old", "old", ""}, "HEAD": {"new and longer", "new and longer", ""}, "": {"not committed", "new and longer", "1"},
	} {
		files, notes, err := treeOf(t, root, commit)
		if got := [3]string{files["a.txt"], files["sub/data"], files["fresh"]}; err != nil || got != want {
			t.Errorf("%q: %v, %v, want %v", commit, got, err, want)
		}
		if commit == "" && !strings.Contains(notes, "on one side only: fresh") {
			t.Errorf("it says %q", notes)
		}
	}
	gitIn(t, root, "rm", "--quiet", "-f", "sub")
	committed(t, root, "three")
	if files, _, err := treeOf(t, root, "HEAD~2"); err != nil || files["sub/data"] != "old" {
		t.Errorf("a submodule that was removed since: %q, %v", files["sub/data"], err)
	}
}

// What cannot be had is refused, with what to do.
func TestRefusedRatherThanMeasuredDifferently(t *testing.T) {
	sum := sha256.Sum256([]byte("lost"))
	pointer := pointerStart + "\noid sha256:" + hex.EncodeToString(sum[:]) + "\nsize 4\n"
	for want, set := range map[string]func(t *testing.T, root string){
		"submodule sub is at commit ": func(t *testing.T, root string) {
			submodule(t, root, "sub", map[string]string{"data": "1"})
			committed(t, root, "one")
			tree := gitIn(t, root, "commit-tree", "-m", "lost", "HEAD^{tree}") // any commit that sub does not have
			gitIn(t, root, "update-index", "--cacheinfo", "160000,"+tree+",sub")
			gitIn(t, root, "commit", "--quiet", "-m", "two")
		},
		"data.bin of ": func(t *testing.T, root string) { // its data is not in the store, the checkout has another version
			setLFS(t, root, pointer)
			gitIn(t, root, "config", "filter.lfs.clean", "cat")
			write(t, root, map[string]string{"data.bin": strings.Repeat("y", 3000)})
		},
	} {
		root := emptyRepository(t)
		set(t, root)
		if _, _, err := treeOf(t, root, "HEAD"); err == nil || !strings.HasPrefix(err.Error(), want) || !strings.Contains(err.Error(), "is not here: git ") {
			t.Errorf("error %v, want %s…", err, want)
		}
	}
}

// Data that git-lfs has fetched for a revision is taken from its store.
func TestLargeFilesFromTheStore(t *testing.T) {
	old := strings.Repeat("old", 1000)
	sum := sha256.Sum256([]byte(old))
	oid := hex.EncodeToString(sum[:])
	root := emptyRepository(t)
	setLFS(t, root, pointerStart+"\noid sha256:"+oid+"\nsize 3000\n")
	gitIn(t, root, "config", "filter.lfs.clean", "cat")
	write(t, root, map[string]string{".git/lfs/objects/" + oid[:2] + "/" + oid[2:4] + "/" + oid: old, "data.bin": "new"})
	files, _, err := treeOf(t, root, "HEAD")
	if err != nil || files["data.bin"] != old {
		t.Errorf("%.40q, %v", files["data.bin"], err)
	}
}

// A revision that has a link where the checkout has ignored files leads nobody out.
func TestIgnoredFilesGoThroughNoLink(t *testing.T) {
	root := emptyRepository(t)
	outside := t.TempDir()
	write(t, root, map[string]string{"data": "-> " + outside})
	committed(t, root, "one")
	if err := os.Remove(filepath.Join(root, "data")); err != nil {
		t.Fatal(err)
	}
	write(t, root, map[string]string{".gitignore": "data/x\n", "data/y": "1"})
	committed(t, root, "two")
	write(t, root, map[string]string{"data/x": "ignored"})
	if _, _, err := treeOf(t, root, "HEAD~"); err != nil {
		t.Fatal(err)
	}
	if left, _ := os.ReadDir(outside); len(left) > 0 {
		t.Errorf("%v was written outside", left)
	}
}

// Where the run writes is not copied, wherever it is.
func TestOwnFilesAreNotCopied(t *testing.T) {
	root := emptyRepository(t)
	write(t, root, map[string]string{".gitignore": "/tmp/\n"})
	committed(t, root, "one")
	write(t, root, map[string]string{"tmp/other": "1", "out/base.txt": "1"})
	t.Setenv("TMPDIR", filepath.Join(root, "tmp"))
	s, err := newScratch()
	if err != nil {
		t.Fatal(err)
	}
	defer s.remove()
	c := &checkouts{dir: root, scratch: s, say: func(string, ...any) {}, leave: []string{filepath.Join(root, "out")}}
	made, first, err := c.checkOut(s.in(within(t)), "", filepath.Join(s.path, "side1"))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(filepath.Join(made, "tmp", "other")); err != nil {
		t.Error(err)
	}
	for _, name := range []string{"out", filepath.Join("tmp", filepath.Base(s.path))} {
		if _, err := os.Stat(filepath.Join(made, name)); err == nil {
			t.Errorf("%s was copied", name)
		}
	}
	for _, step := range []struct {
		file string
		same bool
	}{{"out/base.txt", true}, {"tmp/other", true}, {"new.go", false}, {"go.mod", false}} {
		write(t, root, map[string]string{step.file: "module example.com/changed\n"})
		s.forgetWorktrees()
		_, sum, err := c.checkOut(s.in(within(t)), "", filepath.Join(s.path, "side1"))
		if err != nil || (sum == first) != step.same {
			t.Errorf("with another %s: sum %s, %v, it was %s", step.file, sum, err, first)
		}
		first = sum
	}
}

// Modules lead out of the repository and into it: replace lines, a go.work above, files
// that are embedded. The old code is built with the old neighbour, and both with the
// same of what is not in the repository.
func TestCompareAModuleWithNeighbours(t *testing.T) {
	root := emptyRepository(t)
	temp := t.TempDir()
	t.Setenv("TMPDIR", temp)
	t.Cleanup(func() { checkNothingIsLeft(t, root, temp) })
	pressureOf(t, "")
	t.Setenv("GOFLAGS", "-ldflags=-w")
	t.Setenv("GOWORK", "")
	lib := func(name, value string) map[string]string {
		return map[string]string{
			name + "/go.mod":          "module example.com/" + filepath.Base(name) + "\n\ngo 1.24\n",
			name + "/" + "library.go": "package lib\n\nconst Value = " + value + "\n",
		}
	}
	above := filepath.Dir(root)
	write(t, above, lib("outside", "1"))
	write(t, above, lib("worked", "2"))
	write(t, above, map[string]string{"go.work": "go 1.24\n\nuse (\n\t./worked\n\t./repo/mod\n)\n", "beside.txt": "four"})
	write(t, root, lib("inside", "100"))
	write(t, root, map[string]string{
		".gitignore": "*.bin\n",
		"mod/go.mod": "module example.com/mod\n\ngo 1.24\n\nrequire (\n\texample.com/outside v0.0.0\n\texample.com/inside v0.0.0\n)\n\n" +
			"replace (\n\texample.com/outside => ../../outside\n\texample.com/inside => ../inside\n)\n",
		"mod/mod_test.go": `package mod

import (
	_ "embed"
	"os"
	"testing"

	inside "example.com/inside"
	outside "example.com/outside"
	worked "example.com/worked"
)

//go:embed data.bin
var data []byte

func BenchmarkAll(b *testing.B) {
	beside, err := os.ReadFile("../../beside.txt")
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
	}
	b.ReportMetric(float64(inside.Value+outside.Value+worked.Value+len(data)+len(beside)), "ns/op")
}
`})
	committed(t, root, "one")
	gitIn(t, root, "tag", "v1")
	write(t, root, lib("inside", "200"))
	committed(t, root, "two")
	write(t, root, map[string]string{"mod/data.bin": "abc"})
	c := twoRevisions(t, filepath.Join(root, "mod"))
	c.Package, c.Rounds, c.Head = ".", 1, Source{}
	done, err := Compare(within(t), c)
	if err != nil {
		t.Fatal(err)
	}
	base, head := readSides(t, done.Dir)
	if b, h := base.taken[0].op, head.taken[0].op; b != 110 || h != 210 {
		t.Errorf("base %d, head %d, want 110 and 210", b, h)
	}
	if base.marks["dirty"] != "false" || base.marks["commit"] != gitIn(t, root, "rev-parse", "--short=12", "v1") {
		t.Errorf("marks %v", base.marks)
	}
	// An absolute path leads into the checkout, whatever the revision.
	mod := filepath.Join(root, "mod", "go.mod")
	text, err := os.ReadFile(mod)
	if err != nil {
		t.Fatal(err)
	}
	write(t, root, map[string]string{"mod/go.mod": strings.Replace(string(text), "=> ../inside", "=> "+filepath.Join(root, "inside"), 1)})
	committed(t, root, "three")
	c.Base, c.Out = Source{Revision: "HEAD"}, filepath.Join(t.TempDir(), "absolute")
	if _, err := Compare(within(t), c); err == nil || !strings.Contains(err.Error(), "package example.com/inside would be built from "+filepath.Join(root, "inside")) {
		t.Errorf("error %v", err)
	}
}

// What is ignored and large is linked, in the same way on all sides.
func TestLargeIgnoredFilesAreLinked(t *testing.T) {
	root := emptyRepository(t)
	write(t, root, map[string]string{".gitignore": "/big/\n"})
	committed(t, root, "one")
	write(t, root, map[string]string{"big/small": "1", "big/data": ""})
	if err := os.Truncate(filepath.Join(root, "big", "data"), copiedBytes+1); err != nil { // sparse
		t.Fatal(err)
	}
	s, err := newScratch()
	if err != nil {
		t.Fatal(err)
	}
	defer s.remove()
	c := &checkouts{dir: root, scratch: s, say: func(string, ...any) {}}
	head := gitIn(t, root, "rev-parse", "HEAD")
	for side, commit := range []string{head, ""} {
		made, _, err := c.checkOut(s.in(within(t)), commit, filepath.Join(s.path, fmt.Sprintf("side%d", side+1)))
		if err != nil {
			t.Fatal(err)
		}
		if target, err := os.Readlink(filepath.Join(made, "big")); err != nil || target != filepath.Join(root, "big") {
			t.Errorf("%q: %s, %v", commit, target, err)
		}
	}
}

// In a hook, git's variables lead all git commands to the repository and index of the
// hook; ours go by the directory alone, and leave both as they are.
func TestWithinAHook(t *testing.T) {
	root := emptyRepository(t)
	write(t, root, map[string]string{"a": "1"})
	committed(t, root, "one")
	write(t, root, map[string]string{"a": "2", "b": "new"})
	committed(t, root, "two")
	index := filepath.Join(root, ".git", "index")
	was, err := os.ReadFile(index)
	if err != nil {
		t.Fatal(err)
	}
	other := t.TempDir() // that a hook of another repository would name
	gitIn(t, other, "init", "--quiet")
	for _, dir := range []string{filepath.Join(root, ".git"), filepath.Join(other, ".git")} {
		t.Setenv("GIT_DIR", dir)
		t.Setenv("GIT_INDEX_FILE", index)
		t.Setenv("GIT_WORK_TREE", other)
		for commit, want := range map[string]string{"HEAD~1": "1", "HEAD": "2", "": "2"} {
			files, _, err := treeOf(t, root, commit)
			if err != nil || files["a"] != want {
				t.Errorf("commit %q: %v, %v", commit, files, err)
			}
		}
	}
	for _, name := range ofRepository {
		os.Unsetenv(name) // as Setenv has noted, which puts them back
	}
	if now, err := os.ReadFile(index); err != nil || !bytes.Equal(now, was) {
		t.Errorf("the index has changed (%v)", err)
	}
}

// What git cannot read is named, with what to do.
func TestNoCheckout(t *testing.T) {
	root := emptyRepository(t)
	write(t, root, map[string]string{"a": "1"})
	committed(t, root, "one")
	bare := filepath.Join(t.TempDir(), "bare")
	gitIn(t, root, "clone", "--quiet", "--bare", root, bare)
	for _, c := range []struct{ dir, owner, want string }{
		{t.TempDir(), "", "is in no git repository: want two test binaries"},
		{bare, "", "is a bare repository, or git's own directory in one: want -C with a checkout"},
		{filepath.Join(root, ".git"), "", "is a bare repository, or git's own directory in one"},
		{root, "1", "belongs to another user, so git does not read it: git config --global --add safe.directory " + root + " allows it"},
	} {
		if c.owner != "" { // as git's own tests have it
			t.Setenv("GIT_TEST_ASSUME_DIFFERENT_OWNER", c.owner)
		}
		_, err := (&checkouts{dir: c.dir}).resolve(within(t), "HEAD")
		if err == nil || !strings.Contains(err.Error(), c.want) || strings.Contains(err.Error(), "\n") {
			t.Errorf("%s: error %v, want %s", c.dir, err, c.want)
		}
	}
	os.Unsetenv("GIT_TEST_ASSUME_DIFFERENT_OWNER")
	work := filepath.Join(root, "go.work")
	t.Setenv("GOWORK", work)
	if _, _, err := treeOf(t, root, "HEAD"); err == nil || !strings.Contains(err.Error(), "GOWORK="+work+" names a file of the checkout, and not of the revision") {
		t.Errorf("GOWORK: %v", err)
	}
}

// A relative TMPDIR is relative to where the command runs, and not to where git does.
func TestRelativeTemporaryDirectory(t *testing.T) {
	root := emptyRepository(t)
	write(t, root, map[string]string{"a": "1"})
	committed(t, root, "one")
	here := t.TempDir()
	if err := os.Mkdir(filepath.Join(here, "temp"), 0o700); err != nil {
		t.Fatal(err)
	}
	t.Chdir(here)
	for _, name := range []string{"TMPDIR", "TMP", "TEMP"} {
		t.Setenv(name, "temp")
	}
	if files, _, err := treeOf(t, root, "HEAD"); err != nil || files["a"] != "1" {
		t.Errorf("%v, %v", files, err)
	}
	s, err := newScratch()
	if err != nil {
		t.Fatal(err)
	}
	tree := filepath.Join(s.path, "tree")
	if err := s.addWorktree(filepath.Join(root, ".git"), tree); err != nil {
		t.Fatal(err)
	}
	gitIn(t, root, "worktree", "add", "--quiet", "--detach", tree, "HEAD")
	s.dog.end()
	s.lock.Close() // as if it had been killed
	sweep()
	if list := gitIn(t, root, "worktree", "list"); strings.Count(strings.TrimSpace(list), "\n") != 0 {
		t.Errorf("worktrees are left:\n%s", list)
	}
	if left, _ := os.ReadDir("temp"); len(left) > 0 {
		t.Errorf("left: %v", left)
	}
}

// Directories that the go command takes for no packages are named with that as the reason,
// and not with build constraints that are not there.
func TestPassedOver(t *testing.T) {
	t.Setenv("GOWORK", "off")
	dir := t.TempDir()
	const benchmark = "package p\n\nimport \"testing\"\n\nfunc BenchmarkA(b *testing.B) {}\n"
	write(t, dir, map[string]string{
		"go.mod": "module example.com/p\n\ngo 1.24\n", "p_test.go": benchmark, "pk-ü/p_test.go": benchmark, "sp ace/p_test.go": benchmark,
		"tagged/p_test.go": "//go:build integration\n\n" + benchmark,
	})
	found, err := findPackages(within(t), dir, "./...")
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]string{}
	for _, p := range found {
		got[p.ImportPath] = p.hidden()
	}
	for path, want := range map[string]string{
		"example.com/p": "", "./pk-ü": "takes the directory for no package", "./sp ace": "takes the directory for no package", "./tagged": "p_test.go (integration): set GOFLAGS",
	} {
		if why, ok := got[path]; !ok || !strings.Contains(why, want) || want == "" && why != "" {
			t.Errorf("%s: %q, want %q", path, why, want)
		}
	}
	if _, err := findPackages(within(t), dir, "./pk-ü"); err == nil || !strings.Contains(err.Error(), "malformed import path") {
		t.Errorf("./pk-ü: %v", err)
	}
}

// git notes where a worktree is by what links lead to.
func TestTemporaryDirectoryIsALink(t *testing.T) {
	root := emptyRepository(t)
	write(t, root, map[string]string{"a": "1"})
	committed(t, root, "one")
	link := filepath.Join(t.TempDir(), "link")
	if err := os.Symlink(t.TempDir(), link); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"TMPDIR", "TMP", "TEMP"} {
		t.Setenv(name, link)
	}
	if files, _, err := treeOf(t, root, "HEAD"); err != nil || files["a"] != "1" {
		t.Errorf("%v, %v", files, err)
	}
	if list := gitIn(t, root, "worktree", "list"); strings.Count(strings.TrimSpace(list), "\n") != 0 {
		t.Errorf("worktrees are left:\n%s", list)
	}
}

// Below a link, "../.git" is where the link leads to, and there the worktree is forgotten.
func TestBelowALink(t *testing.T) {
	root := emptyRepository(t)
	write(t, root, map[string]string{"a/b/c": "1"})
	committed(t, root, "one")
	link := filepath.Join(t.TempDir(), "link")
	if err := os.Symlink(filepath.Join(root, "a", "b"), link); err != nil {
		t.Fatal(err)
	}
	if files, _, err := treeOf(t, link, "HEAD"); err != nil || files["c"] != "1" {
		t.Errorf("%v, %v", files, err)
	}
	t.Chdir(link)
	if files, _, err := treeOf(t, "", "HEAD"); err != nil || files["c"] != "1" {
		t.Errorf("%v, %v", files, err)
	}
	if list := gitIn(t, root, "worktree", "list"); strings.Count(strings.TrimSpace(list), "\n") != 0 {
		t.Errorf("worktrees are left:\n%s", list)
	}
}
