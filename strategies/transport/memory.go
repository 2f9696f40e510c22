package transport

import (
	"errors"
	"os"
)

// Memory is memory that two processes share: what one stores with an atomic
// operation the other sees. It has no name that a third could open.
type Memory struct{ bytes []byte }

// NewMemory makes size bytes of zeroed shared memory. The file is for the other
// process, which gives it to [OpenMemory]; the caller closes it. Close the
// Memory when nobody uses its bytes any more. Where there is no shared memory
// the error wraps [errors.ErrUnsupported].
func NewMemory(size int) (m *Memory, theirs *os.File, err error) {
	if theirs, err = unnamedFile(size); err != nil {
		return nil, nil, err
	}
	if m, err = mapFile(theirs, size); err != nil {
		theirs.Close()
		return nil, nil, err
	}
	return m, theirs, nil
}

// OpenMemory maps the file of another process's [NewMemory] and closes it.
func OpenMemory(theirs *os.File, size int) (*Memory, error) {
	m, err := mapFile(theirs, size)
	return m, errors.Join(err, theirs.Close())
}

// Bytes returns the memory. It begins at the start of a page.
func (m *Memory) Bytes() []byte { return m.bytes }
