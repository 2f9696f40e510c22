package runner

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

const (
	listVariable    = "HANDOFF_LIST"
	cellPrefix      = "# cell: "
	profileVariable = "HANDOFF_PROFILE" // has a benchmark profile itself after it was measured
)

// cell is one benchmark of one package, by its full name without the number of
// CPUs.
type cell struct{ pkg, name string }

// leftOut is what is not measured, though it was asked for, and why.
type leftOut struct {
	cell          // without a name for a whole package
	reason string // one line
	failed bool   // it could not be measured; else it need not be, or there is nothing to compare with
	lone   string // the side of a comparison that alone has it, where the other has not failed
}

func (l leftOut) String() string {
	if l.name == "" {
		return l.pkg + ": " + l.reason
	}
	return l.pkg + " " + l.name + ": " + l.reason
}

// listing is what a package says of itself.
type listing struct {
	cells  []cell
	left   []leftOut
	config map[string]bool // lines "key: value" that it has printed
	knows  map[cell]bool   // that list themselves without being run
	slow   []string        // that took longer than the timeout
	err    error           // of the last process, where no benchmark is known to have ended it
	ran    bool            // the testing package was reached, and not TestMain alone
}

// mostCrashes is how often a package's listing is begun anew for a benchmark that ends
// the process. More of them are of one cause.
const mostCrashes = 100

// mostAlone is how many benchmarks of a package that failed beside others are tried alone.
const mostAlone = 100

// list asks a package for the benchmarks that a pattern chooses, in their order. One that
// fails, skips itself, ends the process or takes longer than the timeout is left out.
func (b *binary) list(ctx context.Context, bench string, env []string, timeout time.Duration) (*listing, error) {
	l, err := b.listTogether(ctx, bench, env, timeout)
	if err != nil {
		return nil, err
	}
	// A sample has its process to itself. What fails beside others may do so for them:
	// one has changed the directory, or what it has left running panics later.
	alone := 0
	for _, f := range slices.Clone(l.left) {
		if !f.failed || slices.Contains(l.slow, f.name) || alone == mostAlone {
			continue
		}
		alone++
		if err := l.retry(ctx, b, f, env, timeout); err != nil {
			return nil, err
		}
	}
	return l, nil
}

// retry runs a benchmark by itself, and takes it in, with what is below it, if it does not
// fail there. What it says when it fails alone goes before what it said beside others.
func (l *listing) retry(ctx context.Context, b *binary, f leftOut, env []string, timeout time.Duration) error {
	one, err := b.listTogether(ctx, exactly(f.name), env, timeout)
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	if err != nil || one.err != nil { // which may come too late for the benchmark to look unfinished
		return nil // it is left out already
	}
	l.left = slices.DeleteFunc(l.left, func(have leftOut) bool { return have.cell == f.cell })
	for _, c := range one.cells {
		l.add(c)
	}
	for _, left := range one.left {
		if !slices.ContainsFunc(l.left, func(have leftOut) bool { return have.cell == left.cell }) {
			l.left = append(l.left, left)
		}
	}
	maps.Copy(l.config, one.config)
	maps.Copy(l.knows, one.knows)
	if len(one.cells)+len(one.left) == 0 { // its name is another one each time
		l.left = append(l.left, f)
	}
	return nil
}

// listTogether has one process run them all, and another one go on behind each that ends it.
func (b *binary) listTogether(ctx context.Context, bench string, env []string, timeout time.Duration) (*listing, error) {
	l := &listing{config: map[string]bool{}, knows: map[cell]bool{}}
	var over []string // that are not to be run again
	for range mostCrashes {
		// Marks that no benchmark prints frame what it says (-test.v=test2json).
		args := b.arguments(bench, defaultBenchtime, "-test.v=test2json")
		if len(over) > 0 {
			args = append(args, "-test.skip="+strings.Join(over, "|"))
		}
		e, err := b.runEach(ctx, timeout, append(env, listVariable+"=1"), args)
		if ctx.Err() != nil {
			return nil, context.Cause(ctx)
		}
		ended, open := l.read(b, string(e.stdout), e.tail, err)
		if err == nil && !l.ran {
			reason := "it ended with exit code 0 before its benchmarks were run, as its TestMain wants it" + lastOf(ownWords(e.tail))
			l.left = append(l.left, leftOut{cell: cell{pkg: b.pkg}, reason: reason})
			return l, nil
		}
		if open == "" && (err == nil || len(l.cells)+len(l.left) > 0) {
			l.err = err
			return l, nil
		}
		if open == "" {
			return nil, fmt.Errorf("list the benchmarks of %s: %w; its output ends:\n%s", b.pkg, err, indent(e.tail))
		}
		l.leave(cell{b.pkg, open}, reasonOf(err, e.tail), true)
		var slow *slowError
		if errors.As(err, &slow) {
			l.slow = append(l.slow, open)
		}
		for _, name := range append(ended, open) {
			over = append(over, exactly(name))
		}
	}
	return nil, fmt.Errorf("list the benchmarks of %s: %d of them end the process, the last one so: %s", b.pkg, mostCrashes, l.left[len(l.left)-1].reason)
}

