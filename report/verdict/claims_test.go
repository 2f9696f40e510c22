package verdict

import (
	"bytes"
	"flag"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// golden compares a text with testdata/name.
func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(path, got, 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatalf("%v (go test -update writes it)", err)
	}
	if !bytes.Equal(got, want) {
		t.Errorf("%s changed (go test -update rewrites it):\n%s", path, got)
	}
}

// tally counts verdicts by class, on CPU time.
type tally struct {
	n, slower, faster, same map[Class]int
	inside                  map[Class]int // the interval holds the true ratio
}

func newTally() *tally {
	return &tally{map[Class]int{}, map[Class]int{}, map[Class]int{}, map[Class]int{}, map[Class]int{}}
}

func (y *tally) add(j Judged, truth float64) {
	y.n[j.Class]++
	switch j.Verdict {
	case Slower:
		y.slower[j.Class]++
	case Faster:
		y.faster[j.Class]++
	case Same:
		y.same[j.Class]++
	}
	if j.Low <= truth && truth <= j.High {
		y.inside[j.Class]++
	}
}

func (y *tally) sum(m map[Class]int) int { return m[Compute] + m[Codec] + m[IPC] }

func part(of map[Class]int, all map[Class]int, c Class) float64 {
	return float64(of[c]) / float64(all[c])
}

// compareCPU simulates comparisons in which every other row is slower by effect, and
// tallies the slower rows by their CPU time.
func compareCPU(m machine, tables int, effect, threshold float64, rounds int) *tally {
	y := newTally()
	for seed := range tables {
		x := experiment{rounds: rounds, effect: map[string]float64{}}
		for i, c := range simCells() {
			if (i+seed)%2 == 0 && c.Class != Canary {
				x.effect[c.Cell] = effect
			}
		}
		for _, j := range Judge(simulate(m, uint64(1000+seed), x), Rules{Threshold: threshold}).Rows {
			if e, ok := x.effect[j.Cell]; ok && j.Metric == "cpu-ns/item" {
				y.add(j, 1+e)
			}
		}
	}
	return y
}

// alarms counts tables of identical code in which some row is said to differ.
type alarms struct {
	red    int // worse: a build would fail
	either int // worse or better
	void   int
}

func (a *alarms) add(table *Table) {
	if table.Count(Failed) > 0 {
		a.red++
	}
	if table.CountVerdict(Slower)+table.CountVerdict(Faster) > 0 {
		a.either++
	}
	if table.Void {
		a.void++
	}
}

// promised is the part of tables in which α allows an alarm, either way, at most: 5 % in
// each of the two metrics.
const promised = 2 * DefaultAlpha

// What must be reached. 16 rounds of 15 rows take two minutes where a sample takes a
// quarter of a second; 28 take three and a half.
func TestPower(t *testing.T) {
	var out strings.Builder
	fmt.Fprintln(&out, "Rows found slower by their CPU time, of those that were made slower; what was called same or faster.")
	wrong := 0
	for _, c := range []struct {
		effect, threshold float64
		rounds            int
		want              map[Class]float64
	}{
		{0.10, 0.02, 16, map[Class]float64{Compute: 0.99, Codec: 0.9, IPC: 0.9}},
		{0.05, 0.02, 28, map[Class]float64{Compute: 0.95, Codec: 0.8}},
		{0.02, 0.005, 28, map[Class]float64{Compute: 0.9}},
	} {
		for _, m := range machines {
			y := compareCPU(m, 24, c.effect, c.threshold, c.rounds)
			fmt.Fprintf(&out, "%+.0f%%, threshold %.1f%%, %d rounds, %-8s:", 100*c.effect, 100*c.threshold, c.rounds, m.name)
			for _, class := range []Class{Compute, Codec, IPC} {
				found := part(y.slower, y.n, class)
				fmt.Fprintf(&out, " %s %.1f%%", class, 100*found)
				if found < c.want[class] {
					t.Errorf("%s: %+.0f%% found in %.1f%% of %s rows, want %.0f%%", m.name, 100*c.effect, 100*found, class, 100*c.want[class])
				}
			}
			fmt.Fprintf(&out, ", same %d, faster %d of %d\n", y.sum(y.same), y.sum(y.faster), y.sum(y.n))
			if y.sum(y.same) > 0 {
				t.Errorf("%s: %d rows with an effect above the threshold are called the same", m.name, y.sum(y.same))
			}
			wrong += y.sum(y.faster)
		}
	}
	if wrong > 0 {
		t.Errorf("%d rows that got slower are called faster", wrong)
	}
	golden(t, "power.txt", []byte(out.String()))
}

