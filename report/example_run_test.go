package report

import (
	"flag"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "rewrite the files in testdata")

// invented is one strategy of the invented run. Times in nanoseconds per item.
type invented struct {
	name                    string
	workers                 int
	contention              float64 // part of compute that running side by side adds
	encode, transfer        float64
	decode, wait            float64
	coordEncode             float64
	coordTransfer           float64
	coordDecode, wire, tail float64
	on                      string
}

var inventedStrategies = []invented{
	{name: "serial", workers: 1},
	{name: "goroutines", workers: 2, contention: 0.012, wait: 45},
	{name: "process-gob", workers: 2, contention: 0.025, encode: 130, transfer: 60, decode: 110, wait: 330, coordEncode: 95, coordTransfer: 70, coordDecode: 160, wire: 12.2, tail: 20},
	{name: "process-json", workers: 2, contention: 0.03, encode: 390, transfer: 85, decode: 460, wait: 610, coordEncode: 340, coordTransfer: 90, coordDecode: 700, wire: 31.5, tail: 25},
	{name: "shared-file", workers: 2, contention: 0.03, encode: 140, transfer: 1150, decode: 120, wait: 2350, coordEncode: 100, coordTransfer: 1300, coordDecode: 170, wire: 12.2, tail: 60, on: "disk"},
}

// inventedWork is digits and the compute per item in nanoseconds.
var inventedWork = []struct {
	digits  int
	compute float64
	items   float64
}{{2, 14, 4000000}, {5, 260, 400000}, {7, 2150, 100000}, {9, 9780, 40960}, {11, 84000, 4000}, {12, 262000, 1500}}

const inventedHeader = `goos: linux
goarch: amd64
pkg: github.com/handoff-go/handoff/bench
cpu: Example CPU @ 3.00GHz
seed: 1
suite: default
# run: 2026-11-23T02-10-11Z-linux-amd64-2cpu
# command: handoff run -suite default
# commit: 0123abcd4567
# dirty: false
# go: go1.26.8
# date: 2026-11-23T02:10:11Z
# kernel: 6.18
# cpus: 2
# note: invented numbers, for tests only
Unit ns/op better=lower
Unit ns/item better=lower
Unit wire-B/item better=lower assume=exact
`

// inventedRun writes a whole run with noise of a plausible size: per round,
// per sample, and now and then a burst.
func inventedRun(seed uint64, rounds int) string {
	rng := rand.New(rand.NewPCG(seed, 2))
	sweeps := rand.New(rand.NewPCG(seed, 5))
	var out strings.Builder
	out.WriteString(inventedHeader)
	for round := 1; round <= rounds; round++ {
		var lines []string
		slow := math.Exp(0.03 * rng.NormFloat64())
		for _, s := range inventedStrategies {
			for _, w := range inventedWork {
				lines = append(lines, s.factorLine(rng, slow, w.digits, w.compute, w.items))
			}
			lines = append(lines, s.handoffLine(rng, slow))
		}
		lines = append(lines, fmt.Sprintf("BenchmarkCanary-2 1 %.0f ns/op", 50e6*slow))
		rng.Shuffle(len(lines), func(i, j int) { lines[i], lines[j] = lines[j], lines[i] })
		lines = append(lines, inventedSweeps(sweeps, slow)...)
		sweeps.Shuffle(len(lines), func(i, j int) { lines[i], lines[j] = lines[j], lines[i] })
		for _, line := range lines {
			fmt.Fprintf(&out, "# round: %d\n# pressure: %d\n%s\n", round, sweeps.IntN(3000), line)
		}
	}
	return out.String()
}

func (s invented) suffix() string {
	if s.on != "" {
		return "/on=" + s.on
	}
	return ""
}

func (s invented) factorLine(rng *rand.Rand, slow float64, digits int, compute, items float64) string {
	name := fmt.Sprintf("BenchmarkFactor/strategy=%s/digits=%d/shape=number/workers=%d/chunk=auto%s-2", s.name, digits, s.workers, s.suffix())
	return name + s.values(rng, slow, compute, items, digits == 9)
}

func (s invented) handoffLine(rng *rand.Rand, slow float64) string {
	name := fmt.Sprintf("BenchmarkHandoff/strategy=%s/payload=0/shape=record/workers=%d/chunk=auto%s-2", s.name, s.workers, s.suffix())
	return name + s.values(rng, slow, 3, 200000, true)
}

