package runner

import (
	"bytes"
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
)

// command is a command of a run: with the run's mark, in a group of its own, which is
// killed as a whole when ctx ends, and when this process is killed.
func command(ctx context.Context, name string, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Env = scratchOf(ctx).environ()
	cmd.WaitDelay = grace
	isolate(cmd)
	if s := scratchOf(ctx); s != nil {
		killed := cmd.Cancel
		cmd.Cancel = func() error {
			err := killed()
			killMarked(s.path) // what has left the group may hold the output open
			return err
		}
	}
	return cmd
}

// do runs a command to its end. The system ends the child when the thread that
// started it ends, so the thread is kept for as long.
func do(ctx context.Context, cmd *exec.Cmd) error {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	if err := cmd.Start(); err != nil {
		return err
	}
	if s := scratchOf(ctx); s != nil {
		s.dog.watch(cmd.Process.Pid)
		defer s.dog.watch(0)
	}
	return cmd.Wait()
}

// outputOf runs a command and returns what it prints. Where it fails, the error is an
// *exec.ExitError that holds the end of its complaints.
func outputOf(ctx context.Context, cmd *exec.Cmd) ([]byte, error) {
	var out, complaints bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &complaints
	err := do(ctx, cmd)
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		exit.Stderr = complaints.Bytes()
	}
	return out.Bytes(), err
}

// tool is a command that helps: git, or the go command. What it keeps in temporary
// files goes with the run's.
func tool(ctx context.Context, name string, args ...string) *exec.Cmd {
	cmd := command(ctx, name, args...)
	if s := scratchOf(ctx); s != nil {
		temp := filepath.Join(s.path, "tools")
		if os.MkdirAll(temp, 0o700) == nil {
			cmd.Env = append(cmd.Env, "GOTMPDIR="+temp, "TMPDIR="+temp)
		}
	}
	return cmd
}
