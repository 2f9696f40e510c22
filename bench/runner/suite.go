package runner

import (
	"slices"
	"strings"
	"time"
)

// Suite is a named choice of handoff's own benchmarks.
type Suite struct {
	Name   string
	Rounds int
	Budget time.Duration // what it should take on 2 CPUs without the build; 0 for no promise
	Note   string        // a warning that is recorded and printed with the run
	Bench  []string      // patterns as for go test -bench, slash by slash
}

// Suites returns all suites, the default one first.
func Suites() []Suite {
	return slices.Clone(suites)
}

const compareSuite = "compare"

var suites = []Suite{
	{
		Name:   defaultSuite,
		Rounds: 10,
		Budget: 5 * time.Minute,
		Bench: []string{
			// From which compute per item handing over pays: the curve for
			// numbers, the cost alone for every shape.
			"^BenchmarkFactor$/./^digits=(2|5|7|9|11|12)$/^shape=number$",
			"^BenchmarkHandoff$/./^payload=0$",
			// At which payload which codec wins.
			"^BenchmarkHandoff$/^strategy=process-(gob|json)$/^payload=(4096|65536)$/./^workers=2$/^chunk=auto$",
			"^BenchmarkHandoff$/^strategy=(goroutines|shared-file)$/^payload=4096$/^shape=record$",
			"^BenchmarkChunk$/^strategy=process-gob$/./././^chunk=(1|16|256|auto)$",
			"^BenchmarkWorkers$/^strategy=(goroutines|process-gob)$/././^workers=(1|2|4)$",
			"^BenchmarkRoundTrip$/^strategy=(process-gob|shared-file)$",
			"^BenchmarkStart$/^strategy=process-gob$",
			"^BenchmarkFloor$/^strategy=floor-pipe$/^payload=(64|4096)$/^workers=2$",
			"^BenchmarkCanary$",
		},
	},
	{
		Name:   "quick",
		Rounds: 3,
		Budget: time.Minute,
		Note:   "not for comparison: three samples a cell cannot show a difference",
		Bench: []string{
			"^BenchmarkFactor$/./^digits=(2|7|9)$/^shape=number$",
			"^BenchmarkCanary$",
		},
	},
	{
		Name:   "full", // some 900 cells, half a second each; with fewer rounds there is no interval of 95 %
		Rounds: 6,
		Budget: 45 * time.Minute,
		Bench:  []string{"."},
	},
	{
		Name:   "floor", // what handing over costs, beside what moving the bytes costs
		Rounds: 10,
		Budget: 6 * time.Minute,
		Bench: []string{
			"^BenchmarkHandoff$/./^payload=(0|4096)$/^shape=record$",
			"^BenchmarkHandoff$/./^payload=(65536|1048576)$/^shape=record$/./^chunk=1$",
			"^BenchmarkRoundTrip$",
			"^BenchmarkStart$",
			"^BenchmarkFloor$",
			"^BenchmarkCanary$",
		},
	},
	{
		Name:   "auto", // half of the cells of -bench Auto: the smallest and the largest payload
		Rounds: 8,
		Budget: 6 * time.Minute,
		Bench: []string{
			"^BenchmarkAuto$/./^compute-ns=/^payload=(0|65536)$",
			"^BenchmarkCanary$",
		},
	},
	{
		// 15 cells that take 0.1 to 0.3 s a sample. With 10 rounds, two pairs that
		// other programs have spoilt are enough to hide any difference in so many rows.
		Name:   compareSuite,
		Rounds: 16,
		Budget: 4 * time.Minute,
		Bench: []string{
			"^BenchmarkFactor$/./^digits=9$/^shape=number$",
			"^BenchmarkFactor$/^strategy=process-gob$/^digits=5$/^shape=number$",
			"^BenchmarkHandoff$/^strategy=process-gob$/^payload=4096$/^shape=record$/^workers=2$/^chunk=auto$",
			"^BenchmarkRoundTrip$/^strategy=(process-gob|process-json|shared-file)$",
			"^BenchmarkCodec$/^codec=(gob|json)$/^shape=record$/^payload=0$/./^batch=256$",
			"^BenchmarkCanary$",
		},
	},
}

func findSuite(name string) (Suite, bool) {
	i := slices.IndexFunc(suites, func(s Suite) bool { return s.Name == name })
	if i < 0 {
		return Suite{}, false
	}
	return suites[i], true
}

func suiteNames() []string {
	var names []string
	for _, s := range suites {
		names = append(names, s.Name)
	}
	return names
}

// pattern is the suite's choice as one -test.bench argument: the testing
// package splits it at "|" first, then at "/".
func (s Suite) pattern() string {
	return strings.Join(s.Bench, "|")
}
