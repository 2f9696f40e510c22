//go:build linux

package strategytest

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime/debug"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/handoff-go/handoff/strategies"
)

// endure is the task of the faults: what an item does to its worker, it does
// whenever it is run, or with a directory for its mark only the first time.
var endure = strategies.Define("strategytest-endure", suffer)

func suffer(_ context.Context, o order) (reply, error) {
	ill := ills[o.Act]
	for _, more := range []map[string]func(order) error{spoils, deferreds} {
		if ill == nil {
			ill = more[o.Act]
		}
	}
	if ill != nil && (o.Dir == "" || sign(o)) {
		if err := ill(o); err != nil {
			return reply{}, err
		}
	}
	return answer(o, ""), nil
}

// sign leaves a mark with the worker's process id. It reports false if there
// is one already.
func sign(o order) bool {
	f, err := os.OpenFile(markPath(o, "suffered"), os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if errors.Is(err, os.ErrExist) {
		return false
	}
	if err != nil {
		panic(err)
	}
	defer f.Close()
	fmt.Fprint(f, os.Getpid())
	return true
}

// ills are what can happen to a worker in mid-task.
var ills = map[string]func(order) error{
	"nap":    func(order) error { time.Sleep(2 * time.Millisecond); return nil },
	"doze":   func(order) error { time.Sleep(60 * time.Millisecond); return nil },
	"kill":   func(order) error { dieHere(); return nil },
	"linger": func(order) error { time.Sleep(300 * time.Millisecond); dieHere(); return nil },
	"stop":   func(order) error { syscall.Kill(os.Getpid(), syscall.SIGSTOP); select {} },
	"exit 0": func(order) error { os.Exit(0); return nil },
	"spin":   func(order) error { spin(); return nil },
	"hang":   func(order) error { select {} },
	"wait":   stay,
	"write":  func(order) error { writeTogether(); return nil },
	"fall":   func(order) error { debug.SetMaxStack(1 << 17); fmt.Print(fall(1)); return nil },
	"shout":  shout,
	"bear":   func(o order) error { return bear(o, nil) },
	"disown": func(o order) error { return bear(o, nil, "PATH="+os.Getenv("PATH")) },
	"exile":  func(o order) error { return bear(o, &syscall.SysProcAttr{Setsid: true}) },
	"eat":    eat,
	"blurt":  blurt,
	"fault":  func(order) error { go func() { fmt.Print(*nowhere) }(); select {} },
	"swell":  func(order) error { return touch(syscall.MAP_PRIVATE | syscall.MAP_GROWSDOWN) },
	"share":  func(order) error { return touch(syscall.MAP_SHARED) },
	"deafen": func(order) error { deafen(); return nil },
	"rage":   func(order) error { deafen(); spin(); return nil },
}

func spin() {
	for n := 0; ; n++ {
	}
}

// deafen closes the descriptor by which the worker hears its coordinator, when
// it has gone to sleep over it.
func deafen() {
	time.Sleep(50 * time.Millisecond)
	syscall.Close(3)
}

// stay waits until there is a file "open".
func stay(o order) error {
	if !seen(filepath.Join(o.Dir, "open"), ordeal) {
		return errors.New("nobody let it go on")
	}
	return nil
}

// writeTogether writes a map in two goroutines, until the runtime sees it.
func writeTogether() {
	m := map[int]int{}
	for range 2 {
		go func() {
			for n := 0; ; n++ {
				m[n%7] = n
			}
		}()
	}
	select {}
}

// fall never returns, but for numbers that there are none of.
func fall(n int) int {
	if n < 0 {
		return 0
	}
	return fall(n+1) + n
}

// shout prints a megabyte and some last words, and ends the worker.
func shout(order) error {
	line := strings.Repeat("x", 1023) + "\n"
	for range 1024 {
		fmt.Fprint(os.Stderr, line)
	}
	fmt.Fprintln(os.Stderr, "these are the last words")
	os.Exit(5)
	return nil
}

// bear starts a child that has all the pipes of the worker, also those that
// are not meant for it, and notes its process id. Its environment is the worker's,
// unless another is given.
func bear(o order, attr *syscall.SysProcAttr, env ...string) error {
	cmd := exec.Command("sleep", "60")
	cmd.SysProcAttr, cmd.Env = attr, env
	cmd.Stdout, cmd.Stderr = os.Stdout, os.Stderr
	for _, fd := range []int{3, 4} {
		own, err := syscall.Dup(fd)
		if err != nil {
			return err
		}
		file := os.NewFile(uintptr(own), "pipe")
		defer file.Close()
		cmd.ExtraFiles = append(cmd.ExtraFiles, file)
	}
	if err := cmd.Start(); err != nil {
		return err
	}
	return os.WriteFile(markPath(o, "child"), []byte(strconv.Itoa(cmd.Process.Pid)), 0o600)
}

// blurt prints what looks like a crash, a good deal of other text, half a line, and
// dies of a panic among many goroutines: what they do is more than is kept.
func blurt(order) error {
	for n := range 2000 {
		fmt.Fprintf(os.Stderr, "\x1b[31mrequest %d\x1b[0m \xff\x00: panic: so it said, and went on\n", n)
	}
	for range 500 {
		go func() { select {} }()
	}
	fmt.Fprint(os.Stderr, "all is well, 10 %")
	time.Sleep(10 * time.Millisecond)
	go panic("the very cause\nof it: " + strings.Repeat("and more ", 10000))
	select {}
}

var nowhere *int

var eaten [][]byte

// eat takes a gigabyte.
func eat(order) error {
	for range 64 {
		b := make([]byte, 16<<20)
		for i := 0; i < len(b); i += 4096 {
			b[i] = 1
		}
		eaten = append(eaten, b)
	}
	return nil
}

// touch takes memory of a kind, 160 MiB of it, not all at once. What grows
// downwards counts as a stack, which RLIMIT_DATA does not limit.
func touch(kind int) error {
	b, err := syscall.Mmap(-1, 0, 160<<20, syscall.PROT_READ|syscall.PROT_WRITE, kind|syscall.MAP_ANONYMOUS)
	if err != nil {
		return err
	}
	defer syscall.Munmap(b)
	for i := 0; i < len(b); i += 4096 {
		b[i] = 1
		if i%(8<<20) == 0 {
			time.Sleep(time.Millisecond)
		}
	}
	return nil
}

// illAt returns n items of which some do something to their worker, once if
// dir is not empty. All others take two milliseconds.
func illAt(n int, doing, dir string, at ...int) []order {
	items := orders(n, "nap")
	for _, i := range at {
		items[i].Act, items[i].Dir = doing, dir
	}
	return items
}

// sufferer waits until item n has come over its worker, and returns the
// worker's process id.
func sufferer(t *testing.T, dir string, n int) (pid int) {
	t.Helper()
	return readPID(t, markPath(order{N: n, Dir: dir}, "suffered"))
}

// readPID waits for a file with a process id in it.
func readPID(t *testing.T, path string) (pid int) {
	t.Helper()
	shortly(t, path+" is written", func() bool {
		text, _ := os.ReadFile(path)
		pid, _ = strconv.Atoi(string(text))
		return pid > 0
	})
	return pid
}

// outcome is what a Map came to.
type outcome struct {
	replies []reply
	err     error
}

// mapping runs a Map beside the test.
func mapping(t *testing.T, pool *strategies.Pool[order, reply], items []order) <-chan outcome {
	t.Helper()
	ctx, done := within(t, ordeal), make(chan outcome, 1)
	go func() {
		replies, err := pool.Map(ctx, items)
		done <- outcome{replies, err}
	}()
	return done
}

// lostAt wants item k alone to fail, because its worker was lost.
func lostAt(t *testing.T, items []order, replies []reply, err error, k int) (*strategies.ItemError, *strategies.LostError) {
	t.Helper()
	right(t, items, replies, k)
	failed := failures(t, err, 1)[0]
	var lost *strategies.LostError
	if failed.Index != k || !errors.As(failed, &lost) {
		t.Fatalf("failed: %v, want item %d with a *LostError", failed, k)
	}
	return failed, lost
}

// shortly is eventually for what is not to be waited for until the whole test
// is ended by force.
func shortly(t *testing.T, what string, ok func() bool) {
	t.Helper()
	for end := time.Now().Add(ordeal / 2); !ok(); time.Sleep(time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("after %v still not: %s", ordeal/2, what)
		}
	}
}

// survives wants the pool to work, with all its workers.
func survives(t *testing.T, pool *strategies.Pool[order, reply]) {
	t.Helper()
	works(t, pool)
	want := pool.Spec().Workers
	shortly(t, "all workers are there", func() bool { return len(workersOf(os.Getpid())) == want })
	works(t, pool)
}
