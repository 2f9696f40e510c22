package bench

import (
	"errors"
	"fmt"
	"os"

	"github.com/handoff-go/handoff/strategies/transport"
)

// shmLine is the ring in shared memory: the messages that go at once are one
// frame. Both sides copy, as a codec would: into the ring, and out of it.
type shmLine struct {
	*messages
	near  *transport.Shm
	child *floorChild
}

const (
	floorRun   = 1
	floorLimit = 64 << 20
)

func openShm(size, chunk, window int) (line, error) {
	near, theirs, err := transport.NewShm(floorRun, floorLimit)
	if err != nil {
		return nil, err
	}
	child, err := startEcho("shm", len(theirs), "", theirs...)
	if err != nil {
		near.Close()
		return nil, err
	}
	return &shmLine{newMessages(size, chunk, window), near, child}, nil
}

func (l *shmLine) send(n int) error { return sendFrame(l.near, l.next(n)) }

func (l *shmLine) recv() (int, error) {
	var f transport.Frame
	if err := l.near.Recv(&f); err != nil {
		return 0, err
	}
	place := l.place()
	if len(f.Payload) > len(place) {
		return 0, fmt.Errorf("%d bytes came back, and %d went", len(f.Payload), len(place))
	}
	return l.came(copy(place, f.Payload)), nil
}

func (l *shmLine) close() error { return errors.Join(l.near.Close(), l.child.close()) }

func sendFrame(s *transport.Shm, b []byte) error {
	f := transport.Frame{Header: transport.Header{Kind: transport.Work}, Payload: append(s.Room(), b...)}
	if err := s.Send(&f); err != nil {
		return err
	}
	return s.Flush()
}

// echoShm is told how many files came with it.
func echoShm(files int) error {
	var theirs []*os.File
	for i := range files {
		theirs = append(theirs, inherited(i))
	}
	far, err := transport.OpenShm(floorRun, floorLimit, theirs)
	if err != nil {
		return err
	}
	defer far.Close()
	var f transport.Frame
	var item []byte
	for {
		if err := far.Recv(&f); err != nil {
			return err
		}
		item = append(item[:0], f.Payload...)
		if err := sendFrame(far, item); err != nil {
			return err
		}
	}
}
