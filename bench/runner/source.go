package runner

import (
	"context"
	"debug/buildinfo"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"time"
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
	left     []leftOut
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

// only drops the packages that have none of the cells.
func (b *built) only(cells []cell) {
	b.order = slices.DeleteFunc(slices.Clone(b.order), func(pkg string) bool {
		return !slices.ContainsFunc(cells, func(c cell) bool { return c.pkg == pkg })
	})
}

func (b *built) procs() int { return b.binaries[b.order[0]].procs }

func (b *built) packages() string { return strings.Join(b.order, " ") }

// list lists the benchmarks of all packages that a pattern chooses. Packages that cannot
// list theirs are left out, unless all are.
func (b *built) list(ctx context.Context, bench string, env []string, timeout time.Duration) (*listing, error) {
	all := &listing{left: slices.Clone(b.left), config: map[string]bool{}, knows: map[cell]bool{}}
	var failed error
	for _, pkg := range b.order {
		l, err := b.binaries[pkg].list(ctx, bench, env, timeout)
		if ctx.Err() != nil {
			return nil, context.Cause(ctx)
		}
		if err != nil {
			failed = errors.Join(failed, err)
			reason, _, _ := strings.Cut(err.Error(), "; its output ends:")
			all.left = append(all.left, leftOut{cell: cell{pkg: pkg}, reason: shortened(reason), failed: true})
			continue
		}
		all.cells, all.left = append(all.cells, l.cells...), append(all.left, l.left...)
		maps.Copy(all.config, l.config)
		maps.Copy(all.knows, l.knows)
	}
	switch {
	case len(all.cells) > 0:
		return all, nil
	case failed != nil:
		return nil, failed
	case len(all.left) > 0:
		return nil, nothingLeft(all.left)
	}
	return nil, b.noneMatches(ctx, bench, timeout)
}

// nothingLeft is the error where each benchmark is left out.
func nothingLeft(left []leftOut) error {
	var lines []string
	for _, l := range left {
		lines = append(lines, l.String())
	}
	return errors.New("nothing to measure: " + strings.Join(capped(lines), "; "))
}

// noneMatches names the benchmarks that there are.
func (b *built) noneMatches(ctx context.Context, bench string, timeout time.Duration) error {
	var there []string
	for _, pkg := range b.order {
		there = append(there, b.binaries[pkg].benchmarks(ctx, timeout)...)
	}
	if len(there) == 0 {
		return fmt.Errorf("%s: no benchmarks", b.packages())
	}
	return fmt.Errorf("-bench %q matches no benchmark of %s: it has %s", bench, b.packages(), listed(there))
}

// listed joins names, so many that a line still can be read.
func listed(names []string) string {
	return strings.Map(printable, strings.Join(capped(names), ", ")) // files may have any name
}

func capped(names []string) []string {
	const most = 20
	if more := len(names) - most; more > 0 {
		names = append(slices.Clone(names[:most]), fmt.Sprintf("and %d more", more))
	}
	return names
}

// buildAll compiles the test binaries of the packages that have benchmarks. The
// go command runs in dir.
func buildAll(ctx context.Context, dir, pkgs, temp string, flags []string) (*built, error) {
	found, err := findPackages(ctx, dir, pkgs)
	if err != nil {
		return nil, err
	}
	b := &built{binaries: map[string]*binary{}}
	var failed error
	for _, p := range found {
		if hidden := p.hidden(); hidden != "" {
			b.left = append(b.left, leftOut{cell: cell{pkg: p.ImportPath}, reason: hidden})
		}
		if !p.exists() || !p.hasBenchmarks() {
			continue
		}
		bin := &binary{pkg: p.ImportPath, dir: p.Dir, temp: temp, procs: runtime.GOMAXPROCS(0)}
		bin.path = filepath.Join(temp, fmt.Sprintf("%d.test%s", len(b.order), executableSuffix()))
		if err := bin.compile(ctx, dir, flags); ctx.Err() != nil {
			return nil, err
		} else if err != nil {
			failed = errors.Join(failed, err)
			b.left = append(b.left, leftOut{cell: cell{pkg: bin.pkg}, reason: shortened(err.Error()), failed: true})
			continue
		}
		b.binaries[bin.pkg], b.order, b.dir = bin, append(b.order, bin.pkg), bin.dir
	}
	switch {
	case len(b.order) > 0:
	case failed != nil:
		return nil, failed
	case len(b.left) > 0:
		return nil, nothingLeft(b.left)
	default:
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
