//go:build !unix || solaris || illumos || aix

package runner

import (
	"errors"
	"os"
)

// canLock tells whether directories can be held here.
const canLock = false

var errHeld = errors.New("held by another process")

// hold has no lock to take where the system has no flock.
func hold(string) (*os.File, error) { return nil, nil }

func isOurs(os.FileInfo) bool { return false }
