package record

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"unicode/utf16"
)

// told spells samples: package, name and values in the order of the file.
func told(run *Run) string {
	var all []string
	for _, s := range run.Samples {
		var values []string
		for unit, v := range s.Values {
			values = append(values, fmt.Sprintf("%.6g %s", v, unit))
		}
		slices.Sort(values)
		all = append(all, fmt.Sprintf("%s=%s", s.ID, strings.Join(values, ",")))
	}
	return strings.Join(all, "; ")
}

// wide is text in UTF-16 as PowerShell writes it.
func wide(text string, bigEndian, mark bool) string {
	var out []byte
	units := utf16.Encode([]rune(text))
	if mark {
		units = append([]uint16{0xfeff}, units...)
	}
	for _, u := range units {
		if bigEndian {
			out = append(out, byte(u>>8), byte(u))
		} else {
			out = append(out, byte(u), byte(u>>8))
		}
	}
	return string(out)
}

// In whatever dress a result comes it is read, and what has none is named.
func TestReading(t *testing.T) {
	const plain = "pkg: p\nBenchmarkA-8\t100\t25 ns/op\nBenchmarkB-8\t100\t50 ns/op\n"
	const both = "p: A-8=2.5e-08 sec/op; p: B-8=5e-08 sec/op"
	for _, c := range []struct {
		name, text, want string
		troubles         []string // parts of them, in order
	}{
		{"plain", plain, both, nil},
		{"no newline at the end", strings.TrimSuffix(plain, "\n"), both, nil},
		{"carriage returns", strings.ReplaceAll(plain, "\n", "\r\n"), both, nil},
		{"only carriage returns", strings.ReplaceAll(plain, "\n", "\r"), both, nil},
		{"written over", "pkg: p\n 10 %\r100 %\rBenchmarkA-8 100 25 ns/op\nBenchmarkB-8 100 50 ns/op\n", both, nil},
		{"byte order mark", bom + plain, both, nil},
		{"a mark before the first benchmark", bom + "BenchmarkA-8 100 25 ns/op\n", "A-8=2.5e-08 sec/op", nil},
		{"two files with marks", bom + "pkg: p\nBenchmarkA-8 100 25 ns/op\n" + bom + "BenchmarkB-8 100 50 ns/op\n", both, nil},
		{"UTF-16", wide(plain, false, true), both, nil},
		{"UTF-16, big-endian", wide(plain, true, true), both, nil},
		{"UTF-16 without a mark", wide(plain, false, false), both, nil},
		{"colours", "\x1b[1mpkg: p\x1b[0m\n\x1b[32mBenchmarkA-8\x1b[0m 100 \x1b[33m25 ns/op\x1b[0m\n\x1b]0;title\x07BenchmarkB-8 100 50 ns/op\x1b[K\n", both, nil},
		{"time stamps", "2026-05-01T12:34:56.1234567Z pkg: p\n2026-05-01T12:34:57.1234567Z BenchmarkA-8 100 25 ns/op\nbench\tRun go test\t2026-05-01T12:34:57.123Z BenchmarkB-8 100 50 ns/op\n", both, nil},
		{"a value that is zero", "BenchmarkA-8 100 0 ns/op 0 MB/s 0 wait-ns/op 0 B/op\n", "A-8=0 B/op,0 B/s,0 sec/op,0 wait-sec/op", nil},
		{"log lines", "BenchmarkA-8   \t2026/11/29 03:42:14 to stderr\n      50\t       547.4 ns/op\nBenchmarkA-8   \tone\ntwo\nthree\n      50\t       301.7 ns/op\t       7 widgets\n",
			"A-8=5.474e-07 sec/op; A-8=3.017e-07 sec/op,7 widgets", nil},
		{"output without a newline", "BenchmarkA-8   \thello, 5 apples      50\t       547.4 ns/op\nBenchmarkB-8   \t5.\n6      50\t       10 ns/op\n",
			"A-8=5.474e-07 sec/op; B-8=1e-08 sec/op", nil},
		{"output with an empty line first", "BenchmarkA-8   \t\nx\n      50\t       547.4 ns/op\n", "A-8=5.474e-07 sec/op", nil},
		{"a megabyte of output", "BenchmarkA-8   \t" + strings.Repeat("x", 1<<20) + "\n      50\t       547.4 ns/op\n", "A-8=5.474e-07 sec/op", nil},
		{"go test -v", "=== RUN   BenchmarkA\nBenchmarkA\nBenchmarkA/x\nBenchmarkA/x-8 100 25 ns/op\nBenchmarkB\n    p_test.go:5: hello\nBenchmarkB-8 100 50 ns/op\n--- BENCH: BenchmarkB-8\n    p_test.go:5: hello\n",
			"A/x-8=2.5e-08 sec/op; B-8=5e-08 sec/op", nil},
		{"prose", "Benchmarks were taken on Monday.\nBenchmark results:\nBenchmarking took 5 minutes\nBenchmarkA: see below\n" + plain, both, nil},
		{"a failed benchmark", "pkg: p\nBenchmarkA-8 100 25 ns/op\nBenchmarkF-8 \t--- FAIL: BenchmarkF-8\n    p_test.go:9: boom\nBenchmarkB-8 100 50 ns/op\nFAIL\nexit status 1\nFAIL\tp\t0.1s\n", both,
			[]string{"THE RUN FAILED, and is not complete (x.txt:3: --- FAIL: BenchmarkF-8)", "no result of 1 benchmark: p: F-8 (line 3: it failed)"}},
		{"a panic", "pkg: p\nBenchmarkA-8 100 25 ns/op\nBenchmarkF-8 \tpanic: boom\n\ngoroutine 7 [running]:\nexit status 2\nFAIL\tp\t0.1s\npkg: p\nBenchmarkB-8 100 50 ns/op\n", both,
			[]string{"(x.txt:3: panic: boom)", "p: F-8 (line 3: panic: boom)"}},
		{"a panic that is no config line", "pkg: p\nBenchmarkA-8 100 25 ns/op\nBenchmarkF-8 \npanic: boom\nBenchmarkB-8 100 50 ns/op\n", both, []string{"(x.txt:4: panic: boom)", "1 benchmark: p: F-8 (line 3)"}},
		{"a failed build", "FAIL\tq [build failed]\n" + plain + "FAIL\n", both, []string{"(x.txt:1: FAIL q [build failed])"}},
		{"a skipped one", "pkg: p\n=== RUN   BenchmarkS\nBenchmarkS\n    p_test.go:9: not here\n--- SKIP: BenchmarkS\nBenchmarkA-8 100 25 ns/op\nBenchmarkB-8 100 50 ns/op\n", both, []string{"no result of 1 benchmark: p: S (line 3: it was skipped)"}},
		{"a name and no more", "pkg: p\nBenchmarkA-8 100 25 ns/op\nBenchmarkC\nBenchmarkB-8 100 50 ns/op\nBenchmarkD-8 \t", both, []string{"no result of 2 benchmarks: p: D-8 (line 5); p: C (line 3)"}},
		{"behind other text", plain + "> BenchmarkC-8 100 25 ns/op\n", both, []string{`1 line not counted: line 4, "> BenchmarkC-8 100 25 ns/op"`}},
		{"a result of nobody", "      50\t       547.4 ns/op\n" + plain, both, []string{"a result without a name"}},
		{"no number", "BenchmarkA-8 1 25 ns/op NaN rate\nBenchmarkA-8 1 25 ns/op 3 rate\nBenchmarkB-8 1 25 ns/op 3 rate\n", "A-8=2.5e-08 sec/op; A-8=2.5e-08 sec/op; B-8=2.5e-08 sec/op,3 rate",
			[]string{"left out, for no benchmark measures that: rate of A-8 (NaN in line 1)"}},
		{"infinite and negative", "BenchmarkA-8 1 +Inf ns/op -3 x-ns/op 5 y\nBenchmarkA-8 1 +Inf ns/op 3 x-ns/op 5 y\n", "A-8=5 y; A-8=5 y",
			[]string{"ns/op of A-8 (+Inf in line 1 and in 1 more samples); x-ns/op of A-8 (-3 in line 1)"}},
		{"a metric twice", "BenchmarkA-8 1 25 ns/op 30 ns/op\n", "A-8=2.5e-08 sec/op", []string{"ns/op (line 1)"}},
	} {
		run, err := Parse("x.txt", []byte(c.text))
		if err != nil {
			t.Errorf("%s: %v", c.name, err)
			continue
		}
		if got := told(run); got != c.want {
			t.Errorf("%s: %s; want %s", c.name, got, c.want)
		}
		troubles := run.Troubles()
		if len(troubles) != len(c.troubles) {
			t.Errorf("%s: troubles %q, want %q", c.name, troubles, c.troubles)
			continue
		}
		for i, want := range c.troubles {
			if !strings.Contains(troubles[i], want) {
				t.Errorf("%s: %q lacks %q", c.name, troubles[i], want)
			}
		}
	}
}

