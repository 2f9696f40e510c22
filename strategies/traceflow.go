package strategies

import (
	"cmp"
	"maps"
	"slices"
)

// passage is where one chunk was encoded and decoded, on the way there and back.
type passage struct {
	sent, taken, answered, received *traceSpan // sender's encode, worker's decode and encode, receiver's decode
}

// passages finds those of the chunks with which a worker process had to do. Of an
// answer in parts it is the last.
func passages(sender, worker, receiver []traceSpan) map[uint64]*passage {
	all := map[uint64]*passage{}
	of := func(chunk uint64) *passage {
		if all[chunk] == nil {
			all[chunk] = &passage{}
		}
		return all[chunk]
	}
	each := func(spans []traceSpan, p phase, put func(*passage, *traceSpan)) {
		for i := range spans {
			if s := &spans[i]; s.phase == p && s.chunk != 0 {
				put(of(s.chunk), s)
			}
		}
	}
	each(sender, phaseEncode, func(p *passage, s *traceSpan) { p.sent = s })
	each(worker, phaseDecode, func(p *passage, s *traceSpan) { p.taken = s })
	each(worker, phaseEncode, func(p *passage, s *traceSpan) { p.answered = s })
	each(receiver, phaseDecode, func(p *passage, s *traceSpan) { p.received = s })
	return all
}

// tighten brings the bounds of a worker's clock closer by its chunks: none can be
// decoded before it was encoded at the other side.
func (v *traceView) tighten(w *workerTrace) clockBounds {
	b := w.clock
	all := passages(v.spansOf(laneSender, w.worker), w.spans, v.spansOf(laneReceiver, w.worker))
	for _, p := range all {
		if p.sent != nil && p.taken != nil {
			b.there(p.sent.end+v.zero, p.taken.start)
		}
		if p.answered != nil && p.received != nil {
			b.back(p.answered.end, p.received.start+v.zero)
		}
	}
	return b
}

// spansOf returns the spans of one of the coordinator's lanes.
func (v *traceView) spansOf(kind laneKind, worker int) []traceSpan {
	for _, l := range v.lanes {
		if l.of.number == coordinatorNumber && l.kind == kind && l.worker == worker {
			return l.spans
		}
	}
	return nil
}

// connect finds the flows: from where a chunk is encoded, by where its worker
// decodes it, to where its answer is decoded.
func (v *traceView) connect() {
	found := map[uint64]*traceFlow{}
	for _, l := range v.lanes {
		p := phaseDecode
		if l.kind == laneSender {
			p = phaseEncode
		}
		for i, s := range l.spans {
			if s.phase != p || s.chunk == 0 {
				continue
			}
			f := found[s.chunk]
			if f == nil {
				f = &traceFlow{chunk: s.chunk}
				found[s.chunk] = f
			}
			f.touch(l, i)
		}
	}
	for _, chunk := range slices.Sorted(maps.Keys(found)) {
		if f := found[chunk]; f.whole() {
			v.flows = append(v.flows, *f)
		} else if f.backwards() {
			v.summary.Backwards++
		}
	}
}

// touch adds a stop; of several on a lane, the last is the one.
func (f *traceFlow) touch(l *traceLane, span int) {
	stop := traceStop{l, span}
	if i := slices.IndexFunc(f.stops, func(s traceStop) bool { return s.lane == l }); i >= 0 {
		f.stops[i] = stop
		return
	}
	f.stops = append(f.stops, stop)
	slices.SortFunc(f.stops, func(a, b traceStop) int { return cmp.Compare(a.lane.kind.onTheWay(), b.lane.kind.onTheWay()) })
}

// onTheWay is when a chunk comes to a lane of the kind.
func (k laneKind) onTheWay() int {
	return [...]int{laneSender: 0, laneWorker: 1, laneReceiver: 2}[k]
}

// ends reports whether the flow has both of its ends, in this trace.
func (f *traceFlow) ends() bool {
	n := len(f.stops)
	return n > 1 && f.stops[0].lane.kind == laneSender && f.stops[n-1].lane.kind == laneReceiver
}

func (f *traceFlow) backwards() bool {
	return f.ends() && !slices.IsSortedFunc(f.stops, func(a, b traceStop) int { return cmp.Compare(a.at(), b.at()) })
}

func (f *traceFlow) whole() bool { return f.ends() && !f.backwards() }
