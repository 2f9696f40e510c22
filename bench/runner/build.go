package runner

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"go/build"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
)

// binary is the test binary of one package.
type binary struct {
	pkg   string // import path
	dir   string // the package's directory, where its tests run
	path  string
	temp  string // a temporary directory for its samples
	sum   string // identifies the build: equal sources and tools give equal sums
	procs int    // GOMAXPROCS of the samples, and the number at the end of their names
}

// compile makes the test binary. The go command runs in dir.
func (b *binary) compile(ctx context.Context, dir string, flags []string) error {
	// Without version-control stamps the same sources give the same bytes,
	// whatever has been committed since.
	args := append([]string{"test", "-c", "-buildvcs=false", "-o", b.path}, flags...)
	if _, err := goCommand(ctx, dir, append(args, b.pkg)...); err != nil {
		return fmt.Errorf("build %s: %w", b.pkg, err)
	}
	var err error
	b.sum, err = fileSum(b.path)
	return err
}

// findPackages asks the go command what pkgs stand for: patterns, separated by
// blanks.
func findPackages(ctx context.Context, dir, pkgs string) ([]listedPackage, error) {
	// With -e, a package that consists of test files alone is found too.
	args := []string{"list", "-e", "-find", "-json=ImportPath,Dir,GoFiles,TestGoFiles,XTestGoFiles,IgnoredGoFiles,Error", "--"}
	out, err := goCommand(ctx, dir, append(args, strings.Fields(pkgs)...)...)
	if err != nil {
		return nil, notFound(pkgs, err)
	}
	var found []listedPackage
	var refused error
	for dec := json.NewDecoder(bytes.NewReader(out)); ; {
		var p listedPackage
		if err := dec.Decode(&p); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			return nil, fmt.Errorf("go list %s: %w", pkgs, err)
		}
		if p.exists() || p.hidden() != "" {
			found = append(found, p)
		}
		if p.Error != nil && refused == nil && strings.Contains(p.Error.Err, "malformed import path") {
			refused = errors.New(shortened(p.Error.Err))
		}
	}
	found = append(found, hiddenPackages(dir, pkgs, found)...)
	if len(found) == 0 {
		return nil, notFound(pkgs, refused)
	}
	return found, nil
}

// hiddenPackages are those below patterns such as ./... of which the build leaves out
// every file. The go command does not list them.
func hiddenPackages(dir, pkgs string, found []listedPackage) (hidden []listedPackage) {
	known := map[string]bool{}
	for _, p := range found {
		known[p.Dir] = true
	}
	dir, err := filepath.Abs(orHere(dir))
	if err != nil {
		return nil
	}
	for _, pattern := range strings.Fields(pkgs) {
		start, ok := strings.CutSuffix(filepath.ToSlash(pattern), "/...")
		if !ok || start != "." && !strings.HasPrefix(start, "./") && !strings.HasPrefix(start, "../") {
			continue
		}
		root := filepath.Join(dir, filepath.FromSlash(start))
		filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
			if err != nil || !d.IsDir() {
				return nil
			}
			if path != root && notBuilt(path) {
				return fs.SkipDir
			}
			if known[path] {
				return nil
			}
			known[path] = true
			p := listedPackage{Dir: path}
			tests, _ := filepath.Glob(filepath.Join(path, "*_test.go"))
			for _, test := range tests {
				p.IgnoredGoFiles = append(p.IgnoredGoFiles, filepath.Base(test))
			}
			if rest, err := filepath.Rel(dir, path); err == nil && p.hidden() != "" {
				p.ImportPath = "./" + filepath.ToSlash(rest)
				p.passedOver = slices.ContainsFunc(p.IgnoredGoFiles, func(name string) bool {
					builds, err := build.Default.MatchFile(path, name)
					return err == nil && builds
				})
				hidden = append(hidden, p)
			}
			return nil
		})
	}
	return hidden
}

// notBuilt tells whether "..." passes over a directory.
func notBuilt(path string) bool {
	name := filepath.Base(path)
	if name == "testdata" || name == "vendor" || strings.HasPrefix(name, ".") || strings.HasPrefix(name, "_") {
		return true
	}
	_, err := os.Stat(filepath.Join(path, "go.mod"))
	return err == nil // a module of its own
}

// listedPackage is what go list says about a package.
type listedPackage struct {
	ImportPath, Dir                    string
	GoFiles, TestGoFiles, XTestGoFiles []string
	IgnoredGoFiles                     []string // by their names or their build constraints
	Error                              *struct{ Err string }
	passedOver                         bool // though its files would be built
}

func (p listedPackage) exists() bool {
	return p.Dir != "" && len(p.GoFiles)+len(p.TestGoFiles)+len(p.XTestGoFiles) > 0
}

// hasBenchmarks saves building binaries that have nothing to be measured. Where
// it is wrong, the binary's own list is right.
func (p listedPackage) hasBenchmarks() bool {
	return slices.ContainsFunc(slices.Concat(p.TestGoFiles, p.XTestGoFiles), func(name string) bool {
		text, err := os.ReadFile(filepath.Join(p.Dir, name))
		return err != nil || bytes.Contains(text, []byte("func Benchmark"))
	})
}

// hidden says which benchmarks the build leaves out, "" if it leaves out none.
func (p listedPackage) hidden() string {
	var files []string
	for _, name := range p.IgnoredGoFiles {
		text, err := os.ReadFile(filepath.Join(p.Dir, name))
		if err != nil || !strings.HasSuffix(name, "_test.go") || !bytes.Contains(text, []byte("func Benchmark")) {
			continue
		}
		for line := range strings.Lines(string(text)) {
			if constraint, ok := strings.CutPrefix(strings.TrimSpace(line), "//go:build "); ok {
				name += " (" + constraint + ")"
				break
			}
		}
		files = append(files, name)
	}
	if len(files) == 0 {
		return ""
	}
	if p.passedOver {
		return "the go command takes the directory for no package of the pattern, by its name or by go.mod or go.work: there are benchmarks in " + listed(files)
	}
	return "the build leaves out the benchmarks of " + listed(files) + ": set GOFLAGS=-tags=TAG to have them"
}

// notFound says what to do where the package is not.
func notFound(pkg string, err error) error {
	if errors.Is(err, exec.ErrNotFound) || errors.Is(err, context.Canceled) || errors.Is(err, errOutOfTime) {
		return err
	}
	if pkg == OwnPackage {
		return fmt.Errorf("no module here holds %s: run it in a clone of handoff, or measure a package of your own with -C DIR -pkg ./PATH", pkg)
	}
	if err != nil {
		return fmt.Errorf("-pkg %s: %w", pkg, err)
	}
	return fmt.Errorf("-pkg %s: no such package here: want a directory such as ./sort or an import path; -C names the module's directory", pkg)
}

// goCommand runs the go command and returns what it prints; its complaints
// become the error.
func goCommand(ctx context.Context, dir string, args ...string) ([]byte, error) {
	cmd := tool(ctx, "go", args...)
	cmd.Dir = dir
	out, err := outputOf(ctx, cmd)
	if ctx.Err() != nil {
		return nil, context.Cause(ctx)
	}
	return out, withStderr(err)
}

// fileSum is short enough to read and long enough not to collide by accident.
func fileSum(path string) (string, error) {
	f, err := os.Open(path)
	if err != nil {
		return "", err
	}
	defer f.Close()
	h := sha256.New()
	if _, err := io.Copy(h, f); err != nil {
		return "", err
	}
	return hex.EncodeToString(h.Sum(nil)[:8]), nil
}

func textSum(text string) string {
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:8])
}
