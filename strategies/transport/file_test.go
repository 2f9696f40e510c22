//go:build unix

package transport

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// within is how long a test waits for what should come at once.
const within = 10 * time.Second

// config is a connection through two fresh directories.
func config(t testing.TB) FileConfig {
	t.Helper()
	return FileConfig{
		Run: testRun, Limit: testLimit, In: folderOf(t), Out: folderOf(t),
		Warn: func(s string) { t.Errorf("warning: %s", s) },
	}
}

// folderOf returns a fresh directory as a RunDir has them. That of t.TempDir
// may be written by the group.
func folderOf(t testing.TB) string {
	t.Helper()
	dir := t.TempDir()
	if err := os.Chmod(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	return dir
}

// other is the same connection, seen from the other end.
func (c FileConfig) other() FileConfig {
	c.In, c.Out = c.Out, c.In
	return c
}

// ends opens both ends of a connection.
func ends(t testing.TB, c FileConfig) (a, b *File) {
	t.Helper()
	return open(t, c), open(t, c.other())
}

func open(t testing.TB, c FileConfig) *File {
	t.Helper()
	f, err := NewFile(c)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { f.Close() })
	return f
}

// waits runs a test told of files and looking for them.
func waits(t *testing.T, test func(t *testing.T, c FileConfig)) {
	for name, poll := range map[string]bool{"notify": false, "poll": true} {
		t.Run(name, func(t *testing.T) {
			c := config(t)
			c.Poll = poll
			test(t, c)
		})
	}
}

// trust makes ends rely on what they are told alone.
func trust(ends ...*File) {
	for _, f := range ends {
		if n, ok := f.in.wait.(*notified); ok {
			n.rescan = time.Hour
		}
	}
}

// list returns the names of the files in dir.
func list(t testing.TB, dir string) []string {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	names := make([]string, len(entries))
	for i, e := range entries {
		names[i] = e.Name()
	}
	return names
}

// recvSoon is Recv with a deadline.
func recvSoon(t testing.TB, c Conn, f *Frame) error {
	t.Helper()
	done := make(chan error, 1)
	go func() { done <- c.Recv(f) }()
	select {
	case err := <-done:
		return err
	case <-time.After(within):
		t.Fatal("Recv hangs")
		return nil
	}
}

func TestFileRoundTrip(t *testing.T) {
	waits(t, func(t *testing.T, c FileConfig) {
		c.Fsync = c.Poll
		a, b := ends(t, c)
		frames := sizes()
		sent := make(chan error, 1)
		go func() {
			for _, f := range frames {
				if err := errors.Join(a.Send(f), a.Flush()); err != nil {
					sent <- err
					return
				}
			}
			sent <- nil
		}()
		var f Frame
		for i, want := range frames {
			if err := recvSoon(t, b, &f); err != nil {
				t.Fatalf("frame %d: %v", i, err)
			}
			same(t, &f, want, uint64(i))
		}
		if err := <-sent; err != nil {
			t.Fatal(err)
		}
		if left := list(t, c.Out); len(left) > 0 {
			t.Errorf("files left behind: %v", left)
		}
		b.Hangup()
		if err := recvSoon(t, b, &f); err != io.EOF {
			t.Errorf("after Hangup: %v, want io.EOF", err)
		}
	})
}

// TestFilePingPong: both directions, the reader always waiting for the writer.
func TestFilePingPong(t *testing.T) {
	waits(t, func(t *testing.T, c FileConfig) {
		a, b := ends(t, c)
		trust(a, b)
		go func() { // echoes
			var f Frame
			for b.Recv(&f) == nil && b.Send(&f) == nil && b.Flush() == nil {
			}
		}()
		var f Frame
		for i := range 100 {
			want := frame(fmt.Sprint("ping ", i), "")
			if err := errors.Join(a.Send(want), a.Flush()); err != nil {
				t.Fatal(err)
			}
			if err := recvSoon(t, a, &f); err != nil {
				t.Fatal(err)
			}
			same(t, &f, want, uint64(i))
		}
	})
}

func TestOneFileAFlush(t *testing.T) {
	c := config(t)
	a := open(t, c)
	large := frame("", "")
	large.Payload = make([]byte, 3*direct)
	if err := errors.Join(a.Send(frame("small", "")), a.Send(large), a.Send(frame("small", "")), a.Flush(), a.Flush()); err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(a.Send(frame("small", "")), a.Flush()); err != nil {
		t.Fatal(err)
	}
	if got, want := fmt.Sprint(list(t, c.Out)), "[0000000000.frames 0000000001.frames]"; got != want {
		t.Errorf("files %s, want %s", got, want)
	}
}

