package main

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"

	"github.com/handoff-go/handoff/bench/runner"
)

// mixedModule is a module of one benchmark that is fine and one that fails.
func mixedModule(t *testing.T) string {
	t.Helper()
	t.Setenv("GOWORK", "off")
	t.Setenv("GOFLAGS", "-ldflags=-w")
	dir := t.TempDir()
	for name, text := range map[string]string{
		"go.mod": "module example.com/mixed\n\ngo 1.24\n",
		"mixed_test.go": `package mixed

import "testing"

func BenchmarkFine(b *testing.B) {
	for b.Loop() {
	}
}

func BenchmarkLate(b *testing.B) {
	for i := 0; i < b.N; i++ {
		if b.N > 1 {
			b.Fatal("late boom")
		}
	}
}
`} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// A run in which a benchmark failed ends with 1, prints its folder, and says which; the
// report says it, too.
func TestRunOfAFailureSaysSo(t *testing.T) {
	out := filepath.Join(t.TempDir(), "run")
	var stdout, stderr bytes.Buffer
	err := run(&stdout, &stderr, []string{"run", "-C", mixedModule(t), "-pkg", ".", "-rounds", "2", "-o", out})
	var exit exitError
	if !errors.As(err, &exit) || exit.code != exitFailed || stdout.String() != out+"\n" {
		t.Fatalf("error %v, it printed %q\n%s", err, stdout.String(), stderr.String())
	}
	const row = "example.com/mixed BenchmarkLate: round 1: exit status 1: mixed_test.go:13: late boom"
	for _, want := range []string{row, "all others are in " + out + ": handoff run -o " + out} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want %s", err, want)
		}
	}
	stderr.Reset()
	if err := run(&stdout, &stderr, []string{"report", out}); err != nil {
		t.Fatal(err)
	}
	if said := stdout.String() + stderr.String(); !strings.Contains(said, "FAILED, not measured or not to the end: "+row) {
		t.Errorf("the report says nothing of it:\n%s", said)
	}
}

// A comparison judges the others, and ends with 2; so it does when it is judged again.
func TestCompareOfAFailureSaysSo(t *testing.T) {
	dir := mixedModule(t)
	out := filepath.Join(t.TempDir(), "compare")
	var binaries []string
	for _, name := range []string{"a.test", "b.test"} {
		binaries = append(binaries, filepath.Join(t.TempDir(), name))
		build := exec.Command("go", "test", "-c", "-o", binaries[len(binaries)-1], ".")
		build.Dir = dir
		if out, err := build.CombinedOutput(); err != nil {
			t.Fatalf("%v\n%s", err, out)
		}
	}
	for _, args := range [][]string{
		append([]string{"compare", "-C", dir, "-floors", noFloors(t), "-rounds", "3", "-o", out}, binaries...),
		{"compare", "-floors", noFloors(t), out},
	} {
		var stdout, stderr bytes.Buffer
		err := run(&stdout, &stderr, args)
		var exit exitError
		if !errors.As(err, &exit) || exit.code != exitUnable || !strings.Contains(err.Error(), "BenchmarkLate") {
			t.Fatalf("%v: error %v\n%s", args, err, stderr.String())
		}
		if said := stdout.String(); !strings.Contains(said, "Fine") || !strings.Contains(said, "FAILED, not measured or not to the end: example.com/mixed BenchmarkLate") {
			t.Errorf("it printed\n%s", said)
		}
	}
}

