package peers

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/handoff-go/handoff/bench/factor"
)

// patience is the deadline of what a test waits for.
const patience = 20 * time.Second

// Every peer finds the right factors in the right places, also when it runs
// again, over fewer numbers; and leaves no process behind.
func TestAnswers(t *testing.T) {
	numbers := factor.Inputs(factor.Work{Digits: 4, Items: 700, Seed: seed})
	for _, p := range All() {
		t.Run(p.Name(), func(t *testing.T) {
			if err := p.Missing(); err != nil {
				t.Skip(err)
			}
			ctx, cancel := context.WithTimeout(t.Context(), patience)
			defer cancel()
			pool, err := p.Open(ctx)
			if err != nil {
				t.Fatal(err)
			}
			defer pool.Close()
			checkPool(t, pool, numbers)
			started := descendants(t)
			if err := pool.Close(); err != nil {
				t.Error(err)
			}
			checkGone(t, started)
		})
	}
}

func checkPool(t *testing.T, pool Pool, numbers []uint64) {
	t.Helper()
	if err := pool.Load(numbers); err != nil {
		t.Fatal(err)
	}
	for _, n := range []int{len(numbers), 300, 1} {
		took, err := pool.Run(n)
		if err != nil || took <= 0 {
			t.Fatalf("%d numbers: took %v, error %v", n, took, err)
		}
		answers, err := pool.Answers()
		if err != nil || len(answers) != n {
			t.Fatalf("%d numbers: %d answers, error %v", n, len(answers), err)
		}
		for i, factors := range answers {
			if want := factor.Factorize(numbers[i]); !slices.Equal(factors, want) {
				t.Fatalf("item %d, %d: got %d, want %d", i, numbers[i], factors, want)
			}
		}
	}
	if compute, err := pool.Compute(300); err != nil || compute < 0 {
		t.Errorf("compute %v, error %v", compute, err)
	}
}

// A process that is itself a worker or a plugin starts none.
func TestNoForkStorm(t *testing.T) {
	t.Setenv(depthVar, "1")
	before := descendants(t)
	refused := 0
	for _, p := range All() {
		if !strings.HasPrefix(p.Strategy, "peer-p") || p.Strategy == "peer-pond" || p.Missing() != nil {
			continue
		}
		refused++
		pool, err := p.Open(t.Context())
		if !errors.Is(err, ErrInside) {
			t.Errorf("%s: error %v, want %v", p.Name(), err, ErrInside)
		}
		if pool != nil {
			pool.Close()
		}
	}
	if refused < 6 {
		t.Errorf("%d peers were asked, want all that start processes", refused)
	}
	if after := descendants(t); len(after) > len(before) {
		t.Errorf("processes were started: %v", after)
	}
}

// What a Python program says when it breaks is in the error, and closing it
// after that is no trouble.
func TestPythonBreaks(t *testing.T) {
	if err := needPython(); err != nil {
		t.Skip(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	pool, err := openPython(ctx, Peer{Strategy: "peer-python-heap", Chunk: "1"})
	if err != nil {
		t.Fatal(err)
	}
	defer pool.Close()
	if err := pool.Load([]uint64{1}); err == nil || !strings.Contains(err.Error(), "unknown kind 'heap'") {
		t.Errorf("error %v, want what the script printed", err)
	}
}

// A Python that hangs is killed with its pool's processes.
func TestPythonHangs(t *testing.T) {
	if err := needPython(); err != nil {
		t.Skip(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	pool, err := openPython(ctx, Peer{Strategy: "peer-python-pool", Chunk: "auto"})
	if err != nil {
		t.Fatal(err)
	}
	py := pool.(*pythonPool)
	// A prime that trial division does not get done with.
	if err := pool.Load([]uint64{18446744073709551557}); err != nil {
		t.Fatal(err)
	}
	if _, err := py.in.Write([]byte("[\"run\", 1]\n")); err != nil {
		t.Fatal(err)
	}
	started := descendants(t)
	if err := py.end(50 * time.Millisecond); err == nil {
		t.Error("it ended by itself")
	}
	checkGone(t, started)
}

// descendants are the processes below this one, where /proc says.
func descendants(t *testing.T) []int {
	t.Helper()
	if runtime.GOOS != "linux" {
		return nil
	}
	files, err := filepath.Glob("/proc/[0-9]*/stat")
	if err != nil {
		t.Fatal(err)
	}
	children := map[int][]int{}
	for _, file := range files {
		if pid, parent, ok := readStat(file); ok {
			children[parent] = append(children[parent], pid)
		}
	}
	all := children[os.Getpid()]
	for i := 0; i < len(all); i++ {
		all = append(all, children[all[i]]...)
	}
	return all
}

// readStat reads the numbers of a process and its parent; a zombie is none.
func readStat(file string) (pid, parent int, ok bool) {
	text, err := os.ReadFile(file)
	if err != nil {
		return 0, 0, false
	}
	// The name, in parentheses, may hold anything.
	head, rest, _ := strings.Cut(string(text), " (")
	fields := strings.Fields(rest[strings.LastIndex(rest, ")")+1:])
	pid, _ = strconv.Atoi(head)
	parent, _ = strconv.Atoi(fields[1])
	return pid, parent, fields[0] != "Z"
}

// checkGone waits until none of the processes is there.
func checkGone(t *testing.T, pids []int) {
	t.Helper()
	for end := time.Now().Add(patience); ; time.Sleep(10 * time.Millisecond) {
		left := slices.DeleteFunc(slices.Clone(pids), func(pid int) bool {
			_, _, there := readStat(filepath.Join("/proc", strconv.Itoa(pid), "stat"))
			return !there
		})
		if len(left) == 0 {
			return
		}
		if time.Now().After(end) {
			t.Fatalf("processes %v were left behind", left)
		}
	}
}
