package transport

import (
	"bufio"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
)

const (
	// readBuffer holds many small frames per system call.
	readBuffer = 64 << 10
	// slabSize is how much is allocated at once for the bodies of small frames.
	slabSize = 8 << 10
	// keepBuffer is the capacity that is kept for the next frames.
	keepBuffer = 128 << 10
	// direct is the payload size from which copying costs more than a
	// system call of its own.
	direct = 64 << 10
	// edge is what is copied of a payload that is written without a copy.
	edge = 4 << 10
	// piece is the most that is written or read at once, and summed up while a
	// fast cache has it.
	piece = 256 << 10
)

// Stream frames a pair of byte streams: the framing of every transport that is
// one. It is a [Conn].
type Stream struct {
	run     uint64
	limit   int
	r       *bufio.Reader
	w       io.Writer
	closers []io.Closer
	whole   bool // one Write a Flush, never more

	out     []byte // frames kept back
	sendSeq uint64
	recvSeq uint64
	slab    []byte // what is left of it
	dead    error  // why Recv can not go on
	broken  error  // why Send can not go on
}

// NewStream frames r and w for the pool run. Frames of more than limit bytes,
// payload and trailer together, are refused in both directions. Close closes
// the closers in their order.
func NewStream(run uint64, limit int, r io.Reader, w io.Writer, closers ...io.Closer) *Stream {
	return &Stream{run: run, limit: limit, r: bufio.NewReaderSize(r, readBuffer), w: w, closers: closers}
}

// Send implements [Conn]. A frame over the limit is refused with
// [ErrTooLarge], nothing is written and the connection lives on.
func (s *Stream) Send(f *Frame) error {
	size := len(f.Payload) + len(f.Trailer)
	if s.broken != nil {
		return s.broken
	}
	if size > s.limit {
		return fmt.Errorf("%w: %d bytes, limit %d", ErrTooLarge, size, s.limit)
	}
	h := f.Header
	h.Run, h.Seq = s.run, s.sendSeq
	h.Payload, h.Trailer = uint32(len(f.Payload)), uint32(len(f.Trailer))
	s.sendSeq++

	rest := crc32.Checksum(f.Payload, castagnoli)
	if len(f.Trailer) > 0 {
		rest = crc32.Update(rest, castagnoli, f.Trailer)
	}
	at := len(s.out)
	s.out = append(s.out, make([]byte, HeaderSize)...)
	h.put((*[HeaderSize]byte)(s.out[at:]), rest)
	if len(f.Payload) >= direct && !s.whole {
		if err := s.sendDirect(f.Payload); err != nil {
			return err
		}
	} else {
		s.out = append(s.out, f.Payload...)
	}
	s.out = append(s.out, f.Trailer...)
	return nil
}

// sendDirect writes a large payload without copying it, but for its ends. The
// first goes with the header and wakes the reader, the last is kept back to go with
// the trailer. What is between goes in pieces: so there is room again for the next
// in a pipe that does not hold the whole frame, and nobody goes to sleep over it.
func (s *Stream) sendDirect(payload []byte) error {
	s.out = append(s.out, payload[:edge]...)
	if err := s.Flush(); err != nil {
		return err
	}
	rest := payload[edge:]
	for len(rest) > edge {
		n := min(piece, len(rest)-edge)
		if err := s.write(rest[:n]); err != nil {
			return err
		}
		rest = rest[n:]
	}
	s.out = append(s.out, rest...)
	return nil
}

// write writes b. After an error half a frame may be out, so Send takes no
// more.
func (s *Stream) write(b []byte) error {
	_, s.broken = s.w.Write(b)
	return s.broken
}

// Flush implements [Conn].
func (s *Stream) Flush() error {
	if len(s.out) == 0 {
		return s.broken
	}
	err := s.write(s.out)
	s.out = s.out[:0]
	if cap(s.out) > keepBuffer {
		s.out = nil // one large frame must not hold its memory for ever
	}
	return err
}