// One damaged line costs itself, with its line and reason: what is around it is read.
func TestDamagedLines(t *testing.T) {
	const before, after = "pkg: p\nBenchmarkA-8 100 25 ns/op\n", "BenchmarkB-8 100 50 ns/op\n"
	const both = "p: A-8=2.5e-08 sec/op; p: B-8=5e-08 sec/op"
	long := strings.Repeat("x", 70000)
	for _, c := range []struct{ name, line, want, why string }{
		{"no unit", "BenchmarkA-8 100 25", both, "missing units"},
		{"no unit of the second value", "BenchmarkA-8 100 25 ns/op 5", both, "missing units"},
		{"a count", "BenchmarkA-8 1x 25 ns/op", both, "parsing iteration count"},
		{"too large a count", "BenchmarkA-8 99999999999999999999 25 ns/op", both, "parsing iteration count"},
		{"too large a number", "BenchmarkA-8 100 1e309 ns/op", both, "out of range"},
		{"two points", "BenchmarkA-8 100 1.5.2 ns/op", both, "parsing measurement"},
		{"commas", "BenchmarkA-8 100 1,234 ns/op", both, `"1,234" is no number`},
		{"commas in a later value", "BenchmarkA-8 100 25 ns/op 1,234 B/op", both, "parsing measurement"},
		{"a word", "BenchmarkA-8 100 null ns/op", both, `"null" is no number`},
		{"no number", "BenchmarkA-8 100 ns/op", both, `"ns/op" is no number`},
		{"a unit line", "Unit ns/op better", both, "expected key=value"},
		{"a unit line that contradicts", "Unit x better=lower\nUnit x better=higher", both, "already set"},
		{"the pressure", "# pressure: -3", both, `pressure "-3": want microseconds`},
		{"a round", "# round: one", "p: A-8=2.5e-08 sec/op", "the mark of its round is damaged"},
		{"a round, for as long as it lasts", "# round: one\nBenchmarkA-8 100 99 ns/op\n# round: 2", both, "the mark of its round is damaged"},
		{"a long name", "BenchmarkA/" + long + "-8 100 25 ns/op", both, "line of 70026 bytes, want at most 65535"},
		{"a long line of a log", long, both, "line of 70000 bytes, want at most 65535"},
		{"zero bytes", "\x00\x00\x00", both, "it has a zero byte"},
		{"a zero byte in a name", "BenchmarkA\x00-8 100 25 ns/op", both, "it has a zero byte"},
		{"blanks in a name", "BenchmarkA/with space-8\t100\t25 ns/op", both, "go test writes _ for a blank in a name"},
		{"a name that has other results", "BenchmarkA-8 improved by 5 ns/op", both, "it holds no result"},
	} {
		run, err := Parse("x.txt", []byte(before+c.line+"\n"+after))
		if err != nil {
			t.Errorf("%s: %v", c.name, err)
			continue
		}
		if got := told(run); got != c.want {
			t.Errorf("%s: %s; want %s", c.name, got, c.want)
		}
		if got := strings.Join(run.Troubles(), "\n"); !strings.Contains(got, "not counted: line") || !strings.Contains(got, c.why) {
			t.Errorf("%s: troubles %q, want a line that is not counted, for %q", c.name, got, c.why)
		}
		lost := strings.Contains(c.line, "Benchmark") && !strings.Contains(c.line, "improved") || strings.HasPrefix(c.line, "#") || strings.HasPrefix(c.line, "Unit")
		if got := run.Damaged(); (got != "") != lost {
			t.Errorf("%s: damaged: %q", c.name, got)
		}
	}
}

