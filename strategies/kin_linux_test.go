package strategies

import (
	"os"
	"os/exec"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

func TestKinships(t *testing.T) {
	outer, inner := kinship{0xab, 3}, kinship{1<<64 - 1, 1}
	for value, want := range map[string][]kinship{
		"":                                     nil,
		outer.String():                         {outer},
		outer.String() + "," + inner.String():  {outer, inner},
		"somebody's own," + inner.String():     {inner},
		outer.String() + "x":                   nil,
		"ab.3":                                 nil, // not as we write it
		"+" + outer.String():                   nil,
		outer.String() + " " + inner.String():  nil,
		inner.String() + "," + "ffff.1.2.3,,,": {inner},
	} {
		if got := kinships(value); !slices.Equal(got, want) {
			t.Errorf("%q: %v, want %v", value, got, want)
		}
	}
	t.Setenv(envRun, outer.String())
	if got, want := inner.variable(), envRun+"="+outer.String()+","+inner.String(); got != want {
		t.Errorf("in a worker of another pool: %q, want %q", got, want)
	}
}

func TestVariable(t *testing.T) {
	for env, want := range map[string]string{
		"":                              "",
		"A=1\x00B=2\x00":                "1",
		"B=2\x00A=1\x00":                "1",
		"A=1\x00A=3\x00":                "3",
		"XA=1\x00":                      "",
		"B=A=1\x00":                     "",
		"A=\x00":                        "",
		"A=1":                           "1",
		"\x00\x00A=1\x00C=\xff\xfe\x00": "1",
	} {
		if got := string(variable([]byte(env), "A")); got != want {
			t.Errorf("%q: %q, want %q", env, got, want)
		}
	}
}

// TestEndKin: those that are meant end, however large their environment is, and no
// others.
func TestEndKin(t *testing.T) {
	meant, other := kinship{0x123456789abcdef, 7}, kinship{0x123456789abcdef, 8}
	start := func(env ...string) *exec.Cmd {
		cmd := exec.Command("sleep", "60")
		cmd.Env = env
		cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { cmd.Process.Kill(); cmd.Wait() })
		return cmd
	}
	large := "LARGE=" + strings.Repeat("x", 100<<10)
	doomed := []*exec.Cmd{
		start(meant.variable()),
		start(large, meant.variable(), large),
		start(envRun + "=" + meant.String() + "," + other.String()),
	}
	spared := []*exec.Cmd{start(other.variable()), start("X" + meant.variable()), start("A=1")}
	meant.endKin()
	for i, cmd := range doomed {
		ended := make(chan struct{})
		go func() { cmd.Wait(); close(ended) }()
		select {
		case <-ended:
		case <-time.After(10 * time.Second):
			t.Fatalf("process %d of those that are meant lives on", i)
		}
	}
	for i, cmd := range spared {
		if state, err := os.ReadFile("/proc/" + strconv.Itoa(cmd.Process.Pid) + "/environ"); err != nil || len(state) == 0 {
			t.Errorf("process %d of those that are not meant was ended", i)
		}
	}
}

// BenchmarkKin: what does it cost to look at all processes, and to find that
// there is no need to?
func BenchmarkKin(b *testing.B) {
	b.Run("look", func(b *testing.B) {
		for b.Loop() {
			endKin(func(kinship) bool { return false })
		}
	})
	b.Run("sweep", func(b *testing.B) {
		for b.Loop() {
			sweepKin()
		}
	})
}
