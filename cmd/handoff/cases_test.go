package main

import (
	"path/filepath"
	"strings"
	"testing"
)

// recordedCase is what is asked of recorded files, and what has to come out.
type recordedCase struct {
	files   string // names in testdata/cases or corpus; pair: NAME_base.txt and NAME_head.txt
	command string // with its flags
	code    int
	want    []string // words of standard output, in any order and however spaced
	never   []string
	stderr  string // part of the one line that says why nothing came out
}

func (c recordedCase) paths(t *testing.T) []string {
	t.Helper()
	var paths []string
	for name := range strings.FieldsSeq(c.files) {
		names := []string{name}
		if pair, ok := strings.CutSuffix(name, "_*"); ok {
			names = []string{pair + "_base.txt", pair + "_head.txt"}
		}
		for _, name := range names {
			found, err := filepath.Glob(filepath.Join("testdata", "c*", name))
			if err != nil || len(found) != 1 {
				t.Fatalf("%s: %v, %v", name, found, err)
			}
			paths = append(paths, found[0])
		}
	}
	return paths
}

// What recorded files of every kind come to: the samples of two configurations are two
// rows, what one side does not say is unknown, zero is a value and missing is none, a bad
// value costs its own metric, and what has no result is named.
func TestRecordedCases(t *testing.T) {
	for _, c := range []recordedCase{
		// One identity of a cell.
		{"two-configs_*", "compare", 1, []string{"A (mode: cold) 304.5ns 364.5ns +19.7%", "slower", "A (mode: warm) 104.5ns 104.5ns 0.0%", "1.000 8.1% same"}, []string{"204.5"}, ""},
		{"two-machines_*", "compare", 2, nil, []string{"pass", "204.5"}, "two-machines_base.txt:19: from here on samples of another machine (cpu: Slow CPU, before that Fast CPU): give each machine a file of its own"},
		{"header-only-one-side_*", "compare", 0, []string{"A 99.45ns 100.0ns +0.6%", "B 1.991µs 1.995µs", "pass: 2 of 2"}, nil, ""},
		{"header-only-one-side_*", "report", 0, []string{"A-8: time per operation", "| - | median | 99.45ns ±1% | 100.0ns ±1% | 1.01×"}, []string{"no benchmark in common", "only in"}, ""},
		{"other-gomaxprocs_*", "compare", 2, nil, nil, "only in testdata/cases/other-gomaxprocs_base.txt: ex.com/p: A-8 (the other side has it with GOMAXPROCS 4); only in testdata/cases/other-gomaxprocs_head.txt: ex.com/p: A-4"},
		{"other-gomaxprocs_*", "report", 0, []string{"A-8 beside A-4: time per operation"}, nil, ""},
		{"same-name-two-packages.txt", "report", 0, []string{"ex.com/p: A-8, n=6", "ex.com/q: A-8, n=6", "package: ex.com/p, ex.com/q"}, nil, ""},
		{"trailing-number-single.txt", "report", 0, []string{"Read, names end in -4096, n=6"}, nil, ""},
		{"cpu-list.txt", "report", 0, []string{"Mutex, n=8", "Mutex-2, n=8", "Mutex-4, n=8", "Mutex-8, n=8", "Pool, n=8", "Pool, names end in -4, n=8"}, nil, ""},
		{"trailing-numbers.txt", "report", 0, []string{"Read, names end in -16", "Read, names end in -256", "Read, names end in -4096"}, nil, ""},
		{"three-configs_*", "compare", 2, []string{"Parse (mode: b)", "Parse (mode: c)", "only in base: example.com/lib: Parse-8 (mode: a) (the other side has it with mode: b and with mode: c and with mode: d)", "only in head: example.com/lib: Parse-8 (mode: d)"}, nil, "head lacks what the gate looks at: example.com/lib: Parse-8 (mode: a)"},
		{"commits_*", "compare", 0, []string{`the sides differ in commit: "111" in base, "222" in head`, "pass: 1 of 1"}, nil, ""},
		{"unclear-package_*", "compare -gone ok", 0, []string{"Only 5", "only in base: Parse-8 (several fit together, and nothing tells which: the other side has it with package p/a and with package p/b)", "only in head: p/a: Parse-8"}, []string{"n=6+12", "202.3"}, ""},

		// Added, removed, renamed.
		{"added-removed_*", "compare", 2, []string{"A 100.3ns 99.90ns -0.3%", "same", "only in base: ex.com/p: Old-8", "only in head: ex.com/p: New-8"}, nil, "head lacks what the gate looks at: ex.com/p: Old-8 (-gone ok, if that is meant to be)"},
		{"added-removed_*", "compare -gone ok", 0, []string{"pass: 1 of 1 gated row", "only in base: ex.com/p: Old-8"}, []string{"problem"}, ""},
		{"added-removed_*", "compare -gate allocs", 2, []string{"A 100.3ns 99.90ns"}, nil, "the gate asks for allocs, which no row has"},
		{"package-added_*", "compare", 0, []string{"pass: 1 of 1", "only in head: example.com/lib/new: Parse-8"}, nil, ""},
		{"renamed_*", "compare", 2, []string{"Parse", "only in base: example.com/lib: Sort/old-8", "only in head: example.com/lib: Sort/new-8"}, nil, "Sort/old-8"},
		{"failed-head_*", "compare -gone ok", 0, []string{"THE RUN FAILED, and is not complete (testdata/corpus/failed-head_head.txt:13: panic: boom)", "no result of 1 benchmark: example.com/lib: Print-8 (line 13: panic: boom)", "only in base: example.com/lib: Print-8"}, nil, ""},
		{"failed-head_*", "compare", 2, []string{"THE RUN FAILED"}, nil, "head lacks what the gate looks at: example.com/lib: Print-8"},

		// Zero, missing, units, directions.
		{"ns-metric-from-zero_*", "compare -gate wait-ns/op=5%", 1, []string{"A 0.000s 500.0ns from 0 from 0 … from 0 <0.001", "slower", "regression: 1 of 1"}, []string{"different units"}, ""},
		{"to-zero_*", "compare -gate wait-ns/op", 0, []string{"12.00ns 0.000s -100.0%", "faster"}, nil, ""},
		{"zero-time-benchmark.txt", "report", 0, []string{"A-8, n=8 | A | ns/op |", "| - | 0.000s ±0% |", "B-8, n=8"}, []string{"sec/op"}, ""},
		{"zero-time-benchmark.txt zero-time-benchmark.txt", "compare", 0, []string{"A 0.000s 0.000s 0.0%", "no time at all in A"}, []string{"NaN", "Inf"}, ""},
		{"zero-and-nonzero-MBs.txt", "report", 0, []string{"| A | ns/op | B/s |", "238.4MiB ±? |"}, []string{"MB/s", "n=4"}, ""},
		{"zero-and-nonzero-ns-metric.txt", "report", 0, []string{"| A | ns/op | wait-ns/op |", "250.0ns ±? |"}, []string{"wait-sec/op", "n=4"}, ""},
		{"zero-and-nonzero-ns-metric.txt zero-and-nonzero-ns-metric.txt", "compare", 0, []string{"A 103.5ns 103.5ns 0.0%"}, nil, ""},
		{"zero-and-nonzero-MBs.txt zero-and-nonzero-MBs.txt", "compare -gate MB/s=5%", 3, []string{"A 238.4MiB 238.4MiB 0.0%", "zeros among the values"}, []string{"more rounds would tell", "NaN"}, ""},
		{"missing-metric.txt", "report", 0, []string{"610.4MiB ±∞ n=5", "not measured in every sample, which is not zero: B/s of Copy in 5 of its 10 samples, hits/op of Sum in 3 of its 10 samples"}, nil, ""},
		{"half-missing_*", "compare -gate miss-ns/op=5%,hit%=5%", 0, []string{"not measured in every sample, which is not zero: miss-ns/op of Cache in 5 of the 10 samples of head", "(p=0.001 n=10+5)", "+2.0%"}, []string{"-100"}, ""},
		{"undeclared-direction_*", "compare -gate widgets/s=5%", 2, []string{"not judged: is more better?"}, []string{"slower", "faster", "fails the gate"}, `no Unit line says whether more widgets/s is better or less: have the benchmark print "Unit widgets/s better=higher" (or lower)`},
		{"undeclared-direction_*", "compare", 2, nil, nil, "choose of those that they have, such as -gate widgets/s=5%"},
		{"direction-in-head_*", "compare -gate req/s=5%", 1, []string{"slower", "fails the gate of 5%", "regression"}, []string{"faster", "is better or less"}, ""},
		{"rates_base.txt", "report", 0, []string{"| Decode | ns/op | hits/sec | items/sec | ms/file | p99-ns |", "99.85ns ±1%"}, []string{"/ns"}, ""},
		{"rates_*", "compare -gate items/sec=5%", 0, []string{"pass: 2 of 2", "benchstat: items/sec", "not looked at, for the gate does not ask: hits/sec, ms/file, p99-ns"}, nil, ""},
		{"exact_*", "compare -gate wire-B/op=0", 1, []string{"+10.0% exact"}, nil, ""},
		{"odd-units.txt odd-units.txt", "compare -gate widgets=5%,hit%=1%", 0, []string{"pass: 2 of 2 gated rows", `less is taken for better of widgets, hit%: a line such as "Unit widgets better=higher" would say otherwise`}, nil, ""},
		{"odd-units.txt odd-units.txt", "compare -gate speed=5%", 2, nil, nil, `"speed" is no metric of these files: want one of time, cpu, wire, allocs, bytes, phases, or a unit that they have: MB/s, hit%, p99-ms, req/s, ns/op, widgets`},
		{"odd-units.txt odd-units.txt", "compare", 0, []string{"not looked at, for the gate does not ask: MB/s, hit%, p99-ms, req/s, widgets (-gate MB/s=5% would)"}, nil, ""},
		{"odd-units.txt odd-units.txt", "compare -gate req/s=5%,widgets=5%", 2, []string{"unpaired, n=6, α", "is more better?", "MB/s, hit%, p99-ms (-gate"}, []string{"too few for so many"}, "req/s"},
		{"undeclared-direction_*", "compare -gate widgets/s=5%", 2, nil, []string{"too few for so many"}, "widgets/s"},
		{"odd-units.txt odd-units.txt", "report", 0, []string{"A-8: time per operation", "A-8: B/s", "A-8: hit%", "A-8: p99-ms", "A-8: req/s", "A-8: widgets"}, nil, ""},
		{"zero-variance_*", "compare", 1, []string{"+20.0% +20.0% … +20.0%", "+20.00% (p=0.000 n=8)"}, nil, ""},
		{"nan-metric.txt", "report", 0, []string{"99.85ns ±1%", "left out, for no benchmark measures that: hit-rate of ex.com/p: A-8 (NaN in line 5 and in 9 more samples)"}, nil, ""},
		{"negative-metric.txt", "report", 0, []string{"99.25ns ±0%", "drift-ns/op of ex.com/p: A-8 (-5 in line 5 and in 9 more samples)"}, nil, ""},
		{"nan-metric.txt nan-metric.txt", "compare", 0, []string{"pass: 2 of 2", "hit-rate of ex.com/p: A-8"}, nil, ""},

		// In whatever dress.
		{"utf16-powershell.txt", "report", 0, []string{"A-8, n=10", "99.85ns ±1%", "Test CPU"}, nil, ""},
		{"bom-before-first-benchmark.txt", "report", 0, []string{"A-8, n=1", "99.10ns", "B-8, n=1"}, nil, ""},
		{"log-to-stderr-merged.txt", "report", 0, []string{"StdLog-2, n=6", "404.7ns", "TLog-2, n=6"}, []string{"no result"}, ""},
		{"crlf.txt", "report", 0, []string{"A-8, n=10", "B-8, n=10", "Test CPU @ 2.00GHz"}, nil, ""},
		{"json.txt", "report", 0, []string{"example.com/lib: Parse-8, n=6", "example.com/lib/x: Parse-8, n=6", "Print-8, n=6"}, nil, ""},
		{"events.json", "report", 0, []string{"example.com/lib: Parse-8, n=6"}, nil, ""},
		{"github-log.txt", "report", 0, []string{"Parse-8, n=6", "Print-8, n=6", "AMD Ryzen"}, nil, ""},
		{"gh-run-view.txt", "report", 0, []string{"Parse-8, n=6", "Print-8, n=6"}, nil, ""},
		{"colours.txt", "report", 0, []string{"Parse-8, n=6", "Print-8, n=6"}, nil, ""},
		{"printing.txt", "report", 0, []string{"Hello-8, n=6", "Dots-8, n=6", "Serve-8, n=6"}, []string{"no result"}, ""},
		{"verbose.txt", "report", 0, []string{"Tree, names end in -8, n=6", "Log-8, n=6", "no result of 1 benchmark: example.com/lib: Net (line", "it was skipped"}, nil, ""},
		{"failing.txt", "report", 0, []string{"THE RUN FAILED, and is not complete (testdata/corpus/failing.txt:11: --- FAIL: BenchmarkBad-8)", "example.com/lib: Bad-8 (line 11: it failed)", "Good-8, n=6", "After-8, n=6"}, nil, ""},
		{"panicked.txt", "report", 0, []string{"THE RUN FAILED", "panicked.txt:11: panic: runtime error", "Good-8, n=6", "Other-8, n=6"}, nil, ""},
		{"timed-out.txt", "report", 0, []string{"panic: test timed out after 10m0s", "example.com/lib: Slow-8"}, nil, ""},
		{"build-failed.txt", "report", 0, []string{"THE RUN FAILED", "FAIL example.com/lib/broken [build failed]", "Good-8, n=6"}, nil, ""},
		{"damaged.txt", "report", 0, []string{"Parse-8, n=6", "100.6ns ±3%", `damaged.txt: 1 line not counted: line 8, "BenchmarkParse-8\t1000\t100.2": missing units`}, nil, ""},
		{"damaged.txt slower_base.txt", "compare", 2, []string{"could not measure", "Parse", "p=0."}, []string{"pass:"}, `damaged.txt: 1 line damaged, take the samples again: line 8, "BenchmarkParse-8\t1000\t100.2": missing units`},
		{"cut.txt", "report", 0, []string{"Parse-8, n=5", "line 10", "the file ends in the middle of this line (no newline)"}, nil, ""},
		{"prose.txt", "report", 0, []string{"Parse-8, n=6", "Scan-8, n=6"}, []string{"no result", "not counted"}, ""},
	} {
		t.Run(c.command+" "+c.files, func(t *testing.T) {
			args := strings.Fields(c.command)
			if args[0] == "report" {
				args = append(args, "-o", t.TempDir())
			}
			code, stdout, stderr := handoff(t, append(args, c.paths(t)...)...)
			text := strings.Join(strings.Fields(stdout), " ")
			if code != c.code {
				t.Errorf("code %d, want %d", code, c.code)
			}
			for _, want := range c.want {
				if !strings.Contains(text, want) {
					t.Errorf("lacks %q", want)
				}
			}
			for _, never := range c.never {
				if strings.Contains(text, never) {
					t.Errorf("has %q", never)
				}
			}
			if c.stderr != "" && (!strings.Contains(stderr, c.stderr) || strings.Count(stderr, "\n") != 1) {
				t.Errorf("stderr %q, want %q", stderr, c.stderr)
			}
			if t.Failed() {
				t.Logf("%s\n%s", stdout, stderr)
			}
		})
	}
}
