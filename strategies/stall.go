package strategies

import (
	"fmt"
	"time"
)

// stallGrace is how much longer than item-timeout an item may take in a worker that
// does not tell: it may have been kept from that by a machine that is busy.
const stallGrace = time.Second

// posture is what a worker shows without a word of its own.
type posture struct {
	heard int64
	doing activity
	at    scene
}

// watchStall judges an item by the clock of this process where the worker does not
// come to that, because something has stopped the process, or the task lets nothing
// else run: when the recorder has not moved, and nothing was heard.
func (pr *process) watchStall() {
	limit := pr.core.spec.ItemTimeout
	if limit == 0 || pr.recorder == nil {
		return
	}
	tick := time.NewTicker(stallGrace / 4)
	defer tick.Stop()
	seen, last, quiet := pr.stands(), clock(), time.Duration(0)
	for {
		select {
		case <-pr.gone:
			return
		case <-tick.C:
		}
		now := clock() // see watchSilence
		quiet += min(time.Duration(now-last), stallGrace/2)
		last = now
		if s := pr.stands(); s != seen {
			seen, quiet = s, 0
		}
		if quiet > limit+stallGrace && pr.stalls(seen) {
			return
		}
	}
}

func (pr *process) stands() posture {
	return posture{pr.heard.Load(), pr.recorder.does(), pr.recorder.examine()}
}

// stalls gives up the worker, if it is about items. As in progress, what is done to
// several together is nobody's doing.
func (pr *process) stalls(s posture) bool {
	item := s.at.item
	switch n := pr.core.itemsOf(pr.slot, s.at.chunk); {
	case n == 0 || s.doing != reading && s.doing != running && s.doing != answering:
		return false
	case n == 1:
		item = 0
	}
	pr.judge(verdict{
		cause: fmt.Sprintf("longer than item-timeout=%v at the same item, in a worker that says nothing: stopped, perhaps",
			pr.core.spec.ItemTimeout),
		overdue: true, chunk: s.at.chunk, item: item,
	})
	return true
}

// itemsOf is how many items a chunk has that the worker was sent, 0 if it has been
// answered.
func (p *core) itemsOf(w *slot, chunk uint64) int {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, c := range w.sent {
		if c.id == chunk {
			return c.load.len()
		}
	}
	return 0
}
