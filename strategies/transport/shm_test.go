//go:build unix

package transport

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"runtime"
	"slices"
	"sync"
	"syscall"
	"testing"
	"time"
	"unsafe"
)

// small is a shape in which every border is near: half of the smallest ring is
// there from the start.
var small = shmShape{ring: 8 << 10, first: 4 << 10}

// shapes runs a test over rings of several sizes, and over both ways to wake.
func shapes(t *testing.T, test func(t *testing.T, shape shmShape)) {
	for _, shape := range []shmShape{small, {ring: 64 << 10, first: 16 << 10}, defaultShape} {
		for _, shape.bells = range []bool{false, true} {
			name := fmt.Sprintf("%d KiB", shape.ring>>10)
			if shape.bells {
				name += ", doorbells"
			}
			t.Run(name, func(t *testing.T) { test(t, shape) })
		}
	}
}

// shmEnds returns both ends of a connection, each with a mapping of its own, as
// two processes have.
func shmEnds(t testing.TB, shape shmShape) (near, far *Shm) {
	t.Helper()
	near, theirs, err := newShm(testRun, testLimit, shape)
	if err != nil {
		t.Fatal(err)
	}
	if far, err = OpenShm(testRun, testLimit, theirs); err != nil {
		t.Fatal(err)
	}
	far.out.have = shape.first
	t.Cleanup(func() {
		if err := errors.Join(near.Close(), far.Close()); err != nil {
			t.Error(err)
		}
	})
	return near, far
}

// inTime fails the test when f does not return.
func inTime(t testing.TB, what string, f func()) {
	t.Helper()
	done := make(chan struct{})
	go func() {
		defer close(done)
		f()
	}()
	select {
	case <-done:
	case <-time.After(within):
		stacks := make([]byte, 64<<10)
		t.Fatalf("%s hangs:\n%s", what, stacks[:runtime.Stack(stacks, true)])
	}
}

// edges are sizes of payloads around every border of a ring.
func edges(shape shmShape) (sizes []int) {
	for _, around := range []int{0, 64, 512, 4096, shape.first / 4, shape.first / 2, shape.first, shape.ring / 2, shape.ring, 2 * shape.ring} {
		for d := -HeaderSize - 17; d <= 17; d++ {
			if n := around + d; n >= 0 && n <= testLimit && (d%8 == 0 || around+d < 100 || shape.ring < 100<<10) {
				sizes = append(sizes, n)
			}
		}
	}
	rand.New(rand.NewPCG(1, 2)).Shuffle(len(sizes), func(i, j int) { sizes[i], sizes[j] = sizes[j], sizes[i] })
	return sizes
}

// TestShmRoundTrip: frames of all sizes, sent as fast as they go, encoded in
// place or not, arrive as they were.
func TestShmRoundTrip(t *testing.T) {
	shapes(t, func(t *testing.T, shape shmShape) {
		near, far := shmEnds(t, shape)
		sizes := edges(shape)
		sent := make(chan error, 1)
		go func() { sent <- sendSizes(near, sizes) }()
		inTime(t, "receiving", func() {
			var f Frame
			for i, n := range sizes {
				if err := far.Recv(&f); err != nil {
					t.Errorf("frame %d of %d bytes: %v", i, n, err)
					near.Hangup()
					return
				}
				want := patterned(i, n)
				want.Trailer = []byte(fmt.Sprint(i))
				same(t, &f, want, uint64(i))
				if lent := n+len(want.Trailer)+HeaderSize <= shape.ring/2; far.Lends() != lent {
					t.Errorf("%d bytes: lent is %v", n, !lent)
				}
			}
		})
		if err := <-sent; err != nil {
			t.Fatal(err)
		}
	})
}

// sendSizes sends a frame of each size: every third by Room, every fifth with
// a Flush.
func sendSizes(s *Shm, sizes []int) error {
	for i, n := range sizes {
		f := patterned(i, n)
		f.Trailer = []byte(fmt.Sprint(i))
		if i%3 == 0 {
			f.Payload = append(s.Room(), f.Payload...)
		}
		if err := s.Send(f); err != nil {
			return err
		}
		if i%5 == 0 {
			if err := s.Flush(); err != nil {
				return err
			}
		}
	}
	return s.Flush()
}

