package strategies

import (
	"slices"
	"time"

	"github.com/handoff-go/handoff/strategies/transport"
)

// vetting is a look at a worker that has answered the item that it has alone: has
// it survived? Twice an echo goes through each of its connections, because a reader that
// waits while its descriptor is closed still gets what comes next, and not what comes
// after that. Until then the item counts as unanswered, and nothing else is begun.
type vetting struct {
	chunk  *chunk
	failed []failure
	echo   uint64 // the number of the echoes that are on their way
	out    int    // how many those are
	rounds int
}

const vettingRounds = 2

// hasAlone reports whether the worker has a chunk beside which it gets no other.
func (w *slot) hasAlone() bool { return len(w.sent) > 0 && w.sent[0].alone }

// untried reports whether the process has had nothing yet.
func (w *slot) untried() bool { return w.given == 0 && !w.retiring }

// mayHaveAlone reports whether there is a chunk that is to go alone, and the worker
// is one for it: one that has had nothing yet. When such a one cannot be started,
// another that is idle does. Should it die, that says nothing of the chunk.
func (s *schedule) mayHaveAlone(w *slot) bool {
	if !waiting(&s.alone) || len(w.sent) > 0 || w.retiring {
		return false
	}
	return w.untried() || slices.ContainsFunc(s.slots, (*slot).isMissing) && !slices.ContainsFunc(s.slots, (*slot).untriedSoon)
}

// isMissing reports whether there is no worker, and none could be started.
func (w *slot) isMissing() bool { return w.process == nil && w.restarts.unstarted > 0 }

// untriedSoon reports whether the worker has had nothing yet, or will be replaced by
// one that has not.
func (w *slot) untriedSoon() bool {
	if w.process == nil {
		return w.restarts.unstarted == 0
	}
	return w.retiring || w.untried()
}

// mustMakeWay reports whether a worker that has nothing to do must be replaced by one
// to which a chunk can go that is to go alone: there is none, and none is coming.
func (s *schedule) mustMakeWay(w *slot) bool {
	if !waiting(&s.alone) || len(w.sent) > 0 || w.process == nil || w.retiring {
		return false
	}
	return !slices.ContainsFunc(s.slots, func(o *slot) bool { return o.process == nil || o.untriedSoon() })
}

func (s *schedule) makeWay(w *slot) {
	if s.mustMakeWay(w) {
		s.askToLeave(w)
	}
}

// vet begins the look at a worker that has answered its chunk.
func (s *schedule) vet(w *slot, c *chunk, failed []failure) {
	c.parts = nil
	v := &vetting{chunk: c, failed: failed}
	w.vetting = v
	s.sendEcho(w)
	if pr := w.process; pr != nil {
		time.AfterFunc(pr.core.options.startTimeout, func() {
			s.mu.Lock()
			defer s.mu.Unlock()
			if w.vetting == v {
				go pr.giveUp("it answered an item and then nothing any more")
			}
		})
	}
}

func (s *schedule) sendEcho(w *slot) {
	v := w.vetting
	s.lastID++
	v.echo, v.out = s.lastID, 1
	v.rounds++
	if w.process != nil && w.process.link != nil {
		v.out = 2
	}
	w.urgent = append(w.urgent, order{orderEcho, v.echo})
	s.rise(w)
}

// echoed takes an echo. It reports false if it is none.
func (s *schedule) echoed(w *slot, id uint64) bool {
	v := w.vetting
	if v == nil || v.echo != id {
		return false
	}
	if v.out--; v.out > 0 {
		return true
	}
	if v.rounds < vettingRounds && !v.chunk.call.closed {
		s.sendEcho(w)
		return true
	}
	w.vetting = nil
	s.answered(w, v.chunk, v.failed)
	return true
}

// endVetting is for a worker that did not survive.
func (s *schedule) endVetting(w *slot) {
	if v := w.vetting; v != nil && !v.chunk.call.closed {
		v.chunk.load.wipe()
	}
	w.vetting = nil
}

// sendEcho sends what the worker returns, on each connection: an order for a snapshot,
// and a chunk without items.
func (pr *process) sendEcho(id uint64) error {
	if pr.link != nil {
		if err := pr.control.Send(&transport.Frame{Header: transport.Header{Kind: transport.Snapshot, Chunk: id}}); err != nil {
			return err
		}
	}
	return pr.data.Send(&transport.Frame{Header: transport.Header{Kind: transport.Work, Chunk: id}})
}
