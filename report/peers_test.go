package report

import (
	"fmt"
	"math"
	"math/rand/v2"
	"path/filepath"
	"strings"
	"testing"
)

// inventedPeers are rows of an invented run with peers: the end of the name and
// the time of an item in nanoseconds.
var inventedPeers = []struct {
	strategy, chunk, window string
	ns                      float64
}{
	{"serial", "auto", "", 22},
	{"goroutines", "auto", "", 13},
	{"goroutines", "1", "", 210},
	{"process-gob", "auto", "", 190},
	{"process-gob", "1", "", 1150},
	{"process-shm-binary", "auto", "", 76},
	{"process-shm-binary", "1", "", 380},
	{"peer-ants-pool", "1", "", 690},
	{"peer-ants-func", "1", "", 560},
	{"peer-pond", "1", "", 640},
	{"peer-errgroup", "1", "", 720},
	{"peer-conc-pool", "1", "", 610},
	{"peer-conc-itermap", "1", "", 41},
	{"peer-plugin-netrpc", "1", "1", 64000},
	{"peer-plugin-netrpc", "1", "16", 17500},
	{"peer-plugin-netrpc", "256", "4", 480},
	{"peer-plugin-grpc", "1", "1", 118000},
	{"peer-plugin-grpc", "1", "16", 33000},
	{"peer-plugin-grpc", "256", "4", 740},
	{"peer-python-pool", "1", "", 27000},
	{"peer-python-pool", "auto", "", 980},
	{"peer-python-executor", "1", "", 148000},
	{"peer-python-executor", "256", "", 1650},
}

const inventedPeersHeader = `goos: linux
goarch: amd64
pkg: github.com/handoff-go/handoff/bench/peers
cpu: Example CPU @ 3.00GHz
peers: ants v2.12.1, conc v0.3.0, python3 3.11.7
seed: 1
suite: custom
# run: 2026-11-23T04-10-11Z-linux-amd64-2cpu
# commit: 0123abcd4567
# dirty: false
# go: go1.26.8
# date: 2026-11-23T04:10:11Z
# cpus: 2
# note: invented numbers, for tests only
Unit ns/item better=lower
`

// inventedPeersRun writes a whole run with peers.
func inventedPeersRun(seed uint64, rounds int) string {
	rng := rand.New(rand.NewPCG(seed, 3))
	var out strings.Builder
	out.WriteString(inventedPeersHeader)
	for round := 1; round <= rounds; round++ {
		slow := math.Exp(0.04 * rng.NormFloat64())
		add := func(strategy, work, setup string, ns float64) {
			ns *= slow * math.Exp(0.05*rng.NormFloat64())
			workers := 2
			if strategy == "serial" {
				workers = 1
			}
			fmt.Fprintf(&out, "# round: %d\nBenchmarkPeers/strategy=%s/%s/shape=number/workers=%d/%s-2 1 %.0f ns/op %.6g ns/item",
				round, strategy, work, workers, setup, ns*131072, ns)
			if strategy == "process-gob" {
				fmt.Fprintf(&out, " %.6g cpu-ns/item", 1.9*ns)
			}
			out.WriteString("\n")
		}
		for _, p := range inventedPeers {
			setup := "chunk=" + p.chunk
			if p.window != "" {
				setup += "/window=" + p.window
			}
			add(p.strategy, "digits=2", setup, p.ns)
		}
		add("serial", "digits=9/numbers=prime", "chunk=auto", 31000)
		add("goroutines", "digits=9/numbers=prime", "chunk=auto", 15900)
		add("process-gob", "digits=9/numbers=prime", "chunk=auto", 16300)
		add("serial", "digits=10/numbers=prime", "chunk=auto", 96000)
		add("goroutines", "digits=10/numbers=prime", "chunk=auto", 49000)
		add("process-gob", "digits=10/numbers=prime", "chunk=auto", 49700)
	}
	return out.String()
}

// TestInventedPeersRun holds testdata/peers/bench.txt against the generator.
func TestInventedPeersRun(t *testing.T) {
	golden(t, filepath.Join("testdata", "peers", "bench.txt"), []byte(inventedPeersRun(1, 10)))
}

func TestPeersText(t *testing.T) {
	golden(t, filepath.Join("testdata", "peers.txt"), []byte(openRun(t, filepath.Join("testdata", "peers")).Text()))
}

// A run with peers has the picture of peers and that of spread, and not those
// of phases, which others do not tell.
func TestPeersPlots(t *testing.T) {
	r := openRun(t, filepath.Join("testdata", "peers"))
	if len(r.Plots) != 2 || r.Plots[0].Name != "peers" || r.Plots[1].Name != "spread" {
		t.Fatalf("%d plots, want peers and spread", len(r.Plots))
	}
	if want := "![" + r.Plots[0].Title + "](plots/peers.png)"; !strings.Contains(r.Markdown(), want) {
		t.Errorf("no %q in summary.md", want)
	}
	// A file with both has peers besides all others.
	both := parse(t, inventedPeersRun(1, 6)+inventedRun(1, 6))
	if len(both.Plots) != len(drawn)+1 {
		t.Errorf("%d plots of a file with both, want %d", len(both.Plots), len(drawn)+1)
	}
}

// Goals whose cells are not there say so.
func TestGoalsWithoutCells(t *testing.T) {
	var kept []string
	for line := range strings.Lines(inventedPeersRun(1, 6)) {
		if !strings.Contains(line, "peer-python") && !strings.Contains(line, "shm") {
			kept = append(kept, line)
		}
	}
	text := parse(t, strings.Join(kept, "")).Text()
	for _, want := range []string{"not in this run: peer-python-pool", "not in this run: process-shm-binary"} {
		if got := strings.Count(text, want); got != 2 {
			t.Errorf("%d times %q, want 2:\n%s", got, want, text)
		}
	}
}
