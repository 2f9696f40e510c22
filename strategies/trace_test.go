package strategies

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"io"
	"math"
	"os"
	"runtime/pprof"
	"strings"
	"sync"
	"testing"
	"time"
	"unsafe"
)

// mortal dies of 13, if the process is a worker.
var mortal = Define("trace-test", func(_ context.Context, n uint64) (uint64, error) {
	if n == 13 && IsWorker() {
		os.Exit(9)
	}
	return n + 1, nil
})

// tracedRun runs a pool over some items and returns its complete trace.
func tracedRun(t *testing.T, spec string, items []uint64) (*Trace, *traceView) {
	t.Helper()
	trace := &Trace{}
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	p, err := Open(ctx, mortal, MustParse(spec), WithTrace(trace), WithStderr(io.Discard))
	if err != nil {
		t.Fatal(err)
	}
	defer p.Close()
	if _, err := p.Map(ctx, items); err != nil {
		t.Error(err)
	}
	p.Close()
	v, err := trace.view()
	if err != nil {
		t.Fatal(err)
	}
	for _, l := range v.lanes {
		// A worker and who receives from it wait in the end, for what does not come.
		if n := len(l.spans); n > 0 && len(v.processes) > 1 && l.kind != laneSender && l.spans[n-1].phase != phaseWait {
			t.Errorf("%s: %s ends with %s", spec, l.name, phaseLabels[l.spans[n-1].phase])
		}
		for i, s := range l.spans {
			// What is decoded came in the transfer before.
			if s.phase == phaseDecode && s.chunk != 0 && i > 0 && l.spans[i-1].phase == phaseTransfer && l.spans[i-1].chunk != s.chunk {
				t.Errorf("%s: %s: chunk %d is decoded, chunk %d came", spec, l.name, s.chunk, l.spans[i-1].chunk)
			}
			if s.end-s.start < shortest || s.start < 0 || i > 0 && s.start < l.spans[i-1].end {
				t.Errorf("%s: %s: span %d is from %d to %d", spec, l.name, i, s.start, s.end)
			}
		}
	}
	return trace, v
}

// laneNames are those of the view, each with the phases that are about a chunk.
func laneNames(v *traceView) string {
	var all []string
	for _, l := range v.lanes {
		has := map[phase]bool{}
		for _, s := range l.spans {
			has[s.phase] = has[s.phase] || s.items > 0
		}
		name := l.of.name[:strings.IndexByte(l.of.name, '(')] + "/ " + l.name + ":"
		for p := phaseWait; p < phaseBusy; p++ {
			if has[p] {
				name += " " + phaseLabels[p]
			}
		}
		all = append(all, name)
	}
	return strings.Join(all, "\n")
}

func TestLanesOfATrace(t *testing.T) {
	const processes = `coordinator / send to worker 0: transfer encode
coordinator / receive from worker 0: transfer decode
worker 0 / worker 0: transfer decode compute encode`
	for spec, want := range map[string]string{
		"serial":                               "coordinator / worker 0: wait compute",
		"goroutines,workers=1,chunk=10":        "coordinator / worker 0: wait compute",
		"process-gob,workers=1,chunk=10":       processes,
		"process-unix-json,workers=1,window=1": processes,
		"process-shm-binary,workers=1":         processes,
		"shared-file,workers=1,chunk=10":       processes,
		"process-gob,workers=1,retries=0":      processes,
	} {
		t.Run(spec, func(t *testing.T) {
			_, v := tracedRun(t, spec, make([]uint64, 1000))
			if got := laneNames(v); got != want {
				t.Errorf("lanes\n%s\nwant\n%s", got, want)
			}
			items := 0
			for _, l := range v.lanes {
				for _, s := range l.spans {
					if s.phase == phaseCompute && l.inProcess() {
						items += int(s.items)
					}
				}
			}
			if remote := len(v.processes) > 1; remote == (items > 0) || !remote && items != 1000 {
				t.Errorf("%d items were computed in process", items)
			}
		})
	}
}

// Each chunk that was answered has its way from lane to lane, which never runs
// backwards, because the offsets of the clocks do not let it.
func TestFlowsOfATrace(t *testing.T) {
	for _, spec := range []string{"process-gob,workers=2,chunk=10", "process-shm-binary,workers=2,chunk=10", "shared-file,workers=2,chunk=10"} {
		_, v := tracedRun(t, spec, make([]uint64, 1000))
		if len(v.flows) != 100 || v.summary.Backwards != 0 {
			t.Errorf("%s: %d flows, %d backwards; want one for each of the 100 chunks", spec, len(v.flows), v.summary.Backwards)
		}
		for _, f := range v.flows {
			if len(f.stops) != 3 || f.stops[1].lane.kind != laneWorker || f.stops[1].lane.spans[f.stops[1].span].chunk != f.chunk {
				t.Errorf("%s: chunk %d: stops %v", spec, f.chunk, f.stops)
			}
		}
		if e := v.summary.ClockError; e <= 0 || e > 100*time.Millisecond {
			t.Errorf("%s: clocks agree within %v", spec, e)
		}
	}
}

