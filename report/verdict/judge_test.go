package verdict

import (
	"math"
	"slices"
	"strings"
	"testing"
)

// row makes a row of n rounds in which head takes 1+part times as long, give or take a
// little; the pattern of the differences is symmetric about part.
func row(cell, metric string, n int, part, noise float64) Row {
	r := Row{Cell: cell, Metric: metric, Class: ClassOf(cell)}
	for i := range n {
		d := noise * (2*float64(i)/float64(max(1, n-1)) - 1)
		r.Base = append(r.Base, Sample{Round: i + 1, Value: 100})
		r.Head = append(r.Head, Sample{Round: i + 1, Value: 100 * (1 + part) * math.Exp(d)})
	}
	return r
}

// byteRow is an exact row.
func byteRow(cell string, base, head float64) Row {
	r := row(cell, "wire-B/item", 3, 0, 0)
	r.Exact = true
	for i := range r.Base {
		r.Base[i].Value, r.Head[i].Value = base, head
	}
	return r
}

var learnt = &Floors{Machine: "here", Rows: map[string]map[string]float64{"ns/op": {"A": 0.01, "B": 0.3}}}

func TestVerdicts(t *testing.T) {
	gate := func(text string) Gate {
		g, err := ParseGate(text)
		if err != nil {
			t.Fatal(err)
		}
		return g
	}
	higher := row("A", "B/s", 12, 0.2, 0.01)
	higher.Higher = true
	torn := byteRow("A", 16, 16)
	torn.Head[1].Value = 17
	for _, c := range []struct {
		name    string
		row     Row
		rules   Rules
		verdict Verdict
		outcome Outcome
		exit    int
	}{
		{"slower", row("A", "ns/op", 12, 0.2, 0.01), Rules{}, Slower, Failed, 1},
		{"faster", row("A", "ns/op", 12, -0.2, 0.01), Rules{}, Faster, Passed, 0},
		{"same", row("A", "ns/op", 12, 0.001, 0.01), Rules{}, Same, Passed, 0},
		{"no difference at all", row("A", "ns/op", 12, 0, 0), Rules{}, Same, Passed, 0},
		{"noisy", row("A", "ns/op", 12, 0, 0.5), Rules{}, Inconclusive, Undecided, 3},
		{"too few", row("A", "ns/op", 5, 0.2, 0.01), Rules{}, Inconclusive, Undecided, 3},
		{"no samples", row("A", "ns/op", 0, 0, 0), Rules{}, Inconclusive, Undecided, 3},
		{"3% without a floor", row("A", "ns/op", 12, 0.03, 0.005), Rules{}, Same, Passed, 0},
		{"3% with a floor", row("A", "ns/op", 12, 0.03, 0.005), Rules{Floors: learnt}, Slower, Failed, 1},
		{"3% asked for", row("A", "ns/op", 12, 0.03, 0.005), Rules{Threshold: 0.02}, Slower, Failed, 1},
		{"below the floor", row("B", "ns/op", 12, 0.2, 0.01), Rules{Floors: learnt}, Inconclusive, Undecided, 3},
		{"below gate and floor", row("B", "ns/op", 12, 0.2, 0.01), Rules{Floors: learnt, Gate: gate("time=25%")}, Inconclusive, Passed, 0},
		{"above the floor", row("B", "ns/op", 12, 0.5, 0.01), Rules{Floors: learnt}, Slower, Failed, 1},
		{"within the gate", row("A", "ns/op", 12, 0.2, 0.01), Rules{Gate: gate("time=30%")}, Slower, Passed, 0},
		{"at the gate", row("A", "ns/op", 12, 0.2, 0.01), Rules{Gate: gate("time=20%")}, Slower, Undecided, 3},
		{"gate below the threshold", row("A", "ns/op", 12, 0.03, 0.005), Rules{Gate: gate("time=1%")}, Slower, Failed, 1},
		{"not gated", row("A", "ns/op", 12, 0.2, 0.01), Rules{Gate: gate("none")}, Slower, NotGated, 0},
		{"more a second", higher, Rules{Gate: gate("B/s")}, Faster, Passed, 0},
		{"bytes grew", byteRow("A", 16, 16.36), Rules{}, Slower, Failed, 1},
		{"bytes shrank", byteRow("A", 16, 15), Rules{}, Faster, Passed, 0},
		{"bytes the same", byteRow("A", 16, 16), Rules{}, Same, Passed, 0},
		{"bytes within the gate", byteRow("A", 16, 16.1), Rules{Gate: gate("wire=1%")}, Slower, Passed, 0},
		{"bytes from nothing", byteRow("A", 0, 16), Rules{}, Slower, Failed, 1},
		{"bytes that vary", torn, Rules{}, Inconclusive, Undecided, 3},
		{"bytes of runs apart", byteRow("A", 16, 17), Rules{Design: Apart}, Slower, Failed, 1},
		{"time of runs apart", row("A", "ns/op", 12, 0.2, 0.01), Rules{Design: Apart}, NotComparable, NotGated, 3},
		{"time of runs apart, asked for", row("A", "ns/op", 12, 0.2, 0.01), Rules{Design: Apart, Gate: gate("time=5%")}, NotComparable, NotGated, 2},
		{"allocations of runs apart", row("A", "allocs/op", 12, 0.2, 0), Rules{Design: Apart, Gate: gate("allocs=1%")}, Slower, Failed, 1},
		{"allocations", row("A/chunk=64", "worker-allocs/item", 12, 0.03, 0), Rules{Gate: gate("allocs=1%")}, Slower, Failed, 1},
		{"allocations within", row("A/chunk=64", "worker-allocs/item", 12, 0.005, 0), Rules{Gate: gate("allocs=1%")}, Same, Passed, 0},
		{"allocations of the sender", row("A/chunk=64", "coord-allocs/item", 12, 0.03, 0), Rules{Gate: gate("allocs=1%")}, Slower, Failed, 1},
		{"allocations of the sender, of automatic chunks", row("A/chunk=auto", "coord-allocs/item", 12, 0.2, 0), Rules{Gate: gate("allocs=1%")}, Slower, NotGated, 2},
		{"allocations of automatic chunks", row("A/chunk=auto", "worker-allocs/item", 12, 0.2, 0), Rules{Gate: gate("allocs=1%")}, Slower, NotGated, 2},
		{"plain files", row("A", "ns/op", 12, 0.2, 0.01), Rules{Design: Plain}, Slower, Failed, 1},
		{"the gate asks for what is not there", row("A", "ns/op", 12, 0, 0.01), Rules{Gate: gate("time=5%,allocs=1%")}, Same, Passed, 2},
		{"no time", row("A", "ns/op", 12, -1, 0), Rules{}, Faster, Passed, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			table := Judge([]Row{c.row}, c.rules)
			j := table.Rows[0]
			if j.Verdict != c.verdict || j.Outcome != c.outcome || table.Exit() != c.exit {
				t.Errorf("%v, %q, exit %d (%s); want %v, %q, %d", j.Verdict, j.Outcome, table.Exit(), table.Headline(), c.verdict, c.outcome, c.exit)
			}
			if text := table.Text(About{}, true); !strings.Contains(text, c.verdict.String()) {
				t.Errorf("the text does not say %v:\n%s", c.verdict, text)
			}
		})
	}
}

