package runner

import (
	"bytes"
	"context"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"golang.org/x/perf/benchfmt"
)

const (
	listVariable    = "HANDOFF_LIST"
	cellPrefix      = "# cell: "
	profileVariable = "HANDOFF_PROFILE" // has a benchmark profile itself after it was measured
)

// cell is one benchmark of one package, by its full name without the number of
// CPUs.
type cell struct{ pkg, name string }

// cells lists the benchmarks that a pattern chooses, in the order of the package.
func (b *binary) cells(ctx context.Context, bench string, env []string) ([]cell, error) {
	e, err := b.run(ctx, append(env, listVariable+"=1"), b.arguments(bench, defaultBenchtime)...)
	if ctx.Err() != nil {
		return nil, context.Cause(ctx)
	}
	if err != nil {
		return nil, fmt.Errorf("list the benchmarks of %s: %w; its output ends:\n%s", b.pkg, err, indent(e.tail))
	}
	var cells []cell
	for _, name := range listedCells(e.stdout, b.procs) {
		cells = append(cells, cell{b.pkg, name})
	}
	return cells, nil
}

// listedCells takes the names from cell lines and from result lines.
func listedCells(out []byte, procs int) []string {
	var cells []string
	add := func(name string) {
		if !slices.Contains(cells, name) {
			cells = append(cells, name)
		}
	}
	for line := range strings.Lines(string(out)) {
		if name, ok := strings.CutPrefix(strings.TrimSpace(line), cellPrefix); ok {
			add(name)
		}
	}
	for r := benchfmt.NewReader(bytes.NewReader(out), "stdout"); r.Scan(); {
		if res, ok := r.Result().(*benchfmt.Result); ok {
			add(strings.TrimSuffix("Benchmark"+res.Name.String(), procsSuffix(procs)))
		}
	}
	return cells
}

// benchmarks are the functions that the package has, whether a pattern chooses
// them or not.
func (b *binary) benchmarks(ctx context.Context) []string {
	e, _ := b.run(ctx, nil, "-test.list=^Benchmark")
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
