//go:build !linux

package strategies

import "errors"

// memoryOf is not known here.
type memoryOf struct{}

func openMemoryOf(int) (memoryOf, error)     { return memoryOf{}, errors.ErrUnsupported }
func (memoryOf) read() (size int64, ok bool) { return 0, false }
func (memoryOf) close()                      {}
