//go:build !unix

package runner

import "os/exec"

const hasGroups = false

// isolate has nothing to add where there are no process groups: the process is
// killed, and what it started ends when it finds its pipes closed.
func isolate(cmd *exec.Cmd) { cmd.Cancel = func() error { return cmd.Process.Kill() } }

func ownGroup(*exec.Cmd) {}

func killGroup(*exec.Cmd) error { return nil }