// What head has no more fails a comparison that measures as it fails one of files, unless it
// may be gone; what it has new does not. So it is when the comparison is judged again.
func TestCompareOfAGoneBenchmark(t *testing.T) {
	dir := mixedModule(t)
	const text = "package mixed\n\nimport \"testing\"\n\n"
	var binaries []string
	for _, name := range []string{"Old", "New"} {
		source := text
		for _, benchmark := range []string{"Fine", name} {
			source += "func Benchmark" + benchmark + "(b *testing.B) {\n\tfor b.Loop() {\n\t}\n}\n"
		}
		if err := os.WriteFile(filepath.Join(dir, "mixed_test.go"), []byte(source), 0o600); err != nil {
			t.Fatal(err)
		}
		binaries = append(binaries, filepath.Join(t.TempDir(), "a.test"))
		build := exec.Command("go", "test", "-c", "-o", binaries[len(binaries)-1], ".")
		build.Dir = dir
		if out, err := build.CombinedOutput(); err != nil {
			t.Fatalf("%v\n%s", err, out)
		}
	}
	out := filepath.Join(t.TempDir(), "compare")
	procs := ""
	if n := runtime.GOMAXPROCS(0); n > 1 {
		procs = fmt.Sprintf("-%d", n)
	}
	gone, added := "example.com/mixed: Old"+procs, "only in head: example.com/mixed: New"+procs
	const flag = "(-gone ok, if that is meant to be)"
	for _, args := range [][]string{
		append([]string{"-C", dir, "-rounds", "2", "-benchtime", "100x", "-o", out}, binaries...),
		{out},
	} {
		code, stdout, stderr := handoff(t, append([]string{"compare", "-floors", noFloors(t)}, args...)...)
		if code != exitUnable || !strings.Contains(stderr, "head lacks what the gate looks at: "+gone+" "+flag) {
			t.Errorf("%v: code %d, %s", args, code, stderr)
		}
		if !strings.Contains(stdout, "only in base: "+gone) || !strings.Contains(stdout, added) {
			t.Errorf("%v: it does not list them:\n%s", args, stdout)
		}
	}
	code, stdout, stderr := handoff(t, "compare", "-floors", noFloors(t), "-gone", "ok", out)
	if code != exitInconclusive || strings.Contains(stdout+stderr, flag) || !strings.Contains(stdout, added) { // of two rounds
		t.Errorf("with -gone ok: code %d\n%s%s", code, stdout, stderr)
	}
	code, stdout, stderr = handoff(t, "compare", "-floors", noFloors(t), filepath.Join(out, "head.txt"), filepath.Join(out, "head.txt"))
	if code != exitInconclusive {
		t.Errorf("of a side with itself: code %d\n%s%s", code, stdout, stderr)
	}
}

// What the results are to be written to is tried before anything is measured.
func TestPlacesAreTriedFirst(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	damaged := filepath.Join(t.TempDir(), "floors.json")
	for path, text := range map[string]string{file: "", damaged: "{"} {
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	below := filepath.Join(file, "below")
	dir := mixedModule(t)
	for _, try := range []struct {
		want string
		args []string
	}{
		{"-floors ", []string{"selfcheck", "-C", dir, "-floors", below}},
		{dir + ": is a directory", []string{"selfcheck", "-C", dir, "-floors", dir}},
		{"-floors " + damaged, []string{"selfcheck", "-C", dir, "-floors", damaged}},
		{file + ": not a directory", []string{"selfcheck", "-C", dir, "-floors", noFloors(t), "-o", below}},
		{damaged, []string{"compare", "-C", dir, "-pkg", ".", "-floors", damaged, "HEAD", "."}},
		{"-floors " + below + "x", []string{"compare", "-C", dir, "-pkg", ".", "-floors", below + "x", "HEAD", "."}},
		{"run: mkdir " + file, []string{"run", "-C", dir, "-pkg", ".", "-o", below}},
	} {
		var stdout, stderr bytes.Buffer
		err := run(&stdout, &stderr, try.args)
		if err == nil || !strings.Contains(err.Error(), try.want) || strings.Contains(stderr.String(), "building") {
			t.Errorf("%v: error %v, want %s\n%s", try.args, err, try.want, stderr.String())
		}
	}
}

// A full disk ends a run as an interrupt does: what is recorded stays, and it says how to go on.
func TestHowToGoOn(t *testing.T) {
	for _, c := range []struct {
		dir  string
		err  error
		want string
	}{
		{"d", &runner.InterruptedError{Done: 1, Total: 2}, "go on with handoff run -o d -C m"},
		{"d", fmt.Errorf("x: %w", &fs.PathError{Op: "write", Path: "d/bench.txt", Err: syscall.ENOSPC}), "go on with handoff run -o d -C m"},
		{"", &fs.PathError{Op: "write", Path: "d/bench.txt", Err: syscall.ENOSPC}, ""},
		{"d", errors.New("recorded with another binary"), ""},
	} {
		got := howToGoOn("run", c.dir, " -C m", c.err)
		if (c.want == "") != (got == "") || !strings.Contains(got, c.want) {
			t.Errorf("%q, %v: %q, want %q", c.dir, c.err, got, c.want)
		}
	}
}