// TestShmBothWays: an echo with a window, over a ring much smaller than what is
// on its way. Whoever waits for room must not keep the other from making it.
func TestShmBothWays(t *testing.T) {
	shapes(t, func(t *testing.T, shape shmShape) {
		near, far := shmEnds(t, shape)
		echo := make(chan error, 1)
		go func() { echo <- sendBack(far) }()
		random := rand.New(rand.NewPCG(3, 4))
		sizes := make([]int, 500)
		for i := range sizes {
			sizes[i] = random.IntN(1 << (2 + random.IntN(15)))
		}
		sent := make(chan error, 1)
		go func() { sent <- sendSizes(near, sizes) }()
		inTime(t, "the echo", func() {
			var f Frame
			for i, n := range sizes {
				if err := near.Recv(&f); err != nil {
					t.Errorf("frame %d: %v", i, err)
					return
				}
				if !bytes.Equal(f.Payload, patterned(i, n).Payload) {
					t.Errorf("frame %d of %d bytes came back changed", i, n)
					return
				}
			}
		})
		err := <-sent
		near.Close()
		if err := errors.Join(err, <-echo); err != nil {
			t.Error(err)
		}
	})
}

// TestShmPingPong: the receiver always waits for the sender; no wake-up may be
// missed. Looking is switched off, so that every wait is a sleep.
func TestShmPingPong(t *testing.T) {
	shapes(t, func(t *testing.T, shape shmShape) {
		near, far := shmEnds(t, shape)
		near.in.sleep.looks, far.in.sleep.looks = false, false
		near.in.sleep.bell, far.in.sleep.bell = patient(near.in.sleep.bell), patient(far.in.sleep.bell)
		go sendBack(far)
		inTime(t, "the game", func() {
			var f Frame
			for i := range 2000 {
				want := frame(fmt.Sprint("ping ", i), "")
				if err := errors.Join(near.Send(want), near.Flush(), near.Recv(&f)); err != nil {
					t.Error(err)
					return
				}
				same(t, &f, want, uint64(i))
			}
		})
	})
}

// patient returns a bell whose waits end only when it is rung: without the
// futex's safety net.
func patient(b bell) bell {
	if _, ok := b.(*doorbell); ok {
		return b
	}
	return &patientBell{bell: b}
}

func TestShmLends(t *testing.T) {
	near, far := shmEnds(t, small)
	var a, b Frame
	if err := errors.Join(near.Send(frame("first", "one")), near.Send(frame("second", "two")), near.Flush()); err != nil {
		t.Fatal(err)
	}
	if err := recvSoon(t, far, &a); err != nil {
		t.Fatal(err)
	}
	if !far.Lends() || !inside(far.in.ring, a.Payload) || !inside(far.in.ring, a.Trailer) {
		t.Error("the frame is not lent")
	}
	_ = append(a.Payload, "xxxxxxxxxxxxxxxxx"...) // must go elsewhere
	_ = append(a.Trailer, "xxxxxxxxxxxxxxxxx"...)
	if err := recvSoon(t, far, &b); err != nil {
		t.Fatal(err)
	}
	same(t, &b, frame("second", "two"), 1)

	// What is lent stays what it is, however much the sender wants to send.
	if err := near.Send(frame("stays", "put")); err != nil {
		t.Fatal(err)
	}
	sent := make(chan error, 1)
	go func() { sent <- sendSizes(near, slices.Repeat([]int{1000}, 20)) }()
	if err := recvSoon(t, far, &a); err != nil {
		t.Fatal(err)
	}
	for near.out.control.writerSleeps.Load() == 0 {
		time.Sleep(time.Millisecond)
	}
	if string(a.Payload) != "stays" || string(a.Trailer) != "put" {
		t.Errorf("it became %q, %q", a.Payload, a.Trailer)
	}
	for range 20 {
		if err := recvSoon(t, far, &b); err != nil {
			t.Fatal(err)
		}
	}
	if err := <-sent; err != nil {
		t.Fatal(err)
	}
}

