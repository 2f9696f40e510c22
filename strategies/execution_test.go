package strategies

import (
	"context"
	"errors"
	"runtime"
	"slices"
	"strings"
	"testing"
)

var errOdd = errors.New("odd")

// execute runs items of which 1 gives an error, 2 panics, 3 ends its goroutine
// and 4 stops the chunk; all others are doubled. A goroutine that ends is
// replaced, as workers do.
func execute(items ...int) (*cargo[int, int], *execution) {
	var p position
	c := &cargo[int, int]{items: items, results: make([]int, len(items))}
	c.run = func(_ context.Context, n int) (int, error) {
		switch n {
		case 1:
			return 0, errOdd
		case 2:
			panic("very odd")
		case 3:
			runtime.Goexit()
		case 4:
			p.stopped.Store(true)
		}
		return 2 * n, nil
	}
	x := &execution{load: c, ctx: context.Background(), position: &p}
	for returned := false; !returned; {
		done := make(chan struct{})
		go func() {
			defer close(done)
			x.run()
			returned = true
		}()
		if <-done; !returned {
			x.exited()
		}
	}
	return c, x
}

func TestExecution(t *testing.T) {
	for _, c := range []struct {
		items, results, failed []int
	}{
		{nil, nil, nil},
		{[]int{5, 6, 7}, []int{10, 12, 14}, nil},
		{[]int{5, 1, 7}, []int{10, 0, 14}, []int{1}},
		{[]int{1, 1, 1}, []int{0, 0, 0}, []int{0, 1, 2}},
		{[]int{2, 5}, []int{0, 10}, []int{0}},
		{[]int{5, 3, 5}, []int{10, 0, 10}, []int{1}},
		{[]int{3, 3}, []int{0, 0}, []int{0, 1}},
		{[]int{1, 2, 3, 5}, []int{0, 0, 0, 10}, []int{0, 1, 2}},
		{[]int{5, 4, 5, 5}, []int{10, 8, 0, 0}, []int{2, 3}}, // skipped
		{[]int{1, 4, 2}, []int{0, 8, 0}, []int{0, 2}},
	} {
		got, x := execute(c.items...)
		var failed []int
		for _, f := range x.failed {
			failed = append(failed, f.index)
		}
		if !slices.Equal(got.results, c.results) || !slices.Equal(failed, c.failed) {
			t.Errorf("items %v give %v without %v, want %v without %v", c.items, got.results, failed, c.results, c.failed)
		}
	}
}

func TestFailuresOfAnExecution(t *testing.T) {
	_, x := execute(1, 2, 3, 4, 5)
	if len(x.failed) != 4 {
		t.Fatalf("%d items failed, want 4", len(x.failed))
	}
	if f := x.failed[0]; f.err != errOdd || f.skipped {
		t.Errorf("the error is %+v", f)
	}
	var remote *RemoteError
	if f := x.failed[1]; !errors.As(f.err, &remote) || remote.Type != typePanic || remote.Text != "very odd" ||
		!strings.Contains(remote.Stack, "execution_test.go") || f.skipped {
		t.Errorf("the panic is %+v", f)
	}
	if f := x.failed[2]; !errors.As(f.err, &remote) || remote.Type != typeGoexit || f.skipped {
		t.Errorf("the end of the goroutine is %+v", f)
	}
	if f := x.failed[3]; f.index != 4 || f.err != context.Canceled || !f.skipped {
		t.Errorf("what was not run is %+v", f)
	}
}

func TestStoppedBeforeItBegan(t *testing.T) {
	var p position
	p.stopped.Store(true)
	c := &cargo[int, int]{items: []int{5, 6}, results: make([]int, 2), run: func(context.Context, int) (int, error) {
		t.Error("an item was run")
		return 0, nil
	}}
	x := &execution{load: c, ctx: context.Background(), position: &p}
	x.run()
	if len(x.failed) != 2 || !x.failed[0].skipped || !x.failed[1].skipped {
		t.Errorf("of a chunk that was stopped before it began: %+v", x.failed)
	}
}

// TestCancelledExecution: nothing is begun after the context was cancelled,
// also where nobody has set stopped yet.
func TestCancelledExecution(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	begun := 0
	c := &cargo[int, int]{
		run: func(ctx context.Context, n int) (int, error) {
			if begun++; n == 1 {
				cancel()
			}
			return n, ctx.Err()
		},
		items: []int{0, 1, 2, 3}, results: make([]int, 4),
	}
	for range 2 {
		x := &execution{load: c, ctx: ctx, position: new(position)}
		x.run()
		if n := len(x.failed); n == 0 || !x.failed[n-1].skipped {
			t.Errorf("the last item is not skipped: %+v", x.failed)
		}
	}
	if begun != 2 {
		t.Errorf("%d items were begun, want 2", begun)
	}
}
