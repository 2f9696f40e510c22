//go:build linux

package strategytest

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/handoff-go/handoff/strategies"
)

var startFaults = []fault{
	{16, "no-init", processes, noInit},
	{17, "dies-at-start", processes, diesAtStart},
	{17, "dies-at-restart", processes, diesAtRestart},
	{17, "dies-beside-progress", processes, diesBesideProgress},
	{25, "replaced-binary", processes, replacedBinary},
	{0, "setup-fails-later", processes, setupFailsLater},
	{0, "setup-dies", processes, setupDies},
}

// beforeInit are the parts that play without strategies.Init.
var beforeInit = map[string]part{"no-init": openUninitialised}

// openUninitialised opens a pool in a program that forgot Init. Were that to
// start a copy, it would leave a mark and end.
func openUninitialised() int {
	pool, err := openPart()
	switch {
	case err == nil:
		pool.Close()
		fmt.Println("there is a pool")
	case errors.Is(err, strategies.ErrNoInit):
		fmt.Println("ErrNoInit")
	default:
		fmt.Println(err)
	}
	return 0
}

func noInit(t *testing.T, e env) {
	a := enter(t, "no-init", e)
	a.says(t, "ErrNoInit")
	a.cmd.Wait()
	if !empty(e.dir) {
		t.Error("a copy of the program was started, or a directory made")
	}
}

// diesAtStart wants one error, with what the workers said and how they ended,
// and not one start after the other.
func diesAtStart(t *testing.T, e env) {
	dir := lying(t, "die", "always")
	promptly(t, "Open with workers that die", func() {
		for _, want := range []string{"no luck today", "exit status 7", "start worker "} {
			openFails(t, e, endure, want)
		}
	})
	if n := liarsIn(dir); n > 3*e.spec.Resolve().Workers {
		t.Errorf("%d workers were started by 3 calls of Open", n)
	}
}

// diesAtRestart wants the restarts to be few, with pauses between them, then one clear
// error, and when workers can be started again a pool that works.
func diesAtRestart(t *testing.T, e env) {
	e.spec.Chunk, e.spec.Window = 1, 1
	dir := lying(t, "die", "armed")
	pool := open(t, e, endure)
	items := illAt(2, "wait", t.TempDir(), 0, 1)
	done := mapping(t, pool, items)
	for i := range items {
		sufferer(t, items[i].Dir, i)
	}
	arm(t, dir)
	start := time.Now()
	for _, pid := range workersOf(os.Getpid()) {
		kill(t, pid, syscall.SIGKILL)
	}
	err := (<-done).err
	took := time.Since(start)
	checkBrokenDown(t, err)
	if n, most := liarsIn(dir), 16*e.spec.Resolve().Workers; n < 2 || n > most {
		t.Errorf("%d workers were started, want some, and at most %d", n, most)
	}
	if took < time.Second || took > 7*time.Second {
		t.Errorf("it was given up after %v, want about five seconds", took)
	}
	disarm(t, dir)
	survives(t, pool)
}

// disarm lets workers start again.
func disarm(t *testing.T, dir string) {
	t.Helper()
	if err := os.Remove(filepath.Join(dir, "armed")); err != nil {
		t.Error(err)
	}
}

// checkBrokenDown wants an error of the pool, not of items, that says how the
// workers ended.
func checkBrokenDown(t *testing.T, err error) {
	t.Helper()
	var items *strategies.MapError
	switch {
	case err == nil || errors.As(err, &items) || errors.Is(err, context.DeadlineExceeded):
		t.Errorf("Map: %v, want one error of the pool", err)
	case !strings.Contains(err.Error(), "no luck today") || !strings.Contains(err.Error(), "exit status 7"):
		t.Errorf("Map: %v, want what the workers said and how they ended", err)
	}
}

// diesBesideProgress wants the place of a worker that cannot be started again
// not to be tried over and over again while the other worker gets on.
func diesBesideProgress(t *testing.T, e env) {
	dir := lying(t, "die", "armed")
	pool := open(t, e, endure)
	works(t, pool)
	arm(t, dir)
	victim := workersOf(os.Getpid())[0]
	kill(t, victim, syscall.SIGKILL)
	end := time.Now().Add(time.Second)
	for time.Now().Before(end) {
		works(t, pool)
	}
	if n := liarsIn(dir); n < 1 || n > 25 {
		t.Errorf("%d starts in vain within a second, want pauses between them", n)
	}
	disarm(t, dir)
	survives(t, pool)
}

