//go:build !unix

package transport

import "os"

func makeRunDir(parent string) (*RunDir, error) { return nil, errUnsupported }
func holdRunDir(path string) (*RunDir, error)   { return nil, errUnsupported }
func lockAlone(dir *os.File) bool               { return false }
