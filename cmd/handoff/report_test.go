package main

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// recordedRun is a run of ten rounds with invented numbers.
const recordedRun = "../../report/testdata/run"

func TestReport(t *testing.T) {
	draws(t)
	dir := t.TempDir()
	var stdout, stderr bytes.Buffer
	if err := runReport(&stdout, &stderr, []string{"-o", dir, recordedRun}); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"| digits=9/shape=number ", "process-gob", "pays off from"} {
		if !strings.Contains(stdout.String(), want) {
			t.Errorf("stdout lacks %q", want)
		}
	}
	plots, err := filepath.Glob(filepath.Join(dir, "plots", "*.*g"))
	if err != nil || len(plots) < 8 {
		t.Errorf("%d pictures (%v), want at least four in two formats", len(plots), err)
	}
	for _, path := range plots {
		if !strings.Contains(stderr.String(), "wrote "+path+"\n") {
			t.Errorf("stderr does not name %s:\n%s", path, stderr.String())
		}
	}
	for _, name := range []string{"summary.md", "index.html", "plots/phases.png", "plots/breakeven.svg"} {
		if _, err := os.Stat(filepath.Join(dir, name)); err != nil {
			t.Error(err)
		}
	}
	if _, err := os.Stat(filepath.Join(recordedRun, "summary.md")); err == nil {
		t.Error("-o: wrote beside the recorded file all the same")
	}
}

func TestReportWritesBesideTheFile(t *testing.T) {
	draws(t)
	data, err := os.ReadFile(filepath.Join(recordedRun, "bench.txt"))
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	path := filepath.Join(dir, "other.txt")
	if err := os.WriteFile(path, data, 0o644); err != nil {
		t.Fatal(err)
	}
	var stdout, stderr bytes.Buffer
	if err := runReport(&stdout, &stderr, []string{path}); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(filepath.Join(dir, "plots", "phases.svg")); err != nil {
		t.Error(err)
	}
	if now, _ := os.ReadFile(path); !bytes.Equal(now, data) {
		t.Error("the recorded file was changed")
	}
}

// twoMachines is what two files make when they are put into one.
const twoMachines = "cpu: A\nBenchmarkX-2 1 5 ns/op\ncpu: B\nBenchmarkX-2 1 7 ns/op\n"

// What is odd but can be tabled is tabled, with what is odd about it; the exit
// code is 0.
func TestReportOddInput(t *testing.T) {
	dir := t.TempDir()
	const factor = "BenchmarkFactor/strategy=%s/digits=9/workers=2-2 1 50 ns/op 50 ns/item 40 compute-ns/item\n"
	for _, c := range []struct {
		name, text string
		flags      []string
		want       []string
	}{
		{"asked for two machines", twoMachines, []string{"-mixed"}, []string{"X was measured under 2 different configurations (packages, processors, config lines): each has its own table"}},
		{"another project", "BenchmarkSort/n=10-8 100 250 ns/op 16 B/op\n", nil, []string{"| n=10 |", "no pictures: the file has no benchmark that strategy=serial"}},
		{"metrics missing", strings.ReplaceAll(fmt.Sprintf(factor+factor, "serial", "process-gob"), " 40 compute-ns/item", ""), nil,
			[]string{"| digits=9 |", "metric compute-ns/item for Factor/strategy=serial/digits=9"}},
		{"cells missing", strings.Repeat(fmt.Sprintf(factor+factor+factor, "serial", "process-gob", "process-json")+strings.ReplaceAll(fmt.Sprintf(factor+factor, "serial", "process-gob"), "digits=9", "digits=11"), 6), nil,
			[]string{"no samples, so left out of tables and pictures, of Factor process-json digits=11"}},
		{"a damaged line", "BenchmarkA-2 1 25 ns/op\nBenchmarkA-2 1 2\nBenchmarkB-2 1 50 ns/op\n", nil,
			[]string{"A-2, n=1", "B-2, n=1", `x.txt: 1 line not counted: line 2, "BenchmarkA-2 1 2": missing units`}},
		{"one sample", fmt.Sprintf(factor+factor, "serial", "process-gob"), nil, []string{"fewer than 6 samples, so no 95% interval"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			path := filepath.Join(dir, "x.txt")
			if err := os.WriteFile(path, []byte(c.text), 0o644); err != nil {
				t.Fatal(err)
			}
			var stdout, stderr bytes.Buffer
			if err := runReport(&stdout, &stderr, append(c.flags, path)); err != nil {
				t.Fatal(err)
			}
			for _, want := range c.want {
				if text := strings.Join(strings.Fields(stdout.String()), " "); !strings.Contains(text, want) {
					t.Errorf("no %q in\n%s", want, stdout.String())
				}
			}
		})
	}
}