// goOnReplaced kills a worker when told to, and wants the pool to get over it.
func goOnReplaced() int {
	pool, err := openPart()
	if err != nil {
		return failed(err)
	}
	defer pool.Close()
	fmt.Println("ready")
	bufio.NewReader(os.Stdin).ReadString('\n')
	items := illAt(40, "kill", filepath.Join(os.Getenv(envDir), "marks"), 7)
	replies, err := pool.Map(context.Background(), items)
	if err != nil {
		return failed(err)
	}
	for i, r := range replies {
		if r.N != 3*i {
			return failed(fmt.Errorf("results[%d].N = %d", i, r.N))
		}
	}
	for pool.Stats().Restarts == 0 {
		time.Sleep(time.Millisecond)
	}
	fmt.Println("replaced")
	return 0
}

// replacedBinary puts another program under the name of the one that runs, and
// wants replacements to be the old one.
func replacedBinary(t *testing.T, e env) {
	marks := filepath.Join(e.dir, "marks")
	if err := os.Mkdir(marks, 0o700); err != nil {
		t.Fatal(err)
	}
	defer os.RemoveAll(marks)
	path := copyFile(t, thisProgram(t), filepath.Join(t.TempDir(), "program"))
	a := enterProgram(t, path, "replaced", e)
	a.says(t, "ready")
	if f, err := os.OpenFile(path, os.O_WRONLY, 0); err == nil {
		f.Close()
		t.Error("the program can be written to while it runs") // text file busy
	}
	other := path + ".new"
	if err := os.WriteFile(other, []byte("#!/bin/sh\nexit 42\n"), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(other, path); err != nil {
		t.Fatal(err)
	}
	a.told(t)
	a.says(t, "replaced")
	if err := a.cmd.Wait(); err != nil {
		t.Error(err)
	}
}

func copyFile(t *testing.T, from, to string) string {
	t.Helper()
	src, err := os.Open(from)
	if err != nil {
		t.Fatal(err)
	}
	defer src.Close()
	dst, err := os.OpenFile(to, os.O_CREATE|os.O_WRONLY, 0o755)
	if err != nil {
		t.Fatal(err)
	}
	_, err = io.Copy(dst, src)
	if err := errors.Join(err, dst.Close()); err != nil {
		t.Fatal(err)
	}
	return to
}

// provided is a task whose Setup does what it is told, unless there is no file
// "armed" in its directory.
var provided = strategies.Define("strategytest-provided", suffer, strategies.Setup(provide))

// provision is the data of provided.
type provision struct{ Dir, Act string }

func provide(_ context.Context, p provision) error {
	if !seen(filepath.Join(p.Dir, "armed"), 0) {
		return nil
	}
	if err := os.WriteFile(filepath.Join(p.Dir, fmt.Sprintf("liar.%d", os.Getpid())), nil, 0o600); err != nil {
		return err
	}
	if p.Act == "die" {
		fmt.Fprintln(os.Stderr, "no luck today")
		os.Exit(7)
	}
	return errors.New("nothing is provided any more")
}

// provisionFails has all Setups fail from the death of all workers on, and
// returns how many ran and the error of Map.
func provisionFails(t *testing.T, e env, doing string) (setups int, err error) {
	t.Helper()
	e.spec.Chunk, e.spec.Window = 1, 1
	dir := t.TempDir()
	pool := open(t, e, provided, strategies.WithSetup(provision{dir, doing}))
	works(t, pool)
	arm(t, dir)
	items := illAtAll(e.spec.Resolve().Workers, "wait", t.TempDir())
	done := mapping(t, pool, items)
	for i := range items {
		sufferer(t, items[i].Dir, i)
	}
	for _, pid := range workersOf(os.Getpid()) {
		kill(t, pid, syscall.SIGKILL)
	}
	got := <-done
	return liarsIn(dir), got.err
}

// setupFailsLater wants the error of a replacement's Setup at once: trying
// again would not help.
func setupFailsLater(t *testing.T, e env) {
	setups, err := provisionFails(t, e, "fail")
	if err == nil || !strings.Contains(err.Error(), "nothing is provided any more") {
		t.Errorf("Map: %v, want the error of the Setup", err)
	}
	if workers := e.spec.Resolve().Workers; setups > workers {
		t.Errorf("%d workers were started, want one in the place of each of %d", setups, workers)
	}
}

// setupDies wants a Setup that ends its process to be a death at the start.
func setupDies(t *testing.T, e env) {
	_, err := provisionFails(t, e, "die")
	checkBrokenDown(t, err)
}
