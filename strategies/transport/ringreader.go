package transport

import (
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"io"
)

// releaseStep is how much a reader gives back at once while there is more to
// read: the writer need not know of each frame.
const releaseStep = 16 << 10

// ringReader takes frames from a ring. It belongs to one goroutine. It believes
// nothing in the memory that it has not checked, and goes nowhere else.
type ringReader struct {
	ring    []byte
	control *ringControl
	writer  bell        // wakes the writer
	sleep   *sleeper    // until there is something to read
	ready   func() bool // arrived
	ended   func() error

	run   uint64
	limit int

	pos      uint64 // up to here it is read
	written  uint64 // up to here it is written, as last seen
	released uint64 // up to here the writer may write again
	seq      uint64
}

func (r *ringReader) offset() int { return int(r.pos & uint64(len(r.ring)-1)) }

// rest is the ring from here to its end, as far as it is written. It begins
// with a mark or a header.
func (r *ringReader) rest() []byte {
	at := r.offset()
	return r.ring[at:min(len(r.ring), at+int(r.written-r.pos))]
}

// get takes the next frame. It reports whether the frame is lent: in the ring
// itself, for as long as it is not released.
func (r *ringReader) get(f *Frame) (lent bool, err error) {
	r.release()
	f.Arrived, f.body = 0, nil
	if there, err := r.there(); err != nil {
		return false, r.at(err)
	} else if !there {
		if err := r.wait(); err == io.EOF {
			return false, err
		} else if err != nil {
			return false, r.at(err)
		}
		f.arrives()
	}
	lent, err = r.take(f)
	if err != nil {
		return false, r.at(err)
	}
	r.seq++
	return lent, nil
}

func (r *ringReader) at(err error) error { return fmt.Errorf("frame %d: %w", r.seq, err) }

// there reports whether a record is there, other than a skip.
func (r *ringReader) there() (bool, error) {
	for {
		if r.pos == r.written {
			if err := r.look(); err != nil || r.pos == r.written {
				return false, err
			}
		}
		rest := r.rest()
		if binary.LittleEndian.Uint32(rest) != markSkip {
			return true, nil
		}
		n := len(r.ring) - r.offset()
		if len(rest) != n || binary.LittleEndian.Uint32(rest[4:]) != uint32(n) {
			return false, fmt.Errorf("%w: a skip of %d bytes, %d to the end of the ring", ErrFormat, binary.LittleEndian.Uint32(rest[4:]), n)
		}
		r.pos += uint64(n)
	}
}

// look asks how far the writer is. What is written is at least a mark.
func (r *ringReader) look() error {
	w := r.control.write.Load()
	if w < r.written || w%8 != 0 || w-r.released > uint64(len(r.ring)) {
		return fmt.Errorf("%w: its writer is at byte %d, which cannot be", ErrFormat, w)
	}
	r.written = w
	return nil
}

// wait waits for a record. io.EOF means that nothing more will come.
func (r *ringReader) wait() error {
	for {
		ended := r.ended() // asked first: what was written before is there
		there, err := r.there()
		switch {
		case err != nil:
			return err
		case there:
			return nil
		case ended != nil:
			return ended
		}
		r.release()
		r.sleep.until(r.ready)
	}
}

func (r *ringReader) arrived() bool {
	return r.control.write.Load() != r.pos || r.ended() != nil
}

// release gives back what was read, unless it is little and there is more.
func (r *ringReader) release() {
	if r.pos == r.released || r.pos != r.written && r.pos-r.released < releaseStep {
		return
	}
	r.released = r.pos
	r.control.read.Store(r.pos)
	if r.control.writerSleeps.Load() != 0 && r.pos >= r.control.wanted.Load() {
		wake(&r.control.writerSleeps, r.writer)
	}
}

// take takes the frame that is there.
func (r *ringReader) take(f *Frame) (lent bool, err error) {
	rest := r.rest()
	split := binary.LittleEndian.Uint32(rest) == markSplit
	if split {
		rest = rest[markSize:]
	}
	if len(rest) < HeaderSize {
		return false, fmt.Errorf("%w: %d bytes instead of a header", ErrFormat, len(rest))
	}
	sum, err := r.header(f, (*[HeaderSize]byte)(rest))
	if err != nil {
		return false, err
	}
	size := int(f.Header.Payload) + int(f.Header.Trailer)
	if split {
		r.pos += markSize + HeaderSize
		return false, r.assemble(f, size, sum)
	}
	if size > len(rest)-HeaderSize {
		return false, fmt.Errorf("%w: %d bytes where there are %d", ErrFormat, size, len(rest)-HeaderSize)
	}
	r.pos += uint64(aligned(HeaderSize + size))
	return true, fill(f, rest[HeaderSize:HeaderSize+size], sum)
}

// header reads and checks the header, all that can be checked before its
// lengths are used.
func (r *ringReader) header(f *Frame, head *[HeaderSize]byte) (sum uint32, err error) {
	h := &f.Header
	sum, err = h.get(head)
	switch {
	case err != nil:
		return 0, err
	case h.Run != r.run:
		return 0, fmt.Errorf("%w: of run %x, this is run %x", ErrFormat, h.Run, r.run)
	case h.Seq != r.seq:
		return 0, fmt.Errorf("%w: it is numbered %d", ErrSequence, h.Seq)
	case int64(h.Payload)+int64(h.Trailer) > int64(r.limit):
		return 0, fmt.Errorf("%w: %d bytes, limit %d", ErrTooLarge, int64(h.Payload)+int64(h.Trailer), r.limit)
	}
	return sum, nil
}

// fill makes body the payload and the trailer of f.
func fill(f *Frame, body []byte, sum uint32) error {
	if crc32.Checksum(body, castagnoli) != sum {
		return ErrChecksum
	}
	n, end := f.Header.Payload, len(body)
	f.Payload, f.Trailer = body[:n:n], body[n:end:end]
	return nil
}

// assemble puts the parts of a frame together in memory that nobody uses.
func (r *ringReader) assemble(f *Frame, size int, sum uint32) error {
	f.body = newBody(size)
	body := f.body
	for rest := body; len(rest) > 0; {
		part, err := r.part(len(rest))
		if err != nil {
			return err
		}
		rest = rest[copy(rest, part):]
		r.pos += uint64(aligned(markSize + len(part)))
	}
	return fill(f, body, sum)
}

// part waits for the next part, which has at most so many bytes.
func (r *ringReader) part(most int) ([]byte, error) {
	if err := r.wait(); err == io.EOF {
		return nil, io.ErrUnexpectedEOF
	} else if err != nil {
		return nil, err
	}
	rest := r.rest()
	mark, n := binary.LittleEndian.Uint32(rest), int64(binary.LittleEndian.Uint32(rest[4:]))
	if mark != markPart || n == 0 || n > int64(most) || n > int64(len(rest)-markSize) {
		return nil, fmt.Errorf("%w: %q instead of a part of at most %d bytes", ErrFormat, rest[:markSize], most)
	}
	return rest[markSize : markSize+int(n)], nil
}
