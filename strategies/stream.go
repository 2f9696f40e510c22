package strategies

import (
	"cmp"
	"context"
	"errors"
	"iter"
	"sync"
)

// Result is one result of [Pool.StreamUnordered].
type Result[Out any] struct {
	Index int // of the item in the sequence, from 0; -1 with an error that ends the stream
	Value Out
}

// Stream runs the task on every item of a sequence and yields the results in
// its order. An [*ItemError] takes its item's place and the stream goes on; any
// other error ends it, as it ends a [Pool.Map].
//
// The sequence is read by a goroutine of the pool, ahead of the consumer by a
// bounded number of items; when they are all there, reading stops, workers
// never do. A consumer that stops early ends the call. A panic of the sequence
// is raised again in the consumer, after the results before it; one that calls
// runtime.Goexit ends the stream with an error, after them too. A sequence that
// is blocked when the stream ends keeps its goroutine until it returns.
func (p *Pool[In, Out]) Stream(ctx context.Context, items iter.Seq[In]) iter.Seq2[Out, error] {
	return func(yield func(Out, error) bool) {
		newStream[In, Out](p.core, true).serve(ctx, items, func(r Result[Out], err error) bool {
			return yield(r.Value, err)
		})
	}
}

// StreamUnordered is [Pool.Stream] without its order: results come as they are
// computed, each with its item's index.
func (p *Pool[In, Out]) StreamUnordered(ctx context.Context, items iter.Seq[In]) iter.Seq2[Result[Out], error] {
	return func(yield func(Result[Out], error) bool) {
		newStream[In, Out](p.core, false).serve(ctx, items, yield)
	}
}

// stream is the stock of a Stream. Every item holds one of a bounded number of
// places from before it is asked for until it is yielded; retries keep it.
type stream[In, Out any] struct {
	core    *core
	ordered bool
	proto   *cargo[In, Out]

	// Under the schedule's lock.
	pending []In
	pulled  int // items of the sequence so far
	yielded int // places given back
	next    int // first of pending
	sealed  bool
	halted  bool
	raised  any                   // the panic of the sequence
	broken  error                 // how else it broke off
	runs    map[int]*results[Out] // ordered: by their first item
	queue   []*results[Out]       // unordered
	wanted  int                   // ordered: the item to be yielded next
	places  sync.Cond             // a place became free
	arrived sync.Cond             // results came, or the end
}

// results is a run of answered items.
type results[Out any] struct {
	first  int
	values []Out
	failed []*ItemError
}

func newStream[In, Out any](p *core, ordered bool) *stream[In, Out] {
	st := &stream[In, Out]{core: p, ordered: ordered, proto: p.def.load().(*cargo[In, Out]), runs: map[int]*results[Out]{}}
	st.places.L, st.arrived.L = &p.mu, &p.mu
	return st
}

// serve runs the whole stream.
func (st *stream[In, Out]) serve(ctx context.Context, items iter.Seq[In], yield func(Result[Out], error) bool) {
	if ctx.Err() != nil {
		yield(Result[Out]{Index: -1}, context.Cause(ctx))
		return
	}
	c, err := st.core.begin(ctx, st)
	if err != nil {
		yield(Result[Out]{Index: -1}, err)
		return
	}
	defer c.close()
	stop := sync.OnceValue(c.report())
	defer stop()
	defer context.AfterFunc(ctx, func() {
		st.core.mu.Lock()
		defer st.core.mu.Unlock()
		st.core.end(c, c.endedBy(ctx))
	})()
	go st.read(c, items)
	if !st.each(ctx, c, yield) {
		return // the consumer has had enough
	}
	failed := stop()
	raised, err := st.outcome(c)
	if err = cmp.Or(err, failed); err != nil {
		yield(Result[Out]{Index: -1}, err)
	} else if raised != nil {
		panic(raised)
	}
}

// each yields results until the end. It reports false when the consumer
// stopped.
func (st *stream[In, Out]) each(ctx context.Context, c *call, yield func(Result[Out], error) bool) bool {
	for {
		run := st.wait(c)
		if run == nil {
			return true
		}
		for i, value := range run.values {
			var failed error
			if len(run.failed) > 0 && run.failed[0].Index == run.first+i {
				if isOverWith(ctx, run.failed[0]) { // and that is why it failed
					yield(Result[Out]{Index: -1}, endedItems(ctx, run.failed[0]))
					return false
				}
				failed, run.failed = run.failed[0], run.failed[1:]
			}
			if !yield(Result[Out]{run.first + i, value}, failed) {
				return false
			}
		}
		st.release(len(run.values))
	}
}

