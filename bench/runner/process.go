package runner

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"github.com/handoff-go/handoff/bench/factor"
)

const (
	maxOutput = 16 << 20        // what a process may print; more is not a benchmark's output
	tailBytes = 4 << 10         // how much of it an error quotes at most
	tailLines = 20              //
	grace     = 2 * time.Second // for output to end once the process has
)

// ended is what a process has left.
type ended struct {
	stdout []byte
	tail   string        // the end of all that was printed, as text for a message
	cpu    time.Duration // user and system time, of its children too
}

// runEach is run where the timeout is for each benchmark: it begins anew when the
// testing package says that another one starts.
func (b *binary) runEach(ctx context.Context, timeout time.Duration, env, args []string) (ended, error) {
	limited, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	slow := time.AfterFunc(timeout, func() { cancel(tooSlow(timeout)) })
	defer slow.Stop()
	return b.start(limited, func(line []byte) {
		if bytes.HasPrefix(line, []byte(marker+"=== RUN")) {
			slow.Reset(timeout)
		}
	}, env, args)
}

// slowError ends what has taken too long.
type slowError struct{ timeout time.Duration }

func (e *slowError) Error() string {
	return fmt.Sprintf("no result after %v: give it longer with -timeout", e.timeout)
}

func tooSlow(timeout time.Duration) error { return &slowError{timeout} }

// run starts the test binary once and waits for its end.
func (b *binary) run(ctx context.Context, env []string, args ...string) (ended, error) {
	return b.start(ctx, nil, env, args)
}

// start is run where somebody listens to its lines.
func (b *binary) start(ctx context.Context, listen func(line []byte), env, args []string) (ended, error) {
	cmd := command(ctx, b.path, args...)
	cmd.Dir = b.dir
	cmd.Env = append(append(cmd.Env, b.env()...), env...)
	all := output{listen: listen}
	cmd.Stdout = all.stream(true)
	cmd.Stderr = all.stream(false)
	err := do(ctx, cmd)
	switch {
	case errors.Is(err, exec.ErrWaitDelay):
		err = errors.New("it ended, but a process that it started still held its output open")
	case err != nil && ctx.Err() != nil:
		err = context.Cause(ctx)
	}
	if cmd.Process != nil {
		killGroup(cmd) // what it has left would be at work during the next sample
	}
	e := ended{stdout: all.stdout.Bytes(), tail: all.tail()}
	if s := cmd.ProcessState; s != nil {
		e.cpu = s.UserTime() + s.SystemTime()
	}
	return e, err
}

// env is what samples find around them beside the run's environment: without what
// would have them do something else than be measured, with a temporary directory
// that is removed whatever becomes of them.
func (b *binary) env() []string {
	env := []string{listVariable + "=", profileVariable + "=", factor.DigestsVar + "=" + filepath.Join(b.temp, "digests.json")}
	for _, name := range []string{"TMPDIR", "TMP", "TEMP"} {
		env = append(env, name+"="+b.temp)
	}
	return env
}

// arguments choose benchmarks and make one measurement of each. Allocations are
// counted in any case, and printed if more follows.
func (b *binary) arguments(bench, benchtime string, more ...string) []string {
	return append([]string{
		"-test.run=^$",
		"-test.bench=" + bench,
		"-test.benchtime=" + benchtime,
		"-test.count=1",
		fmt.Sprintf("-test.cpu=%d", b.procs),
	}, more...)
}

// output collects what a process prints: all of stdout, and the end of stdout
// and stderr together as they came.
type output struct {
	mu     sync.Mutex
	stdout bytes.Buffer
	last   []byte
	listen func(line []byte) // nil if nobody does
	heard  int               // bytes of stdout that the listener knows
}

// stream is a writer for one of the process's two streams; they are written
// concurrently.
func (o *output) stream(isStdout bool) writerFunc {
	return func(p []byte) (int, error) {
		o.mu.Lock()
		defer o.mu.Unlock()
		if o.last = append(o.last, p...); len(o.last) > 2*tailBytes {
			o.last = append(o.last[:0], o.last[len(o.last)-tailBytes:]...)
		}
		if !isStdout {
			return len(p), nil
		}
		if o.stdout.Len()+len(p) > maxOutput {
			return 0, fmt.Errorf("it prints more than %d bytes", maxOutput)
		}
		o.stdout.Write(p)
		o.tell()
		return len(p), nil
	}
}

// tell hands whole lines to the listener.
func (o *output) tell() {
	for o.listen != nil {
		rest := o.stdout.Bytes()[o.heard:]
		end := bytes.IndexByte(rest, '\n') + 1
		if end == 0 {
			return
		}
		line := rest[:end]
		if at := bytes.LastIndexByte(line, marker[0]); at > 0 {
			line = line[at:]
		}
		o.listen(line)
		o.heard += end
	}
}

func (o *output) tail() string {
	last := o.last[max(0, len(o.last)-tailBytes):]
	lines := strings.Split(strings.TrimSpace(string(last)), "\n")
	return strings.Join(lines[max(0, len(lines)-tailLines):], "\n")
}

type writerFunc func(p []byte) (int, error)

func (f writerFunc) Write(p []byte) (int, error) { return f(p) }
