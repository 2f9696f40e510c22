package transport

import (
	"errors"
	"fmt"
	"os"
)

// bells are those of a connection, as one side has them.
type bells [4]bell

const (
	bellFrames      = iota // we wait for frames
	bellRoom               // we wait for room
	bellTheirFrames        // they wait for frames
	bellTheirRoom          // they wait for room
)

// newBells makes them, with what the other side needs for its own.
func newBells(doors bool) (theirs []*os.File, ours bells, err error) {
	if b, ok := newFutex(); ok && !doors {
		return nil, bells{b, b, b, b}, nil
	}
	ours, theirs, err = newDoorbells()
	return theirs, ours, err
}

// takeBells makes them from what the other side gave.
func takeBells(files []*os.File) (bells, error) {
	b, ok := newFutex()
	switch {
	case len(files) == len(bells{}):
		return takeDoorbells(files), nil
	case len(files) == 0 && ok:
		return bells{b, b, b, b}, nil
	}
	return bells{}, fmt.Errorf("%d descriptors for waking, want %d", len(files), len(bells{}))
}

func (b bells) close() error {
	var errs []error
	for _, bell := range b {
		if bell != nil {
			errs = append(errs, bell.close())
		}
	}
	return errors.Join(errs...)
}
