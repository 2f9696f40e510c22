package strategies

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"syscall"
	"time"
)

// The restart budget is one of time and progress. After a death without progress
// anywhere in the pool a worker is started again at once, after the next one in a row
// a little later. When it goes on like that for five seconds, the calls that have
// waited for so long end; the pool lives on, and the next call finds it trying again.
const (
	firstBackoff = 10 * time.Millisecond
	maxBackoff   = time.Second
	idleBackoff  = 30 * time.Second // of starts that fail while there are no calls
	longDrought  = 5 * time.Second
)

// drought is a time in which workers die, or cannot be started, and no item is
// answered or given up. It ends with progress, or when all workers have been there
// for five seconds.
type drought struct {
	number   int   // of the droughts so far
	progress int64 // the pool's, at the last death
	since    time.Time
	whole    time.Time // of the last death, or when after it the last missing worker was there again
	deaths   int       // and failed starts
	why      error     // of the last
}

// restarts is what is known of the deaths of a worker and of its starts.
type restarts struct {
	born      time.Time // when the process was ready
	drought   int       // its number, at the last death
	barren    int       // deaths and failed starts in that drought
	unstarted int       // starts in a row that failed
	hopeless  bool      // its Setup failed: it is not tried again without a call
	paused    bool      // it waits, and begin ends that
	goOn      chan struct{}
}

// died books the death of a worker, or a start of it that failed.
func (s *schedule) died(w *slot, why error) {
	d, now := &s.drought, time.Now()
	if d.deaths == 0 || d.progress != s.progress || s.isWhole(w) && now.Sub(d.whole) > longDrought {
		*d = drought{number: d.number + 1, since: now}
	}
	d.progress, d.whole, d.why = s.progress, now, why
	d.deaths++
	if w.restarts.drought != d.number {
		w.restarts.drought, w.restarts.barren = d.number, 0
	}
	w.restarts.barren++
}

// isWhole reports whether all workers were there until w was lost.
func (s *schedule) isWhole(w *slot) bool {
	return w.restarts.unstarted == 0 && !slices.ContainsFunc(s.slots, func(o *slot) bool { return o != w && o.process == nil })
}

// replace starts a worker in the place of one that was lost. It returns nil
// when the pool closes.
func (p *core) replace(w *slot) *process {
	for {
		delay, ok := p.mayRestart(w)
		if !ok || !p.pause(w, delay) {
			return nil
		}
		pr, err := p.launch(p.home.ctx, w)
		if err == nil {
			p.fill(w, pr)
			return pr
		}
		p.failedToStart(w, err)
	}
}

// mayRestart says how long to wait before the next start. Calls for which that is
// too long end now.
func (p *core) mayRestart(w *slot) (delay time.Duration, ok bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.ending {
		return 0, false
	}
	r := &w.restarts
	if n := max(r.barren, r.unstarted+1); n > 1 {
		delay = firstBackoff << min(n-2, 12)
	}
	p.losePatience(min(delay, maxBackoff))
	idle := !slices.ContainsFunc(p.open, func(c *call) bool { return !c.ended })
	switch {
	case r.hopeless:
		delay = math.MaxInt64
	case r.unstarted > 0 && idle:
		delay = min(delay, idleBackoff)
	default:
		delay = min(delay, maxBackoff)
	}
	r.paused = delay > maxBackoff
	return delay, true
}

// losePatience ends the calls that will have waited for too long when the next
// worker is started, unless there is one that works.
func (p *core) losePatience(delay time.Duration) {
	d, then := &p.drought, time.Now().Add(delay)
	if d.deaths == 0 || d.progress != p.progress || then.Sub(d.since) < longDrought || slices.ContainsFunc(p.slots, (*slot).getsOn) {
		return
	}
	err := fmt.Errorf("strategies: no item was answered for %v, in which workers died or could not be started %d times; the next call tries again; the last time: %w",
		longDrought, d.deaths, d.why)
	for _, c := range p.open {
		if then.Sub(c.began) >= longDrought && c.waits() {
			p.end(c, err)
		}
	}
}

// waits reports whether the call has items without an answer.
func (c *call) waits() bool { return c.stock.ready() > 0 || c.answered < c.stock.taken() }

// getsOn reports whether the worker has something to do and has lived long enough for
// the lack of progress to be no sign of anything.
func (w *slot) getsOn() bool {
	return w.process != nil && len(w.sent) > 0 && time.Since(w.restarts.born) > maxBackoff
}

// pause waits, and reports false when the pool closes meanwhile.
func (p *core) pause(w *slot, d time.Duration) bool {
	if d == 0 {
		return p.home.ctx.Err() == nil
	}
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-p.home.ctx.Done():
		return false
	case <-w.restarts.goOn:
	case <-t.C:
	}
	return true
}

// tryAgain is for a call that begins: workers that are not there, and wait for
// long because nobody wants anything, are started now.
func (s *schedule) tryAgain() {
	for _, w := range s.slots {
		r := &w.restarts
		r.hopeless = false
		if r.paused {
			r.paused = false
			select {
			case r.goOn <- struct{}{}:
			default: // it has just waited for long enough
			}
		}
	}
}

func (p *core) fill(w *slot, pr *process) {
	p.mu.Lock()
	defer p.mu.Unlock()
	w.process, w.restarts.unstarted = pr, 0
	w.restarts.born = time.Now()
	if p.isWhole(w) {
		p.drought.whole = w.restarts.born
	}
	p.counts.Restarts++
	if p.ending {
		p.dismissAll(w)
	}
}

// failedToStart books a start that failed. That of a Setup ends all calls at once:
// trying again by ourselves would not help.
func (p *core) failedToStart(w *slot, err error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.ending {
		return
	}
	p.died(w, err)
	w.restarts.unstarted++
	var setup *setupError
	if errors.As(err, &setup) {
		w.restarts.hopeless = true
		p.endCalls(err)
	}
}

// isShortage reports whether the system refused something that it may grant again.
func isShortage(err error) bool {
	return slices.ContainsFunc([]error{syscall.EMFILE, syscall.ENFILE, syscall.ENOMEM, syscall.ENOBUFS, syscall.EAGAIN},
		func(e error) bool { return errors.Is(err, e) })
}