func TestNoRows(t *testing.T) {
	for name, rows := range map[string][]Row{"nothing": nil, "only the canary": {row("Canary", "ns/op", 12, 0, 0)}} {
		if table := Judge(rows, Rules{}); table.Exit() != 2 || table.Headline() != "could not measure: no rows to compare" {
			t.Errorf("%s: exit %d, %s", name, table.Exit(), table.Headline())
		}
	}
}

// The canary moves: nothing else counts.
func TestCanary(t *testing.T) {
	rows := []Row{row("A", "ns/op", 12, 0.2, 0.01), row("Canary", "ns/op", 12, 0.2, 0.01)}
	table := Judge(rows, Rules{})
	if !table.Void || table.Exit() != 2 || !strings.HasPrefix(table.Headline(), "void: the canary moved, +20.0% in ns/op") {
		t.Errorf("void %v, exit %d, %s", table.Void, table.Exit(), table.Headline())
	}
	rows[1] = row("Canary", "ns/op", 12, 0, 0.01)
	if table = Judge(rows, Rules{}); table.Void || table.Exit() != 1 {
		t.Errorf("a canary that stands still: void %v, exit %d", table.Void, table.Exit())
	}
	rows[1] = row("Canary", "ns/op", 12, 0, 1)
	if table = Judge(rows, Rules{}); table.Void || !slices.ContainsFunc(table.Warnings, func(w string) bool { return strings.Contains(w, "canary") }) {
		t.Errorf("a noisy canary: void %v, warnings %q", table.Void, table.Warnings)
	}
}

