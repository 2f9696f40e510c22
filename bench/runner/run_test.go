package runner

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"
)

// tiny measures the module in testdata, which has no dependencies.
func tiny(t *testing.T, bench string) Config {
	t.Helper()
	temp := t.TempDir()
	for _, name := range []string{"TMPDIR", "TMP", "TEMP"} {
		t.Setenv(name, temp)
	}
	t.Setenv("GOWORK", "off")
	t.Cleanup(func() {
		if left, _ := filepath.Glob(filepath.Join(temp, "*")); len(left) > 0 {
			t.Errorf("left in the temporary directory: %v", left)
		}
	})
	return Config{
		Dir: filepath.Join("testdata", "tiny"), Package: ".", Bench: bench, Rounds: 2, Benchtime: "1x",
		Timeout: 20 * time.Second, Out: filepath.Join(t.TempDir(), "run"),
	}
}

// within bounds a test that starts processes.
func within(t *testing.T) context.Context {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	t.Cleanup(cancel)
	return ctx
}

// recordedTurns reads a run back, and its samples in the order of the file.
func recordedTurns(t *testing.T, dir string) (*recorded, []turn) {
	t.Helper()
	r, err := readRecorded(dir, FileName)
	if err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(filepath.Join(dir, FileName))
	if err != nil {
		t.Fatal(err)
	}
	var turns []turn
	round := 0
	for line := range strings.Lines(string(text)) {
		if _, ok := strings.CutPrefix(line, "# round: "); ok {
			round = int(line[len("# round: ")] - '0')
		} else if strings.HasPrefix(line, "Benchmark") {
			name := strings.TrimSuffix(strings.Fields(line)[0], procsSuffix(runtime.GOMAXPROCS(0)))
			turns = append(turns, turn{round, cell{r.config["pkg"], name}})
		}
	}
	if n := countSamples(t, text); n != len(turns) {
		t.Fatalf("benchfmt reads %d samples, want %d", n, len(turns))
	}
	return r, turns
}

var fastCells = cellsOf("example.com/tiny",
	"BenchmarkFast/size=1", "BenchmarkFast/size=10", "BenchmarkFast/a|b(c)[d].*",
	"BenchmarkFast/two_words", "BenchmarkFast/size=1#01",
	"BenchmarkFast/at=1.5", "BenchmarkFast/at=1x5",
	"BenchmarkConfig/data=big", "BenchmarkConfig/data=none",
)

func cellsOf(pkg string, names ...string) []cell {
	var cells []cell
	for _, name := range names {
		cells = append(cells, cell{pkg, name})
	}
	return cells
}

func TestRunRecordsShuffledRounds(t *testing.T) {
	c := tiny(t, "Fast|Config")
	dir, err := Run(within(t), c)
	if err != nil {
		t.Fatal(err)
	}
	r, turns := recordedTurns(t, dir)
	if want := schedule(fastCells, plan{rounds: 2, seed: 1}, nil); !slices.Equal(turns, want) {
		t.Errorf("recorded %v\nwant %v", turns, want)
	}
	for key, want := range map[string]string{
		"rounds": "2", "cells": "9", "shuffle": "1", "benchtime": "1x", "bench": "Fast|Config",
		"command": "handoff run -pkg example.com/tiny -bench 'Fast|Config' -rounds 2 -benchtime 1x -C testdata/tiny -timeout 20s",
	} {
		if r.marks[key] != want {
			t.Errorf("mark %s is %q, want %q", key, r.marks[key], want)
		}
	}
	if !strings.HasPrefix(r.marks["run"], "run id=") {
		t.Errorf("mark run is %q", r.marks["run"])
	}
	if r.marks["go"] == "" || r.marks["date"] == "" || r.marks["cpus"] == "" || len(r.marks["binary"]) != 16 {
		t.Errorf("marks %v", r.marks)
	}
	if r.config["pkg"] != "example.com/tiny" || r.config["seed"] != "7" || r.config["suite"] != "custom" {
		t.Errorf("config %v", r.config)
	}
	if len(r.units) != 1 || !r.units["Unit parts/op better=lower assume=exact"] {
		t.Errorf("units %v", r.units)
	}
}

func TestListDoesNotRunWhatCanBeListed(t *testing.T) {
	c := tiny(t, "Listed")
	t.Setenv("TINY_LISTING_ONLY", "1")
	cells, err := List(within(t), c)
	if err != nil {
		t.Fatal(err)
	}
	if want := []string{"BenchmarkListed/kind=a", "BenchmarkListed/kind=b"}; !slices.Equal(cells, want) {
		t.Errorf("cells %v, want %v", cells, want)
	}
}

