package strategies

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"
)

// stock is what a call is about: items not sent yet, and where results go. All
// its methods are called under the schedule's lock.
type stock interface {
	taken() int // items that were taken
	ready() int // items that can be taken now
	left() int  // items that will still be taken, or -1 when that is not known
	take(n int) (first int, l load)
	deliver(first int, l load, failed []*ItemError)
	halt() // the call is over: wake whoever waits
}

// claimer is a stock of which goroutines take items without the lock. In claim
// into is a load of the stock to reuse, or nil; what comes back is empty when
// nothing is left.
type claimer interface {
	claim(n int, into load) (first int, l load)
	left() int
}

// call is one Map or Stream.
type call struct {
	core   *core
	stock  stock
	ctx    context.Context // of tasks in process
	cancel context.CancelCauseFunc
	gate   *gate // around every touch of items and results
	done   chan struct{}

	// Under the schedule's lock.
	place    place // in the round
	index    int   // in open
	began    time.Time
	answered int
	unknown  int  // items of them whose type the codec does not know
	ended    bool // done is closed
	closed   bool // results are no longer wanted
	err      error
}

// valueless is a context without values: they do not cross to a worker
// process, so no kind lets a task rely on them.
type valueless struct{ context.Context }

func (valueless) Value(any) any { return nil }

// begin opens a call.
func (p *core) begin(ctx context.Context, st stock) (*call, error) {
	c := &call{core: p, stock: st, gate: newGate(), done: make(chan struct{})}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.ending {
		return nil, ErrClosed
	}
	c.ctx, c.cancel = context.WithCancelCause(valueless{ctx})
	c.index, c.began = len(p.open), time.Now()
	p.open = append(p.open, c)
	p.tryAgain()
	if st.ready() > 0 {
		p.enlist(c)
		p.rouse()
	}
	return c, nil
}

// wait returns when all items are answered, or with the reason why they will
// not be.
func (c *call) wait(ctx context.Context) error {
	stop := c.report()
	var err error
	select {
	case <-c.done:
		c.core.mu.Lock()
		err = c.err
		c.core.mu.Unlock()
	case <-ctx.Done():
		c.core.mu.Lock()
		err = c.endedBy(ctx)
		c.core.mu.Unlock()
	}
	return cmp.Or(err, stop())
}

// end ends the call from the pool's side.
func (s *schedule) end(c *call, err error) {
	if c.ended {
		return
	}
	c.ended, c.err = true, err
	close(c.done)
	c.stock.halt()
}

// close takes the call off the pool: what was not sent stays here, workers are
// told to stop, and nothing touches items and results any more when it
// returns. It is called once, by the call's owner.
func (c *call) close() {
	p := c.core
	p.mu.Lock()
	c.closed = true
	p.unlist(c)
	p.forgetCall(c)
	c.stock.halt()
	if c.answered < c.stock.taken() {
		c.recall()
	}
	p.mu.Unlock()
	c.cancel(context.Canceled)
	c.gate.close()
}

// forgetCall takes a call off those that are open. Of what is to be sent again,
// the lists drop what is the call's when they come to it.
func (s *schedule) forgetCall(c *call) {
	end := len(s.open) - 1
	last := s.open[end]
	s.open[c.index], last.index = last, c.index
	s.open[end] = nil
	s.open = s.open[:end]
	waiting(&s.alone)
	waiting(&s.retry)
}

// recall cancels the chunks that workers have. Those that do not let go of
// them in time are replaced.
func (c *call) recall() {
	p := c.core
	for _, w := range p.slots {
		found := false
		for _, k := range w.sent {
			if k.call == c && !k.cancelled {
				k.cancelled, found = true, true
				p.cancelChunk(w, k)
			}
		}
		if found {
			p.enforce(w, c)
		}
	}
}

// cancelChunk tells the worker to stop.
func (p *core) cancelChunk(w *slot, k *chunk) {
	if w.local != nil {
		w.local.position.stopped.Store(true)
		return
	}
	w.urgent = append(w.urgent, order{orderCancel, k.id})
	p.rise(w)
}

// cancelGrace is how long a worker may stay busy with a cancelled chunk.
const cancelGrace = time.Second

// enforce replaces a worker that spends all its time on a cancelled chunk of
// the call. Only the chunk at the head can be what it is busy with; it must not
// suffer for what others hand it.
func (p *core) enforce(w *slot, c *call) {
	process, local, watched := w.process, w.local, w.sent[0]
	var look func()
	look = func() {
		p.mu.Lock()
		defer p.mu.Unlock()
		if w.process != process || w.local != local || !w.holds(c) {
			return
		}
		switch head := w.sent[0]; {
		case head != watched || head.call != c:
			watched = head
			time.AfterFunc(cancelGrace, look)
		case local != nil:
			p.abandon(w)
		case process != nil:
			process.dismiss("busy one second after its items were cancelled")
		}
	}
	time.AfterFunc(cancelGrace, look)
}

// holds reports whether the worker has chunks of the call.
func (w *slot) holds(c *call) bool {
	return slices.ContainsFunc(w.sent, func(k *chunk) bool { return k.call == c })
}

// reportEvery is the time between two calls of WithProgress's function.
const reportEvery = 100 * time.Millisecond

// report calls the pool's progress function until stop is called, and then
// once more. When the function does not come back as it should, it is not called
// again: that is the end of the call, and the error of stop.
func (c *call) report() (stop func() error) {
	if c.core.options.progress == nil {
		return func() error { return nil }
	}
	quit, gone := make(chan struct{}), make(chan error, 1)
	go func() { gone <- c.reportUntil(quit) }()
	return func() error { close(quit); return <-gone }
}

func (c *call) reportUntil(quit <-chan struct{}) error {
	tick := time.NewTicker(reportEvery)
	defer tick.Stop()
	for last := false; !last; {
		select {
		case <-tick.C:
		case <-quit:
			last = true
		}
		err := c.core.host(patience{ends: [2]<-chan struct{}{quit}}, func() error {
			c.core.options.progress(c.progress())
			return nil
		})
		if err != nil {
			err = fmt.Errorf("strategies: the function of WithProgress: %w", err)
			c.core.fail(c, err)
			return err
		}
	}
	return nil
}

// fail is end for who does not hold the lock.
func (p *core) fail(c *call, err error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.end(c, err)
}

func (c *call) progress() (done, total int) {
	c.core.mu.Lock()
	defer c.core.mu.Unlock()
	if left := c.stock.left(); left >= 0 {
		return c.answered, c.stock.taken() + left
	}
	return c.answered, -1
}
