package wholefile

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"sync"
)

// File is one that is to be written.
type File struct {
	Path string
	Data []byte
}

// WriteOwn writes files that handoff makes, marked, all of them or none: it makes their
// folders, checks all places (see [Check]), writes all aside, and renames them when they
// are whole. It returns the paths. If the context ends before the renaming began nothing
// is written and nothing stays aside, at once: also while a disk takes its time. inputs
// are never written over.
func WriteOwn(ctx context.Context, files []File, inputs ...string) (paths []string, err error) {
	for _, f := range files {
		paths = append(paths, f.Path)
	}
	if err := Check(paths, inputs...); err != nil {
		return nil, err
	}
	if err := context.Cause(ctx); err != nil {
		return nil, err
	}
	for _, f := range files {
		if err := os.MkdirAll(filepath.Dir(f.Path), 0o755); err != nil {
			return nil, err
		}
	}
	s := &set{}
	stop := context.AfterFunc(ctx, s.drop)
	defer stop()
	defer s.drop()
	for _, f := range files {
		if err := s.aside(f.Path, Mark(f.Path, f.Data)); err != nil {
			return nil, errors.Join(context.Cause(ctx), err)
		}
	}
	if err := s.rename(paths); err != nil {
		return nil, errors.Join(context.Cause(ctx), err)
	}
	return paths, nil
}

// set is files written aside, in the order of their places.
type set struct {
	mu      sync.Mutex
	dropped bool
	names   []string
}

var errDropped = errors.New("interrupted before the files were whole: none was written")

// aside writes a file beside its place.
func (s *set) aside(path string, data []byte) error {
	f, err := s.create(path)
	if err != nil {
		return err
	}
	_, err = f.Write(data)
	return of(path, errors.Join(err, f.Chmod(0o644), f.Close()))
}

func (s *set) create(path string) (*os.File, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.dropped {
		return nil, errDropped
	}
	f, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+"-*")
	if err != nil {
		return nil, of(path, err)
	}
	s.names = append(s.names, f.Name())
	return f, nil
}

// rename puts all into their places.
func (s *set) rename(paths []string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.dropped {
		return errDropped
	}
	for i, name := range s.names {
		if err := os.Rename(name, paths[i]); err != nil {
			s.names = s.names[i:]
			return of(paths[i], err)
		}
	}
	s.names = nil
	return nil
}

// drop takes away what is aside.
func (s *set) drop() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.dropped = true
	for _, name := range s.names {
		os.Remove(name)
	}
	s.names = nil
}

// Room finds out whether a file can be written at the path, and leaves nothing behind but
// its folder. It is for what takes long before it writes. A device, a pipe or a folder is
// no place for a file.
func Room(path string) error {
	if info, err := os.Stat(path); err == nil && !info.Mode().IsRegular() {
		return &OwnError{path, "is no regular file"}
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return err
	}
	s := &set{}
	defer s.drop()
	f, err := s.create(path)
	if err != nil {
		return err
	}
	return f.Close()
}
