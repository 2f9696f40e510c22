package strategies

import (
	"encoding/binary"
	"errors"
)

// The payload of an answer is a table of the items that are not in the batch,
// and then the batch, if the frame has one:
//
//	uvarint entries, each: uvarint index in the chunk, byte status, uvarint length, bytes
//	the batch: one slice with the results of all other items of the chunk
//
// A result in the table is a slice of one, written by an encoder of its own.
const (
	statusOK      = 0 // a result
	statusError   = 1 // an error record, see appendError
	statusSkipped = 2 // not run: the call was cancelled
	statusUnread  = 3 // not run, nor any other of the chunk: it could not be decoded; this entry is the only one
	statusSpoiled = 4 // the same, because an earlier chunk of the stream could not be; likewise
)

// entry is a row of the table.
type entry struct {
	index  int
	status byte
	bytes  []byte
}

func appendTable(dst []byte, entries []entry) []byte {
	dst = binary.AppendUvarint(dst, uint64(len(entries)))
	for _, e := range entries {
		dst = binary.AppendUvarint(dst, uint64(e.index))
		dst = append(dst, e.status)
		dst = appendBytes(dst, e.bytes)
	}
	return dst
}

var errAnswer = errors.New("answer does not fit its chunk")

// readTable reads a table for a chunk of count items; indexes must ascend.
func readTable(src []byte, count int) (entries []entry, rest []byte, err error) {
	r := reader{src: src}
	n := r.uvarint()
	if n > uint64(count) {
		return nil, nil, errAnswer
	}
	for last := -1; n > 0; n-- {
		e := entry{index: int(min(r.uvarint(), uint64(count))), status: r.byte(), bytes: r.bytes()}
		if r.bad || e.index <= last || e.index >= count || e.status > statusSpoiled {
			return nil, nil, errAnswer
		}
		last = e.index
		entries = append(entries, e)
	}
	if r.bad {
		return nil, nil, errAnswer
	}
	return entries, r.src, nil
}

// appendLedger writes a ledger as the value of a trailer.
func appendLedger(dst []byte, l ledger) []byte {
	for _, v := range []int64{l.Wait, l.Transfer, l.Busy, l.Share[0], l.Share[1], l.Share[2], l.Share[3]} {
		dst = binary.AppendVarint(dst, v)
	}
	return dst
}

func readLedger(src []byte) (l ledger, ok bool) {
	r := reader{src: src}
	for _, p := range []*int64{&l.Wait, &l.Transfer, &l.Busy, &l.Share[0], &l.Share[1], &l.Share[2], &l.Share[3]} {
		*p = r.varint()
	}
	return l, !r.bad
}

// A trailer is a sequence of: byte tag, uvarint length, value. Unknown tags
// are skipped.
const (
	tagLedger    = 1 // of an answer: what the worker's lane has spent since the last
	tagRemaining = 2 // of work: nanoseconds to the deadline of the call, a varint
)

func appendTag(dst []byte, tag byte, value []byte) []byte {
	return appendBytes(append(dst, tag), value)
}

// eachTag calls f for each part of a trailer. It reports whether the trailer
// is well formed.
func eachTag(trailer []byte, f func(tag byte, value []byte)) bool {
	r := reader{src: trailer}
	for len(r.src) > 0 {
		tag, value := r.byte(), r.bytes()
		if r.bad {
			return false
		}
		f(tag, value)
	}
	return true
}

func appendBytes(dst, b []byte) []byte {
	return append(binary.AppendUvarint(dst, uint64(len(b))), b...)
}

func appendString(dst []byte, s string) []byte {
	return append(binary.AppendUvarint(dst, uint64(len(s))), s...)
}

// reader reads what the functions above write. After a mistake in src it is
// bad and returns zero values.
type reader struct {
	src []byte
	bad bool
}

func (r *reader) fail() {
	r.src, r.bad = nil, true
}

func (r *reader) byte() byte {
	if len(r.src) == 0 {
		r.fail()
		return 0
	}
	b := r.src[0]
	r.src = r.src[1:]
	return b
}

func (r *reader) uvarint() uint64 {
	v, n := binary.Uvarint(r.src)
	if n <= 0 {
		r.fail()
		return 0
	}
	r.src = r.src[n:]
	return v
}

func (r *reader) varint() int64 {
	v, n := binary.Varint(r.src)
	if n <= 0 {
		r.fail()
		return 0
	}
	r.src = r.src[n:]
	return v
}

func (r *reader) bytes() []byte {
	n := r.uvarint()
	if n > uint64(len(r.src)) {
		r.fail()
		return nil
	}
	b := r.src[:n:n]
	r.src = r.src[n:]
	return b
}