// Two runs are printed side by side; files appear only where -o says.
func TestReportBeside(t *testing.T) {
	dir := t.TempDir()
	var stdout, stderr bytes.Buffer
	if err := runReport(&stdout, &stderr, []string{recordedRun, recordedRun}); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(stdout.String(), "B / A") || !strings.Contains(stdout.String(), "are no verdict") || stderr.Len() > 0 {
		t.Errorf("stdout %s\nstderr %s", &stdout, &stderr)
	}
	if err := runReport(&stdout, &stderr, []string{"-o", dir, recordedRun, recordedRun}); err != nil {
		t.Fatal(err)
	}
	want := "wrote " + filepath.Join(dir, "summary.md") + "\nwrote " + filepath.Join(dir, "index.html") + "\n"
	if stderr.String() != want {
		t.Errorf("stderr %s, want %s", &stderr, want)
	}
	for _, name := range []string{"summary.md", "index.html"} {
		if _, err := os.Stat(filepath.Join(recordedRun, name)); err == nil {
			t.Errorf("%s was written beside the recorded file", name)
		}
	}
}

func TestReportBadInput(t *testing.T) {
	draws(t)
	dir := t.TempDir()
	file := func(name, text string) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		return path
	}
	for _, c := range []struct {
		name string
		args []string
		want string
	}{
		{"no argument", nil, "report: got 0 arguments, want one or two: runs' folders or files"},
		{"three arguments", []string{"a", "b", "c"}, "report: got 3 arguments"},
		{"unknown flag", []string{"-x"}, "report: flag provided but not defined: -x"},
		{"missing", []string{filepath.Join(dir, "absent")}, "absent: no such file or directory"},
		{"folder without a run", []string{dir}, "bench.txt: not found"},
		{"empty", []string{file("empty.txt", "")}, "empty.txt: empty file"},
		{"binary", []string{file("binary.txt", "\x7fELF\x00\x01")}, "binary.txt:1: a zero byte, so a binary file"},
		{"no results", []string{file("log.txt", "PASS\n")}, "log.txt: no benchmark lines"},
		{"truncated", []string{file("cut.txt", "PASS\nBenchmarkA 1 2")}, "cut.txt:2: the file ends in the middle"},
		{"damaged", []string{file("bad.txt", "PASS\nBenchmarkA 1 2\n")}, "bad.txt:2: missing units"},
		{"unwritable", []string{"-o", file("file", ""), recordedRun}, "not a directory"},
		{"unwritable below", []string{"-o", filepath.Join(file("file", ""), "x"), recordedRun, recordedRun}, "not a directory"},
		{"no place for files", []string{"-o", "/proc/nowhere", recordedRun}, "/proc/nowhere"},
		{"second missing", []string{recordedRun, filepath.Join(dir, "absent")}, "absent: no such file or directory"},
		{"two machines", []string{file("two.txt", twoMachines)}, "two.txt:4: from here on samples of another machine (cpu: B, before that A): " +
			`give each machine a file of its own and put them side by side with "handoff report A B", or ask for one report of all with -mixed`},
		{"two machines in the second", []string{recordedRun, file("two.txt", twoMachines)}, "two.txt:4: from here on"},
	} {
		t.Run(c.name, func(t *testing.T) {
			var stdout, stderr bytes.Buffer
			err := runReport(&stdout, &stderr, c.args)
			if err == nil || !strings.Contains(err.Error(), c.want) || strings.Contains(err.Error(), "\n") {
				t.Errorf("got %v, want one line with %q", err, c.want)
			}
			if got := status(&stderr, err); got != exitUnable {
				t.Errorf("exit code %d, want %d", got, exitUnable)
			}
		})
	}
}

func TestReportHelp(t *testing.T) {
	var stdout, stderr bytes.Buffer
	if err := run(&stdout, &stderr, []string{"report", "-h"}); err != nil || !strings.Contains(stdout.String(), "usage: handoff report") || !strings.Contains(stdout.String(), "-o DIR") {
		t.Errorf("%v\n%s", err, stdout.String())
	}
}

// draws skips a test that draws where time is short: under the race detector,
// which finds nothing in one goroutine, that takes ten times as long.
func draws(t *testing.T) {
	t.Helper()
	if testing.Short() {
		t.Skip("draws pictures")
	}
}
