package verdict

import (
	"bytes"
	"encoding/json"
	"slices"
	"strings"
	"testing"
)

// about is what a comparison is told of itself.
var about = About{
	Base: "main (0123abcd)", Head: "HEAD (4567cdef)", Machine: "linux/amd64, AMD EPYC, 2 CPUs", Unavailable: "temperature, clock governor", Date: "2026-11-23T08:00:00Z",
	Command: "handoff compare -rounds 12 main HEAD", Samples: "results/2026-11-23T08-00-00Z-compare-linux-amd64-2cpu",
}

// example is a comparison in which a bit of everything happens: one row got slower, one
// faster, one sends more bytes, one was too noisy, and in a few pairs the machine was busy.
func example() *Table {
	m := machines[1]
	rows := simulate(m, 5, experiment{rounds: 12, effect: map[string]float64{"Factor/strategy=serial/digits=2": 0.08, "Codec/strategy=codec-gob/payload=3": -0.2}})
	for _, cell := range []string{"Handoff/strategy=process-gob/payload=1/chunk=64", "Handoff/strategy=process-gob/payload=2/chunk=64"} {
		wire := Row{Cell: cell, Metric: "wire-B/item", Class: IPC, Exact: true}
		for round := range 12 {
			wire.Base = append(wire.Base, Sample{Round: round + 1, Value: 16.36})
			wire.Head = append(wire.Head, Sample{Round: round + 1, Value: 16.36})
			if strings.Contains(cell, "payload=2") {
				wire.Head[round].Value = 18
			}
		}
		rows = append(rows, wire)
	}
	return Judge(rows, Rules{})
}

func TestText(t *testing.T) { golden(t, "example.txt", []byte(example().Text(about, false))) }

func TestMarkdown(t *testing.T) { golden(t, "example.md", []byte(example().Markdown(about))) }

func TestJSON(t *testing.T) {
	text, err := example().JSON(about)
	if err != nil {
		t.Fatal(err)
	}
	golden(t, "example.json", text)
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.DisallowUnknownFields()
	var d Document
	if err := decoder.Decode(&d); err != nil || d.Exit != 1 || len(d.Rows) != 32 {
		t.Errorf("read back: %v, exit %d, %d rows", err, d.Exit, len(d.Rows))
	}
}

// What benchstat itself (go tool benchstat base.txt head.txt, in testdata/busy) says of the
// CPU time, and of bytes.
func TestBenchstat(t *testing.T) {
	var text strings.Builder
	for _, g := range Judge(trace(t, "busy"), Rules{}).benchstat() {
		text.WriteString(g.text())
	}
	lines := strings.Split(text.String(), "\n")
	for _, want := range []string{
		"benchstat: cpu-sec/item base head vs base",
		"Handoff/strategy=process-gob/payload=0/shape=record/workers=2/chunk=auto 3.008µ ± 25% 2.600µ ± 13% ~ (p=0.224 n=16)",
		"Factor/strategy=shared-file/digits=5/shape=number/workers=2/chunk=auto/wait=notify/on=disk 975.8n ± 18% 894.4n ± 24% ~ (p=0.417 n=16)",
		"Factor/strategy=goroutines/digits=5/shape=number/workers=2/chunk=auto 237.9n ± 15% 243.2n ± 11% ~ (p=0.662 n=16)",
		"geomean 641.4n 631.7n -1.50%",
	} {
		if !slices.ContainsFunc(lines, func(line string) bool { return strings.Join(strings.Fields(line), " ") == want }) {
			t.Errorf("lacks %q:\n%s", want, text.String())
		}
	}
}

