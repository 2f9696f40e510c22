package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// recordedRun is a run of ten rounds with invented numbers.
const recordedRun = "../../report/testdata/run"

func TestReport(t *testing.T) {
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
	if got := strings.Count(stderr.String(), "wrote "+dir); got != 5 {
		t.Errorf("stderr names %d files, want 5:\n%s", got, stderr.String())
	}
	for _, name := range []string{"summary.md", "plots/phases.png", "plots/breakeven.svg"} {
		if _, err := os.Stat(filepath.Join(dir, name)); err != nil {
			t.Error(err)
		}
	}
	if _, err := os.Stat(filepath.Join(recordedRun, "summary.md")); err == nil {
		t.Error("-o: wrote beside the recorded file all the same")
	}
}

func TestReportWritesBesideTheFile(t *testing.T) {
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

func TestReportBadInput(t *testing.T) {
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
		{"no argument", nil, "report: got 0 arguments, want one: a run's folder or a file"},
		{"two arguments", []string{"a", "b"}, "report: got 2 arguments"},
		{"unknown flag", []string{"-x"}, "report: flag provided but not defined: -x"},
		{"missing", []string{filepath.Join(dir, "absent")}, "absent: no such file or directory"},
		{"folder without a run", []string{dir}, "bench.txt: not found"},
		{"empty", []string{file("empty.txt", "")}, "empty.txt: empty file"},
		{"binary", []string{file("binary.txt", "\x7fELF\x00\x01")}, "binary.txt: binary file"},
		{"no results", []string{file("log.txt", "PASS\n")}, "log.txt: no benchmark lines"},
		{"truncated", []string{file("cut.txt", "BenchmarkA 1 25 ns/op\nBenchmarkA 1 2")}, "cut.txt:2: the file ends in the middle"},
		{"damaged", []string{file("bad.txt", "BenchmarkA 1 25 ns/op\nBenchmarkA 1 2\n")}, "bad.txt:2: missing units"},
		{"unwritable", []string{"-o", file("file", ""), recordedRun}, "not a directory"},
	} {
		t.Run(c.name, func(t *testing.T) {
			var stdout, stderr bytes.Buffer
			err := runReport(&stdout, &stderr, c.args)
			if err == nil || !strings.Contains(err.Error(), c.want) || strings.Contains(err.Error(), "\n") {
				t.Errorf("got %v, want one line with %q", err, c.want)
			}
		})
	}
}

func TestReportHelp(t *testing.T) {
	var stdout, stderr bytes.Buffer
	if err := runReport(&stdout, &stderr, []string{"-h"}); err != nil || !strings.Contains(stdout.String(), "usage: handoff report") || !strings.Contains(stdout.String(), "-o DIR") {
		t.Errorf("%v\n%s", err, stdout.String())
	}
}
