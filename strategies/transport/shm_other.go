//go:build !unix

package transport

import (
	"errors"
	"fmt"
	"os"
	"runtime"
)

var errNoShm = fmt.Errorf("%w on %s; use another transport", errors.ErrUnsupported, runtime.GOOS)

func createMemory(size int) (*os.File, error)      { return nil, errNoShm }
func backMemory(file *os.File, from, to int) error { return errNoShm }
func mapMemory(file *os.File) ([]byte, error)      { return nil, errNoShm }
func unmapMemory(b []byte) error                   { return errNoShm }
func duplicate(file *os.File) (*os.File, error)    { return nil, errNoShm }
