package transport

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"sync"
)

// fileReader reads the files of a directory in the order of their numbers, as
// one stream.
type fileReader struct {
	wait   waiter
	closed *signal
	gone   *signal // nothing more is going to be written

	mu   sync.Mutex // held while the directory is used, never while waiting
	dir  *folder
	next uint64
	name string   // of file next
	file *os.File // file next, when it is open
	left int64    // bytes of it that are still to be read
}

func newFileReader(c FileConfig) (*fileReader, error) {
	dir, err := openFolder(c.In)
	if err != nil {
		return nil, err
	}
	return &fileReader{wait: newWaiter(c), closed: newSignal(), gone: newSignal(), dir: dir, name: fileName(0)}, nil
}

// Read waits for the next file where there is none.
func (r *fileReader) Read(p []byte) (int, error) {
	for idle := 0; ; idle++ {
		last := r.gone.given() // asked first: what was written before is there
		n, err := r.read(p)
		if n > 0 || !errors.Is(err, fs.ErrNotExist) {
			return n, err
		}
		if last {
			return 0, io.EOF
		}
		r.wait.wait(idle, r.closed, r.gone)
	}
}

// read reads what is there; fs.ErrNotExist means that there is nothing yet.
func (r *fileReader) read(p []byte) (int, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.closed.given() {
		return 0, fmt.Errorf("read %s: %w", r.dir.path, os.ErrClosed)
	}
	for r.left == 0 {
		if err := r.open(); err != nil {
			return 0, err
		}
	}
	n, err := r.file.Read(p[:min(int64(len(p)), r.left)])
	r.left -= int64(n)
	switch {
	case err == io.EOF:
		return n, fmt.Errorf("read %s: %w", r.file.Name(), io.ErrUnexpectedEOF)
	case err != nil:
		return n, err
	case r.left == 0:
		return n, r.finish()
	}
	return n, nil
}

// open opens the next file. One without content is passed over.
func (r *fileReader) open() error {
	file, size, err := r.dir.open(r.name)
	if err != nil {
		return err
	}
	r.file, r.left = file, size
	if size == 0 {
		return r.finish()
	}
	return nil
}

// finish deletes the file that was read.
func (r *fileReader) finish() error {
	err := errors.Join(r.file.Close(), r.dir.remove(r.name))
	r.file = nil
	r.next++
	r.name = fileName(r.next)
	return err
}

func (r *fileReader) hangup() { r.gone.give() }

// Close ends a Read that waits. Files that were not read stay.
func (r *fileReader) Close() error {
	if !r.closed.give() {
		return nil
	}
	r.wait.close()
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.file != nil {
		r.file.Close()
		r.file = nil
	}
	return r.dir.close()
}