// A change that makes a process start slower moves the canary's CPU time, which is the
// whole process's: that is no reason to void anything.
func TestCanaryIsTime(t *testing.T) {
	rows := []Row{row("A", "ns/op", 12, 0, 0), row("Canary", "ns/op", 12, 0, 0), row("Canary", "cpu-ns/op", 12, 0.2, 0.01)}
	if table := Judge(rows, Rules{}); table.Void || table.Exit() != 0 || len(table.Canary) != 1 {
		t.Errorf("void %v, exit %d, canary %+v", table.Void, table.Exit(), table.Canary)
	}
}

// A moved canary says nothing of bytes and allocations: their gates hold, and only what was
// said of time is taken back.
func TestCanaryOfExactGates(t *testing.T) {
	rows := []Row{row("A", "ns/op", 12, 0.2, 0.01), byteRow("A", 16, 16), row("A", "allocs/op", 12, 0, 0), row("Canary", "ns/op", 12, 0.2, 0.01)}
	gate, err := ParseGate("wire=0,allocs=1%")
	if err != nil {
		t.Fatal(err)
	}
	table := Judge(rows, Rules{Gate: gate})
	if table.Exit() != 0 || !table.Void || table.Headline() != "pass: 2 of 2 gated rows not worse" || table.Finding() != "No row changed beyond doubt" {
		t.Errorf("exit %d, void %v, %s, %s", table.Exit(), table.Void, table.Headline(), table.Finding())
	}
	if j := table.Rows[0]; j.Verdict != Inconclusive || j.Note != "withdrawn: the canary moved" || table.Rows[1].Verdict != Same {
		t.Errorf("time is %v, %q; bytes are %v", j.Verdict, j.Note, table.Rows[1].Verdict)
	}
	if want := "the canary moved, +20.0% in ns/op"; !strings.Contains(strings.Join(table.Warnings, "\n"), want) {
		t.Errorf("warnings %q, want %q", table.Warnings, want)
	}
	rows[1] = byteRow("A", 16, 17)
	if table = Judge(rows, Rules{Gate: gate}); table.Exit() != 1 {
		t.Errorf("bytes grew: exit %d", table.Exit())
	}
}

// What moves the canary is the same for everybody: neither a lenient gate or threshold
// hides that it moved, nor does a strict one make something of a hair.
func TestCanaryLimit(t *testing.T) {
	for text, rules := range map[string]Rules{
		"": {}, "time=0": {}, "time=100%": {}, "none": {}, "time": {Threshold: 0.5}, "cpu": {Threshold: 0.001}, "wire": {Floors: learnt},
	} {
		var err error
		if rules.Gate, err = ParseGate(text); err != nil {
			t.Fatal(err)
		}
		for part, moved := range map[float64]bool{0.03: false, 0.12: true} {
			table := Judge([]Row{row("A", "ns/op", 12, 0, 0), row("Canary", "ns/op", 12, part, 0.005)}, rules)
			if table.Void != moved || table.Canary[0].Gated {
				t.Errorf("gate %q, threshold %g: the canary by %g: void %v", text, rules.Threshold, part, table.Void)
			}
		}
	}
}

