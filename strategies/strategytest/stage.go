//go:build linux

package strategytest

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/handoff-go/handoff/strategies"
)

// envInside tells a process of this test binary that it is the one in which
// the test is to be done: see inside.
const envInside = "HANDOFF_TEST_INSIDE"

func isInside() bool { return os.Getenv(envInside) != "" }

// inside runs the test again in a process of its own, which change prepares,
// for what must not happen to this one. It reports whether this is already
// that process, and the test goes on.
func inside(t *testing.T, change func(*exec.Cmd)) bool {
	t.Helper()
	if isInside() {
		return true
	}
	var parts []string
	for part := range strings.SplitSeq(t.Name(), "/") {
		parts = append(parts, "^"+regexp.QuoteMeta(part)+"$")
	}
	cmd := ownProcess(t, "-test.v", "-test.run="+strings.Join(parts, "/"))
	cmd.Env = append(cmd.Env, envInside+"=1")
	if change != nil {
		change(cmd)
	}
	out, err := cmd.CombinedOutput()
	switch {
	case cmd.ProcessState == nil:
		refused(t, err)
	case err != nil:
		t.Errorf("inside: %v\n%s", err, out)
	case strings.Contains(string(out), "--- SKIP: "+t.Name()):
		refused(t, fmt.Errorf("inside:\n%s", out))
	case !strings.Contains(string(out), "--- PASS: "+t.Name()):
		t.Errorf("inside: the test was not run:\n%s", out)
	default:
		t.Logf("inside:\n%s", out)
	}
	return false
}

// ownProcess is a process of this test binary and a group of its own, which
// ends with the test at the latest.
func ownProcess(t testing.TB, args ...string) *exec.Cmd {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), ordeal-time.Second)
	t.Cleanup(cancel)
	cmd := exec.CommandContext(ctx, thisProgram(t), args...)
	cmd.Env = os.Environ()
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) }
	cmd.WaitDelay = time.Second
	return cmd
}

// thisProgram is the path of this test binary.
func thisProgram(t testing.TB) string {
	t.Helper()
	path, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	return path
}

// actor is a process that plays a part, with a pool of its own.
type actor struct {
	cmd   *exec.Cmd
	in    io.WriteCloser
	lines *bufio.Reader
}

// enter starts an actor.
func enter(t testing.TB, part string, e env, more ...string) *actor {
	t.Helper()
	return enterProgram(t, thisProgram(t), part, e, more...)
}

// enterProgram starts an actor from a copy of this program.
func enterProgram(t testing.TB, path, part string, e env, more ...string) *actor {
	t.Helper()
	a := &actor{cmd: ownProcess(t)}
	a.cmd.Path = path
	a.cmd.Env = append(a.cmd.Env, envPart+"="+part, envSpec+"="+e.spec.String(), envDir+"="+e.dir)
	a.cmd.Env = append(a.cmd.Env, more...)
	a.cmd.Stderr = t.Output()
	out, err := a.cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	a.lines = bufio.NewReader(out)
	if a.in, err = a.cmd.StdinPipe(); err != nil {
		t.Fatal(err)
	}
	if err := a.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { a.cmd.Cancel(); a.cmd.Wait() })
	return a
}

// says wants the actor's next line to be that.
func (a *actor) says(t testing.TB, want string) {
	t.Helper()
	line, err := a.lines.ReadString('\n')
	if got := strings.TrimSuffix(line, "\n"); got != want {
		t.Fatalf("the actor says %q (%v), want %q", got, err, want)
	}
}

// told gives the actor the word to go on.
func (a *actor) told(t *testing.T) {
	t.Helper()
	if _, err := fmt.Fprintln(a.in); err != nil {
		t.Fatal(err)
	}
}

// kill ends the actor as kill -9 would.
func (a *actor) kill() { a.cmd.Process.Kill() }

// workers returns the actor's worker processes.
func (a *actor) workers() []int { return workersOf(a.cmd.Process.Pid) }

// openPart opens the pool of a part.
func openPart(options ...strategies.Option) (*strategies.Pool[order, reply], error) {
	options = append(options, strategies.WithDir(os.Getenv(envDir)))
	return strategies.Open(context.Background(), endure, strategies.MustParse(os.Getenv(envSpec)), options...)
}

// failed says why a part ended, and is its exit code.
func failed(err error) int {
	fmt.Println("failed:", err)
	return 1
}
