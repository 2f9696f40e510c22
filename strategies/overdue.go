package strategies

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
)

// DeadlineError is the error of a call that the deadline of its context ended. It names
// what its workers were busy with. errors.Is finds the context's cause, which is
// context.DeadlineExceeded unless the caller gave another.
type DeadlineError struct {
	Cause   error     // context.Cause of the call's context
	Running []Running // one for each worker that was busy with the call, the longest first
}

// Running is what a worker was busy with when a deadline came.
type Running struct {
	Index  int // of the item in the slice or the sequence
	Count  int // 1, or how many items from Index on were decoded or encoded together
	Worker int // its number in the pool; -1 if the item ended by itself, because of the deadline

	// For is how long, at least, an item has run in a worker process: since that said so
	// for the first time, which it does every second. It is 0 for what is more recent.
	// In process it is how long, at most: since the worker began the chunk of the item.
	For time.Duration
}

func (e *DeadlineError) Error() string {
	text := e.Cause.Error()
	if len(e.Running) == 0 {
		return text + "; none of the call's items was running"
	}
	var list []string
	for _, r := range e.Running[:min(len(e.Running), listed)] {
		list = append(list, r.String())
	}
	if n := len(e.Running) - listed; n > 0 {
		list = append(list, fmt.Sprintf("and %d more", n))
	}
	return text + "; running were " + strings.Join(list, ", ")
}

// Unwrap returns the context's cause.
func (e *DeadlineError) Unwrap() error { return e.Cause }

// String names the item, the worker and the time, as far as they are known.
func (r Running) String() string {
	text := fmt.Sprintf("item %d", r.Index)
	if r.Count > 1 {
		text = fmt.Sprintf("items %d to %d", r.Index, r.Index+r.Count-1)
	}
	if r.Worker >= 0 {
		text += fmt.Sprintf(" on worker %d", r.Worker)
	}
	if r.For > 0 {
		text += fmt.Sprintf(" (for %v)", r.For.Round(time.Millisecond))
	}
	return text
}

// endedBy returns the error of a call that its context ended. It is asked while the
// call is open. Under the schedule's lock.
func (c *call) endedBy(ctx context.Context) error {
	cause := context.Cause(ctx)
	if ctx.Err() != context.DeadlineExceeded {
		return cause
	}
	e := &DeadlineError{Cause: cause}
	for _, w := range c.core.slots {
		if r, ok := w.busyWith(c); ok {
			e.Running = append(e.Running, r)
		}
	}
	slices.SortStableFunc(e.Running, func(a, b Running) int { return cmp.Compare(b.For, a.For) })
	return e
}

// endedItems is endedBy for a call of which items failed because of that.
func endedItems(ctx context.Context, failed ...*ItemError) error {
	cause := context.Cause(ctx)
	if ctx.Err() != context.DeadlineExceeded {
		return cause
	}
	e := &DeadlineError{Cause: cause}
	for _, f := range failed {
		if errors.Is(f, context.DeadlineExceeded) {
			e.Running = append(e.Running, Running{Index: f.Index, Count: 1, Worker: -1})
		}
	}
	return e
}

// isOverWith reports whether the context has ended, with which an item may have failed. The
// deadline of a task may come a little earlier than that of its call.
func isOverWith(ctx context.Context, f *ItemError) bool {
	const early = 20 * time.Millisecond
	if end, ok := ctx.Deadline(); ok && time.Until(end) < early && errors.Is(f, context.DeadlineExceeded) {
		<-ctx.Done()
	}
	return ctx.Err() != nil
}

// sight is what a worker process last said of what it is busy with.
type sight struct {
	chunk        uint64
	first, count int
	since        int64
}

// busyWith tells what the worker is doing for the call, if anything.
func (w *slot) busyWith(c *call) (Running, bool) {
	at, seen := scene{}, sight{}
	switch {
	case len(w.sent) == 0:
		return Running{}, false
	case w.local != nil:
		if w.sent[0].call != c {
			return Running{}, false
		}
		return w.local.busyWith(), true
	case w.process != nil:
		at, seen = w.process.where()
	}
	k := w.sent[0]
	if at.known {
		k = w.find(at.chunk)
	}
	if k == nil || k.call != c || k.bytes.Load() == 0 {
		return Running{}, false
	}
	r := Running{Index: k.first, Count: k.load.len(), Worker: w.number}
	if at.known && at.item >= 0 && at.item < k.load.len() {
		r.Index, r.Count = k.first+at.item, 1
	}
	if seen.chunk == k.id && k.first+seen.first == r.Index && seen.count == r.Count {
		r.For = time.Duration(clock() - seen.since)
	}
	return r, true
}

// where is where the process is, and what it has said itself.
func (pr *process) where() (scene, sight) {
	pr.mu.Lock()
	defer pr.mu.Unlock()
	return pr.recorder.examine(), pr.sight
}

// busyWith may be called by others than the worker.
func (l *local) busyWith() Running {
	return Running{
		Index: int(l.at.Load()) + l.position.index(), Count: 1, Worker: l.slot.number,
		For: time.Duration(clock() - l.since.Load()),
	}
}