// Half of the rows of a table are significant on their own; of many, none needs to be.
func TestHolm(t *testing.T) {
	p := []float64{0.04, 0.01, 0.03, 0.005}
	want := []float64{0.06, 0.03, 0.06, 0.02} // p.adjust(p, "holm") in R
	rows := make([]Judged, len(p))
	for i := range p {
		rows[i].P = p[i]
	}
	for i, metric := range []string{"ns/op", "ns/item", "ns/item", "ns/op"} { // one family: a gate calls both time
		rows[i].Metric = metric
	}
	rows = append(rows, Judged{Row: Row{Metric: "other"}, P: 0.04}, Judged{Row: Row{Exact: true}, P: 0})
	adjust(rows)
	for i := range p {
		if math.Abs(rows[i].AdjustedP-want[i]) > 1e-12 {
			t.Errorf("p=%g: adjusted %g, want %g", p[i], rows[i].AdjustedP, want[i])
		}
	}
	if rows[4].AdjustedP != 0.04 || rows[5].AdjustedP != 0 {
		t.Errorf("another metric: %g, an exact row: %g", rows[4].AdjustedP, rows[5].AdjustedP)
	}
}

func TestRoundsWanted(t *testing.T) {
	for rows, want := range map[int]int{1: 6, 15: 10, 40: 11, 100: 12} {
		if got := roundsWanted(rows, 0.05); got != want {
			t.Errorf("%d rows want %d rounds, got %d", rows, want, got)
		}
	}
	if got := samplesWanted(1, 0.05); got != 4 {
		t.Errorf("one row of plain files wants %d samples, want 4", got)
	}
	var rows []Row
	for i := range 15 {
		rows = append(rows, row(string(rune('A'+i)), "ns/op", 9, 0.2, 0.01))
	}
	few := Judge(rows, Rules{})
	if few.CountVerdict(Slower) > 0 || few.Rows[0].MoreRounds != 1 || !slices.ContainsFunc(few.Warnings, func(w string) bool { return strings.HasPrefix(w, "9 rounds are too few") }) {
		t.Errorf("9 rounds of 15 rows: %d slower, %d more rounds, %q", few.CountVerdict(Slower), few.Rows[0].MoreRounds, few.Warnings)
	}
}

// Anything may take no time at all in some samples, or on one side.
func TestZeros(t *testing.T) {
	some := row("A", "worker-encode-ns/item", 12, 0.3, 0.01)
	some.Base[2].Value, some.Head[5].Value = 0, 0
	gone, none := row("A", "worker-decode-ns/item", 12, 0, 0.01), row("A", "sender-encode-ns/item", 12, 0, 0.01)
	for i := range gone.Head {
		gone.Head[i].Value, none.Head[i].Value, none.Base[i].Value = 0, 0, 0
	}
	table := Judge([]Row{some, gone, none}, Rules{})
	for i, want := range []Verdict{Slower, Faster, Same} {
		if j := table.Rows[i]; j.Verdict != want {
			t.Errorf("%s: %v, %g (%g to %g)", j.Metric, j.Verdict, j.Ratio, j.Low, j.High)
		}
	}
	text := table.Text(About{}, false)
	if strings.Contains(text, "NaN") || strings.Contains(text, "Inf") {
		t.Errorf("the text holds what is no number:\n%s", text)
	}
	if _, err := table.JSON(About{}); err != nil {
		t.Error(err)
	}
	f := &Floors{}
	if f.Learn(table); f.Classes["worker-decode-ns/item"] != nil {
		t.Errorf("learnt %v from what has no logarithm", f.Classes)
	}
}

// What more rounds were said to do, they do; what the samples could have shown, they
// show when it is there.
func TestMoreRoundsAndSmallest(t *testing.T) {
	noisy := Judge([]Row{row("A", "ns/op", 12, 0.075, 0.06)}, Rules{}).Rows[0]
	if noisy.Verdict != Inconclusive || noisy.MoreRounds == 0 {
		t.Fatalf("%v, %d more rounds", noisy.Verdict, noisy.MoreRounds)
	}
	if more := Judge([]Row{row("A", "ns/op", 12+noisy.MoreRounds, 0.075, 0.06)}, Rules{}).Rows[0]; more.Verdict != Slower {
		t.Errorf("with %d more rounds: %v, %.3f to %.3f", noisy.MoreRounds, more.Verdict, more.Low, more.High)
	}
	quiet := Judge([]Row{row("A", "ns/op", 12, 0, 0.03)}, Rules{}).Rows[0]
	for shift, want := range map[float64]Verdict{quiet.Smallest + 0.001: Slower, quiet.Smallest - 0.005: Inconclusive} {
		if got := Judge([]Row{row("A", "ns/op", 12, shift, 0.03)}, Rules{}).Rows[0]; got.Verdict != want {
			t.Errorf("smallest visible %.4f, but %.4f is %v", quiet.Smallest, shift, got.Verdict)
		}
	}
	if between := Judge([]Row{row("B", "ns/op", 12, 0.2, 0.01)}, Rules{Floors: learnt}).Rows[0]; between.MoreRounds != 0 || !strings.Contains(between.Note, "do not tell") {
		t.Errorf("between threshold and floor: %d more rounds, %q", between.MoreRounds, between.Note)
	}
}

