package strategies

import "time"

// Stats returns what the pool has spent so far. Busy worker processes are asked
// and answer at once; one that does not within a second is counted as it was
// when it last spoke.
func (p *Pool[In, Out]) Stats() Stats {
	p.core.ask()
	return p.core.stats()
}

// statsPatience is how long Stats waits for worker processes.
const statsPatience = time.Second

// ask has every worker process send a snapshot, and waits for them.
func (p *core) ask() {
	type question struct {
		of   *process
		id   uint64
		done chan struct{}
	}
	var asked []question
	p.mu.Lock()
	for _, w := range p.slots {
		if w.process == nil || w.retiring || p.ending {
			continue
		}
		p.lastID++
		w.urgent = append(w.urgent, order{orderSnapshot, p.lastID})
		asked = append(asked, question{w.process, p.lastID, w.process.expect(p.lastID)})
		p.rise(w)
	}
	p.mu.Unlock()
	patience := time.NewTimer(statsPatience)
	defer patience.Stop()
	for _, q := range asked {
		select {
		case <-q.done:
		case <-q.of.gone:
		case <-patience.C:
			patience.Reset(0) // for the others too
		}
		q.of.forget(q.id)
	}
}

func (pr *process) expect(id uint64) chan struct{} {
	pr.mu.Lock()
	defer pr.mu.Unlock()
	done := make(chan struct{})
	pr.snapshots[id] = done
	return done
}

func (pr *process) forget(id uint64) {
	pr.mu.Lock()
	defer pr.mu.Unlock()
	delete(pr.snapshots, id)
}

func (p *core) stats() Stats {
	p.mu.Lock()
	defer p.mu.Unlock()
	st := p.counts
	st.Spec = p.spec
	st.Coordinator = usage()
	var sender, receiver ledger
	for _, w := range p.slots {
		w.settleLanes()
		sender.add(w.spent.sender)
		receiver.add(w.spent.receiver)
		st.Workers = append(st.Workers, WorkerStats{
			Lane:    p.phases(w.spent.lane),
			Process: w.spent.past.Add(w.spent.last),
		})
	}
	st.Sender, st.Receiver = sender.phases(phaseEncode), receiver.phases(phaseDecode)
	if p.home != nil {
		st.DroppedStderr = p.home.out.dropped.Load()
	}
	return st
}

// phases splits a worker's time. In process nothing is transferred: copying
// items and results is part of waiting for the next.
func (p *core) phases(l ledger) Phases {
	ph := l.phases(phaseCompute)
	if !p.remote {
		ph.Wait, ph.Transfer = ph.Wait+ph.Transfer, 0
	}
	return ph
}

// settleLanes brings the accounts in this process up to now.
func (w *slot) settleLanes() {
	if w.local != nil {
		w.spent.lane.add(w.local.lane.take())
	}
	if pr := w.process; pr != nil {
		w.spent.sender.add(pr.sender.take())
		w.spent.receiver.add(pr.receiver.take())
	}
}
