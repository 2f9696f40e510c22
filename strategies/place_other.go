//go:build !linux

package strategies

import "os"

// workingDir returns how workers get into the working directory of now.
func workingDir() (path string, place *os.File) {
	path, _ = os.Getwd()
	return path, nil
}
