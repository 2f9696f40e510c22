//go:build linux

package strategytest

import (
	"bytes"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/handoff-go/handoff/strategies"
	"github.com/handoff-go/handoff/strategies/codec"
	"github.com/handoff-go/handoff/strategies/transport"
)

var fileFaults = []fault{
	{20, "disk-full", files, diskFull},
	{20, "answers-disk-full", files, answersDiskFull},
	{20, "lost-directory", files, lostDirectory},
	{20, "full-stderr", processes, fullStderr},
	{21, "stale-frame", files, staleFrame},
	{22, "planted-link", files, plantedLink},
	{22, "planted-answer", files, plantedAnswer},
	{23, "torn-file", byBytes, tornFile},
	{23, "overflowing-notifications", notified, overflow},
	{23, "no-notifications", notified, noNotifications},
}

// notified selects the strategies that are told of new files.
func notified(s strategies.Spec) bool { return files(s) && s.Wait != "poll" }

// ownNamespace has the process be root of a namespace with mounts of its own.
func ownNamespace(cmd *exec.Cmd) {
	cmd.SysProcAttr.Unshareflags = syscall.CLONE_NEWUSER | syscall.CLONE_NEWNS
	cmd.SysProcAttr.UidMappings = []syscall.SysProcIDMap{{ContainerID: 0, HostID: os.Getuid(), Size: 1}}
	cmd.SysProcAttr.GidMappings = []syscall.SysProcIDMap{{ContainerID: 0, HostID: os.Getgid(), Size: 1}}
}

// smallDisk mounts a file system of its own on a new directory.
func smallDisk(t *testing.T, size string) string {
	t.Helper()
	dir := t.TempDir()
	if err := syscall.Mount("tmpfs", dir, "tmpfs", 0, "size="+size); err != nil {
		refused(t, err)
	}
	t.Cleanup(func() { syscall.Unmount(dir, 0) })
	return dir
}

// fill takes all the room that is left, and returns how to give it back.
func fill(t *testing.T, dir string) (free func()) {
	t.Helper()
	path := filepath.Join(dir, "filler")
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	for size := 64 << 10; size > 0; {
		if _, err := f.Write(make([]byte, size)); err != nil {
			size /= 2
		}
	}
	return func() {
		if err := os.Remove(path); err != nil {
			t.Error(err)
		}
	}
}

// fullDisk wants an error that says what is full and where.
func fullDisk(t *testing.T, err error, dir string) {
	t.Helper()
	if err == nil || !strings.Contains(err.Error(), "no space left on device") || !strings.Contains(err.Error(), dir) {
		t.Errorf("%v, want an error that names %s and says that there is no space left", err, dir)
	}
}

// diskFull fills the disk before the pool is opened, and while it is used.
// When there is room again, the pool works.
func diskFull(t *testing.T, e env) {
	if !inside(t, ownNamespace) {
		return
	}
	e.dir = smallDisk(t, "512k")
	free := fill(t, e.dir)
	_, err := tryOpen(t, e, endure)
	fullDisk(t, err, e.dir)
	free()
	pool := open(t, e, endure)
	works(t, pool)
	free = fill(t, e.dir)
	items := orders(20, "")
	for i := range items {
		items[i].Bytes = bytes.Repeat([]byte{1}, 32<<10)
	}
	_, err = pool.Map(within(t, patience), items)
	fullDisk(t, err, e.dir)
	var each *strategies.MapError
	if errors.As(err, &each) {
		t.Errorf("the error is that of %d items, want one error", len(each.Failed))
	}
	free()
	survives(t, pool)
	pool.Close()
	emptyDir(t, e.dir)
}

// answersDiskFull has answers that do not fit, although the items do.
func answersDiskFull(t *testing.T, e env) {
	if !inside(t, ownNamespace) {
		return
	}
	e.dir = smallDisk(t, "512k")
	// All in one chunk, for one worker: nobody else writes while the disk is
	// full, which would end the call.
	e.spec.Workers, e.spec.Chunk = 1, 20
	pool := open(t, e, act)
	items := orders(20, "")
	items[7].Act = "grow" // to a megabyte
	replies, err := pool.Map(within(t, patience), items)
	right(t, items, replies, 7)
	failures(t, err, 1)
	fullDisk(t, err, e.dir)
	survives(t, pool)
	pool.Close()
	emptyDir(t, e.dir)
}

