package bench

import (
	"bytes"
	"context"
	"errors"
	"math"
	"os"
	"path"
	"path/filepath"
	"runtime"
	"runtime/pprof"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/pprof/profile"

	"github.com/handoff-go/handoff/bench/factor"
	"github.com/handoff-go/handoff/strategies"
)

// recorded is the work that is profiled here.
var recorded = factor.Work{Digits: 9, Items: 4096, Shape: "record", Seed: seed}

// takeProfile profiles the work by a strategy, until there are enough samples to
// see something in them, and reads what was written.
func takeProfile(t *testing.T, spec string) map[string]*profile.Profile {
	t.Helper()
	const enough = 50 // of lanes
	for d := 750 * time.Millisecond; ; d *= 2 {
		read := profileFor(t, spec, d)
		_, samples := serialization(read["cpu"], 0)
		if samples >= enough {
			return read
		}
		if d > 20*time.Second {
			t.Fatalf("%g samples in %v", samples, d)
		}
	}
}

func profileFor(t *testing.T, spec string, d time.Duration) map[string]*profile.Profile {
	t.Helper()
	check, err := factor.Recorded.Check(recorded)
	if err != nil {
		t.Fatal(err)
	}
	to := Profiling{Dir: t.TempDir(), Time: d, Work: "digits=9 shape=record"}
	done, err := Profile(t.Context(), factor.Recorded.Factor, strategies.MustParse(spec), factor.Recorded.Items(recorded), check, to)
	if err != nil {
		t.Fatal(err)
	}
	if done.Items == 0 || done.Items%int64(recorded.Items) != 0 || done.Wall < d || len(done.Lost) > 0 {
		t.Errorf("%d items in %v, lost %v", done.Items, done.Wall, done.Lost)
	}
	return readAll(t, done.Paths)
}

// readAll reads profiles by the middle of their names.
func readAll(t *testing.T, paths []string) map[string]*profile.Profile {
	t.Helper()
	read := map[string]*profile.Profile{}
	for _, path := range paths {
		data, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		p, err := profile.ParseData(data)
		if err != nil {
			t.Fatalf("%s: %v", path, err)
		}
		kind := strings.TrimPrefix(filepath.Ext(strings.TrimSuffix(path, ".pb.gz")), ".")
		read[kind] = p
	}
	return read
}

// TestProfilePhases: what a codec does is found in encode and decode, factoring
// in compute, next to nothing is left over, and samples and clocks agree.
func TestProfilePhases(t *testing.T) {
	var both clocked
	allocated, sampled := map[string]int64{}, map[string]int64{}
	for spec, pkg := range map[string]string{
		"process-gob,workers=2":  "encoding/gob.",
		"process-json,workers=2": "encoding/json.",
	} {
		t.Run(spec, func(t *testing.T) {
			read := takeProfile(t, spec)
			checkPhases(t, read["cpu"], pkg, sampled)
			checkStamps(t, read["cpu"], []string{"coordinator", "worker 0", "worker 1"})
			checkStamps(t, read["stopwatch"], []string{"coordinator", "worker 0", "worker 1"})
			checkAllocations(t, read["allocs"], allocated)
			both.add(read["cpu"], read["stopwatch"])
		})
	}
	both.check(t)
	// Of both together, for these are few samples: one of allocations is half a megabyte.
	if other := sampled[phaseOther]; other > max(1, sampled["all"]/50) {
		t.Errorf("%d of %d samples are of no known phase", other, sampled["all"])
	}
	if allocated["encode"] <= 0 || allocated["decode"] <= 0 {
		t.Errorf("allocated by the codecs were %v; want some in encode, and in decode, which makes fresh values", allocated)
	}
}

// checkPhases adds to sampled how many samples there are, and of no known phase.
func checkPhases(t *testing.T, p *profile.Profile, codec string, sampled map[string]int64) {
	t.Helper()
	phases := map[string]int64{}
	var total, inCodec, factoring int64
	for _, s := range p.Sample {
		phase, n := s.Label["phase"][0], s.Value[0]
		phases[phase] += n
		total += n
		if !slices.Contains([]string{"worker", "sender", "receiver"}, strings.Join(s.Label["lane"], "")) {
			continue
		}
		stack := functions(s)
		if has(stack, []string{codec}) {
			inCodec += n
			if phase != "encode" && phase != "decode" {
				t.Errorf("%d samples of %s are under %s: %q", n, codec, phase, stack)
			}
		}
		if has(stack, []string{"github.com/handoff-go/handoff/bench/factor.Factorize"}) {
			factoring += n
			if phase != "compute" {
				t.Errorf("%d samples of factoring are under %s: %q", n, phase, stack)
			}
		}
	}
	for _, f := range p.Function {
		if path.IsAbs(f.Filename) {
			t.Errorf("%s is in %s, which tells of this machine", f.Name, f.Filename)
		}
	}
	if inCodec == 0 || factoring == 0 || phases["encode"]+phases["decode"] < inCodec {
		t.Errorf("of %v, %d are in %s and %d in factoring", phases, inCodec, codec, factoring)
	}
	sampled["all"] += total
	sampled[phaseOther] += phases[phaseOther]
}

