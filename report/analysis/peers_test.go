package analysis

import (
	"fmt"
	"math"
	"strings"
	"testing"

	"github.com/handoff-go/handoff/report/record"
)

// peerLine is one sample of an invented run with peers.
func peerLine(name string, round int, ns float64, more string) string {
	return fmt.Sprintf("# round: %d\nBenchmarkPeers/strategy=%s-2 1 %g ns/op %g ns/item %s\n", round, name, 100*ns, ns, more)
}

const small = "/digits=2/shape=number"

func peersOf(t *testing.T, text string) (*Matrix, *Peers) {
	t.Helper()
	m := PeersMatrix(Matrices(mustParse(t, text)))
	if m == nil {
		t.Fatal("no peers")
	}
	p, err := NewPeers(m, m.Works[0])
	if err != nil {
		t.Fatal(err)
	}
	return m, p
}

// race is a run of six rounds in which the whole machine is slower in each, so
// that only pairing by rounds gives ratios without spread.
func race(times map[string]float64) string {
	var text string
	for round := 1; round <= 6; round++ {
		for name, ns := range times {
			text += peerLine(name, round, ns*float64(round), "")
		}
	}
	return text
}

const (
	serialCell  = "serial" + small + "/workers=1/chunk=auto"
	routineCell = "goroutines" + small + "/workers=2/chunk=auto"
	gobCell     = "process-gob" + small + "/workers=2/chunk=auto"
	gobOneCell  = "process-gob" + small + "/workers=2/chunk=1"
	mapCell     = "peer-conc-itermap" + small + "/workers=2/chunk=1"
	pluginCell  = "peer-plugin-netrpc" + small + "/workers=2/chunk=256/window=4"
	callCell    = "peer-plugin-netrpc" + small + "/workers=2/chunk=1/window=1"
	pythonCell  = "peer-python-pool" + small + "/workers=2/chunk=auto"
)

func TestPeers(t *testing.T) {
	_, p := peersOf(t, race(map[string]float64{
		serialCell: 20, routineCell: 12, gobCell: 200, gobOneCell: 1000, mapCell: 40, pluginCell: 600, callCell: 70000,
		pythonCell: 1000.5, "peer-new/digits=2/shape=number/workers=2/chunk=1": 5, "goroutines" + small + "/workers=4/chunk=auto": 1,
	}))
	var rows []string
	for _, r := range p.Rows {
		rows = append(rows, fmt.Sprintf("%s %t %t %.3g", r.Label, r.Ours, r.Processes, r.OverIdeal.Center))
	}
	want := []string{
		"peer-new false false 0.5",
		"goroutine pool, 2 workers true false 1.2",
		"serial true false 2",
		"conc iter.Map false false 4",
		"subprocess gob, chunk auto true true 20",
		"go-plugin net/rpc, 256 a call, 4 in flight false true 60",
		"subprocess gob, chunk 1 true true 100",
		"Python Pool.map, default chunksize false true 100",
		"go-plugin net/rpc, 1 a call false true 7e+03",
	}
	if got := strings.Join(rows, "\n"); got != strings.Join(want, "\n") {
		t.Errorf("rows\n%s\nwant\n%s", got, strings.Join(want, "\n"))
	}
	if p.Workers != 2 || !near(p.Ideal.Lo, 10e-9) || !near(p.Ideal.Hi, 60e-9) || !p.HasPeers() {
		t.Errorf("%d workers, ideal %+v", p.Workers, p.Ideal)
	}
	if least, most := p.Samples(); least != 6 || most != 6 {
		t.Errorf("%d to %d samples, want 6", least, most)
	}
}

func TestPeersMissing(t *testing.T) {
	m := PeersMatrix(Matrices(mustParse(t, peerLine(mapCell, 1, 40, ""))))
	_, err := NewPeers(m, m.Works[0])
	check(t, err, "plot peers: the file has no metric ns/item of strategy=serial for digits=2/shape=number")
	m = PeersMatrix(Matrices(mustParse(t, "BenchmarkPeers/strategy=serial/workers=1-2 1 9 ns/op 9 ns/item\nBenchmarkPeers/strategy=peer-x-2 1 9 ns/op 9 ns/item\n")))
	_, err = NewPeers(m, m.Works[0])
	check(t, err, "plot peers: the file has no workers= in the names of Peers")
	if PeersMatrix(Matrices(mustParse(t, line("serial", "digits=9", 1, 1, 9, 9, "")))) != nil {
		t.Error("peers were found where there are none")
	}
}

