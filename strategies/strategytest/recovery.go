//go:build linux

package strategytest

import (
	"math/rand/v2"
	"os"
	"slices"
	"testing"
	"time"

	"github.com/handoff-go/handoff/strategies"
)

const (
	recoveryItems = 40_960 // numbers of 9 digits
	recoverySeed  = 20260101
)

// Recovery measures, for each strategy with worker processes, what one SIGKILL
// costs in a run of 40,960 numbers of 9 digits with 2 workers. Each iteration
// is a run without a death, one with, and one without again; the metrics are
// medians over the iterations:
//
//	recovery-ms   the run with a death, less the mean of its neighbours, less lost-ms
//	lost-ms       the work that was lost: items sent again, at a worker's pace, by all workers
//	retried       how many items that is
//
// The replacement is part of it: the pool goes on when all workers are there.
func Recovery(b *testing.B) {
	for _, spec := range twoWorkers(covering()) {
		if !processes(spec) {
			continue
		}
		b.Run("strategy="+spec.Strategy+"/workers=2", func(b *testing.B) { recovering(b, spec) })
	}
}

// recovery is what one iteration tells.
type recovery struct{ cost, lost, retried float64 }

func recovering(b *testing.B, spec strategies.Spec) {
	pool, err := strategies.Open(b.Context(), divided, spec, strategies.WithDir(b.TempDir()))
	if err != nil {
		b.Fatal(err)
	}
	defer pool.Close()
	numbers := nineDigits()
	timedMap(b, pool, numbers, false) // warms up
	var all []recovery
	for b.Loop() {
		before := timedMap(b, pool, numbers, false)
		stats := pool.Stats()
		with := timedMap(b, pool, numbers, true)
		retried := float64(pool.Stats().Retries - stats.Retries)
		after := timedMap(b, pool, numbers, false)
		without := (before + after) / 2
		lost := retried / recoveryItems * without
		all = append(all, recovery{with - without - lost, lost, retried})
	}
	b.ReportMetric(0, "ns/op") // of three runs: means nothing
	b.ReportMetric(medianOf(all, func(r recovery) float64 { return r.cost }), "recovery-ms")
	b.ReportMetric(medianOf(all, func(r recovery) float64 { return r.lost }), "lost-ms")
	b.ReportMetric(medianOf(all, func(r recovery) float64 { return r.retried }), "retried")
}

func nineDigits() []uint64 {
	random := rand.New(rand.NewPCG(recoverySeed, recoverySeed))
	numbers := make([]uint64, recoveryItems)
	for i := range numbers {
		numbers[i] = 100_000_000 + random.Uint64N(900_000_000)
	}
	return numbers
}

// timedMap returns the milliseconds of one run, and with a death the time
// until the dead worker is replaced, if that is later.
func timedMap(b *testing.B, pool *strategies.Pool[uint64, []uint64], numbers []uint64, death bool) float64 {
	b.Helper()
	restarts := pool.Stats().Restarts
	start := time.Now()
	if death {
		time.AfterFunc(30*time.Millisecond, func() {
			for _, pid := range workersOf(os.Getpid()) {
				if killWorker(pid) {
					return
				}
			}
		})
	}
	if _, err := pool.Map(b.Context(), numbers); err != nil {
		b.Fatal(err)
	}
	took := time.Since(start)
	for death && pool.Stats().Restarts == restarts {
		took = time.Since(start)
	}
	return took.Seconds() * 1000
}

func medianOf[T any](all []T, of func(T) float64) float64 {
	var values []float64
	for _, v := range all {
		values = append(values, of(v))
	}
	slices.Sort(values)
	return values[len(values)/2]
}

// Orphans measures how long the last worker lives after its coordinator was
// killed, when all are idle and when all are busy.
func Orphans(b *testing.B) {
	for _, spec := range twoWorkers(covering()) {
		if !processes(spec) {
			continue
		}
		for _, busy := range []string{"", "spin"} {
			name := map[string]string{"": "idle", "spin": "busy"}[busy]
			b.Run("strategy="+spec.Strategy+"/workers=2/state="+name, func(b *testing.B) { orphaned(b, spec, busy) })
		}
	}
}

func orphaned(b *testing.B, spec strategies.Spec, busy string) {
	var all []float64
	for b.Loop() {
		a, pids := coordinator(b, env{spec: spec, dir: b.TempDir()}, busy)
		start := time.Now()
		a.kill()
		for !allGone(pids) {
			time.Sleep(100 * time.Microsecond)
		}
		all = append(all, time.Since(start).Seconds()*1000)
		a.cmd.Wait()
	}
	b.ReportMetric(0, "ns/op") // mostly the start of the coordinator
	b.ReportMetric(medianOf(all, func(ms float64) float64 { return ms }), "median-ms/last-worker")
	b.ReportMetric(slices.Max(all), "max-ms/last-worker")
}
