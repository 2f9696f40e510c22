package bench

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"os"
	"path/filepath"
)

// streamLine is two streams of bytes to an echo in another process, or one that
// goes both ways. Reads and writes block their thread: that is faster than to
// wait in the poller, and a floor is the fastest way that there is.
type streamLine struct {
	*messages
	r, w  *os.File
	child *floorChild
}

// messages is what goes out, over and over, and where it comes back to.
type messages struct {
	size    int // bytes of one
	chunk   int // how many go at once
	out, in []byte
	from    int // where in out the next begins
	got     int // bytes that have come
	counted int // messages that have come, whole
}

func newMessages(size, chunk, window int) *messages {
	bytes := size * chunk * window
	m := &messages{size: size, chunk: chunk, out: make([]byte, bytes), in: make([]byte, bytes)}
	rand.NewChaCha8([32]byte{seed}).Read(m.out)
	return m
}

// together is how many bytes go at once.
func (m *messages) together() int { return m.size * m.chunk }

// next returns the bytes of the n messages that are to go out.
func (m *messages) next(n int) []byte {
	from, to := m.from, m.from+n*m.size
	m.from = to % len(m.out)
	return m.out[from:to]
}

// place is where the next bytes that come are to be, so that in becomes a copy
// of out.
func (m *messages) place() []byte { return m.in[m.got%len(m.in):] }

// came notes n bytes, and returns how many messages they have made whole.
func (m *messages) came(n int) int {
	m.got += n
	whole := m.got/m.size - m.counted
	m.counted += whole
	return whole
}

func (m *messages) check() error {
	if m.got < len(m.in) || !bytes.Equal(m.in, m.out) {
		return errors.New("what came back is not what went")
	}
	return nil
}

func (l *streamLine) send(n int) error {
	_, err := l.w.Write(l.next(n))
	return err
}

func (l *streamLine) recv() (int, error) {
	for {
		n, err := l.r.Read(l.place())
		if whole := l.came(n); whole > 0 || err != nil {
			return whole, err
		}
	}
}

func (l *streamLine) close() error {
	closeAll([]*os.File{l.w, l.r})
	return l.child.close()
}

// newStreamLine makes the line that reads from r and writes to w. The echo gets
// the files, one to read from and one to write to.
func newStreamLine(size, chunk, window int, r, w *os.File, theirs ...*os.File) (line, error) {
	kind, take := "whole", size
	if window > 1 && size < pieceBytes {
		kind, take = "piece", pieceBytes
	}
	child, err := startEcho(kind, take, "", theirs...)
	if err != nil {
		closeAll([]*os.File{r, w})
		return nil, err
	}
	r.Fd() // these block from now on
	w.Fd()
	return &streamLine{newMessages(size, chunk, window), r, w, child}, nil
}

// pieceBytes is what a pipe holds.
const pieceBytes = 64 << 10

func openPipe(size, chunk, window int) (line, error) {
	theirs, w, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	r, back, err := os.Pipe()
	if err != nil {
		theirs.Close()
		w.Close()
		return nil, err
	}
	return newStreamLine(size, chunk, window, r, w, theirs, back)
}

func openUnix(size, chunk, window int) (line, error) {
	dir, err := os.MkdirTemp("", "floor-*")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	return openSocket(size, chunk, window, "unix", filepath.Join(dir, "socket"))
}

func openTCP(size, chunk, window int) (line, error) {
	return openSocket(size, chunk, window, "tcp", "127.0.0.1:0")
}

// openSocket connects two sockets, and gives one to the echo.
func openSocket(size, chunk, window int, network, address string) (line, error) {
	listener, err := net.Listen(network, address)
	if err != nil {
		return nil, err
	}
	defer listener.Close()
	ours, err := net.Dial(network, listener.Addr().String())
	if err != nil {
		return nil, err
	}
	defer ours.Close()
	theirs, err := listener.Accept()
	if err != nil {
		return nil, err
	}
	defer theirs.Close()
	near, err := fileOf(ours)
	if err != nil {
		return nil, err
	}
	far, err := fileOf(theirs)
	if err != nil {
		near.Close()
		return nil, err
	}
	return newStreamLine(size, chunk, window, near, near, far, far)
}

// fileOf returns the socket of a connection as a file of its own.
func fileOf(c net.Conn) (*os.File, error) {
	socket, ok := c.(interface{ File() (*os.File, error) })
	if !ok {
		return nil, fmt.Errorf("the descriptor of a %T: %w", c, errors.ErrUnsupported)
	}
	return socket.File()
}

// echoWhole sends back whole messages, as whoever must have all of an item
// before it begins.
func echoWhole(size int) error { return echoStream(size, size) }

// echoPiece sends back what there is, messages that came at once at once.
func echoPiece(size int) error { return echoStream(size, 1) }

func echoStream(size, least int) error {
	r, w := inherited(0), inherited(1)
	buf := make([]byte, size)
	for {
		n, err := io.ReadAtLeast(r, buf, least)
		if err != nil {
			return err
		}
		if _, err := w.Write(buf[:n]); err != nil {
			return err
		}
	}
}
