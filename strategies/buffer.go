package strategies

import "github.com/handoff-go/handoff/strategies/transport"

// buffer is where a sender encodes a payload: in the memory of a connection that
// has room for it there, else in memory of its own, which is used again.
type buffer struct {
	lender transport.Lender // or nil
	own    []byte
}

// keptBuffer is the capacity that is kept for the next payload, as much as a worker
// may have outstanding: a huge one must not be held for ever.
const keptBuffer = windowBytes

func (b *buffer) empty() []byte {
	if b.lender != nil {
		return b.lender.Room()
	}
	return b.own[:0]
}

// keep takes a payload that began as empty, for its memory. It is to be sent
// before the next one is begun.
func (b *buffer) keep(payload []byte) {
	if b.lender == nil && cap(payload) <= keptBuffer {
		b.own = payload
	}
}

// give hands over memory of its own, empty, to a guest, who has it alone until take.
func (b *buffer) give() []byte {
	own := b.own[:0]
	b.own = nil
	return own
}

// take is keep for a payload that began as what give handed over.
func (b *buffer) take(payload []byte) {
	if cap(payload) <= keptBuffer {
		b.own = payload
	}
}