// inside reports whether b is a part of ring.
func inside(ring, b []byte) bool {
	first, at := uintptr(unsafe.Pointer(&ring[0])), uintptr(unsafe.Pointer(unsafe.SliceData(b)))
	return at >= first && at+uintptr(len(b)) <= first+uintptr(len(ring))
}

func TestShmLargeFramesAreTheCallers(t *testing.T) {
	near, far := shmEnds(t, small)
	large := patterned(0, 10*small.ring)
	go func() { near.Send(large); near.Flush() }()
	var f Frame
	if err := recvSoon(t, far, &f); err != nil {
		t.Fatal(err)
	}
	same(t, &f, large, 0)
	if far.Lends() || inside(far.in.ring, f.Payload) {
		t.Error("it is lent")
	}
}

// TestShmRoom: what is encoded into Room is sent where it is.
func TestShmRoom(t *testing.T) {
	near, far := shmEnds(t, small)
	var f Frame
	for i := range 300 {
		room := near.Room()
		if len(room) != 0 || cap(room) < 1000 || !inside(near.out.ring, room[:cap(room)]) {
			t.Fatalf("frame %d: room of %d bytes, capacity %d", i, len(room), cap(room))
		}
		want := patterned(i, 900)
		sent := frame("", "trailer")
		sent.Header = want.Header
		sent.Payload = append(room, want.Payload...)
		want.Trailer = sent.Trailer
		if err := errors.Join(near.Send(sent), near.Flush(), recvSoon(t, far, &f)); err != nil {
			t.Fatal(err)
		}
		same(t, &f, want, uint64(i))
		// The same bytes of the memory, seen through the other mapping.
		ours := uintptr(unsafe.Pointer(&sent.Payload[0])) - uintptr(unsafe.Pointer(&near.out.ring[0]))
		theirs := uintptr(unsafe.Pointer(&f.Payload[0])) - uintptr(unsafe.Pointer(&far.in.ring[0]))
		if ours != theirs {
			t.Fatalf("frame %d was written at %d and read at %d", i, ours, theirs)
		}
	}
}

// TestShmRoomIsNotEnough: what outgrew its room, or has a trailer that does, is
// sent as well; so is what was encoded into the room and sent in parts.
func TestShmRoomIsNotEnough(t *testing.T) {
	for _, n := range []int{small.first, small.ring, 3 * small.ring} {
		for _, trailer := range []int{0, trailerRoom, small.first, small.ring} {
			near, far := shmEnds(t, small)
			var f Frame
			for i := range 20 {
				want := patterned(i, n)
				want.Trailer = bytes.Repeat([]byte{byte(i)}, trailer)
				sent := *want
				room := near.Room()
				if i%2 == 0 { // filled to the last byte
					want.Payload = want.Payload[:min(n, cap(room))]
				}
				sent.Payload = append(room, want.Payload...)
				done := make(chan error, 1)
				go func() { done <- errors.Join(near.Send(&sent), near.Flush()) }()
				if err := errors.Join(recvSoon(t, far, &f), <-done); err != nil {
					t.Fatal(err)
				}
				same(t, &f, want, uint64(i))
			}
		}
	}
}

// TestShmRewinds: what goes back and forth stays at the start of the ring.
func TestShmRewinds(t *testing.T) {
	near, far := shmEnds(t, defaultShape)
	var f Frame
	for i := range 1000 {
		if err := errors.Join(near.Send(patterned(i, 1000)), near.Flush(), recvSoon(t, far, &f)); err != nil {
			t.Fatal(err)
		}
		if _, err := far.in.there(); err != nil { // looks
			t.Fatal(err)
		}
		far.in.mu.Lock()
		far.in.release()
		far.in.mu.Unlock()
		if at := near.out.offset(); at > rewindAfter+2*1064 {
			t.Fatalf("frame %d: the writer is at %d", i, at)
		}
	}
	if near.out.have != defaultShape.first {
		t.Errorf("%d bytes of the ring are used", near.out.have)
	}
}

