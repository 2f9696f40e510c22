package analysis

import (
	"fmt"
	"math"
	"strings"
	"testing"

	"github.com/handoff-go/handoff/report/record"
)

// sample is one line of an invented file.
func line(strategy, work string, workers, round int, nsItem, compute float64, more string) string {
	return fmt.Sprintf("# round: %d\nBenchmarkFactor/strategy=%s/%s/workers=%d/chunk=auto-2 1 %g ns/op %g ns/item %g compute-ns/item %s\n",
		round, strategy, work, workers, 100*nsItem, nsItem, compute, more)
}

func matrixOf(t *testing.T, text string) *Matrix {
	t.Helper()
	run, err := record.Parse("x.txt", []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	m := Main(Matrices(run))
	if m == nil {
		t.Fatal("nothing to compare")
	}
	return m
}

func near(got, want float64) bool {
	return math.Abs(got-want) <= 1e-9*math.Max(math.Abs(want), 1e-9)
}

// Rounds come in another order for each strategy, as shuffling does; only
// pairing by round gives these costs.
func TestCostIsPairedByRound(t *testing.T) {
	var text string
	for round := 1; round <= 7; round++ {
		slow := float64(round) // the whole machine is slower in each round
		text += line("serial", "digits=9", 1, round, 1000*slow, 990*slow, "")
	}
	for round := 7; round >= 1; round-- {
		slow := float64(round)
		// P·wall/N − c = 2·600·slow − 990·slow = 210·slow
		text += line("goroutines", "digits=9", 2, round, 600*slow, 1000*slow, "")
	}
	m := matrixOf(t, text)
	work := m.Works[0]
	cost, ok := Cost(m.Serial(work), m.Cell(work, m.Columns[1]))
	if !ok || cost.N != 7 || !near(cost.Center, 4*210e-9) {
		t.Errorf("cost %+v, want the median of 210 ns x 1..7 = 840 ns", cost)
	}
	// For n = 7 the 95 % interval of the median are the extremes.
	if !near(cost.Lo, 210e-9) || !near(cost.Hi, 7*210e-9) {
		t.Errorf("interval %g..%g, want 210..1470 ns", cost.Lo, cost.Hi)
	}
	speed, ok := Speedup(m.Serial(work), m.Cell(work, m.Columns[1]), MetricItem)
	if !ok || !near(speed.Center, 1/0.6) || !near(speed.Lo, 1/0.6) || !near(speed.Hi, 1/0.6) {
		t.Errorf("speed-up %+v, want 1.667 without spread: each round's ratio is the same", speed)
	}
}

func TestPairsWithoutRoundsAndWithGaps(t *testing.T) {
	strip := func(text string) string {
		var kept []string
		for l := range strings.Lines(text) {
			if !strings.HasPrefix(l, "#") {
				kept = append(kept, l)
			}
		}
		return strings.Join(kept, "")
	}
	plain := strip(line("serial", "digits=9", 1, 0, 100, 100, "") + line("serial", "digits=9", 1, 0, 200, 200, "") +
		line("goroutines", "digits=9", 2, 0, 60, 100, "") + line("goroutines", "digits=9", 2, 0, 140, 100, ""))
	m := matrixOf(t, plain)
	cost, _ := Cost(m.Serial(m.Works[0]), m.Cell(m.Works[0], m.Columns[1]))
	if cost.N != 2 || !near(cost.Center, 50e-9) { // 120−100 and 280−200
		t.Errorf("plain file: %+v, want 50 ns of 2", cost)
	}
	m = matrixOf(t, line("serial", "digits=9", 1, 1, 100, 100, "")+line("serial", "digits=9", 1, 3, 300, 300, "")+
		line("goroutines", "digits=9", 2, 2, 999, 999, "")+line("goroutines", "digits=9", 2, 3, 160, 300, ""))
	cost, _ = Cost(m.Serial(m.Works[0]), m.Cell(m.Works[0], m.Columns[1]))
	if cost.N != 1 || !near(cost.Center, 20e-9) {
		t.Errorf("rounds with gaps: %+v, want 20 ns of round 3 alone", cost)
	}
}

// For n = 10 the 95 % interval of the median runs from the 2nd to the 9th value.
func TestInterval(t *testing.T) {
	values := []float64{10, 3, 7, 1, 9, 2, 8, 4, 6, 5}
	i := NewInterval(values)
	if i.Center != 5.5 || i.Lo != 2 || i.Hi != 9 || i.N != 10 || !i.Known() {
		t.Errorf("%+v, want 5.5 in 2..9", i)
	}
	if values[0] != 10 {
		t.Error("NewInterval sorted its argument")
	}
	if got := i.Spread(); !near(got, 3.5/5.5) {
		t.Errorf("spread %g", got)
	}
	if few := NewInterval([]float64{1, 2, 3, 4, 5}); few.Known() || few.Above(0) || few.Below(9) {
		t.Errorf("5 samples: %+v, want no interval and no claim", few)
	}
	if none := NewInterval(nil); !math.IsNaN(none.Center) || none.Known() {
		t.Errorf("no samples: %+v", none)
	}
}

func TestMatrixOrder(t *testing.T) {
	text := line("shared-file", "digits=11", 2, 1, 1, 1, "") + line("zzz", "digits=9", 2, 1, 1, 1, "") +
		line("process-gob", "digits=2", 2, 1, 1, 1, "") + line("process-gob", "digits=2", 4, 1, 1, 1, "") +
		line("serial", "digits=9", 1, 1, 1, 1, "") + line("serial", "digits=2", 1, 1, 1, 1, "")
	m := matrixOf(t, text)
	var works, names, labels []string
	for _, w := range m.Works {
		works = append(works, w.Name)
	}
	for _, c := range m.Columns {
		names, labels = append(names, c.Name), append(labels, c.Label)
	}
	if got := strings.Join(works, " "); got != "digits=2 digits=9 digits=11" {
		t.Errorf("works %s", got)
	}
	if got := strings.Join(names, "; "); got != "serial; process-gob workers=2; process-gob workers=4; shared-file; zzz" {
		t.Errorf("columns %s", got)
	}
	if got := strings.Join(labels, "; "); got != "serial; subprocess gob, 2 workers; subprocess gob, 4 workers; shared file; zzz" {
		t.Errorf("labels %s", got)
	}
	if got := m.commonWorkers(); got != 2 {
		t.Errorf("workers of most cells: %d, want 2", got)
	}
}

// A comparison measures a cell again in a round under pressure: only the last
// sample counts, of either side of a pair.
func TestRetakenSamplesDoNotCount(t *testing.T) {
	var text string
	for round := 1; round <= 6; round++ {
		text += line("serial", "digits=9", 1, round, 1000, 990, "") + line("goroutines", "digits=9", 2, round, 600, 990, "")
	}
	text += line("serial", "digits=9", 1, 3, 2000, 1990, "") + line("serial", "digits=9", 1, 3, 3000, 2990, "") +
		line("goroutines", "digits=9", 2, 2, 700, 990, "")
	m := matrixOf(t, text)
	serial, other := m.Serial(m.Works[0]), m.Cell(m.Works[0], m.Columns[1])
	if m.Retaken != 3 || len(serial.Samples) != 6 || len(other.Samples) != 6 {
		t.Errorf("%d left out of %d and %d samples, want 3, 6 and 6", m.Retaken, len(serial.Samples), len(other.Samples))
	}
	for _, p := range pairs(serial, other) {
		s, o := 1e9*p.serial.Values[MetricItem], 1e9*p.other.Values[MetricItem]
		want := map[int][2]float64{2: {1000, 700}, 3: {3000, 600}}[p.key.round]
		if want == [2]float64{} {
			want = [2]float64{1000, 600}
		}
		if !near(s, want[0]) || !near(o, want[1]) {
			t.Errorf("round %d pairs %g with %g ns, want %v", p.key.round, s, o, want)
		}
	}
}

func TestConfigsStayApart(t *testing.T) {
	run, err := record.Parse("x.txt", []byte("goos: linux\n"+line("serial", "digits=9", 1, 1, 1, 1, "")+
		"goos: darwin\n"+line("goroutines", "digits=9", 2, 1, 1, 1, "")))
	if err != nil {
		t.Fatal(err)
	}
	if all := Matrices(run); len(all) != 2 || Main(all) != nil {
		t.Errorf("%d matrices, main %v: samples of two systems were compared", len(all), Main(all))
	}
}

func TestBreakdown(t *testing.T) {
	var text string
	for round := 1; round <= 6; round++ {
		text += line("serial", "digits=9/shape=number", 1, round, 10000, 9990, "") +
			line("serial", "digits=11/shape=number", 1, round, 80000, 80000, "") +
			line("process-gob", "digits=11/shape=number", 2, round, 41000, 80000, "") +
			line("process-gob", "digits=9/shape=number", 2, round, 6000, 10000,
				"300 worker-encode-ns/item 100 worker-transfer-ns/item 200 worker-decode-ns/item 1300 worker-wait-ns/item 70 coord-encode-ns/item")
	}
	b, err := NewBreakdown(matrixOf(t, text))
	if err != nil {
		t.Fatal(err)
	}
	if b.Work.Name != "digits=9/shape=number" || b.Workers != 2 || len(b.Bars) != 2 || !near(b.Compute, 9990e-9) {
		t.Fatalf("%+v", b)
	}
	gob := b.Bars[1]
	for i, want := range []float64{10000e-9, 300e-9, 100e-9, 200e-9, 1300e-9} {
		if !near(gob.Worker[i], want) {
			t.Errorf("%s: %g, want %g", Phases[i], gob.Worker[i], want)
		}
	}
	if !near(gob.Total.Center, 12000e-9) || !near(gob.Rest, 100e-9) {
		t.Errorf("total %g, rest %g; want 2 workers x 6000 ns, of which 100 ns in no phase", gob.Total.Center, gob.Rest)
	}
	if !near(gob.Speedup.Center, 10.0/6) || !near(gob.Ratio.Center, 1.2) || !near(gob.Cost.Center, 2010e-9) {
		t.Errorf("speed-up %g, ratio %g, cost %g", gob.Speedup.Center, gob.Ratio.Center, gob.Cost.Center)
	}
	if !near(gob.Coordinator[1], 70e-9) || b.Bars[0].Coordinator != nil {
		t.Errorf("coordinator lanes %v %v", gob.Coordinator, b.Bars[0].Coordinator)
	}
}

func TestHeadlineFallsBackToLargest(t *testing.T) {
	text := line("serial", "digits=5", 1, 1, 50, 50, "") + line("serial", "digits=7", 1, 1, 500, 500, "") +
		line("serial", "digits=12", 1, 1, 9000, 9000, "") +
		line("goroutines", "digits=5", 2, 1, 30, 50, "") + line("goroutines", "digits=7", 2, 1, 260, 500, "")
	b, err := NewBreakdown(matrixOf(t, text))
	if err != nil || b.Work.Name != "digits=7" {
		t.Errorf("%v %v, want digits=7: the largest that another strategy did too", b, err)
	}
}

func TestMissing(t *testing.T) {
	serial := "BenchmarkFactor/strategy=serial/digits=9/workers=1-2 1 100 ns/op 100 ns/item\n"
	other := "BenchmarkFactor/strategy=goroutines/digits=9/workers=2-2 1 60 ns/op 60 ns/item\n"
	compute := strings.Replace(serial, "ns/item\n", "ns/item 90 compute-ns/item\n", 1)
	for _, c := range []struct{ name, text, phases, breakeven string }{
		{"no compute", serial + other, "plot phases: the file has no metric compute-ns/item for Factor/strategy=serial/digits=9", "plot breakeven: the file has no metric compute-ns/item for Factor/strategy=serial/digits=9"},
		{"no item", strings.ReplaceAll(serial+other, "100 ns/item", ""), "metric ns/item for Factor/strategy=serial", "metric ns/item"},
		{"no workers", strings.ReplaceAll(compute+other, "/workers=2", ""), "workers= in the names of Factor", "workers= in the names of Factor"},
		{"one size", compute + other, "", "second size of item"},
	} {
		t.Run(c.name, func(t *testing.T) {
			m := matrixOf(t, c.text)
			_, err := NewBreakdown(m)
			check(t, err, c.phases)
			_, err = NewBreakEven(m)
			check(t, err, c.breakeven)
		})
	}
}

func check(t *testing.T, err error, want string) {
	t.Helper()
	if (err == nil) != (want == "") || err != nil && !strings.Contains(err.Error(), want) {
		t.Errorf("got %v, want %q", err, want)
	}
}
