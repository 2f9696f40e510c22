//go:build !unix

package transport

import (
	"errors"
	"fmt"
	"os"
	"runtime"
)

var errUnsupported = fmt.Errorf("strategy shared-file on %s: %w", runtime.GOOS, errors.ErrUnsupported)

// folder would be an open directory.
type folder struct{ path string }

func openFolder(path string) (*folder, error) { return nil, errUnsupported }

func (d *folder) create(name string) (*os.File, error)      { return nil, errUnsupported }
func (d *folder) open(name string) (*os.File, int64, error) { return nil, 0, errUnsupported }
func (d *folder) rename(from, to string) error              { return errUnsupported }
func (d *folder) remove(name string) error                  { return errUnsupported }
func (d *folder) close() error                              { return nil }
