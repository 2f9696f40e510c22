package verdict

import (
	"fmt"
	"strings"
	"testing"

	"github.com/handoff-go/handoff/report/record"
)

func parse(t *testing.T, name, text string) *record.Run {
	t.Helper()
	run, err := record.Parse(name, []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return run
}

const machineLines = "goos: linux\ngoarch: amd64\npkg: example.org/x\ncpu: Z80\n"

// sampled is a side of an interleaved run; each line is one round's.
func sampled(run string, lines ...string) string {
	text := "# run: " + run + "\n# cpus: 2\n" + machineLines + "Unit wire-B/item assume=exact\nUnit MB/s better=higher\n"
	for i, line := range lines {
		text += fmt.Sprintf("# round: %d\n%s\n", i+1, line)
	}
	return text
}

// A sentence names some, and says how many more there are.
func TestManyGone(t *testing.T) {
	var base strings.Builder
	for i := range 84 {
		fmt.Fprintf(&base, "BenchmarkA%d 1 5 ns/op\n", i)
	}
	both, many := "BenchmarkB 1 5 ns/op\n", parse(t, "base.txt", "BenchmarkB 1 5 ns/op\n"+base.String())
	table, err := Compare(many, parse(t, "head.txt", both), nil, Rules{})
	if err != nil {
		t.Fatal(err)
	}
	if got := table.Headline(); !strings.Contains(got, "A0, A1, A2") || !strings.Contains(got, "A9, and 74 more (-gone ok") || len(table.Only[0]) != 84 {
		t.Errorf("%d in base only: %s", len(table.Only[0]), got)
	}
	if _, err := Compare(many, parse(t, "head.txt", "BenchmarkC 1 5 ns/op\n"), nil, Rules{}); err == nil || !strings.Contains(err.Error(), "A8, and 75 more; only in head.txt: C") {
		t.Errorf("nothing in common: %v", err)
	}
}

func TestRows(t *testing.T) {
	base := parse(t, "base.txt", sampled("r", "BenchmarkFactor/strategy=serial-2 3 250 ns/op 25 ns/item 8 wire-B/item", "BenchmarkFactor/strategy=serial-2 3 260 ns/op 26 ns/item 8 wire-B/item"))
	head := parse(t, "head.txt", sampled("r", "BenchmarkFactor/strategy=serial-2 3 350 ns/op 35 ns/item 8 wire-B/item", "BenchmarkFactor/strategy=serial-2 3 360 ns/op 36 ns/item 8 wire-B/item"))
	rows, design, err := Rows(base, head, nil)
	if err != nil || design != Interleaved || len(rows) != 2 {
		t.Fatalf("%d rows, design %d, %v", len(rows), design, err)
	}
	r := rows[0]
	if r.Cell != "Factor/strategy=serial" || r.Metric != "ns/item" || r.Class != Compute || r.Exact || r.Higher {
		t.Errorf("row %+v", r)
	}
	if len(r.Base) != 2 || r.Head[1].Round != 2 || fmt.Sprintf("%.6g", r.Head[1].Value) != "36" {
		t.Errorf("samples %+v, %+v", r.Base, r.Head)
	}
	if w := rows[1]; w.Metric != "wire-B/item" || !w.Exact || w.Base[0].Value != 8 {
		t.Errorf("wire row %+v", w)
	}
	if got, want := Machine(base), "linux/amd64, Z80, 2 CPUs"; got != want {
		t.Errorf("machine %q, want %q", got, want)
	}
}

// Which of a cell's times counts, each phase by itself, zeros, and what is better.
func TestRowsOfMetrics(t *testing.T) {
	line := func(extra string) string { return sampled("r", "BenchmarkA-2 3 250 ns/op 9 B/s "+extra) }
	for _, c := range []struct {
		metrics    string
		base, head string
		want       string // "metric base head", in order
	}{
		{"time", "", "", "ns/op 250 250"},
		{"time", "25 ns/item", "26 ns/item", "ns/item 25 26"},
		{"time", "25 ns/item", "", "ns/op 250 250"},
		{"phases", "3 worker-decode-ns/item 5 compute-ns/item", "4 worker-decode-ns/item 5 compute-ns/item", "compute-ns/item 5 5, worker-decode-ns/item 3 4"},
		{"time,ns/op", "", "", "ns/op 250 250"},
		{"ns/op,time", "25 ns/item", "26 ns/item", "ns/op 250 250, ns/item 25 26"},
		{"allocs", "2 worker-allocs/item 7 coord-allocs/item 9 allocs/op", "2 worker-allocs/item 8 coord-allocs/item 9 allocs/op", "worker-allocs/item 2 2, coord-allocs/item 7 8"},
		{"bytes", "9 B/op", "8 B/op", "B/op 9 8"},
		{"B/s,time", "", "", "B/s 9 9, ns/op 250 250"},
	} {
		rows, _, err := Rows(parse(t, "base.txt", line(c.base)), parse(t, "head.txt", line(c.head)), strings.Split(c.metrics, ","))
		var got []string
		for _, r := range rows {
			got = append(got, fmt.Sprintf("%s %.6g %.6g", r.Metric, r.Base[0].Value, r.Head[0].Value))
			if r.Higher != (r.Metric == "B/s") {
				t.Errorf("%s: higher is better: %v", r.Metric, r.Higher)
			}
		}
		if err != nil || strings.Join(got, ", ") != c.want {
			t.Errorf("%s of %q and %q: %q, %v; want %q", c.metrics, c.base, c.head, got, err, c.want)
		}
	}
}

func TestDesigns(t *testing.T) {
	const a = "BenchmarkA-2 3 250 ns/op"
	plain := machineLines + a + "\n"
	for _, c := range []struct {
		base, head string
		want       Design
	}{
		{sampled("r", a), sampled("r", a), Interleaved},
		{sampled("r", a), sampled("s", a), Apart},
		{sampled("r", a), plain, Apart},
		{sampled("r", a, a), sampled("s", a), Apart}, // of two runs one may be longer
		{plain, plain + a + "\n", Plain},
		{plain, strings.ReplaceAll(plain, "Z80", "6502"), Apart},
	} {
		if _, got, err := Rows(parse(t, "b", c.base), parse(t, "h", c.head), nil); err != nil || got != c.want {
			t.Errorf("design %d, %v; want %d of\n%s\n%s", got, err, c.want, c.base, c.head)
		}
	}
}

func TestRowsErrors(t *testing.T) {
	const a, b = "BenchmarkA-2 3 250 ns/op", "BenchmarkB-2 3 250 ns/op"
	for _, c := range []struct {
		name       string
		base, head string
		metrics    []string
		want       string
	}{
		{"one-sided", sampled("r", a, b), sampled("r", a), nil, "benchmarks on one side only: only in base.txt: example.org/x: B-2"},
		{"both sides alone", sampled("r", a), sampled("r", b), nil, "no benchmark in common: only in base.txt: example.org/x: A-2; only in head.txt: example.org/x: B-2"},
		{"other processors", sampled("r", a), sampled("r", "BenchmarkA-4 3 250 ns/op"), nil, "only in base.txt: example.org/x: A-2 (the other side has it with GOMAXPROCS 4); only in head.txt: example.org/x: A-4 (the other side has it with GOMAXPROCS 2)"},
		{"different units", sampled("r", a), sampled("r", "BenchmarkA-2 3 250 MB/s"), nil, "no benchmark has any of the metrics time, cpu, wire on both sides: only in base.txt: ns/op of example.org/x: A-2"},
		{"a unit asked for", sampled("r", a+" 3 B/op"), sampled("r", a), []string{"B/op"}, "no benchmark has any of the metrics B/op on both sides: only in base.txt: B/op of example.org/x: A-2"},
		{"missing rows", "# cells: 3\n" + sampled("r", a), sampled("r", a), nil, "base.txt: 2 of the 3 cells of this run are missing: resume it"},
		{"a lost round", sampled("r", a, a, a), sampled("r", a, a), nil, "base.txt and head.txt are of one run, but have not as many samples in each round (A-2, round 3: 1 and 0; 1 round in all)"},
		{"a lost repetition", sampled("r", a, a), sampled("r", a, a) + "# round: 1\n" + a + "\n", nil, "(A-2, round 1: 1 and 2; 1 round in all)"},
		{"nothing to compare", sampled("r", a), sampled("r", a), []string{"wire"}, "base.txt, head.txt: no benchmark has any of the metrics wire: choose of those that they have, such as -gate ns/op=5%"},
		{"no metric", sampled("r", a), sampled("r", a), []string{"speed"}, `"speed" is no metric of these files: want one of time, cpu, wire, allocs, bytes, phases, or a unit that they have: ns/op`},
		{"other inputs", "seed: 1\n" + sampled("r", a), "seed: 2\n" + sampled("r", a), nil, `base.txt was recorded with seed "1" and head.txt with seed "2"`},
	} {
		if _, _, err := Rows(parse(t, "base.txt", c.base), parse(t, "head.txt", c.head), c.metrics); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %s", c.name, err, c.want)
		}
	}
}

