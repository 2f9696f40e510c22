package runner

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
)

// asRunner has this test binary be the process that runs, to be killed: the variable
// holds what it does.
const asRunner = "RUNNER_TEST_RUNS"

// asked is what such a process is to do: a comparison if it has a base.
type asked struct {
	Config     Config
	Base, Head Source
}

func TestMain(m *testing.M) {
	text := os.Getenv(asRunner)
	if text == "" {
		os.Exit(m.Run())
	}
	os.Unsetenv(asRunner) // a sample of this binary must not run again
	var asked asked
	if err := json.Unmarshal([]byte(text), &asked); err != nil {
		panic(err)
	}
	c := Comparison{Config: asked.Config, Base: asked.Base, Head: asked.Head}
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	c.Progress = os.Stderr
	var err error
	if c.Base.Revision == "" {
		_, err = Run(ctx, c.Config)
	} else {
		_, err = Compare(ctx, c)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	os.Exit(0)
}

// runnerProcess starts a process that does what c says.
func runnerProcess(t *testing.T, c Comparison) (*exec.Cmd, *bytes.Buffer) {
	t.Helper()
	text, err := json.Marshal(asked{c.Config, c.Base, c.Head})
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), asRunner+"="+string(text))
	cmd.Stderr = &out
	cmd.WaitDelay = time.Second
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { cmd.Process.Kill() })
	return cmd, &out
}

// carrying lists the processes that have text in their environment, but this one.
func carrying(text string) []string {
	var found []string
	all, _ := filepath.Glob("/proc/[0-9]*/environ")
	for _, path := range all {
		env, _ := os.ReadFile(path)
		if dir := filepath.Dir(path); bytes.Contains(env, []byte(text)) && filepath.Base(dir) != strconv.Itoa(os.Getpid()) {
			line, _ := os.ReadFile(filepath.Join(dir, "cmdline"))
			found = append(found, filepath.Base(dir)+" "+string(bytes.ReplaceAll(line, []byte{0}, []byte(" "))))
		}
	}
	return found
}

// gone waits until no process has text in its environment, and in its command line what
// is said besides.
func gone(t *testing.T, text string, besides ...string) {
	t.Helper()
	var left []string
	for end := time.Now().Add(10 * time.Second); time.Now().Before(end); time.Sleep(20 * time.Millisecond) {
		left = slices.DeleteFunc(carrying(text), func(process string) bool {
			return slices.ContainsFunc(besides, func(b string) bool { return !strings.Contains(process, b) })
		})
		if len(left) == 0 {
			return
		}
	}
	t.Errorf("still there: %s", strings.Join(left, "; "))
}

func wantLinux(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("processes are looked for in /proc")
	}
}

// kills is how often a run is killed: HANDOFF_KILLS, else a few times.
func kills() int {
	if n, err := strconv.Atoi(os.Getenv("HANDOFF_KILLS")); err == nil && n > 0 {
		return n
	}
	return 10
}

// A run and a comparison are killed at any moment. What they started ends with them,
// the next one takes away what they left, and goes on with every sample that was
// recorded.
func TestKilledAtAnyMoment(t *testing.T) {
	wantLinux(t)
	module := repository(t)
	change(t, module, `"moving": 100`, `"moving": 120`, "v2")
	compare := twoRevisions(t, module)
	compare.Rounds, compare.Timeout = 4, 0
	plain := Comparison{Config: compare.Config}
	for name, c := range map[string]Comparison{"run": plain, "compare": compare} {
		t.Run(name, func(t *testing.T) {
			killedAtAnyMoment(t, c, name == "compare")
		})
	}
}

