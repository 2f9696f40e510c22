package strategies

import (
	_ "unsafe" // for linkname

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

// setSeams puts these in place of what there is, until restore is called. Tests of
// other packages reach it by linkname, so its types must be ones that they have, too;
// TestSeamsFit of package bench compares the two declarations.
//
//go:linkname setSeams github.com/handoff-go/handoff/strategies.setSeams
func setSeams(lookup func(name string) (codec.Codec, bool), wrap func(c transport.Conn) transport.Conn) (restore func()) {
	wasLookup, wasWrap := lookupCodec, wrapConn
	if lookup != nil {
		lookupCodec = lookup
	}
	if wrap != nil {
		wrapConn = func(c transport.Conn, _ ...*lane) transport.Conn { return wrap(c) }
	}
	return func() { lookupCodec, wrapConn = wasLookup, wasWrap }
}