func TestHangupDrainsFirst(t *testing.T) {
	waits(t, func(t *testing.T, c FileConfig) {
		a := open(t, c)
		for i := range 20 {
			if err := errors.Join(a.Send(frame(fmt.Sprint(i), "")), a.Flush()); err != nil {
				t.Fatal(err)
			}
		}
		a.Close()
		// What was being written when the writer went is not for the reader.
		if err := os.WriteFile(filepath.Join(c.Out, asideName(20)), []byte("half"), 0o600); err != nil {
			t.Fatal(err)
		}
		b := open(t, c.other())
		b.Hangup()
		b.Hangup()
		var f Frame
		for i := range 20 {
			if err := recvSoon(t, b, &f); err != nil || string(f.Payload) != fmt.Sprint(i) {
				t.Fatalf("frame %d: %q, %v", i, f.Payload, err)
			}
		}
		if err := recvSoon(t, b, &f); err != io.EOF {
			t.Errorf("%v, want io.EOF", err)
		}
	})
}

func TestHangupEndsAWaitingRecv(t *testing.T) {
	waits(t, func(t *testing.T, c FileConfig) {
		b := open(t, c)
		trust(b)
		done := make(chan error, 1)
		go func() { done <- b.Recv(new(Frame)) }()
		time.Sleep(5 * time.Millisecond)
		b.Hangup()
		select {
		case err := <-done:
			if err != io.EOF {
				t.Errorf("%v, want io.EOF", err)
			}
		case <-time.After(within):
			t.Error("it still waits")
		}
	})
}

func TestFileCloseEndsRecv(t *testing.T) {
	waits(t, func(t *testing.T, c FileConfig) {
		goroutines, files := runtime.NumGoroutine(), descriptors(t)
		for range 5 {
			f := open(t, c)
			trust(f)
			done := make(chan error, 1)
			go func() { done <- f.Recv(new(Frame)) }()
			time.Sleep(2 * time.Millisecond)
			var group sync.WaitGroup
			for range 3 { // from several places, too
				group.Go(func() {
					if err := f.Close(); err != nil {
						t.Errorf("Close: %v", err)
					}
				})
			}
			select {
			case err := <-done:
				if !errors.Is(err, os.ErrClosed) {
					t.Errorf("Recv: %v, want %v", err, os.ErrClosed)
				}
			case <-time.After(within):
				t.Fatal("Recv still waits")
			}
			group.Wait()
			if err := errors.Join(f.Send(frame("", "")), f.Flush()); !errors.Is(err, os.ErrClosed) {
				t.Errorf("Flush after Close: %v, want %v", err, os.ErrClosed)
			}
		}
		if n := descriptors(t); n > files {
			t.Errorf("%d descriptors, %d before", n, files)
		}
		for deadline := time.Now().Add(within); runtime.NumGoroutine() > goroutines; time.Sleep(time.Millisecond) {
			if time.Now().After(deadline) {
				t.Fatalf("%d goroutines, %d before", runtime.NumGoroutine(), goroutines)
			}
		}
	})
}

// descriptors counts those of this process, where the system tells.
func descriptors(t testing.TB) int {
	entries, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		t.Logf("descriptors are not counted: %v", err)
	}
	return len(entries)
}

// TestCloseInMidFile: a Close with a file half read lets go of it.
func TestCloseInMidFile(t *testing.T) {
	c := config(t)
	files := descriptors(t)
	a, b := ends(t, c)
	large := frame("", "")
	large.Payload = make([]byte, 4*readBuffer)
	if err := errors.Join(a.Send(large), a.Flush()); err != nil {
		t.Fatal(err)
	}
	if _, err := b.in.Read(make([]byte, 10)); err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(a.Close(), b.Close()); err != nil {
		t.Fatal(err)
	}
	if n := descriptors(t); n > files {
		t.Errorf("%d descriptors, %d before", n, files)
	}
}

