package transport

import "os"

// Socket is the connection through a stream socket: the same framing as
// through a pipe, in both directions at once.
type Socket struct {
	*Stream
	end stream
}

// stream is what a [Socket] needs of a connected socket.
type stream interface {
	Read([]byte) (int, error)
	Write([]byte) (int, error)
	Close() error
	deadlines
}

func newSocket(run uint64, limit int, end stream) *Socket {
	return &Socket{Stream: NewStream(run, limit, end, end, end), end: end}
}

// Hangup implements [Link].
func (s *Socket) Hangup() { hangup(s.end) }

// NewUnix makes a pair of connected Unix sockets, which no third process can
// reach: the coordinator's end of a connection of the pool run, and the
// descriptor that the worker gives to [OpenUnix], for the caller to close. Where
// the system has none the error wraps [errors.ErrUnsupported].
func NewUnix(run uint64, limit int) (near *Socket, theirs []*os.File, err error) {
	ours, other, err := socketPair()
	if err != nil {
		return nil, nil, err
	}
	return newSocket(run, limit, ours), []*os.File{other}, nil
}

// OpenUnix makes the worker's end. It owns the descriptor, which must not
// block.
func OpenUnix(run uint64, limit int, inherited []*os.File) *Socket {
	return newSocket(run, limit, inherited[0])
}
