package plots

import (
	"fmt"
	"math"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/handoff-go/handoff/report/verdict"
)

var aboutCompare = verdict.About{
	Base: "main (0123abcd)", Head: "HEAD (4567cdef)", Machine: "linux/amd64, AMD EPYC, 2 CPUs", Command: "handoff compare -rounds 12 main HEAD",
}

// compareRow invents 12 pairs of a cell; head takes ratio times as long, within noise.
func compareRow(cell, metric string, ratio, noise float64) verdict.Row {
	random := rand.New(rand.NewPCG(uint64(len(cell)+100*len(metric)), math.Float64bits(ratio)))
	r := verdict.Row{Cell: cell, Metric: metric, Class: verdict.ClassOf(cell)}
	for round := 1; round <= 12; round++ {
		value := func(by float64) verdict.Sample {
			return verdict.Sample{Round: round, Value: 1000 * by * math.Exp(noise*random.NormFloat64())}
		}
		r.Base, r.Head = append(r.Base, value(1)), append(r.Head, value(ratio))
	}
	return r
}

// compareTable has a bit of everything.
func compareTable() *verdict.Table {
	cells := []struct {
		cell         string
		ratio, noise float64
	}{
		{"Factor/strategy=serial/digits=9", 1, 0.005}, {"Factor/strategy=goroutines/digits=9", 1.002, 0.006},
		{"Factor/strategy=process-gob/digits=9", 1.09, 0.02}, {"Factor/strategy=process-json/digits=9", 1.01, 0.02},
		{"Handoff/strategy=process-gob/payload=4096", 0.86, 0.02}, {"Handoff/strategy=shared-file/payload=4096", 1.01, 0.09},
		{"Codec/codec=gob/way=encode", 1.12, 0.01}, {"Codec/codec=gob/way=decode", 0.995, 0.01},
		{"RoundTrip/strategy=process-gob/workers=1/chunk=1", 1.02, 0.12}, {"Canary", 1, 0.004},
	}
	var rows []verdict.Row
	for _, metric := range []string{"ns/item", "cpu-ns/item"} {
		for _, c := range cells {
			rows = append(rows, compareRow(c.cell, metric, c.ratio, c.noise))
		}
	}
	wire := compareRow("Factor/strategy=process-gob/digits=9", "wire-B/item", 1, 0)
	wire.Exact = true
	return verdict.Judge(append(rows, wire), verdict.Rules{})
}

func TestCompareGoldenImage(t *testing.T) {
	got, err := Compare(compareTable(), aboutCompare).png(dpi / 2)
	if err != nil {
		t.Fatal(err)
	}
	compareImage(t, filepath.Join("testdata", "compare.png"), got)
}

func TestCompareText(t *testing.T) {
	svg := svgOf(t, Compare(compareTable(), aboutCompare))
	for _, label := range []string{
		"rows got worse (up to 1", "2 better (up to 1", "HEAD (4567cdef) against main (0123abcd)", "interval at 95%", "12 pairs",
		"ns/item", "cpu-ns/item", "Factor: serial", "Handoff: shared-file", "slower", "faster", "same", "inconclusive", "Canary", "+10%", "−10%",
		"redraw: handoff compare -rounds 12 main HEAD",
	} {
		if !strings.Contains(svg, label) {
			t.Errorf("compare.svg lacks %q", label)
		}
	}
	if strings.Contains(svg, "wire-B/item") {
		t.Error("compare.svg shows a metric that is exactly the same in all rows")
	}
}

// A name loses what all cells have in common, and no two become one.
func TestShortNames(t *testing.T) {
	rows := func(cells ...string) (all []verdict.Judged) {
		for _, c := range cells {
			all = append(all, verdict.Judged{Row: verdict.Row{Cell: c}})
		}
		return all
	}
	for want, cells := range map[string][]string{
		"A: x, n=1":       {"A/strategy=x/chunk=auto/n=1", "A/strategy=x/chunk=auto/n=2", "B/strategy=x/chunk=1"},
		"A: x":            {"A/strategy=x/n=1", "A/strategy=y/n=2"}, // the strategy tells
		"A: x, 2 digits":  {"A/strategy=x/digits=2/chunk=1", "A/strategy=x/digits=9/chunk=auto"},
		"A: x, 1 MiB":     {"A/strategy=x/payload=1048576", "A/strategy=x/payload=0"},
		"A: json, encode": {"A/codec=json/way=encode/batch=256", "A/codec=json/way=decode/batch=256"},
		"A: small, way=":  {"A/small/way=", "A/small/way=1"},
		"A: plain":        {"A/plain/on=disk", "B"},
		"A":               {"A", "A/n=1"},
		"A: 100_items":    {"A/100_items", "A/1000_items"},
		"A: n=1":          {"A/n=1", "A"},
	} {
		if got := shortNames(rows(cells...)); got[cells[0]] != want {
			t.Errorf("%s is called %q, want %q", cells[0], got[cells[0]], want)
		}
	}
	long := strings.Repeat("a", 40) + strings.Repeat("ö", 40)
	cut := elide(comparePen, long, 100)
	if comparePen.width(cut) > 100 || comparePen.width(cut) < 80 || !strings.HasPrefix(cut, "aaa") || !strings.HasSuffix(cut, "öö") || !strings.Contains(cut, "…") {
		t.Errorf("%q is cut to %q", long, cut)
	}
	if elide(comparePen, "short", 100) != "short" {
		t.Error("what fits must stay")
	}
}

