// Package transport moves frames between two processes, one file a transport,
// frame.go the framing that they share.
//
// A connection has two ends, both a [Conn]: the coordinator's and the worker's.
// Frames arrive whole, in sequence and unchanged, or the connection is dead.
package transport

import "time"

// Conn is one end of a connection. One goroutine may send while another
// receives; Close may be called from anywhere and ends both.
type Conn interface {
	// Send takes a frame. It may keep it back until Flush; it does not keep
	// the frame's memory. Send and Flush may block until the other side reads.
	Send(f *Frame) error

	// Flush delivers what Send kept back; Pending tells how many bytes that is.
	Flush() error
	Pending() int

	// Recv waits for the next frame and stores it in f, its payload and
	// trailer in memory that is the caller's until it is given to Reuse.
	// io.EOF means that the other side ended between two frames.
	Recv(f *Frame) error

	// Reuse gives the memory of a frame that Recv returned back: nobody uses
	// its payload or its trailer any more, and both are nil afterwards. It may
	// be called from anywhere. Who does not call it, or calls [Frame.Keep] first,
	// keeps the memory.
	Reuse(f *Frame)

	// Buffered reports whether the next Recv finds a header without waiting.
	// It belongs to the goroutine that receives.
	Buffered() bool

	// Close releases what the connection holds.
	Close() error
}

// Link is a connection beside the control pair, for the chunks alone.
type Link interface {
	Conn

	// Hangup says that the process at the other end is gone, which what
	// connects them may not tell: it has no end of its own, or a third
	// process holds it open. Recv returns what was sent, and then an error:
	// io.EOF, or one that wraps os.ErrDeadlineExceeded. A Send or Flush
	// that waits fails. Hangup may be called at any time, from anywhere, and
	// more than once.
	Hangup()
}

// Lender is a connection in whose memory frames stay until they are received:
// nobody need read them before they are wanted, and what Recv returns may be
// lent, until the next Recv.
type Lender interface {
	Link

	// Room returns an empty slice for the payload of the next frame, in the
	// memory of the connection: what is appended to it is not copied by Send.
	// It belongs to the goroutine that sends, until the next Send.
	Room() []byte

	// Waiting returns how many bytes of frames, with their headers, wait to be
	// received. It belongs to the goroutine that receives.
	Waiting() int

	// Return gives back what Recv lent and Room gave. Nobody may be sending or
	// receiving.
	Return()

	// CloseRecv says that nothing more is to be received than what is there:
	// then Recv returns io.EOF. It may be called from anywhere.
	CloseRecv()
}

// deadlines ends reads and writes that wait.
type deadlines interface {
	SetReadDeadline(time.Time) error
	SetWriteDeadline(time.Time) error
}

// drainGrace bounds the reading of what a process had written that is gone: a
// child of it may hold the connection open.
const drainGrace = time.Second

func hangup(d deadlines) {
	d.SetReadDeadline(time.Now().Add(drainGrace))
	d.SetWriteDeadline(time.Now())
}

var start = time.Now()

// Clock returns nanoseconds of the process's monotonic clock, from a start of
// its own: only differences mean something.
func Clock() int64 { return int64(time.Since(start)) }
