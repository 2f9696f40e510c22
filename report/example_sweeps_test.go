package report

import (
	"fmt"
	"math"
	"math/rand/v2"
)

// The sweeps of the invented run: what is handed over, in which chunks, by how
// many workers. Their cells are few and their lines short, because the run is
// kept in the repository.

// inventedShapes are what a shape costs as a multiple of a record, and how
// much more a byte of its payload does.
var inventedShapes = []struct {
	name       string
	item, byte float64
}{{"number", 0.6, 1}, {"record", 1, 1}, {"tree", 2.4, 1.1}}

// inventedPayload is what handing an item over takes of a worker in
// nanoseconds: so much for the item, and for each byte.
var inventedPayload = []struct {
	strategy   string
	workers    int
	item, byte float64
}{
	{"serial", 1, 30, 0},
	{"goroutines", 2, 95, 0},
	{"process-gob", 2, 820, 1.05},
	{"process-json", 2, 1250, 5.2},
	{"shared-file", 2, 3900, 1.4},
}

// inventedChunks are the time of an item in nanoseconds that is shared by the
// chunk, and the time that is not.
var inventedChunks = []struct {
	strategy   string
	chunk, own float64
}{{"process-gob", 1300, 170}, {"process-json", 1500, 420}, {"shared-file", 21000, 260}}

// inventedWorkers are the parts of the work that cannot be shared.
var inventedWorkers = []struct {
	strategy string
	serial   float64
}{{"goroutines", 0.01}, {"process-gob", 0.14}, {"shared-file", 0.33}}

// inventedCodecs are what encoding an item takes in nanoseconds, and each byte
// of its payload; decoding takes twice as long.
var inventedCodecs = []struct {
	codec      string
	item, byte float64
}{{"binary", 210, 0.11}, {"cbor", 520, 0.3}, {"gob", 600, 0.14}, {"json", 900, 3.4}}

// inventedSweeps are the lines of one round.
func inventedSweeps(rng *rand.Rand, slow float64) []string {
	var lines []string
	add := func(name, unit string, ns float64, more string) {
		ns *= slow * math.Exp(0.02*rng.NormFloat64())
		lines = append(lines, fmt.Sprintf("Benchmark%s-2 1 %.6g ns/op %.6g ns/%s%s", name, ns*1000, ns, unit, more))
	}
	for _, s := range inventedPayload {
		for _, shape := range inventedShapes {
			for _, payload := range []float64{0, 4096, 65536, 1 << 20} {
				if shape.name == "record" && payload == 0 || shape.name == "number" && payload > 0 {
					continue // the one is there with all metrics, the other has no room
				}
				wall := (s.item*shape.item + s.byte*shape.byte*payload) / float64(s.workers)
				add(fmt.Sprintf("Handoff/strategy=%s/payload=%.0f/shape=%s/workers=%d/chunk=auto%s", s.strategy, payload, shape.name, s.workers, onDisk(s.strategy)),
					"item", wall, " 3 compute-ns/item")
			}
		}
	}
	for _, s := range inventedChunks {
		for _, chunk := range []float64{1, 16, 64, 256, 1024} {
			// The largest chunks leave a worker idle at the end.
			add(fmt.Sprintf("Chunk/strategy=%s/digits=2/shape=number/workers=2/chunk=%.0f%s", s.strategy, chunk, onDisk(s.strategy)),
				"item", s.chunk/chunk+s.own+0.08*chunk, "")
		}
		add(fmt.Sprintf("Chunk/strategy=%s/digits=2/shape=number/workers=2/chunk=auto%s", s.strategy, onDisk(s.strategy)), "item", s.chunk/128+s.own+12, "")
	}
	for _, s := range inventedWorkers {
		for _, workers := range []float64{1, 2, 4, 8} {
			both := min(workers, 2) // there are two CPUs
			wall := 9790 * (s.serial + (1-s.serial)/both) * (1 + 0.015*(workers-both)) * (1 + s.serial/4)
			add(fmt.Sprintf("Workers/strategy=%s/digits=9/shape=number/workers=%.0f/chunk=auto%s", s.strategy, workers, onDisk(s.strategy)), "item", wall, "")
		}
	}
	for _, c := range inventedCodecs {
		for _, payload := range []float64{0, 4096, 1 << 20} {
			for _, way := range []string{"encode", "decode"} {
				ns := c.item + c.byte*payload
				if way == "decode" {
					ns *= 2
				}
				add(fmt.Sprintf("Codec/codec=%s/shape=tree/payload=%.0f/way=%s/batch=1", c.codec, payload, way), "item", ns, "")
			}
		}
	}
	return lines
}

func onDisk(strategy string) string {
	if strategy == "shared-file" {
		return "/on=disk"
	}
	return ""
}