func (l *listing) leave(c cell, reason string, failed bool) {
	if !slices.ContainsFunc(l.left, func(have leftOut) bool { return have.cell == c }) {
		l.left = append(l.left, leftOut{cell: c, reason: reason, failed: failed})
	}
}

// marker begins the lines of the testing package in this form, wherever the output
// before it has ended.
const marker = "\x16"

var configLine = regexp.MustCompile(`^[a-z][^\sA-Z:]*:\s`)

// read takes in what a listing printed, whose process ended with err. It returns the benchmarks without a parent that
// are over, and the one at which the process ended, if it did.
func (l *listing) read(b *binary, text, tail string, err error) (ended []string, open string) {
	var said []string // by the benchmark under way
	top, last, empty, parents, done := "", "", "", map[string]bool{}, ""
	for line := range strings.Lines(strings.ReplaceAll(text, marker, "\n"+marker)) {
		line = strings.TrimRight(line, "\r\n")
		l.ran = l.ran || strings.HasPrefix(line, marker)
		switch event, name := eventOf(line); {
		case event == "RUN":
			if parent, _, ok := cutLast(name); ok {
				parents[parent] = true
			} else {
				if top != "" {
					ended = append(ended, top)
				}
				top = name
			}
			open, last, said = name, name, nil
			continue
		case event != "" && name != "":
			name = b.bare(name)
			switch c := (cell{b.pkg, name}); {
			case event == "FAIL" && !(parents[name] && l.hasFailed(name)):
				l.leave(c, "it failed"+lastOf(said), true)
			case event == "SKIP" && !l.knows[c]:
				l.leave(c, "it skips itself"+lastOf(said), false)
			}
			if name == open {
				open = ""
			}
			said = nil
			continue
		case event != "":
			if line == marker+"PASS" || line == marker+"FAIL" {
				done = line
			}
			continue
		}
		if name, ok := strings.CutPrefix(strings.TrimSpace(line), cellPrefix); ok {
			l.add(cell{b.pkg, name})
			l.knows[cell{b.pkg, name}] = true
			continue
		}
		if n, figures, ok := b.resultIn(line, open); ok && open != "" {
			switch {
			case n == 0:
				l.leave(cell{b.pkg, open}, "it reports 0 iterations: b.N must stay as it is", true)
			case !figures:
				empty = open
				fallthrough
			default:
				l.add(cell{b.pkg, open})
			}
			open = ""
			continue
		}
		if configLine.MatchString(line) {
			l.config[strings.TrimSpace(line)] = true
		}
		if line = strings.TrimSpace(line); line != "" && line != open {
			said = append(said, line)
		}
	}
	// A benchmark that panics looks done to the testing package, which may print a result
	// without figures, begin another, and even be through, before the process has ended.
	// Where nothing tells which one it was, the last is tried alone.
	panicked := err != nil && (strings.Contains(tail, "panic: ") || strings.Contains(tail, "fatal error: "))
	if done != "" && !panicked && (err == nil || empty == "" || done == marker+"FAIL") {
		return ended, ""
	}
	open = cmp.Or(empty, open, last)
	l.cells = slices.DeleteFunc(l.cells, func(c cell) bool { return c == cell{b.pkg, open} })
	return ended, open
}

func (l *listing) add(c cell) {
	if !slices.Contains(l.cells, c) {
		l.cells = append(l.cells, c)
	}
}

// hasFailed tells whether something below a benchmark is known to have failed.
func (l *listing) hasFailed(name string) bool {
	return slices.ContainsFunc(l.left, func(have leftOut) bool { return have.failed && strings.HasPrefix(have.name, name+"/") })
}

// eventOf reads a line such as "=== RUN   NAME" or "--- SKIP: NAME" behind a marker.
func eventOf(line string) (event, name string) {
	text, ok := strings.CutPrefix(line, marker)
	if !ok {
		return "", ""
	}
	for _, event := range []string{"=== RUN", "--- FAIL:", "--- SKIP:", "--- BENCH:"} {
		if name, ok := strings.CutPrefix(text, event); ok {
			name, _, _ = strings.Cut(strings.TrimSpace(name), " ")
			return strings.Trim(event, "=-: "), name
		}
	}
	return "other", ""
}

func cutLast(name string) (parent, base string, ok bool) {
	i := strings.LastIndexByte(name, '/')
	if i < 0 {
		return "", name, false
	}
	return name[:i], name[i+1:], true
}

// bare is a name without the number of CPUs.
func (b *binary) bare(name string) string { return strings.TrimSuffix(name, procsSuffix(b.procs)) }

