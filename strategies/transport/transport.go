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
	// trailer in fresh memory that is the caller's. io.EOF means that the
	// other side ended between two frames.
	Recv(f *Frame) error

	// Buffered reports whether the next Recv finds a header without waiting.
	// It belongs to the goroutine that receives.
	Buffered() bool

	// Close releases what the connection holds.
	Close() error
}

var start = time.Now()

// Clock returns nanoseconds of the process's monotonic clock, from a start of
// its own: only differences mean something.
func Clock() int64 { return int64(time.Since(start)) }
