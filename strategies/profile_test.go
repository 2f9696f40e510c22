package strategies

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"runtime"
	"runtime/pprof"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/pprof/profile"

	"github.com/handoff-go/handoff/strategies/transport"
)

// telling answers with the labels that its context has, after work that takes
// as many milliseconds of CPU time as the item says. 1000 ends the process.
var telling = Define("labels-test", func(ctx context.Context, ms int) (string, error) {
	if ms == 1000 {
		os.Exit(7)
	}
	var labels []string
	pprof.Do(ctx, pprof.Labels("own", "task"), func(context.Context) {
		burn(ms)
	})
	pprof.ForLabels(ctx, func(key, value string) bool {
		labels = append(labels, key+"="+value)
		return true
	})
	slices.Sort(labels)
	return strings.Join(labels, " "), nil
})

// burnt keeps the compiler from leaving the work out.
var burnt atomic.Uint64

// burn takes about so many milliseconds of CPU time, however busy the machine.
func burn(ms int) {
	x := uint64(ms)
	for range ms * 1_000_000 {
		x = x*6364136223846793005 + 1
	}
	burnt.Add(x)
}

// profileOf opens a pool under the label "opened", maps the items under another,
// which does not cross, and returns the results and what the pool handed over.
func profileOf(t *testing.T, spec string, items []int) (results []string, handed []ProcessProfile) {
	t.Helper()
	var pool *Pool[int, string]
	pprof.Do(t.Context(), pprof.Labels("opened", "here"), func(ctx context.Context) {
		var err error
		pool, err = Open(ctx, telling, MustParse(spec), WithProfile(func(p ProcessProfile) { handed = append(handed, p) }))
		if err != nil {
			t.Fatal(err)
		}
	})
	defer pool.Close()
	pprof.Do(t.Context(), pprof.Labels("mapped", "there"), func(ctx context.Context) {
		results, _ = pool.Map(ctx, items)
	})
	pool.Close()
	return results, handed
}

func ofEach(n, ms int) []int { return slices.Repeat([]int{ms}, n) }

// TestProfile wants the profile of every process, complete, with the task under
// compute and with the labels of Open and of the task's own.
func TestProfile(t *testing.T) {
	const want = "lane=worker opened=here phase=compute"
	for spec, all := range map[string][]int{
		"process-gob,workers=2": {-1, 0, 1},
		"shared-file,workers=1": {-1, 0},
		"goroutines,workers=2":  {-1},
	} {
		t.Run(spec, func(t *testing.T) {
			results, handed := profileOf(t, spec, ofEach(40, 5))
			for i, labels := range results {
				if labels != want {
					t.Fatalf("the task of item %d ran under %q, want %q", i, labels, want)
				}
			}
			var from []int
			sum := map[string]int64{}
			for _, p := range handed {
				from = append(from, p.Worker)
				if p.Err != nil {
					t.Errorf("process %d: %v", p.Worker, p.Err)
					continue
				}
				sampled(t, p, sum)
			}
			if slices.Sort(from); !slices.Equal(from, all) {
				t.Errorf("profiles of %v, want them of %v", from, all)
			}
			if busy := sum["own=task "+want]; busy < 50_000_000 {
				t.Errorf("%d ns of some 200 ms were sampled in the task, the rest in %v", busy, sum)
			}
		})
	}
}

// sampled adds up the CPU time of each set of labels.
func sampled(t *testing.T, p ProcessProfile, sum map[string]int64) {
	t.Helper()
	cpu, err := profile.Parse(bytes.NewReader(p.CPU))
	if err != nil {
		t.Fatalf("CPU profile of process %d: %v", p.Worker, err)
	}
	for _, s := range cpu.Sample {
		var labels []string
		for key, values := range s.Label {
			labels = append(labels, key+"="+values[0])
		}
		slices.SortFunc(labels, func(a, b string) int { // the task's own first
			return strings.Compare(strings.Replace(a, "own=", " ", 1), strings.Replace(b, "own=", " ", 1))
		})
		sum[strings.Join(labels, " ")] += s.Value[1]
	}
	if p.Worker >= 0 && (len(p.Lanes) != 1 || p.Lanes[0].Lane != "worker" || runtime.GOOS == "linux" && p.Lanes[0].CPU.Compute == 0) {
		t.Errorf("the clocks of process %d say %+v", p.Worker, p.Lanes)
	}
	if _, err := profile.Parse(bytes.NewReader(p.Allocs)); err != nil {
		t.Errorf("allocations of process %d: %v", p.Worker, err)
	}
}

