package transport

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"math/bits"
	"math/rand/v2"
	"os"
	"runtime"
	"slices"
	"strings"
	"testing"
	"testing/iotest"
)

const (
	testRun   = 0x1122334455667788
	testLimit = 1 << 20
)

// wire is a transport that keeps what is written, and counts how often.
type wire struct {
	bytes.Buffer
	writes int
}

func (w *wire) Write(p []byte) (int, error) {
	w.writes++
	return w.Buffer.Write(p)
}

// frame returns one whose header fields are all set to something else.
func frame(payload, trailer string) *Frame {
	return &Frame{
		Header:  Header{Kind: Work, Flags: Batch | Last, Chunk: 7, First: 1 << 40, Count: 3, Attempt: 2},
		Payload: []byte(payload),
		Trailer: []byte(trailer),
	}
}

// patterned is a frame whose n bytes say which it is and where they belong.
func patterned(i, n int) *Frame {
	f := frame("", "")
	f.Header.First = uint64(i)
	f.Payload = make([]byte, n)
	for at := range f.Payload {
		f.Payload[at] = byte(i + at>>8 + at)
	}
	return f
}

// encode returns frames as a Stream writes them.
func encode(t testing.TB, frames ...*Frame) []byte {
	t.Helper()
	var w wire
	s := NewStream(testRun, testLimit, nil, &w)
	for _, f := range frames {
		if err := s.Send(f); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.Flush(); err != nil {
		t.Fatal(err)
	}
	return w.Bytes()
}

func receiver(r io.Reader) *Stream { return NewStream(testRun, testLimit, r, io.Discard) }

// same fails the test unless got is what want was sent as, with that number.
func same(t *testing.T, got, want *Frame, seq uint64) {
	t.Helper()
	h := want.Header
	h.Run, h.Seq = testRun, seq
	h.Payload, h.Trailer = uint32(len(want.Payload)), uint32(len(want.Trailer))
	if got.Header != h {
		t.Fatalf("header %+v, want %+v", got.Header, h)
	}
	if !bytes.Equal(got.Payload, want.Payload) || !bytes.Equal(got.Trailer, want.Trailer) {
		t.Fatalf("frame %d: %d+%d bytes are not the %d+%d that were sent",
			seq, len(got.Payload), len(got.Trailer), len(want.Payload), len(want.Trailer))
	}
}

// sizes are payloads around every border of the framing.
func sizes() []*Frame {
	random := rand.NewChaCha8([32]byte{1})
	var frames []*Frame
	for _, n := range []int{0, 1, 63, 64, 65, 4096 - HeaderSize, 4096, direct - 1, direct, direct + 1, readBuffer + HeaderSize, keepBuffer, 1 << 19} {
		payload := make([]byte, n)
		random.Read(payload)
		frames = append(frames, frame(string(payload), "trailer"), frame("", ""), frame(string(payload), ""))
	}
	return frames
}

func TestStreamRoundTrip(t *testing.T) {
	t.Run("io.Pipe", func(t *testing.T) {
		r, w := io.Pipe()
		roundTrip(t, NewStream(testRun, testLimit, nil, w, w), NewStream(testRun, testLimit, r, nil, r))
	})
	t.Run("os.Pipe", func(t *testing.T) {
		a, b := pipes(t)
		roundTrip(t, a, b)
	})
	t.Run("byte by byte", func(t *testing.T) {
		frames := sizes()
		s := receiver(iotest.OneByteReader(bytes.NewReader(encode(t, frames...))))
		receiveAll(t, s, frames)
	})
}

// pipes returns both ends of a connection through pipes.
func pipes(t *testing.T) (a, b *Stream) {
	t.Helper()
	r1, w1, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	r2, w2, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	a, b = NewPipe(testRun, testLimit, r1, w2), NewPipe(testRun, testLimit, r2, w1)
	t.Cleanup(func() { a.Close(); b.Close() })
	return a, b
}

// roundTrip sends frames of all sizes from one end to the other.
func roundTrip(t *testing.T, from, to *Stream) {
	frames := sizes()
	sent := make(chan error, 1)
	go func() {
		var errs []error
		for _, f := range frames {
			errs = append(errs, from.Send(f))
		}
		errs = append(errs, from.Flush(), from.Close())
		sent <- errors.Join(errs...)
	}()
	receiveAll(t, to, frames)
	if err := <-sent; err != nil {
		t.Fatal(err)
	}
}

// receiveAll expects frames and then the end.
func receiveAll(t *testing.T, s *Stream, frames []*Frame) {
	t.Helper()
	var f Frame
	for i, want := range frames {
		if err := s.Recv(&f); err != nil {
			t.Fatalf("frame %d: %v", i, err)
		}
		same(t, &f, want, uint64(i))
	}
	if err := s.Recv(&f); err != io.EOF {
		t.Fatalf("after the last frame: %v, want io.EOF", err)
	}
}

func TestRecvGivesFreshMemory(t *testing.T) {
	s := receiver(bytes.NewReader(encode(t, frame("first", "one"), frame("other", "two"))))
	var a, b Frame
	if err := errors.Join(s.Recv(&a), s.Recv(&b)); err != nil {
		t.Fatal(err)
	}
	_ = append(a.Payload, 'x')
	copy(b.Payload, "xxxxx")
	if string(a.Payload) != "first" || string(a.Trailer) != "one" {
		t.Errorf("the first frame changed to %q, %q", a.Payload, a.Trailer)
	}
}

// TestReuse: a body is read into again once it was given back, and not before,
// nor twice at once.
func TestReuse(t *testing.T) {
	var sent []*Frame
	for i := range 100 {
		sent = append(sent, patterned(i, leastBody+1+i))
	}
	s := receiver(bytes.NewReader(encode(t, sent...)))
	var kept Frame
	if err := s.Recv(&kept); err != nil {
		t.Fatal(err)
	}
	seen := map[*byte]bool{}
	again := 0
	for i := 1; i+3 <= len(sent); i += 3 {
		var three [3]Frame
		held := map[*byte]bool{&kept.Payload[0]: true}
		for j := range three {
			if err := s.Recv(&three[j]); err != nil {
				t.Fatal(err)
			}
			at := &three[j].Payload[0]
			if held[at] {
				t.Fatalf("frame %d is where one is that was not given back", i+j)
			}
			if seen[at] {
				again++
			}
			held[at], seen[at] = true, true
		}
		for j := range three {
			f := &three[j]
			same(t, f, sent[i+j], uint64(i+j))
			s.Reuse(f)
			s.Reuse(f) // there is nothing left to give
			if f.Payload != nil || f.Trailer != nil {
				t.Fatal("a frame that was given back still has its memory")
			}
		}
	}
	same(t, &kept, sent[0], 0)
	if again == 0 { // the collector, and the race detector, take some
		t.Error("no memory was used again")
	}
}

// TestBodiesFit: bodies of any size are found again for their size, a little
// more included, and are never too small.
func TestBodiesFit(t *testing.T) {
	found := 0
	for n := leastBody + 1; n < 8<<20; n = n*17/16 + 1 {
		b := newBody(n)
		if len(b) != n {
			t.Fatalf("%d bytes, want %d", len(b), n)
		}
		clear(b)
		f := Frame{body: b}
		reuse(&f)
		more := newBody(n + min(n/32, 1<<bits.Len(uint(n))-1-n))
		if &more[0] == &b[0] {
			found++
		}
	}
	if found == 0 {
		t.Error("no body was found again")
	}
}

// TestSmallFramesAllocateNothing: there is one for each item where chunk=1.
func TestSmallFramesAllocateNothing(t *testing.T) {
	var w wire
	s, f := NewStream(testRun, testLimit, nil, &w), frame("payload", "trailer")
	send := func() {
		if err := errors.Join(s.Send(f), s.Flush()); err != nil {
			t.Fatal(err)
		}
		w.Reset()
	}
	send()
	if n := testing.AllocsPerRun(1000, send); n > 0 {
		t.Errorf("%v allocations for a frame, want none", n)
	}
}

func TestFlippedBits(t *testing.T) {
	good := encode(t, frame("some payload", "a trailer"))
	for i := range good {
		for bit := range 8 {
			bad := bytes.Clone(good)
			bad[i] ^= 1 << bit
			var f Frame
			err := receiver(bytes.NewReader(bad)).Recv(&f)
			switch {
			case i < 4 && errors.Is(err, ErrFormat): // the magic number
			case i >= 4 && errors.Is(err, ErrChecksum):
			default:
				t.Fatalf("byte %d, bit %d: %v", i, bit, err)
			}
		}
	}
}

// forge returns the header of f with a checksum that is right.
func forge(change func(h *Header)) []byte {
	h := Header{Kind: Work, Run: testRun}
	change(&h)
	var b [HeaderSize]byte
	h.put(&b, 0)
	return b[:]
}

func TestRefusedHeaders(t *testing.T) {
	seal := func(b []byte) []byte {
		binary.LittleEndian.PutUint32(b[60:], crc32.Checksum(b[:60], castagnoli))
		return b
	}
	version := forge(func(*Header) {})
	version[4] = Version + 1
	tests := []struct {
		name string
		head []byte
		want error
		text string
	}{
		{"other run", forge(func(h *Header) { h.Run++ }), ErrFormat, "1122334455667788"},
		{"frame missing", forge(func(h *Header) { h.Seq = 1 }), ErrSequence, "numbered 1"},
		{"payload", forge(func(h *Header) { h.Payload = testLimit + 1 }), ErrTooLarge, "limit 1048576"},
		{"trailer", forge(func(h *Header) { h.Trailer = 1<<32 - 1 }), ErrTooLarge, "limit 1048576"},
		{"sum", forge(func(h *Header) { h.Payload, h.Trailer = testLimit, 1 }), ErrTooLarge, "1048577"},
		{"overflowing sum", forge(func(h *Header) { h.Payload, h.Trailer = 1<<32-1, 1<<32-1 }), ErrTooLarge, "8589934590"},
		{"no kind", forge(func(h *Header) { h.Kind = 0 }), ErrFormat, "kind 0"},
		{"unknown kind", forge(func(h *Header) { h.Kind = kinds }), ErrFormat, "kind"},
		{"unknown flag", forge(func(h *Header) { h.Flags = flagEnd }), ErrFormat, fmt.Sprintf("flags %#x", uint16(flagEnd))},
		{"version", seal(version), ErrFormat, "version 2, want 1"},
		{"text", []byte(strings.Repeat("GET / HTTP/1.1\r\n", 8)), ErrFormat, "GET / HT"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := receiver(bytes.NewReader(tt.head))
			var f Frame
			var err error
			if n := allocated(func() { err = s.Recv(&f) }); n > 1<<14 {
				t.Errorf("%d bytes allocated before it was refused", n)
			}
			if !errors.Is(err, tt.want) || !strings.Contains(fmt.Sprint(err), tt.text) {
				t.Errorf("%v, want %v with %q", err, tt.want, tt.text)
			}
			if again := s.Recv(&f); again != err {
				t.Errorf("the connection lives on: %v", again)
			}
		})
	}
}