// clocked adds up how many samples of lanes are of serialization, and how many the
// threads' clocks lead to expect.
type clocked struct{ samples, sampled, expected, variance float64 }

func (c *clocked) add(cpu, clocks *profile.Profile) {
	part, samples := serialization(cpu, 0)
	p, _ := serialization(clocks, 1)
	c.samples += samples
	c.sampled += part * samples
	c.expected += p * samples
	c.variance += p * (1 - p) * samples
}

// check wants samples and clocks to agree within three points and three
// standard deviations, which with that many samples are some twelve points.
// TestLabelsAndClockAgree, of package strategies, knows no chance.
func (c *clocked) check(t *testing.T) {
	t.Helper()
	if runtime.GOOS != "linux" {
		return
	}
	off, allowed := math.Abs(c.sampled-c.expected), 0.03*c.samples+3*math.Sqrt(c.variance)
	if c.samples < 100 || c.variance == 0 || off > allowed {
		t.Errorf("%.0f of %.0f samples are of serialization, by the clocks it should be %.0f: %.0f apart, want at most %.0f of at least 100", c.sampled, c.samples, c.expected, off, allowed)
	}
	t.Logf("%.0f of %.0f samples, by the clocks %.0f, allowed %.0f", c.sampled, c.samples, c.expected, allowed)
}

// serialization is its part in what lanes did for items, by the i-th value.
func serialization(p *profile.Profile, i int) (part, whole float64) {
	sums := map[string]float64{}
	for _, s := range p.Sample {
		if lane := s.Label["lane"]; len(lane) == 1 && lane[0] != "reader" {
			sums[s.Label["phase"][0]] += float64(s.Value[i])
		}
	}
	moved := sums["encode"] + sums["transfer"] + sums["decode"]
	whole = moved + sums["compute"]
	return moved / max(1, whole), whole
}

// checkStamps wants the labels of every sample, and samples of all processes.
func checkStamps(t *testing.T, p *profile.Profile, procs []string) {
	t.Helper()
	var seen []string
	for _, s := range p.Sample {
		for _, key := range []string{"phase", "role", "proc", "strategy"} {
			if len(s.Label[key]) != 1 {
				t.Fatalf("a sample has the labels %v, want one %s", s.Label, key)
			}
		}
		proc, role := s.Label["proc"][0], s.Label["role"][0]
		if !slices.Contains(seen, proc) {
			seen = append(seen, proc)
		}
		if role != strings.Fields(proc)[0] {
			t.Errorf("a sample of %s has the role %s", proc, role)
		}
	}
	if slices.Sort(seen); !slices.Equal(seen, procs) {
		t.Errorf("samples are of %q, want %q", seen, procs)
	}
}

// checkAllocations wants what the codec allocated to be found where it did, and adds
// it to bytes.
func checkAllocations(t *testing.T, p *profile.Profile, bytes map[string]int64) {
	t.Helper()
	for _, s := range p.Sample {
		phase := s.Label["phase"][0]
		for _, f := range functions(s) {
			if !strings.Contains(f, "/strategies/codec.") {
				continue
			}
			for suffix, want := range map[string]string{".Encode": "encode", ".Decode": "decode"} {
				if !strings.HasSuffix(f, suffix) {
					continue
				}
				if bytes[want] += s.Value[1]; phase != want {
					t.Errorf("%d bytes of %s are under %s", s.Value[1], f, phase)
				}
			}
		}
	}
	if p.DefaultSampleType != "alloc_space" {
		t.Errorf("the allocations that are shown are %s", p.DefaultSampleType)
	}
}

// hoarded is what hoard made.
var hoarded [][]byte

// hoard allocates so much that the profile of allocations cannot miss it.
func hoard() { hoarded = append(hoarded, make([]byte, 64<<20)) }

