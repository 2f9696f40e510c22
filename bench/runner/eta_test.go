package runner

import (
	"testing"
	"time"
)

func TestETA(t *testing.T) {
	var e eta
	slow, fast, unseen := cell{"p", "slow"}, cell{"p", "fast"}, cell{"q", "fast"}
	left := []turn{{2, slow}, {2, fast}, {2, unseen}}
	if got := e.left(left); got != 0 {
		t.Errorf("knowing nothing: %v, want 0", got)
	}
	e.add(slow, 4*time.Second)
	e.add(slow, 6*time.Second)
	e.add(fast, 2*time.Second)
	// slow: (4+6)/2 = 5, fast: 2, unseen: (4+6+2)/3 = 4.
	if got := e.left(left); got != 11*time.Second {
		t.Errorf("got %v, want 11s", got)
	}
	if got := e.left(nil); got != 0 {
		t.Errorf("nothing left: %v, want 0", got)
	}
}
