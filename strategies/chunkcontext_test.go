package strategies

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"
)

func isOver(ctx context.Context) bool {
	select {
	case <-ctx.Done():
		return true
	default:
		return false
	}
}

func TestChunkContextEnds(t *testing.T) {
	for name, askFirst := range map[string]bool{"Done asked for before": true, "after": false} {
		ctx := new(chunkContexts).next(0, false)
		if askFirst && isOver(ctx) {
			t.Errorf("%s: over from the beginning", name)
		}
		if err := ctx.Err(); err != nil {
			t.Errorf("%s: error %v before the end", name, err)
		}
		ctx.cancel(context.Canceled)
		ctx.cancel(errors.New("a second time"))
		if !isOver(ctx) || ctx.Err() != context.Canceled {
			t.Errorf("%s: over %v, error %v", name, isOver(ctx), ctx.Err())
		}
	}
}

func TestChunkContextWithoutDeadline(t *testing.T) {
	ctx := new(chunkContexts).next(time.Hour, false)
	if at, ok := ctx.Deadline(); ok || !at.IsZero() {
		t.Errorf("a deadline at %v, %v", at, ok)
	}
	if v := ctx.Value("key"); v != nil {
		t.Errorf("a value: %v", v)
	}
}

func TestChunkContextDeadline(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx := new(chunkContexts).next(time.Second, true)
		if at, ok := ctx.Deadline(); !ok || time.Until(at) != time.Second {
			t.Errorf("the deadline is in %v, %v", time.Until(at), ok)
		}
		time.Sleep(time.Second - 1)
		synctest.Wait()
		if isOver(ctx) {
			t.Error("over before its deadline")
		}
		time.Sleep(time.Nanosecond)
		synctest.Wait()
		if !isOver(ctx) || ctx.Err() != context.DeadlineExceeded {
			t.Errorf("at its deadline: over %v, error %v", isOver(ctx), ctx.Err())
		}
		ctx = new(chunkContexts).next(time.Second, true)
		ctx.cancel(context.Canceled)
		time.Sleep(time.Minute)
		synctest.Wait()
		if ctx.Err() != context.Canceled {
			t.Errorf("cancelled before its deadline, and then: %v", ctx.Err())
		}
	})
}

func TestChunkContextOfOthers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx := new(chunkContexts).next(time.Minute, true)
		called := false
		context.AfterFunc(ctx, func() { called = true })
		kept := context.AfterFunc(ctx, func() { t.Error("called though it was stopped") })
		child, cancel := context.WithTimeout(ctx, time.Hour)
		defer cancel()
		sibling, cancelSibling := context.WithCancel(ctx)
		cancelSibling()
		synctest.Wait()
		if !kept() || called || isOver(child) || !isOver(sibling) || isOver(ctx) {
			t.Errorf("before the end: called %v, child over %v, cancelled sibling over %v, parent over %v",
				called, isOver(child), isOver(sibling), isOver(ctx))
		}
		if at, _ := child.Deadline(); time.Until(at) != time.Minute {
			t.Errorf("the child's deadline is in %v, the parent's in a minute", time.Until(at))
		}
		ctx.cancel(context.Canceled)
		synctest.Wait()
		if !called || !isOver(child) || child.Err() != context.Canceled || context.Cause(child) != context.Canceled {
			t.Errorf("after the end: called %v, child over %v with %v because of %v",
				called, isOver(child), child.Err(), context.Cause(child))
		}
	})
}

// TestChunkContextThatIsLate is for the race detector: the timer fires while
// the context is made.
func TestChunkContextThatIsLate(t *testing.T) {
	for range 100 {
		ctx := new(chunkContexts).next(-time.Second, true)
		time.Sleep(20 * time.Microsecond) // which orders nothing
		<-ctx.Done()
		if _, ok := ctx.Deadline(); !ok || ctx.Err() != context.DeadlineExceeded {
			t.Fatalf("past its deadline: error %v, has a deadline: %v", ctx.Err(), ok)
		}
	}
}