// allocated returns how many bytes f allocates.
func allocated(f func()) uint64 {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	f()
	runtime.ReadMemStats(&after)
	return after.TotalAlloc - before.TotalAlloc
}

// TestKeep: the memory of a frame that is kept is not given to the next.
func TestKeep(t *testing.T) {
	first := patterned(1, 50_000)
	s := receiver(bytes.NewReader(encode(t, first, patterned(2, 50_000), frame("small", ""))))
	var f Frame
	recv := func() {
		t.Helper()
		if err := s.Recv(&f); err != nil {
			t.Fatal(err)
		}
	}
	recv()
	if !f.Owned() {
		t.Error("a large frame is not in memory of its own")
	}
	payload := f.Payload
	f.Keep()
	s.Reuse(&f)
	recv()
	if !bytes.Equal(payload, first.Payload) {
		t.Error("what was kept has changed")
	}
	recv()
	if f.Owned() {
		t.Error("a small frame is in memory of its own")
	}
}

func TestRepeatedFrame(t *testing.T) {
	once := encode(t, frame("payload", ""))
	s := receiver(bytes.NewReader(append(bytes.Clone(once), once...)))
	var f Frame
	if err := s.Recv(&f); err != nil {
		t.Fatal(err)
	}
	if err := s.Recv(&f); !errors.Is(err, ErrSequence) {
		t.Errorf("%v, want %v", err, ErrSequence)
	}
}

