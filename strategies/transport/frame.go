package transport

import (
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
)

// Kind says what a frame is for.
type Kind uint8

// The kinds of frames. Work and Answer travel on the transport, all others on
// the control pair, which for pipe is the same.
const (
	Hello    Kind = 1 + iota // both: the handshake, JSON
	Setup                    // coordinator: the data that all items share; worker: the outcome
	Cancel                   // coordinator: end the context of one chunk
	Snapshot                 // coordinator: what have you spent; worker: this
	Progress                 // worker: busy with this item or these items, for so long
	Stop                     // coordinator: finish and leave
	Bye                      // worker: the last snapshot; I leave
	Work                     // coordinator: a chunk of items
	Answer                   // worker: results of a chunk
	Profile                  // worker: a piece of a profile, before Bye
	Trace                    // worker: a piece of its trace, before Bye
	kinds
)

// Flags of a frame.
type Flags uint16

const (
	Batch   Flags = 1 << iota // the payload ends with a slice of values, one encoding
	Reset                     // the sender took a fresh encoder for this frame
	Careful                   // answer each item before the next is started; encoded by itself
	Last                      // the final frame of an answer
	Renew                     // of Work: answer it with a fresh encoder, the last answers could not be read
	flagEnd
)

// Version of the wire format. Both sides must have the same.
const Version = 1

const magic = 0x46464f48 // "HOFF" in little endian

// HeaderSize is the length of an encoded [Header].
const HeaderSize = 64

// Header stands before each frame, little endian, in this order, followed by
// the two checksums: CRC-32C of payload and trailer at byte 56, and CRC-32C of
// the 60 bytes before it at byte 60. The header's checksum is checked before
// its lengths are believed.
//
//	0 magic     4    8 run    8   24 chunk  8   40 count   4   48 payload 4   56 sum of the rest 4
//	4 version   1   16 seq    8   32 first  8   44 attempt 4   52 trailer 4   60 sum of the header 4
//	5 kind      1
//	6 flags     2
type Header struct {
	Kind    Kind
	Flags   Flags
	Run     uint64 // the pool that the frame belongs to, a random number
	Seq     uint64 // 0, 1, 2, … per direction of a connection
	Chunk   uint64 // never reused in a pool
	First   uint64 // index of the first item; in Progress, in its chunk
	Count   uint32 // items in the chunk, results in the answer, or items that Progress is about
	Attempt uint32 // how many times the chunk's items were charged with a death
	Payload uint32 // bytes
	Trailer uint32 // bytes
}

// Frame is one message.
type Frame struct {
	Header  Header // Seq, Payload and Trailer are filled in by Send
	Payload []byte
	Trailer []byte

	// Arrived is when the header was there, on [Clock]; set by Recv. What came
	// before was waiting, what comes after is transfer.
	Arrived int64

	// Coming, if the receiver sets it, is called by Recv with Arrived, before
	// the rest of the frame is read.
	Coming func(arrived int64)

	body []byte // what Recv took for it, and Reuse takes back
}

// Owned reports whether the payload and the trailer of a frame that was received are
// in memory of their own, so that they can be kept.
func (f *Frame) Owned() bool { return cap(f.body) > leastBody }

// Keep leaves the memory to who uses the payload: a Reuse does not take it back. It
// is at most twice as much as payload and trailer.
func (f *Frame) Keep() { f.body = nil }

// arrives notes that the header is there for which the receiver waited.
func (f *Frame) arrives() {
	f.Arrived = Clock()
	if f.Coming != nil {
		f.Coming(f.Arrived)
	}
}

// Errors of a connection. After any of them it is dead.
var (
	ErrChecksum = errors.New("checksum does not match: bytes were changed on the way")
	ErrFormat   = errors.New("not a frame of this protocol")
	ErrSequence = errors.New("frame out of sequence")
	ErrTooLarge = errors.New("frame is larger than the limit")
)

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// put writes h and the checksum of the rest into b.
func (h *Header) put(b *[HeaderSize]byte, rest uint32) {
	le := binary.LittleEndian
	le.PutUint32(b[0:], magic)
	b[4] = Version
	b[5] = byte(h.Kind)
	le.PutUint16(b[6:], uint16(h.Flags))
	le.PutUint64(b[8:], h.Run)
	le.PutUint64(b[16:], h.Seq)
	le.PutUint64(b[24:], h.Chunk)
	le.PutUint64(b[32:], h.First)
	le.PutUint32(b[40:], h.Count)
	le.PutUint32(b[44:], h.Attempt)
	le.PutUint32(b[48:], h.Payload)
	le.PutUint32(b[52:], h.Trailer)
	le.PutUint32(b[56:], rest)
	le.PutUint32(b[60:], crc32.Checksum(b[:60], castagnoli))
}

// get reads h and the checksum of the rest from b.
func (h *Header) get(b *[HeaderSize]byte) (rest uint32, err error) {
	le := binary.LittleEndian
	if le.Uint32(b[0:]) != magic {
		return 0, fmt.Errorf("%w: it starts with %q", ErrFormat, b[:8])
	}
	if le.Uint32(b[60:]) != crc32.Checksum(b[:60], castagnoli) {
		return 0, fmt.Errorf("header: %w", ErrChecksum)
	}
	if b[4] != Version {
		return 0, fmt.Errorf("%w: version %d, want %d", ErrFormat, b[4], Version)
	}
	h.Kind = Kind(b[5])
	h.Flags = Flags(le.Uint16(b[6:]))
	if h.Kind == 0 || h.Kind >= kinds || h.Flags >= flagEnd {
		return 0, fmt.Errorf("%w: kind %d, flags %#x", ErrFormat, h.Kind, h.Flags)
	}
	h.Run = le.Uint64(b[8:])
	h.Seq = le.Uint64(b[16:])
	h.Chunk = le.Uint64(b[24:])
	h.First = le.Uint64(b[32:])
	h.Count = le.Uint32(b[40:])
	h.Attempt = le.Uint32(b[44:])
	h.Payload = le.Uint32(b[48:])
	h.Trailer = le.Uint32(b[52:])
	return le.Uint32(b[56:]), nil
}