// The same binary on both sides.
func TestFalseAlarms(t *testing.T) {
	var out strings.Builder
	fmt.Fprintln(&out, "Comparisons of identical code, 15 rows, time and CPU time, threshold 2%, half of them of 10 rounds and half of 16: those in which a row fails, and those in which one is called slower or faster.")
	for _, m := range machines {
		var a alarms
		for seed := range 200 {
			a.add(Judge(simulate(m, uint64(seed), experiment{rounds: 10 + 6*(seed%2)}), Rules{Threshold: 0.02}))
		}
		fmt.Fprintf(&out, "%-8s: red %d of 200, either way %d, void %d\n", m.name, a.red, a.either, a.void)
		if a.either+a.void > 4 {
			t.Errorf("%s: %d of 200 with an alarm and %d void, want at most 4", m.name, a.either, a.void)
		}
	}
	golden(t, "falsealarms.txt", []byte(out.String()))
}

// The same code in binaries whose layout differs by much, with the noise floor learnt
// before.
func TestRelinked(t *testing.T) {
	var out strings.Builder
	fmt.Fprintln(&out, "Relinked binaries, threshold 2%, 12 rounds; the floor is from 4 other relinked ones.")
	for _, m := range machines {
		m.layout = 0.015
		floors := &Floors{Machine: m.name}
		for seed := range 4 {
			floors.Learn(Judge(simulate(m, uint64(9000+seed), experiment{rounds: 12, relinks: true}), Rules{}))
		}
		var floored, bare alarms
		for seed := range 50 {
			rows := simulate(m, uint64(2000+seed), experiment{rounds: 12, relinks: true})
			floored.add(Judge(rows, Rules{Floors: floors}))
			bare.add(Judge(rows, Rules{Threshold: DefaultThreshold}))
		}
		fmt.Fprintf(&out, "%-8s: red %d of 50, either way %d; without the floor red %d, either way %d\n", m.name, floored.red, floored.either, bare.red, bare.either)
		if floored.red > 2 || float64(floored.either) > 50*promised {
			t.Errorf("%s: %d of 50 relinked tables are red, want at most 2; %d either way, want at most %g", m.name, floored.red, floored.either, 50*promised)
		}
	}
	golden(t, "relinked.txt", []byte(out.String()))
}

// Of all intervals so many hold the truth as they say.
func TestCoverage(t *testing.T) {
	var out strings.Builder
	fmt.Fprintln(&out, "How often the 95% interval holds the true ratio, CPU time.")
	for _, m := range machines {
		y := compareCPU(m, 120, 0.07, 0.02, 10)
		inside := float64(y.sum(y.inside)) / float64(y.sum(y.n))
		fmt.Fprintf(&out, "%-8s: %.1f%% of %d\n", m.name, 100*inside, y.sum(y.n))
		if math.Abs(inside-0.95) > 0.02 {
			t.Errorf("%s: the interval holds the truth in %.1f%%, want 93 to 97", m.name, 100*inside)
		}
	}
	golden(t, "coverage.txt", []byte(out.String()))
}

// A thousand rows that got slower by a hair to a lot, and as many that got faster: the
// direction is never wrong.
func TestDirection(t *testing.T) {
	n, wrong := 0, 0
	for _, m := range machines {
		for seed := range 12 {
			x := experiment{rounds: 10, effect: map[string]float64{}}
			for i, c := range simCells() {
				if c.Class != Canary {
					x.effect[c.Cell] = []float64{0.01, -0.01, 0.03, -0.03, 0.1, -0.1}[(i+seed)%6]
				}
			}
			for _, j := range Judge(simulate(m, uint64(4000+seed), x), Rules{Threshold: 0.005}).Rows {
				n++
				if e := x.effect[j.Cell]; j.Verdict == Slower && e < 0 || j.Verdict == Faster && e > 0 {
					wrong++
				}
			}
		}
	}
	if n < 1000 || wrong > 0 {
		t.Errorf("%d of %d rows in the wrong direction, want 0 of 1000 or more", wrong, n)
	}
}

// One phase of the rows through processes gets slower by a quarter: that phase is
// flagged, and no other one.
func TestOnePhase(t *testing.T) {
	var out strings.Builder
	fmt.Fprintln(&out, "worker-decode of every row made slower by 25%, threshold 5%, 16 rounds: tables in which it is flagged, and tables with another phase flagged.")
	const slowed = "worker-decode-ns/item"
	for _, m := range machines {
		flagged, other := 0, 0
		const tables = 20
		for seed := range tables {
			x := experiment{rounds: 16, phases: true, phase: slowed, effect: map[string]float64{}}
			for _, c := range simCells() {
				if c.Class == IPC {
					x.effect[c.Cell] = 0.25
				}
			}
			it, others := false, false
			for _, j := range Judge(simulate(m, uint64(6000+seed), x), Rules{}).Rows {
				moved := j.Verdict == Slower || j.Verdict == Faster
				it = it || moved && j.Metric == slowed
				others = others || moved && j.Metric != slowed && slices.Contains(units("phases"), j.Metric)
			}
			if it {
				flagged++
			}
			if others {
				other++
			}
		}
		fmt.Fprintf(&out, "%-8s: flagged %d of %d, another %d\n", m.name, flagged, tables, other)
		if flagged < 19 || other > 1 {
			t.Errorf("%s: flagged in %d of %d tables, another phase in %d, want 95%%", m.name, flagged, tables, other)
		}
	}
	golden(t, "phases.txt", []byte(out.String()))
}
