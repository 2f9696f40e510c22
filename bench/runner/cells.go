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
	listVariable = "HANDOFF_LIST"
	cellPrefix   = "# cell: "
)

// cells lists the benchmarks that a pattern chooses, by their full names without
// the number of CPUs. The order is that of the package.
func (b *binary) cells(ctx context.Context, bench string) ([]string, error) {
	out, tail, err := b.run(ctx, []string{listVariable + "=1"}, b.arguments(bench, defaultBenchtime)...)
	if ctx.Err() != nil {
		return nil, context.Cause(ctx)
	}
	if err != nil {
		return nil, fmt.Errorf("list the benchmarks of %s: %w; its output ends:\n%s", b.pkg, err, indent(tail))
	}
	cells := listedCells(out, b.procs)
	if len(cells) == 0 {
		return nil, b.noneMatches(ctx, bench)
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

// noneMatches names the benchmarks that there are.
func (b *binary) noneMatches(ctx context.Context, bench string) error {
	out, _, _ := b.run(ctx, nil, "-test.list=^Benchmark")
	var names []string
	for line := range strings.Lines(string(out)) {
		if line = strings.TrimSpace(line); strings.HasPrefix(line, "Benchmark") {
			names = append(names, line)
		}
	}
	if len(names) == 0 {
		return fmt.Errorf("%s has no benchmarks", b.pkg)
	}
	return fmt.Errorf("-bench %q matches no benchmark of %s: it has %s", bench, b.pkg, strings.Join(names, ", "))
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
