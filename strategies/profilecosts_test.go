package strategies_test

import (
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/handoff-go/handoff/bench/factor"
	"github.com/handoff-go/handoff/strategies"
)

// BenchmarkProfileCosts: what do labels (with the clocks that are read for them),
// and these with the profile, cost of wall and CPU time? The three ways take turns in random order, each with a pool
// of its own; a ratio is the median over rounds.
func BenchmarkProfileCosts(b *testing.B) {
	items := factor.Recorded.Items(factor.Work{Digits: 9, Items: 40960, Shape: "record", Seed: 1})
	ways := map[string][]strategies.Option{
		"plain":   nil,
		"labels":  {strategies.WithLabelsOnly()},
		"profile": {strategies.WithProfile(func(strategies.ProcessProfile) {})},
	}
	for _, spec := range []string{"process-gob,workers=2", "process-json,workers=2"} {
		b.Run(spec, func(b *testing.B) {
			ratios := map[string][]float64{}
			for range b.N {
				wall, cpu := map[string]float64{}, map[string]float64{}
				order := []string{"plain", "labels", "profile"}
				rand.Shuffle(len(order), func(i, j int) { order[i], order[j] = order[j], order[i] })
				for _, way := range order {
					wall[way], cpu[way] = spentOn(b, spec, items, ways[way])
				}
				for _, way := range []string{"labels", "profile"} {
					ratios[way+"-wall-ratio"] = append(ratios[way+"-wall-ratio"], wall[way]/wall["plain"])
					ratios[way+"-cpu-ratio"] = append(ratios[way+"-cpu-ratio"], cpu[way]/cpu["plain"])
				}
			}
			for unit, list := range ratios {
				slices.Sort(list)
				b.ReportMetric(list[len(list)/2], unit)
			}
		})
	}
}

// spentOn returns the seconds of wall and of CPU time that three Maps take.
func spentOn(b *testing.B, spec string, items []factor.Record, options []strategies.Option) (wall, cpu float64) {
	pool, err := strategies.Open(b.Context(), factor.Recorded.Factor, strategies.MustParse(spec), options...)
	if err != nil {
		b.Fatal(err)
	}
	defer pool.Close()
	run := func() {
		if _, err := pool.Map(b.Context(), items); err != nil {
			b.Fatal(err)
		}
	}
	run()
	before, began := used(pool.Stats()), time.Now()
	for range 3 {
		run()
	}
	return time.Since(began).Seconds(), (used(pool.Stats()) - before).Seconds()
}

// used is the CPU time of all processes.
func used(st strategies.Stats) time.Duration {
	sum := st.Coordinator.User + st.Coordinator.System
	for _, w := range st.Workers {
		sum += w.Process.User + w.Process.System
	}
	return sum
}
