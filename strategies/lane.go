package strategies

import (
	"math/rand/v2"
	"sync"
	"time"
)

// phase is what a lane does.
type phase uint8

const (
	phaseWait phase = iota
	phaseTransfer
	phaseDecode
	phaseCompute
	phaseEncode
	phaseBusy // one of the four before, which the samples will tell
	phaseEnd
)

// ledger is the time that a lane has spent, in nanoseconds. Time in which it
// may have been blocked is exact; busy time is one sum, and Share, the sampled
// part of it weighted by how many chunks a sample stands for, says how to
// split it.
type ledger struct {
	Wait, Transfer, Busy int64
	Share                [4]int64 // transfer, decode, compute, encode
}

func (l *ledger) add(o ledger) {
	l.Wait += o.Wait
	l.Transfer += o.Transfer
	l.Busy += o.Busy
	for i := range l.Share {
		l.Share[i] += o.Share[i]
	}
}

func (l *ledger) minus(o ledger) ledger {
	d := *l
	d.Wait -= o.Wait
	d.Transfer -= o.Transfer
	d.Busy -= o.Busy
	for i := range d.Share {
		d.Share[i] -= o.Share[i]
	}
	return d
}

// phases splits busy time in the proportion of the samples (a ratio estimate:
// the parts sum to the whole). Without samples it is all in one phase.
func (l *ledger) phases(unsampled phase) Phases {
	p := Phases{
		Wait:     time.Duration(l.Wait),
		Transfer: time.Duration(l.Transfer),
	}
	share := l.Share
	sum := share[0] + share[1] + share[2] + share[3]
	if sum == 0 {
		share[unsampled-phaseTransfer], sum = 1, 1
	}
	part := func(ph phase) time.Duration {
		return time.Duration(float64(l.Busy) * float64(share[ph-phaseTransfer]) / float64(sum))
	}
	p.Transfer += part(phaseTransfer)
	p.Decode = part(phaseDecode)
	p.Compute = part(phaseCompute)
	p.Encode = part(phaseEncode)
	return p
}

// lane is the stopwatch of one goroutine that has one current phase: one clock
// reading ends it and begins the next, so that a lane closes on the wall clock
// by construction. One goroutine moves it on; any may take from it.
type lane struct {
	samples   bool       // split busy time
	observers []observer // none in a normal run

	mu    sync.Mutex
	phase phase
	since int64
	sum   ledger
	taken ledger

	// Of the goroutine that moves it on.
	distance int  // chunks until the next sample
	weight   int  // chunks that the next sample stands for
	mean     int  // of the random distances
	heard    bool // the observers know already that the wait is over
	passage  lap  // of the chunk in hand
}

func newLane(samples bool, observers ...observer) *lane {
	return &lane{samples: samples, observers: observers, since: clock(), distance: 1, weight: 1, mean: 1}
}

// to ends the current phase and begins p. It returns the reading.
func (l *lane) to(p phase) int64 {
	l.mu.Lock()
	now := clock()
	l.charge(now)
	l.phase = p
	l.mu.Unlock()
	if l.observers != nil {
		l.tell(p, now)
	}
	return now
}

// arrived ends a wait that ended when a frame's header was there; from then
// until now the rest of the frame was on its way.
func (l *lane) arrived(at int64, p phase) {
	l.mu.Lock()
	now := clock()
	at = min(max(at, l.since), now)
	l.charge(at)
	l.phase = phaseTransfer
	l.charge(now)
	l.phase = p
	l.mu.Unlock()
	if l.observers != nil {
		if !l.heard {
			l.tell(phaseTransfer, at)
		}
		l.heard = false
		l.tell(p, now)
	}
}

// coming tells the observers, while a frame is received, that its header is there:
// it is arrived that ends the wait of the stopwatch.
func (l *lane) coming(at int64) {
	l.heard = true
	l.tell(phaseTransfer, at)
}

func (l *lane) charge(now int64) {
	d := now - l.since
	l.since = now
	switch l.phase {
	case phaseWait:
		l.sum.Wait += d
	case phaseTransfer:
		l.sum.Transfer += d
	default:
		l.sum.Busy += d
	}
}

// take returns what was spent since the last take, up to now, with the current
// phase included.
func (l *lane) take() ledger {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.charge(clock())
	d := l.sum.minus(l.taken)
	l.taken = l.sum
	return d
}

// lapCost is what the readings of one sampled chunk cost, and lapShare how
// many times longer the chunks between two samples should take, so that
// sampling stays under one percent; maxDistance bounds it.
const (
	lapCost  = 250
	lapShare = 100
)

// lap is the sampled, or not sampled, passage of one chunk.
type lap struct {
	on       bool
	observed *lane // nil in a normal run
	at       int64
	d        [4]int64
}

// lap begins the passage of a chunk, and its first part, until the next one begins.
// Which ones are sampled is random, at a mean distance that follows how long a chunk
// takes; in a lane that is observed it is all of them.
func (l *lane) lap(first phase) *lap {
	p := &l.passage
	p.on = false
	switch {
	case l.observers != nil:
		l.observedLap(p, first)
	case l.samples:
		if l.distance--; l.distance <= 0 {
			*p = lap{on: true, at: clock()}
		}
	}
	return p
}

// end ends a part of the passage, and begins the next: phaseBusy if that is
// none.
func (p *lap) end(ph, next phase) {
	if !p.on && p.observed == nil {
		return
	}
	now := clock()
	if p.on {
		p.d[ph-phaseTransfer] += now - p.at
		p.at = now
	}
	if p.observed != nil {
		p.observed.tell(next, now)
	}
}

// done ends the passage of a chunk and reports whether it was sampled.
func (l *lane) done(p *lap) bool {
	if !p.on {
		return false
	}
	var total int64
	l.mu.Lock()
	for i, d := range p.d {
		l.sum.Share[i] += d * int64(l.weight)
		total += d
	}
	l.mu.Unlock()
	if l.observers != nil {
		return true // at the distance and weight of 1 with which the lane began
	}
	l.mean = int(min(1+lapCost*lapShare/(total+1), maxDistance))
	l.distance = 1 + rand.IntN(2*l.mean-1)
	l.weight = l.distance
	return true
}
