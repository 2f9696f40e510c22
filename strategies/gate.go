package strategies

import "sync/atomic"

// gate lets users in while it is open. Closing it waits for those inside: so
// Map returns once nobody touches its items or results any more.
type gate struct {
	state atomic.Int64  // how many are inside, plus shut once it is closed
	empty chan struct{} // takes a word from the last to leave a closed gate
}

const shut = -1 << 40

func newGate() *gate { return &gate{empty: make(chan struct{}, 1)} }

// enter reports whether the gate is open; if so, the caller must leave.
func (g *gate) enter() bool {
	if g.state.Add(1) > 0 {
		return true
	}
	g.leave()
	return false
}

func (g *gate) leave() {
	if g.state.Add(-1) == shut {
		select {
		case g.empty <- struct{}{}:
		default: // another said so
		}
	}
}

// close shuts the gate and waits until nobody is inside. It is called once.
func (g *gate) close() {
	if g.state.Add(shut) == shut {
		return
	}
	for g.state.Load() != shut {
		<-g.empty
	}
}