// TestShmGrows: a ring takes more memory only for frames that need it, or for a
// reader that is far behind.
func TestShmGrows(t *testing.T) {
	near, far := shmEnds(t, defaultShape)
	var f Frame
	for i, want := range []int{100 << 10, 200 << 10, 1000 << 10} {
		if err := near.Send(patterned(i, want)); err != nil {
			t.Fatal(err)
		}
		if err := errors.Join(near.Flush(), recvSoon(t, far, &f)); err != nil {
			t.Fatal(err)
		}
	}
	if have := near.out.have; have < 1<<20 || have > 2<<20 {
		t.Errorf("%d bytes are used for a frame of 1 MB", have)
	}
}

// TestShmWithoutMemory: where the system gives no more memory, frames that do
// not fit into what there is go in parts.
func TestShmWithoutMemory(t *testing.T) {
	near, far := shmEnds(t, shmShape{ring: 64 << 10, first: 4 << 10})
	asked := 0
	near.out.back = func(from, to int) error { asked++; return syscall.ENOMEM }
	sizes := []int{100, 1000, 3000, 5000, 30 << 10, 100, 60 << 10, 3000}
	sent := make(chan error, 1)
	go func() { sent <- sendSizes(near, sizes) }()
	var f Frame
	for i, n := range sizes {
		if err := recvSoon(t, far, &f); err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(f.Payload, patterned(i, n).Payload) {
			t.Fatalf("frame %d of %d bytes came changed", i, n)
		}
		if lent := n < 4000; far.Lends() != lent {
			t.Errorf("%d bytes: lent is %v", n, !lent)
		}
	}
	if err := <-sent; err != nil || asked != 1 || near.out.have != 4<<10 {
		t.Errorf("asked %d times, has %d bytes, error %v", asked, near.out.have, err)
	}
}

func TestShmPending(t *testing.T) {
	near, far := shmEnds(t, small)
	if err := errors.Join(near.Send(frame("payload", "one")), near.Send(frame("", ""))); err != nil {
		t.Fatal(err)
	}
	if got, want := near.Pending(), 2*HeaderSize+16; got != want {
		t.Errorf("%d bytes pending, want %d", got, want)
	}
	if far.Buffered() {
		t.Error("a frame is there before the Flush")
	}
	if err := near.Flush(); err != nil || near.Pending() != 0 {
		t.Errorf("%d bytes pending after Flush, error %v", near.Pending(), err)
	}
	if !far.Buffered() {
		t.Error("no frame is there after the Flush")
	}
}

// TestShmSkipIsNoFrame: Buffered does not take the end of the ring for a frame.
func TestShmSkipIsNoFrame(t *testing.T) {
	near, far := shmEnds(t, small)
	if err := near.Send(frame("payload", "")); err != nil {
		t.Fatal(err)
	}
	near.out.skip()
	if err := errors.Join(near.Flush(), recvSoon(t, far, new(Frame))); err != nil {
		t.Fatal(err)
	}
	if far.Buffered() {
		t.Error("a frame is there")
	}
	go func() { near.Send(frame("next", "")); near.Flush() }() // once the first is given back
	var f Frame
	if err := recvSoon(t, far, &f); err != nil || string(f.Payload) != "next" {
		t.Errorf("%q, error %v", f.Payload, err)
	}
}

func TestShmArrived(t *testing.T) {
	near, far := shmEnds(t, small)
	for range 3 {
		if err := near.Send(frame("payload", "")); err != nil {
			t.Fatal(err)
		}
	}
	var came []int64
	f := Frame{Coming: func(at int64) { came = append(came, at) }}
	before := Clock()
	done := waiting(t, &far.in.control.readerSleeps, func() error { return far.Recv(&f) })
	if err := near.Flush(); err != nil {
		t.Fatal(err)
	}
	if err := <-done; err != nil || f.Arrived < before || f.Arrived > Clock() {
		t.Errorf("arrived at %d, not between %d and now (error %v)", f.Arrived, before, err)
	}
	if !slices.Equal(came, []int64{f.Arrived}) {
		t.Errorf("it was coming at %d, arrived at %d", came, f.Arrived)
	}
	for range 2 {
		if !far.Buffered() {
			t.Error("the others are not there")
		}
		if err := far.Recv(&f); err != nil || f.Arrived != 0 {
			t.Errorf("a frame that was there arrived at %d, error %v", f.Arrived, err)
		}
	}
	if len(came) != 1 {
		t.Errorf("of frames that were there it was said that they came: %d", came)
	}
}

