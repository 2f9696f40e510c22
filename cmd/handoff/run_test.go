package main

import (
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/handoff-go/handoff/bench/runner"
)

// The suites are patterns over names that another package makes: each must still
// find its cells, and the default one stay small enough for its five minutes.
func TestSuitesFindTheirCells(t *testing.T) {
	if testing.Short() {
		t.Skip("builds the benchmarks")
	}
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	for suite, wants := range map[string]map[string]int{
		"default": {"Factor": 30, "Handoff": 43, "Chunk": 4, "Workers": 6, "RoundTrip": 2, "Start": 1, "Floor": 2, "Canary": 1},
		"quick":   {"Factor": 15, "Canary": 1},
		"floor":   {"Handoff": 22, "RoundTrip": 5, "Start": 5, "Floor": 46, "Canary": 1},
		"compare": {"Factor": 6, "Handoff": 1, "RoundTrip": 3, "Codec": 4, "Canary": 1},
	} {
		cells, err := runner.List(ctx, runner.Config{Suite: suite})
		if err != nil {
			t.Fatal(err)
		}
		got := map[string]int{}
		for _, cell := range cells {
			name, _, _ := strings.Cut(cell, "/")
			got[strings.TrimPrefix(name, "Benchmark")]++
		}
		for name, want := range wants {
			if got[name] != want {
				t.Errorf("suite %s: %d cells of %s, want %d", suite, got[name], name, want)
			}
		}
		if suite == "compare" {
			checkSelfcheckCells(t, cells)
		}
		if len(cells) > 90 || len(got) != len(wants) {
			t.Errorf("suite %s: %d cells, of %v", suite, len(cells), got)
		}
	}
}

func TestRunRunRefusesBadFlags(t *testing.T) {
	for args, want := range map[string]string{
		"-suite nope":     `run: -suite "nope": want one of default, quick, full, floor, auto, compare`,
		"-rounds 0":       `run: invalid value "0" for flag -rounds: want a whole number from 1`,
		"-seed -1":        `run: invalid value "-1" for flag -seed: want a whole number from 1`,
		"-benchtime soon": `run: -benchtime "soon": want a number of iterations such as 1x or 100x, or a time such as 500ms`,
		"-nope":           "run: flag provided but not defined: -nope",
		"results/x":       `run: unexpected argument "results/x": want flags only`,
	} {
		err := runRun(io.Discard, io.Discard, strings.Fields(args))
		if err == nil || err.Error() != want {
			t.Errorf("%s: error %v, want %s", args, err, want)
		}
	}
}

func TestRunRunHelpNamesSuitesAndFlags(t *testing.T) {
	var out strings.Builder
	if err := run(&out, io.Discard, []string{"run", "-h"}); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"usage: handoff run", "quick", "not for comparison", "-rounds N", "-o DIR"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("help does not mention %q:\n%s", want, out.String())
		}
	}
}

// interrupter sends this process an interrupt once the first turn is done.
type interrupter struct{ sent bool }

func (i *interrupter) Write(p []byte) (int, error) {
	if strings.HasPrefix(string(p), "[") && !i.sent {
		i.sent = true
		self, err := os.FindProcess(os.Getpid())
		if err == nil {
			err = self.Signal(syscall.SIGINT)
		}
		if err != nil {
			return 0, err
		}
		time.Sleep(100 * time.Millisecond) // the signal arrives on its own time
	}
	return len(p), nil
}

func TestRunRunInterruptedSaysHowToGoOn(t *testing.T) {
	out := filepath.Join(t.TempDir(), "run")
	module := filepath.Join("..", "..", "bench", "runner", "testdata", "tiny")
	args := []string{"-C", module, "-pkg", ".", "-bench", "Fast", "-rounds", "30", "-o", out}
	var stdout strings.Builder
	err := runRun(&stdout, &interrupter{}, args)
	var interrupted *runner.InterruptedError
	if !errors.As(err, &interrupted) || interrupted.Total != 210 || interrupted.Done < 1 {
		t.Fatalf("error %v, want an interruption", err)
	}
	if want := "go on with handoff run -o " + out + " -C " + module; !strings.HasSuffix(err.Error(), want) {
		t.Errorf("error %q does not end in %q", err, want)
	}
	if stdout.Len() > 0 {
		t.Errorf("stdout has %q", stdout.String())
	}
}