// The canary is ours, or none.
func TestStrangersCanary(t *testing.T) {
	for pkg, want := range map[string]Class{ourBenchmarks: Canary, "example.org/x": Other} {
		text := strings.ReplaceAll(sampled("r", "BenchmarkCanary-2 3 250 ns/op"), "example.org/x", pkg) + "BenchmarkCanary-4 3 250 ns/op\n"
		run := parse(t, "b", text)
		rows, _, err := Rows(run, run, nil)
		if err != nil || len(rows) != 2 || rows[0].Class != want || rows[1].Class != want {
			t.Errorf("%s: %+v, %v; want class %s", pkg, rows, err, want)
		}
	}
	if want := "github.com/handoff-go/handoff/bench"; ourBenchmarks != want {
		t.Errorf("the canary is looked for in %s, want %s", ourBenchmarks, want)
	}
}

// Cells of two packages may have the same name; processors are named where they differ.
func TestRowNames(t *testing.T) {
	text := sampled("r", "BenchmarkA-2 3 250 ns/op") + "pkg: example.org/y\nBenchmarkA-2 3 900 ns/op\n"
	rows, _, err := Rows(parse(t, "b", text), parse(t, "h", text), nil)
	if err != nil || len(rows) != 2 || rows[0].Cell != "example.org/x: A" || rows[1].Cell != "example.org/y: A" || rows[1].Base[0].Value < 800 {
		t.Errorf("two packages: %+v, %v", rows, err)
	}
	one := sampled("r", "BenchmarkA-2 3 250 ns/op")
	if _, _, err = Rows(parse(t, "b", one), parse(t, "h", text), nil); err == nil || !strings.HasSuffix(err.Error(), "only in h: example.org/y: A-2 (the other side has it with package example.org/x)") {
		t.Errorf("a package on one side only: %v", err)
	}
	text = one + "BenchmarkA-4 3 900 ns/op\n"
	rows, _, err = Rows(parse(t, "b", text), parse(t, "h", text), nil)
	if err != nil || len(rows) != 2 || rows[0].Cell != "A-2" || rows[1].Cell != "A-4" {
		t.Errorf("two numbers of processors: %+v, %v", rows, err)
	}
}
