//go:build unix

package main

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// started runs the command in a process of its own.
func started(t *testing.T, dir string, args ...string) (cmd *exec.Cmd, stderr *bytes.Buffer) {
	t.Helper()
	cmd, stderr = exec.Command(os.Args[0], args...), &bytes.Buffer{}
	cmd.Dir, cmd.Stderr = dir, stderr
	cmd.Env = append(os.Environ(), beMain+"=1")
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { cmd.Process.Kill(); cmd.Wait() })
	return cmd, stderr
}

// ended waits for the command, at most so long, and returns its exit code.
func ended(t *testing.T, cmd *exec.Cmd, within time.Duration) (code int, took time.Duration) {
	t.Helper()
	begun, done := time.Now(), make(chan struct{})
	go func() { cmd.Wait(); close(done) }()
	select {
	case <-done:
	case <-time.After(within):
		cmd.Process.Kill()
		<-done
		t.Errorf("%v went on for %v", cmd.Args[1:], within)
	}
	return cmd.ProcessState.ExitCode(), time.Since(begun)
}

// A pipe that nobody ends, and judging that takes long, end as soon as they are asked to,
// with one line; nothing is left that is not whole.
func TestInterruptedReading(t *testing.T) {
	dir := t.TempDir()
	at := func(name string) string { return filepath.Join(dir, name) }
	if err := syscall.Mkfifo(at("silent"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(at("many.txt"), []byte(manyRows(20_000, 10)), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		args  []string
		after time.Duration
	}{
		{[]string{"report", "-o", "out", "silent"}, 300 * time.Millisecond},
		{[]string{"compare", "silent", "many.txt"}, 300 * time.Millisecond},
		{[]string{"report", "-o", "out", "many.txt"}, 200 * time.Millisecond},
		{[]string{"report", "-o", "out", "many.txt"}, 900 * time.Millisecond},
		{[]string{"compare", "-o", "out", "many.txt", "many.txt"}, 700 * time.Millisecond},
		{[]string{"report", "-o", "out", "many.txt", "many.txt"}, 500 * time.Millisecond},
	} {
		cmd, stderr := started(t, dir, test.args...)
		time.Sleep(test.after)
		if err := cmd.Process.Signal(os.Interrupt); err != nil {
			continue // it was done before
		}
		code, _ := ended(t, cmd, 10*time.Second)
		if said := stderr.String(); code == exitUnable && (!strings.Contains(said, "interrupted: ") || strings.Count(said, "\n") != 1) {
			t.Errorf("%v: exit code %d, %q", test.args, code, said)
		} else if code == -1 || code == exitFailed {
			t.Errorf("%v: exit code %d, %q", test.args, code, said)
		}
		filepath.WalkDir(dir, func(path string, entry os.DirEntry, err error) error {
			if err != nil || strings.HasPrefix(entry.Name(), ".") {
				t.Errorf("%v: left behind %s (%v)", test.args, path, err)
			}
			return nil
		})
	}
}

// What is read may be a pipe; then nothing is written unless a folder is named.
func TestReportOfPipe(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "a.txt"), []byte(manyRows(3, 8)), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, args := range [][]string{{"report", "-"}, {"report", "/dev/stdin"}, {"report", "-", "a.txt"}, {"compare", "-", "a.txt"}, {"compare", "a.txt", "/dev/stdin"}} {
		cmd := exec.Command(os.Args[0], args...)
		cmd.Dir, cmd.Stdin = dir, strings.NewReader(manyRows(3, 8))
		cmd.Env = append(os.Environ(), beMain+"=1")
		out, err := cmd.Output()
		if code := cmd.ProcessState.ExitCode(); code != exitFine && code != exitInconclusive || !strings.Contains(string(out), "n=2") {
			t.Errorf("%v: %v, %s", args, err, out)
		}
		if entries, _ := os.ReadDir(dir); len(entries) != 1 {
			t.Errorf("%v wrote %v", args, entries)
		}
	}
}
