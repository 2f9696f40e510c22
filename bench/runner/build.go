package runner

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
)

// binary is the test binary of one package.
type binary struct {
	pkg   string // import path
	dir   string // the package's directory, where its tests run
	path  string
	temp  string // the run's temporary directory
	sum   string // identifies the build: equal sources and tools give equal sums
	procs int    // GOMAXPROCS of the samples, and the number at the end of their names
}

// build compiles the test binary of pkg into temp. The go command runs in dir.
func build(ctx context.Context, dir, pkg, temp string) (*binary, error) {
	b := &binary{temp: temp, path: filepath.Join(temp, "bench.test"), procs: runtime.GOMAXPROCS(0)}
	if runtime.GOOS == "windows" {
		b.path += ".exe"
	}
	if err := b.find(ctx, dir, pkg); err != nil {
		return nil, err
	}
	// Without version-control stamps the same sources give the same bytes,
	// whatever has been committed since.
	if _, err := goCommand(ctx, dir, "test", "-c", "-buildvcs=false", "-o", b.path, b.pkg); err != nil {
		return nil, fmt.Errorf("build %s: %w", b.pkg, err)
	}
	sum, err := fileSum(b.path)
	if errors.Is(err, os.ErrNotExist) {
		return nil, fmt.Errorf("%s: no test files, so no benchmarks", b.pkg)
	}
	b.sum = sum
	return b, err
}

// find asks the go command what pkg stands for.
func (b *binary) find(ctx context.Context, dir, pkg string) error {
	// With -e, a package that consists of test files alone is found too.
	out, err := goCommand(ctx, dir, "list", "-e", "-find", "-json=ImportPath,Dir,GoFiles,TestGoFiles,XTestGoFiles", "--", pkg)
	if err != nil {
		return notFound(pkg, err)
	}
	var found []listed
	for dec := json.NewDecoder(bytes.NewReader(out)); ; {
		var l listed
		if err := dec.Decode(&l); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			return fmt.Errorf("go list %s: %w", pkg, err)
		}
		found = append(found, l)
	}
	switch {
	case len(found) == 0 || len(found) == 1 && !found[0].exists():
		return notFound(pkg, nil)
	case len(found) > 1:
		return fmt.Errorf("-pkg %s: %d packages, want one", pkg, len(found))
	}
	b.pkg, b.dir = found[0].ImportPath, found[0].Dir
	return nil
}

// listed is what go list says about a package.
type listed struct {
	ImportPath, Dir                    string
	GoFiles, TestGoFiles, XTestGoFiles []string
}

func (l listed) exists() bool {
	return l.Dir != "" && len(l.GoFiles)+len(l.TestGoFiles)+len(l.XTestGoFiles) > 0
}

// notFound says what to do where the package is not.
func notFound(pkg string, err error) error {
	if errors.Is(err, exec.ErrNotFound) || errors.Is(err, context.Canceled) {
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
	cmd := exec.CommandContext(ctx, "go", args...)
	cmd.Dir = dir
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if ctx.Err() != nil {
		return nil, context.Cause(ctx)
	}
	if text := strings.TrimSpace(stderr.String()); err != nil && text != "" {
		return nil, errors.New(text)
	}
	return out, err
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
