package strategies

import (
	"io"

	"github.com/handoff-go/handoff/strategies/transport"
)

// direct takes chunks right from the memory of the connection. The payload of
// one is lent: it is decoded before the next is taken.
type direct struct {
	conn   transport.Conn
	lender transport.Lender // under conn
	broken func(error)      // does not return
	frame  transport.Frame  // received last
}

func (d *direct) peek() bool { return d.conn.Buffered() }

func (d *direct) take() (f *transport.Frame, behind int, ok bool) {
	switch err := d.conn.Recv(&d.frame); {
	case err == io.EOF:
		return nil, 0, false
	case err != nil:
		d.broken(err)
	}
	arrive(&d.frame)
	return &d.frame, d.behind(&d.frame), true
}

// behind takes chunks to be of one size.
func (d *direct) behind(f *transport.Frame) int {
	size := transport.HeaderSize + len(f.Payload) + len(f.Trailer)
	return (d.lender.Waiting() + size - 1) / size
}

func (d *direct) stop() { d.lender.CloseRecv() }