// TestNeverAPartialFile: writer and reader as fast as they can, with files
// of many sizes. A torn read is a wrong checksum.
func TestNeverAPartialFile(t *testing.T) {
	waits(t, func(t *testing.T, c FileConfig) {
		a, b := ends(t, c)
		const n = 1000
		sent := make(chan error, 1)
		go func() {
			random := rand.New(rand.NewPCG(1, 2))
			for i := range n {
				f := frame(fmt.Sprint(i, " "), "")
				f.Payload = append(f.Payload, bytes.Repeat([]byte{byte(i)}, random.IntN(20000))...)
				if err := errors.Join(a.Send(f), a.Flush()); err != nil {
					sent <- err
					return
				}
			}
			sent <- nil
		}()
		var f Frame
		for i := range n {
			if err := recvSoon(t, b, &f); err != nil {
				t.Fatal(err)
			}
			if number, _, _ := strings.Cut(string(f.Payload), " "); number != fmt.Sprint(i) {
				t.Fatalf("frame %s, want %d", number, i)
			}
		}
		if err := <-sent; err != nil {
			t.Fatal(err)
		}
	})
}

// TestMissedNotification: a file is found although nothing said that it came.
func TestMissedNotification(t *testing.T) {
	c := config(t)
	a, b := ends(t, c)
	deaf := b.in.wait.(*notified)
	if err := deaf.watcher.Remove(c.Out); err != nil {
		t.Fatal(err)
	}
	done := make(chan error, 1)
	go func() { done <- b.Recv(new(Frame)) }()
	time.Sleep(rescan / 2) // it waits by now
	if err := errors.Join(a.Send(frame("unseen", "")), a.Flush()); err != nil {
		t.Fatal(err)
	}
	select {
	case err := <-done:
		if err != nil {
			t.Fatal(err)
		}
	case <-time.After(within):
		t.Fatal("never found")
	}
}

// TestLostNotifications: a full queue of the system comes to us as an error,
// and what it lost is looked for at once.
func TestLostNotifications(t *testing.T) {
	n, err := newNotified(folderOf(t))
	if err != nil {
		t.Fatal(err)
	}
	defer n.close()
	n.watcher.Errors <- errors.New("overflow")
	select {
	case <-n.wake:
	case <-time.After(within):
		t.Error("nothing was done about it")
	}
}

func TestNoNotificationLeft(t *testing.T) {
	c := config(t)
	var warnings []string
	c.Warn = func(s string) { warnings = append(warnings, s) }
	in := c.In
	c.In += "/gone" // what cannot be watched
	if _, polls := newWaiter(c).(poller); !polls {
		t.Error("it does not poll")
	}
	if len(warnings) != 1 || !strings.Contains(warnings[0], in) {
		t.Errorf("warnings %q, want one that names %s", warnings, in)
	}
}

func TestPlanted(t *testing.T) {
	secret := filepath.Join(t.TempDir(), "secret")
	if err := os.WriteFile(secret, encode(t, frame("planted", "")), 0o600); err != nil {
		t.Fatal(err)
	}
	next := func(c FileConfig) string { return filepath.Join(c.In, fileName(0)) }
	aside := func(c FileConfig) string { return filepath.Join(c.Out, asideName(0)) }
	tests := []struct {
		name  string
		path  func(FileConfig) string
		plant func(path string) error
		want  error
	}{
		{"link to read", next, func(p string) error { return os.Symlink(secret, p) }, errStranger},
		{"directory to read", next, func(p string) error { return os.Mkdir(p, 0o700) }, errStranger},
		{"pipe to read", next, mkfifo, errStranger},
		{"other file to read", next, func(p string) error { return os.WriteFile(p, bytes.Repeat([]byte("text "), 20), 0o600) }, ErrFormat},
		{"file to write", aside, func(p string) error { return os.WriteFile(p, []byte("mine"), 0o600) }, os.ErrExist},
		{"link to write", aside, func(p string) error { return os.Symlink(secret, p) }, os.ErrExist},
		{"dangling link to write", aside, func(p string) error { return os.Symlink(secret+"2", p) }, os.ErrExist},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			c := config(t)
			path := tt.path(c)
			if err := tt.plant(path); err != nil {
				t.Fatal(err)
			}
			f := open(t, c)
			var err error
			if strings.HasSuffix(tt.name, "read") {
				err = recvSoon(t, f, new(Frame))
			} else {
				err = errors.Join(f.Send(frame("payload", "")), f.Flush())
			}
			if !errors.Is(err, tt.want) {
				t.Fatalf("%v, want %v", err, tt.want)
			}
			if tt.want != ErrFormat && !strings.Contains(err.Error(), path) {
				t.Errorf("%v does not name %s", err, path)
			}
			if _, err := os.Lstat(secret + "2"); err == nil {
				t.Error("it followed the link")
			}
		})
	}
}