// A worker that dies takes its events with it, and that is said. What the
// coordinator did stays, as does what its successor did.
func TestTraceOfAWorkerThatDies(t *testing.T) {
	items := make([]uint64, 200)
	items[100] = 13
	trace := &Trace{}
	p, err := Open(t.Context(), mortal, MustParse("process-gob,workers=1,chunk=10,retries=1"), WithTrace(trace), WithStderr(io.Discard))
	if err != nil {
		t.Fatal(err)
	}
	defer p.Close()
	if _, err := p.Map(t.Context(), items); err == nil {
		t.Fatal("nobody died")
	}
	p.Close()
	summary, err := trace.Summary()
	if err != nil {
		t.Fatal(err)
	}
	if n := len(summary.Lost); n != 3 || !strings.Contains(summary.Lost[0], "worker 0 (pid ") || !strings.Contains(summary.Lost[0], "exit status 9") {
		t.Errorf("lost %q, want worker 0 three times: uncharged, and with retries=1 twice more", summary.Lost)
	}
	v, err := trace.view()
	if err != nil {
		t.Fatal(err)
	}
	if n := len(v.lanes); n != 6 || len(v.lanes[2].spans) != 0 || len(v.lanes[5].spans) == 0 || len(v.lanes[0].spans) == 0 {
		t.Errorf("%d lanes:\n%s", n, laneNames(v))
	}
}

// Of processes that follow each other in a place, the newest stay.
func TestTraceOfManyProcesses(t *testing.T) {
	trace, v := tracedRun(t, "process-gob,workers=1,chunk=10,recycle=10", make([]uint64, 300))
	if n := len(trace.workers); n != tracedProcesses {
		t.Errorf("%d processes kept of some 30, want %d", n, tracedProcesses)
	}
	with := 0
	for _, w := range trace.workers {
		if len(w.spans) > 0 {
			with++
		}
	}
	if with < 2 || v.summary.Dropped == 0 {
		t.Errorf("%d of the processes left their events, %d events of others made room", with, v.summary.Dropped)
	}
	full := &Trace{Events: 10}
	for range 5 {
		w := full.enter(3, 1)
		w.spans = make([]traceSpan, 4)
	}
	if full.makeRoom(3); len(full.workers) != 2 || full.lost != 12 {
		t.Errorf("%d processes with 4 events each stay where there is room for 10, %d events made room", len(full.workers), full.lost)
	}
}

// Once a lane has dropped events, the trace begins where all lanes are whole.
func TestTraceBeginsWhereItIsWhole(t *testing.T) {
	lane := func(starts ...int64) *traceLane {
		l := &traceLane{}
		for _, at := range starts {
			l.spans = append(l.spans, traceSpan{start: at, end: at + 5})
		}
		return l
	}
	v := &traceView{lanes: []*traceLane{lane(0, 10, 20, 30), lane(15, 25), lane(-10, 40)}}
	v.lanes[1].whole = 15
	v.cut()
	if a, b, c := v.lanes[0].spans, v.lanes[1].spans, v.lanes[2].spans; len(a) != 2 || len(b) != 2 || len(c) != 1 ||
		v.summary.Dropped != 3 || v.summary.Events != 5 {
		t.Errorf("spans %v, %v, %v; %+v", a, b, c, v.summary)
	}
}

func TestTraceMisuse(t *testing.T) {
	open := func(trace *Trace) (*Pool[uint64, uint64], error) {
		return Open(t.Context(), mortal, MustParse("serial"), WithTrace(trace))
	}
	for _, n := range []int{-1, MaxTraceEvents + 1} {
		if _, err := open(&Trace{Events: n}); err == nil || !strings.Contains(err.Error(), "Events is") {
			t.Errorf("Events: %d: error %v", n, err)
		}
	}
	_, err := Open(t.Context(), mortal, MustParse("process-gob,workers=2"), WithTrace(&Trace{Events: MaxTraceEvents/6 + 1}))
	if err == nil || !strings.Contains(err.Error(), "want 1 to 349525 in each of 6 lanes, or 0 for 65536") {
		t.Errorf("too many for six lanes: error %v", err)
	}
	var trace Trace
	if _, err := trace.Summary(); err != errTraceOpen {
		t.Errorf("a trace of no pool: %v", err)
	}
	p, err := open(&trace)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := trace.WriteTo(io.Discard); err != errTraceOpen {
		t.Errorf("before Close: %v", err)
	}
	if _, err := open(&trace); err == nil || !strings.Contains(err.Error(), "another pool") {
		t.Errorf("used twice: %v", err)
	}
	p.Close()
	if _, err := trace.WriteTo(io.Discard); err != nil {
		t.Errorf("after Close: %v", err)
	}
}

