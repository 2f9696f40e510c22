package strategies

import "sync"

// traceSpan is a phase that a lane was in.
type traceSpan struct {
	start, end int64 // readings of the lane's own clock
	chunk      uint64
	items      uint32
	phase      phase
}

// traceRing is the bounded memory of a lane: the newest spans. When another takes
// the lane's place, it has the memory from then on, and what the one before may
// still have to say is not kept.
type traceRing struct {
	limit int

	mu      sync.Mutex
	owner   *tracer
	spans   []traceSpan
	next    int // of a full ring: the oldest
	dropped int64
}

// tracer is the observer that keeps a lane's phases.
type tracer struct {
	ring *traceRing

	// Under the ring's lock.
	phase phase
	since int64
	chunk uint64
	items uint32
}

func newTracer(r *traceRing) *tracer {
	t := &tracer{ring: r, phase: phaseWait, since: clock()}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.owner = t
	return t
}

// begins implements observer. What a lane does after waiting is about no chunk,
// until it is told.
func (t *tracer) begins(p phase, at int64) {
	r := t.ring
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.owner != t {
		return
	}
	r.keep(traceSpan{t.since, at, t.chunk, t.items, t.phase})
	t.phase, t.since = p, at
	if p == phaseWait {
		t.chunk, t.items = 0, 0
	}
}

// carries implements carrier. A transfer that came right before, about no chunk,
// brought this one.
func (t *tracer) carries(chunk uint64, items int) {
	r := t.ring
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.owner != t {
		return
	}
	t.chunk, t.items = chunk, uint32(items)
	if last := r.last(); last != nil && last.phase == phaseTransfer && last.chunk == 0 {
		last.chunk, last.items = t.chunk, t.items
	}
}

// shortest is the shortest span that is kept, in nanoseconds: a clock reading
// takes longer.
const shortest = 2

// keep adds a span. Bookkeeping is what lies between two.
func (r *traceRing) keep(s traceSpan) {
	if s.phase == phaseBusy {
		return
	}
	last := r.last()
	if last != nil {
		s.start = max(s.start, last.end)
	}
	switch {
	case s.end-s.start < shortest:
	case last != nil && last.end == s.start && last.phase == s.phase && last.chunk == s.chunk:
		last.end = s.end
	case len(r.spans) < r.limit:
		r.spans = append(r.spans, s)
	default:
		r.spans[r.next] = s
		r.next = (r.next + 1) % r.limit
		r.dropped++
	}
}

// last returns the newest span, or nil.
func (r *traceRing) last() *traceSpan {
	if n := len(r.spans); n > 0 {
		return &r.spans[(r.next+n-1)%n]
	}
	return nil
}

// all returns the spans in order, and how many there were before them.
func (r *traceRing) all() (spans []traceSpan, dropped int64) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return append(append(spans, r.spans[r.next:]...), r.spans[:r.next]...), r.dropped
}