// Where the file ends in the middle of its last line, that line is not counted.
func TestCutFiles(t *testing.T) {
	event := func(output string) string {
		return fmt.Sprintf(`{"Action":"output","Package":"p","Output":%q}`, output) + "\n"
	}
	for name, text := range map[string]string{
		"a unit":   "pkg: p\nBenchmarkA-8 1 25 ns/op\nBenchmarkA-8 1 2 ns/o",
		"a metric": "pkg: p\nBenchmarkA-8 1 25 ns/op\nBenchmarkA-8 1 25 ns/op 3 B",
		"a value":  "pkg: p\nBenchmarkA-8 1 25 ns/op\nBenchmarkA-8 1 2",
		"events":   event("BenchmarkA-8 1 25 ns/op\n") + event("BenchmarkA-8 1 26 ns/op\n")[:60],
	} {
		run, err := Parse("x.txt", []byte(text))
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if got := told(run); got != "p: A-8=2.5e-08 sec/op" {
			t.Errorf("%s: %s", name, got)
		}
		if got := run.Damaged(); !strings.Contains(got, "x.txt: 1 line damaged, take the samples again: line ") || !strings.Contains(got, "the file ends in the middle of this line") {
			t.Errorf("%s: %q", name, got)
		}
	}
}

// A damaged event costs what it says.
func TestDamagedEvent(t *testing.T) {
	run, err := Parse("x.txt", []byte(strings.Replace(events, `{"Time":"2026-05-01T12:00:00Z","Action":"run"`, `{"Action":"output","Pack`+"\n"+`{"Time":"2026-05-01T12:00:00Z","Action":"run"`, 1)))
	if err != nil {
		t.Fatal(err)
	}
	if got := told(run); got != "p: A-8=2.5e-08 sec/op; q: A-8=5e-08 sec/op" {
		t.Error(got)
	}
	if got := run.Damaged(); !strings.Contains(got, `1 line damaged, take the samples again: line 5, "{\"Action\":\"output\",\"Pack": damaged line of go test -json`) {
		t.Error(got)
	}
}