func TestShmOverLimit(t *testing.T) {
	near, far := shmEnds(t, small)
	large := frame("", "")
	large.Payload, large.Trailer = make([]byte, testLimit), []byte{1}
	if err := near.Send(large); !errors.Is(err, ErrTooLarge) {
		t.Fatalf("%v, want %v", err, ErrTooLarge)
	}
	if n := near.Pending(); n != 0 {
		t.Fatalf("%d bytes of a frame that was refused", n)
	}
	large.Trailer = nil
	go func() { near.Send(large); near.Flush() }()
	var f Frame
	if err := recvSoon(t, far, &f); err != nil {
		t.Fatalf("a frame of exactly the limit: %v", err)
	}
	same(t, &f, large, 0)
}

func TestShmHangupDrainsFirst(t *testing.T) {
	shapes(t, func(t *testing.T, shape shmShape) {
		near, far := shmEnds(t, shape)
		for i := range 20 {
			if err := near.Send(frame(fmt.Sprint(i), "")); err != nil {
				t.Fatal(err)
			}
		}
		if err := errors.Join(near.Flush(), near.Send(frame("not flushed", ""))); err != nil {
			t.Fatal(err)
		}
		far.Hangup()
		far.Hangup()
		var f Frame
		for i := range 20 {
			if err := recvSoon(t, far, &f); err != nil || string(f.Payload) != fmt.Sprint(i) {
				t.Fatalf("frame %d: %q, %v", i, f.Payload, err)
			}
		}
		for range 2 {
			if err := recvSoon(t, far, &f); err != io.EOF {
				t.Errorf("%v, want io.EOF", err)
			}
		}
		if err := errors.Join(far.Send(frame("", "")), far.Flush()); !errors.Is(err, syscall.EPIPE) {
			t.Errorf("Send: %v, want %v", err, syscall.EPIPE)
		}
	})
}

// TestShmEndsInMidFrame: the other side was gone before it had sent all parts.
func TestShmEndsInMidFrame(t *testing.T) {
	near, far := shmEnds(t, small)
	go near.Send(patterned(0, 10*small.ring))
	for near.out.control.writerSleeps.Load() == 0 {
		time.Sleep(time.Millisecond)
	}
	near.Hangup() // stops the sender in the middle
	far.Hangup()
	if err := recvSoon(t, far, new(Frame)); !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Errorf("%v, want %v", err, io.ErrUnexpectedEOF)
	}
}

// waiting runs f in a goroutine until it sleeps on word; its error comes from
// the channel.
func waiting(t *testing.T, sleeps interface{ Load() uint32 }, f func() error) <-chan error {
	t.Helper()
	done := make(chan error, 1)
	go func() { done <- f() }()
	for deadline := time.Now().Add(within); sleeps.Load() == 0; time.Sleep(100 * time.Microsecond) {
		if time.Now().After(deadline) {
			t.Fatal("it does not sleep")
		}
	}
	return done
}

// overfull sends until there is no room.
func overfull(s *Shm) func() error {
	return func() error {
		f := frame("", "")
		f.Payload = make([]byte, testLimit)
		for {
			if err := s.Send(f); err != nil {
				return err
			}
		}
	}
}

