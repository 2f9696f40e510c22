package strategies

import (
	"context"
	"slices"
	"sync"
	"time"
)

// startProcesses starts all workers side by side. All of them must come up.
func (p *core) startProcesses(ctx context.Context) (err error) {
	if p.home, err = p.newHome(ctx); err != nil {
		return err
	}
	p.running.Go(sweepKin)
	errs := make([]error, len(p.slots))
	started := make([]*process, len(p.slots))
	var all sync.WaitGroup
	for i, w := range p.slots {
		all.Go(func() { started[i], errs[i] = p.launch(ctx, w) })
	}
	all.Wait()
	p.mu.Lock()
	defer p.mu.Unlock()
	for i, pr := range started {
		if pr != nil {
			p.slots[i].process = pr
			p.running.Go(func() { p.tend(pr) })
		}
	}
	return first(errs)
}

// first returns the first error: when all workers fail, they fail alike.
func first(errs []error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

// tend keeps a worker's place filled until the pool closes or breaks down.
func (p *core) tend(pr *process) {
	for w := pr.slot; pr != nil; {
		pr.serve()
		last := pr.release()
		p.lost(pr, last)
		p.profiling.leaves(pr, last)
		pr = p.replace(w)
	}
}

// lost takes leave of a worker: its account is closed, and what it had is to
// be done again.
func (p *core) lost(pr *process, lastWords string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	w := pr.slot
	w.process, w.urgent = nil, nil
	p.endVetting(w)
	p.calmDown(w)
	w.spent.sender.add(pr.sender.take())
	w.spent.receiver.add(pr.receiver.take())
	w.spent.close(pr)
	v := pr.judged()
	why := &LostError{Worker: w.number, Cause: v.cause, PeakRSS: pr.peak.Load(), Stderr: lastWords, memory: p.spec.Memory}
	if why.Cause == "" {
		why.Cause = pr.fate()
	}
	pr.trace.leave(why.Cause)
	if p.ending {
		w.sent, w.bytes, w.items = nil, 0, 0
		return
	}
	if !v.dismissed && !(w.retiring && len(w.sent) == 0) {
		p.counts.Deaths++
		p.died(w, why)
	} else if v.short {
		p.died(w, why)
	}
	p.requeue(w, v, pr.scene, why)
	w.given, w.opening, w.retiring = 0, 0, false
}

// calmDown undoes a sleep that the lost worker's sender did not wake from.
func (s *schedule) calmDown(w *slot) {
	if w.asleep {
		w.asleep = false
		s.asleep--
	}
	select {
	case <-w.wake:
	default:
	}
}

// close closes the account of a process. The system's own count of CPU time
// holds also what was spent after the last snapshot.
func (s *spent) close(pr *process) {
	last := s.last
	if state := pr.cmd.ProcessState; state != nil {
		last.User, last.System = state.UserTime(), state.SystemTime()
	}
	s.past, s.last = s.past.Add(last), Process{}
}

// requeue sends the items of a lost worker again. Nobody is charged with its
// death, unless it cannot have been the doing of another: then that one; or
// because an item took too long: then that one.
func (p *core) requeue(w *slot, v verdict, at scene, why *LostError) {
	sent := w.sent
	w.sent, w.bytes, w.items = nil, 0, 0
	for i, c := range sent {
		if !c.call.closed {
			p.again(c, p.remedy(i, c, c.id == w.opening, v, at), why)
		}
	}
	p.rouse()
}

// remedy is how a lost chunk goes again. The indices are of items.
type remedy struct {
	guilty  indices // are charged with the death
	alone   indices // go to a process of their own
	suspect indices // go singly and careful, should they have been the cause
	pointed bool    // the recorder points at the suspect
	begun   bool    // its worker had begun it
	unread  bool    // it was the next that its worker was to read
	spared  bool    // it was in work, but its worker was busy with something else
}

// indices are those from the first up to another, which is not among them.
type indices struct{ from, to int }

func (s indices) holds(i int) bool { return s.from <= i && i < s.to }

func just(i int) indices { return indices{i, i + 1} }

// apart reports whether item i must not go together with others.
func (r *remedy) apart(i int) bool {
	return r.guilty.holds(i) || r.alone.holds(i) || r.suspect.holds(i)
}

// readable is what every worker that could start can read: a smaller chunk that
// was never begun is no cause of a death.
const readable = 64 << 10

// remedy judges the i-th of the chunks that a lost worker had, by what its
// recorder tells; opening says that it was the first that the worker ever had. What
// was begun goes again once as it was, but for the item at which the worker was; then,
// as it does where nothing is known, singly and careful. A death over a careful item
// may still be the doing of what its worker did before: such an item goes alone. A
// death over the first item that a worker has is the item's.
func (p *core) remedy(i int, c *chunk, opening bool, v verdict, at scene) (r remedy) {
	if c.bytes.Load() == 0 { // it was never sent
		return r
	}
	r.begun = !at.known || c.id <= at.chunk
	r.unread = i == 0 && !r.begun && c.bytes.Load() > readable
	again := r.unread && c.unread // perhaps it is more than a worker can read
	current := i == 0
	if at.known {
		current = c.id == at.chunk || again
	}
	open, ran, all := c.firstOpen(), at.ranOf(i, c), indices{0, c.load.len()}
	together := c.load.len() > 1 && ran == 0 // what is decoded is one value
	atMostOnce := p.spec.Retries == None
	switch overdue := v.overdue && c.id == v.chunk; {
	case overdue && v.item == nobody && !(atMostOnce && at.known && ran > 0):
		r.suspect = all
	case atMostOnce && ran > 0:
		r.guilty = indices{open, max(ran, open+1)} // they may have been run, whatever the reason
	case overdue:
		r.guilty = just(v.item)
	case v.dismissed || v.overdue:
	case at.apart && c.id == at.chunk && c.spared < p.spec.retries():
		r.begun, r.spared = false, true
	case c.careful && (current || r.begun && at.known) && !together:
		if opening && current {
			r.guilty = just(open)
		}
		r.alone = just(open)
	case !at.known || again || r.begun && (c.lost || c.careful):
		r.suspect = all
	case current && at.item >= 0:
		r.suspect, r.pointed = just(at.item), true
	}
	return r
}

// firstOpen returns the first item without an answer.
func (c *chunk) firstOpen() int {
	if c.parts == nil {
		return 0
	}
	return max(0, slices.Index(c.parts.answered, false))
}

// again deals with a chunk that was lost: answered items are delivered, the
// guilty one is charged and perhaps given up, and the others are sent again.
func (p *core) again(c *chunk, r remedy, why *LostError) {
	for first, rest := 0, c.load; rest.len() > 0; {
		var piece load
		n := c.piece(first, r)
		piece, rest = rest.split(n)
		if c.isAnswered(first) {
			p.deliver(c, piece, c.first+first, itemErrors(c.first, c.charged+1, only(c.parts.failed, first)))
		} else {
			p.resend(c, first, piece, r, why)
		}
		first += n
	}
}

// piece is how many items from first on go again together.
func (c *chunk) piece(first int, r remedy) int {
	n := 1
	for !c.isAnswered(first) && !r.apart(first) && first+n < c.load.len() &&
		!c.isAnswered(first+n) && !r.apart(first+n) {
		n++
	}
	return n
}

func (c *chunk) isAnswered(i int) bool { return c.parts != nil && c.parts.answered[i] }

// resend puts a piece of a lost chunk back, or gives up the item that it is.
func (p *core) resend(c *chunk, first int, piece load, r remedy, why *LostError) {
	k := p.newChunk(c.call, c.first+first, piece)
	k.charged, k.lost, k.unread = c.charged, c.lost || r.begun, c.unread || r.unread
	k.alone = c.alone || r.alone.holds(first)
	k.careful = k.careful || c.careful || k.alone || r.apart(first)
	k.spared = c.spared
	if r.spared {
		k.spared++
	}
	if r.guilty.holds(first) {
		k.charged++
	}
	if k.charged > p.spec.retries() {
		piece.wipe()
		p.deliver(k, piece, k.first, []*ItemError{{Index: k.first, Attempts: k.charged, Err: why}})
		return
	}
	if c.bytes.Load() > 0 {
		p.counts.Retries += int64(piece.len())
	}
	switch {
	case k.alone:
		p.alone = append(p.alone, k)
	case r.pointed && r.suspect.holds(first): // and perhaps the first that a new worker has
		p.retry = slices.Insert(p.retry, 0, k)
	default:
		p.retry = append(p.retry, k)
	}
}

// only returns the failure of item i, if it failed.
func only(list []failure, i int) []failure {
	return slices.DeleteFunc(slices.Clone(list), func(f failure) bool { return f.index != i })
}

// failAll ends the calls that run; the pool lives on.
func (p *core) failAll(err error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.endCalls(err)
}

func (s *schedule) endCalls(err error) {
	for _, c := range s.open {
		s.end(c, err)
	}
}

// failCalls ends the calls that the worker works for; the pool lives on.
func (p *core) failCalls(w *slot, err error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, c := range w.sent {
		p.end(c.call, err)
	}
}

// stopWorkers asks every worker to leave.
func (p *core) stopWorkers() {
	if p.home != nil {
		p.home.cancel(ErrClosed)
	}
	for _, w := range p.slots {
		p.dismissAll(w)
	}
}

// dismissAll asks whoever fills the place to leave, and sees to it.
func (p *core) dismissAll(w *slot) {
	if w.process != nil {
		w.urgent = append(w.urgent, order{kind: orderStop})
		p.rise(w)
		w.process.stop()
	}
	if w.local != nil && len(w.sent) > 0 {
		w.local.position.stopped.Store(true)
		p.enforceEnd(w)
	}
}

// enforceEnd abandons an in-process worker that is still busy when its time is
// up.
func (p *core) enforceEnd(w *slot) {
	local := w.local
	time.AfterFunc(cancelGrace, func() {
		p.mu.Lock()
		defer p.mu.Unlock()
		if w.local == local && local != nil {
			p.abandon(w)
		}
	})
}

// hasItems reports whether the worker has something to do.
func (s *schedule) hasItems(w *slot) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(w.sent) > 0
}