func TestTruncated(t *testing.T) {
	first := frame("first", "one")
	whole := encode(t, first, frame("second", "two"))
	border := len(encode(t, first))
	for n := range whole {
		s := receiver(bytes.NewReader(whole[:n]))
		var f Frame
		got, err := 0, error(nil)
		for err == nil {
			if err = s.Recv(&f); err == nil {
				got++
			}
		}
		if (got == 1) != (n >= border) || got > 1 {
			t.Fatalf("%d bytes: %d frames", n, got)
		}
		if n == 0 || n == border {
			if err != io.EOF {
				t.Fatalf("%d bytes: %v, want io.EOF", n, err)
			}
		} else if !errors.Is(err, io.ErrUnexpectedEOF) {
			t.Fatalf("%d bytes: %v, want io.ErrUnexpectedEOF", n, err)
		}
	}
}

func TestSendOverLimit(t *testing.T) {
	var w wire
	s := NewStream(testRun, testLimit, nil, &w)
	large := frame("", "")
	large.Payload, large.Trailer = make([]byte, testLimit), []byte{1}
	if err := s.Send(large); !errors.Is(err, ErrTooLarge) {
		t.Fatalf("%v, want %v", err, ErrTooLarge)
	}
	if err := s.Flush(); err != nil || w.writes != 0 {
		t.Fatalf("%d writes of a frame that was refused, error %v", w.writes, err)
	}
	large.Trailer = nil
	if err := errors.Join(s.Send(large), s.Flush()); err != nil {
		t.Fatalf("a frame of exactly the limit: %v", err)
	}
	receiveAll(t, receiver(&w.Buffer), []*Frame{large})
}

