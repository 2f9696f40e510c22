package trace

import (
	"errors"
	"fmt"
	"maps"
	"math"
	"slices"
	"time"
)

// builder makes a trace of its events, and holds them against the format.
type builder struct {
	trace     *Trace
	about     about
	count     int // events so far
	processes map[int64]*Process
	lanes     map[laneID]*Lane
	last      map[laneID]int64 // the time of the lane's last event
	flows     map[uint64]*flowing
}

// flowing is a flow that has begun.
type flowing struct {
	flow  Flow
	at    int64 // its last event
	ended bool
}

// laneID is how events name their lane.
type laneID struct{ pid, tid int64 }

func newBuilder() *builder {
	return &builder{
		trace: &Trace{}, processes: map[int64]*Process{}, lanes: map[laneID]*Lane{},
		last: map[laneID]int64{}, flows: map[uint64]*flowing{},
	}
}

// add takes one event.
func (b *builder) add(e event) error {
	if e.Pid == nil || e.Tid == nil {
		return fmt.Errorf("ph %q: pid or tid is missing", e.Ph)
	}
	id := laneID{*e.Pid, *e.Tid}
	if e.Ph == "M" {
		return b.describe(e, id)
	}
	at, err := b.time(e, id)
	if err != nil {
		return err
	}
	switch e.Ph {
	case "X":
		return b.span(e, id, at)
	case "s", "t", "f":
		return b.flow(e, id, at)
	}
	return fmt.Errorf("ph %q: want one of M, X, s, t, f", e.Ph)
}

// describe takes an event that names a process or a lane.
func (b *builder) describe(e event, id laneID) error {
	switch e.Name {
	case "process_name":
		if b.processes[id.pid] != nil || e.Args.Name == "" {
			return fmt.Errorf("process %d is named twice, or %q", id.pid, e.Args.Name)
		}
		b.processes[id.pid] = &Process{e.Args.Name, time.Duration(e.Args.ClockError), e.Args.Lost}
	case "thread_name":
		process := b.processes[id.pid]
		if process == nil || b.lanes[id] != nil || e.Args.Name == "" {
			return fmt.Errorf("track %d of process %d is named twice, or %q, or before its process", id.tid, id.pid, e.Args.Name)
		}
		if !slices.Contains([]Kind{Worker, Sender, Receiver}, e.Args.Lane) {
			return fmt.Errorf("track %q: lane %q: want %s, %s or %s", e.Args.Name, e.Args.Lane, Worker, Sender, Receiver)
		}
		l := &Lane{Name: e.Args.Name, Kind: e.Args.Lane, Process: *process, id: id}
		b.lanes[id] = l
		b.trace.Lanes = append(b.trace.Lanes, l)
	}
	return nil
}

// time returns when the event was, and sees that a lane's events are in order.
func (b *builder) time(e event, id laneID) (int64, error) {
	if b.lanes[id] == nil {
		return 0, fmt.Errorf("ph %q: track %d of process %d has no name", e.Ph, id.tid, id.pid)
	}
	if e.Ts == nil || !isTime(*e.Ts) {
		return 0, fmt.Errorf("ph %q: ts is missing, negative or no time", e.Ph)
	}
	at := nanoseconds(*e.Ts)
	if at < b.last[id] {
		return 0, fmt.Errorf("ph %q: ts %v is before that of the event before on its track", e.Ph, *e.Ts)
	}
	b.last[id] = at
	return at, nil
}

// isTime reports whether so many microseconds, and twice as many, can be counted
// in nanoseconds.
func isTime(micro float64) bool { return micro >= 0 && micro < math.MaxInt64/1e6 }

func nanoseconds(micro float64) int64 { return int64(math.Round(micro * 1e3)) }

func (b *builder) span(e event, id laneID, at int64) error {
	l := b.lanes[id]
	if e.Dur == nil || !isTime(*e.Dur) || e.Name == "" {
		return fmt.Errorf("span %q has no end, or no name", e.Name)
	}
	s := Span{Phase: e.Name, Start: at, End: at + nanoseconds(*e.Dur), Chunk: e.Args.Chunk, Items: e.Args.Items}
	if n := len(l.Spans); n > 0 && at < l.Spans[n-1].End {
		return fmt.Errorf("span %q begins within the span before it: %s is in two phases at once", e.Name, l.Name)
	}
	l.Spans = append(l.Spans, s)
	return nil
}

// flow takes a part of an arrow: its beginning, a step or its end. It touches the
// span around it.
func (b *builder) flow(e event, id laneID, at int64) error {
	if e.ID == nil {
		return fmt.Errorf("ph %q: a flow without id", e.Ph)
	}
	l, n := b.lanes[id], len(b.lanes[id].Spans)
	if n == 0 || at > l.Spans[n-1].End {
		return fmt.Errorf("flow %d, ph %q: no span is around it", *e.ID, e.Ph)
	}
	f, begun := b.flows[*e.ID]
	switch {
	case e.Ph == "s" && begun:
		return fmt.Errorf("flow %d begins twice", *e.ID)
	case e.Ph == "s":
		f = &flowing{flow: Flow{Chunk: *e.ID}}
		b.flows[*e.ID] = f
	case !begun || f.ended:
		return fmt.Errorf("flow %d, ph %q: it has not begun, or has ended", *e.ID, e.Ph)
	case at < f.at:
		return fmt.Errorf("flow %d, ph %q: it runs backwards in time", *e.ID, e.Ph)
	case e.Ph == "f" && e.Bp != "e":
		return fmt.Errorf("flow %d ends in the next span instead of the one around it: bp is %q, not \"e\"", *e.ID, e.Bp)
	}
	f.at, f.ended = at, e.Ph == "f"
	f.flow.Stops = append(f.flow.Stops, Stop{l, n - 1})
	if f.ended {
		b.trace.Flows = append(b.trace.Flows, f.flow)
	}
	return nil
}

// finish checks what only the whole can tell.
func (b *builder) finish() error {
	if b.about.Producer != "handoff" {
		return fmt.Errorf("producer %q: want a trace of handoff", b.about.Producer)
	}
	if b.count == 0 {
		return errors.New("no events")
	}
	for _, id := range slices.Sorted(maps.Keys(b.flows)) {
		if !b.flows[id].ended {
			return fmt.Errorf("flow %d has no end", id)
		}
	}
	b.trace.Spec, b.trace.Machine, b.trace.CPUs, b.trace.Dropped = b.about.Spec, b.about.Machine, b.about.CPUs, b.about.Dropped
	return nil
}
