package strategies

import (
	"runtime"
	"slices"
	"sync"
	"time"
)

// LaneCPU is the CPU time that one lane used by phase, as the clocks of the
// threads tell on which it ran. What the pool did between two phases counts as
// transfer.
type LaneCPU struct {
	Lane string // worker, sender or receiver
	CPU  Phases
}

// cpuClock reads the thread's CPU time when a phase of a lane begins. A phase that
// ends on another thread than it began on is taken to be like the others of its
// kind. What other goroutines did on the thread while the lane was parked within
// a phase is counted too, which is seldom.
type cpuClock struct {
	costs int64 // of one labeller.begins, which each phase contains once
	oneIn int   // of so many stretches between two waits one is timed; 0 as 1

	mu        sync.Mutex // an abandoned lane goes on
	begun     bool
	stretches int
	timed     bool // this stretch
	thread    int  // 0: not known when the phase began
	at        int64
	phase     phase
	seen      [phaseEnd]int64 // phases
	whole     [phaseEnd]int64 // those on one thread
	spent     [phaseEnd]int64 // nanoseconds in these
}

// begins ends the current phase and begins p.
func (c *cpuClock) begins(p phase) {
	c.mu.Lock()
	defer c.mu.Unlock()
	thread, now := c.reading()
	if c.begun {
		c.seen[c.phase]++
	}
	if c.thread != 0 && c.thread == thread {
		c.whole[c.phase]++
		c.spent[c.phase] += now - c.at
	}
	c.begun, c.thread, c.at, c.phase = true, thread, now, p
}

// reading is none in a stretch that is not timed.
func (c *cpuClock) reading() (thread int, now int64) {
	if c.phase == phaseWait { // which ends now
		c.timed = c.stretches%max(1, c.oneIn) == 0
		c.stretches++
	}
	if !c.timed {
		return 0, 0
	}
	return threadCPU()
}

// phases returns the account, without waiting, in which the thread was others', and
// without what taking it has cost. It is zero where threads have no clocks.
func (c *cpuClock) phases() Phases {
	c.mu.Lock()
	defer c.mu.Unlock()
	of := func(p phase) time.Duration {
		spent := max(0, c.spent[p]-c.whole[p]*c.costs)
		return time.Duration(float64(spent) * float64(c.seen[p]) / float64(max(1, c.whole[p])))
	}
	return Phases{
		Transfer: of(phaseTransfer) + of(phaseBusy),
		Decode:   of(phaseDecode), Compute: of(phaseCompute), Encode: of(phaseEncode),
	}
}

// costOfLabels is the CPU time between two phases with nothing in them: the
// median of many. It is taken on a thread of its own.
func costOfLabels() (ns int64) {
	done := make(chan struct{})
	go func() {
		defer close(done)
		runtime.LockOSThread() // which ends with the goroutine, and so with its labels
		var between [255]int64
		l := newLabeller(nil, "none")
		for i := range between {
			l.clock.spent[phaseWait] = 0
			l.begins(phaseWait, 0)
			l.begins(phaseBusy, 0)
			between[i] = l.clock.spent[phaseWait]
		}
		slices.Sort(between[:])
		ns = between[len(between)/2]
	}()
	<-done
	return ns
}
