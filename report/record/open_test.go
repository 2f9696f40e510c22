package record

import (
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

const small = `goos: linux
pkg: example.org/x
# run: 2026-11-23-a
# commit: 0123
Unit ns/op better=lower
# round: 1
# pressure: 1200
BenchmarkFactor/strategy=serial/digits=9/plain/workers=1-2 3 250 ns/op 10 compute-ns/item
# commit: 4567
# round: 2
BenchmarkFactor/strategy=serial/digits=9/plain/workers=1-2 1 260 ns/op
`

func TestParse(t *testing.T) {
	run, err := Parse("x.txt", []byte(small))
	if err != nil {
		t.Fatal(err)
	}
	if len(run.Samples) != 2 {
		t.Fatalf("got %d samples, want 2", len(run.Samples))
	}
	s := run.Samples[0]
	if s.Base != "Factor" || s.Procs != 2 || s.Iters != 3 || s.Line != 8 || s.Round != 1 || s.Pressure != 1200e-6 {
		t.Errorf("sample %+v", s)
	}
	want := []Pair{{"strategy", "serial"}, {"digits", "9"}, {"", "plain"}, {"workers", "1"}}
	for i, p := range s.Keys {
		if p != want[i] {
			t.Errorf("key %d: got %v, want %v", i, p, want[i])
		}
	}
	if got := s.Values["compute-sec/item"]; got != 10e-9 {
		t.Errorf("compute-sec/item = %g, want 1e-8 (tidied)", got)
	}
	if s.Key("digits") != "9" || s.Key("absent") != "" {
		t.Errorf("Key: %q %q", s.Key("digits"), s.Key("absent"))
	}
	if run.Samples[1].Round != 2 {
		t.Errorf("second round = %d, want 2", run.Samples[1].Round)
	}
	if run.Marks["run"] != "2026-11-23-a" || run.Marks["commit"] != "0123" {
		t.Errorf("marks %v", run.Marks)
	}
	if len(run.Mixed) != 1 || run.Mixed[0] != "commit" {
		t.Errorf("mixed %v, want commit", run.Mixed)
	}
	if len(s.Config) != 2 || s.Config[0] != (Pair{"goos", "linux"}) {
		t.Errorf("config %v", s.Config)
	}
}

// Plain output of go test, with what it prints around the results.
func TestParsePlain(t *testing.T) {
	run, err := Parse("x.txt", []byte("goos: linux\nBenchmarkA\nBenchmarkA-8 \t 100\t 250.5 ns/op\t 16 B/op\nPASS\nok  \texample.org/x\t1.2s\n"))
	if err != nil {
		t.Fatal(err)
	}
	if len(run.Samples) != 1 || run.Samples[0].Round != 0 || run.Samples[0].Pressure >= 0 || len(run.Marks) != 0 {
		t.Errorf("run %+v", run)
	}
}

func TestBadInput(t *testing.T) {
	long := "BenchmarkA 1 " + strings.Repeat("1 ns/op ", 20000) + "\n"
	for _, c := range []struct{ name, text, want string }{
		{"empty", "", "x.txt: empty file"},
		{"blank", " \n\n", "x.txt: empty file"},
		{"binary", "Bench\x00mark", "x.txt:1: a zero byte, so a binary file"},
		{"no lines", "PASS\nok x\n", "x.txt: no benchmark lines"},
		{"config only", "goos: linux\n# round: 1\n", "x.txt: no benchmark lines"},
		{"an unknown unit at the end", "BenchmarkA 1 25 widg", "x.txt:1: the file ends in the middle of this line"},
		{"a table of benchstat's", "     │ a.txt │\nA-8   100.0n ± 1%\n", "x.txt:2: no benchmark lines: a table of benchstat's holds no samples"},
		{"a pasted table", "| name | |\n|--|--|\n| BenchmarkA-8 | 100 | 25 ns/op |\n", `x.txt:3: no benchmark lines: "| BenchmarkA-8 | 100 | 25 ns/op |" is none`},
		{"indented", "  BenchmarkA-8 100 25 ns/op\n", `x.txt:1: no benchmark lines: "BenchmarkA-8 100 25 ns/op" is none, for it does not stand at the beginning`},
		{"prose", "Benchmarks were run.\nBenchmarkA-8 was fast.\n", "x.txt:2: no benchmark lines: no result of A-8 (line 2: was fast.)"},
		{"nothing but a panic", "BenchmarkA-8 \tpanic: boom\nexit status 2\n", "x.txt: no benchmark lines: THE RUN FAILED, and is not complete (x.txt:1: panic: boom)"},
		{"two encodings", "BenchmarkA 1 25 ns/op\nB\x00e\x00n\x00c\x00h\x00", "x.txt:2: a zero byte"},
		{"bad round", "# round: one\nBenchmarkA 1 25 ns/op\n", `x.txt:1: round "one": want a whole number from 1`},
		{"packed", "\x1f\x8b\x08\x00", "x.txt: compressed with gzip: unpack it first, or gunzip -c x.txt | handoff report -"},
		{"behind what a build prints", "#12 0.3 BenchmarkA-8 \t 100\t 25 ns/op\n", `x.txt:1: no benchmark lines: "#12 0.3 BenchmarkA-8 \t 100\t 25 ns/op" is none, for it does not stand at the beginning of its line (sed`},
		{"endless line", long, "x.txt:1: line of 160013 bytes, want at most 65535"},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := Parse("x.txt", []byte(c.text))
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %v, want %q", err, c.want)
			}
			if err != nil && strings.Contains(err.Error(), "\n") {
				t.Errorf("error of more than one line: %q", err)
			}
		})
	}
}

