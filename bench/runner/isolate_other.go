//go:build !unix

package runner

import "os/exec"

// isolate has nothing to add where there are no process groups: the process is
// killed, and what it started ends when it finds its pipes closed.
func isolate(*exec.Cmd) {}

func killGroup(*exec.Cmd) error { return nil }
