package strategies

import (
	"bytes"
	"debug/elf"
	"fmt"
	"os"
	"sync/atomic"
)

// buildID tells two builds of a program apart: by the build id that the Go
// linker notes in the file, else by the file's size and time. What the file
// says is kept; where it cannot be opened now, it is asked again.
func buildID() string {
	path, err := executable()
	if err != nil {
		return "unknown"
	}
	if id := noted.Load(); id != nil {
		return *id
	}
	if id, err := elfBuildID(path); err == nil {
		noted.Store(&id)
		return id
	}
	info, err := os.Stat(path)
	if err != nil {
		return "unknown"
	}
	return fmt.Sprintf("%d bytes of %s", info.Size(), info.ModTime().UTC().Format("2006-01-02T15:04:05.999999999Z"))
}

var noted atomic.Pointer[string]

func elfBuildID(path string) (string, error) {
	f, err := elf.Open(path)
	if err != nil {
		return "", err
	}
	defer f.Close()
	s := f.Section(".note.go.buildid")
	if s == nil {
		return "", fmt.Errorf("%s has no build id", path)
	}
	note, err := s.Data()
	if err != nil {
		return "", err
	}
	// A note is: length of the name, length of the text, type, name, text.
	const head = 16
	if len(note) < head || len(note) < head+int(f.ByteOrder.Uint32(note[4:])) {
		return "", fmt.Errorf("%s: note is cut short", path)
	}
	text := note[head : head+int(f.ByteOrder.Uint32(note[4:]))]
	return string(bytes.TrimRight(text, "\x00")), nil
}

// executable is the file that this process runs: what is running, even if the
// file under its name has been replaced since.
func executable() (string, error) {
	if _, err := os.Stat(selfLink); err == nil {
		return selfLink, nil
	}
	return os.Executable()
}

const selfLink = "/proc/self/exe"
