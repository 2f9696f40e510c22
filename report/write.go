package report

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// Names of what a report writes into a run's folder.
const (
	summaryName = "summary.md"
	plotsName   = "plots"
)

// Write writes summary.md and plots/ into the folder dir, which it makes if
// need be, and returns the paths written. Everything is rendered before the
// first byte is written, and each file is written aside and renamed into place,
// so that a failure leaves whole files, old or new.
func (r *Report) Write(dir string) ([]string, error) {
	files, err := r.render()
	if err != nil {
		return nil, err
	}
	if err := os.MkdirAll(filepath.Join(dir, plotsName), 0o755); err != nil {
		return nil, plain(err)
	}
	var paths []string
	for _, f := range files {
		path := filepath.Join(dir, f.name)
		if err := replaceFile(path, f.data); err != nil {
			return paths, err
		}
		paths = append(paths, path)
	}
	return paths, nil
}

type file struct {
	name string
	data []byte
}

func (r *Report) render() ([]file, error) {
	files := []file{{summaryName, []byte(r.Markdown())}}
	for _, p := range r.Plots {
		png, err := p.Picture.PNG()
		if err != nil {
			return nil, fmt.Errorf("plot %s: %w", p.Name, err)
		}
		svg, err := p.Picture.SVG()
		if err != nil {
			return nil, fmt.Errorf("plot %s: %w", p.Name, err)
		}
		base := filepath.Join(plotsName, p.Name)
		files = append(files, file{base + ".png", png}, file{base + ".svg", svg})
	}
	return files, nil
}

// replaceFile writes data aside and renames it to path.
func replaceFile(path string, data []byte) error {
	aside, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+"-*")
	if err != nil {
		return fmt.Errorf("cannot write %s: %w", path, plain(err))
	}
	_, err = aside.Write(data)
	err = errors.Join(err, aside.Chmod(0o644), aside.Close())
	if err == nil {
		err = os.Rename(aside.Name(), path)
	}
	if err != nil {
		os.Remove(aside.Name())
		return fmt.Errorf("cannot write %s: %w", path, plain(err))
	}
	return nil
}

// plain drops the system call and the aside's name from an error of package os.
func plain(err error) error {
	var pathErr *fs.PathError
	if errors.As(err, &pathErr) {
		return fmt.Errorf("%s: %w", pathErr.Path, pathErr.Err)
	}
	var linkErr *os.LinkError
	if errors.As(err, &linkErr) {
		return linkErr.Err
	}
	return err
}
