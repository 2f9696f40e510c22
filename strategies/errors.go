package strategies

import (
	"errors"
	"fmt"
	"strings"

	"github.com/handoff-go/handoff/internal/bytesize"
)

// Errors of a pool.
var (
	// ErrClosed is the error of calls on a closed pool, and of the calls that
	// Close ended.
	ErrClosed = errors.New("strategies: pool is closed")

	// ErrNoInit is the error of Open for a strategy with worker processes in a
	// program that did not call Init: its copies would start copies.
	ErrNoInit = errors.New("strategies: Init was not called: call strategies.Init() first in main, or in TestMain, before opening a strategy with worker processes")

	// ErrInWorker is the error of Open for a strategy with worker processes
	// inside a worker process.
	ErrInWorker = errors.New("strategies: this is a worker process: it can open in-process strategies only")
)

// MapError tells which items of a Map have no result.
type MapError struct {
	Failed []*ItemError // in the order of the items
}

// listed is how many failed items the text of a MapError names.
const listed = 10

func (e *MapError) Error() string {
	var b strings.Builder
	fmt.Fprintf(&b, "strategies: %d of the items failed", len(e.Failed))
	if len(e.Failed) == 1 {
		b.Reset()
		b.WriteString("strategies: 1 item failed")
	}
	for i, f := range e.Failed {
		if i == listed {
			fmt.Fprintf(&b, "\n\t… and %d more", len(e.Failed)-listed)
			break
		}
		b.WriteString("\n\t" + f.Error())
	}
	return b.String()
}

// Unwrap lets errors.Is and errors.As look at each failed item.
func (e *MapError) Unwrap() []error {
	errs := make([]error, len(e.Failed))
	for i, f := range e.Failed {
		errs[i] = f
	}
	return errs
}

// ItemError tells why one item has no result.
type ItemError struct {
	Index    int // of the item in the slice or the sequence
	Attempts int // how many times it was run, as far as is known; 0 if it could not be sent
	Err      error
}

func (e *ItemError) Error() string {
	if e.Attempts > 1 {
		return fmt.Sprintf("item %d, %d attempts: %v", e.Index, e.Attempts, e.Err)
	}
	return fmt.Sprintf("item %d: %v", e.Index, e.Err)
}

func (e *ItemError) Unwrap() error { return e.Err }

// RemoteError is an error or a panic of a task. From a worker process it is a
// description of the value that stayed there; errors.Is finds
// context.Canceled, context.DeadlineExceeded and the sentinels named with
// [Errors], if the original did. Of the in-process kinds only a panic and a
// runtime.Goexit come as a RemoteError.
type RemoteError struct {
	Type  string // the Go type of the error, "panic", or "runtime.Goexit"
	Text  string
	Stack string // of a panic

	is []error
}

func (e *RemoteError) Error() string {
	if e.Type == typePanic {
		return "panic: " + e.Text
	}
	return e.Text
}

// Unwrap returns the well-known errors that the original wrapped.
func (e *RemoteError) Unwrap() []error { return e.is }

const (
	typePanic  = "panic"
	typeGoexit = "runtime.Goexit"
)

// LostError tells how a worker process ended while it had items.
type LostError struct {
	Worker  int    // its number in the pool
	Cause   string // "signal: killed", "exit status 2", or why it was given up
	PeakRSS int64  // its largest resident size in bytes, as last known; 0 if it is not
	Stderr  string // the end of what it wrote there, up to 64 KiB; before it, how a crash began, if that is longer

	memory int64 // what memory= allowed
}

func (e *LostError) Error() string {
	text := fmt.Sprintf("worker %d was lost: %s", e.Worker, e.Cause) + memoryHint(e.memory, e.Cause, e.PeakRSS, e.Stderr)
	if e.PeakRSS > 0 {
		text += fmt.Sprintf(" (resident size at most %d MiB when last seen)", e.PeakRSS>>20)
	}
	if e.Stderr == "" {
		return text
	}
	return text + "; its last words:\n" + indent(e.Stderr)
}

// memoryHint says that memory= is likely the reason for which a worker ended, if
// it looks so.
func memoryHint(limit int64, cause string, peak int64, stderr string) string {
	if limit == 0 || strings.Contains(cause, "memory=") {
		return ""
	}
	size := ", likely over memory=" + bytesize.Format(limit)
	if strings.HasSuffix(cause, "signal: killed") && peak > limit/4*3 {
		return size
	}
	for _, sign := range []string{"out of memory", "cannot allocate memory", "failed to allocate memory"} {
		if strings.Contains(stderr, sign) {
			return size
		}
	}
	return ""
}
