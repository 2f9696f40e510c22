package strategies

// observer hears of every phase of one lane, for profiles and traces. Lanes of
// a normal run have none.
type observer interface {
	// begins is called on the goroutine that moves the lane on, which does
	// nothing else until it returns: in the phase p the lane is from at on, a
	// reading of the clock. In phaseBusy it does the pool's own bookkeeping, what
	// follows is transfer, decode, compute or encode, one after the other. Of a
	// phase that was over before it was known, and of the next, it hears at once:
	// of the transfer of a frame that another goroutine has received.
	begins(p phase, at int64)
}

// laneKind says which of a worker's lanes it is.
type laneKind int

const (
	laneWorker   laneKind = iota // its own: the goroutine that runs tasks
	laneSender                   // in the coordinator, of a worker process
	laneReceiver                 // the same
)

func (k laneKind) String() string { return [...]string{"worker", "sender", "receiver"}[k] }

// observing makes the observer of a lane of a worker.
type observing func(kind laneKind, worker int) observer

// observers makes those of one lane.
func observers(list []observing, kind laneKind, worker int) []observer {
	var all []observer
	for _, observe := range list {
		all = append(all, observe(kind, worker))
	}
	return all
}

// observe tells the observers of a part of a lap that no other part's end
// begins.
func (l *lane) observe(p phase) {
	if l.observers != nil {
		l.tell(p, clock())
	}
}

// hears is what to call when a frame's header has come: nothing, in a normal run.
func (l *lane) hears() func(int64) {
	if l.observers == nil {
		return nil
	}
	return l.coming
}

// tell tells the observers.
func (l *lane) tell(p phase, at int64) {
	for _, o := range l.observers {
		o.begins(p, at)
	}
}

// observedLap is lap for a lane that is observed.
func (l *lane) observedLap(p *lap, first phase) {
	now := clock()
	l.tell(first, now)
	*p = lap{on: l.samples, observed: l, at: now}
}

// carrier is an observer that wants to know which chunk a phase is about: that
// which carries told last. For chunks that do not travel the number is 0.
type carrier interface {
	carries(chunk uint64, items int)
}

// carries tells the observers which chunk the current phase, and what follows, is
// about.
func (l *lane) carries(chunk uint64, items int) {
	for _, o := range l.observers {
		if c, ok := o.(carrier); ok {
			c.carries(chunk, items)
		}
	}
}
