package bench

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"runtime/pprof"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/pprof/profile"

	"github.com/handoff-go/handoff/internal/wholefile"
	"github.com/handoff-go/handoff/strategies"
)

// ProfileVar names the environment variable that has [Run] profile each cell,
// by [Profile], after it was measured: the profiles go into the folder that it
// names, under the benchmark's name.
const ProfileVar = "HANDOFF_PROFILE"

// Profiling says what to do with a profile.
type Profiling struct {
	Dir  string        // where to write; it is made
	Name string        // how the names of the files begin; default the strategy's
	Time time.Duration // for how long at least: there are 100 samples a second and busy CPU
	Work string        // what is computed, as the benchmark's name says it; only written down
}

// Profiled is a profile that was taken.
type Profiled struct {
	Paths []string // of the files
	Items int64    // answered meanwhile
	Wall  time.Duration
	Lost  []error // worker processes that handed over no profile
}

// Profile runs the task over items by the strategy of spec, one Map after the
// other until the time is over, with a CPU profile in every process, and writes
// into NAME.cpu.pb.gz one profile of all of them, into NAME.allocs.pb.gz what they
// allocated, and into NAME.stopwatch.pb.gz what the lanes counted meanwhile, as
// a profile too: wall time, waiting included, and CPU time where threads have clocks. "go tool pprof" opens all three.
//
// Every sample has the labels strategy, proc (coordinator, worker 0, …), role
// (worker for what worker goroutines and processes do, else coordinator) and
// phase: one of wait, transfer, decode, compute and encode, as the lanes say; for
// samples without a lane collector, scheduler, profiler or other, by their
// stack. The comments of a profile hold what it is of, as "key: value": strategy,
// cell, on (machine, Go, commit and time), items, wall, cpu (as the system counts it), and a line "lost" for each worker that handed over nothing.
//
// The check, which may be nil, gets the results of the last Map. The options are those
// of [strategies.Open]. Errors:
// [strategies.ErrProfiled] when this process is being profiled already; a folder
// that cannot be written, before anything is run; what Open, Map and the check
// return: nothing is written then, not even what workers had handed over. Where
// writing fails, Paths holds the files that are whole.
func Profile[In, Out any](ctx context.Context, task *strategies.Task[In, Out], spec strategies.Spec, items []In,
	check func([]Out) error, to Profiling, options ...strategies.Option) (Profiled, error) {
	if to.Name == "" {
		to.Name = spec.Strategy
	}
	if len(items) == 0 {
		return Profiled{}, errors.New("bench: profile: there are no items")
	}
	if err := to.makeRoom(); err != nil {
		return Profiled{}, fmt.Errorf("bench: profile: %w", err)
	}
	t := taking{to: to}
	options = append(options[:len(options):len(options)], strategies.WithProfile(t.take))
	results, err := profileRun(ctx, &t, task, spec, items, options)
	if err == nil && check != nil {
		err = check(results)
	}
	if err != nil {
		return Profiled{}, err
	}
	return t.write()
}

// profileRun runs the task under the profile until the time is over.
func profileRun[In, Out any](ctx context.Context, t *taking, task *strategies.Task[In, Out], spec strategies.Spec, items []In,
	options []strategies.Option) (results []Out, err error) {
	t.before = allocations()
	pool, err := strategies.Open(ctx, task, spec, options...)
	if err != nil {
		return nil, err
	}
	defer pool.Close()
	t.first = pool.Stats()
	for began := time.Now(); t.wall == 0 || t.wall < t.to.Time; t.wall = time.Since(began) {
		if results, err = pool.Map(ctx, items); err != nil {
			return nil, err
		}
	}
	t.stats = pool.Stats()
	return results, nil
}

// makeRoom makes the folder and sees that it can be written to.
func (to Profiling) makeRoom() error {
	if filepath.Base(to.Name) != to.Name {
		return fmt.Errorf("name %q: want the name of a file", to.Name)
	}
	if err := os.MkdirAll(to.Dir, 0o777); err != nil {
		return err
	}
	probe, err := os.CreateTemp(to.Dir, to.Name+".*")
	if err != nil {
		return err
	}
	return errors.Join(probe.Close(), os.Remove(probe.Name()))
}