// resultIn finds a benchmark's result in a line, which what it printed may begin.
func (b *binary) resultIn(line, name string) (n int, figures, ok bool) {
	_, after, ok := strings.Cut(line, name+procsSuffix(b.procs))
	if !ok {
		return 0, false, false
	}
	after, ok = strings.CutPrefix(strings.TrimLeft(after, " "), "\t")
	if !ok {
		return 0, false, false
	}
	iterations, _, figures := strings.Cut(after, "\t")
	n, err := strconv.Atoi(strings.TrimSpace(iterations))
	return n, figures, err == nil
}

// lastOf is what a benchmark said last, to be put behind what became of it.
func lastOf(said []string) string {
	if len(said) == 0 {
		return ""
	}
	return ": " + shortened(said[len(said)-1])
}

// shortened cuts a line to what can be read.
func shortened(line string) string {
	const most = 200
	line = strings.ToValidUTF8(strings.Map(printable, line), "?")
	if len(line) > most {
		line = strings.ToValidUTF8(line[:most], "") + "…"
	}
	return line
}

func printable(r rune) rune {
	if r < ' ' || r == 0x7f {
		return ' '
	}
	return r
}

// reasonOf says in a line why a process ended: the error, and what it panicked with.
func reasonOf(err error, tail string) string {
	var slow *slowError
	reason := "it ended the process with exit code 0"
	if err != nil {
		reason = err.Error()
	}
	if errors.As(err, &slow) {
		return reason
	}
	for line := range strings.Lines(tail) {
		if line = strings.TrimSpace(line); strings.HasPrefix(line, "panic: ") || strings.HasPrefix(line, "fatal error: ") {
			return reason + ": " + shortened(line)
		}
	}
	return reason + lastOf(ownWords(tail))
}

// ownWords are the lines, such as log.Fatal's, that the testing package does not print.
func ownWords(tail string) (said []string) {
	for line := range strings.Lines(tail) {
		line = strings.TrimSpace(line)
		_, figures, isResult := strings.Cut(line, "\t")
		switch {
		case line == "", line == "PASS", line == "FAIL", strings.HasPrefix(line, marker), strings.Contains(line, "--- FAIL:"):
		case strings.HasPrefix(line, "Benchmark") && (!isResult || figures != ""), strings.HasPrefix(line, "Unit "), strings.HasPrefix(line, cellPrefix), configLine.MatchString(line):
		default:
			said = append(said, line)
		}
	}
	return said
}

// benchmarks are the functions that the package has, whether a pattern chooses
// them or not.
func (b *binary) benchmarks(ctx context.Context, timeout time.Duration) []string {
	e, _ := b.runEach(ctx, timeout, nil, []string{"-test.list=^Benchmark"})
	var found []string
	for line := range strings.Lines(string(e.stdout)) {
		if line = strings.TrimSpace(line); strings.HasPrefix(line, "Benchmark") {
			found = append(found, line)
		}
	}
	return found
}

// exactly is the -test.bench pattern that chooses one cell and no other.
func exactly(cell string) string {
	parts := strings.Split(cell, "/")
	for i, part := range parts {
		parts[i] = "^" + regexp.QuoteMeta(part) + "$"
	}
	return strings.Join(parts, "/")
}

// procsSuffix is what the testing package appends to names.
func procsSuffix(procs int) string {
	if procs == 1 {
		return ""
	}
	return fmt.Sprintf("-%d", procs)
}

func indent(text string) string {
	return "    " + strings.ReplaceAll(text, "\n", "\n    ")
}

// common are the cells that both sides have, in the order of the first, and what is
// said of the others.
func common(a, b *side) (cells []cell, left []leftOut) {
	for _, c := range a.listing.cells {
		if slices.Contains(b.listing.cells, c) {
			cells = append(cells, c)
		} else {
			left = append(left, b.lacks(c, a))
		}
	}
	for _, c := range b.listing.cells {
		if !slices.Contains(a.listing.cells, c) {
			left = append(left, a.lacks(c, b))
		}
	}
	for _, s := range []*side{a, b} {
		for _, l := range s.listing.left {
			if !slices.ContainsFunc(left, func(have leftOut) bool { return have.cell == l.cell }) {
				l.reason = s.label + ": " + l.reason
				left = append(left, l)
			}
		}
	}
	return cells, left
}

// lacks says why a side has no cell that the other has.
func (s *side) lacks(c cell, other *side) leftOut {
	for _, l := range s.listing.left {
		if l.cell == c || l.name == "" && l.pkg == c.pkg {
			lone := other.label
			if l.failed {
				lone = ""
			}
			return leftOut{cell: c, reason: "only in " + other.label + "; in " + s.label + " " + cmp.Or(l.reason, "it is left out"), failed: l.failed, lone: lone}
		}
	}
	return leftOut{cell: c, reason: "only in " + other.label, lone: other.label}
}
