//go:build unix

package transport

import (
	"bufio"
	"errors"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"
)

func exists(t *testing.T, path string) bool {
	t.Helper()
	_, err := os.Lstat(path)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		t.Fatal(err)
	}
	return err == nil
}

func makeDir(t *testing.T, parent string) *RunDir {
	t.Helper()
	d, err := MakeRunDir(parent)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { d.Remove() })
	return d
}

func TestRunDir(t *testing.T) {
	parent := t.TempDir()
	files := descriptors(t)
	d := makeDir(t, parent)
	info, err := os.Lstat(d.Path())
	if err != nil {
		t.Fatal(err)
	}
	if info.Mode() != os.ModeDir|0o700 || filepath.Dir(d.Path()) != parent {
		t.Errorf("%s has mode %v", d.Path(), info.Mode())
	}
	if err := os.MkdirAll(filepath.Join(d.Path(), "worker-0", "in"), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(d.Remove(), d.Remove()); err != nil || exists(t, d.Path()) {
		t.Errorf("still there after Remove, error %v", err)
	}
	if n := descriptors(t); n > files {
		t.Errorf("%d descriptors, %d before", n, files)
	}
}

func TestRunDirIsForFiles(t *testing.T) {
	d := makeDir(t, t.TempDir())
	c := FileConfig{Run: testRun, Limit: testLimit, In: filepath.Join(d.Path(), "in"), Out: filepath.Join(d.Path(), "out")}
	if err := errors.Join(os.Mkdir(c.In, 0o700), os.Mkdir(c.Out, 0o700)); err != nil {
		t.Fatal(err)
	}
	a, b := ends(t, c)
	if err := errors.Join(a.Send(frame("payload", "")), a.Flush(), recvSoon(t, b, new(Frame))); err != nil {
		t.Error(err)
	}
}

func TestRunDirNotMade(t *testing.T) {
	parent := filepath.Join(t.TempDir(), "gone")
	if _, err := MakeRunDir(parent); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("%v, want %v", err, fs.ErrNotExist)
	}
	if _, err := HoldRunDir(parent); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("%v, want %v", err, fs.ErrNotExist)
	}
}

// TestSweep: of what is in the parent only our own directories that nobody
// holds go.
func TestSweep(t *testing.T) {
	parent := t.TempDir()
	stale, live, held := makeDir(t, parent), makeDir(t, parent), makeDir(t, parent)
	if err := os.MkdirAll(filepath.Join(stale.Path(), "worker-0", "in"), 0o700); err != nil {
		t.Fatal(err)
	}
	worker, err := HoldRunDir(held.Path())
	if err != nil {
		t.Fatal(err)
	}
	defer worker.Release()
	if err := errors.Join(stale.Release(), held.Release()); err != nil {
		t.Fatal(err)
	}
	kept := []string{live.Path(), held.Path()}
	for name, plant := range map[string]func(path string) error{
		"handoff-unmarked": func(p string) error { return os.Mkdir(p, 0o700) },
		"handoff-file":     func(p string) error { return os.WriteFile(p, nil, 0o600) },
		"handoff-link":     func(p string) error { return os.Symlink(stale.Path(), p) },
		"handoff-public":   func(p string) error { return errors.Join(mark(p), os.Chmod(p, 0o777)) },
		"other":            mark,
	} {
		path := filepath.Join(parent, name)
		if err := plant(path); err != nil {
			t.Fatal(err)
		}
		kept = append(kept, path)
	}

	fresh := makeDir(t, parent)
	if exists(t, stale.Path()) {
		t.Errorf("%s was not swept", stale.Path())
	}
	for _, path := range append(kept, fresh.Path()) {
		if !exists(t, path) {
			t.Errorf("%s was swept", path)
		}
	}
}

// mark makes a directory that bears our mark.
func mark(path string) error {
	return errors.Join(os.Mkdir(path, 0o700), os.WriteFile(filepath.Join(path, runMark), nil, 0o600))
}

// TestSweepBySeveral: many processes start at once; none loses its directory.
func TestSweepBySeveral(t *testing.T) {
	parent := t.TempDir()
	made := make(chan *RunDir)
	for range 8 {
		go func() {
			for range 10 {
				d, err := MakeRunDir(parent)
				if err != nil {
					t.Error(err)
				}
				made <- d
			}
		}()
	}
	for range 80 {
		if d := <-made; d != nil {
			if !exists(t, filepath.Join(d.Path(), runMark)) {
				t.Errorf("%s was swept", d.Path())
			}
			d.Remove()
		}
	}
}

func TestRemoveIfLast(t *testing.T) {
	coordinator := makeDir(t, t.TempDir())
	var workers []*RunDir
	for range 3 {
		w, err := HoldRunDir(coordinator.Path())
		if err != nil {
			t.Fatal(err)
		}
		workers = append(workers, w)
	}
	if removed, err := workers[0].RemoveIfLast(); removed || err != nil {
		t.Errorf("removed %v while others hold it, error %v", removed, err)
	}
	coordinator.Release()
	if removed, err := workers[1].RemoveIfLast(); removed || err != nil {
		t.Errorf("removed %v while another one holds it, error %v", removed, err)
	}
	if removed, err := workers[2].RemoveIfLast(); !removed || err != nil {
		t.Errorf("removed %v by the last one, error %v", removed, err)
	}
	if removed, err := workers[2].RemoveIfLast(); removed || err != nil {
		t.Errorf("removed %v by a second call, error %v", removed, err)
	}
	if exists(t, coordinator.Path()) {
		t.Errorf("%s is still there", coordinator.Path())
	}
}

// TestKilledHolder: a process that holds a directory is killed; its lock
// goes with it.
func TestKilledHolder(t *testing.T) {
	parent := t.TempDir()
	holder := exec.Command(os.Args[0], "-test.run=^TestHold$")
	holder.Env = append(os.Environ(), "HANDOFF_TEST_HOLD="+parent)
	out, err := holder.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := holder.Start(); err != nil {
		t.Fatal(err)
	}
	kill := time.AfterFunc(within, func() { holder.Process.Kill() })
	defer kill.Stop()
	line, _, err := bufio.NewReader(out).ReadLine()
	if err != nil {
		t.Fatal(err)
	}
	path := string(line)
	makeDir(t, parent)
	if !exists(t, path) {
		t.Errorf("%s was swept while its process lived", path)
	}
	holder.Process.Kill()
	holder.Wait()
	makeDir(t, parent)
	if exists(t, path) {
		t.Errorf("%s was not swept after its process was killed", path)
	}
}

// TestHold is the process of TestKilledHolder.
func TestHold(t *testing.T) {
	parent := os.Getenv("HANDOFF_TEST_HOLD")
	if parent == "" {
		t.Skip("runs in a process of TestKilledHolder")
	}
	d, err := MakeRunDir(parent)
	if err != nil {
		t.Fatal(err)
	}
	os.Stdout.WriteString(d.Path() + "\n")
	time.Sleep(2 * within)
}

func TestMedium(t *testing.T) {
	if got := Medium("/proc"); got != "disk" { // neither, and not called memory
		t.Errorf("/proc is %q", got)
	}
	if got := Medium("/gone/for/good"); got != "disk" {
		t.Errorf("what is not there is %q", got)
	}
	if _, err := os.Stat("/dev/shm"); err != nil {
		t.Skipf("no directory in memory known: %v", err)
	}
	if got := Medium("/dev/shm"); got != "memory" {
		t.Errorf("/dev/shm is %q", got)
	}
}
