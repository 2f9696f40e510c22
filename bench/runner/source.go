package runner

import (
	"context"
	"debug/buildinfo"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
)

// Source says where the test binaries of a side come from: a git revision, a
// test binary, or, with neither, the sources as they are.
type Source struct {
	Revision string   // as git names it; built in a worktree of its own
	Binary   string   // path of a test binary, as go test -c makes it
	Flags    []string // for go test -c besides, such as -ldflags=-randlayout=7
	Env      []string // KEY=VALUE, for its samples
}

// String names the source as the command line does.
func (s Source) String() string {
	switch {
	case s.Binary != "":
		return s.Binary
	case s.Revision != "":
		return s.Revision
	}
	return "the sources as they are"
}

// built are the test binaries of a source.
type built struct {
	from     string // commit or sum of the sources, and flags; "" if not built in a tree of its own
	commit   string // "" if not from a revision
	checkout string // a directory that git tells about, if that is not dir
	dir      string // a directory of the sources
	binaries map[string]*binary
	order    []string // their packages
}

// sum identifies all binaries together. Those that were built in a tree of their own
// have its path in them, which is another one each time: what went into them counts.
func (b *built) sum() string {
	if b.from != "" {
		return textSum(b.from)
	}
	if len(b.order) == 1 {
		return b.binaries[b.order[0]].sum
	}
	var all strings.Builder
	for _, pkg := range b.order {
		fmt.Fprintln(&all, pkg, b.binaries[pkg].sum)
	}
	return textSum(all.String())
}

func (b *built) procs() int { return b.binaries[b.order[0]].procs }

func (b *built) packages() string { return strings.Join(b.order, " ") }

// cells lists the benchmarks of all packages that a pattern chooses.
func (b *built) cells(ctx context.Context, bench string, env []string) ([]cell, error) {
	var cells []cell
	for _, pkg := range b.order {
		more, err := b.binaries[pkg].cells(ctx, bench, env)
		if err != nil {
			return nil, err
		}
		cells = append(cells, more...)
	}
	if len(cells) == 0 {
		return nil, b.noneMatches(ctx, bench)
	}
	return cells, nil
}

// noneMatches names the benchmarks that there are.
func (b *built) noneMatches(ctx context.Context, bench string) error {
	var there []string
	for _, pkg := range b.order {
		there = append(there, b.binaries[pkg].benchmarks(ctx)...)
	}
	if len(there) == 0 {
		return fmt.Errorf("%s: no benchmarks", b.packages())
	}
	return fmt.Errorf("-bench %q matches no benchmark of %s: it has %s", bench, b.packages(), listed(there))
}

// listed joins names, so many that a line still can be read.
func listed(names []string) string {
	const most = 20
	if more := len(names) - most; more > 0 {
		names = append(slices.Clone(names[:most]), fmt.Sprintf("and %d more", more))
	}
	return strings.Join(names, ", ")
}

// buildAll compiles the test binaries of the packages that have benchmarks. The
// go command runs in dir.
func buildAll(ctx context.Context, dir, pkgs, temp string, flags []string) (*built, error) {
	found, err := findPackages(ctx, dir, pkgs)
	if err != nil {
		return nil, err
	}
	b := &built{binaries: map[string]*binary{}}
	for _, p := range found {
		if !p.hasBenchmarks() {
			continue
		}
		bin := &binary{pkg: p.ImportPath, dir: p.Dir, temp: temp, procs: runtime.GOMAXPROCS(0)}
		bin.path = filepath.Join(temp, fmt.Sprintf("%d.test%s", len(b.order), executableSuffix()))
		if err := bin.compile(ctx, dir, flags); err != nil {
			return nil, err
		}
		b.binaries[bin.pkg], b.order, b.dir = bin, append(b.order, bin.pkg), bin.dir
	}
	if len(b.order) == 0 {
		return nil, fmt.Errorf("%s: no test files with benchmarks", pkgs)
	}
	return b, nil
}

// takeBinary has samples taken with a binary that somebody else made. It runs
// in dir.
func takeBinary(path, dir, temp string) (*built, error) {
	pkg, err := packageOf(path)
	if err != nil {
		return nil, err
	}
	bin := &binary{pkg: pkg, dir: dir, temp: temp, procs: runtime.GOMAXPROCS(0)}
	if bin.path, err = filepath.Abs(path); err != nil {
		return nil, err
	}
	if bin.dir == "" {
		if bin.dir, err = os.Getwd(); err != nil {
			return nil, err
		}
	}
	if bin.sum, err = fileSum(path); err != nil {
		return nil, err
	}
	return &built{dir: bin.dir, binaries: map[string]*binary{pkg: bin}, order: []string{pkg}}, nil
}

// packageOf is the import path of the package that a binary tests.
func packageOf(binary string) (string, error) {
	info, err := buildinfo.ReadFile(binary)
	if err != nil {
		return "", fmt.Errorf("%s: not a test binary: %w", binary, err)
	}
	pkg, ok := strings.CutSuffix(info.Path, ".test")
	if !ok {
		return "", fmt.Errorf("%s: it was built from %s: want a test binary, as go test -c makes it", binary, info.Path)
	}
	return pkg, nil
}

func executableSuffix() string {
	if runtime.GOOS == "windows" {
		return ".exe"
	}
	return ""
}
