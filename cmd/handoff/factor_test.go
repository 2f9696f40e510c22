package main

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/handoff-go/handoff/strategies"
)

var five = []string{"serial", "goroutines", "process-gob,workers=2", "process-json,workers=2", "shared-file,workers=2"}

// asGNU is the list in testdata, and what GNU factor prints for it.
func asGNU(t *testing.T) (numbers, want string) {
	t.Helper()
	numbers = readFile(t, "testdata/numbers.txt")
	want = readFile(t, "testdata/factors.golden")
	if gnu := gnuFactor(); gnu != "" {
		cmd := exec.Command(gnu)
		cmd.Stdin = strings.NewReader(numbers)
		out, err := cmd.Output()
		if err != nil {
			t.Fatal(err)
		}
		if string(out) != want {
			t.Error("testdata/factors.golden is not what GNU factor prints here")
		}
	}
	return numbers, want
}

// gnuFactor returns the path of GNU factor, or "".
func gnuFactor() string {
	path, err := exec.LookPath("factor")
	if err != nil {
		return ""
	}
	if version, _ := exec.Command(path, "--version").Output(); !bytes.Contains(version, []byte("GNU coreutils")) {
		return ""
	}
	return path
}

func readFile(t *testing.T, name string) string {
	t.Helper()
	text, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// factorInProcess runs the command in this process, with stdin as its input.
func factorInProcess(stdin, args string) (stdout, stderr string, code int) {
	var out, errs bytes.Buffer
	f := filter{stdin: strings.NewReader(stdin), stderr: &oneAtATime{w: &errs}}
	flags := f.flags()
	err := flags.Parse(strings.Fields(args))
	if err == nil {
		f.files = flags.Args()
		err = f.run(&out, make(chan os.Signal))
	}
	if err != nil {
		err = fmt.Errorf("handoff factor: %w", err)
	}
	code = status(&errs, err)
	return out.String(), errs.String(), code
}

func TestFactorAsGNU(t *testing.T) {
	numbers, want := asGNU(t)
	for _, strategy := range five {
		t.Run(strategy, func(t *testing.T) {
			out, errs, code := factorInProcess(numbers, "-strategy "+strategy)
			if out != want || errs != "" || code != 0 {
				t.Errorf("code %d, stderr %q, and on stdout\n%s", code, errs, firstDifference(out, want))
			}
		})
	}
}

// firstDifference shows the first line in which got is not want.
func firstDifference(got, want string) string {
	g, w := strings.Split(got, "\n"), strings.Split(want, "\n")
	for i := range min(len(g), len(w)) {
		if g[i] != w[i] {
			return fmt.Sprintf("line %d: %q, want %q", i+1, g[i], w[i])
		}
	}
	return fmt.Sprintf("%d lines, want %d", len(g), len(w))
}

func TestFactorFiles(t *testing.T) {
	dir := t.TempDir()
	for name, text := range map[string]string{"a": "4\n", "b": "6\n8 bad 10\nworse\n", "c": "9\n"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	const not = " is not a whole number from 0 to 18446744073709551615\n"
	for _, c := range []struct {
		args, stdout, stderr string
		code                 int
	}{
		{"", "25: 5 5\n", "", 0},
		{"D/a - D/c", "4: 2 2\n25: 5 5\n9: 3 3\n", "", 0},
		{"D/a D/b D/c", "4: 2 2\n6: 2 3\n8: 2 2 2\n", `handoff factor: D/b:2: "bad"` + not, 2},
		{"-skip-bad D/b D/c", "6: 2 3\n8: 2 2 2\n10: 2 5\n9: 3 3\n",
			`handoff factor: D/b:2: "bad"` + not + `handoff factor: D/b:3: "worse"` + not + "handoff factor: 2 of the words were skipped\n", 1},
		{"D/a D/none D/c", "4: 2 2\n", "handoff factor: open D/none: no such file or directory\n", 2},
		{"-skip-bad D/a D", "4: 2 2\n", "handoff factor: D:1: read D: is a directory\n", 2},
	} {
		args := strings.ReplaceAll(c.args, "D", dir)
		stdout, stderr, code := factorInProcess("25", args)
		if want := strings.ReplaceAll(c.stderr, "D", dir); stdout != c.stdout || stderr != want || code != c.code {
			t.Errorf("factor %s: code %d, want %d\nstdout %q\n  want %q\nstderr %q\n  want %q", args, code, c.code, stdout, c.stdout, stderr, want)
		}
	}
}

func TestFactorBadStdin(t *testing.T) {
	for _, token := range []string{"-1", "18446744073709551616", "1.5", "9\r"} {
		stdout, stderr, code := factorInProcess("7\n8 "+token+"\n9", "-strategy process-gob,workers=2")
		want := fmt.Sprintf("handoff factor: standard input:2: %q is not a whole number from 0 to 18446744073709551615\n", token)
		if stdout != "7: 7\n8: 2 2 2\n" || stderr != want || code != 2 {
			t.Errorf("%q: code %d\nstdout %q\nstderr %q", token, code, stdout, stderr)
		}
	}
}

func TestFactorStats(t *testing.T) {
	stdout, stderr, code := factorInProcess("7 8 9", "-stats -strategy process-gob,workers=2")
	if stdout != "7: 7\n8: 2 2 2\n9: 3 3\n" || code != 0 {
		t.Errorf("code %d, stdout %q", code, stdout)
	}
	for _, want := range []string{"process-gob,workers=2: 3 numbers in ", "worker 0: ", "worker 1: ", "coordinator: encode ", " frames, "} {
		if !strings.Contains(stderr, want) {
			t.Errorf("no %q in\n%s", want, stderr)
		}
	}
}

// full is an output without room.
type full struct{}

func (full) Write([]byte) (int, error) { return 0, syscall.ENOSPC }

func TestFactorOutputFull(t *testing.T) {
	for _, stdin := range []string{"7", strings.Repeat("360\n", 100_000)} {
		f := filter{stdin: strings.NewReader(stdin), stderr: io.Discard, spec: strategies.MustParse("goroutines")}
		if err := f.run(full{}, make(chan os.Signal)); !errors.Is(err, syscall.ENOSPC) || f.answered > 90_000 {
			t.Errorf("%v after %d answers, want %v soon", err, f.answered, syscall.ENOSPC)
		}
	}
}

// conversation is the command with both its ends in the test's hands.
type conversation struct {
	*process
	in  io.WriteCloser
	out *bufio.Reader
}

func talk(t *testing.T, temp, line string) conversation {
	t.Helper()
	p := shell(t, temp, "exec "+line)
	p.Stdout = nil
	in, err := p.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := p.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := p.Start(); err != nil {
		t.Fatal(err)
	}
	return conversation{p, in, bufio.NewReader(out)}
}

// ask writes a line and wants the answer before the next is written.
func (c conversation) ask(t *testing.T, line, want string) {
	t.Helper()
	io.WriteString(c.in, line)
	if got, err := c.out.ReadString('\n'); got != want {
		t.Fatalf("asked %q, got %q (%v), want %q; stderr %s", line, got, err, want, &c.err)
	}
}

func TestFactorInteractive(t *testing.T) {
	for _, strategy := range five {
		t.Run(strategy, func(t *testing.T) {
			temp := t.TempDir()
			c := talk(t, temp, "handoff factor -strategy "+strategy)
			for i := range 5 {
				c.ask(t, fmt.Sprintf("%d\n", 1<<i*5), fmt.Sprintf("%d:%s 5\n", 1<<i*5, strings.Repeat(" 2", i)))
			}
			c.ask(t, "7 1", "7: 7\n") // the 1 may go on
			c.ask(t, "3 \n", "13: 13\n")
			c.in.Close()
			if err := c.Wait(); err != nil || c.err.Len() > 0 {
				t.Errorf("%v, stderr %s", err, &c.err)
			}
			checkEmpty(t, temp)
		})
	}
}

// A reader that goes away ends the filter quietly, though its input has no end.
func TestFactorReaderGone(t *testing.T) {
	for _, strategy := range five {
		t.Run(strategy, func(t *testing.T) {
			temp := t.TempDir()
			p := shell(t, temp, "set +o pipefail; yes 12 | { handoff factor -strategy "+strategy+"; echo code $? >&2; } | head -n 3")
			if err := p.Run(); err != nil || p.out.String() != "12: 2 2 3\n12: 2 2 3\n12: 2 2 3\n" || p.err.String() != "code 0\n" {
				t.Errorf("%v, stdout %q, stderr %q", err, &p.out, &p.err)
			}
			checkEmpty(t, temp)
		})
	}
}

// The first interrupt ends the input; what had been read is answered.
func TestFactorInterrupted(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("no signals")
	}
	for _, strategy := range five {
		t.Run(strategy, func(t *testing.T) {
			temp := t.TempDir()
			c := talk(t, temp, "handoff factor -strategy "+strategy)
			c.ask(t, "6\n", "6: 2 3\n")
			c.Process.Signal(os.Interrupt)
			rest, _ := io.ReadAll(c.out)
			err := c.Wait()
			if want := "handoff factor: interrupted: what had been read is answered\n"; code(err) != 2 || len(rest) > 0 || c.err.String() != want {
				t.Errorf("%v, then on stdout %q, stderr %q, want %q", err, rest, &c.err, want)
			}
			checkEmpty(t, temp)
		})
	}
}

// A second interrupt does not wait for the number that takes seconds.
func TestFactorInterruptedTwice(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("no signals")
	}
	temp := t.TempDir()
	c := talk(t, temp, "handoff factor -strategy shared-file,workers=2")
	c.ask(t, "6\n", "6: 2 3\n")
	io.WriteString(c.in, strings.Repeat("18446744073709551557 ", 20)+"\n")
	time.Sleep(200 * time.Millisecond)
	c.Process.Signal(os.Interrupt)
	time.Sleep(200 * time.Millisecond)
	c.Process.Signal(os.Interrupt)
	err := c.Wait()
	if want := "handoff factor: interrupted twice\n"; code(err) != 2 || c.err.String() != want {
		t.Errorf("%v, stderr %q, want %q", err, &c.err, want)
	}
	checkEmpty(t, temp)
}

