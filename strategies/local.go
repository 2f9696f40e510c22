package strategies

import (
	"context"
	"fmt"
	"sync/atomic"
)

// local is a worker that is a goroutine: the whole of serial and goroutines.
// It works on a private copy of each chunk, so that a task that ignores the end
// of its context does not keep Map from returning.
//
// A chunk from the schedule begins a shift: if it is of a Map, the worker claims
// more of it, chunk by chunk, by one atomic and without the schedule's lock,
// and answers for all of them when the shift ends. Then it is another call's
// turn.
type local struct {
	core     *core
	slot     *slot
	lane     *lane
	lap      *lap
	position position
	at       atomic.Int64 // index of the first item in hand, for others
	since    atomic.Int64 // when the shift began
	replaced bool         // another has taken its place; under the schedule's lock

	chunk   *chunk // with which the shift began, or nil
	batch   [1]*chunk
	part    load // in hand: the chunk's items, or those that were claimed
	first   int  // index of its first item
	claimed load // to reuse for the next
	scratch load // the private copy of part
	run     execution
	work    *execution // run, for exited
	began   int64
	shift   shift
}

// shift is what a worker has done since it began one.
type shift struct {
	items, chunks int
	failed        []*ItemError
}

// shiftSpan bounds a shift: other calls wait for their turn, and progress is
// not told, while it lasts.
const shiftSpan = 500_000 // ns

func (p *core) startLocals(ctx context.Context) error {
	for _, w := range p.slots {
		err := p.hostOpen(ctx, func() error { return runSetup(ctx, p.def, p.options.setup) })
		if err != nil {
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
	w.local = &local{core: p, slot: w, lane: newLane(p.options.phases, observers(p.options.observe, laneWorker, w.number)...)}
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
		l.lap.end(phaseCompute, phaseTransfer)
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

// prepare begins a shift with a chunk.
func (l *local) prepare(c *chunk) {
	l.began = l.lane.to(phaseBusy)
	l.since.Store(l.began)
	l.lap = l.lane.lap(phaseTransfer)
	l.chunk, l.shift = c, shift{}
	l.first, l.part = c.first, c.load
	open := c.call.gate.enter()
	l.begin(open)
	if open {
		c.call.gate.leave()
	}
	l.lap.end(phaseTransfer, phaseCompute)
}

// begin copies the items in hand while the call is open.
func (l *local) begin(open bool) {
	l.position.begin(0)
	l.at.Store(int64(l.first))
	if open {
		l.scratch = l.part.copyItems(l.scratch)
	} else {
		l.scratch = l.part.empty()
	}
	l.work = &l.run
	l.run.begin(l.lane.labelled(l.chunk.call.ctx), l.scratch, &l.position)
	l.lane.carries(0, l.part.len())
}

// answer hands the results to the call, if it still wants them, and goes on
// with the shift or ends it.
func (l *local) answer() {
	gate, n := l.chunk.call.gate, l.part.len()
	open := gate.enter()
	if open {
		l.part.commit(l.scratch, nil)
	}
	l.shift.items += n
	l.shift.chunks++
	l.shift.failed = append(l.shift.failed, itemErrors(l.first, l.chunk.charged+1, l.work.failed)...)
	goesOn := open && l.claim()
	if goesOn {
		l.begin(true)
	}
	if open {
		gate.leave()
	}
	l.lap.end(phaseTransfer, phaseBusy)
	l.lane.done(l.lap)
	if goesOn {
		l.lap = l.lane.lap(phaseCompute)
		return
	}
	l.end()
}

// claim takes the next items of a Map. It reports false when there are none,
// when they shall not be begun, or when the shift has lasted long enough.
func (l *local) claim() bool {
	from, ok := l.chunk.call.stock.(claimer)
	p := &l.slot.pace // nobody else changes it
	if !ok || l.position.stopped.Load() || p.item == 0 || p.item*float64(l.shift.items) > shiftSpan {
		return false
	}
	l.first, l.part = from.claim(p.chunkSize(&l.core.spec, from.left()), l.claimed)
	l.claimed = l.part
	return l.part.len() > 0
}

// end ends the shift: what was done is booked, in one go.
func (l *local) end() {
	c, done := l.chunk, l.shift
	l.chunk, l.work = nil, nil
	ns := l.lane.to(phaseWait) - l.began
	p, w := l.core, l.slot
	p.mu.Lock()
	defer p.mu.Unlock()
	if l.replaced {
		return
	}
	w.pace.open += done.items
	w.pace.worked(ns)
	w.pace.grow(c.load.len())
	w.forget(c)
	p.counts.Chunks += int64(done.chunks)
	p.book(c, done.items, c.load, c.first, done.failed)
}