// lostDirectory removes the run's directory, as a cleaner of temporary files
// might: an error that names it, no hang, and Close is as ever.
func lostDirectory(t *testing.T, e env) {
	pool := open(t, e, endure)
	works(t, pool)
	run := runDir(t, e)
	if err := os.RemoveAll(run); err != nil {
		t.Fatal(err)
	}
	_, err := pool.Map(within(t, patience), orders(20, "nap"))
	if err == nil || !strings.Contains(err.Error(), run) || !strings.Contains(err.Error(), "no such file or directory") {
		t.Errorf("Map: %v, want an error that names %s", err, run)
	}
	promptly(t, "Close without a directory", func() { pool.Close() })
}

// runDir is the directory of the one pool in e.dir.
func runDir(t *testing.T, e env) string {
	t.Helper()
	dirs, _ := filepath.Glob(filepath.Join(e.dir, "handoff-*"))
	if len(dirs) != 1 {
		t.Fatalf("the directories of runs are %v, want one", dirs)
	}
	return dirs[0]
}

// fullStderr wants workers not to care that what they print goes nowhere.
func fullStderr(t *testing.T, e env) {
	full, err := os.OpenFile("/dev/full", os.O_WRONLY, 0)
	if err != nil {
		refused(t, err)
	}
	defer full.Close()
	pool := open(t, e, act, strategies.WithStderr(full))
	items := orders(20, "print")
	right(t, items, mapAll(t, pool, items))
	pool.Close()
}

// exchange returns the directories through which the workers get their work,
// or give their answers.
func exchange(t *testing.T, e env, which string) []string {
	t.Helper()
	dirs, _ := filepath.Glob(filepath.Join(runDir(t, e), "*", which))
	if want := e.spec.Resolve().Workers; len(dirs) != want {
		t.Fatalf("the directories of %s are %v, want %d", which, dirs, want)
	}
	return dirs
}

// staleFrame puts what another run left into the way of the answers: good
// frames that answer an item which is in hand, but of another run.
func staleFrame(t *testing.T, e env) {
	pool, dir := open(t, e, endure), t.TempDir()
	items := illAt(40, "wait", dir, 0)
	done := mapping(t, pool, items)
	sufferer(t, dir, 0)
	stale := staleAnswers(t, e)
	for _, dir := range exchange(t, e, "answers") {
		aside := filepath.Join(dir, "stale")
		err := errors.Join(os.WriteFile(aside, stale, 0o600), os.Link(aside, firstFile(dir)))
		if err != nil && !errors.Is(err, os.ErrExist) { // the real one has come
			t.Fatal(err)
		}
	}
	got := <-done
	if got.err != nil {
		t.Fatal(got.err)
	}
	right(t, items, got.replies)
	survives(t, pool)
	if pool.Stats().Deaths == 0 {
		t.Error("the stale frame was not read")
	}
}

// staleAnswers are frames that answer item 0, whatever its chunk is.
func staleAnswers(t *testing.T, e env) []byte {
	t.Helper()
	name := "gob"
	if strings.HasSuffix(e.spec.Strategy, "-json") {
		name = "json"
	}
	c, _ := codec.Lookup(name)
	var out bytes.Buffer
	other := transport.NewStream(12345, 1<<20, nil, &out)
	for id := range uint64(8) {
		payload, err := c.NewEncoder().Encode([]byte{0}, &[]reply{{N: 999}})
		h := transport.Header{Kind: transport.Answer, Flags: transport.Batch | transport.Reset | transport.Last, Chunk: id, Count: 1}
		err = errors.Join(err, other.Send(&transport.Frame{Header: h, Payload: payload}), other.Flush())
		if err != nil {
			t.Fatal(err)
		}
	}
	return out.Bytes()
}

func firstFile(dir string) string { return filepath.Join(dir, "0000000000.frames") }

// victimFile is a file that links are planted to, and must not be touched.
func victimFile(t *testing.T) (path string, check func()) {
	t.Helper()
	path = filepath.Join(t.TempDir(), "victim")
	if err := os.WriteFile(path, []byte("precious"), 0o600); err != nil {
		t.Fatal(err)
	}
	return path, func() {
		if text, err := os.ReadFile(path); string(text) != "precious" {
			t.Errorf("the file behind the link is now %q (%v)", text, err)
		}
	}
}

