package peers

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
)

// When a sample is killed, what it had started ends by itself.
func TestNoOrphans(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("needs /proc")
	}
	path, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	for strategy, started := range map[string]struct {
		processes int
		as        string // how their command lines begin or go on
	}{
		"peer-plugin-netrpc": {Workers, path},
		"peer-plugin-grpc":   {Workers, path},
		"peer-python-pool":   {1 + Workers, pythonScript},
	} {
		t.Run(strategy, func(t *testing.T) {
			if err := needPython(); err != nil && started.as == pythonScript {
				t.Skip(err)
			}
			checkGone(t, killed(t, path, strategy, started.processes, started.as))
		})
	}
}

// killed starts a benchmark that takes longer than the test, kills it once it
// has so many processes of a kind below it, and returns them.
func killed(t *testing.T, path, strategy string, processes int, as string) []int {
	t.Helper()
	before := descendants(t)
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	cmd := exec.CommandContext(ctx, path, "-test.run=^$", "-test.bench=Peers/strategy="+strategy+"$/digits=2/shape=number/workers=2/chunk=1$", "-test.benchtime=1m")
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	defer cmd.Wait()
	defer cmd.Process.Kill()
	for ctx.Err() == nil {
		below := slices.DeleteFunc(descendants(t), func(pid int) bool {
			return pid == cmd.Process.Pid || slices.Contains(before, pid) || !runsAs(pid, as)
		})
		if len(below) >= processes {
			time.Sleep(300 * time.Millisecond) // let it be in the midst of things
			return below
		}
		time.Sleep(10 * time.Millisecond)
	}
	t.Fatalf("no %d processes after %v", processes, patience)
	return nil
}

// runsAs reports whether the process's command line is that of a plugin, which
// is the program without arguments, or holds the script.
func runsAs(pid int, as string) bool {
	text, err := os.ReadFile(filepath.Join("/proc", strconv.Itoa(pid), "cmdline"))
	words := strings.Split(strings.TrimRight(string(text), "\x00"), "\x00")
	return err == nil && (len(words) == 1 && words[0] == as || len(words) > 1 && slices.Contains(words[1:], as))
}