// wait returns the next run of results, or nil at the end.
func (st *stream[In, Out]) wait(c *call) *results[Out] {
	st.core.mu.Lock()
	defer st.core.mu.Unlock()
	for c.err == nil {
		if run := st.pop(); run != nil {
			return run
		}
		if c.ended {
			break
		}
		st.arrived.Wait()
	}
	return nil
}

// outcome returns why the stream ended, if not by itself, and what the
// sequence panicked with.
func (st *stream[In, Out]) outcome(c *call) (raised any, err error) {
	st.core.mu.Lock()
	defer st.core.mu.Unlock()
	return st.raised, cmp.Or(c.err, st.broken)
}

func (st *stream[In, Out]) pop() *results[Out] {
	if st.ordered {
		run := st.runs[st.wanted]
		if run != nil {
			delete(st.runs, st.wanted)
			st.wanted += len(run.values)
		}
		return run
	}
	if len(st.queue) == 0 {
		return nil
	}
	run := st.queue[0]
	st.queue = st.queue[1:]
	return run
}

// read pulls the sequence.
func (st *stream[In, Out]) read(c *call, items iter.Seq[In]) {
	returned := false
	defer func() {
		v := recover()
		st.core.mu.Lock()
		defer st.core.mu.Unlock()
		if st.raised, st.sealed = v, true; v == nil && !returned {
			st.broken = errSequence
		}
		st.core.finish(c)
		st.core.rouse()
		st.arrived.Broadcast()
	}()
	for item := range items {
		if !st.push(c, item) {
			break
		}
	}
	returned = true
}

var errSequence = errors.New("strategies: the sequence ended its goroutine with runtime.Goexit; it must return, or panic")

// push takes an item and waits for a place for the next, so that no item is
// asked for without one. It reports false when no more are wanted.
func (st *stream[In, Out]) push(c *call, item In) bool {
	st.core.mu.Lock()
	defer st.core.mu.Unlock()
	if st.halted {
		return false
	}
	st.pending = append(st.pending, item)
	st.pulled++
	st.core.enlist(c)
	st.core.rouse()
	for !st.halted && st.pulled-st.yielded >= st.core.places() {
		st.places.Wait()
	}
	return !st.halted
}

func (st *stream[In, Out]) release(n int) {
	st.core.mu.Lock()
	defer st.core.mu.Unlock()
	st.yielded += n
	st.places.Signal()
}

// streamBytes bounds the encoded size of all items of a stream that are
// somewhere between intake and yield.
const streamBytes = 64 << 20

// places is how many items of one stream may be under way: twice what all
// windows hold.
func (s *schedule) places() int {
	n, per := 0, 1.0
	for _, w := range s.slots {
		size := w.pace.chunkSize(&s.spec, -1)
		window := minWindow
		if s.remote {
			window = w.pace.window(&s.spec, size)
		}
		n += 2 * window * size
		per = max(per, w.pace.sent+w.pace.got)
	}
	return max(len(s.slots), min(n, int(streamBytes/per)))
}

func (st *stream[In, Out]) taken() int { return st.next }
func (st *stream[In, Out]) ready() int { return len(st.pending) }

func (st *stream[In, Out]) left() int {
	if st.sealed {
		return len(st.pending)
	}
	return -1
}

func (st *stream[In, Out]) take(n int) (first int, l load) {
	items := st.pending[:n:n]
	st.pending = st.pending[n:]
	first = st.next
	st.next += n
	return first, &cargo[In, Out]{run: st.proto.run, items: items, results: make([]Out, n)}
}

func (st *stream[In, Out]) deliver(first int, l load, failed []*ItemError) {
	run := &results[Out]{first, l.(*cargo[In, Out]).results, failed}
	if st.ordered {
		st.runs[first] = run
	} else {
		st.queue = append(st.queue, run)
	}
	st.arrived.Signal()
}

func (st *stream[In, Out]) halt() {
	st.halted = true
	st.places.Broadcast()
	st.arrived.Broadcast()
}
