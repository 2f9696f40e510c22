package record

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
)

// Stdin is the path that stands for standard input.
const Stdin = "-"

// IsFile reports whether a run was read from a file that has a folder, and not from a pipe
// or a terminal.
func IsFile(path string) bool {
	info, err := os.Stat(path)
	return path != Stdin && err == nil && info.Mode().IsRegular()
}

// read returns the bytes of a run's file and which it is, of a folder or of a pipe too.
func read(path string) (name string, data []byte, err error) {
	if path == Stdin {
		data, err = readAll(path, os.Stdin)
		return path, data, err
	}
	info, err := os.Stat(path)
	if err == nil && info.IsDir() {
		path = filepath.Join(path, FileName)
		switch info, err = os.Stat(path); {
		case errors.Is(err, fs.ErrNotExist):
			return path, nil, fmt.Errorf("%s: not found: want a run's folder, or a file in the Go benchmark format", path)
		case err == nil && info.IsDir():
			return path, nil, fmt.Errorf("%s: a folder, want a file in the Go benchmark format", path)
		}
	}
	if err != nil {
		return path, nil, Plain(err)
	}
	f, err := os.Open(path)
	if err != nil {
		return path, nil, Plain(err)
	}
	defer f.Close()
	data, err = readAll(path, f)
	return path, data, err
}

// readAll reads as much as a run may have. A device may go on for ever.
func readAll(path string, f *os.File) ([]byte, error) {
	if info, err := f.Stat(); err == nil && info.Size() > maxSize {
		return nil, tooLarge(path)
	}
	data, err := io.ReadAll(io.LimitReader(f, maxSize+1))
	switch {
	case err != nil:
		return nil, Plain(err)
	case len(data) > maxSize:
		return nil, tooLarge(path)
	}
	return data, nil
}

func tooLarge(path string) error {
	return fmt.Errorf("%s: more than %d MiB, want at most so much of Go benchmark output: split it, or choose the lines that you want (grep ^Benchmark)", path, maxSize>>20)
}
