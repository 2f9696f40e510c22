package strategies

import (
	"context"
	"strings"
	"testing"
	"time"
)

// TestDeadlineErrorIsBounded: it names ten at most, and says how many more there are.
func TestDeadlineErrorIsBounded(t *testing.T) {
	e := &DeadlineError{Cause: context.DeadlineExceeded}
	if got, want := e.Error(), "context deadline exceeded; none of the call's items was running"; got != want {
		t.Errorf("without items: %q, want %q", got, want)
	}
	e.Running = []Running{{Index: 3, Count: 1, Worker: 2, For: 1234567 * time.Microsecond}, {Index: 8, Count: 4}, {Index: 5, Count: 1, Worker: -1}}
	if got, want := e.Error(), "context deadline exceeded; running were item 3 on worker 2 (for 1.235s), items 8 to 11 on worker 0, item 5"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
	for range 1000 {
		e.Running = append(e.Running, Running{Count: 1})
	}
	if got := e.Error(); !strings.HasSuffix(got, ", and 993 more") || len(got) > 500 {
		t.Errorf("with 1003 items: %q", got)
	}
}
