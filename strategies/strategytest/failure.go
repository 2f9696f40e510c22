package strategytest

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/handoff-go/handoff/strategies"
)

var failureChecks = []check{
	{"an error at item k", nil, errorAtItem},
	{"a panic at item k", nil, panicAtItem},
	{"a Goexit at item k", nil, goexitAtItem},
	{"errors.Is is the same in all kinds", plain, wellKnownErrors},
	{"every item fails", plain, everyItemFails},
}

// failAt runs a list whose item k does what must fail, and returns its error.
// All others have their results, and no worker is lost.
func failAt(t *testing.T, pool *strategies.Pool[order, reply], k int, doing string) *strategies.ItemError {
	t.Helper()
	items := orders(20, "")
	items[k].Act = doing
	replies, err := pool.Map(within(t, patience), items)
	right(t, items, replies, k)
	failed := failures(t, err, 1)[0]
	if failed.Index != k || failed.Attempts != 1 {
		t.Errorf("%s at item %d: index %d, %d attempts, want %d and 1", doing, k, failed.Index, failed.Attempts, k)
	}
	if s := pool.Stats(); s.Deaths != 0 || s.Abandoned != 0 {
		t.Errorf("%s at item %d: %d workers died, %d were abandoned", doing, k, s.Deaths, s.Abandoned)
	}
	return failed
}

// failures returns the n failed items of a Map.
func failures(t *testing.T, err error, n int) []*strategies.ItemError {
	t.Helper()
	var all *strategies.MapError
	if !errors.As(err, &all) {
		t.Fatalf("error is %T %v, want a *MapError", err, err)
	}
	if len(all.Failed) != n {
		t.Fatalf("%d items failed, want %d: %v", len(all.Failed), n, err)
	}
	return all.Failed
}

// places are where in a list something goes wrong.
var places = []int{0, 9, 19}

func errorAtItem(t *testing.T, e env) {
	pool := open(t, e, act)
	for _, k := range places {
		failed := failAt(t, pool, k, "refuse")
		text := fmt.Sprintf("item %d is refused", k)
		if failed.Err.Error() != text {
			t.Errorf("error is %q, want %q", failed.Err, text)
		}
		var own *refusal
		var remote *strategies.RemoteError
		switch {
		case e.spec.InProcess() && !errors.As(failed, &own):
			t.Errorf("error is a %T, want the task's own", failed.Err)
		case processes(e.spec) && !errors.As(failed, &remote):
			t.Errorf("error is a %T, want a *RemoteError", failed.Err)
		case remote != nil && remote.Type != "*strategytest.refusal":
			t.Errorf("type of the error is %q", remote.Type)
		}
	}
}

func panicAtItem(t *testing.T, e env) {
	pool := open(t, e, act)
	for _, k := range places {
		remote := remoteAt(t, pool, k, "panic")
		if want := fmt.Sprintf("item %d panics", k); remote.Type != "panic" || remote.Text != want {
			t.Errorf("panic came as %q %q, want %q", remote.Type, remote.Text, want)
		}
		if !strings.Contains(remote.Stack, "strategytest/tasks.go") {
			t.Errorf("the stack does not show where it panicked:\n%s", remote.Stack)
		}
	}
}

func goexitAtItem(t *testing.T, e env) {
	pool := open(t, e, act)
	for _, k := range places {
		if remote := remoteAt(t, pool, k, "goexit"); remote.Type != "runtime.Goexit" || remote.Text == "" {
			t.Errorf("Goexit came as %q %q", remote.Type, remote.Text)
		}
	}
}

func remoteAt(t *testing.T, pool *strategies.Pool[order, reply], k int, doing string) *strategies.RemoteError {
	t.Helper()
	var remote *strategies.RemoteError
	if failed := failAt(t, pool, k, doing); !errors.As(failed, &remote) {
		t.Fatalf("error is a %T, want a *RemoteError: %v", failed.Err, failed)
	}
	return remote
}

// wellKnownErrors wants each act's error to be what it is, and nothing else.
func wellKnownErrors(t *testing.T, e env) {
	pool := open(t, e, act)
	known := []error{errKnown, context.Canceled, context.DeadlineExceeded, errUnknown}
	for doing, want := range map[string]error{
		"known":    errKnown,
		"canceled": context.Canceled,
		"deadline": context.DeadlineExceeded,
		"unknown":  errUnknown,
	} {
		failed := failAt(t, pool, 5, doing)
		for _, k := range known {
			is := k == want && (k != errUnknown || e.spec.InProcess())
			if errors.Is(failed, k) != is {
				t.Errorf("%s: errors.Is(%v, %v) = %t", doing, failed, k, !is)
			}
		}
	}
}

// everyItemFails wants the list to be whole, and its text to be short.
func everyItemFails(t *testing.T, e env) {
	const n = 25
	_, err := open(t, e, act).Map(within(t, patience), orders(n, "refuse"))
	for i, f := range failures(t, err, n) {
		if f.Index != i {
			t.Fatalf("Failed[%d] is item %d", i, f.Index)
		}
		if shown := strings.Contains(err.Error(), fmt.Sprintf("item %d:", i)); shown != (i < 10) {
			t.Errorf("the text names item %d: %t\n%v", i, shown, err)
		}
	}
	if !strings.Contains(err.Error(), "15 more") {
		t.Errorf("the text does not say how many more:\n%v", err)
	}
}

// sameWorkers fails the test if results were made by other processes than ours
// for an in-process kind, or by ours for another.
func sameWorkers(t *testing.T, e env, replies []reply) {
	t.Helper()
	for i, r := range replies {
		if (r.PID == os.Getpid()) != e.spec.InProcess() {
			t.Errorf("results[%d] was computed by process %d; this is %d", i, r.PID, os.Getpid())
		}
	}
}
