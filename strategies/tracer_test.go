package strategies

import (
	"slices"
	"testing"

	"github.com/handoff-go/handoff/strategies/transport"
)

// traced is a lane that is traced, with room for some spans.
func traced(limit int) (*lane, *traceRing) {
	r := &traceRing{limit: limit}
	return newLane(true, newTracer(r)), r
}

func wantSpans(t *testing.T, r *traceRing, want ...traceSpan) {
	t.Helper()
	if got, _ := r.all(); !slices.Equal(got, want) {
		t.Errorf("kept\n%v\nwant\n%v", got, want)
	}
}

// pass is a chunk's passage through a worker's lane, 100 ns a part.
func pass(l *lane, now *int64, chunk uint64) {
	lap := l.lap(phaseDecode)
	l.carries(chunk, 7)
	*now += 100
	lap.end(phaseDecode, phaseBusy)
	*now += 10
	l.observe(phaseCompute)
	*now += 100
	lap.end(phaseCompute, phaseEncode)
	*now += 100
	lap.end(phaseEncode, phaseTransfer)
	*now += 100
	lap.end(phaseTransfer, phaseBusy)
	l.done(lap)
}

func TestTraceOfAWorkersLane(t *testing.T) {
	now := fakeClock(t)
	*now = 0
	l, r := traced(100)
	*now = 1000
	l.arrived(900, phaseBusy) // the last 100 ns brought chunk 5
	pass(l, now, 5)           // until 1410
	pass(l, now, 6)           // until 1820
	l.to(phaseTransfer)       // the flush of what chunk 6 was the last of
	*now = 2000
	l.to(phaseWait)
	*now = 3000
	l.to(phaseBusy)
	wantSpans(t, r,
		traceSpan{0, 900, 0, 0, phaseWait},
		traceSpan{900, 1000, 5, 7, phaseTransfer},
		traceSpan{1000, 1100, 5, 7, phaseDecode},
		traceSpan{1110, 1210, 5, 7, phaseCompute},
		traceSpan{1210, 1310, 5, 7, phaseEncode},
		traceSpan{1310, 1410, 5, 7, phaseTransfer},
		traceSpan{1410, 1510, 6, 7, phaseDecode},
		traceSpan{1520, 1620, 6, 7, phaseCompute},
		traceSpan{1620, 1720, 6, 7, phaseEncode},
		traceSpan{1720, 2000, 6, 7, phaseTransfer}, // one with the flush right after it
		traceSpan{2000, 3000, 0, 0, phaseWait},
	)
}

// A receiver that finds a frame has not waited for it, and what it receives is not
// about the chunk before.
func TestTraceOfAReceiversLane(t *testing.T) {
	now := fakeClock(t)
	*now = 0
	l, r := traced(100)
	for chunk := range uint64(2) {
		l.carries(0, 0)
		lap := l.lap(phaseTransfer)
		*now += 10
		lap.end(phaseTransfer, phaseDecode)
		l.carries(chunk+1, 3)
		*now += 10
		lap.end(phaseDecode, phaseBusy)
		l.done(lap)
		*now += 5
	}
	wantSpans(t, r,
		traceSpan{0, 10, 1, 3, phaseTransfer}, traceSpan{10, 20, 1, 3, phaseDecode},
		traceSpan{25, 35, 2, 3, phaseTransfer}, traceSpan{35, 45, 2, 3, phaseDecode})
}

// A million chunks take the memory of a thousand spans, and the newest stay.
func TestTraceIsBounded(t *testing.T) {
	const limit = 1000
	chunks := 1_000_000
	if raceEnv != "" {
		chunks = 10_000 // there it takes ten seconds
	}
	now := fakeClock(t)
	l, r := traced(limit)
	allocated := testing.AllocsPerRun(1, func() {
		for i := range uint64(chunks) / 2 { // it runs twice
			pass(l, now, i+1)
		}
	})
	if allocated > 1 {
		t.Errorf("%v allocations for %d chunks, once the memory is full", allocated, chunks/2)
	}
	spans, dropped := r.all()
	if len(spans) != limit || cap(r.spans) > 2*limit || dropped+limit != int64(4*chunks) {
		t.Errorf("%d spans kept in the memory of %d, %d dropped; want %d of %d kept", len(spans), cap(r.spans), dropped, limit, 4*chunks)
	}
	if last := spans[limit-1]; last.chunk != uint64(chunks/2) || last.phase != phaseTransfer {
		t.Errorf("the newest is %v", last)
	}
	for i := 1; i < limit; i++ {
		if spans[i].start < spans[i-1].end {
			t.Fatalf("span %d begins within the one before", i)
		}
	}
}

// Who was replaced has no say any more.
func TestTraceOfALaneThatWasReplaced(t *testing.T) {
	now := fakeClock(t)
	*now = 0
	old, r := traced(100)
	*now = 10
	old.to(phaseTransfer)
	next := newLane(true, newTracer(r))
	*now = 30
	old.to(phaseBusy)
	old.carries(9, 9)
	*now = 50
	next.to(phaseTransfer)
	wantSpans(t, r, traceSpan{0, 50, 0, 0, phaseWait})
}

func TestPiecesOfATrace(t *testing.T) {
	spans := []traceSpan{{-500, -100, 0, 0, phaseWait}, {-100, 7, 1 << 40, 3, phaseTransfer}, {7, 1 << 50, 2, 1 << 20, phaseEncode}}
	w := &workerTrace{limit: 6}
	for range 2 {
		frame := transport.Frame{Header: transport.Header{First: 12, Count: 3}, Payload: appendSpans(nil, spans)}
		if err := w.add(&frame); err != nil {
			t.Fatal(err)
		}
		if w.dropped != 12 || !slices.Equal(w.spans[len(w.spans)-3:], spans) {
			t.Errorf("got %v and %d dropped, sent %v and 12", w.spans, w.dropped, spans)
		}
		for i := range spans { // the second piece is of a later time
			spans[i].start, spans[i].end = spans[i].start+1<<51, spans[i].end+1<<51
		}
	}
	for name, f := range map[string]transport.Frame{
		"more than asked for": {Header: transport.Header{Count: 1}, Payload: appendSpans(nil, []traceSpan{{1 << 60, 1<<60 + 1, 0, 0, phaseWait}})},
	} {
		if err := w.add(&f); err == nil {
			t.Errorf("%s: taken", name)
		}
	}
	for name, c := range map[string]struct {
		count uint32
		span  traceSpan
		cut   int
	}{
		"too short":        {count: 1, span: traceSpan{1, 2, 0, 0, phaseWait}, cut: 1},
		"too few":          {count: 2, span: traceSpan{1, 2, 0, 0, phaseWait}},
		"backwards":        {count: 1, span: traceSpan{2, 1, 0, 0, phaseWait}},
		"no such phase":    {count: 1, span: traceSpan{1, 2, 0, 0, phaseBusy}},
		"more than a part": {count: 1 << 31, span: traceSpan{1, 2, 0, 0, phaseWait}},
	} {
		payload := appendSpans(nil, []traceSpan{c.span})
		f := transport.Frame{Header: transport.Header{Count: c.count}, Payload: payload[:len(payload)-c.cut]}
		if err := (&workerTrace{limit: 1 << 30}).add(&f); err == nil {
			t.Errorf("%s: taken", name)
		}
	}
	if err := (*workerTrace)(nil).add(&transport.Frame{}); err == nil {
		t.Error("a trace that nobody asked for was taken")
	}
}