func TestWrites(t *testing.T) {
	var w wire
	s := NewStream(testRun, testLimit, nil, &w)
	small := frame("0123456789abcdef", "")
	for range 100 {
		if err := s.Send(small); err != nil {
			t.Fatal(err)
		}
	}
	if w.writes != 0 {
		t.Errorf("%d writes before a Flush", w.writes)
	}
	if err := errors.Join(s.Flush(), s.Flush()); err != nil || w.writes != 1 {
		t.Errorf("%d writes for 100 small frames, want 1 (error %v)", w.writes, err)
	}

	receiveAll(t, receiver(&w.Buffer), slices.Repeat([]*Frame{small}, 100))
}

func TestPending(t *testing.T) {
	var w wire
	s := NewStream(testRun, testLimit, nil, &w)
	if err := errors.Join(s.Send(frame("payload", "one")), s.Send(frame("", ""))); err != nil {
		t.Fatal(err)
	}
	if got, want := s.Pending(), 2*HeaderSize+len("payloadone"); got != want {
		t.Errorf("%d bytes pending, want %d", got, want)
	}
	if err := s.Flush(); err != nil || s.Pending() != 0 {
		t.Errorf("%d bytes pending after Flush, error %v", s.Pending(), err)
	}
}

// recorder remembers where the bytes of each Write are.
type recorder struct {
	wire
	at []*byte
}

func (r *recorder) Write(p []byte) (int, error) {
	r.at = append(r.at, &p[0])
	return r.wire.Write(p)
}

func TestLargePayloadIsNotCopied(t *testing.T) {
	for _, whole := range []bool{false, true} {
		var w recorder
		s := NewStream(testRun, testLimit, nil, &w)
		s.whole = whole
		f := patterned(1, piece+direct)
		f.Trailer = []byte("trailer")
		if err := errors.Join(s.Send(f), s.Flush()); err != nil {
			t.Fatal(err)
		}
		switch {
		case whole && len(w.at) != 1:
			t.Errorf("whole: %d writes, want 1", len(w.at))
		case !whole && (len(w.at) != 4 || w.at[1] != &f.Payload[edge] || w.at[2] != &f.Payload[edge+piece]):
			t.Errorf("%d writes, want 4: header and edge, two pieces of the payload itself, edge and trailer", len(w.at))
		}
		receiveAll(t, receiver(&w.Buffer), []*Frame{f})
	}
}

// faulty fails once, after half a write.
type faulty struct {
	wire
	failed bool
}

var errFaulty = errors.New("no space left")

func (f *faulty) Write(p []byte) (int, error) {
	if !f.failed {
		f.failed = true
		n, _ := f.wire.Write(p[:len(p)/2])
		return n, errFaulty
	}
	return f.wire.Write(p)
}