// plantedLink puts links where the coordinator is going to write. Each of them
// may end a call, with an error that names it.
func plantedLink(t *testing.T, e env) {
	victim, check := victimFile(t)
	pool := open(t, e, endure)
	links := exchange(t, e, "work")
	for _, dir := range links {
		if err := os.Symlink(victim, filepath.Join(dir, "0000000000.tmp")); err != nil {
			t.Fatal(err)
		}
	}
	failed := 0
	for ; failed <= len(links); failed++ {
		_, err := pool.Map(within(t, patience), orders(20, "nap"))
		if err == nil {
			break
		}
		if !strings.Contains(err.Error(), "file exists") || !strings.Contains(err.Error(), runDir(t, e)) {
			t.Errorf("Map: %v, want an error that names the file which exists", err)
		}
	}
	if failed == 0 || failed > len(links) {
		t.Errorf("%d calls failed over %d links", failed, len(links))
	}
	check()
	survives(t, pool)
}

// plantedAnswer puts a link, and a pipe without a writer, where the coordinator
// is going to read.
func plantedAnswer(t *testing.T, e env) {
	victim, check := victimFile(t)
	plants := []func(path string) error{
		func(path string) error { return os.Symlink(victim, path) },
		func(path string) error { return syscall.Mkfifo(path, 0o600) },
	}
	for _, plant := range plants {
		pool := open(t, e, endure)
		for _, dir := range exchange(t, e, "answers") {
			if err := plant(firstFile(dir)); err != nil {
				t.Fatal(err)
			}
		}
		items := orders(40, "nap")
		right(t, items, mapAll(t, pool, items))
		shortly(t, "the workers are replaced", func() bool { return pool.Stats().Restarts == 2 })
		survives(t, pool)
		pool.Close()
	}
	check()
}

// tornFile has a worker whose answers come in pieces, and in the wrong order.
func tornFile(t *testing.T, e env) {
	e.spec.Chunk = 4
	lying(t, "torn", "always")
	pool := open(t, e, endure)
	items := orders(60, "")
	replies := mapAll(t, pool, items)
	right(t, items, replies)
	for i, r := range replies {
		if r.Text != liarsMark {
			t.Fatalf("results[%d] is not by the worker that writes slowly", i)
		}
	}
	if n := pool.Stats().Deaths; n != 0 {
		t.Errorf("%d workers were lost", n)
	}
}

// overflow stops the workers and has so much happen in their directories that
// the system drops the notification of their work.
func overflow(t *testing.T, e env) {
	pool := open(t, e, endure)
	pids := workersOf(os.Getpid())
	for _, pid := range pids {
		kill(t, pid, syscall.SIGSTOP)
	}
	for _, dir := range exchange(t, e, "work") {
		stir(t, dir)
	}
	items := orders(40, "nap")
	done := mapping(t, pool, items)
	for _, dir := range exchange(t, e, "work") {
		shortly(t, "there is work", func() bool { return seen(firstFile(dir), 0) })
	}
	for _, pid := range pids {
		kill(t, pid, syscall.SIGCONT)
	}
	got := <-done
	if got.err != nil {
		t.Fatal(got.err)
	}
	right(t, items, got.replies)
}

// stir makes more events in a directory than are queued.
func stir(t *testing.T, dir string) {
	t.Helper()
	limit := readNumber(t, "/proc/sys/fs/inotify/max_queued_events")
	a, b := filepath.Join(dir, "a"), filepath.Join(dir, "b")
	if err := os.WriteFile(a, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for range limit/2 + 10 { // two events each
		if err := os.Rename(a, b); err != nil {
			t.Fatal(err)
		}
		a, b = b, a
	}
	if err := os.Remove(a); err != nil {
		t.Fatal(err)
	}
}

// noNotifications has a system without any to give: files are looked for, and
// a warning says so.
func noNotifications(t *testing.T, e env) {
	if !inside(t, ownNamespace) {
		return
	}
	if err := os.WriteFile("/proc/sys/user/max_inotify_instances", []byte("0"), 0); err != nil {
		refused(t, err)
	}
	var out lockedBuffer
	pool := open(t, e, endure, strategies.WithStderr(&out))
	works(t, pool)
	pool.Close()
	if !strings.Contains(out.String(), "wait=poll") {
		t.Errorf("there is no warning that names wait=poll:\n%s", out.String())
	}
}