// taking is a profile that is being taken.
type taking struct {
	to     Profiling
	before []byte           // allocations of this process before it began
	first  strategies.Stats // when the pool had opened
	stats  strategies.Stats // in the end
	wall   time.Duration
	taken  []strategies.ProcessProfile
	lost   []error
}

// take is for [strategies.WithProfile].
func (t *taking) take(p strategies.ProcessProfile) {
	if p.Err != nil {
		t.lost = append(t.lost, p.Err)
		return
	}
	t.taken = append(t.taken, p)
}

// allocations returns the profile of this process' allocations so far.
func allocations() []byte {
	runtime.GC() // it holds those up to the last collection
	var b bytes.Buffer
	pprof.Lookup("allocs").WriteTo(&b, 0) // a Buffer returns no error
	return b.Bytes()
}

// write writes the three profiles.
func (t *taking) write() (Profiled, error) {
	done := Profiled{Items: t.stats.Items, Wall: t.wall, Lost: t.lost}
	for _, kind := range []struct {
		suffix string
		make   func() (*profile.Profile, error)
	}{{"cpu", t.cpu}, {"allocs", t.allocs}, {"stopwatch", t.stopwatch}} {
		path := filepath.Join(t.to.Dir, t.to.Name+"."+kind.suffix+".pb.gz")
		p, err := kind.make()
		if err == nil {
			p.Comments = t.comments()
			err = writeProfile(path, p)
		}
		if err != nil {
			return done, fmt.Errorf("bench: profile: %s: %w", kind.suffix, err)
		}
		done.Paths = append(done.Paths, path)
	}
	return done, nil
}

// comments say what the profile is of.
func (t *taking) comments() []string {
	lines := []string{
		"strategy: " + t.stats.Spec.Strategy,
		"cell: " + strings.TrimSpace(t.stats.Spec.String()+" "+t.to.Work),
		"on: " + surroundings(),
		"items: " + strconv.FormatInt(t.stats.Items, 10),
		"wall: " + t.wall.String(),
		"cpu: " + spending{before: t.first, after: t.stats}.cpu().String(),
	}
	for _, err := range t.lost {
		first, _, _ := strings.Cut(err.Error(), "\n")
		lines = append(lines, "lost: "+first)
	}
	return lines
}

// surroundings names the machine, the Go version, the commit where the build knows it,
// and the time.
func surroundings() string {
	words := []string{runtime.GOOS + "/" + runtime.GOARCH, fmt.Sprintf("%d CPUs", runtime.NumCPU()), runtime.Version()}
	if info, ok := debug.ReadBuildInfo(); ok {
		for _, s := range info.Settings {
			if s.Key == "vcs.revision" {
				words = append(words, "commit "+s.Value[:min(len(s.Value), 8)])
			}
		}
	}
	return strings.Join(append(words, time.Now().UTC().Format(time.RFC3339)), ", ")
}

func writeProfile(path string, p *profile.Profile) error {
	if err := p.CheckValid(); err != nil {
		return err
	}
	return wholefile.Write(path, p.Write)
}

// profileCell profiles the cell that a benchmark has measured, if that is
// wanted: afterwards, so that the times are not those of a profiled run.
func profileCell[In, Out any](b *testing.B, task *strategies.Task[In, Out], spec strategies.Spec, items []In,
	check func([]Out) error, options []strategies.Option) {
	dir := os.Getenv(ProfileVar)
	if dir == "" {
		return
	}
	to := Profiling{
		Dir:  dir,
		Name: strings.ReplaceAll(b.Name(), "/", "_"),
		Time: max(b.Elapsed(), time.Second),
		Work: b.Name(),
	}
	done, err := Profile(b.Context(), task, spec, items, check, to, options...)
	if err != nil {
		b.Fatal(err)
	}
	for _, err := range done.Lost {
		b.Log(err)
	}
}
