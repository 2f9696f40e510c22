package transport

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"strings"
	"testing"
	"unsafe"
)

// heapRings is memory like that of two processes, but for this one alone.
func heapRings(size int) (controls [2]*ringControl, rings [2][]byte) {
	words := make([]uint64, memorySize(size)/8)
	return ringsOf(unsafe.Slice((*byte)(unsafe.Pointer(&words[0])), memorySize(size)))
}

// silent is a bell that nobody hears.
type silent struct{ bell }

// deadReader reads what is in a ring, and does not wait for more.
func deadReader(ring []byte, control *ringControl, limit int) *ringReader {
	return &ringReader{
		ring: ring, control: control, writer: silent{}, run: testRun, limit: limit,
		sleep: newSleeper(&control.readerSleeps, silent{}),
		ended: func() error { return io.EOF },
		ready: func() bool { return true },
	}
}

// deadWriter writes into a ring, and does not wait for room.
func deadWriter(ring []byte, control *ringControl) *ringWriter {
	w := &ringWriter{ringRoom: ringRoom{
		ring: ring, control: control, have: len(ring), rewindAt: rewindAfter, reader: silent{},
		sleep: newSleeper(&control.writerSleeps, silent{}),
		ended: func() error { return io.EOF },
		back:  func(from, to int) error { return nil },
	}}
	w.ready = func() bool { return true }
	return w
}

func write(t testing.TB, w *ringWriter, f *Frame) {
	t.Helper()
	h := f.Header
	h.Run = testRun
	if err := w.put(h, f.Payload, f.Trailer); err != nil {
		t.Fatal(err)
	}
}

// readAll copies the frames that a reader finds, and returns why it ended.
func readAll(r *ringReader) (frames []*Frame, err error) {
	for {
		f := new(Frame)
		if _, err := r.get(f); err != nil {
			return frames, err
		}
		f.Payload, f.Trailer = bytes.Clone(f.Payload), bytes.Clone(f.Trailer)
		frames = append(frames, f)
	}
}

// everyRecord writes a ring that has every kind of record in it but a skip.
func everyRecord(t testing.TB) (ring []byte, control *ringControl, sent []*Frame) {
	controls, rings := heapRings(ringLeast)
	ring, control = rings[0], controls[0]
	w := deadWriter(ring, control)
	sent = []*Frame{frame("payload", "trailer"), frame("", ""), frame("", "split")}
	sent[2].Payload = bytes.Repeat([]byte("x"), ringLeast/2)
	for _, f := range sent {
		write(t, w, f)
	}
	w.publish()
	return ring, control, sent
}

// TestRingFlippedBits: no flipped bit goes unnoticed, wherever it is; nothing
// but what was sent is taken for a frame.
func TestRingFlippedBits(t *testing.T) {
	ring, control, sent := everyRecord(t)
	good, end := bytes.Clone(ring), control.write.Load()
	whole, err := readAll(deadReader(ring, control, testLimit))
	if err != io.EOF || len(whole) != len(sent) {
		t.Fatalf("%d of %d frames, %v", len(whole), len(sent), err)
	}
	matters := covered(t, good[:end])
	for i := range good[:end] {
		for bit := range 8 {
			copy(ring, good)
			ring[i] ^= 1 << bit
			got, err := readAll(deadReader(ring, control, testLimit))
			if matters[i] && !isDamage(err) {
				t.Fatalf("byte %d, bit %d: %v", i, bit, err)
			}
			for n, f := range got {
				same(t, f, sent[n], uint64(n))
			}
		}
	}
}

func isDamage(err error) bool {
	return errors.Is(err, ErrChecksum) || errors.Is(err, ErrFormat) || errors.Is(err, ErrTooLarge) ||
		errors.Is(err, ErrSequence) || errors.Is(err, io.ErrUnexpectedEOF)
}

// covered says which bytes of a ring mean something: all but what aligns.
func covered(t *testing.T, ring []byte) []bool {
	le := binary.LittleEndian
	matters := make([]bool, len(ring))
	for at := 0; at < len(ring); {
		skip, n := 0, 0
		switch le.Uint32(ring[at:]) {
		case markSplit:
			n = markSize + HeaderSize
			skip = 4 // the zero is not looked at
		case markPart:
			n = markSize + int(le.Uint32(ring[at+4:]))
		case magic:
			n = HeaderSize + int(le.Uint32(ring[at+48:])) + int(le.Uint32(ring[at+52:]))
		default:
			t.Fatalf("byte %d: %q", at, ring[at:at+8])
		}
		for i := range n {
			matters[at+i] = skip == 0 || i < 4 || i >= markSize
		}
		at += aligned(n)
	}
	return matters
}

