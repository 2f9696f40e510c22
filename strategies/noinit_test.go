//go:build unix

package strategies_test

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// goTool runs the go command, in this directory if dir is empty.
func goTool(t *testing.T, dir string, args ...string) string {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "go", args...)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "GOWORK=off", "GOFLAGS=")
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("go %s: %v\n%s", strings.Join(args, " "), err, out)
	}
	return string(out)
}

// TestNoInit runs a program that does not call Init. Were it to start itself,
// the copy would leave a mark and end: one copy, and no storm.
func TestNoInit(t *testing.T) {
	program := filepath.Join(t.TempDir(), "noinit")
	goTool(t, "", "build", "-o", program, "./testdata/noinit")
	for _, strategy := range []string{"process-gob", "process-json", "shared-file", "shared-file-json"} {
		t.Run(strategy, func(t *testing.T) {
			dir := t.TempDir()
			out := runGroup(t, program, strategy, dir)
			if want := "ErrNoInit, 0 children"; out != want {
				t.Errorf("the program printed %q, want %q", out, want)
			}
			if left, _ := os.ReadDir(dir); len(left) > 0 {
				t.Errorf("left in the pool's directory: %v", left)
			}
		})
	}
}

// runGroup runs a program as a process group of its own and wants nothing to
// be left of that.
func runGroup(t *testing.T, program string, args ...string) string {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	cmd := exec.CommandContext(ctx, program, args...)
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) }
	cmd.WaitDelay = time.Second
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Errorf("%s: %v", program, err)
	}
	if err := syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL); !errors.Is(err, syscall.ESRCH) {
		t.Errorf("processes of the group were left (kill: %v)", err)
	}
	return strings.TrimSpace(string(out))
}

// TestUserModule runs the tests of a module that uses ours as others do.
func TestUserModule(t *testing.T) {
	goTool(t, filepath.Join("testdata", "usermodule"), "test", "./...")
}
