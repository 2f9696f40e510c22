package strategies

import (
	"github.com/handoff-go/handoff/strategies/codec"
	"github.com/handoff-go/handoff/strategies/transport"
)

// Where tests put delays of a known length, in either process, and a clock of
// their own, to see that the stopwatches find the delays where they were put.
var (
	clock       = transport.Clock
	lookupCodec = codec.Lookup
	maxDistance = int64(64) // mean number of chunks between two samples of a lane, at most
	// The lanes are those that time what the connection does: the worker's, or
	// the sender's and the receiver's.
	wrapConn = func(c transport.Conn, _ ...*lane) transport.Conn { return c }
)
