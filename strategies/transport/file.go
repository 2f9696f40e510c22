package transport

import (
	"fmt"
	"sync"
)

// FileConfig says how a [File] is made.
type FileConfig struct {
	Run   uint64 // the pool
	Limit int    // largest frame in bytes, payload and trailer together

	// In and Out are the paths of two directories, one a direction: ours and
	// writable by nobody else. The other end has them the other way round.
	In, Out string

	Poll  bool         // look for files again and again, instead of being told
	Fsync bool         // force every file onto the medium before it is shown
	Warn  func(string) // takes warnings, for people; may be nil
}

// File is the connection through files: the same stream of frames as through
// a pipe, but what one Flush delivers is one file.
//
// The files of a direction are numbered. The writer writes one aside, under
// another name, and renames it when it is complete; the reader waits for the
// next number, reads the file and deletes it. It is told by the system that a
// file has come, and looks every 50 ms as well, so that a notification that was
// missed costs only time.
//
// There is no end in a directory: who owns the connection says with
// [File.Hangup] that the writer is gone.
type File struct {
	*Stream
	in *fileReader
}

// NewFile opens a connection through the directories of c, which exist. Both
// ends may be opened in any order, before or after files were written. Where
// no notification is to be had it polls and says so to Warn.
func NewFile(c FileConfig) (*File, error) {
	in, err := newFileReader(c)
	if err != nil {
		return nil, fmt.Errorf("file transport: %w", err)
	}
	out, err := newFileWriter(c)
	if err != nil {
		in.Close()
		return nil, fmt.Errorf("file transport: %w", err)
	}
	s := NewStream(c.Run, c.Limit, in, out, in, out)
	s.whole = true
	return &File{Stream: s, in: in}, nil
}

// Hangup says that the writer at the other end is gone. Recv returns the
// frames that are there, and then io.EOF. It may be called at any time, from
// anywhere, and more than once.
func (f *File) Hangup() { f.in.hangup() }

// signal is an event that happens once.
type signal struct {
	once sync.Once
	c    chan struct{}
}

func newSignal() *signal { return &signal{c: make(chan struct{})} }

// give reports whether it was the first to give the signal.
func (s *signal) give() (first bool) {
	s.once.Do(func() {
		close(s.c)
		first = true
	})
	return first
}

func (s *signal) given() bool {
	select {
	case <-s.c:
		return true
	default:
		return false
	}
}

// frames ends the name of a file that is complete.
const frames = ".frames"

// fileName is that of the n-th file of a direction, once it is complete.
func fileName(n uint64) string { return fmt.Sprintf("%010d"+frames, n) }

// asideName is the name under which the n-th file is written.
func asideName(n uint64) string { return fmt.Sprintf("%010d.tmp", n) }