// TestRingWrongPositions: whatever is in the place of a position, the reader
// stays in the ring and takes nothing for a frame that is none.
func TestRingWrongPositions(t *testing.T) {
	ring, control, sent := everyRecord(t)
	end := control.write.Load()
	for _, w := range append(flips(end), 0, 1, 8, 72, 80, ringLeast, ringLeast+8, 1<<63, 1<<64-8, 1<<64-1) {
		control.write.Store(w)
		got, err := readAll(deadReader(ring, control, testLimit))
		if w > end && !isDamage(err) {
			t.Errorf("written up to %d instead of %d: %v", w, end, err)
		}
		for n, f := range got {
			same(t, f, sent[n], uint64(n))
		}
	}
}

// flips are n with each of its bits flipped.
func flips(n uint64) (all []uint64) {
	for bit := range 64 {
		all = append(all, n^1<<bit)
	}
	return all
}

// TestRingWrongReader: a reader that is where it cannot be ends the sender.
func TestRingWrongReader(t *testing.T) {
	for _, read := range append(flips(0), 1<<64-1) {
		controls, rings := heapRings(ringLeast)
		control := controls[0]
		w := deadWriter(rings[0], control)
		for range 3 {
			write(t, w, patternedBytes(1000))
		}
		w.publish()
		control.read.Store(read)
		h := Header{Kind: Work, Run: testRun}
		err := w.put(h, make([]byte, 1000), nil)
		if possible := read <= w.published; !possible && !errors.Is(err, ErrFormat) {
			t.Errorf("read up to %d of %d: %v", read, w.published, err)
		} else if possible && err != nil && err != io.EOF {
			t.Errorf("read up to %d of %d: %v", read, w.published, err)
		}
	}
}

func patternedBytes(n int) *Frame {
	f := frame("", "")
	f.Payload = bytes.Repeat([]byte{7}, n)
	return f
}

// TestRingRefusedHeaders: what is refused, and before anything is allocated.
func TestRingRefusedHeaders(t *testing.T) {
	split := func(change func(h *Header)) []byte {
		return append([]byte("SPLT\x00\x00\x00\x00"), forge(change)...)
	}
	part := func(n uint32, tail ...byte) []byte {
		head := split(func(h *Header) { h.Payload = 100 })
		return append(binary.LittleEndian.AppendUint32(append(head, "PART"...), n), tail...)
	}
	tests := []struct {
		name string
		data []byte
		want error
		text string
	}{
		{"other run", forge(func(h *Header) { h.Run++ }), ErrFormat, "1122334455667788"},
		{"frame missing", forge(func(h *Header) { h.Seq = 1 }), ErrSequence, "numbered 1"},
		{"payload", forge(func(h *Header) { h.Payload = testLimit + 1 }), ErrTooLarge, "limit 1048576"},
		{"both", forge(func(h *Header) { h.Payload, h.Trailer = 1<<32-1, 1<<32-1 }), ErrTooLarge, "8589934590"},
		{"longer than what there is", forge(func(h *Header) { h.Payload = 1000 }), ErrFormat, "1000 bytes where there are 0"},
		{"half a header", forge(func(h *Header) {})[:56], ErrFormat, "56 bytes instead of a header"},
		{"zeros", make([]byte, 64), ErrFormat, "it starts with"},
		{"skip", append([]byte("SKIP"), 16, 0, 0, 0), ErrFormat, "a skip of 16 bytes, 4096 to the end"},
		{"split payload", split(func(h *Header) { h.Payload = testLimit + 1 }), ErrTooLarge, "limit 1048576"},
		{"split, half a header", split(func(h *Header) {})[:64], ErrFormat, "56 bytes instead of a header"},
		{"split, no part", append(split(func(h *Header) { h.Payload = 100 }), forge(func(*Header) {})...), ErrFormat, "instead of a part"},
		{"no more parts", split(func(h *Header) { h.Payload = 100 }), io.ErrUnexpectedEOF, "frame 0"},
		{"empty part", part(0), ErrFormat, "instead of a part of at most 100"},
		{"long part", part(104, make([]byte, 104)...), ErrFormat, "instead of a part of at most 100"},
		{"part that is not there", part(96, make([]byte, 8)...), ErrFormat, "instead of a part"},
		{"huge part", part(1<<32 - 1), ErrFormat, "instead of a part"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			controls, rings := heapRings(ringLeast)
			controls[0].write.Store(uint64(copy(rings[0], tt.data)))
			r := deadReader(rings[0], controls[0], testLimit)
			var err error
			if n := allocated(func() { _, err = r.get(new(Frame)) }); n > 1<<14 {
				t.Errorf("%d bytes allocated before it was refused", n)
			}
			if !errors.Is(err, tt.want) || !strings.Contains(fmt.Sprint(err), tt.text) {
				t.Errorf("%v, want %v with %q", err, tt.want, tt.text)
			}
		})
	}
}

