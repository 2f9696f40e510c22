package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/handoff-go/handoff/strategies"
	"github.com/handoff-go/handoff/strategies/codec"
)

// beMain makes this test binary be the command.
const beMain = "HANDOFF_TEST_BE_MAIN"

func TestMain(m *testing.M) {
	strategies.Init()
	if os.Getenv(beMain) != "" {
		main()
	}
	os.Exit(m.Run())
}

// process is the command as a process of its own.
type process struct {
	*exec.Cmd
	out, err bytes.Buffer
}

// shell prepares a line of bash in which handoff is this command. Its temporary
// directory is temp.
func shell(t *testing.T, temp, line string) *process {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	bin := t.TempDir()
	if err := os.Symlink(self, filepath.Join(bin, "handoff")); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	t.Cleanup(cancel)
	p := &process{Cmd: exec.CommandContext(ctx, "bash", "-o", "pipefail", "-c", line)}
	p.Env = append(os.Environ(), beMain+"=1", "TMPDIR="+temp, "PATH="+bin+":"+os.Getenv("PATH"))
	p.Stdout, p.Stderr = &p.out, &p.err
	p.WaitDelay = 5 * time.Second
	return p
}

// code is the exit code that an error of Run or Wait tells.
func code(err error) int {
	var exit *exec.ExitError
	switch {
	case err == nil:
		return 0
	case errors.As(err, &exit):
		return exit.ExitCode()
	}
	return -1
}

// checkEmpty checks that nothing is left in a directory.
func checkEmpty(t *testing.T, dir string) {
	t.Helper()
	left, err := os.ReadDir(dir)
	if err != nil || len(left) > 0 {
		t.Errorf("left behind: %v (%v)", left, err)
	}
}

func TestRun(t *testing.T) {
	for _, c := range []struct {
		args   string
		code   int
		stdout string // a part
		stderr string // all
	}{
		{"help", 0, "handoff factor [-strategy SPEC]", ""},
		{"-h", 0, "handoff factor [-strategy SPEC]", ""},
		{"--help", 0, "handoff factor [-strategy SPEC]", ""},
		{"help factor", 0, "examples:\n    echo 360 97 | handoff factor\n", ""},
		{"help help", 0, "usage: handoff help [COMMAND]", ""},
		{"factor -h", 0, "usage: handoff factor [-strategy SPEC]", ""},
		{"factor --help", 0, "  -skip-bad\n", ""},
		{"fcator", 2, "", `handoff: unknown command "fcator" (did you mean "factor"?); the commands are factor, run, report, compare, selfcheck, profile, help` + "\n"},
		{"xyzzy-and-much-more", 2, "", `handoff: unknown command "xyzzy-and-much-more"; the commands are factor, run, report, compare, selfcheck, profile, help` + "\n"},
		{"help reprot", 2, "", `handoff help: unknown command "reprot" (did you mean "report"?); the commands are factor, run, report, compare, selfcheck, profile, help` + "\n"},
		{"help a b", 2, "", "handoff help: got 2 arguments, want the name of one command\n"},
		{"factor -skip", 2, "", "handoff factor: flag provided but not defined: -skip\n"},
		{"factor -strategy process-gbo", 2, "", `handoff factor: invalid value "process-gbo" for flag -strategy: strategies: unknown strategy "process-gbo"` +
			` (did you mean "process-gob"?); the strategies are serial, goroutines, process-CODEC, process-TRANSPORT-CODEC,` +
			" shared-file and shared-file-CODEC; codecs are " + strings.Join(codec.Names(), ", ") + "; transports besides pipes are unix, tcp, shm\n"},
		{"factor -strategy serial,workers=x", 2, "", `handoff factor: invalid value "serial,workers=x" for flag -strategy:` +
			" strategies: spec: workers=x: want a whole number from 1 to 2147483647\n"},
	} {
		var stdout, stderr bytes.Buffer
		got := status(&stderr, run(&stdout, &stderr, strings.Fields(c.args)))
		if got != c.code || stderr.String() != c.stderr || !strings.Contains(stdout.String(), c.stdout) {
			t.Errorf("handoff %s: code %d, want %d\nstderr %s\n  want %s\nstdout %s", c.args, got, c.code, &stderr, c.stderr, &stdout)
		}
	}
}

func TestRunWithoutCommand(t *testing.T) {
	var stdout, stderr bytes.Buffer
	if got := status(&stderr, run(&stdout, &stderr, nil)); got != 2 {
		t.Errorf("code %d, want 2", got)
	}
	if stdout.Len() > 0 || !strings.HasPrefix(stderr.String(), "handoff measures") {
		t.Errorf("stdout %q, stderr %q; want the overview on stderr", &stdout, &stderr)
	}
}

func TestStatus(t *testing.T) {
	plain := errors.New("it broke")
	for _, c := range []struct {
		err    error
		code   int
		stderr string
	}{
		{nil, 0, ""},
		{plain, 2, "it broke\n"},
		{exitError{1, plain}, 1, "it broke\n"},
		{fmt.Errorf("handoff x: %w", exitError{1, plain}), 1, "handoff x: it broke\n"},
		{exitError{code: 3}, 3, ""},
		{fmt.Errorf("write: %w", &os.PathError{Op: "write", Path: "|1", Err: syscall.EPIPE}), 0, ""},
	} {
		var stderr bytes.Buffer
		if got := status(&stderr, c.err); got != c.code || stderr.String() != c.stderr {
			t.Errorf("%v: code %d and %q, want %d and %q", c.err, got, &stderr, c.code, c.stderr)
		}
	}
}

// execIn runs a command in a directory.
func execIn(dir, name string, args ...string) (output []byte, err error) {
	cmd := exec.Command(name, args...)
	cmd.Dir = dir
	return cmd.CombinedOutput()
}
