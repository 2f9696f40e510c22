package main

import (
	"fmt"
	"slices"
	"strings"

	"github.com/handoff-go/handoff/report/verdict"
)

// trial is one comparison whose outcome is known beforehand.
type trial struct {
	name, folder string
	number       int    // among its kind, from 1
	bench        string // cells; "" for those of handoff compare
	rounds       int
	seed         uint64   // of the order; of a kind, that of its first
	flags        []string // how head is built otherwise
	percent      int      // by how much head is slower; 0 for not at all
	where        []slowed
	share        float64 // of such comparisons that are to find all that is slower
	phase        string  // the part of a metric's name that is the phase; "" where head is slower as a whole
}

// slowed says how cells are made slower; see bench/slow_test.go.
type slowed struct{ how, cell string }

// wholly slows one strategy of each class down, or one codec. The others of the
// class stay as they are, and must be found the same.
var wholly = []slowed{
	{"compute", "Factor/strategy=serial/digits=9"},
	{"compute", "Factor/strategy=process-gob/digits=9"},
	{"encode", "Codec/codec=gob/"},
	{"decode", "Codec/codec=gob/"},
	{"trip", "RoundTrip/strategy=process-gob"},
}

// phasePercent is so much because phases are small parts: a tenth of encoding is
// a hundredth of the whole.
const phasePercent = 50

// inOnePhase slows encoding down, on both sides of the pipe.
var inOnePhase = []slowed{{"encode", "Factor/strategy=process-gob/digits=5"}}

// quickCells are some of those that -full takes.
const quickCells = "^BenchmarkFactor$/^strategy=(serial|process-gob)$/^digits=9$/^shape=number$|" +
	"^BenchmarkCodec$/^codec=(gob|json)$/^shape=record$/^payload=0$/^way=encode$/^batch=256$|" +
	"^BenchmarkRoundTrip$/^strategy=(process-gob|process-json)$|^BenchmarkCanary$"

const phaseCells = "^BenchmarkFactor$/^strategy=process-(gob|json)$/^digits=5$/^shape=number$"

// roundsOf is how many rounds a trial has: what tells 10 % in the 15 rows of handoff
// compare with two pairs spoilt, and 5 % with more of them; a quick check has half of
// the rows.
func roundsOf(percent int, full bool) int {
	switch {
	case !full:
		return 10
	case percent == 5:
		return 28
	}
	return 16
}

// trialsOf lists the trials in their order: what floors are learnt from comes
// before what is judged by them, and what takes longest last.
func trialsOf(full bool) []trial {
	cells, counts := quickCells, [5]int{1, 2, 1, 1, 0}
	if full {
		cells, counts = "", [5]int{12, 6, 6, 6, 6}
	}
	var trials []trial
	for i, kind := range []trial{
		{name: "the same binary", folder: "same", seed: 1, bench: cells},
		{name: "a relinked binary", folder: "relinked", seed: 101, bench: cells},
		{name: "slower by 10 %", folder: "slower10", seed: 201, bench: cells, percent: 10, where: wholly, share: 1},
		{name: fmt.Sprintf("encoding slower by %d %%", phasePercent), folder: "phase", seed: 401, bench: phaseCells, percent: phasePercent, where: inOnePhase, share: 0.95, phase: "encode"},
		{name: "slower by 5 %", folder: "slower5", seed: 301, bench: cells, percent: 5, where: wholly, share: 5. / 6},
	} {
		for n := range counts[i] {
			t := kind
			t.number, t.rounds, t.seed = n+1, roundsOf(t.percent, full), kind.seed+uint64(n)
			if t.folder == "relinked" {
				t.flags = []string{fmt.Sprintf("-ldflags=-randlayout=%d", n+1)}
			}
			trials = append(trials, t)
		}
	}
	return trials
}

func (t trial) identical() bool { return t.percent == 0 }

func (t trial) relinked() bool { return len(t.flags) > 0 }

// metrics are those that the trial is about, as package verdict names them.
func (t trial) metrics() []string {
	if t.phase != "" {
		return []string{"phases"}
	}
	return []string{"time", "cpu"}
}

// env has head be slower.
func (t trial) env() []string {
	if t.identical() {
		return nil
	}
	var rules []string
	for _, w := range t.where {
		rules = append(rules, fmt.Sprintf("%s:%d:%s", w.how, t.percent, w.cell))
	}
	return []string{"HANDOFF_SLOW=" + strings.Join(rules, ",")}
}

// slows tells whether head is slower in a row.
func (t trial) slows(r verdict.Row) bool {
	return !t.identical() && strings.Contains(r.Metric, t.phase) &&
		slices.ContainsFunc(t.where, func(w slowed) bool { return strings.Contains(r.Cell, w.cell) })
}