func TestNothingIsWrittenAfterAnError(t *testing.T) {
	for _, size := range []int{10, direct} {
		w := new(faulty)
		s := NewStream(testRun, testLimit, nil, w)
		f := frame("", "")
		f.Payload = make([]byte, size)
		if err := errors.Join(s.Send(f), s.Flush()); !errors.Is(err, errFaulty) {
			t.Fatalf("%v, want %v", err, errFaulty)
		}
		n := w.Len()
		if err := s.Send(f); !errors.Is(err, errFaulty) {
			t.Errorf("Send after an error: %v", err)
		}
		if err := s.Flush(); !errors.Is(err, errFaulty) || w.Len() != n {
			t.Errorf("Flush after an error: %v, %d bytes more", err, w.Len()-n)
		}
	}
}

func TestArrived(t *testing.T) {
	a, b := pipes(t)
	for range 3 {
		if err := a.Send(frame("payload", "")); err != nil {
			t.Fatal(err)
		}
	}
	before := Clock()
	if err := a.Flush(); err != nil {
		t.Fatal(err)
	}
	var f Frame
	for i := range 3 {
		buffered := b.Buffered()
		if err := b.Recv(&f); err != nil {
			t.Fatal(err)
		}
		switch {
		case buffered != (i > 0):
			t.Errorf("frame %d: Buffered is %v", i, buffered)
		case buffered && f.Arrived != 0:
			t.Errorf("frame %d was there already, but arrived at %d", i, f.Arrived)
		case !buffered && (f.Arrived < before || f.Arrived > Clock()):
			t.Errorf("frame %d arrived at %d, not between %d and now", i, f.Arrived, before)
		}
	}
}

func TestCloseEndsRecv(t *testing.T) {
	a, _ := pipes(t)
	done := make(chan error, 1)
	go func() { done <- a.Recv(new(Frame)) }()
	if err := a.Close(); err != nil {
		t.Fatal(err)
	}
	if err := <-done; !errors.Is(err, os.ErrClosed) {
		t.Errorf("%v, want %v", err, os.ErrClosed)
	}
}

// FuzzRecv: what is accepted is what the same frames are encoded as, so
// there is no second way to say anything; and nothing beyond the limit is
// allocated for it.
func FuzzRecv(f *testing.F) {
	const limit = 1 << 12
	f.Add(encode(f))
	f.Add(encode(f, frame("payload", "trailer"), frame("", ""), frame("x", "")))
	f.Add(encode(f, frame("payload", "trailer"))[:70])
	f.Add(forge(func(h *Header) { h.Payload = 1 << 31 }))
	f.Add(forge(func(h *Header) { h.Seq = 1 }))
	f.Fuzz(func(t *testing.T, data []byte) {
		// Without a right checksum nothing gets far, so make it right.
		data = bytes.Clone(data)
		repair(data)
		s := NewStream(testRun, limit, bytes.NewReader(data), io.Discard)
		var again wire
		back := NewStream(testRun, limit, nil, &again)
		var frame Frame
		var err error
		for err = s.Recv(&frame); err == nil; err = s.Recv(&frame) {
			if n := cap(frame.Payload) + cap(frame.Trailer); n > limit+limit/4 {
				t.Fatalf("%d bytes for a frame", n)
			}
			if err := back.Send(&frame); err != nil {
				t.Fatal(err)
			}
		}
		if err := back.Flush(); err != nil {
			t.Fatal(err)
		}
		if !bytes.HasPrefix(data, again.Bytes()) {
			t.Fatalf("accepted %x, which is encoded as %x", data, again.Bytes())
		}
		if err == io.EOF && again.Len() != len(data) {
			t.Fatalf("the end after %d of %d bytes", again.Len(), len(data))
		}
	})
}

// repair makes the checksums of every frame in data right, as far as its
// lengths make sense.
func repair(data []byte) {
	le := binary.LittleEndian
	for len(data) >= HeaderSize {
		size := uint64(le.Uint32(data[48:])) + uint64(le.Uint32(data[52:]))
		rest := data[HeaderSize:]
		if size <= uint64(len(rest)) {
			le.PutUint32(data[56:], crc32.Checksum(rest[:size], castagnoli))
		}
		le.PutUint32(data[60:], crc32.Checksum(data[:60], castagnoli))
		if size > uint64(len(rest)) {
			return
		}
		data = rest[size:]
	}
}