// TestProfileInProcess: workers that are goroutines have their role, too, and
// what was allocated before the profile began is not in it.
func TestProfileInProcess(t *testing.T) {
	hoard()
	defer func() { hoarded = nil }()
	read := takeProfile(t, "goroutines,workers=2")
	var roles []string
	for _, s := range read["cpu"].Sample {
		if s.Label["proc"][0] != "coordinator" {
			t.Errorf("a sample is of %s", s.Label["proc"])
		}
		if s.Label["phase"][0] == "compute" {
			roles = append(roles, s.Label["role"][0])
		}
	}
	if roles = slices.Compact(roles); !slices.Equal(roles, []string{"worker"}) {
		t.Errorf("computing is of the roles %q", roles)
	}
	for _, s := range read["allocs"].Sample {
		if has(functions(s), []string{"github.com/handoff-go/handoff/bench.hoard"}) {
			t.Errorf("%d bytes were allocated before the profile began", s.Value[1])
		}
	}
}

// dying ends its process at the number 0.
var dying = strategies.Define("dying-test", func(_ context.Context, n uint64) (uint64, error) {
	if n == 0 {
		os.Exit(9)
	}
	return n, nil
})

// TestProfileLoss: the profile of a worker that died is missing, which is said,
// and the others are merged.
func TestProfileLoss(t *testing.T) {
	to := Profiling{Dir: t.TempDir(), Name: "loss", Time: time.Millisecond}
	spec := strategies.MustParse("process-gob,workers=1,chunk=1,retries=1")
	_, err := Profile(t.Context(), dying, spec, []uint64{1, 0}, nil, to)
	var failed *strategies.MapError
	if !errors.As(err, &failed) {
		t.Fatalf("with an item that kills its worker every time: %v", err)
	}
	marker := filepath.Join(t.TempDir(), "died")
	t.Setenv(onceVar, marker)
	done, err := Profile(t.Context(), dyingOnce, spec, []uint64{1, 0, 2}, nil, to)
	if err != nil {
		t.Fatal(err)
	}
	if len(done.Lost) != 1 || !strings.Contains(done.Lost[0].Error(), "worker 0 was lost: exit status 9") {
		t.Errorf("lost were %v, want worker 0 with its exit status", done.Lost)
	}
	if on := surroundings(); !strings.Contains(on, runtime.Version()+", ") || !strings.HasSuffix(on, "Z") {
		t.Errorf("surroundings %q", on)
	}
	comments := strings.Join(readAll(t, done.Paths)["cpu"].Comments, "\n")
	if !strings.Contains(comments, "\nlost: strategies: no profile: worker 0 was lost: exit status 9") {
		t.Errorf("the comments do not say what was lost:\n%s", comments)
	}
}

// onceVar names a file that says that a worker has died.
const onceVar = "HANDOFF_TEST_DIED"

var dyingOnce = strategies.Define("dying-once-test", func(_ context.Context, n uint64) (uint64, error) {
	if n == 0 {
		if f, err := os.OpenFile(os.Getenv(onceVar), os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600); err == nil {
			f.Close()
			os.Exit(9)
		}
	}
	return n, nil
})

// TestProfileRefused: bad input is refused before anything is run.
func TestProfileRefused(t *testing.T) {
	items, spec := factor.Number.Items(factor.Work{Digits: 2, Items: 10, Seed: seed}), strategies.MustParse("serial")
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		to    Profiling
		items []uint64
		want  string
	}{
		"no folder": {Profiling{Dir: filepath.Join(file, "in")}, items, "not a directory"},
		"name":      {Profiling{Dir: t.TempDir(), Name: "a/b"}, items, `name "a/b": want the name of a file`},
		"no items":  {Profiling{Dir: t.TempDir()}, nil, "there are no items"},
	} {
		if _, err := Profile(t.Context(), factor.Number.Factor, spec, c.items, nil, c.to); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want it to say %q", name, err, c.want)
		}
	}
	if err := pprof.StartCPUProfile(new(bytes.Buffer)); err != nil {
		t.Fatal(err)
	}
	defer pprof.StopCPUProfile()
	if _, err := Profile(t.Context(), factor.Number.Factor, spec, items, nil, Profiling{Dir: t.TempDir()}); !errors.Is(err, strategies.ErrProfiled) {
		t.Errorf("under another profile: %v", err)
	}
}

// TestRunProfiles: with the variable, Run reports its times and then profiles.
func TestRunProfiles(t *testing.T) {
	dir := t.TempDir()
	output, err := bench(t, "Trial", trialVar+"=good", ProfileVar+"="+dir)
	if err != nil || !strings.Contains(output, " ns/item ") {
		t.Fatalf("%v\n%s", err, output)
	}
	paths, err := filepath.Glob(filepath.Join(dir, "BenchmarkTrial_strategy=process-gob_workers=2*.pb.gz"))
	if err != nil || len(paths) != 3 {
		t.Fatalf("written were %q (%v), want three profiles", paths, err)
	}
	checkStamps(t, readAll(t, paths)["stopwatch"], []string{"coordinator", "worker 0", "worker 1"})
}