// TestWriteErrors: the writer stops, names the path and leaves nothing aside.
func TestWriteErrors(t *testing.T) {
	c := config(t)
	a := open(t, c)
	target := filepath.Join(c.Out, fileName(0))
	if err := os.MkdirAll(filepath.Join(target, "sub"), 0o700); err != nil { // rename fails
		t.Fatal(err)
	}
	err := errors.Join(a.Send(frame("payload", "")), a.Flush())
	if err == nil || !strings.Contains(err.Error(), target) {
		t.Fatalf("%v does not name %s", err, target)
	}
	if err := os.RemoveAll(target); err != nil {
		t.Fatal(err)
	}
	if left := list(t, c.Out); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
	if err := errors.Join(a.Send(frame("payload", "")), a.Flush()); err == nil || len(list(t, c.Out)) > 0 {
		t.Errorf("it goes on after an error (%v): %v", err, list(t, c.Out))
	}
}

// TestFullDisk writes to the device that is always full.
func TestFullDisk(t *testing.T) {
	full, err := os.OpenFile("/dev/full", os.O_WRONLY, 0)
	if err != nil {
		t.Skipf("no full device: %v", err)
	}
	if err := new(fileWriter).fill(full, []byte("payload")); err == nil || !strings.Contains(err.Error(), "/dev/full") {
		t.Errorf("%v does not name the path", err)
	}
}

func TestFolderRefused(t *testing.T) {
	link := filepath.Join(t.TempDir(), "link")
	if err := os.Symlink(folderOf(t), link); err != nil {
		t.Fatal(err)
	}
	shared := folderOf(t)
	if err := os.Chmod(shared, 0o770); err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{link, shared, file, link + "/gone", t.TempDir() + "/gone"} {
		for _, c := range []FileConfig{{In: path, Out: folderOf(t)}, {In: folderOf(t), Out: path}} {
			files := descriptors(t)
			f, err := NewFile(c)
			if err == nil {
				f.Close()
				t.Errorf("%s was taken", path)
				continue
			}
			if !strings.Contains(err.Error(), path) {
				t.Errorf("%v does not name %s", err, path)
			}
			if n := descriptors(t); n > files {
				t.Errorf("%s: %d descriptors, %d before", path, n, files)
			}
		}
	}
}

// TestTruncatedFile: somebody cut a file while it was read.
func TestTruncatedFile(t *testing.T) {
	c := config(t)
	a, b := ends(t, c)
	large := frame("", "")
	large.Payload = make([]byte, 4*readBuffer)
	if err := errors.Join(a.Send(large), a.Flush()); err != nil {
		t.Fatal(err)
	}
	p := make([]byte, 10)
	if _, err := b.in.Read(p); err != nil {
		t.Fatal(err)
	}
	if err := os.Truncate(filepath.Join(c.Out, fileName(0)), 10); err != nil {
		t.Fatal(err)
	}
	if _, err := b.in.Read(p); !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Errorf("%v, want %v", err, io.ErrUnexpectedEOF)
	}
}

func TestEmptyFileIsPassedOver(t *testing.T) {
	c := config(t)
	if err := os.WriteFile(filepath.Join(c.In, fileName(0)), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(c.In, fileName(1)), encode(t, frame("next", "")), 0o600); err != nil {
		t.Fatal(err)
	}
	var f Frame
	if err := recvSoon(t, open(t, c), &f); err != nil || string(f.Payload) != "next" {
		t.Errorf("%q, %v", f.Payload, err)
	}
}

func BenchmarkFilePingPong(b *testing.B) {
	for _, bb := range []struct {
		name string
		poll bool
	}{{"wait=notify", false}, {"wait=poll", true}} {
		b.Run(bb.name, func(b *testing.B) {
			c := config(b)
			c.Poll = bb.poll
			near, far := ends(b, c)
			go func() {
				var f Frame
				for far.Recv(&f) == nil && far.Send(&f) == nil && far.Flush() == nil {
				}
			}()
			f := frame("ping", "")
			for b.Loop() {
				if err := errors.Join(near.Send(f), near.Flush(), near.Recv(f)); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func mkfifo(path string) error { return unix.Mkfifo(path, 0o600) }