// A pair under pressure is shown, and does not count where its round has another one;
// where a round has no other, it counts, and that is said.
func TestPressure(t *testing.T) {
	r := row("A", "ns/op", 12, 0, 0.01)
	r.Base[3].Pressed, r.Head[3].Pressed = true, true
	r.Head[3].Value = 900
	r.Base = append(r.Base, Sample{Round: 4, Value: 100})
	r.Head = append(r.Head, Sample{Round: 4, Value: 101})
	r.Head[7].Pressed = true // of one side only: the pair is marked all the same
	table := Judge([]Row{r}, Rules{})
	j := table.Rows[0]
	if j.Pairs != 12 || j.Pressed != 2 || j.Kept != 1 || j.High > 1.03 {
		t.Errorf("%d pairs, %d pressed, %d kept, interval to %g", j.Pairs, j.Pressed, j.Kept, j.High)
	}
	if len(table.Warnings) != 3 || !strings.Contains(table.Warnings[2], "1 of 1 cell no quiet pair") {
		t.Errorf("warnings %q", table.Warnings)
	}
}

// A sample without a partner is left out, wherever it is.
func TestLonelySamples(t *testing.T) {
	r := row("A", "ns/op", 12, 0.2, 0.01)
	r.Head = slices.Delete(r.Head, 4, 5)
	r.Base = append(r.Base, Sample{Round: 13, Value: 100})
	if j := Judge([]Row{r}, Rules{}).Rows[0]; j.Pairs != 11 || j.Verdict != Slower {
		t.Errorf("%d pairs, %v", j.Pairs, j.Verdict)
	}
}

// Without rounds the interval is that of the U test: it holds exactly those ratios with
// which the test finds no difference.
func TestUnpaired(t *testing.T) {
	r := row("A", "ns/op", 10, 0.2, 0.02)
	j := Judge([]Row{r}, Rules{Design: Plain}).Rows[0]
	if math.Abs(j.Ratio-1.2) > 0.01 || j.Low < 1.17 || j.High > 1.23 || j.P > 0.001 {
		t.Errorf("ratio %g (%g to %g), p=%g", j.Ratio, j.Low, j.High, j.P)
	}
	for i := range r.Base {
		r.Base[i].Value += float64(i) / 7 // no two the same
	}
	j = Judge([]Row{r}, Rules{Design: Plain}).Rows[0]
	for _, c := range []struct {
		by       float64
		rejected bool
	}{{j.Low * (1 - 1e-9), true}, {j.Low * (1 + 1e-9), false}, {j.High * (1 - 1e-9), false}, {j.High * (1 + 1e-9), true}} {
		turned := Row{Cell: "A", Metric: "ns/op", Base: r.Base}
		for _, s := range r.Head {
			turned.Head = append(turned.Head, Sample{Value: s.Value / c.by})
		}
		if got := Judge([]Row{turned}, Rules{Design: Plain}).Rows[0]; (got.P <= 0.05) != c.rejected {
			t.Errorf("head divided by %g of %g to %g: p=%g", c.by, j.Low, j.High, got.P)
		}
	}
	if j := Judge([]Row{row("A", "allocs/op", 0, 0, 0)}, Rules{Design: Plain}).Rows[0]; j.Verdict != Inconclusive {
		t.Errorf("no samples: %v", j.Verdict)
	}
}
