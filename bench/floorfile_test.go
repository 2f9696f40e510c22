package bench

import (
	"cmp"
	"io"
	"os"
	"path/filepath"
	"strconv"
)

// fileLine puts the messages that go at once into a file, which is renamed, read
// and deleted, both ways. A byte through a pipe says that it is there: nothing
// says so more cheaply.
type fileLine struct {
	*messages
	dir         string
	there, back folder
	told, tell  *os.File
	child       *floorChild
}

// folder is where the files of one direction are, numbered.
type folder struct {
	path string
	last int
}

func (f *folder) next() string {
	f.last++
	return filepath.Join(f.path, strconv.Itoa(f.last))
}

// put makes the next file.
func (f *folder) put(b []byte) error {
	path := f.next()
	if err := os.WriteFile(path+".tmp", b, 0o600); err != nil {
		return err
	}
	return os.Rename(path+".tmp", path)
}

// take fills buf from the next file, which must be there, and deletes it.
func (f *folder) take(buf []byte) error {
	path := f.next()
	file, err := os.Open(path)
	if err != nil {
		return err
	}
	defer file.Close()
	if _, err := io.ReadFull(file, buf); err != nil {
		return err
	}
	return os.Remove(path)
}

const folderThere, folderBack = "there", "back"

func openFile(size, chunk, window int) (line, error) {
	dir, err := os.MkdirTemp("", "floor-*")
	if err != nil {
		return nil, err
	}
	l := &fileLine{messages: newMessages(size, chunk, window), dir: dir}
	l.there.path, l.back.path = filepath.Join(dir, folderThere), filepath.Join(dir, folderBack)
	err = cmp.Or(os.Mkdir(l.there.path, 0o700), os.Mkdir(l.back.path, 0o700))
	if err == nil {
		err = l.start(l.together())
	}
	if err != nil {
		os.RemoveAll(dir)
		return nil, err
	}
	return l, nil
}

// start starts the echo, in the directory that is shared.
func (l *fileLine) start(bytes int) error {
	theirs, tell, err := os.Pipe()
	if err != nil {
		return err
	}
	told, theirTell, err := os.Pipe()
	if err != nil {
		closeAll([]*os.File{theirs, tell})
		return err
	}
	told.Fd() // these block from now on
	tell.Fd()
	l.told, l.tell = told, tell
	l.child, err = startEcho("file", bytes, l.dir, theirs, theirTell)
	if err != nil {
		closeAll([]*os.File{told, tell})
	}
	return err
}

func (l *fileLine) send(n int) error { return putAndTell(&l.there, l.next(n), l.tell) }

func (l *fileLine) recv() (int, error) {
	bytes := l.place()[:l.together()]
	if err := takeTold(&l.back, bytes, l.told); err != nil {
		return 0, err
	}
	return l.came(len(bytes)), nil
}

func (l *fileLine) close() error {
	closeAll([]*os.File{l.tell, l.told})
	return cmp.Or(l.child.close(), os.RemoveAll(l.dir))
}

func putAndTell(f *folder, b []byte, tell *os.File) error {
	if err := f.put(b); err != nil {
		return err
	}
	_, err := tell.Write([]byte{1})
	return err
}

func takeTold(f *folder, buf []byte, told *os.File) error {
	var rung [1]byte
	if _, err := told.Read(rung[:]); err != nil {
		return err
	}
	return f.take(buf)
}

// echoFile takes the files that it is told of and puts what was in them into
// others.
func echoFile(bytes int) error {
	there, back := folder{path: folderThere}, folder{path: folderBack}
	told, tell := inherited(0), inherited(1)
	buf := make([]byte, bytes)
	for {
		if err := takeTold(&there, buf, told); err != nil {
			return err
		}
		if err := putAndTell(&back, buf, tell); err != nil {
			return err
		}
	}
}
