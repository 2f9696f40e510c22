//go:build !unix

package peers

import "os/exec"

func ownGroup(*exec.Cmd) {}

// killGroup kills the process; where there are no groups its children end by
// themselves, or not.
func killGroup(cmd *exec.Cmd) error { return cmd.Process.Kill() }
