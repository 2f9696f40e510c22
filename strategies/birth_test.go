//go:build linux

package strategies_test

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// TestUnrulyBeginnings runs a stranger's program that does something wrong before it
// comes to Init.
func TestUnrulyBeginnings(t *testing.T) {
	program := filepath.Join(t.TempDir(), "unruly")
	goTool(t, filepath.Join("testdata", "usermodule"), "build", "-o", program, "./cmd/unruly")

	t.Run("clear", func(t *testing.T) {
		t.Setenv("UNRULY", "clear")
		marks := filepath.Join(t.TempDir(), "marks")
		if out, want := runGroup(t, program, marks), "[2 4 6] <nil>"; out != want {
			t.Errorf("the program printed %q, want %q", out, want)
		}
		if text, _ := os.ReadFile(marks); len(text) != 1 {
			t.Errorf("%d processes took themselves for the coordinator, want 1", len(text))
		}
	})
	t.Run("says what it waits for", func(t *testing.T) {
		t.Setenv("UNRULY", "hang late")
		out := runGroup(t, program, filepath.Join(t.TempDir(), "marks"))
		if !strings.Contains(out, "not ready after 5s") || !strings.Contains(out, "strategies.Init") {
			t.Errorf("the program printed %q, want an error that says what comes before strategies.Init", out)
		}
	})
	for _, how := range []string{"hang early", "hang", "spin", "hang late"} {
		t.Run("orphans/"+how, func(t *testing.T) {
			t.Setenv("UNRULY", how)
			cmd := exec.Command(program, filepath.Join(t.TempDir(), "marks"))
			if err := cmd.Start(); err != nil {
				t.Fatal(err)
			}
			defer cmd.Wait()
			defer cmd.Process.Kill()
			var pids []string
			until(t, "it starts 2 workers", func() bool {
				pids = childrenOf(cmd.Process.Pid)
				return len(pids) == 2
			})
			time.Sleep(100 * time.Millisecond) // they get as far as they do
			cmd.Process.Kill()
			for _, pid := range pids {
				until(t, "worker "+pid+" ends", func() bool {
					of, err := os.Readlink("/proc/" + pid + "/exe")
					return err != nil || of != program
				})
			}
		})
	}
}

// until waits for something to come true.
func until(t *testing.T, what string, f func() bool) {
	t.Helper()
	for end := time.Now().Add(10 * time.Second); !f(); time.Sleep(time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("not within 10 s: %s", what)
		}
	}
}

func childrenOf(pid int) (list []string) {
	lists, _ := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/children", pid))
	for _, path := range lists {
		text, _ := os.ReadFile(path)
		list = append(list, strings.Fields(string(text))...)
	}
	return list
}