func mustParse(t *testing.T, text string) *record.Run {
	t.Helper()
	run, err := record.Parse("x.txt", []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return run
}

func TestPeersTitle(t *testing.T) {
	const neutral = "What an item costs, in our pools and in others"
	for _, c := range []struct {
		name  string
		times map[string]float64
		want  string
	}{
		{"both", map[string]float64{serialCell: 20, routineCell: 12, gobCell: 200, mapCell: 30, pluginCell: 500},
			"Ours are fastest: in process by 2.50×, between processes by 2.50×"},
		{"processes", map[string]float64{serialCell: 20, routineCell: 40, gobCell: 200, mapCell: 30, pluginCell: 500, pythonCell: 900},
			"Between processes ours is fastest, by 2.50× over go-plugin net/rpc, 256 a call, 4 in flight"},
		{"in process", map[string]float64{serialCell: 20, routineCell: 12, gobCell: 900, mapCell: 30, pluginCell: 500},
			"In process ours is fastest, by 2.50× over conc iter.Map"},
		{"no other processes", map[string]float64{serialCell: 20, routineCell: 12, gobCell: 900, mapCell: 30},
			"In process ours is fastest, by 2.50× over conc iter.Map"},
		{"none", map[string]float64{serialCell: 20, routineCell: 40, gobCell: 900, mapCell: 30, pythonCell: 500},
			"Others are faster: conc iter.Map in process, Python Pool.map, default chunksize between"},
		// Serial is no pool, however fast it is.
		{"serial", map[string]float64{serialCell: 5, routineCell: 30, mapCell: 30}, neutral},
	} {
		t.Run(c.name, func(t *testing.T) {
			if _, p := peersOf(t, race(c.times)); p.Title() != c.want {
				t.Errorf("got  %s\nwant %s", p.Title(), c.want)
			}
		})
	}
	// With fewer rounds than an interval needs, nothing is claimed.
	_, p := peersOf(t, peerLine(serialCell, 1, 20, "")+peerLine(routineCell, 1, 12, "")+peerLine(mapCell, 1, 30, ""))
	if p.Title() != neutral {
		t.Errorf("one round: %s", p.Title())
	}
}

func TestGoals(t *testing.T) {
	primes := "/digits=9/numbers=prime/shape=number"
	var text string
	for round := 1; round <= 6; round++ {
		slow := float64(round)
		for name, ns := range map[string]float64{
			serialCell: 20, routineCell: 12, gobOneCell: 1000, mapCell: 13, pluginCell: 400, pythonCell: 700,
			"peer-python-pool" + small + "/workers=2/chunk=1": 14000, callCell: 71000,
			"peer-plugin-netrpc" + small + "/workers=2/chunk=1/window=16": 20000,
			"process-shm-binary" + small + "/workers=2/chunk=auto":        110,
			"serial" + primes + "/workers=1/chunk=auto":                   30000,
			"goroutines" + primes + "/workers=2/chunk=auto":               10000,
			"process-gob" + primes + "/workers=2/chunk=auto":              10500,
			"process-gob" + small + "/workers=2/chunk=64":                 1,
			"process-gob" + small + "/workers=4/chunk=auto":               1,
		} {
			text += peerLine(name, round, ns*slow, "")
		}
		text += peerLine(gobCell, round, 200*slow, fmt.Sprintf("%g cpu-ns/item", 380*slow))
	}
	m, _ := peersOf(t, text)
	var got []string
	for _, g := range Goals(m) {
		got = append(got, fmt.Sprintf("%s, %s: %s %s%s", g.Spell(g.Bar), g.Spell(g.Stretch), g.Spell(g.Measured.Center), g.Verdict(), g.Missing))
	}
	want := []string{
		"1/15, 1/30: 1/14 missed",
		"1/40, 1/70: 1/71 stretch",
		"-, -: 1/20 ",
		"1/3, 1/5: 1/3.5 bar",
		"1/1.3, 1/2: 1/2 ~stretch",
		"1/2.5, 1/5: - process-shm-binary",
		"150 ns, 60 ns: 350 ns ~missed", // 100 ns in the first round, 600 in the last
		"1, 1/2: 1/1.5 bar",
		"1/10, -: - peer-ants-pool, peer-ants-func, peer-pond, peer-conc-pool",
		"1.06, 1.03: 1.05 bar",
		"-, -: - process-gob with primes of 10 digits, goroutines with primes of 10 digits",
		"0.92, 0.97: 0.95 bar",
	}
	if strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("goals\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

// The share of the CPUs is for two of them.
func TestGoalsNeedTwoCPUs(t *testing.T) {
	text := strings.ReplaceAll(peerLine(serialCell, 1, 20, "")+peerLine(mapCell, 1, 20, "")+peerLine(gobCell, 1, 200, "380 cpu-ns/item"), "-2 1 ", "-8 1 ")
	m, _ := peersOf(t, text)
	all := Goals(m)
	if got := all[len(all)-1]; got.Missing != "a machine of 2 CPUs" || got.Verdict() != "" {
		t.Errorf("%+v", got)
	}
}

func TestGoalsWithoutCommonRounds(t *testing.T) {
	m, _ := peersOf(t, peerLine(serialCell, 1, 20, "")+peerLine(callCell, 1, 20, "")+peerLine(gobOneCell, 2, 20, ""))
	if got := Goals(m)[1]; got.Missing != "a round with all of its cells" {
		t.Errorf("%+v", got)
	}
}

func TestOverIdeal(t *testing.T) {
	for _, c := range []struct {
		v    []float64
		want float64
	}{
		{[]float64{20, 12, 14, 18}, 0.5},
		{[]float64{20, 12, 10, 18}, math.Inf(1)}, // nothing is less than nothing
		{[]float64{20, 9, 14}, -0.25},
	} {
		if got := overIdeal(c.v); got != c.want {
			t.Errorf("%v: %g, want %g", c.v, got, c.want)
		}
	}
}
