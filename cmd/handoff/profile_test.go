package main

import (
	"bytes"
	"errors"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"runtime/pprof"
	"slices"
	"strings"
	"testing"

	"github.com/handoff-go/handoff/bench/factor"
)

// TestProfile profiles a strategy in two ways for a moment, which is too short for
// the precision that is wanted.
func TestProfile(t *testing.T) {
	dir := t.TempDir()
	args := []string{"-strategy", "process-gob,workers=1", "-strategy", "process-gob,workers=2", "-digits", "7", "-shape", "record",
		"-items", "1000", "-seconds", "0.2", "-precision", "0.1", "-o", dir}
	// What else is in the folder is not looked at.
	damaged := filepath.Join(dir, "profiles", "other.cpu.pb.gz")
	if err := errors.Join(os.Mkdir(filepath.Dir(damaged), 0o700), os.WriteFile(damaged, []byte("damaged"), 0o600)); err != nil {
		t.Fatal(err)
	}
	var stdout, stderr bytes.Buffer
	err := runProfile(&stdout, &stderr, args)
	if got := status(io.Discard, err); got != exitInconclusive {
		t.Errorf("exit code %d (%v), want %d", got, err, exitInconclusive)
	}
	if err == nil || !strings.Contains(err.Error(), "are too few for ±0.1 points, which takes about ") || !strings.Contains(err.Error(), "use -seconds ") {
		t.Errorf("the error does not say how long it would take: %v", err)
	}
	for _, want := range []string{"process-gob,workers=2 digits=7 shape=record: ", "| compute ", "Serialization is ", "## process-gob,workers=1\n"} {
		if !strings.Contains(stdout.String(), want) {
			t.Errorf("stdout lacks %q:\n%s", want, &stdout)
		}
	}
	for _, name := range []string{"process-gob,workers=1.cpu.pb.gz", "process-gob,workers=2.allocs.pb.gz", "process-gob,workers=2.stopwatch.pb.gz",
		"profiles.md", "flame-process-gob,workers=1.html", "flame-process-gob,workers=1-vs-process-gob,workers=2.html"} {
		path := filepath.Join(dir, "profiles", name)
		if _, err := os.Stat(path); err != nil || !strings.Contains(stderr.String(), "wrote "+path+"\n") {
			t.Errorf("%v; stderr says\n%s", err, &stderr)
		}
	}
}

// TestProfileIsShort: a profile without a precision says how long the usual one
// takes, and is fine.
func TestProfileIsShort(t *testing.T) {
	var stderr bytes.Buffer
	args := []string{"-strategy", "serial", "-digits", "4", "-items", "100", "-seconds", "0.001", "-o", t.TempDir()}
	if err := runProfile(io.Discard, &stderr, args); err != nil {
		t.Fatal(err)
	}
	want := regexp.MustCompile(`(?m)^handoff profile: serial: \d+ samples in 0\.\d s are too few for ±3 points, which takes about \d+ samples: use -seconds \d+$`)
	if !want.MatchString(stderr.String()) {
		t.Errorf("stderr says\n%s", &stderr)
	}
}

func TestProfileRefuses(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for args, want := range map[string]string{
		"-seconds 0":            `invalid value "0" for flag -seconds: want a number of seconds above 0, at most 86400`,
		"-seconds soon":         `invalid value "soon" for flag -seconds: want a number of seconds above 0, at most 86400`,
		"-precision 100":        `invalid value "100" for flag -precision: want a number of points between 0 and 100`,
		"-strategy process-gbo": `did you mean "process-gob"?`,
		"-shape blob":           `factor: shape="blob": the shapes are `,
		"-digits 40":            "factor: digits=40: want a whole number from 2 to 18",
		"-items 0":              "items=0: want at least one",
		"-payload 5":            "the shape number has no room for a payload",
		"-payload 4KiB":         "payload=4096: the shape number has no room for a payload",
		"-payload 4KX":          `invalid value "4KX" for flag -payload: want a size from 0 to 16MiB, such as 4096 or 4KiB`,
		"-payload 17MiB":        `invalid value "17MiB" for flag -payload: want a size from 0 to 16MiB, such as 4096 or 4KiB`,
		"-seconds NaN":          `invalid value "NaN" for flag -seconds: want a number of seconds above 0, at most 86400`,
		"-precision NaN":        `invalid value "NaN" for flag -precision: want a number of points between 0 and 100`,
		"-trace -seconds 9":     "-seconds: -trace hands over the items once",
		"-precision 3 -trace":   "-precision: -trace hands over the items once",
		"-events 100":           "-events: this is for -trace only",
		"-strategy process-gob,workers=2,chunk=4 -strategy serial -strategy process-gob,chunk=4,workers=2": "-strategy process-gob,workers=2,chunk=4: given twice",
		"extra":                                 `unexpected argument "extra": want flags only`,
		"-strategy serial -items 10 -o " + file: "profile: serial: bench: profile: ",
	} {
		err := runProfile(io.Discard, io.Discard, strings.Fields(args))
		if err == nil || !strings.Contains(err.Error(), want) || !strings.HasPrefix(err.Error(), "profile: ") {
			t.Errorf("%s: error %v, want %s", args, err, want)
		}
	}
}

// TestProfileUnderAProfile: one CPU profile at a time.
func TestProfileUnderAProfile(t *testing.T) {
	if err := pprof.StartCPUProfile(new(bytes.Buffer)); err != nil {
		t.Fatal(err)
	}
	defer pprof.StopCPUProfile()
	err := runProfile(io.Discard, io.Discard, []string{"-strategy", "serial", "-items", "10", "-o", t.TempDir()})
	if err == nil || !strings.Contains(err.Error(), "is being profiled already: ") {
		t.Errorf("error %v", err)
	}
}

// TestRunsOfAllShapes: each shape can be profiled and traced.
func TestRunsOfAllShapes(t *testing.T) {
	for _, name := range factor.Shapes() {
		if shapesRun[name].profile == nil {
			t.Errorf("shape %s has no row in shapesRun", name)
		}
	}
	for name := range shapesRun {
		if !slices.Contains(factor.Shapes(), name) {
			t.Errorf("shapesRun has a row for %q, which is no shape", name)
		}
	}
}