func TestOpen(t *testing.T) {
	dir := t.TempDir()
	if _, err := Open(dir); err == nil || !strings.Contains(err.Error(), "bench.txt: not found: want a run's folder") {
		t.Errorf("folder without bench.txt: %v", err)
	}
	if _, err := Open(filepath.Join(dir, "absent")); err == nil || !strings.HasSuffix(err.Error(), "absent: no such file or directory") {
		t.Errorf("absent: %v", err)
	}
	path := filepath.Join(dir, FileName)
	if err := os.WriteFile(path, []byte(small), 0o644); err != nil {
		t.Fatal(err)
	}
	for _, p := range []string{dir, path} {
		run, err := Open(p)
		if err != nil || run.Path != path {
			t.Errorf("Open(%s): %v, %v", p, run, err)
		}
	}
}

// FuzzParse looks for panics and for runs that contradict themselves.
func FuzzParse(f *testing.F) {
	f.Add([]byte(small))
	f.Add([]byte("BenchmarkA/=/a=/-2-3 1 25 ns/op\n# : x\n# round:\n"))
	f.Fuzz(func(t *testing.T, text []byte) {
		run, err := Parse("x.txt", text)
		if err == nil && len(run.Samples) == 0 {
			t.Error("no samples and no error")
		}
	})
}

// Of the samples of one cell in one round, the last one counts.
func TestPressed(t *testing.T) {
	run, err := Parse("x.txt", []byte("pkg: p\n# round: 1\nBenchmarkA 1 9 ns/op\nBenchmarkB 1 9 ns/op\n# round: 2\nBenchmarkA 1 9 ns/op\n"+
		"# round: 1\nBenchmarkA 1 8 ns/op\npkg: q\nBenchmarkB 1 8 ns/op\nBenchmarkA 1 7 ns/op\n"))
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range []bool{true, false, false, false, false, false} {
		if got := run.Samples[i].Pressed; got != want {
			t.Errorf("sample %d, line %d: pressed %v, want %v", i, run.Samples[i].Line, got, want)
		}
	}
	plain, err := Parse("x.txt", []byte("BenchmarkA 1 9 ns/op\nBenchmarkA 1 8 ns/op\n"))
	if err != nil || plain.Samples[0].Pressed {
		t.Errorf("without rounds nothing was taken again: %v, %v", plain, err)
	}
}

// Pressure is held against the cell's own median, and against how long its samples take.
func TestPressedByMarks(t *testing.T) {
	var text strings.Builder
	for round, us := range []int{400, 500, 600, 640, 660, 500} { // window 1 ms, median 600
		fmt.Fprintf(&text, "# round: %d\n# pressure: %d\nBenchmarkA 100 10000 ns/op\n# pressure: 900000\nBenchmarkB 1 1 B/op\n", round+1, us)
	}
	run, err := Parse("x.txt", []byte(text.String()+"# round: 6\n# pressure: 810\nBenchmarkA 100 10000 ns/op\n"))
	if err != nil {
		t.Fatal(err)
	}
	for i, s := range run.Samples {
		last := i == len(run.Samples)-1
		if want := last; s.Pressed != want {
			t.Errorf("line %d: excess %.3f, pressed %v, want %v", s.Line, s.Excess, s.Pressed, want)
		}
		if last && math.Abs(s.Excess-0.21) > 1e-9 {
			t.Errorf("excess %g, want 0.21", s.Excess)
		}
	}
}

// What the runner says it could not measure is among the troubles, unless it was measured
// since; so is what it left out.
func TestWhatTheRunnerLeftOut(t *testing.T) {
	run, err := Parse("x.txt", []byte(`# run: x
# failed: p BenchmarkBad: round 1: exit status 1
# failed: p BenchmarkFlaky/k=v: round 1: boom
# left-out: p BenchmarkNet: it skips itself: no network
pkg: p
# round: 1
BenchmarkFine-2 1 5 ns/op
# round: 2
BenchmarkFlaky/k=v-2 1 5 ns/op
# failed: p: build p: undefined
`))
	if err != nil {
		t.Fatal(err)
	}
	got := strings.Join(run.Troubles(), "\n")
	want := `FAILED, not measured or not to the end: p BenchmarkBad: round 1: exit status 1
FAILED, not measured or not to the end: p: build p: undefined
left out of the run: p BenchmarkNet: it skips itself: no network`
	if got != want {
		t.Errorf("troubles:\n%s\nwant:\n%s", got, want)
	}
}
