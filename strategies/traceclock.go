package strategies

import (
	"math"
	"time"
)

// Each process has a clock of its own, which counts from its own start. What a
// frame tells of their offset is a bound: it cannot arrive before it was sent.
// Snapshots there and back bound it from both sides, by the shortest way that any
// of them took in each direction; the middle is at most half of the rest away.

// clockBounds is between what the offset of a worker's clock lies: what its clock
// shows less what ours shows.
type clockBounds struct{ lo, hi int64 }

var unknownClock = clockBounds{math.MinInt64, math.MaxInt64}

// there takes a frame that we sent at ours and the worker had at theirs.
func (b *clockBounds) there(ours, theirs int64) { b.hi = min(b.hi, theirs-ours) }

// back takes a frame that the worker sent at theirs and we had at ours.
func (b *clockBounds) back(theirs, ours int64) { b.lo = max(b.lo, theirs-ours) }

// known reports whether frames went both ways.
func (b clockBounds) known() bool { return b.lo != math.MinInt64 && b.hi != math.MaxInt64 }

// offset returns the middle, and how far it may be off. Bounds that exclude each
// other, because a clock has drifted, are as far off.
func (b clockBounds) offset() (offset int64, off time.Duration) {
	half := (b.hi - b.lo) / 2
	return b.lo + half, time.Duration(max(half, -half) + 1)
}

// probes is how many snapshots are asked for at either end of a trace. One that
// nothing gets in the way of takes some tens of microseconds.
const probes = 16

// probePatience is how long a probe may take that is followed by another.
const probePatience = 100 * time.Millisecond

// probeClocks has all workers tell their clocks. It gives up when one of them
// does not answer.
func (p *core) probeClocks() {
	if p.options.trace == nil {
		return
	}
	for range probes {
		began := time.Now()
		if p.ask(); time.Since(began) > probePatience {
			return
		}
	}
}

// asks notes that a snapshot is asked for now.
func (w *workerTrace) asks(id uint64) {
	if w == nil {
		return
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.asked[id] = clock()
}

// told takes the clock readings of a snapshot that arrived at ours; that which
// nobody asked for, the last, has only been sent.
func (w *workerTrace) told(id uint64, r report, ours int64) {
	if w == nil {
		return
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	if at, ok := w.asked[id]; ok {
		delete(w.asked, id)
		w.clock.there(at, r.Received)
	}
	w.clock.back(r.Sent, ours)
}
