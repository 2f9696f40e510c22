//go:build unix

package transport

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net"
	"os"
	"strings"
	"syscall"
	"testing"
	"time"
)

// sockets calls test with both ends of a connection of each kind.
func sockets(t *testing.T, test func(t *testing.T, a, b *Socket)) {
	t.Run("unix", func(t *testing.T) {
		near, theirs, err := NewUnix(testRun, testLimit)
		if err != nil {
			t.Fatal(err)
		}
		far := openTheirs(t, theirs)
		t.Cleanup(func() { near.Close(); far.Close() })
		test(t, near, far)
	})
	t.Run("tcp", func(t *testing.T) {
		l := listen(t)
		far, err := DialTCP(testRun, testLimit, l.Address(), l.Token())
		if err != nil {
			t.Fatal(err)
		}
		near, err := l.Accept(t.Context(), testRun, testLimit)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { near.Close(); far.Close() })
		test(t, near, far)
	})
}

// openTheirs does what a worker does with an inherited descriptor.
func openTheirs(t *testing.T, theirs []*os.File) *Socket {
	t.Helper()
	fd, err := syscall.Dup(int(theirs[0].Fd()))
	if err != nil {
		t.Fatal(err)
	}
	theirs[0].Close()
	syscall.SetNonblock(fd, true)
	return OpenUnix(testRun, testLimit, []*os.File{os.NewFile(uintptr(fd), "inherited")})
}

func listen(t *testing.T) *Listener {
	t.Helper()
	l, err := ListenTCP()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	return l
}

func TestSocketRoundTrip(t *testing.T) {
	sockets(t, func(t *testing.T, a, b *Socket) { roundTrip(t, a.Stream, b.Stream) })
	sockets(t, func(t *testing.T, a, b *Socket) { roundTrip(t, b.Stream, a.Stream) })
}

// TestSocketHangup: what was sent is received, although a third holds the
// connection open, and nothing waits for ever.
func TestSocketHangup(t *testing.T) {
	sockets(t, func(t *testing.T, a, b *Socket) {
		want := frame("the last", "words")
		if err := errors.Join(b.Send(want), b.Flush()); err != nil {
			t.Fatal(err)
		}
		a.Hangup()
		a.Hangup()
		var f Frame
		if err := recvSoon(t, a, &f); err != nil {
			t.Fatal(err)
		}
		same(t, &f, want, 0)
		if err := recvSoon(t, a, &f); !errors.Is(err, os.ErrDeadlineExceeded) {
			t.Errorf("after the last frame: %v, want a deadline", err)
		}
		err := errors.Join(a.Send(frame(strings.Repeat("x", testLimit-1), "")), a.Flush())
		if !errors.Is(err, os.ErrDeadlineExceeded) {
			t.Errorf("a frame for nobody: %v, want a deadline", err)
		}
	})
}

func TestSocketCloseEndsRecv(t *testing.T) {
	sockets(t, func(t *testing.T, a, b *Socket) {
		got := make(chan error, 2)
		for _, s := range []*Socket{a, b} {
			go func() { got <- s.Recv(new(Frame)) }()
		}
		time.Sleep(time.Millisecond) // so that one is likely to wait
		a.Close()
		for range 2 {
			if err := <-got; !errors.Is(err, os.ErrClosed) && !errors.Is(err, net.ErrClosed) && err != io.EOF {
				t.Errorf("Recv after Close: %v", err)
			}
		}
	})
}

// TestWithoutTheToken: who does not know it is turned away, and the worker is
// served all the same.
func TestWithoutTheToken(t *testing.T) {
	l := listen(t)
	for _, shown := range []string{"", "x", strings.Repeat("x", len(l.Token())), l.Token()[1:]} {
		conn, err := net.Dial("tcp", l.Address())
		if err != nil {
			t.Fatal(err)
		}
		io.WriteString(conn, shown)
		conn.(*net.TCPConn).CloseWrite()
		defer conn.Close()
		defer func() {
			if n, err := conn.Read(make([]byte, 1)); n > 0 || err == nil {
				t.Errorf("after %q it was told something", shown)
			}
		}()
	}
	far, err := DialTCP(testRun, testLimit, l.Address(), l.Token())
	if err != nil {
		t.Fatal(err)
	}
	defer far.Close()
	near, err := l.Accept(t.Context(), testRun, testLimit)
	if err != nil {
		t.Fatal(err)
	}
	defer near.Close()
	if err := errors.Join(far.Send(frame("hello", "")), far.Flush()); err != nil {
		t.Fatal(err)
	}
	var f Frame
	if err := recvSoon(t, near, &f); err != nil || string(f.Payload) != "hello" {
		t.Errorf("received %q, %v", f.Payload, err)
	}
}

func TestAcceptEndsWithItsContext(t *testing.T) {
	cause := errors.New("enough")
	ctx, cancel := context.WithCancelCause(t.Context())
	cancel(cause)
	if _, err := listen(t).Accept(ctx, testRun, testLimit); !errors.Is(err, cause) {
		t.Errorf("error %v, want its cause", err)
	}
}

func TestMemoryIsShared(t *testing.T) {
	const size = 100_000
	ours, theirs, err := NewMemory(size)
	if err != nil {
		t.Fatal(err)
	}
	other, err := OpenMemory(theirs, size)
	if err != nil {
		t.Fatal(err)
	}
	if got := ours.Bytes(); len(got) != size || !bytes.Equal(got, make([]byte, size)) {
		t.Fatalf("%d bytes, or not all zero; want %d", len(got), size)
	}
	other.Bytes()[size-1] = 7
	if got := ours.Bytes()[size-1]; got != 7 {
		t.Errorf("the other end stored 7, this one loads %d", got)
	}
	if err := errors.Join(ours.Close(), ours.Close(), other.Close()); err != nil {
		t.Error(err)
	}
}

// TestMemoryTooSmall: memory that is not there must not be mapped, because
// touching it ends the process.
func TestMemoryTooSmall(t *testing.T) {
	ours, theirs, err := NewMemory(100)
	if err != nil {
		t.Fatal(err)
	}
	defer ours.Close()
	if _, err := OpenMemory(theirs, 101); err == nil || !strings.Contains(err.Error(), "100 bytes, want 101") {
		t.Errorf("error %v, want one that names both sizes", err)
	}
}
