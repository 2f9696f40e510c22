package strategies

import (
	"slices"
	"sync"

	"github.com/handoff-go/handoff/strategies/transport"
)

// source is where a worker's task goroutine takes its chunks from.
type source interface {
	// peek reports whether take would return without waiting.
	peek() bool

	// take returns the next chunk, which is good until take is called again, and
	// how many are behind it. It reports false after a stop.
	take() (f *transport.Frame, behind int, ok bool)

	// stop lets take return false once nothing is left. It may be called from
	// anywhere.
	stop()
}

// inbox holds the chunks that a worker has received and not begun. Putting one
// in never waits: the coordinator's window bounds it.
type inbox struct {
	mu      sync.Mutex
	filled  sync.Cond
	frames  []transport.Frame
	taken   int             // of frames
	inHand  transport.Frame // what take returned
	stopped bool
}

func newInbox() *inbox {
	b := &inbox{}
	b.filled.L = &b.mu
	return b
}

func (b *inbox) put(frames []transport.Frame) {
	b.mu.Lock()
	if b.taken > len(b.frames)/2 { // what was taken makes room
		b.frames = slices.Delete(b.frames, 0, b.taken)
		b.taken = 0
	}
	b.frames = append(b.frames, frames...)
	b.mu.Unlock()
	b.filled.Signal()
}

func (b *inbox) stop() {
	b.mu.Lock()
	b.stopped = true
	b.mu.Unlock()
	b.filled.Signal()
}

func (b *inbox) peek() bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.taken < len(b.frames)
}

func (b *inbox) take() (f *transport.Frame, behind int, ok bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for b.taken == len(b.frames) {
		if b.stopped {
			return nil, 0, false
		}
		b.filled.Wait()
	}
	b.inHand = b.frames[b.taken]
	b.frames[b.taken] = transport.Frame{}
	b.taken++
	return &b.inHand, len(b.frames) - b.taken, true
}