// TestProfileOfALostWorker: the others hand theirs over, and the loss is said.
func TestProfileOfALostWorker(t *testing.T) {
	_, handed := profileOf(t, "process-gob,workers=1,retries=0,chunk=1", []int{1, 1000, 1})
	var says []string
	for _, p := range handed {
		says = append(says, fmt.Sprintf("%d %t", p.Worker, p.Err == nil))
		var lost *LostError
		if p.Err != nil && (!errors.As(p.Err, &lost) || !strings.Contains(p.Err.Error(), "no profile: worker 0") || lost.Cause != "exit status 7") {
			t.Errorf("the loss is called %v", p.Err)
		}
	}
	if want := []string{"0 false", "0 true", "-1 true"}; !slices.Equal(says, want) {
		t.Errorf("handed over were %q, want %q", says, want)
	}
}

// TestProfileTakenSlowly: while the profile of a lost worker is taken, another has
// its place and works.
func TestProfileTakenSlowly(t *testing.T) {
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	over := make(chan struct{})
	pool, err := Open(ctx, telling, MustParse("process-gob,workers=1,retries=0,chunk=1"), WithProfile(func(p ProcessProfile) {
		if p.Err != nil {
			<-over
		}
	}))
	if err != nil {
		t.Fatal(err)
	}
	defer pool.Close()
	_, err = pool.Map(ctx, []int{1, 1000, 1})
	close(over)
	var failed *MapError
	if !errors.As(err, &failed) || len(failed.Failed) != 1 {
		t.Errorf("with a worker lost to one item of three: %v", err)
	}
}

// TestProfiledAlready wants a clear error, and that nothing is left behind.
func TestProfiledAlready(t *testing.T) {
	take := WithProfile(func(p ProcessProfile) { t.Errorf("a pool that did not open handed over %d", p.Worker) })
	if err := pprof.StartCPUProfile(new(bytes.Buffer)); err != nil {
		t.Fatal(err)
	}
	_, err := Open(t.Context(), telling, MustParse("process-gob,workers=1"), take)
	pprof.StopCPUProfile()
	if !errors.Is(err, ErrProfiled) {
		t.Errorf("under another profile Open says %v", err)
	}
	_, err = Open(t.Context(), telling, MustParse("process-gob,workers=1"), take, WithStartTimeout(time.Nanosecond))
	if err == nil {
		t.Fatal("a worker was ready after a nanosecond")
	}
	if err := pprof.StartCPUProfile(new(bytes.Buffer)); err != nil {
		t.Errorf("after an Open that failed the profile still runs: %v", err)
	}
	pprof.StopCPUProfile()
}

// TestProfilesAreBounded: a worker that sends profiles unasked, or without end, is
// not believed.
func TestProfilesAreBounded(t *testing.T) {
	pr := &process{core: &core{}}
	f := &transport.Frame{Header: transport.Header{Kind: transport.Profile}, Payload: []byte("piece")}
	if err := pr.handle(f, &lap{}); !errors.Is(err, errKind) || pr.profile.CPU != nil {
		t.Errorf("a profile that nobody asked for is met with %v", err)
	}
	pr.core.profiling = &profiling{}
	if err := pr.handle(f, &lap{}); err != nil || string(pr.profile.CPU) != "piece" {
		t.Errorf("one that was asked for is taken as %q, error %v", pr.profile.CPU, err)
	}
	pr.profile.CPU = make([]byte, maxProfile-7)
	f.Header.First = 1
	if err := pr.handle(f, &lap{}); err != nil {
		t.Errorf("up to the bound: %v", err)
	}
	if err := pr.handle(f, &lap{}); !errors.Is(err, errProfile) {
		t.Errorf("beyond the bound: %v", err)
	}
}
