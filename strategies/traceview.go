package strategies

import (
	"cmp"
	"fmt"
	"os"
	"slices"
	"time"
)

// traceView is a complete trace put together: all lanes on one clock, from when
// on all of them are whole, and what belongs together in them.
type traceView struct {
	spec      Spec
	zero      int64 // what our clock showed when the pool was opened
	processes []*traceProcess
	lanes     []*traceLane
	flows     []traceFlow
	summary   TraceSummary
}

// coordinatorNumber is the coordinator's in a trace.
const coordinatorNumber = 1

// traceProcess is a process of the trace. Its number stands for it in the file:
// the system's own may come twice.
type traceProcess struct {
	number int
	name   string
	off    time.Duration // how far its clock may be off; 0 is the coordinator's
	lost   string
}

// traceLane is a lane of the trace, its spans in nanoseconds since the pool was
// opened.
type traceLane struct {
	of     *traceProcess
	name   string
	kind   laneKind
	worker int
	spans  []traceSpan
	whole  int64 // from when on it is
}

// traceFlow is a chunk's way from lane to lane.
type traceFlow struct {
	chunk uint64
	stops []traceStop
}

type traceStop struct {
	lane *traceLane
	span int
}

// inProcess reports whether the lane is that of a worker that is a goroutine.
func (l *traceLane) inProcess() bool { return l.of.number == coordinatorNumber && l.kind == laneWorker }

func (s traceStop) at() int64 { return s.lane.spans[s.span].start }

// view puts the trace together.
func (t *Trace) view() (*traceView, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if !t.complete {
		return nil, errTraceOpen
	}
	v := &traceView{spec: t.spec, zero: t.begun}
	v.summary.Dropped = t.lost
	v.addCoordinator(t)
	workers := slices.Clone(t.workers)
	slices.SortStableFunc(workers, func(a, b *workerTrace) int { return cmp.Compare(a.worker, b.worker) })
	for i, w := range workers {
		v.addWorker(w, i)
	}
	v.cut()
	v.connect()
	return v, nil
}

// addCoordinator adds the lanes of this process, each worker's together.
func (v *traceView) addCoordinator(t *Trace) {
	of := &traceProcess{number: coordinatorNumber, name: fmt.Sprintf("coordinator (pid %d)", os.Getpid())}
	v.processes = append(v.processes, of)
	for name, ring := range t.lanes {
		l := &traceLane{of: of, name: name.String(), kind: name.kind, worker: name.worker}
		spans, dropped := ring.all()
		v.addLane(l, spans, dropped, v.zero)
	}
	slices.SortFunc(v.lanes, func(a, b *traceLane) int {
		return cmp.Or(cmp.Compare(a.worker, b.worker), cmp.Compare(a.kind, b.kind))
	})
}

// String is the lane's name in the trace.
func (n laneName) String() string {
	switch n.kind {
	case laneSender:
		return fmt.Sprintf("send to worker %d", n.worker)
	case laneReceiver:
		return fmt.Sprintf("receive from worker %d", n.worker)
	}
	return fmt.Sprintf("worker %d", n.worker)
}

// addWorker adds a worker process. When its clock is not known, because it was
// never asked and got no chunk, nothing of it can be placed.
func (v *traceView) addWorker(w *workerTrace, i int) {
	w.mu.Lock()
	defer w.mu.Unlock()
	of := &traceProcess{number: coordinatorNumber + 1 + i, name: fmt.Sprintf("worker %d (pid %d)", w.worker, w.pid), lost: w.lost}
	v.processes = append(v.processes, of)
	l := &traceLane{of: of, name: laneName{laneWorker, w.worker}.String(), worker: w.worker}
	bounds := v.tighten(w)
	if of.lost == "" && !bounds.known() {
		of.lost = "its clock is not known"
	}
	if of.lost != "" {
		v.summary.Lost = append(v.summary.Lost, of.name+": "+of.lost)
		v.lanes = append(v.lanes, l)
		return
	}
	offset, off := bounds.offset()
	of.off = off
	v.summary.ClockError = max(v.summary.ClockError, off)
	v.addLane(l, slices.Clone(w.spans), w.dropped, offset+v.zero)
}

// addLane adds a lane, whose clock showed zero when the pool was opened. The spans
// are its own from then on.
func (v *traceView) addLane(l *traceLane, spans []traceSpan, dropped, zero int64) {
	for i := range spans {
		s := &spans[i]
		s.start, s.end = s.start-zero, s.end-zero
		if l.inProcess() && s.phase == phaseTransfer {
			s.phase = phaseWait // as in Stats: nothing is transferred
		}
	}
	l.spans = spans
	if v.summary.Dropped += dropped; dropped > 0 && len(spans) > 0 {
		l.whole = l.spans[0].start
	}
	v.lanes = append(v.lanes, l)
}

// cut leaves out what was before all lanes are whole, and what was before the
// pool was open.
func (v *traceView) cut() {
	whole := int64(0)
	for _, l := range v.lanes {
		whole = max(whole, l.whole)
	}
	for _, l := range v.lanes {
		n, _ := slices.BinarySearchFunc(l.spans, whole, func(s traceSpan, at int64) int { return cmp.Compare(s.start, at) })
		if whole > 0 {
			v.summary.Dropped += int64(n)
		}
		l.spans = l.spans[n:]
		v.summary.Events += int64(len(l.spans))
	}
}
