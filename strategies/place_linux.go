package strategies

import (
	"fmt"
	"os"

	"golang.org/x/sys/unix"
)

// workingDir holds the working directory of now, and returns how workers get there:
// also when it has been removed or renamed, or another one is put in its place.
func workingDir() (path string, place *os.File) {
	fd, err := unix.Open(".", unix.O_PATH|unix.O_DIRECTORY|unix.O_CLOEXEC, 0)
	if err == nil {
		place = os.NewFile(uintptr(fd), "working directory")
		// A child has our descriptors until it is another program.
		path = fmt.Sprintf("/proc/self/fd/%d", fd)
		if _, err = os.Stat(path); err == nil {
			return path, place
		}
		place.Close()
	}
	path, _ = os.Getwd()
	return path, nil
}
