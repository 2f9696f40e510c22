package strategies

import (
	"encoding/binary"
	"errors"
	"math"
	"slices"
	"sync"

	"github.com/handoff-go/handoff/strategies/transport"
)

// workerTrace is the trace of one worker process: what it sent of itself when it
// left, and what is known of its clock. A nil one, where there is no trace, takes
// everything and keeps nothing.
type workerTrace struct {
	worker int
	pid    int
	limit  int

	mu      sync.Mutex
	spans   []traceSpan // on its own clock
	dropped int64
	asked   map[uint64]int64 // when a snapshot was asked for
	clock   clockBounds
	left    bool   // it has sent all it had
	lost    string // why it did not
}

// enter begins the trace of a worker process.
func (t *Trace) enter(worker, pid int) *workerTrace {
	if t == nil {
		return nil
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	w := &workerTrace{worker: worker, pid: pid, limit: t.limit(), asked: map[uint64]int64{}, clock: unknownClock}
	t.workers = append(t.workers, w)
	t.makeRoom(worker)
	return w
}

// tracedProcesses is how many processes of one worker a trace holds.
const tracedProcesses = 16

// makeRoom bounds what is kept of the processes that followed each other in a
// worker's place: the newest stay.
func (t *Trace) makeRoom(worker int) {
	events, processes := 0, 0
	for i, w := range slices.Backward(t.workers) {
		if w.worker != worker {
			continue
		}
		n := w.size()
		processes++
		if events += n; events > t.limit() || processes > tracedProcesses {
			t.lost += int64(n)
			t.workers = slices.Delete(t.workers, i, i+1)
		}
	}
}

func (w *workerTrace) size() int {
	w.mu.Lock()
	defer w.mu.Unlock()
	return len(w.spans)
}

// leave notes that the process has ended. Without its events it is lost.
func (w *workerTrace) leave(cause string) {
	if w == nil {
		return
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	if !w.left {
		w.spans, w.lost = nil, cause
	}
}

// bye notes that the process has sent all it had.
func (w *workerTrace) bye() {
	if w == nil {
		return
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.left = true
}

// startTrace has the worker's lane keep its phases, if there is a trace.
func (w *worker) startTrace() {
	if w.settings.Trace > 0 {
		w.trace = &traceRing{limit: w.settings.Trace}
		w.observe = append(w.observe, func(laneKind, int) observer { return newTracer(w.trace) })
	}
}

// tracePiece is how many events go into one frame: some 40 KiB.
const tracePiece = 4096

// sendTrace sends what the worker has kept, in bounded frames.
func (w *worker) sendTrace() {
	if w.trace == nil {
		return
	}
	spans, dropped := w.trace.all()
	for piece := range slices.Chunk(spans, tracePiece) {
		w.sendControl(&transport.Frame{
			Header:  transport.Header{Kind: transport.Trace, First: uint64(dropped), Count: uint32(len(piece))},
			Payload: appendSpans(nil, piece),
		})
	}
}

// appendSpans writes spans: each start from the end before, each end from its
// start.
func appendSpans(dst []byte, spans []traceSpan) []byte {
	last := int64(0)
	for _, s := range spans {
		dst = binary.AppendVarint(dst, s.start-last)
		dst = binary.AppendVarint(dst, s.end-s.start)
		dst = binary.AppendUvarint(dst, s.chunk)
		dst = binary.AppendUvarint(dst, uint64(s.items))
		dst = append(dst, byte(s.phase))
		last = s.end
	}
	return dst
}

var errTrace = errors.New("a piece of a trace that is no such thing")

// add takes a piece of the process's trace.
func (w *workerTrace) add(f *transport.Frame) error {
	if w == nil {
		return errKind // it was not asked for
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	n := int(f.Header.Count)
	if n > tracePiece || len(w.spans)+n > w.limit {
		return errTrace
	}
	r := reader{src: f.Payload}
	last := int64(math.MinInt64)
	if k := len(w.spans); k > 0 {
		last = w.spans[k-1].end
	}
	for at := int64(0); n > 0; n-- {
		s := traceSpan{start: at + r.varint()}
		s.end = s.start + r.varint()
		s.chunk, s.items, s.phase = r.uvarint(), uint32(r.uvarint()), phase(r.byte())
		if r.bad || s.start < last || s.end < s.start || s.phase >= phaseBusy {
			return errTrace
		}
		w.spans = append(w.spans, s)
		at, last = s.end, s.end
	}
	w.dropped = int64(f.Header.First)
	return nil
}