func killedAtAnyMoment(t *testing.T, c Comparison, compares bool) {
	temp := t.TempDir()
	for _, name := range []string{"TMPDIR", "TMP", "TEMP"} {
		t.Setenv(name, temp)
	}
	c.Out = filepath.Join(t.TempDir(), "whole")
	start := time.Now()
	cmd, out := runnerProcess(t, c)
	if err := cmd.Wait(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	whole := time.Since(start)
	recordedLines := func() (lines []string) {
		for _, name := range []string{FileName, BaseFile, HeadFile} {
			text, _ := os.ReadFile(filepath.Join(c.Out, name))
			for line := range strings.Lines(string(text[:wholeSamples(text)])) {
				if strings.HasPrefix(line, "Benchmark") {
					lines = append(lines, name+": "+line)
				}
			}
		}
		return lines
	}
	c.Out = filepath.Join(t.TempDir(), "killed")
	var before []string
	moments := kills()
	for n := range moments {
		// A few right at the beginning, the others anywhere.
		after := time.Duration(rand.Int64N(int64(whole)))
		if n%5 == 0 {
			after /= 10
		}
		cmd, out := runnerProcess(t, c)
		time.Sleep(after)
		cmd.Process.Kill()
		cmd.Wait()
		gone(t, "TMPDIR="+temp+string(filepath.Separator))
		now := recordedLines()
		if !compares && len(now) < len(before) || compares && len(now) < len(before)-1 { // half a pair is no sample
			t.Fatalf("after %v: %d samples recorded, there were %d\n%s", after, len(now), len(before), out)
		}
		before = now
		if text := out.String(); strings.Contains(text, "holds all its") || strings.Contains(text, " cells in ") {
			c.Rounds += 2 // it was done: there must be something to be interrupted
		}
	}
	c.Rounds += 2
	cmd, out = runnerProcess(t, c)
	if err := cmd.Wait(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	after := recordedLines()
	have := map[string]int{}
	for _, line := range after {
		have[line]++
	}
	lost := 0
	for _, line := range before {
		if have[line]--; have[line] < 0 {
			lost++
		}
	}
	if lost > 1 || lost > 0 && !compares {
		t.Errorf("%d samples of %d were lost", lost, len(before))
	}
	if left, _ := filepath.Glob(filepath.Join(temp, "*")); len(left) > 0 {
		t.Errorf("left in the temporary directory: %v", left)
	}
	gone(t, temp)
	if list := gitIn(t, c.Dir, "worktree", "list"); strings.Count(list, "\n") != 0 {
		t.Errorf("worktrees are left:\n%s", list)
	}
	t.Logf("killed %d times within %v, %d samples", moments, whole.Round(time.Millisecond), len(after))
}

// A sample and what it has started end with the runner, also if that is killed. Without
// the watchdog the system still ends the sample.
func TestKilledWithWhatASampleStarted(t *testing.T) {
	wantLinux(t)
	for name, watched := range map[string]bool{"watched": true, "without the watchdog": false} {
		t.Run(name, func(t *testing.T) {
			c := tiny(t, "Family")
			c.Rounds = 1
			ready := filepath.Join(t.TempDir(), "ready")
			t.Setenv("TINY_READY", ready)
			cmd, out := runnerProcess(t, Comparison{Config: c})
			waitFor(t, ready, out)
			mark := "TINY_READY=" + ready
			if len(carrying(mark)) < 3 { // the runner, the sample and its child
				t.Fatalf("only these run: %v", carrying(mark))
			}
			if !watched {
				for _, p := range carrying(mark) {
					if strings.Contains(p, " sh -c trap ") {
						kill(p)
					}
				}
			}
			cmd.Process.Kill()
			cmd.Wait()
			if watched {
				gone(t, mark)
			} else {
				gone(t, mark, "-test.bench=")
			}
			c.Bench, c.Out = "Fast$/^size=10$", filepath.Join(t.TempDir(), "next")
			if _, err := Run(within(t), c); err != nil { // sweeps; tiny looks whether all is gone
				t.Fatal(err)
			}
			gone(t, mark)
		})
	}
}

// kill kills one of those that carrying lists.
func kill(process string) {
	pid, _ := strconv.Atoi(strings.Fields(process)[0])
	if p, err := os.FindProcess(pid); err == nil {
		p.Kill()
	}
}

// What has left the sample's group and session is found by the next run.
func TestSweepFindsWhoLeftTheGroup(t *testing.T) {
	wantLinux(t)
	if _, err := exec.LookPath("setsid"); err != nil {
		t.Skip(err)
	}
	c := tiny(t, "Family")
	c.Rounds = 1
	ready := filepath.Join(t.TempDir(), "ready")
	t.Setenv("TINY_READY", ready)
	t.Setenv("TINY_SETSID", "1")
	cmd, out := runnerProcess(t, Comparison{Config: c})
	waitFor(t, ready, out)
	cmd.Process.Kill()
	cmd.Wait()
	mark := "TINY_READY=" + ready
	t.Cleanup(func() {
		for _, p := range carrying(mark) {
			kill(p)
		}
	})
	os.Unsetenv("TINY_SETSID")
	c.Bench, c.Out = "Fast$/^size=10$", filepath.Join(t.TempDir(), "next")
	if _, err := Run(within(t), c); err != nil {
		t.Fatal(err)
	}
	gone(t, mark)
}

func waitFor(t *testing.T, path string, out *bytes.Buffer) {
	t.Helper()
	for end := time.Now().Add(30 * time.Second); ; time.Sleep(20 * time.Millisecond) {
		if _, err := os.Stat(path); err == nil {
			return
		}
		if time.Now().After(end) {
			t.Fatalf("%s does not come:\n%s", path, out)
		}
	}
}

// An interrupt ends the go command with all that it has started, and does not wait for
// that.
func TestInterruptEndsABuild(t *testing.T) {
	wantLinux(t)
	c := tiny(t, "Fast")
	tools := t.TempDir()
	ready := filepath.Join(tools, "ready")
	script := "#!/bin/sh\nsleep 300 &\necho $$ >" + ready + "\nwait\n"
	if err := os.WriteFile(filepath.Join(tools, "go"), []byte(script), 0o755); err != nil {
		t.Fatal(err)
	}
	t.Setenv("PATH", tools+string(filepath.ListSeparator)+os.Getenv("PATH"))
	ctx, cancel := context.WithCancel(within(t))
	go func() {
		defer cancel()
		for range 1000 {
			if _, err := os.Stat(ready); err == nil {
				return
			}
			time.Sleep(10 * time.Millisecond)
		}
	}()
	ended := make(chan error, 1)
	go func() {
		_, err := Run(ctx, c)
		ended <- err
	}()
	<-ctx.Done()
	select {
	case err := <-ended:
		if err == nil || err.Error() != "interrupted before the first sample" {
			t.Errorf("error %v", err)
		}
	case <-time.After(10 * time.Second):
		t.Fatal("it waits for what the go command has started")
	}
	gone(t, "TMPDIR="+os.Getenv("TMPDIR")+"/"+scratchPrefix)
}

// A second run into a folder is refused while the first one lives, which loses
// nothing.
func TestTwoRunsIntoOneFolder(t *testing.T) {
	module := repository(t)
	compare := twoRevisions(t, module)
	compare.Head = Source{Revision: "v1"}
	for name, run := range map[string]func(context.Context, Config) error{
		"run": func(ctx context.Context, c Config) error {
			_, err := Run(ctx, c)
			return err
		},
		"compare": func(ctx context.Context, c Config) error {
			twice := compare
			twice.Config = c
			_, err := Compare(ctx, twice)
			return err
		},
	} {
		t.Run(name, func(t *testing.T) {
			first := compare.Config
			first.Out = filepath.Join(t.TempDir(), "same")
			second := &meddler{t: t, run: run, config: first}
			first.Progress = second
			if err := run(within(t), first); err != nil {
				t.Fatal(err)
			}
			if second.met < 3 {
				t.Errorf("only %d others came", second.met)
			}
			for _, name := range []string{FileName, BaseFile, HeadFile} {
				r, err := readRecorded(first.Out, name)
				if err != nil || r != nil && len(r.taken) != 9 {
					t.Errorf("%s: %v, %v, want 9 samples", name, r, err)
				}
			}
		})
	}
}

// meddler starts another run into the folder whenever the first one says something.
type meddler struct {
	t      *testing.T
	run    func(context.Context, Config) error
	config Config
	met    int
}

func (m *meddler) Write(p []byte) (int, error) {
	m.met++
	err := m.run(within(m.t), m.config)
	if err == nil || !strings.Contains(err.Error(), "held by another process") || !strings.Contains(err.Error(), m.config.Out) {
		m.t.Errorf("a second run: %v", err)
	}
	return len(p), nil
}

// Two runs that nobody named a folder for may start in one second.
func TestTwoRunsWithoutAName(t *testing.T) {
	results := t.TempDir()
	r := newRun(plainRun, Config{Results: results}, nil)
	a, err := r.openFolder()
	if err != nil {
		t.Fatal(err)
	}
	b, err := r.openFolder()
	if err != nil || a.path == b.path {
		t.Fatalf("%v, %v: %v", a, b, err)
	}
	// One that was killed before its first sample.
	if err := os.WriteFile(filepath.Join(a.path, FileName), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	a.lock.Close()
	// And something of somebody else's.
	other := filepath.Join(results, "2026-01-02T15-04-05Z-notes")
	if err := os.MkdirAll(filepath.Join(other, "mine"), 0o700); err != nil {
		t.Fatal(err)
	}
	sweepResults(results)
	if _, err := os.Stat(a.path); !os.IsNotExist(err) {
		t.Errorf("the empty folder of a killed run is left: %v", err)
	}
	for _, path := range []string{b.path, other} {
		if _, err := os.Stat(path); err != nil {
			t.Error(err)
		}
	}
	if err := b.close(); err != nil {
		t.Fatal(err)
	}
}
