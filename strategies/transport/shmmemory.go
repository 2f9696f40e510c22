package transport

import (
	"errors"
	"os"
	"sync"
)

// shmMemory is memory that processes share, mapped here.
type shmMemory struct {
	file  *os.File
	bytes []byte

	mu   sync.Mutex
	gone bool // not mapped any more
}

// newMemory makes memory of size bytes. Little of it is there yet: see back.
func newMemory(size int) (*shmMemory, error) {
	file, err := createMemory(size)
	if err != nil {
		return nil, err
	}
	return openMemory(file)
}

// openMemory maps the memory that file is, and owns the file.
func openMemory(file *os.File) (*shmMemory, error) {
	b, err := mapMemory(file)
	if err != nil {
		return nil, errors.Join(err, file.Close())
	}
	return &shmMemory{file: file, bytes: b}, nil
}

// back makes sure that there is memory behind a part of it.
func (m *shmMemory) back(from, to int) error { return backMemory(m.file, from, to) }

// while calls f, unless the memory is not mapped any more. It stays meanwhile.
func (m *shmMemory) while(f func()) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if !m.gone {
		f()
	}
}

// close gives the memory back. Nobody may use it any more.
func (m *shmMemory) close() (err error) {
	m.while(func() {
		m.gone = true
		err = errors.Join(unmapMemory(m.bytes), m.file.Close())
	})
	return err
}