// A worker that is killed costs a line on stderr, and no answer.
func TestFactorWorkerKilled(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("finds the worker in /proc")
	}
	temp := t.TempDir()
	c := talk(t, temp, "handoff factor -strategy process-gob,workers=2")
	c.ask(t, "6\n", "6: 2 3\n")
	io.WriteString(c.in, strings.Repeat("999999999989 ", 200))
	kill(t, c.Process.Pid)
	io.WriteString(c.in, strings.Repeat("999999999989 ", 200))
	c.in.Close()
	rest, _ := io.ReadAll(c.out)
	if err := c.Wait(); err != nil {
		t.Errorf("%v, stderr %s", err, &c.err)
	}
	if got, want := string(rest), strings.Repeat("999999999989: 999999999989\n", 400); got != want {
		t.Error(firstDifference(got, want))
	}
	if want := "handoff factor: workers were lost 1 times and started again 1 times; "; !strings.HasPrefix(c.err.String(), want) {
		t.Errorf("stderr %q, want %q", &c.err, want)
	}
	checkEmpty(t, temp)
}

// kill kills one child of a process.
func kill(t *testing.T, parent int) {
	t.Helper()
	files, err := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/children", parent))
	if err != nil {
		t.Fatal(err)
	}
	var children string
	for _, file := range files {
		children += readFile(t, file)
	}
	var pid int
	if _, err := fmt.Sscan(children, &pid); err != nil {
		t.Fatalf("no worker found: %v", err)
	}
	worker, err := os.FindProcess(pid)
	if err == nil {
		err = worker.Kill()
	}
	if err != nil {
		t.Fatal(err)
	}
}

func TestFiveAreShipped(t *testing.T) {
	for i, text := range five {
		if name := strategies.MustParse(text).Strategy; strategies.Names()[i] != name {
			t.Errorf("strategy %d is %s, want %s", i, strategies.Names()[i], name)
		}
	}
}
