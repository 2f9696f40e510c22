package runner

import (
	"bytes"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"golang.org/x/perf/benchfmt"
)

const twoRounds = `# run: 2026-11-23T02-10-11Z-linux-amd64-2cpu
# binary: 0123456789abcdef
# bench: X
# benchtime: 1x
# shuffle: 1
# rounds: 2
# cells: 2
goos: linux
pkg: example.com/x
suite: custom
Unit parts/op better=lower
# round: 1
# pressure: 12
BenchmarkX/k=a-2 	1	100 ns/op	3 parts/op
# round: 1
BenchmarkX/k=b-2 	1	200 ns/op
dataset: big
# round: 2
# pressure: 0
BenchmarkX/k=b-2 	1	210 ns/op
# round: 2
BenchmarkX/k=a-2 	1	110 ns/op	3 parts/op
`

// writeRecord makes a run's folder.
func writeRecord(t *testing.T, text string) string {
	t.Helper()
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, FileName), []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	return dir
}

func TestReadRecorded(t *testing.T) {
	r, err := readRecorded(writeRecord(t, twoRounds), FileName)
	if err != nil {
		t.Fatal(err)
	}
	a, b := cell{"example.com/x", "BenchmarkX/k=a"}, cell{"example.com/x", "BenchmarkX/k=b"}
	want := []taken{{turn{1, a}, 1, 100, 12}, {turn{1, b}, 1, 200, -1}, {turn{2, b}, 1, 210, 0}, {turn{2, a}, 1, 110, -1}}
	if got := r.samples(2); !slices.Equal(got, want) || r.cut != 0 {
		t.Errorf("samples %v\nwant %v\ncut %d", got, want, r.cut)
	}
	if r.config["dataset"] != "big" || !r.units["Unit parts/op better=lower"] {
		t.Errorf("config %v, units %v", r.config, r.units)
	}
	if !r.complete(2) || r.complete(3) {
		t.Error("4 samples of 2 cells are 2 rounds")
	}
}

// A file cut at any byte must be read as its whole samples, and never as part
// of one.
func TestReadRecordedCutAnywhere(t *testing.T) {
	for size := range len(twoRounds) {
		text := twoRounds[:size]
		r, err := readRecorded(writeRecord(t, text), FileName)
		if err != nil {
			t.Fatalf("cut at %d: %v", size, err)
		}
		whole := 0 // benchmark lines that end with a newline
		for line := range strings.Lines(text) {
			if strings.HasPrefix(line, "Benchmark") && strings.HasSuffix(line, "\n") {
				whole++
			}
		}
		if r == nil {
			if whole != 0 {
				t.Fatalf("cut at %d: nothing read of %d samples", size, whole)
			}
			continue
		}
		if len(r.taken) != whole || r.size+int64(r.cut) != int64(size) {
			t.Fatalf("cut at %d: %d samples, want %d; size %d, cut %d", size, len(r.taken), whole, r.size, r.cut)
		}
		if n := countSamples(t, []byte(text[:r.size])); n != whole {
			t.Fatalf("cut at %d: benchfmt reads %d samples, want %d", size, n, whole)
		}
	}
}

// countSamples reads text as benchstat does and fails on any damaged line.
func countSamples(t *testing.T, text []byte) int {
	t.Helper()
	n := 0
	reader := benchfmt.NewReader(bytes.NewReader(text), FileName)
	for reader.Scan() {
		switch rec := reader.Result().(type) {
		case *benchfmt.SyntaxError:
			t.Fatal(rec)
		case *benchfmt.Result:
			n++
		}
	}
	if reader.Err() != nil {
		t.Fatal(reader.Err())
	}
	return n
}

func TestReadRecordedRefuses(t *testing.T) {
	for want, text := range map[string]string{
		"not recorded by this command": "goos: linux\nBenchmarkX 1 5 ns/op\n",
		"damaged":                      strings.Replace(twoRounds, "200 ns/op", "2oo ns/op", 1),
		":15: round \"zero\"":          strings.Replace(twoRounds, "# round: 1\nBenchmarkX/k=b", "# round: zero\nBenchmarkX/k=b", 1),
	} {
		_, err := readRecorded(writeRecord(t, text), FileName)
		if err == nil || !strings.Contains(err.Error(), want) || !strings.Contains(err.Error(), FileName) {
			t.Errorf("error %v, want %s", err, want)
		}
	}
	if r, err := readRecorded(t.TempDir(), FileName); r != nil || err != nil {
		t.Errorf("empty folder: %v, %v", r, err)
	}
}

func TestResumedPlan(t *testing.T) {
	read := func(text string) *recorded {
		r, err := readRecorded(writeRecord(t, text), FileName)
		if err != nil {
			t.Fatal(err)
		}
		return r
	}
	half := twoRounds[:strings.Index(twoRounds, "dataset")]
	p, err := resumedPlan(Config{}, read(half))
	if err != nil {
		t.Fatal(err)
	}
	if want := (plan{pkg: "example.com/x", suite: "custom", bench: "X", benchtime: "1x", rounds: 2, seed: 1}); p != want {
		t.Errorf("plan %+v, want %+v", p, want)
	}
	if p, err := resumedPlan(Config{Rounds: 5}, read(twoRounds)); err != nil || p.rounds != 5 {
		t.Errorf("more rounds: %v, %v", p, err)
	}
	for _, bad := range []struct {
		text, want string
		c          Config
	}{
		{half, "-rounds 1:", Config{Rounds: 1}},
		{half, "-seed 2:", Config{Seed: 2}},
		{half, "-bench Y:", Config{Bench: "Y"}},
		{half, "-suite quick:", Config{Suite: "quick"}},
		{half, "-benchtime 2x:", Config{Benchtime: "2x"}},
		{strings.Replace(half, "# shuffle: 1\n", "", 1), "not a run to be resumed", Config{}},
	} {
		if _, err := resumedPlan(bad.c, read(bad.text)); err == nil || !strings.Contains(err.Error(), bad.want) {
			t.Errorf("%+v: error %v, want %s", bad.c, err, bad.want)
		}
	}
}

func TestFits(t *testing.T) {
	r, err := readRecorded(writeRecord(t, twoRounds), FileName)
	if err != nil {
		t.Fatal(err)
	}
	r.marks["commit"], r.marks["dirty"] = "abc", "true"
	cells := []cell{{"example.com/x", "BenchmarkX/k=a"}, {"example.com/x", "BenchmarkX/k=b"}}
	now := []mark{{"binary", "0123456789abcdef"}}
	if err := r.fits(now, cells, 2); err != nil {
		t.Error(err)
	}
	for want, err := range map[string]error{
		"with binary 0123456789abcdef, now it is ffff (it was built from commit abc with changes)": r.fits([]mark{{"binary", "ffff"}}, cells, 2),
		"with env (none), now it is SLOW=1":                      r.fits(append(now, mark{envMark, "SLOW=1"}), cells, 2),
		"with GOGC (none), now it is off":                        r.fits(append(now, mark{"GOGC", "off"}), cells, 2),
		"holds BenchmarkX/k=b-2, which this build does not list": r.fits(now, cells[:1], 2),
	} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want %s", err, want)
		}
	}
}