// Samples that use the temporary directory use the run's own (tiny checks that
// nothing stays), and share one file for digests.
func TestRunGivesSamplesADirectory(t *testing.T) {
	dir, err := Run(within(t), tiny(t, "Temp"))
	if err != nil {
		t.Fatal(err)
	}
	r, _ := recordedTurns(t, dir)
	if got := filepath.Base(r.config["digests"]); got != "digests.json" {
		t.Errorf("HANDOFF_DIGESTS names %q", got)
	}
}

// A sample that profiles itself, too, takes longer, and leaves files nobody asked
// the run for.
func TestRunDoesNotProfile(t *testing.T) {
	t.Setenv("HANDOFF_PROFILE", t.TempDir())
	dir, err := Run(within(t), tiny(t, "Temp"))
	if err != nil {
		t.Fatal(err)
	}
	r, _ := recordedTurns(t, dir)
	if got := r.config["profiles"]; got != "none" {
		t.Errorf("a sample found HANDOFF_PROFILE=%s", got)
	}
}

// cancelAfter cancels once n samples have been reported.
type cancelAfter struct {
	n      int
	cancel context.CancelFunc
}

func (c *cancelAfter) Write(p []byte) (int, error) {
	if bytes.HasPrefix(p, []byte("[")) {
		if c.n--; c.n == 0 {
			c.cancel()
		}
	}
	return len(p), nil
}

func TestRunInterruptedGoesOn(t *testing.T) {
	c := tiny(t, "Fast|Config")
	for _, stop := range []int{3, 9} { // in round 1, in round 2
		ctx, cancel := context.WithCancel(within(t))
		c.Progress = &cancelAfter{stop, cancel}
		dir, err := Run(ctx, c)
		var interrupted *InterruptedError
		if !errors.As(err, &interrupted) || interrupted.Total != 2*len(fastCells) || dir != c.Out {
			t.Fatalf("folder %q, error %v, want an interruption", dir, err)
		}
		c.Bench, c.Package, c.Rounds = "", "", 0 // the record says it
	}
	c.Progress = nil
	cut(t, c.Out, 5) // in the middle of the last line
	if _, err := Run(within(t), c); err != nil {
		t.Fatal(err)
	}
	r, turns := recordedTurns(t, c.Out)
	if want := schedule(fastCells, plan{rounds: 2, seed: 1}, nil); !slices.Equal(turns, want) {
		t.Errorf("recorded %v\nwant %v", turns, want)
	}
	if r.marks["resumed"] == "" {
		t.Error("the file does not say that the run was resumed")
	}
	if _, err := Run(within(t), c); err == nil || !strings.Contains(err.Error(), "holds all its 2 rounds") {
		t.Errorf("a finished run: error %v", err)
	}
	c.Rounds = 3
	if _, err := Run(within(t), c); err != nil {
		t.Fatal(err)
	}
	if _, turns := recordedTurns(t, c.Out); len(turns) != 3*len(fastCells) {
		t.Errorf("%d samples after a third round, want %d", len(turns), 3*len(fastCells))
	}
}

// cut takes n bytes from the end of a run's file.
func cut(t *testing.T, dir string, n int64) {
	t.Helper()
	path := filepath.Join(dir, FileName)
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Truncate(path, info.Size()-n); err != nil {
		t.Fatal(err)
	}
}

// A benchmark that fails costs its own row.
func TestAFailureCostsItsRow(t *testing.T) {
	for bench, want := range map[string]string{
		"Failing": "example.com/tiny BenchmarkFailing: round 1: exit status 1: tiny_test.go:71: digest 1234 is wrong",
		"Mute":    "example.com/tiny BenchmarkMute: round 1: it ended without a benchmark line",
	} {
		t.Run(bench, func(t *testing.T) {
			c := tiny(t, bench+"|Fast$/^size=10$")
			var said strings.Builder
			c.Progress = &said
			dir, err := Run(within(t), c)
			var incomplete *IncompleteError
			var failed *SampleError
			if !errors.As(err, &incomplete) || !errors.As(err, &failed) || dir != c.Out {
				t.Fatalf("folder %q, error %v", dir, err)
			}
			if !slices.Equal(incomplete.Failed, []string{want}) || !strings.Contains(err.Error(), want) {
				t.Errorf("error %v, want %s", err, want)
			}
			if bench == "Failing" && !strings.Contains(said.String(), "a word on stderr") {
				t.Errorf("it says nothing of what was printed:\n%s", said.String())
			}
			_, turns := recordedTurns(t, dir)
			if len(turns) != 2 || turns[0].cell.name != "BenchmarkFast/size=10" || turns[1].round != 2 {
				t.Errorf("recorded %v, want the other one in both rounds", turns)
			}
			text, err := os.ReadFile(filepath.Join(dir, FileName))
			if err != nil || strings.Count(string(text), "# failed: "+want+"\n") != 1 {
				t.Errorf("the record does not say it once (%v):\n%s", err, text)
			}
			again, err := Run(within(t), Config{Dir: c.Dir, Out: c.Out}) // tries the row again, and it fails again
			if !errors.As(err, &incomplete) || again != dir {
				t.Errorf("resumed: folder %q, error %v", again, err)
			}
		})
	}
}