// TestRingControl: words of different sides are on lines of their own, and
// those that are read as 64 bits are aligned on every system.
func TestRingControl(t *testing.T) {
	var c ringControl
	for name, at := range map[string]uintptr{
		"write": unsafe.Offsetof(c.write), "read": unsafe.Offsetof(c.read), "closed": unsafe.Offsetof(c.closed),
		"readerSleeps": unsafe.Offsetof(c.readerSleeps), "writerSleeps": unsafe.Offsetof(c.writerSleeps), "all": unsafe.Sizeof(c),
	} {
		if at%128 != 0 {
			t.Errorf("%s is at byte %d", name, at)
		}
	}
	if at := unsafe.Offsetof(c.wanted); at%8 != 0 {
		t.Errorf("wanted is at byte %d", at)
	}
	if end := ringAt + 2*unsafe.Sizeof(c); end > ringHead {
		t.Errorf("the head has %d bytes, and needs %d", ringHead, end)
	}
}

// FuzzRing: whatever is in the memory, the reader ends with an error; it takes
// nothing for a frame but what a writer writes, and allocates no more than the
// limit.
func FuzzRing(f *testing.F) {
	const limit = 1 << 12
	ring, control, _ := everyRecord(f)
	f.Add(bytes.Clone(ring), uint16(0), control.write.Load())
	f.Add(bytes.Clone(ring[:72]), uint16(4032), uint64(136))
	f.Add(append([]byte("SKIP\x10\x00\x00\x00........"), forge(func(*Header) {})...), uint16(4080), uint64(4176))
	f.Add([]byte("PART"), uint16(8), uint64(1<<63))
	f.Fuzz(func(t *testing.T, data []byte, start uint16, written uint64) {
		controls, rings := heapRings(ringLeast)
		ring, from := rings[0], uint64(start)&^7%ringLeast
		n := copy(ring[from:], data)
		copy(ring, data[n:])
		// Without right checksums nothing gets far, so make them right.
		repairRing(ring, int(from))
		before := bytes.Clone(ring)
		controls[0].write.Store(written)
		r := deadReader(ring, controls[0], limit)
		r.pos, r.written, r.released = from, from, from
		var frame Frame
		for {
			lent, err := r.get(&frame)
			if err != nil {
				break
			}
			if size := len(frame.Payload) + len(frame.Trailer); size > limit || cap(frame.Payload) > size {
				t.Fatalf("a frame of %d bytes, capacity %d", size, cap(frame.Payload))
			}
			if !lent {
				continue
			}
			size := len(frame.Payload) + len(frame.Trailer)
			at := r.offset() - aligned(HeaderSize+size)
			if at < 0 { // it was the last in the ring
				at += ringLeast
			}
			var head [HeaderSize]byte
			frame.Header.put(&head, crc32.Checksum(append(bytes.Clone(frame.Payload), frame.Trailer...), castagnoli))
			if !bytes.Equal(head[:], ring[at:at+HeaderSize]) {
				t.Fatalf("taken at %d for %x", at, head)
			}
		}
		if !bytes.Equal(before, ring) {
			t.Fatal("the reader wrote into the ring")
		}
	})
}

// repairRing makes the checksums of the records right, as far as their lengths
// make sense.
func repairRing(ring []byte, at int) {
	le := binary.LittleEndian
	for range 64 {
		rest := ring[at:]
		switch le.Uint32(rest) {
		case markSkip:
			at = 0
			continue
		case markSplit:
			rest = rest[markSize:]
			at += markSize
		case markPart:
			at += aligned(markSize + int(le.Uint32(rest[4:])&0xfff))
			if at >= len(ring) {
				return
			}
			continue
		}
		if len(rest) < HeaderSize {
			return
		}
		n := uint64(le.Uint32(rest[48:])) + uint64(le.Uint32(rest[52:]))
		if n <= uint64(len(rest)-HeaderSize) {
			le.PutUint32(rest[56:], crc32.Checksum(rest[HeaderSize:HeaderSize+n], castagnoli))
		}
		le.PutUint32(rest[60:], crc32.Checksum(rest[:60], castagnoli))
		if at += aligned(HeaderSize + int(n&0xffff)); at >= len(ring) {
			return
		}
	}
}
