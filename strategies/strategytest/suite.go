package strategytest

import (
	"context"
	"fmt"
	"os"
	"runtime/debug"
	"testing"
	"time"

	"github.com/handoff-go/handoff/strategies"
)

// Run checks the pools of the given specs, of all [Specs] if there are none.
// The strategies.Init of the calling test binary must have run.
func Run(t *testing.T, specs ...strategies.Spec) {
	t.Helper()
	if len(specs) == 0 {
		specs = Specs()
	}
	for _, spec := range specs {
		t.Run(spec.String(), func(t *testing.T) {
			for _, c := range checks {
				if c.when == nil || c.when(spec) {
					t.Run(c.name, func(t *testing.T) { c.run(t, prepare(t, spec)) })
				}
			}
		})
	}
}

// check is one promise of the library. A nil when means that all strategies
// make it.
type check struct {
	name string
	when func(strategies.Spec) bool
	run  func(*testing.T, env)
}

// checks is the suite. Each file of this package has a part of it.
var checks = concat(orderChecks, streamChecks, failureChecks, cancelChecks, closeChecks,
	sharingChecks, setupChecks, valueChecks, printChecks, deathChecks, accountChecks)

func concat(parts ...[]check) (all []check) {
	for _, p := range parts {
		all = append(all, p...)
	}
	return all
}

// processes selects the strategies whose workers are processes.
func processes(s strategies.Spec) bool { return !s.InProcess() }

// one selects strategies that send one item at a time.
func one(s strategies.Spec) bool { return s.Chunk == 1 }

// plain selects the default parameters, for checks that take long or have
// nothing to do with how items travel.
func plain(s strategies.Spec) bool {
	return s == strategies.Spec{Strategy: s.Strategy, Workers: s.Workers}
}

func plainProcesses(s strategies.Spec) bool { return plain(s) && processes(s) }

const (
	// patience is how long a check waits for something that must happen.
	patience = slowness * 15 * time.Second

	// prompt is how soon a call must end that does not wait for a task. It
	// is far from what a pool needs, for the sake of busy machines.
	prompt = 3 * time.Second

	// hang is when a check is ended by force: longer than all its deadlines.
	hang = 60 * time.Second
)

// env is what a check has: the spec to open, and a directory for the pool.
type env struct {
	spec strategies.Spec
	dir  string
}

// prepare makes the env of one check, starts its watchdog, and looks
// afterwards, when the check's pools are closed, at what was left behind.
func prepare(t *testing.T, spec strategies.Spec) env {
	t.Helper()
	e := env{spec: spec, dir: poolDir(t, spec)}
	before := look()
	dog := time.AfterFunc(hang, func() {
		debug.SetTraceback("all")
		panic(fmt.Sprintf("strategytest: %s hangs", t.Name()))
	})
	t.Cleanup(func() {
		dog.Stop()
		before.compare(t)
		emptyDir(t, e.dir)
	})
	return e
}

// poolDir returns a fresh directory on the medium that the spec asks for.
func poolDir(t *testing.T, spec strategies.Spec) string {
	t.Helper()
	if spec.On != "memory" {
		return t.TempDir()
	}
	dir, err := os.MkdirTemp(memory, "strategytest-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := os.RemoveAll(dir); err != nil {
			t.Error(err)
		}
	})
	return dir
}

// within returns the check's context with a deadline.
func within(t *testing.T, d time.Duration) context.Context {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), d)
	t.Cleanup(cancel)
	return ctx
}

// open opens a pool that is closed at the end of the check.
func open[In, Out any](t *testing.T, e env, task *strategies.Task[In, Out], options ...strategies.Option) *strategies.Pool[In, Out] {
	t.Helper()
	pool, err := tryOpen(t, e, task, options...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := pool.Close(); err != nil {
			t.Errorf("Close: %v", err)
		}
	})
	return pool
}

// tryOpen is Open with the options of the suite before those of the check.
func tryOpen[In, Out any](t *testing.T, e env, task *strategies.Task[In, Out], options ...strategies.Option) (*strategies.Pool[In, Out], error) {
	t.Helper()
	all := []strategies.Option{
		strategies.WithDir(e.dir),
		strategies.WithStderr(words{t}),
		strategies.WithStartTimeout(patience),
	}
	return strategies.Open(within(t, patience), task, e.spec, append(all, options...)...)
}

// eventually waits until ok says so.
func eventually(t *testing.T, what string, ok func() bool) {
	t.Helper()
	for end := time.Now().Add(patience); !ok(); time.Sleep(time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("after %v still not: %s", patience, what)
		}
	}
}

// promptly runs f and fails if that takes long.
func promptly(t *testing.T, what string, f func()) {
	t.Helper()
	start := time.Now()
	f()
	if d := time.Since(start); d > prompt {
		t.Errorf("%s took %v, want less than %v", what, d, prompt)
	}
}
