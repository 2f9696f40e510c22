package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// writable refuses a file that could not be written after hours of measuring. It makes
// the folder, and leaves the file as it is.
func writable(flag, path string) error {
	err := os.MkdirAll(filepath.Dir(path), 0o755)
	if err != nil {
		return fmt.Errorf("%s %s: %w", flag, path, err)
	}
	switch info, err := os.Stat(path); {
	case errors.Is(err, fs.ErrNotExist):
	case err != nil:
		return fmt.Errorf("%s %s: %w", flag, path, err)
	case info.IsDir():
		return fmt.Errorf("%s %s: it is a directory, want a file", flag, path)
	}
	probe, err := os.CreateTemp(filepath.Dir(path), ".handoff-*")
	if err != nil {
		return fmt.Errorf("%s %s: nothing can be written there: %w", flag, path, err)
	}
	return errors.Join(probe.Close(), os.Remove(probe.Name()))
}
