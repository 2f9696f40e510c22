// Package wholefile replaces files as a whole.
package wholefile

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
)

// Write replaces the file at path, or makes it, with what write writes: aside, in
// the same folder, renamed to path when all of it is there. On an error, of write's
// too, what was at path stays as it was. The file aside is made before write is
// called, so a folder that takes no files is said at once; errors of the file
// system name path. The file may be read by all.
func Write(path string, write func(io.Writer) error) (err error) {
	aside, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+"-*")
	if err != nil {
		return of(path, err)
	}
	defer func() {
		if err != nil {
			aside.Close()
			os.Remove(aside.Name())
		}
	}()
	if err := write(aside); err != nil {
		return of(path, err)
	}
	if err := errors.Join(aside.Chmod(0o644), aside.Close()); err != nil {
		return of(path, err)
	}
	return of(path, os.Rename(aside.Name(), path))
}

// of has an error of the file system, which names the file aside, name path.
func of(path string, err error) error {
	var link *os.LinkError
	var own *fs.PathError
	switch {
	case errors.As(err, &link):
		return &fs.PathError{Op: "write", Path: path, Err: link.Err}
	case errors.As(err, &own) && filepath.Dir(own.Path) == filepath.Dir(path):
		return &fs.PathError{Op: "write", Path: path, Err: own.Err}
	}
	return err
}

// WriteBytes is Write of data.
func WriteBytes(path string, data []byte) error {
	return Write(path, func(w io.Writer) error {
		_, err := w.Write(data)
		return err
	})
}
