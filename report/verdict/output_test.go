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
	Base: "main (0123abcd)", Head: "HEAD (4567cdef)", Machine: "linux/amd64, AMD EPYC, 2 CPUs", Date: "2026-11-23T08:00:00Z",
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
		"benchstat: cpu-ns/item base head vs base",
		"Handoff/strategy=process-gob/payload=0/shape=record/workers=2/chunk=auto 3.008µs ± 25% 2.600µs ± 13% ~ (p=0.224 n=16)",
		"Factor/strategy=shared-file/digits=5/shape=number/workers=2/chunk=auto/wait=notify/on=disk 975.8ns ± 18% 894.4ns ± 24% ~ (p=0.417 n=16)",
		"Factor/strategy=goroutines/digits=5/shape=number/workers=2/chunk=auto 237.9ns ± 15% 243.2ns ± 11% ~ (p=0.662 n=16)",
		"geomean 641.4ns 631.7ns -1.50%",
	} {
		if !slices.ContainsFunc(lines, func(line string) bool { return strings.Join(strings.Fields(line), " ") == want }) {
			t.Errorf("lacks %q:\n%s", want, text.String())
		}
	}
}
