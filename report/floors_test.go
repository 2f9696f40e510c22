package report

import (
	"fmt"
	"math"
	"math/rand/v2"
	"path/filepath"
	"strings"
	"testing"
)

// inventedFloors are cells of an invented run, and their nanoseconds.
var inventedFloors = []struct {
	name string
	ns   float64
	unit string
}{
	{"Floor/strategy=floor-memcpy/payload=1048576/workers=1/chunk=1/window=1", 290e3, "item"},
	{"Floor/strategy=floor-pipe/payload=64/workers=1/chunk=1/window=1", 8400, "item"},
	{"Floor/strategy=floor-pipe/payload=1048576/workers=1/chunk=1/window=1", 620e3, "item"},
	{"Floor/strategy=floor-pipe/payload=64/workers=2/chunk=1024/window=4", 48, "item"},
	{"Floor/strategy=floor-pipe/payload=4096/workers=2/chunk=16/window=4", 2300, "item"},
	{"Floor/strategy=floor-pipe/payload=1048576/workers=2/chunk=1/window=4", 480e3, "item"},
	{"Floor/strategy=floor-shm/payload=1048576/workers=1/chunk=1/window=1", 330e3, "item"},
	{"Floor/strategy=floor-start/workers=2", 3.1e6, "op"},
	{"Handoff/strategy=serial/payload=0/shape=record/workers=1/chunk=auto", 110, "item"},
	{"Handoff/strategy=process-gob/payload=0/shape=record/workers=2/chunk=auto", 820, "item"},
	{"Handoff/strategy=serial/payload=4096/shape=record/workers=1/chunk=auto", 112, "item"},
	{"Handoff/strategy=process-gob/payload=4096/shape=record/workers=2/chunk=auto", 6900, "item"},
	{"Handoff/strategy=process-gob/payload=1048576/shape=record/workers=1/chunk=1/window=1", 1.4e6, "item"},
	{"Handoff/strategy=process-binary/payload=1048576/shape=record/workers=1/chunk=1/window=1", 840e3, "item"},
	{"Handoff/strategy=process-binary/payload=1048576/shape=record/workers=2/chunk=1", 640e3, "item"},
	{"Handoff/strategy=process-shm-binary/payload=1048576/shape=record/workers=1/chunk=1/window=1", 370e3, "item"},
	{"RoundTrip/strategy=process-gob/workers=1/chunk=1/window=1", 14e3, "item"},
	{"Start/strategy=process-gob/workers=2/chunk=auto", 7.2e6, "op"},
}

// inventedAuto is the time of each chunk in nanoseconds, by work.
var inventedAuto = []struct {
	work  string
	times map[string]float64
}{
	{"compute-ns=100/payload=0/spread=even", map[string]float64{"auto": 265, "1": 1200, "64": 300, "1024": 262}},
	{"compute-ns=100/payload=65536/spread=skewed", map[string]float64{"auto": 88e3, "1": 82e3, "64": 97e3, "1024": 240e3}},
	{"compute-ns=1000000/payload=0/spread=even", map[string]float64{"auto": 502e3, "1": 501e3, "64": 660e3, "1024": 1001e3}},
}

// inventedFloorsRun writes a whole run of floors and automatic chunks.
func inventedFloorsRun(seed uint64, rounds int) string {
	rng := rand.New(rand.NewPCG(seed, 4))
	var out strings.Builder
	out.WriteString(strings.ReplaceAll(inventedHeader, "suite: default", "suite: custom"))
	for round := 1; round <= rounds; round++ {
		slow := math.Exp(0.05 * rng.NormFloat64())
		add := func(name, unit string, ns float64) {
			ns *= slow * math.Exp(0.02*rng.NormFloat64())
			fmt.Fprintf(&out, "# round: %d\nBenchmark%s-2 1 %.6g ns/%s\n", round, name, ns, unit)
		}
		for _, c := range inventedFloors {
			add(c.name, c.unit, c.ns)
		}
		for _, w := range inventedAuto {
			for _, chunk := range []string{"auto", "1", "64", "1024"} {
				add("Auto/strategy=process-gob/"+w.work+"/workers=2/chunk="+chunk, "item", w.times[chunk])
			}
		}
	}
	return out.String()
}

// TestInventedFloorsRun holds testdata/floors/bench.txt against the generator.
func TestInventedFloorsRun(t *testing.T) {
	golden(t, filepath.Join("testdata", "floors", "bench.txt"), []byte(inventedFloorsRun(1, 10)))
}

func TestFloorsText(t *testing.T) {
	golden(t, filepath.Join("testdata", "floors.txt"), []byte(openRun(t, filepath.Join("testdata", "floors")).Text()))
}

// What is not measured is not explained.
func TestMethods(t *testing.T) {
	with, without := openRun(t, filepath.Join("testdata", "floors")).Markdown(), openRun(t, filepath.Join("testdata", "run")).Markdown()
	for _, text := range []string{floorMethod, autoMethod} {
		if !strings.Contains(with, text) || strings.Contains(without, text) {
			t.Errorf("in the wrong summary: %s", text)
		}
	}
}

// With fewer rounds than an interval needs there is none, and no goal is judged
// without a tilde.
func TestFewRoundsOfFloors(t *testing.T) {
	text := parse(t, inventedFloorsRun(1, 3)).Text()
	for _, want := range []string{"| too few rounds |", "~"} {
		if !strings.Contains(text, want) {
			t.Errorf("no %q in\n%s", want, text)
		}
	}
	if strings.Contains(text, "NaN") || strings.Contains(text, "Inf") {
		t.Errorf("odd numbers in\n%s", text)
	}
}