// Half and double are as far from no change, and what grew is to the right.
func TestChangeScale(t *testing.T) {
	s := changeScale{reach: math.Log(4), a: 100, b: 500}
	if s.at(1) != 300 || math.Abs(s.at(2)+s.at(0.5)-600) > 1e-9 || s.at(2) <= 300 {
		t.Errorf("no change at %g, double at %g, half at %g", s.at(1), s.at(2), s.at(0.5))
	}
	if s.at(100) != 500 || s.at(0) != 100 || !s.leaves(0) || s.leaves(2) {
		t.Error("what lies outside must go to the nearer end")
	}
	for reach, want := range map[float64]string{0.01: "+1%", 0.1: "+5%", 0.5: "+25%", 1: "+50%", 3: "×4", 20: "÷256"} {
		ticks := changeScale{reach: reach}.ticks()
		if !slices.ContainsFunc(ticks, func(v float64) bool { return tickWords(v) == want }) {
			t.Errorf("reach %g has ticks %v, want %s among them", reach, ticks, want)
		}
	}
	for _, reach := range []float64{0.01, 0.05, 0.2, 1, 3, 20} {
		ticks := changeScale{reach: reach}.ticks()
		if len(ticks) < 3 || len(ticks) > 9 {
			t.Errorf("reach %g has ticks %v", reach, ticks)
		}
	}
}

// A row is coloured only if it changed beyond doubt.
func TestCompareLooks(t *testing.T) {
	for verdict, want := range map[verdict.Verdict]struct {
		grey, filled bool
	}{verdict.Slower: {false, true}, verdict.Faster: {false, true}, verdict.Same: {true, true}, verdict.Inconclusive: {true, false}, verdict.NotComparable: {true, false}} {
		j := compareTable().Rows[0]
		j.Verdict = verdict
		if c, filled := looks(j); (c == faint) != want.grey || filled != want.filled {
			t.Errorf("%v: grey %v, filled %v", verdict, c == faint, filled)
		}
	}
}

func TestCompareOddNumbers(t *testing.T) {
	few := compareRow("few", "ns/op", 1, 0.1)
	few.Base, few.Head = few.Base[:2], few.Head[:2]
	grown := verdict.Row{Cell: "from nothing", Metric: "wire-B/item", Exact: true, Base: []verdict.Sample{{Round: 1}}, Head: []verdict.Sample{{Round: 1, Value: 5}}}
	var crowd []verdict.Row
	for i := range 100 {
		crowd = append(crowd, compareRow(fmt.Sprint("row", i), "ns/op", 1, 0.01))
	}
	for name, rows := range map[string][]verdict.Row{
		"no samples":         {{Cell: "a", Metric: "ns/op"}},
		"too few":            {few},
		"from zero":          {grown},
		"a thousandfold":     {compareRow("a", "ns/op", 1000, 0.01), compareRow("b", "ns/op", 0.001, 0.01)},
		"no noise":           {compareRow("a", "ns/op", 1, 0)},
		"one very noisy":     append([]verdict.Row{compareRow("noisy", "ns/op", 1, 3)}, crowd[:12]...),
		"a long name":        {compareRow(strings.Repeat("long/", 40), "ns/op", 1.5, 0.01)},
		"more than it shows": append([]verdict.Row{compareRow("slow", "ns/op", 1.4, 0.01)}, crowd...),
	} {
		t.Run(name, func(t *testing.T) { svgOf(t, Compare(verdict.Judge(rows, verdict.Rules{}), aboutCompare)) })
	}
	if _, err := Compare(verdict.Judge(nil, verdict.Rules{}), verdict.About{}).SVG(); err != nil {
		t.Errorf("no rows at all: %v", err)
	}
}
