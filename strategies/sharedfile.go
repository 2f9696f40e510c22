package strategies

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"

	"github.com/handoff-go/handoff/strategies/transport"
)

// furnish makes the directory of a shared-file pool, on the medium that its
// Spec asks for, and writes into the Spec which one that is.
func (p *core) furnish(h *home) (err error) {
	if p.row.kind != kindSharedFile {
		return nil
	}
	parent, err := p.parent()
	if err != nil {
		return err
	}
	if h.made, err = transport.MakeRunDir(parent); err != nil {
		return fmt.Errorf("strategies: directory for shared files: %w", err)
	}
	on := transport.Medium(h.made.Path())
	if p.spec.On != "" && p.spec.On != on {
		h.made.Remove()
		return fmt.Errorf("strategies: spec: on=%s: %s is on a %s file system; choose another with WithDir", p.spec.On, parent, on)
	}
	p.spec.On = on
	return nil
}

// memoryDir is a file system in memory that Linux systems have.
const memoryDir = "/dev/shm"

// parent is where the directory is made: where WithDir says, else the
// temporary directory, else, if it must be in memory and that is not, where
// there is memory.
func (p *core) parent() (string, error) {
	dir := p.options.dir
	if dir == "" {
		dir = os.TempDir()
		if p.spec.On == "memory" && transport.Medium(dir) != "memory" {
			dir = memoryDir
		}
	}
	info, err := os.Stat(dir)
	if err != nil {
		return "", fmt.Errorf("strategies: directory for shared files: %w", err)
	}
	if !info.IsDir() {
		return "", fmt.Errorf("strategies: directory for shared files: %s is not a directory", dir)
	}
	return filepath.Abs(dir)
}

// offerFile makes the directories of one worker and our end. A replacement gets
// directories of its own: it must not read what was meant for the worker
// before it.
func (pr *process) offerFile(set *linkSettings) (transport.Link, error) {
	p := pr.core
	base := filepath.Join(p.home.made.Path(), strconv.FormatInt(pr.n, 10))
	pr.files = base
	set.Dir = p.home.made.Path()
	set.In, set.Out = filepath.Join(base, "work"), filepath.Join(base, "answers")
	set.Poll, set.Fsync = p.spec.Wait == "poll", p.spec.Fsync
	for _, dir := range []string{base, set.In, set.Out} {
		if err := os.Mkdir(dir, 0o700); err != nil {
			return nil, err
		}
	}
	f, err := transport.NewFile(transport.FileConfig{
		Run: p.home.run, Limit: connLimit(p.spec.frameLimit()),
		In: set.Out, Out: set.In,
		Poll: set.Poll, Fsync: set.Fsync,
		Warn: func(text string) { p.home.out.line([]byte("handoff: " + text + "\n")) },
	})
	if err != nil {
		return nil, err
	}
	return f, nil
}

// openFile makes the worker's end.
func (w *worker) openFile(run uint64, limit int) (err error) {
	set := w.settings.Link
	if w.held, err = transport.HoldRunDir(set.Dir); err != nil {
		return err
	}
	w.data, err = transport.NewFile(transport.FileConfig{
		Run: run, Limit: limit, In: set.In, Out: set.Out, Poll: set.Poll, Fsync: set.Fsync,
		Warn: func(text string) { fmt.Fprintln(os.Stderr, text) },
	})
	return err
}
