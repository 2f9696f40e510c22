package strategies

import (
	"errors"
	"fmt"
	"io"
	"sync"
	"time"
)

// Trace is what every lane of one pool did when: a phase from here to there, for
// this chunk. [WithTrace] has a pool record it, Close completes it, and WriteTo
// writes it in the Trace Event Format, which Perfetto and chrome://tracing read.
//
// A worker process keeps its events until it leaves; one that dies takes them
// with it, and the trace says so. What the coordinator did is kept all the same.
type Trace struct {
	// Events is how many each lane keeps, the newest ones, at 32 bytes each, at
	// most [MaxTraceEvents] in all lanes together: a worker process has three, a
	// goroutine one. Zero stands for 65,536, or as many as that allows. It must not
	// change once the pool is open.
	Events int

	mu       sync.Mutex
	most     int   // that Events may be
	begun    int64 // when the pool was opened
	spec     Spec
	complete bool
	lanes    map[laneName]*traceRing // in this process
	workers  []*workerTrace          // worker processes, in the order of their starts
	lost     int64                   // events of worker processes that made room
}

// laneName says which lane of a pool it is.
type laneName struct {
	kind   laneKind
	worker int
}

const (
	// MaxTraceEvents is the most that the lanes of a pool keep together: 64 MiB. A
	// file of so many can be read back: report/trace takes up to 1 GiB.
	MaxTraceEvents     = 1 << 21
	defaultTraceEvents = 1 << 16
)

// WithTrace has the pool record a trace. Every chunk is timed then, which costs
// some clock readings more; runs whose times count do without. A Trace belongs to
// one pool, not counting those that did not open. It is complete when Close has
// returned. Of several, the last is recorded; nil stands for none.
func WithTrace(t *Trace) Option {
	return func(o *options) { o.trace = t }
}

// startTrace has the lanes in this process be traced, if that is wanted.
func (p *core) startTrace() error {
	t := p.options.trace
	if t == nil {
		return nil
	}
	p.options.observe = append(p.options.observe, t.observe)
	lanes := p.spec.Workers
	if p.remote {
		lanes *= 3 // its own, its sender and its receiver
	}
	return t.begin(p.spec, lanes)
}

// begin readies the trace for a pool of so many lanes.
func (t *Trace) begin(spec Spec, lanes int) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	most := max(1, MaxTraceEvents/lanes)
	switch {
	case t.lanes != nil:
		return errors.New("strategies: trace: another pool has it already")
	case t.Events < 0 || t.Events > most:
		return fmt.Errorf("strategies: trace: Events is %d, want 1 to %d in each of %d lanes, or 0 for %d",
			t.Events, most, lanes, min(most, defaultTraceEvents))
	}
	t.begun, t.spec, t.most, t.lanes = clock(), spec, most, map[laneName]*traceRing{}
	return nil
}

// forget readies the trace for another pool: this one did not open.
func (t *Trace) forget() {
	if t == nil {
		return
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	t.complete, t.lanes, t.workers, t.lost = false, nil, nil, 0
}

// limit is how many events a lane keeps; 0 without a trace.
func (t *Trace) limit() int {
	switch {
	case t == nil:
		return 0
	case t.Events == 0:
		return min(t.most, defaultTraceEvents)
	}
	return t.Events
}

// observe makes the observer of a lane in this process. Who works in a worker's
// place later goes on in the same memory.
func (t *Trace) observe(kind laneKind, worker int) observer {
	t.mu.Lock()
	defer t.mu.Unlock()
	name := laneName{kind, worker}
	ring := t.lanes[name]
	if ring == nil {
		ring = &traceRing{limit: t.limit()}
		t.lanes[name] = ring
	}
	return newTracer(ring)
}

// end completes the trace: the pool is closed.
func (t *Trace) end() {
	if t == nil {
		return
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	for worker := range t.spec.Workers {
		t.makeRoom(worker) // for the last process, too
	}
	t.complete = true
}

// stopGrace is how much longer a worker has to leave for what it must send: on a
// quiet machine an event takes a tenth of that.
func (t *Trace) stopGrace() time.Duration {
	return time.Duration(t.limit()) * 5 * time.Microsecond
}

// errTraceOpen is said to who wants to read a trace too early.
var errTraceOpen = errors.New("strategies: trace: it is complete once its pool is closed")

// WriteTo writes the trace as a JSON object in the Trace Event Format: a process
// a track group, a lane a track, a complete event a phase, and flows from each
// request to its answer. Times of worker processes are shifted by the offsets of
// their clocks. It implements io.WriterTo.
//
// It puts the trace together anew, as each Summary does, and allocates some six times
// the memory of the events. Both may be called concurrently.
func (t *Trace) WriteTo(w io.Writer) (int64, error) {
	v, err := t.view()
	if err != nil {
		return 0, err
	}
	return v.writeTo(w)
}

// TraceSummary says how far a trace can be trusted.
type TraceSummary struct {
	Events  int64 // written
	Dropped int64 // that made room for newer ones, or were before all lanes were whole again

	// ClockError is how far the times of a worker process may be shifted against
	// the coordinator's, at most: half of what the frames between them leave open.
	// The worst of all processes.
	ClockError time.Duration

	// Lost says which worker processes took their events with them, and why.
	Lost []string

	// Backwards counts chunks without a flow because it would run backwards in
	// time: the clocks have drifted by more than their offsets were known to.
	Backwards int
}

// Summary returns what can be said of a complete trace. It puts the trace together
// for that, and may be called concurrently.
func (t *Trace) Summary() (TraceSummary, error) {
	v, err := t.view()
	if err != nil {
		return TraceSummary{}, err
	}
	return v.summary, nil
}
