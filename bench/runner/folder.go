package runner

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
)

// folder is where a run records. While the run lives it is locked, so that no other
// run writes there.
type folder struct {
	path string
	made bool // it is ours to remove if nothing comes
	lock *os.File
}

// folderName begins the names of folders that nobody has chosen.
const folderName = "2006-01-02T15-04-05Z-"

// openFolder makes the run's folder, or takes the one that is there.
func (r *run) openFolder() (*folder, error) {
	if r.config.Out != "" {
		return openFolder(r.config.Out)
	}
	results := cmp.Or(r.config.Results, defaultResults)
	sweepResults(results)
	path := filepath.Join(results, r.started.UTC().Format(folderName)+r.kind.name+HostClass())
	for n := 2; ; n++ { // two runs may start within a second
		name := path
		if n > 2 {
			name += fmt.Sprintf("-%d", n-1)
		}
		if _, err := os.Lstat(name); errors.Is(err, fs.ErrNotExist) {
			f, err := openFolder(name)
			if !errors.Is(err, errHeld) {
				return f, err
			}
		}
	}
}

// openFolder refuses at once where another run lives: its samples would be lost.
func openFolder(path string) (*folder, error) {
	for range 100 {
		_, err := os.Stat(path)
		f := &folder{path: path, made: errors.Is(err, fs.ErrNotExist)}
		if err := os.MkdirAll(path, 0o755); err != nil {
			return nil, err
		}
		f.lock, err = hold(path)
		switch {
		case errors.Is(err, errHeld):
			return nil, fmt.Errorf("%s: %w records there: wait for it to end, or name another folder by -o", path, err)
		case errors.Is(err, fs.ErrNotExist): // the other run had no sample, and took it away
			continue
		case err != nil:
			return nil, err
		}
		return f, nil
	}
	return nil, fmt.Errorf("%s: other processes keep removing it: name another folder by -o", path)
}

// close removes a folder that was made here if nobody put anything into it.
func (f *folder) close() error {
	if f.made {
		os.Remove(f.path)
	}
	if f.lock == nil {
		return nil
	}
	return f.lock.Close()
}

var ownFolder = regexp.MustCompile(`^\d{4}-\d\d-\d\dT\d\d-\d\d-\d\dZ-`)

// sweepResults removes the folders of runs that were killed before their first
// sample: those that are named as we name them, hold nothing but empty files of
// samples, and belong to no living run.
func sweepResults(results string) {
	entries, _ := os.ReadDir(results)
	for _, e := range entries {
		if e.IsDir() && ownFolder.MatchString(e.Name()) && canLock {
			sweepFolder(filepath.Join(results, e.Name()))
		}
	}
}

func sweepFolder(path string) {
	files, err := os.ReadDir(path)
	if err != nil {
		return
	}
	for _, f := range files {
		info, err := f.Info()
		known := f.Name() == FileName || f.Name() == BaseFile || f.Name() == HeadFile
		if err != nil || !known || !info.Mode().IsRegular() || info.Size() > 0 {
			return
		}
	}
	lock, err := hold(path)
	if err != nil {
		return
	}
	defer lock.Close()
	for _, f := range files {
		name := filepath.Join(path, f.Name())
		if info, err := os.Lstat(name); err == nil && info.Size() == 0 {
			os.Remove(name)
		}
	}
	os.Remove(path)
}
