package strategies

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"
)

// startProcesses starts all workers side by side. All of them must come up.
func (p *core) startProcesses(ctx context.Context) (err error) {
	if p.home, err = p.newHome(ctx); err != nil {
		return err
	}
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
	p.calmDown(w)
	w.spent.sender.add(pr.sender.take())
	w.spent.receiver.add(pr.receiver.take())
	w.spent.close(pr)
	v := pr.judged()
	why := &LostError{Worker: w.number, Cause: v.cause, PeakRSS: pr.peak.Load(), Stderr: lastWords}
	if why.Cause == "" {
		why.Cause = pr.cmd.ProcessState.String()
	}
	pr.trace.leave(why.Cause)
	if p.ending {
		w.sent, w.bytes, w.items = nil, 0, 0
		return
	}
	if !v.dismissed && !(w.retiring && len(w.sent) == 0) {
		p.counts.Deaths++
		w.died(p.progress, why)
	}
	w.given, w.retiring = 0, false
	p.requeue(w, v, pr.scene, why)
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

// died counts deaths of this worker without progress anywhere in the pool.
func (w *slot) died(progress int64, why error) {
	if progress != w.seen {
		w.barren = 0
	}
	w.seen, w.why = progress, why
	w.barren++
}

// requeue sends the items of a lost worker again. Nobody is charged with its
// death, unless it died over a careful item: then that one and no other; or
// because an item took too long: then that one.
func (p *core) requeue(w *slot, v verdict, at scene, why *LostError) {
	sent := w.sent
	w.sent, w.bytes, w.items = nil, 0, 0
	for i, c := range sent {
		if !c.call.closed {
			p.again(c, p.remedy(i, c, v, at), why)
		}
	}
	p.rouse()
}

// remedy is how a lost chunk goes again. The indices are of items, or -1.
type remedy struct {
	guilty  int  // is charged with the death
	suspect int  // goes alone and careful, should it have been the cause
	singly  bool // all go alone and careful
	begun   bool // its worker had begun it
	unread  bool // it was the next that its worker was to read
	spared  bool // it was in work, but its worker was busy with something else
}

// readable is what every worker that could start can read: a smaller chunk that
// was never begun is no cause of a death.
const readable = 64 << 10

// remedy judges the i-th of the chunks that a lost worker had, by what its
// recorder tells. What was begun goes again once as it was, but for the item at
// which the worker was; then, as it does where nothing is known, singly.
func (p *core) remedy(i int, c *chunk, v verdict, at scene) remedy {
	r := remedy{guilty: -1, suspect: -1}
	r.begun = !at.known || c.id <= at.chunk
	r.unread = i == 0 && !r.begun && c.bytes.Load() > readable
	again := r.unread && c.unread // perhaps it is more than a worker can read
	current := i == 0
	if at.known {
		current = c.id == at.chunk || again
	}
	switch {
	case c.bytes.Load() == 0: // it was never sent
		r.begun, r.unread = false, false
	case v.overdue && c.id == v.chunk && v.item == nobody:
		r.singly = true
	case i == 0 && p.spec.Retries == None && r.begun:
		r.guilty = c.firstOpen() // it may have been run, whatever the reason
	case v.overdue && c.id == v.chunk:
		r.guilty = v.item
	case v.dismissed || v.overdue:
	case at.apart && c.id == at.chunk && c.spared < p.spec.retries():
		r.begun, r.spared = false, true
	case current && c.careful && (!again || c.load.len() == 1):
		r.guilty = c.firstOpen()
	case !at.known || again || r.begun && c.lost:
		r.singly = true
	case current:
		r.suspect = at.item
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
	for !r.singly && !c.isAnswered(first) && first != r.guilty && first != r.suspect &&
		first+n < c.load.len() &&
		!c.isAnswered(first+n) && first+n != r.guilty && first+n != r.suspect {
		n++
	}
	return n
}

func (c *chunk) isAnswered(i int) bool { return c.parts != nil && c.parts.answered[i] }

// resend puts a piece of a lost chunk back, or gives up the item that it is.
func (p *core) resend(c *chunk, first int, piece load, r remedy, why *LostError) {
	k := p.newChunk(c.call, c.first+first, piece)
	k.charged, k.lost, k.unread = c.charged, c.lost || r.begun, c.unread || r.unread
	k.careful = k.careful || c.careful || r.singly || first == r.guilty || first == r.suspect
	k.spared = c.spared
	if r.spared {
		k.spared++
	}
	if first == r.guilty {
		k.charged++
	}
	if k.charged > p.spec.retries() {
		p.deliver(k, piece, k.first, []*ItemError{{Index: k.first, Attempts: k.charged, Err: why}})
		return
	}
	p.counts.Retries += int64(piece.len())
	p.retry = append(p.retry, k)
}

// only returns the failure of item i, if it failed.
func only(list []failure, i int) []failure {
	return slices.DeleteFunc(slices.Clone(list), func(f failure) bool { return f.index != i })
}

// Back-off after deaths without progress, of which a worker may have
// retries + budgetBeyond in a row.
const (
	firstBackoff = 10 * time.Millisecond
	maxBackoff   = time.Second
	budgetBeyond = 4
)

// replace starts a worker in the place of one that was lost. It returns nil
// when the pool closes or its restart budget is spent.
func (p *core) replace(w *slot) *process {
	for {
		delay, ok := p.mayRestart(w)
		if !ok || !p.pause(delay) {
			return nil
		}
		pr, err := p.launch(p.home.ctx, w)
		if err == nil {
			p.fill(w, pr)
			return pr
		}
		if p.giveUpStarting(w, err) {
			return nil
		}
	}
}

// mayRestart says how long to wait before the next start.
func (p *core) mayRestart(w *slot) (delay time.Duration, ok bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.spentBudget(w) && p.broken == nil {
		p.breakDown(fmt.Errorf("strategies: given up after %d deaths in a row without an answer in between: %w", w.barren, w.why))
	}
	if p.ending || p.broken != nil {
		return 0, false
	}
	n := max(w.barren, w.unstarted+1)
	if n < 2 {
		return 0, true
	}
	return min(firstBackoff<<min(n-2, 10), maxBackoff), true
}

// spentBudget reports whether the worker may not be replaced again. What cannot
// be started now, for want of descriptors or processes, is no reason to end a
// run on which others work.
func (p *core) spentBudget(w *slot) bool {
	if w.unstarted > 0 && slices.ContainsFunc(p.slots, func(o *slot) bool { return o.process != nil && len(o.sent) > 0 }) {
		return false
	}
	return w.barren >= p.spec.retries()+budgetBeyond
}

// pause waits, and reports false when the pool closes meanwhile.
func (p *core) pause(d time.Duration) bool {
	select {
	case <-p.home.ctx.Done():
		return false
	case <-time.After(d):
		return true
	}
}

func (p *core) fill(w *slot, pr *process) {
	p.mu.Lock()
	defer p.mu.Unlock()
	w.process, w.unstarted = pr, 0
	p.counts.Restarts++
	if p.ending {
		p.dismissAll(w)
	}
}

// giveUpStarting counts a start that failed. It reports whether that was the
// last one.
func (p *core) giveUpStarting(w *slot, err error) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	w.died(p.progress, err)
	w.unstarted++
	var setup *setupError
	if p.spentBudget(w) || errors.As(err, &setup) {
		p.breakDown(err)
	}
	return p.ending || p.broken != nil
}

// breakDown ends all calls, now and later.
func (p *core) breakDown(err error) {
	if p.broken == nil {
		p.broken = err
	}
	p.endCalls(err)
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