// values is a line's end; a rich one says what it took besides time.
func (s invented) values(rng *rand.Rand, slow, compute, items float64, rich bool) string {
	noise := slow * math.Exp(0.015*rng.NormFloat64())
	if rng.IntN(40) == 0 {
		noise *= 1.2
	}
	compute *= (1 + s.contention) * noise
	phases := []struct {
		name string
		ns   float64
	}{
		{"worker-encode-ns/item", s.encode}, {"worker-transfer-ns/item", s.transfer},
		{"worker-decode-ns/item", s.decode}, {"worker-wait-ns/item", s.wait},
		{"sender-encode-ns/item", s.coordEncode}, {"sender-transfer-ns/item", s.coordTransfer},
		{"receiver-decode-ns/item", s.coordDecode},
	}
	total, busy, text := compute*1.001+s.tail+8, compute, ""
	lanes := map[string]float64{} // what the lanes of a coordinator do but wait
	for i, p := range phases {
		ns := p.ns * noise * math.Exp(0.03*rng.NormFloat64())
		if ns == 0 {
			continue
		}
		text += fmt.Sprintf(" %.4g %s", ns, p.name)
		if i < 4 {
			total += ns
		}
		if i != 3 {
			busy += ns
		}
		if lane, _, _ := strings.Cut(p.name, "-"); i > 3 {
			lanes[lane] += ns
		}
	}
	wall := total / float64(s.workers)
	onCPU := min(busy, 1.96*wall) // the rest waits for one of the two CPUs
	line := fmt.Sprintf(" 1 %.0f ns/op %.6g ns/item %.6g compute-ns/item%s %.6g cpu-ns/item", wall*items, wall, compute, text, onCPU)
	if s.wire > 0 {
		line += fmt.Sprintf(" %.4g wire-B/item", s.wire)
	}
	if rich {
		line += s.resources(total, lanes, busy, noise)
	}
	return line
}

// resources are waiting, CPU time and memory. A worker computes on a CPU, and
// of the rest of its busy time it is on one for four fifths.
func (s invented) resources(total float64, lanes map[string]float64, busy, noise float64) string {
	if s.workers == 1 || s.name == "goroutines" {
		return fmt.Sprintf(" %.5g coord-user-ns/item %.4g coord-sys-ns/item 95.2 coord-B/item 2.36 coord-allocs/item %.0f coord-peak-RSS-bytes",
			busy, 0.01*busy, 17.2e6*noise)
	}
	coordinator := lanes["sender"] + lanes["receiver"]
	worker := busy - coordinator
	text := fmt.Sprintf(" %.5g sender-wait-ns/item %.5g receiver-wait-ns/item", total-lanes["sender"], total-lanes["receiver"])
	text += fmt.Sprintf(" %.5g worker-user-ns/item %.4g worker-sys-ns/item %.4g coord-user-ns/item %.4g coord-sys-ns/item",
		0.95*worker, 0.02*worker, 0.6*coordinator, 0.2*coordinator)
	return text + fmt.Sprintf(" %.4g worker-B/item %.4g coord-B/item %.0f worker-peak-RSS-bytes %.0f coord-peak-RSS-bytes %.0f inflight-B",
		95+s.wire, 40+2*s.wire, 15.1e6*noise, 21.4e6*noise, 5200*s.wire)
}

// TestInventedRun holds testdata/run/bench.txt against the generator.
func TestInventedRun(t *testing.T) {
	golden(t, filepath.Join("testdata", "run", "bench.txt"), []byte(inventedRun(1, 10)))
}

// golden compares got with a file, or rewrites the file under -update.
func golden(t *testing.T, path string, got []byte) {
	t.Helper()
	if *update {
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, got, 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatalf("%v (go test -update writes it)", err)
	}
	if string(want) != string(got) {
		t.Errorf("%s differs from what is made now; look at the difference, then run go test -update\n%s", path, firstDifference(string(want), string(got)))
	}
}

func firstDifference(want, got string) string {
	a, b := strings.Split(want, "\n"), strings.Split(got, "\n")
	for i := range min(len(a), len(b)) {
		if a[i] != b[i] {
			return fmt.Sprintf("line %d\nwant %s\ngot  %s", i+1, a[i], b[i])
		}
	}
	return fmt.Sprintf("want %d lines, got %d", len(a), len(b))
}
