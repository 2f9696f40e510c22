package transport

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math/bits"
)

// rewindAfter is how far a writer goes on in an empty ring before it starts
// again at the beginning: what goes back and forth stays in the fastest cache.
const rewindAfter = 16 << 10

// ringRoom is the writer's knowledge of where there is room in a ring.
type ringRoom struct {
	ring    []byte
	control *ringControl
	reader  bell        // wakes the reader
	sleep   *sleeper    // until there is room
	ready   func() bool // roomy
	ended   func() error

	// back asks the system for the memory of ring[from:to]. Only the first
	// have bytes are used; there are more when the reader is far behind, or a
	// frame needs them.
	back func(from, to int) error
	have int
	full bool // there is no more memory to be had

	pos       uint64 // up to here it is written
	published uint64 // up to here the reader knows
	read      uint64 // up to here it is free again, as last seen
	until     uint64 // what sleep waits for
	rewindAt  uint64 // where to ask next whether the ring is empty
}

// errNoMemory means that the system gives no memory for a record so large.
var errNoMemory = errors.New("no memory for the ring")

func (r *ringRoom) offset() int { return int(r.pos & uint64(len(r.ring)-1)) }

// lap is the position at which the ring starts again.
func (r *ringRoom) lap() uint64 { return r.pos + uint64(len(r.ring)-r.offset()) }

func (r *ringRoom) pending() int { return int(r.pos - r.published) }

// free is how large a record can be here. There is always room left for a mark.
func (r *ringRoom) free() int {
	return min(r.have-markSize-r.offset(), len(r.ring)-int(r.pos-r.read))
}

func (r *ringRoom) fits(n int) bool { return n <= r.free() }

// look asks how far the reader is.
func (r *ringRoom) look() error {
	read := r.control.read.Load()
	if read < r.read || read > r.published {
		return fmt.Errorf("%w: its reader is at byte %d, which cannot be", ErrFormat, read)
	}
	r.read = read
	return nil
}

// reserve makes the next n bytes of the ring the writer's, and contiguous. It
// waits for the reader if it must.
func (r *ringRoom) reserve(n int) error {
	if r.fits(n) {
		return nil
	}
	for {
		if err := r.look(); err != nil {
			return err
		}
		until, err := r.place(n)
		if err != nil || until <= r.read {
			return err
		}
		if err := r.wait(until); err != nil {
			return err
		}
	}
}

// place goes where a record of n bytes fits. It returns up to where the reader
// must have read before it does, which may be now.
func (r *ringRoom) place(n int) (until uint64, err error) {
	for {
		size, offset := uint64(len(r.ring)), r.offset()
		switch {
		case offset+n+markSize <= r.have:
			return max(r.pos+uint64(n), size) - size, nil
		case n+markSize <= r.have && r.lap()+uint64(n)-r.read <= size:
			r.skip() // the start is free
		case r.grow(offset + n + markSize):
		case offset == 0:
			return 0, errNoMemory
		case r.lap()-r.read <= size:
			r.skip() // we wait at the start, or there is more memory behind it
		default:
			return r.lap() - size, nil
		}
	}
}

// grow gets more memory, so that to bytes can be used.
func (r *ringRoom) grow(to int) bool {
	if r.full || to > len(r.ring) {
		return false
	}
	have := 1 << bits.Len(uint(to-1))
	if err := r.back(r.have, have); err != nil {
		r.full = true
		return false
	}
	r.have = have
	return true
}

// rewind starts again at the beginning of a ring that is empty, if a record of
// n bytes fits there: what is skipped is free only when the reader has seen it.
func (r *ringRoom) rewind(n int) {
	if r.pos < r.rewindAt {
		return
	}
	r.rewindAt = r.pos + rewindAfter
	if r.offset() >= max(rewindAfter, n) && r.control.read.Load() == r.pos {
		r.read = r.pos
		r.skip()
	}
}

// skip leaves the rest of the ring unused.
func (r *ringRoom) skip() {
	n := len(r.ring) - r.offset()
	r.mark(markSkip, n)
	r.pos += uint64(n)
	r.rewindAt = r.pos + rewindAfter
}

// mark writes a mark and returns the ring behind it.
func (r *ringRoom) mark(mark uint32, n int) []byte {
	at := r.ring[r.offset():]
	binary.LittleEndian.PutUint32(at, mark)
	binary.LittleEndian.PutUint32(at[4:], uint32(n))
	return at[markSize:]
}

// publish shows the reader what was written, and wakes it if it sleeps.
func (r *ringRoom) publish() {
	if r.published == r.pos {
		return
	}
	r.published = r.pos
	r.control.write.Store(r.pos)
	wake(&r.control.readerSleeps, r.reader)
}

// wait waits until the reader is at until, and a good deal further if it has
// more to read: else it would wake us for every bit of room.
func (r *ringRoom) wait(until uint64) error {
	r.publish()
	r.until = max(until, r.read+(r.published-r.read)/2)
	r.control.wanted.Store(r.until)
	r.sleep.until(r.ready)
	if r.control.read.Load() >= until {
		return nil
	}
	return r.ended()
}

func (r *ringRoom) roomy() bool {
	return r.control.read.Load() >= r.until || r.ended() != nil
}