// Recv implements [Conn].
func (s *Stream) Recv(f *Frame) error {
	if s.dead != nil {
		return s.dead
	}
	if err := s.recv(f); err != nil {
		s.dead = err
		return err
	}
	return nil
}

func (s *Stream) recv(f *Frame) error {
	blocks := s.r.Buffered() < HeaderSize
	head, err := s.r.Peek(HeaderSize)
	if err != nil {
		if err == io.EOF && len(head) > 0 {
			return fmt.Errorf("frame %d: header: %w", s.recvSeq, io.ErrUnexpectedEOF)
		}
		return err
	}
	f.Arrived = 0
	if blocks {
		f.arrives()
	}
	sum, err := s.header(f, (*[HeaderSize]byte)(head))
	if err != nil {
		return fmt.Errorf("frame %d: %w", s.recvSeq, err)
	}
	if _, err := s.r.Discard(HeaderSize); err != nil {
		return err
	}
	s.recvSeq++
	return s.rest(f, sum)
}

// header reads and checks the header, all that can be checked before its
// lengths are used.
func (s *Stream) header(f *Frame, head *[HeaderSize]byte) (sum uint32, err error) {
	h := &f.Header
	sum, err = h.get(head)
	switch {
	case err != nil:
		return 0, err
	case h.Run != s.run:
		return 0, fmt.Errorf("%w: of run %x, this is run %x", ErrFormat, h.Run, s.run)
	case h.Seq != s.recvSeq:
		return 0, fmt.Errorf("%w: it is numbered %d", ErrSequence, h.Seq)
	case int64(h.Payload)+int64(h.Trailer) > int64(s.limit):
		return 0, fmt.Errorf("%w: %d bytes, limit %d", ErrTooLarge, int64(h.Payload)+int64(h.Trailer), s.limit)
	}
	return sum, nil
}

func (s *Stream) rest(f *Frame, sum uint32) error {
	h := &f.Header
	f.body = s.room(int(h.Payload) + int(h.Trailer))
	body := f.body
	got, err := s.read(body)
	if err != nil {
		return fmt.Errorf("frame %d: %w", h.Seq, err)
	}
	if got != sum {
		return fmt.Errorf("frame %d: %w", h.Seq, ErrChecksum)
	}
	f.Payload, f.Trailer = body[:h.Payload:h.Payload], body[h.Payload:]
	return nil
}

// read fills body and sums it up. What is there already, as most small frames are, is
// taken in one step.
func (s *Stream) read(body []byte) (sum uint32, err error) {
	if len(body) <= s.r.Buffered() {
		there, err := s.r.Peek(len(body))
		copy(body, there)
		s.r.Discard(len(body))
		return crc32.Checksum(body, castagnoli), err
	}
	for rest := body; len(rest) > 0; {
		n, err := io.ReadFull(s.r, rest[:min(piece, len(rest))])
		if errors.Is(err, io.EOF) {
			return 0, io.ErrUnexpectedEOF
		}
		if err != nil {
			return 0, err
		}
		sum = crc32.Update(sum, castagnoli, rest[:n])
		rest = rest[n:]
	}
	return sum, nil
}

// room returns memory that nobody uses: for small frames a piece of a slab, because
// one allocation a frame would be a good part of what a small frame costs.
func (s *Stream) room(n int) []byte {
	if n > leastBody {
		return newBody(n)
	}
	if n > len(s.slab) {
		s.slab = make([]byte, slabSize)
	}
	b := s.slab[:n:n]
	s.slab = s.slab[n:]
	return b
}

// Reuse implements [Conn].
func (s *Stream) Reuse(f *Frame) { reuse(f) }

// Pending returns how many bytes wait for a Flush.
func (s *Stream) Pending() int { return len(s.out) }

// Buffered implements [Conn].
func (s *Stream) Buffered() bool { return s.r.Buffered() >= HeaderSize }

// Close implements [Conn].
func (s *Stream) Close() error {
	var errs []error
	for _, c := range s.closers {
		errs = append(errs, c.Close())
	}
	return errors.Join(errs...)
}
