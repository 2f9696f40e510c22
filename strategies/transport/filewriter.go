package transport

import (
	"errors"
	"fmt"
	"os"
	"sync"
)

// fileWriter makes each Write one file. After an error the [Stream] writes no
// more.
type fileWriter struct {
	fsync bool

	mu     sync.Mutex // Close may come from anywhere
	dir    *folder
	next   uint64
	closed bool
}

func newFileWriter(c FileConfig) (*fileWriter, error) {
	dir, err := openFolder(c.Out)
	if err != nil {
		return nil, err
	}
	return &fileWriter{fsync: c.Fsync, dir: dir}, nil
}

// Write shows p to the reader, whole, or not at all.
func (w *fileWriter) Write(p []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.closed {
		return 0, fmt.Errorf("write %s: %w", w.dir.path, os.ErrClosed)
	}
	if err := w.write(p); err != nil {
		return 0, err
	}
	w.next++
	return len(p), nil
}

func (w *fileWriter) write(p []byte) error {
	aside := asideName(w.next)
	f, err := w.dir.create(aside)
	if err != nil {
		return err
	}
	if err := w.fill(f, p); err != nil {
		return errors.Join(err, w.dir.remove(aside))
	}
	if err := w.dir.rename(aside, fileName(w.next)); err != nil {
		return errors.Join(err, w.dir.remove(aside))
	}
	return nil
}

// fill writes and closes f. A full disk may show at any of these.
func (w *fileWriter) fill(f *os.File, p []byte) error {
	_, err := f.Write(p)
	if err == nil && w.fsync {
		err = f.Sync()
	}
	return errors.Join(err, f.Close())
}

// Close lets go of the directory. The files stay.
func (w *fileWriter) Close() error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.closed {
		return nil
	}
	w.closed = true
	return w.dir.close()
}
