package strategytest

import (
	"context"
	"errors"
	"os"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/handoff-go/handoff/strategies"
)

var setupChecks = []check{
	{"setup runs before the first item", plain, setupRuns},
	{"setup fails", plain, setupFails},
	{"setup data is missing or wrong", plain, setupData},
}

// base is the data that the items of shifted share.
type base struct {
	Shift int
	Names [][]int
	Fail  string // what Setup is to do
}

// In a worker process the state is the worker's own; in process the workers
// share it.
var (
	baseNow  atomic.Pointer[base]
	baseRuns atomic.Int64
)

var shifted = strategies.Define("strategytest-shifted", shift, strategies.Setup(takeBase))

// place is a result of shifted: where an item came to, and in which process.
type place struct{ N, PID, Runs int }

func shift(_ context.Context, n int) (place, error) {
	b := baseNow.Load()
	if b == nil {
		return place{}, errors.New("an item before the setup")
	}
	return place{n + b.Shift + b.Names[0][1], os.Getpid(), int(baseRuns.Load())}, nil
}

func takeBase(ctx context.Context, b base) error {
	switch b.Fail {
	case "error":
		return errors.New("no use for this base")
	case "panic":
		panic("this base is a mine")
	case "goexit":
		runtime.Goexit()
	case "wild-panic":
		panic(&wildError{text: "goexit"})
	case "wild-error":
		return &wildError{text: "panic", unwrap: "goexit", is: "goexit"}
	}
	baseNow.Store(&b)
	baseRuns.Add(1)
	return ctx.Err()
}

// setupRuns wants the setup's data in every worker, and its run once in each.
func setupRuns(t *testing.T, e env) {
	baseNow.Store(nil)
	before := baseRuns.Load()
	pool := open(t, e, shifted, strategies.WithSetup(base{Shift: 100, Names: [][]int{{0, 7}}}))
	ran := int(baseRuns.Load() - before)
	if want := pool.Spec().Workers; e.spec.InProcess() && ran != want {
		t.Errorf("setup ran %d times for %d workers", ran, want)
	}
	if processes(e.spec) && ran != 0 {
		t.Error("setup of a worker process ran here")
	}
	for range 2 {
		for i, r := range mapAll(t, pool, []int{0, 1, 2, 3, 4, 5}) {
			if r.N != i+107 {
				t.Errorf("item %d: %d, want %d", i, r.N, i+107)
			}
			if processes(e.spec) && r.Runs != 1 {
				t.Errorf("setup ran %d times in process %d", r.Runs, r.PID)
			}
		}
	}
}

func setupFails(t *testing.T, e env) {
	for fail, want := range map[string]string{"error": "no use for this base", "panic": "this base is a mine"} {
		openFails(t, e, shifted, want, strategies.WithSetup(base{Fail: fail}))
	}
}

func setupData(t *testing.T, e env) {
	openFails(t, e, shifted, "base")
	openFails(t, e, shifted, "base", strategies.WithSetup("a string"))
	openFails(t, e, act, "no Setup", strategies.WithSetup(base{}))
}

// openFails wants an error of Open that says something.
func openFails[In, Out any](t *testing.T, e env, task *strategies.Task[In, Out], want string, options ...strategies.Option) {
	t.Helper()
	pool, err := tryOpen(t, e, task, options...)
	if err == nil {
		pool.Close()
		t.Fatalf("Open succeeded, want an error with %q", want)
	}
	if !strings.Contains(err.Error(), want) {
		t.Errorf("Open: %v, want an error with %q", err, want)
	}
}