// TestShmWaitsEnd: whoever waits, for frames or for room, is told of the end.
func TestShmWaitsEnd(t *testing.T) {
	tests := []struct {
		name       string
		end        func(near, far *Shm)
		recv, send error
	}{
		{"Hangup", func(near, far *Shm) { near.Hangup() }, io.EOF, syscall.EPIPE},
		{"Close", func(near, far *Shm) { near.Close() }, os.ErrClosed, os.ErrClosed},
		{"Close at the other side", func(near, far *Shm) { far.Close() }, io.EOF, syscall.EPIPE},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			shapes(t, func(t *testing.T, shape shmShape) {
				near, far := shmEnds(t, shape)
				near.in.sleep.bell, near.out.sleep.bell = patient(near.in.sleep.bell), patient(near.out.sleep.bell)
				recv := waiting(t, &near.in.control.readerSleeps, func() error { return near.Recv(new(Frame)) })
				send := waiting(t, &near.out.control.writerSleeps, overfull(near))
				inTime(t, tt.name, func() {
					tt.end(near, far)
					if err := <-recv; !errors.Is(err, tt.recv) {
						t.Errorf("Recv: %v, want %v", err, tt.recv)
					}
					if err := <-send; !errors.Is(err, tt.send) {
						t.Errorf("Send: %v, want %v", err, tt.send)
					}
				})
			})
		})
	}
}

// TestShmCloseDrains: what was flushed before a Close is for the other side.
func TestShmCloseDrains(t *testing.T) {
	near, far := shmEnds(t, small)
	if err := errors.Join(near.Send(frame("last", "")), near.Flush(), near.Close()); err != nil {
		t.Fatal(err)
	}
	var f Frame
	if err := recvSoon(t, far, &f); err != nil || string(f.Payload) != "last" {
		t.Fatalf("%q, %v", f.Payload, err)
	}
	if err := recvSoon(t, far, &f); err != io.EOF {
		t.Errorf("%v, want io.EOF", err)
	}
}

// TestShmCloseFreesAll: from anywhere, several times, while others work.
func TestShmCloseFreesAll(t *testing.T) {
	shapes(t, func(t *testing.T, shape shmShape) {
		files := descriptors(t)
		for range 20 {
			near, far := shmEnds(t, shape)
			var group sync.WaitGroup
			for _, s := range []*Shm{near, far} {
				group.Go(func() {
					var f Frame
					for s.Recv(&f) == nil {
					}
				})
				group.Go(func() {
					for i := 0; ; i++ {
						f := patterned(i, i%5000)
						f.Payload = append(s.Room(), f.Payload...)
						if errors.Join(s.Send(f), s.Flush()) != nil {
							return
						}
					}
				})
			}
			time.Sleep(time.Millisecond)
			for range 3 {
				group.Go(func() {
					near.Hangup()
					if err := errors.Join(near.Close(), far.Close()); err != nil {
						t.Error(err)
					}
					far.Hangup()
				})
			}
			inTime(t, "closing", group.Wait)
			if !near.memory.gone || !far.memory.gone {
				t.Fatal("memory is still mapped")
			}
			var f Frame
			for _, err := range []error{near.Send(frame("", "")), near.Recv(&f), far.Recv(&f)} {
				if err == nil {
					t.Error("no error after Close")
				}
			}
			if near.Buffered() || near.Room() != nil {
				t.Error("something is there after Close")
			}
		}
		if n := descriptors(t); n > files {
			t.Errorf("%d descriptors, %d before", n, files)
		}
	})
}

// TestShmCloseKeepsWhatIsInUse: a frame that is lent, and a room that was given,
// outlive Close, until their owner comes back.
func TestShmCloseKeepsWhatIsInUse(t *testing.T) {
	near, far := shmEnds(t, small)
	var f Frame
	if err := errors.Join(near.Send(frame("lent", "")), near.Flush(), recvSoon(t, far, &f)); err != nil {
		t.Fatal(err)
	}
	room := far.Room()
	if err := errors.Join(far.Close(), far.Close()); err != nil {
		t.Fatal(err)
	}
	room = append(room, f.Payload...)
	if string(room) != "lent" {
		t.Errorf("it became %q", room)
	}
	if err := far.Recv(&f); !errors.Is(err, os.ErrClosed) {
		t.Errorf("Recv: %v, want %v", err, os.ErrClosed)
	}
	if far.memory.gone {
		t.Error("the room is gone")
	}
	if err := far.Send(frame("", "")); !errors.Is(err, os.ErrClosed) {
		t.Errorf("Send: %v, want %v", err, os.ErrClosed)
	}
	if !far.memory.gone {
		t.Error("the memory is still mapped")
	}
}