func TestHeadlines(t *testing.T) {
	noisy := row("N", "ns/op", 12, 0, 0.5)
	hopeless := row("B", "ns/op", 12, 0.2, 0.7)
	for _, c := range []struct {
		rows  []Row
		rules Rules
		want  string
	}{
		{[]Row{row("A", "ns/op", 12, 0.2, 0.01), row("B", "ns/op", 12, 0.4, 0.01), row("C", "ns/op", 12, 0, 0)}, Rules{},
			"regression: 2 of 3 gated rows worse, most of all +40.0% (B, ns/op)"},
		{[]Row{row("A", "ns/op", 12, 0, 0), row("B", "ns/op", 12, -0.2, 0.01)}, Rules{}, "pass: 2 of 2 gated rows not worse, 1 row better"},
		{[]Row{row("A", "ns/op", 5, 0, 0), row("B", "ns/op", 12, 0, 0)}, Rules{}, "inconclusive: 1 of 2 gated rows may be worse; about 2 more rounds would tell"},
		{[]Row{noisy, hopeless}, Rules{Floors: &Floors{Rows: map[string]map[string]float64{"ns/op": {"B": 0.3}}}},
			"inconclusive: 2 of 2 gated rows may be worse, and more rounds hardly tell on this machine"},
		{[]Row{row("B", "ns/op", 12, 0.2, 0.01)}, Rules{Floors: learnt},
			"inconclusive: 1 of 1 gated row may be worse (1 by what the noise floor of this machine hides), and more rounds hardly tell on this machine"},
		{[]Row{row("A", "ns/op", 12, 0, 0)}, Rules{Design: Apart}, "inconclusive: no row can be compared between runs that were taken apart"},
		{[]Row{row("A", "x/op", 12, 0.2, 0)}, Rules{}, "pass: nothing is gated"},
		{[]Row{row("A", "ns/op", 12, 0, 0)}, Rules{Design: Apart, Gate: Gate{limits: []limit{{"time", 0.05}}, asked: true}},
			"could not measure: the gate asks for time, which cannot be compared between runs that were taken apart: compare revisions or binaries"},
		{[]Row{row("A", "ns/op", 12, 0, 0), row("A/chunk=auto", "allocs/op", 12, 0, 0)}, Rules{Gate: Gate{limits: []limit{{"time", 0.05}, {"allocs", 0.01}}, asked: true}},
			"could not measure: the gate asks for allocs, but may look at no row of it (A/chunk=auto: not gated: allocations follow the chunk, which is automatic)"},
	} {
		if got := Judge(c.rows, c.rules).Headline(); got != c.want {
			t.Errorf("got  %s\nwant %s", got, c.want)
		}
	}
}

func TestFindings(t *testing.T) {
	slower, faster, same := row("A", "ns/op", 12, 0.2, 0.01), row("B", "ns/op", 12, -0.2, 0.01), row("C", "ns/op", 12, 0, 0)
	canary := row("Canary", "ns/op", 12, 0.2, 0.01)
	for _, c := range []struct {
		rows []Row
		want string
	}{
		{[]Row{same}, "No row changed beyond doubt"},
		{[]Row{slower, same}, "1 of 2 rows got worse, by up to 20.0%"},
		{[]Row{faster, same, same}, "1 of 3 rows got better, by up to 20.0%"},
		{[]Row{faster, slower}, "1 of 2 rows got worse (up to 20.0%), 1 better (up to 20.0%)"},
		{[]Row{slower, canary}, "Void: the canary moved, so something else than the change did"},
	} {
		if got := Judge(c.rows, Rules{}).Finding(); got != c.want {
			t.Errorf("got  %s\nwant %s", got, c.want)
		}
	}
}

func TestWarnings(t *testing.T) {
	r := row("A", "ns/op", 12, 0, 0)
	for _, c := range []struct {
		rules Rules
		want  string
	}{
		{Rules{}, "no noise floor is known here for 1 of 1 rows: threshold 5% in place of 2%"},
		{Rules{Design: Plain}, "no rounds in the files (plain go test -bench output): compared unpaired"},
		{Rules{Design: Apart}, "recorded in different runs"},
		{Rules{Extended: true}, "rounds were added to the number first fixed"},
		{Rules{Alpha: 0.0001}, "12 rounds are too few for so many rows: below 15"},
	} {
		if got := Judge([]Row{r}, c.rules).Warnings; !slices.ContainsFunc(got, func(w string) bool { return strings.HasPrefix(w, c.want) }) {
			t.Errorf("warnings %q, want %q among them", got, c.want)
		}
	}
	canary := row("Canary", "ns/op", 12, 0, 0)
	const none = "no canary among the benchmarks: nothing tells whether the machine kept its speed"
	for name, c := range map[string]struct {
		rows  []Row
		rules Rules
		want  bool
	}{
		"time": {[]Row{r}, Rules{}, true}, "bytes": {[]Row{byteRow("A", 1, 1)}, Rules{}, false},
		"apart": {[]Row{r}, Rules{Design: Apart}, false}, "with a canary": {[]Row{r, canary}, Rules{}, false},
	} {
		if got := Judge(c.rows, c.rules).Warnings; slices.Contains(got, none) != c.want {
			t.Errorf("%s: warnings %q", name, got)
		}
	}
	if got := Judge([]Row{r, canary}, Rules{Floors: learnt}).Warnings; len(got) > 0 {
		t.Errorf("warnings %q where there is nothing to warn of", got)
	}
}

// Colours are there when they are asked for, and do not change the words.
func TestColour(t *testing.T) {
	plain, colour := example().Text(about, false), example().Text(about, true)
	if strings.Contains(plain, "\x1b") || !strings.Contains(colour, "\x1b[31mslower\x1b[0m") {
		t.Error("colours where none were asked for, or none where they were")
	}
	for _, code := range []string{red, green, yellow, grey, "0"} {
		colour = strings.ReplaceAll(colour, "\x1b["+code+"m", "")
	}
	if colour != plain {
		t.Error("colours change the words")
	}
}
