package strategies

import (
	"context"
	"fmt"
)

// local is a worker that is a goroutine: the whole of serial and goroutines.
// It works on a private copy of each chunk, so that a task that ignores the end
// of its context does not keep Map from returning.
type local struct {
	core     *core
	slot     *slot
	lane     *lane
	position position
	replaced bool // another has taken its place; under the schedule's lock

	chunk   *chunk // in hand, or nil
	batch   [1]*chunk
	work    *execution
	scratch load
	began   int64
}

func (p *core) startLocals(ctx context.Context) error {
	for _, w := range p.slots {
		if err := runSetup(ctx, p.def, p.options.setup); err != nil {
			return fmt.Errorf("strategies: setup of worker %d: %w", w.number, err)
		}
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, w := range p.slots {
		p.hire(w)
	}
	return nil
}

// hire puts a new goroutine into the worker's place.
func (p *core) hire(w *slot) {
	w.local = &local{core: p, slot: w, lane: newLane(false)}
	p.running.Add(1)
	go w.local.loop()
}

// abandon gives the place of a worker that ignores the end of its context to
// another. It keeps its goroutine, and its results go nowhere.
func (p *core) abandon(w *slot) {
	w.local.replaced = true
	w.spent.lane.add(w.local.lane.take())
	for _, c := range w.sent {
		w.forget(c)
	}
	p.counts.Abandoned++
	p.running.Done()
	if w.local = nil; !p.ending {
		p.hire(w)
	}
}

// loop works until the pool closes or the worker is replaced.
func (l *local) loop() {
	returned := false
	defer func() {
		if !returned { // the task called runtime.Goexit
			l.work.exited()
			go l.loop()
		}
	}()
	for l.chunk != nil || l.take() {
		l.work.run()
		l.answer()
	}
	returned = true
}

// take waits for a chunk. It reports false when the worker shall end.
func (l *local) take() bool {
	for !l.core.leave(l) {
		batch, asleep := l.core.next(l.slot, l.batch[:0], true)
		if len(batch) > 0 { // and not more than one: that is a goroutine's window
			l.prepare(batch[0])
			return true
		}
		if asleep {
			<-l.slot.wake
		}
	}
	return false
}

// leave reports whether the worker shall end: the pool closes, or another has
// its place.
func (p *core) leave(l *local) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	switch {
	case l.replaced:
		return true
	case p.ending:
		l.slot.spent.lane.add(l.lane.take())
		l.slot.local = nil
		p.running.Done()
		return true
	}
	return false
}

// prepare copies the chunk's items while the call is open.
func (l *local) prepare(c *chunk) {
	l.chunk = c
	if !c.call.gate.enter() {
		l.scratch = c.load.empty()
	} else {
		l.scratch = c.load.copyItems(l.scratch)
		c.call.gate.leave()
	}
	l.work = &execution{load: l.scratch, ctx: c.call.ctx, position: &l.position}
	l.began = l.lane.to(phaseCompute)
}

// answer hands the results to the call, if it still wants them.
func (l *local) answer() {
	c, failed := l.chunk, l.work.failed
	ns := l.lane.to(phaseWait) - l.began
	if c.call.gate.enter() {
		c.load.commit(l.scratch, nil)
		c.call.gate.leave()
	}
	l.chunk, l.work = nil, nil

	p, w := l.core, l.slot
	p.mu.Lock()
	defer p.mu.Unlock()
	if l.replaced {
		return
	}
	n := c.load.len()
	w.pace.open += n
	w.pace.worked(ns)
	w.pace.grow(n)
	p.settle(w, c, failed)
}
