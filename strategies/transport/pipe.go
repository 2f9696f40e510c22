package transport

import "os"

// NewPipe returns the end of a connection that reads from r and writes to w,
// two pipes, for the pool run. It owns both: Close closes them, which also
// ends a Recv or Send that waits.
func NewPipe(run uint64, limit int, r, w *os.File) *Stream {
	return NewStream(run, limit, r, w, w, r)
}