// TestTraceOptions: no trace, and of two the last. A pool that does not open leaves
// its trace to the next.
func TestTraceOptions(t *testing.T) {
	open := func(list ...Option) (*Pool[uint64, uint64], error) {
		return Open(t.Context(), mortal, MustParse("serial"), list...)
	}
	p, err := open(WithTrace(nil))
	if err != nil {
		t.Fatal(err)
	}
	p.Close()
	if err := pprof.StartCPUProfile(io.Discard); err != nil {
		t.Fatal(err)
	}
	var trace, other Trace
	_, err = open(WithTrace(&trace), WithProfile(func(ProcessProfile) {}))
	pprof.StopCPUProfile()
	if !errors.Is(err, ErrProfiled) {
		t.Fatalf("under another profile Open says %v", err)
	}
	if _, err := Open(t.Context(), mortal, MustParse("process-gob,workers=1"), WithTrace(&trace), WithStartTimeout(time.Nanosecond)); err == nil {
		t.Fatal("a worker was ready after a nanosecond")
	}
	if p, err = open(WithTrace(&other), WithTrace(&trace)); err != nil {
		t.Fatal(err)
	}
	p.Map(t.Context(), []uint64{1, 2})
	p.Close()
	if s, err := trace.Summary(); err != nil || s.Events == 0 {
		t.Errorf("the last trace: %+v, error %v", s, err)
	}
	if _, err := other.Summary(); err != errTraceOpen {
		t.Errorf("the first of two: error %v", err)
	}
}

// TestTraceIsBoundedAltogether: memory, what a worker sends in the time that it has,
// and the file that must be read back.
func TestTraceIsBoundedAltogether(t *testing.T) {
	if size := unsafe.Sizeof(traceSpan{}); size != 32 {
		t.Errorf("an event takes %d bytes, Trace.Events says 32", size)
	}
	var many Trace
	if err := many.begin(Spec{}, 300); err != nil || many.limit() != MaxTraceEvents/300 {
		t.Errorf("each of 300 lanes keeps %d events, error %v", many.limit(), err)
	}
	p := &core{options: options{trace: &Trace{Events: 600_000}}}
	if got := p.stopGrace(); got != stopGrace+3*time.Second {
		t.Errorf("a worker has %v to send 600,000 events", got)
	}
	p.options.trace = nil
	if got := p.stopGrace(); got != stopGrace {
		t.Errorf("without a trace a worker has %v", got)
	}
}

// Processes that followed each other leave no more than one may.
func TestTraceOfManyIsBoundedInTheEnd(t *testing.T) {
	trace := &Trace{Events: 10}
	if err := trace.begin(Spec{Workers: 1}, 3); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		trace.enter(0, 1).spans = make([]traceSpan, 8)
	}
	if trace.end(); len(trace.workers) != 1 || trace.lost != 8 {
		t.Errorf("%d processes with 8 events stay where there is room for 10, %d events made room", len(trace.workers), trace.lost)
	}
}

// TestTraceFileIsBounded: a file of the longest events there are, each with a flow,
// is within what report/trace reads.
func TestTraceFileIsBounded(t *testing.T) {
	const maxSize = 1 << 30 // of report/trace/read.go
	l := &traceLane{of: &traceProcess{number: 9_999_999}, kind: laneReceiver}
	for range 2 {
		l.spans = append(l.spans, traceSpan{math.MinInt64 / 2, math.MaxInt64 / 2, math.MaxInt64, math.MaxUint32, phaseTransfer})
	}
	v := &traceView{lanes: []*traceLane{l}, flows: []traceFlow{{chunk: math.MaxInt64, stops: []traceStop{{l, 0}, {l, 1}}}}}
	v.summary.Events = 2
	w := &traceWriter{out: bufio.NewWriter(io.Discard)}
	for _, r := range v.records() {
		w.record(r, 9_999_999)
	}
	if total := w.n / 2 * MaxTraceEvents; w.n < 400 || total > maxSize {
		t.Errorf("%d events take up to %d bytes, more than %d", MaxTraceEvents, total, maxSize)
	}
}

// A complete trace may be read by several at once, and says the same to each.
func TestTraceIsReadTwiceAtOnce(t *testing.T) {
	trace, _ := tracedRun(t, "process-gob,workers=2,chunk=10", make([]uint64, 300))
	var both sync.WaitGroup
	var texts [2]bytes.Buffer
	for i := range texts {
		both.Go(func() {
			trace.Summary()
			trace.WriteTo(&texts[i])
		})
	}
	both.Wait()
	if texts[0].Len() == 0 || !bytes.Equal(texts[0].Bytes(), texts[1].Bytes()) {
		t.Errorf("one reads %d bytes, the other %d, or the same number of others", texts[0].Len(), texts[1].Len())
	}
}
