package strategies

import "time"

// Stats is what a pool has spent and what happened to it, from Open to now.
// Times and counts only grow, so that the difference of two Stats is what was
// spent in between; InFlight and Process.PeakRSS are the largest so far.
type Stats struct {
	Spec   Spec
	Items  int64 // answered, also those with an error
	Chunks int64 // answered
	Frames int64 // Work and Answer frames, both directions; 0 in process
	Wire   int64 // bytes of items and results, both directions, without headers, type descriptions and retries
	// The largest number of bytes of encoded items that workers had been sent
	// and had not answered, all of them together: what the windows came to.
	// It is looked at when chunks have been sent. 0 in process.
	InFlight int64
	Workers  []WorkerStats

	// The coordinator's lanes, summed over the workers. Zero in process.
	Sender, Receiver Phases
	// What the coordinator's process has used, all of it.
	Coordinator Process

	Deaths   int64 // worker processes lost, without those that we replaced ourselves
	Restarts int64 // workers started after Open
	// How often an item was put back to be sent again, because the worker to which it had
	// been sent was lost before it answered it, or because the answer could not be
	// decoded. An item counts each time, also if it had not been begun; not if it was given
	// up instead.
	Retries int64
	Late    int64 // answers that their worker did not owe any more, dropped
	Splits  int64 // chunks split because they could not be encoded, not within the limit, or not be decoded

	Abandoned     int64 // goroutines of in-process tasks that ignored the end of their context, and of marshallers and progress functions in this process that did not return
	DroppedStderr int64 // bytes that workers printed and that WithStderr's writer did not take
}

// WorkerStats is what one worker has spent, the processes it replaced included.
type WorkerStats struct {
	Lane    Phases
	Process Process // zero in process: the coordinator's says it
}

// Phases is the time a lane spent in each phase.
type Phases struct {
	Wait, Transfer, Decode, Compute, Encode time.Duration
}

// Total is the wall time of the lane.
func (p Phases) Total() time.Duration {
	return p.Wait + p.Transfer + p.Decode + p.Compute + p.Encode
}

// Add returns the sum of p and o.
func (p Phases) Add(o Phases) Phases {
	return Phases{p.Wait + o.Wait, p.Transfer + o.Transfer, p.Decode + o.Decode, p.Compute + o.Compute, p.Encode + o.Encode}
}

// Sub returns the difference of p and o.
func (p Phases) Sub(o Phases) Phases {
	return Phases{p.Wait - o.Wait, p.Transfer - o.Transfer, p.Decode - o.Decode, p.Compute - o.Compute, p.Encode - o.Encode}
}

// Process is what an operating-system process has used.
type Process struct {
	User, System time.Duration // CPU time: the sum is exact, the split is the system's
	Allocs       int64         // heap objects allocated
	Bytes        int64         // heap bytes allocated
	PeakRSS      int64         // largest resident size so far, in bytes
}

// Sub returns the difference of p and o; the peak stays p's.
func (p Process) Sub(o Process) Process {
	return Process{p.User - o.User, p.System - o.System, p.Allocs - o.Allocs, p.Bytes - o.Bytes, p.PeakRSS}
}

// Add returns the sum of p and o; the peak is the larger one.
func (p Process) Add(o Process) Process {
	return Process{p.User + o.User, p.System + o.System, p.Allocs + o.Allocs, p.Bytes + o.Bytes, max(p.PeakRSS, o.PeakRSS)}
}