// TestShmForgotten: an end that nobody closed goes with the garbage.
func TestShmForgotten(t *testing.T) {
	files := descriptors(t)
	func() {
		_, theirs, err := newShm(testRun, testLimit, small)
		if err != nil {
			t.Fatal(err)
		}
		closeFiles(theirs)
	}()
	for deadline := time.Now().Add(within); descriptors(t) > files; time.Sleep(time.Millisecond) {
		runtime.GC()
		if time.Now().After(deadline) {
			t.Fatalf("%d descriptors, %d before", descriptors(t), files)
		}
	}
}

// TestShmOneProcessor: while a receiver sleeps, others run, also when there is
// but one processor for all.
func TestShmOneProcessor(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	near, far := shmEnds(t, small)
	done := waiting(t, &far.in.control.readerSleeps, func() error { return far.Recv(new(Frame)) })
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	defer w.Close()
	inTime(t, "another goroutine", func() {
		for range 100 { // one that waits in the poller
			go w.Write([]byte{1})
			r.Read(make([]byte, 1))
		}
	})
	if err := errors.Join(near.Send(frame("", "")), near.Flush(), <-done); err != nil {
		t.Error(err)
	}
}

// TestShmProcess: the other end is another process.
func TestShmProcess(t *testing.T) {
	for _, bells := range []bool{false, true} {
		shape := defaultShape
		shape.bells = bells
		near, theirs, err := newShm(testRun, partnerLimit, shape)
		if err != nil {
			t.Fatal(err)
		}
		defer near.Close()
		startPartner(t, theirs)
		inTime(t, "the partner", func() {
			var f Frame
			for i, n := range []int{0, 1, 100, 100, 4096, 1 << 20, 5 << 20, 100} {
				want := patterned(i, n)
				if err := errors.Join(near.Send(want), near.Flush(), near.Recv(&f)); err != nil {
					t.Errorf("frame %d of %d bytes: %v", i, n, err)
					return
				}
				same(t, &f, want, uint64(i))
			}
		})
	}
}

func TestOpenShmRefuses(t *testing.T) {
	good := func(change func(memory []byte)) []*os.File {
		near, theirs, err := newShm(testRun, testLimit, small)
		if err != nil {
			t.Fatal(err)
		}
		change(near.memory.bytes)
		near.Close()
		return theirs
	}
	empty, err := os.CreateTemp(t.TempDir(), "")
	if err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		name  string
		files []*os.File
		text  string
	}{
		{"nothing", nil, "no descriptor"},
		{"empty file", []*os.File{empty}, "0 bytes"},
		{"too many", append(good(func([]byte) {}), os.Stdin)[:2], "1 descriptors"},
		{"other run", good(func(m []byte) { m[16]++ }), "1122334455667788"},
		{"other version", good(func(m []byte) { m[8]++ }), "version 2, want 1"},
		{"other size", good(func(m []byte) { m[25]++ }), "rings of"},
		{"odd size", good(func(m []byte) { m[24]++ }), "rings of"},
		{"something else", good(func(m []byte) { copy(m, "GET / HTTP/1.1\r\n") }), "GET / HT"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if len(tt.files) > 1 {
				tt.files[1] = nil // stdin stays open
			}
			s, err := OpenShm(testRun, testLimit, tt.files)
			if err == nil {
				s.Close()
				t.Fatal("it was taken")
			}
			if !bytes.Contains([]byte(err.Error()), []byte(tt.text)) {
				t.Errorf("%v does not say %q", err, tt.text)
			}
			for _, f := range tt.files {
				if f != nil && f.Close() == nil {
					t.Error("the descriptor was left open")
				}
			}
		})
	}
}
