package strategies

import (
	"context"
	"errors"
	"testing"
)

// giveUp ends the context of its call, and fails because of that.
var (
	giveUp = Define("give-up-test", func(context.Context, int) (int, error) {
		endCall(errGivenUp)
		return 0, context.Canceled
	})
	endCall    context.CancelCauseFunc
	errGivenUp = errors.New("given up")
)

// late is a context whose end nobody is told of.
type late struct{ context.Context }

func (late) Done() <-chan struct{} { return nil }

// TestCauseComesBeforeFailures: items that failed because the context ended are
// no result of their own, also where the last of them is answered before Map
// sees the end of the context.
func TestCauseComesBeforeFailures(t *testing.T) {
	pool, err := Open(t.Context(), giveUp, MustParse("goroutines,workers=1"))
	if err != nil {
		t.Fatal(err)
	}
	defer pool.Close()
	var ctx context.Context
	ctx, endCall = context.WithCancelCause(t.Context())
	if _, err := pool.Map(late{ctx}, []int{1}); err != errGivenUp {
		t.Errorf("Map: %v, want the cause", err)
	}
}
