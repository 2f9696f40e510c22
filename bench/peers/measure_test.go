package peers

import (
	"bytes"
	"context"
	"flag"
	"os"
	"os/exec"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/handoff-go/handoff/strategies"
)

// run runs this test binary's benchmarks once in a fresh process.
func run(t *testing.T, pattern string, env ...string) (stdout, stderr string) {
	t.Helper()
	path, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	cmd := exec.CommandContext(ctx, path, "-test.run=^$", "-test.bench="+pattern, "-test.benchtime=1x")
	cmd.Env = append(os.Environ(), env...)
	var out, complaints bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &complaints
	if err := cmd.Run(); err != nil {
		t.Fatalf("%v\n%s%s", err, out.String(), complaints.String())
	}
	return out.String(), complaints.String()
}

// cell is a name that the benchmark format can carry: no value ends in what
// would be read as GOMAXPROCS.
var cell = regexp.MustCompile(`^# cell: BenchmarkPeers(/[a-z]+=([A-Za-z0-9._]+-)*[A-Za-z._][A-Za-z0-9._]*|/[a-z]+=[0-9]+)+$`)

func TestList(t *testing.T) {
	stdout, _ := run(t, "Peers", listVar+"=1")
	var cells []string
	for line := range strings.Lines(stdout) {
		if line = strings.TrimSpace(line); strings.HasPrefix(line, "# cell: ") {
			cells = append(cells, line)
			if !cell.MatchString(line) {
				t.Errorf("%q is not a name that the format can carry", line)
			}
		}
	}
	if strings.Contains(stdout, "ns/op\t") {
		t.Errorf("something was measured:\n%s", stdout)
	}
	if sorted := slices.Sorted(slices.Values(cells)); len(slices.Compact(sorted)) != len(cells) {
		t.Errorf("two cells have the same name:\n%s", strings.Join(cells, "\n"))
	}
	for _, want := range wantedCells() {
		if !slices.Contains(cells, "# cell: BenchmarkPeers/"+want) {
			t.Errorf("%s is not listed", want)
		}
	}
	if got, want := len(cells), len(wantedCells()); got < want {
		t.Errorf("%d cells, want at least %d", got, want)
	}
}

// wantedCells are the names of some of our cells and of all peers' that this
// machine has.
func wantedCells() []string {
	names := []string{
		"strategy=serial/digits=2/shape=number/workers=1/chunk=auto",
		"strategy=process-gob/digits=2/shape=number/workers=2/chunk=1",
		"strategy=process-gob/digits=9/numbers=prime/shape=number/workers=2/chunk=auto",
	}
	for _, p := range All() {
		if p.Missing() == nil {
			names = append(names, p.Name(work(p.Items).Keys()...))
		}
	}
	return names
}

func TestName(t *testing.T) {
	p := Peer{Strategy: "peer-x", Chunk: "256", Window: "4"}
	want := "strategy=peer-x/digits=2/shape=number/workers=2/chunk=256/window=4"
	if got := p.Name(work(1).Keys()...); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

// Where there is no Python, its rows are left out with a note, and all else
// goes on.
func TestWithoutPython(t *testing.T) {
	stdout, stderr := run(t, "Peers", listVar+"=1", "PATH="+t.TempDir())
	if strings.Contains(stdout, "strategy=peer-python") || !strings.Contains(stdout, "strategy=peer-plugin-grpc") {
		t.Errorf("cells:\n%s", stdout)
	}
	for _, want := range []string{"peer-python-pool is left out: python3: not installed", "peer-python-executor is left out"} {
		if !strings.Contains(stderr, want) {
			t.Errorf("no %q in the complaints:\n%s", want, stderr)
		}
	}
	if !strings.Contains(stdout, "python3 missing (not installed)") {
		t.Errorf("the line of versions does not say that it is missing:\n%s", stdout)
	}
}

// A sample of a pool in this process, of one in others, and of ours.
func TestBenchmark(t *testing.T) {
	pattern := "Peers/strategy=(goroutines|peer-conc-itermap|peer-plugin-netrpc)$/digits=2/shape=number/workers=2/chunk=(auto|1|256)$"
	stdout, _ := run(t, pattern)
	var lines []string
	for line := range strings.Lines(stdout) {
		if strings.HasPrefix(line, "Benchmark") {
			lines = append(lines, line)
			if strings.Count(line, " ns/op") != 1 || strings.Count(line, " ns/item") != 1 {
				t.Errorf("want one ns/op and one ns/item in %s", line)
			}
		}
	}
	if len(lines) < 4 {
		t.Errorf("%d lines, want goroutines, iter.Map, and the plugins:\n%s", len(lines), stdout)
	}
	for _, want := range []string{"\nseed: 1\n", "\npeers: ants v2.", "\nUnit ns/item better=lower\n"} {
		if !strings.Contains("\n"+stdout, want) {
			t.Errorf("no %q in the output", want)
		}
	}
}

// A pool whose answers are wrong fails its benchmark.
func TestWrongAnswersFail(t *testing.T) {
	if err := flag.Set("test.benchtime", "1x"); err != nil {
		t.Fatal(err)
	}
	for want, wrong := range map[bool]uint64{true: 0, false: 1} {
		p := Peer{Items: 500, open: func(ctx context.Context, p Peer) (Pool, error) {
			pool, err := openConcMap(ctx, p)
			return spoiled{pool, wrong}, err
		}}
		result := testing.Benchmark(func(b *testing.B) { benchmarkPeer(b, p) })
		if ok := result.N > 0; ok != want {
			t.Errorf("%d added to an answer: the benchmark ended well is %t, want %t", wrong, ok, want)
		}
	}
}

// spoiled adds something to the last answer.
type spoiled struct {
	Pool
	wrong uint64
}

func (s spoiled) Answers() ([][]uint64, error) {
	answers, err := s.Pool.Answers()
	last := answers[len(answers)-1]
	last[0] += s.wrong
	return answers, err
}

// All that go.mod requires for a peer has a version in the record.
func TestVersions(t *testing.T) {
	for part := range strings.SplitSeq(Versions(), ", ") {
		if name, version, ok := strings.Cut(part, " "); !ok || version == "" {
			t.Errorf("%q has no version", name)
		}
	}
	if len(named) < 6 || moduleVersion("example.com/absent") != "" {
		t.Errorf("%d modules", len(named))
	}
}

// Our own strategies in the table are ones that the library has, or will have.
func TestOurs(t *testing.T) {
	for _, o := range ours {
		name, _, _ := strings.Cut(o.spec, ",")
		if _, err := strategies.Parse(o.spec); err != nil && slices.Contains(strategies.Names(), name) {
			t.Errorf("%s: %v", o.spec, err)
		}
	}
}
