package transport

import (
	"errors"
	"os"
	"sync/atomic"
	"time"
)

// doorbell is a bell that is a pipe, from the side that rings to the one that
// sleeps. One of its ends is here.
type doorbell struct {
	end *os.File
	buf [64]byte // of rings that came when nobody slept any more
}

// wait waits in the poller, like any read of a pipe. When the other side is
// gone there is nothing to wait for: then it is a pause, and whoever owns the
// connection says so.
func (d *doorbell) wait(*atomic.Uint32) {
	if _, err := d.end.Read(d.buf[:]); err != nil && !errors.Is(err, os.ErrDeadlineExceeded) {
		time.Sleep(time.Millisecond)
	}
}

// ring writes a byte. It may fail only when nobody is there to hear it.
func (d *doorbell) ring(*atomic.Uint32) { d.end.Write([]byte{1}) }

func (d *doorbell) interrupt(*atomic.Uint32) { d.end.SetReadDeadline(time.Now()) }

func (d *doorbell) close() error { return d.end.Close() }

// newDoorbells makes the bells of a connection, and the ends of their pipes
// that are for the other side, in the order in which takeDoorbells wants them.
func newDoorbells() (ours bells, theirs []*os.File, err error) {
	var given [len(ours)]*os.File
	for i := range ours {
		r, w, err := os.Pipe()
		if err != nil {
			closeFiles(given[:])
			ours.close()
			return bells{}, nil, err
		}
		if i < bellTheirFrames { // where we wait, they ring
			ours[i], given[i+2] = &doorbell{end: r}, w
		} else {
			ours[i], given[i-2] = &doorbell{end: w}, r
		}
	}
	return ours, given[:], nil
}

func takeDoorbells(files []*os.File) (ours bells) {
	for i := range ours {
		ours[i] = &doorbell{end: files[i]}
	}
	return ours
}

func closeFiles(files []*os.File) {
	for _, f := range files {
		if f != nil {
			f.Close()
		}
	}
}
