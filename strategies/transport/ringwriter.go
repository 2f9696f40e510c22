package transport

import (
	"bytes"
	"hash/crc32"
	"unsafe"
)

const (
	// trailerRoom is what room leaves free behind a payload.
	trailerRoom = 512
	// roomLeast is the payload that room makes room for at least.
	roomLeast = 4 << 10
)

// partSize is the most that one part of a split frame holds: the reader takes
// one while the writer writes the next.
const partSize = 64 << 10

// ringWriter puts frames into a ring. It belongs to one goroutine.
type ringWriter struct {
	ringRoom
	seq  uint64
	last int // bytes of the last frame
}

// put writes a frame, whole if that is possible. A payload that lies where it
// has to be is not copied.
func (w *ringWriter) put(h Header, payload, trailer []byte) error {
	body := len(payload) + len(trailer)
	h.Seq, h.Payload, h.Trailer = w.seq, uint32(len(payload)), uint32(len(trailer))
	w.seq++
	w.last = body
	if !w.begins(payload) {
		w.rewind(aligned(HeaderSize + body))
	}
	if lendable(body, len(w.ring)) {
		switch err := w.reserve(aligned(HeaderSize + body)); err {
		case nil:
			w.putWhole(h, payload, trailer)
			return nil
		case errNoMemory: // it will pass in parts
		default:
			return err
		}
	}
	return w.split(h, payload, trailer)
}

// putWhole writes a frame for which there is room. The payload may be in the
// ring, even where it is to be: so it is moved first.
func (w *ringWriter) putWhole(h Header, payload, trailer []byte) {
	at := w.ring[w.offset():]
	body := at[HeaderSize : HeaderSize+len(payload)+len(trailer)]
	if len(payload) > 0 && &body[0] != &payload[0] {
		copy(body, payload)
	}
	copy(body[len(payload):], trailer)
	h.put((*[HeaderSize]byte)(at), crc32.Checksum(body, castagnoli))
	w.pos += uint64(aligned(HeaderSize + len(body)))
}

// split writes a frame in parts.
func (w *ringWriter) split(h Header, payload, trailer []byte) error {
	if w.owns(payload) {
		payload = bytes.Clone(payload) // else the parts would overwrite it
	}
	if err := w.reserve(markSize + HeaderSize); err != nil {
		return err
	}
	sum := crc32.Update(crc32.Checksum(payload, castagnoli), castagnoli, trailer)
	h.put((*[HeaderSize]byte)(w.mark(markSplit, 0)), sum)
	w.pos += markSize + HeaderSize
	if err := w.putParts(payload); err != nil {
		return err
	}
	return w.putParts(trailer)
}

// putParts shows each part to the reader at once.
func (w *ringWriter) putParts(rest []byte) error {
	for len(rest) > 0 {
		part := rest[:min(len(rest), partSize, w.have/4)]
		n := aligned(markSize + len(part))
		if err := w.reserve(n); err != nil {
			return err
		}
		copy(w.mark(markPart, len(part)), part)
		w.pos += uint64(n)
		w.publish()
		rest = rest[len(part):]
	}
	return nil
}

// room returns where the next frame's payload is to be, and how much there is
// room for without waiting: as much as the last one took, if possible.
func (w *ringWriter) room() []byte {
	n := min(aligned(HeaderSize+max(w.last, roomLeast)+trailerRoom), len(w.ring)/2)
	w.rewind(n)
	if !w.fits(n) {
		if w.look() != nil {
			return nil
		}
		w.place(n)
	}
	at := w.offset() + HeaderSize
	free := min(w.free(), len(w.ring)/2) - HeaderSize - trailerRoom
	if free <= 0 {
		return nil
	}
	return w.ring[at : at : at+free]
}

// begins reports whether b is where the next frame's payload is to be.
func (w *ringWriter) begins(b []byte) bool {
	at := w.offset() + HeaderSize
	return len(b) > 0 && at < len(w.ring) && &b[0] == &w.ring[at]
}

// owns reports whether b is in the ring.
func (w *ringWriter) owns(b []byte) bool {
	first, at := uintptr(unsafe.Pointer(unsafe.SliceData(w.ring))), uintptr(unsafe.Pointer(unsafe.SliceData(b)))
	return at >= first && at < first+uintptr(len(w.ring))
}
