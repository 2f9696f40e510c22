package trace

import "time"

// Trace is a recorded trace.
type Trace struct {
	Spec    string // of the pool
	Machine string // "linux/amd64, 2 CPUs, go1.26"
	CPUs    int    // 0 if that is not known
	Dropped int64  // events that made room for newer ones
	Lanes   []*Lane
	Flows   []Flow
}

// Lane is what one goroutine did.
type Lane struct {
	Name    string // "send to worker 0"
	Kind    Kind
	Process Process
	Spans   []Span // in order, not overlapping; what is between two is bookkeeping

	id laneID
}

// Kind says which of a worker's lanes it is.
type Kind string

// The kinds of lanes. The last two are the coordinator's.
const (
	Worker   Kind = "worker"
	Sender   Kind = "sender"
	Receiver Kind = "receiver"
)

// Process is the process that a lane is in.
type Process struct {
	Name  string        // "coordinator"
	Error time.Duration // how far its times may be from the coordinator's clock, at most
	Lost  string        // why it took its events with it; "" if it did not
}

// Span is a stay in one phase.
type Span struct {
	Phase      string
	Start, End int64
	Chunk      uint64 // 0 if it is about none
	Items      int    // of the chunk
}

// Flow is one chunk's way: the span of the sender's lane in which it began, that
// of the worker's in which it was read, if that is known, and that of the
// receiver's in which its answer was. The places are lanes and indices of their
// spans.
type Flow struct {
	Chunk uint64
	Stops []Stop
}

// Stop is where a flow touches a lane.
type Stop struct {
	Lane *Lane
	Span int
}

// ClockError is the largest error of any process's clock.
func (t *Trace) ClockError() time.Duration {
	var most time.Duration
	for _, l := range t.Lanes {
		most = max(most, l.Process.Error)
	}
	return most
}

// Lost returns the processes that took their events with them, in order.
func (t *Trace) Lost() []Process {
	var all []Process
	for _, l := range t.Lanes {
		if l.Process.Lost != "" {
			all = append(all, l.Process)
		}
	}
	return all
}