// The results of two jobs of a build server, or of two steps of one, are no samples of one
// cell; what only the log around them differs in is not said.
func TestJobs(t *testing.T) {
	log := func(job, step, text string) string {
		return job + "\t" + step + "\t2026-05-01T12:34:57.123Z " + text + "\n"
	}
	const a, b = "BenchmarkA-8 100 25 ns/op", "BenchmarkA-8 100 50 ns/op"
	for _, c := range []struct{ name, text, want string }{
		{"one", log("x", "setup", "ok") + log("x", "bench", a) + log("x", "bench", b), "; "},
		{"two jobs", log("go 1.25", "bench", "pkg: p") + log("go 1.25", "bench", a) + log("go 1.26", "bench", b) + log("go 1.26", "bench", b), "job: go 1.25\n; job: go 1.26\n; job: go 1.26\n"},
		{"two steps", log("x", "old", a) + log("x", "new", b) + log("x", "old", b), "step: old\n; step: new\n; step: old\n"},
		{"two of both", log("x", "old", a) + log("y", "new", b), "job: x\nstep: old\n; job: y\nstep: new\n"},
		{"none", a + "\n" + b + "\n", "; "},
	} {
		run := parse(t, "x.txt", c.text)
		var got []string
		for _, s := range run.Samples {
			got = append(got, s.ID.Config)
		}
		if strings.Join(got, "; ") != c.want {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
	if run := parse(t, "x.txt", log("x", "old", a)+log("y", "new", b)); run.Samples[1].Line != 2 {
		t.Errorf("line %d, want 2", run.Samples[1].Line)
	}
}

// events are a stream of go test -json, two packages at once.
const events = `{"Time":"2026-05-01T12:00:00Z","Action":"start","Package":"p"}
{"Time":"2026-05-01T12:00:00Z","Action":"output","Package":"p","Output":"goos: linux\n"}
{"Time":"2026-05-01T12:00:00Z","Action":"output","Package":"q","Output":"goos: linux\n"}
{"Time":"2026-05-01T12:00:00Z","Action":"output","Package":"p","Output":"pkg: p\n"}
{"Time":"2026-05-01T12:00:00Z","Action":"run","Package":"p","Test":"BenchmarkA"}
{"Time":"2026-05-01T12:00:00Z","Action":"output","Package":"p","Test":"BenchmarkA","Output":"=== RUN   BenchmarkA\n"}
{"Time":"2026-05-01T12:00:00Z","Action":"output","Package":"p","Test":"BenchmarkA","Output":"BenchmarkA\n"}
{"Time":"2026-05-01T12:00:00Z","Action":"output","Package":"p","Test":"BenchmarkA","Output":"BenchmarkA-8   \t"}
{"Time":"2026-05-01T12:00:00Z","Action":"output","Package":"q","Test":"BenchmarkA","Output":"BenchmarkA-8   \t"}
{"Time":"2026-05-01T12:00:00Z","Action":"output","Package":"p","Test":"BenchmarkA","Output":"\u001b[1m     100\t        25 ns/op\u001b[0m\n"}
not of go test
{"level":"info","msg":"not of go test either"}
{"Time":"2026-05-01T12:00:00Z","Action":"output","Package":"q","Test":"BenchmarkA","Output":"     100\t        50 ns/op\n"}
{"Time":"2026-05-01T12:00:00Z","Action":"output","Package":"q","Output":"BenchmarkC-8   \tpanic: boom\n"}
{"Time":"2026-05-01T12:00:00Z","Action":"fail","Package":"q","Elapsed":1}
`

func TestReadingJSON(t *testing.T) {
	for name, text := range map[string]string{"as it comes": events, "from Windows": wide(strings.ReplaceAll(events, "\n", "\r\n"), false, true), "cut": events + `{"Time":"2026-05-01T12:00:00Z","Action":"out`} {
		run, err := Parse("x.txt", []byte(text))
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if got, want := told(run), "p: A-8=2.5e-08 sec/op; q: A-8=5e-08 sec/op"; got != want {
			t.Errorf("%s: %s; want %s", name, got, want)
		}
		if run.Samples[0].Line != 10 || !slices.Contains(run.Samples[0].Config, Pair{"goos", "linux"}) {
			t.Errorf("%s: line %d, %v", name, run.Samples[0].Line, run.Samples[0].Config)
		}
		if got := strings.Join(run.Troubles(), "\n"); !strings.Contains(got, "x.txt:14: panic: boom") || !strings.Contains(got, "1 benchmark: q: C-8 (line 14: panic: boom)") {
			t.Errorf("%s: %s", name, got)
		}
	}
}
