package bench

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"strconv"
	"testing"
	"time"

	"github.com/handoff-go/handoff/strategies"
)

// The cells of BenchmarkAuto are all combinations of these.
var (
	autoComputes = []time.Duration{100 * time.Nanosecond, time.Microsecond, 10 * time.Microsecond, 100 * time.Microsecond, time.Millisecond}
	autoPayloads = []int{0, 1 << 10, 16 << 10, 64 << 10}
	autoSpreads  = []string{"even", "skewed"}
	autoChunks   = []string{"auto", "1", "4", "16", "64", "256", "1024"}
)

// autoSpan is about how long the items of a cell take two workers.
const autoSpan = 50 * time.Millisecond

// stepsPerMicrosecond makes steps of a time. It is not measured, because cells
// in different processes must do the same: compute-ns/item says what it came to.
const stepsPerMicrosecond = 850

// chore is an item that takes so many steps, and bytes that go there and back.
type chore struct {
	Steps   uint64
	Payload []byte
}

// done is where the steps led.
type done struct {
	State   uint64
	Payload []byte
}

var spin = strategies.Define("spin", func(_ context.Context, c chore) (done, error) {
	return done{canary(int(c.Steps)), c.Payload}, nil
})

// BenchmarkAuto: how close does the automatic chunk come to the best fixed one,
// which nobody knows beforehand? Over items that are small and large to compute
// and to carry, even ones and skewed ones.
func BenchmarkAuto(b *testing.B) {
	for _, compute := range autoComputes {
		for _, payload := range autoPayloads {
			for _, spread := range autoSpreads {
				for _, chunk := range autoChunks {
					benchmarkAuto(b, compute, payload, spread, chunk)
				}
			}
		}
	}
}

func benchmarkAuto(b *testing.B, compute time.Duration, payload int, spread, chunk string) {
	spec := specOf("process-gob,workers=2,chunk=" + chunk)
	keys := []strategies.Key{
		{Name: "compute-ns", Value: strconv.FormatInt(compute.Nanoseconds(), 10)},
		{Name: "payload", Value: strconv.Itoa(payload)},
		{Name: "spread", Value: spread},
	}
	b.Run(Name(spec, keys...), func(b *testing.B) {
		listed(b)
		items := chores(compute, payload, spread)
		Run(b, spin, spec, items, func(results []done) error { return checkChores(items, results) })
	})
}

// autoItems is how many items take about autoSpan: what is added is roughly
// what it costs to hand an item over.
func autoItems(compute time.Duration, payload int) int {
	each := compute/2 + 400*time.Nanosecond + time.Duration(3*payload)*time.Nanosecond
	return int(autoSpan / each)
}

// chores makes the items of a cell. Skewed ones take times of an exponential
// distribution; in all they take as long as even ones.
func chores(compute time.Duration, payload int, spread string) []chore {
	source := rand.New(rand.NewPCG(seed, uint64(payload)))
	load := make([]byte, payload)
	for i := range load {
		load[i] = byte(source.Uint32())
	}
	weights, sum := make([]float64, autoItems(compute, payload)), 0.0
	for i := range weights {
		weights[i] = 1
		if spread == "skewed" {
			weights[i] = source.ExpFloat64()
		}
		sum += weights[i]
	}
	mean := stepsPerMicrosecond * float64(compute) / float64(time.Microsecond)
	items := make([]chore, len(weights))
	for i, w := range weights {
		items[i] = chore{uint64(math.Round(mean * w / sum * float64(len(weights)))), load}
	}
	return items
}

func checkChores(items []chore, results []done) error {
	if len(results) != len(items) {
		return errors.New("bench: results are missing")
	}
	for i, r := range results {
		if r.State != leap(items[i].Steps) || !bytes.Equal(r.Payload, items[i].Payload) {
			return fmt.Errorf("bench: item %d came back wrong", i)
		}
	}
	return nil
}

// leap is canary without walking: two steps are one of another generator.
func leap(steps uint64) uint64 {
	x := uint64(1)
	for a, c := uint64(canaryFactor), uint64(canarySum); steps > 0; steps >>= 1 {
		if steps&1 != 0 {
			x = a*x + c
		}
		a, c = a*a, c*(a+1)
	}
	return x
}

func TestLeap(t *testing.T) {
	for _, steps := range []int{0, 1, 2, 3, 75, 750_001} {
		if got, want := leap(uint64(steps)), canary(steps); got != want {
			t.Errorf("%d steps: %d, want %d", steps, got, want)
		}
	}
}

// Skewed items take as long in all as even ones, and are skewed.
func TestChores(t *testing.T) {
	even, skewed := chores(10*time.Microsecond, 1024, "even"), chores(10*time.Microsecond, 1024, "skewed")
	var sums, largest [2]uint64
	for i, items := range [][]chore{even, skewed} {
		for _, c := range items {
			sums[i] += c.Steps
			largest[i] = max(largest[i], c.Steps)
		}
	}
	if len(even) != len(skewed) || math.Abs(float64(sums[0])/float64(sums[1])-1) > 1e-3 {
		t.Errorf("%d items of %d steps, %d of %d", len(even), sums[0], len(skewed), sums[1])
	}
	if largest[0] != 10*stepsPerMicrosecond || largest[1] < 5*largest[0] {
		t.Errorf("the largest are %d and %d", largest[0], largest[1])
	}
	results := []done{{leap(even[0].Steps), even[0].Payload}}
	if err := checkChores(even[:1], results); err != nil {
		t.Error(err)
	}
	results[0].State++
	if checkChores(even[:1], results) == nil || checkChores(even[:2], results) == nil {
		t.Error("wrong results are not noticed")
	}
}