func TestARunOfFailuresLeavesNothing(t *testing.T) {
	c := tiny(t, "Failing")
	dir, err := Run(within(t), c)
	var incomplete *IncompleteError
	if !errors.As(err, &incomplete) || dir != "" {
		t.Fatalf("folder %q, error %v", dir, err)
	}
	if _, err := os.Stat(c.Out); !os.IsNotExist(err) {
		t.Errorf("a run without samples left its folder: %v", err)
	}
}

func TestRunEndsASlowSample(t *testing.T) {
	c := tiny(t, "Slow")
	c.Timeout = 300 * time.Millisecond
	start := time.Now()
	_, err := Run(within(t), c)
	if err == nil || !strings.Contains(err.Error(), "BenchmarkSlow: round 1: no result after 300ms: give it longer with -timeout") {
		t.Errorf("error %v", err)
	}
	if took := time.Since(start); took > 30*time.Second {
		t.Errorf("it took %v to end a sample of a minute", took)
	}
}

func TestRunEndsAProcessLeftBehind(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("no process groups here")
	}
	c := tiny(t, "Leaver")
	beat := filepath.Join(t.TempDir(), "beat")
	t.Setenv("TINY_BEAT", beat)
	_, err := Run(within(t), c)
	if err == nil || !strings.Contains(err.Error(), "still held its output open") {
		t.Errorf("error %v", err)
	}
	before, err := os.ReadFile(beat)
	if err != nil {
		t.Fatal(err)
	}
	time.Sleep(300 * time.Millisecond)
	if after, _ := os.ReadFile(beat); len(after) != len(before) {
		t.Error("the process still runs")
	}
}

func TestRunSaysWhatIsMissing(t *testing.T) {
	for want, change := range map[string]func(*Config){
		`-bench "Nope" matches no benchmark of example.com/tiny: it has BenchmarkFast, `: func(c *Config) { c.Bench = "Nope" },
		"no such package here":          func(c *Config) { c.Package = "./nope" },
		"no test files with benchmarks": func(c *Config) { c.Package = "./empty" },
		"run it in a clone of handoff":  func(c *Config) { c.Package, c.Bench = "", "" },
	} {
		c := tiny(t, ".")
		change(&c)
		_, err := Run(within(t), c)
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want %s", err, want)
		}
		if _, err := os.Stat(c.Out); !os.IsNotExist(err) {
			t.Errorf("%s: the folder was left", want)
		}
	}
}

func TestRunRefusesAnUnwritableFolder(t *testing.T) {
	c := tiny(t, "Fast")
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o644); err != nil {
		t.Fatal(err)
	}
	c.Out = filepath.Join(file, "run")
	if _, err := Run(within(t), c); err == nil || !strings.Contains(err.Error(), file) {
		t.Errorf("error %v, want one that names %s", err, file)
	}
}

// The build must be the recorded one: here the record claims another.
func TestRunRefusesAnotherBuild(t *testing.T) {
	c := tiny(t, "Fast")
	c.Rounds = 1
	dir, err := Run(within(t), c)
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(dir, FileName)
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	r, _ := recordedTurns(t, dir)
	other := bytes.Replace(text, []byte(r.marks["binary"]), []byte("0000000000000000"), 1)
	if err := os.WriteFile(path, other, 0o644); err != nil {
		t.Fatal(err)
	}
	c.Rounds = 2
	if _, err := Run(within(t), c); err == nil || !strings.Contains(err.Error(), "with binary 0000000000000000, now it is "+r.marks["binary"]) {
		t.Errorf("error %v", err)
	}
	if after, _ := os.ReadFile(path); !bytes.Equal(after, other) {
		t.Error("a refused run has changed the record")
	}
}

func TestRunInterruptedBeforeItBegins(t *testing.T) {
	c := tiny(t, "Fast")
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	dir, err := Run(ctx, c)
	var interrupted *InterruptedError
	if !errors.As(err, &interrupted) || err.Error() != "interrupted before the first sample" || dir != "" {
		t.Errorf("folder %q, error %v", dir, err)
	}
	if _, err := os.Stat(c.Out); !os.IsNotExist(err) {
		t.Errorf("the folder was left: %v", err)
	}
}
