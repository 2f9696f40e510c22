package main

import (
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/handoff-go/handoff/bench/runner"
	"github.com/handoff-go/handoff/report/verdict"
)

// checkSelfcheckCells holds the trials against the cells that there are: all of
// a quick check are among them, and so is what is slowed down.
func checkSelfcheckCells(t *testing.T, cells []string) {
	t.Helper()
	quick := matching(quickCells, cells)
	if len(quick) != 7 {
		t.Errorf("a quick check has %d cells, want 7: %v", len(quick), quick)
	}
	for _, of := range []struct {
		where []slowed
		cells []string
	}{{wholly, cells}, {wholly, quick}, {inOnePhase, matching(phaseCells, cells)}} {
		for _, w := range of.where {
			if n := len(matching("^Benchmark"+w.cell, of.cells)); n == 0 && w.how != "decode" {
				t.Errorf("%v slows down none of %v", w, of.cells)
			}
		}
	}
}

// matching are the names that a pattern for go test -bench chooses.
func matching(pattern string, names []string) []string {
	var chosen []string
	for _, name := range names {
		for alternative := range strings.SplitSeq(regexp.MustCompile(`\(([^)]*)\|`).ReplaceAllString(pattern, "($1\x00"), "|") {
			if partsMatch(strings.Split(strings.ReplaceAll(alternative, "\x00", "|"), "/"), strings.Split(name, "/")) {
				chosen = append(chosen, name)
			}
		}
	}
	return chosen
}

func partsMatch(patterns, parts []string) bool {
	if len(patterns) > len(parts) {
		return false
	}
	for i, p := range patterns {
		if !regexp.MustCompile(p).MatchString(parts[i]) {
			return false
		}
	}
	return true
}

func TestTrials(t *testing.T) {
	quick, full := trialsOf(false), trialsOf(true)
	if len(quick) != 5 || len(full) != 36 {
		t.Errorf("%d and %d trials, want 5 and 36", len(quick), len(full))
	}
	seeds, learning := map[uint64]bool{}, true
	for _, trial := range full {
		if seeds[trial.seed] {
			t.Errorf("%s: seed %d again", trial.name, trial.seed)
		}
		seeds[trial.seed] = true
		if !trial.identical() {
			learning = false
		} else if !learning {
			t.Errorf("%s comes after what is judged by its floors", trial.name)
		}
	}
	slower := full[18]
	if got := slower.env(); len(got) != 1 || !strings.HasPrefix(got[0], "HANDOFF_SLOW=compute:10:Factor/strategy=serial/digits=9,") {
		t.Errorf("environment %v", got)
	}
	row := verdict.Row{Cell: "Factor/strategy=serial/digits=9/shape=number", Metric: "ns/item"}
	if !slower.slows(row) || full[0].slows(row) || slower.slows(verdict.Row{Cell: "Canary", Metric: "ns/op"}) {
		t.Error("slows does not tell rows apart")
	}
	phase := trialOf(t, full, "phase")
	row.Cell = "Factor/strategy=process-gob/digits=5/shape=number"
	if row.Metric = "worker-encode-ns/item"; !phase.slows(row) {
		t.Error("encoding is slower")
	}
	if row.Metric = "worker-decode-ns/item"; phase.slows(row) {
		t.Error("decoding is not slower")
	}
}

// A trial has rounds enough to be told in all rows of its table, though in two pairs
// something else made base the slower side.
func TestTrialsHavePower(t *testing.T) {
	for _, full := range []bool{false, true} {
		rows := map[bool]int{false: 6, true: 14}[full] // that are timed, without the canary
		for _, trial := range trialsOf(full) {
			if trial.identical() || trial.phase != "" {
				continue
			}
			table := []verdict.Row{pairsOf(trial.rounds, "slower", 1+float64(trial.percent)/100)}
			for i := range 2 {
				table[0].Head[i].Value = table[0].Base[i].Value * 0.99
			}
			for i := range rows - 1 {
				table = append(table, pairsOf(trial.rounds, fmt.Sprint(i), 1))
			}
			got := measured{trial, table, verdict.Interleaved}.judge(nil).Rows[0]
			if got.Verdict != verdict.Slower {
				t.Errorf("full %v, %s, %d rounds: %v, p %.2g", full, trial.name, trial.rounds, got.Verdict, got.AdjustedP)
			}
		}
	}
}

// judged is a row with a verdict.
func judged(cell, metric string, v verdict.Verdict, smallest float64) verdict.Judged {
	return verdict.Judged{Row: verdict.Row{Cell: cell, Metric: metric, Class: verdict.ClassOf(cell)}, Verdict: v, Smallest: smallest}
}

// trialOf is the first trial of a kind.
func trialOf(t *testing.T, all []trial, folder string) trial {
	t.Helper()
	for _, trial := range all {
		if trial.folder == folder {
			return trial
		}
	}
	t.Fatalf("no trial %s", folder)
	return trial{}
}

func TestTally(t *testing.T) {
	const serial, other = "Factor/strategy=serial/digits=9", "Factor/strategy=goroutines/digits=9"
	trials := trialsOf(false)
	var counted tally
	counted.add(trials[0], &verdict.Table{Rows: []verdict.Judged{
		judged(serial, "ns/item", verdict.Same, 0.03), judged(other, "ns/item", verdict.Slower, 0.05), judged(other, "cpu-ns/item", verdict.Inconclusive, math.Inf(1)),
	}})
	counted.add(trials[3], &verdict.Table{Void: true, Rows: []verdict.Judged{
		judged(serial, "ns/item", verdict.Slower, 0.03), judged(serial, "cpu-ns/item", verdict.Inconclusive, 0.03), judged(other, "ns/item", verdict.Same, 0.04),
	}})
	counted.add(trials[3], &verdict.Table{Rows: []verdict.Judged{
		judged(serial, "ns/item", verdict.Faster, 0.03), judged(serial, "cpu-ns/item", verdict.Slower, 0.03), judged(other, "ns/item", verdict.Same, 0.04),
	}})
	counted.add(trials[3], &verdict.Table{Rows: []verdict.Judged{
		judged(serial, "ns/item", verdict.Slower, 0.03), judged(serial, "cpu-ns/item", verdict.Inconclusive, 0.03),
	}})
	phase := trialOf(t, trials, "phase")
	counted.add(phase, &verdict.Table{Void: true})
	counted.add(trialOf(t, trialsOf(true), "slower5"), &verdict.Table{Rows: []verdict.Judged{judged(serial, "cpu-ns/item", verdict.Slower, 0.02)}})
	floors := &verdict.Floors{Classes: map[string]map[verdict.Class]verdict.Spread{"ns/item": {verdict.Compute: {Seen: 1, Variance: 0.0001}}}}
	got := counted.text(verdict.About{Machine: "linux, 2 CPUs", Date: "2026-11-23", Base: "HEAD"}, floors)
	want := `What comparisons can be trusted with on linux, 2 CPUs
2026-11-23, HEAD, threshold 2 %

head is                  tables  red  void  all found  to reach
the same binary          1       1    0     -          no red: missed
slower by 10 %           3       0    1     1          no red, 2 found: missed
encoding slower by 50 %  1       0    1     0          no red, 0 found: not measured
slower by 5 %            1       0    0     1          no red, 1 found: reached

A table is red if a row without a difference is called slower or faster, and void if the canary moved.
All is found if each cell that is slower is called so, in time, CPU time or the phase.

head is          class    metric       equal  false alarms  slower  found  missed  called faster  visible from
the same binary  compute  ns/item      2      1             0       0      0       0              5 %
the same binary  compute  cpu-ns/item  1      0             0       0      0       0              none
slower by 10 %   compute  ns/item      2      0             3       2      0       1              3 %
slower by 10 %   compute  cpu-ns/item  0      0             3       1      2       0              3 %
slower by 5 %    compute  cpu-ns/item  0      0             1       1      0       0              2 %

Noise floor: what a relinked binary differs by

compute  ns/item  3 %
`
	if got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

// pairs makes a row of ten rounds in which head is base times a ratio.
func pairs(cell string, ratio float64) verdict.Row { return pairsOf(10, cell, ratio) }

func pairsOf(rounds int, cell string, ratio float64) verdict.Row {
	row := verdict.Row{Cell: cell, Metric: "ns/item", Class: verdict.ClassOf(cell)}
	for i := range rounds {
		base := 100 + float64(i)
		row.Base = append(row.Base, verdict.Sample{Round: i + 1, Value: base})
		row.Head = append(row.Head, verdict.Sample{Round: i + 1, Value: base * ratio * (1 + float64(i%3)/1000)})
	}
	return row
}

// What a relinked binary differs by is no alarm where others differ by as much,
// but is where it is the only one. What is slower by less than that is missed.
func TestSelfcheckJudges(t *testing.T) {
	const serial, other = "Factor/strategy=serial/digits=9", "Factor/strategy=goroutines/digits=9"
	var same, relinked, slower trial
	for _, trial := range trialsOf(true) {
		switch {
		case trial.relinked():
			relinked = trial
		case trial.identical():
			same = trial
		case trial.percent == 10:
			slower = trial
		}
	}
	rows := func(a, b float64) []verdict.Row { return []verdict.Row{pairs(serial, a), pairs(other, b)} }
	for _, c := range []struct {
		name        string
		layouts     [3]float64 // what relinking does
		red, missed int
	}{
		{"a quiet linker", [3]float64{1.001, 0.999, 1.001}, 0, 0},
		{"a linker that matters", [3]float64{1.06, 0.94, 1.06}, 0, 0},
		{"one that matters more", [3]float64{1.15, 0.87, 1.15}, 0, 1},
		{"one that matters once", [3]float64{1.001, 0.999, 1.15}, 1, 1},
	} {
		check := checking{measured: []measured{{same, rows(1, 1), verdict.Interleaved}, {slower, rows(1.3, 1), verdict.Interleaved}}}
		for _, l := range c.layouts {
			check.measured = append(check.measured, measured{relinked, rows(l, 1/l), verdict.Interleaved})
		}
		counted, floors := check.judgeAll()
		got := counted.rows[rowKind{slower.name, verdict.Compute, "ns/item"}]
		if counted.tables[relinked.name].red != c.red || counted.tables[same.name].red != 0 || got.slowed-got.found != c.missed || floors.Tables != 3 {
			t.Errorf("%s: %d red, %d missed, floors %+v", c.name, counted.tables[relinked.name].red, got.slowed-got.found, floors)
		}
	}
}

// What a check has learnt is kept: the floors for later comparisons, the table
// beside the samples.
func TestSelfcheckKeeps(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "cache", "floors.json")
	relinked := trialsOf(false)[1]
	check := checking{
		floors: path, out: dir, stderr: io.Discard, about: verdict.About{Machine: "a machine", Date: "today"},
		measured: []measured{{relinked, []verdict.Row{pairs("Factor/strategy=serial", 1.04)}, verdict.Interleaved}},
	}
	var out strings.Builder
	interrupted := &runner.InterruptedError{Done: 1, Total: 2}
	if err := check.finish(&out, interrupted); !errors.Is(err, interrupted) { // and yet all is there
		t.Fatal(err)
	}
	kept, err := os.ReadFile(filepath.Join(dir, "selfcheck.txt"))
	if err != nil || !strings.HasPrefix(string(kept), out.String()) || !strings.Contains(out.String(), "a machine") {
		t.Errorf("%v\nkept\n%s\nprinted\n%s", err, kept, out.String())
	}
	floors, err := verdict.ReadFloors(path, "a machine")
	if err != nil || floors == nil || floors.Tables != 1 || floors.Date != "today" {
		t.Errorf("floors %+v, %v", floors, err)
	}
}

// Floors that more comparisons taught are not replaced, and a comparison whose
// canary moved teaches nothing.
func TestSelfcheckKeepsTheBetterFloors(t *testing.T) {
	path := filepath.Join(t.TempDir(), "floors.json")
	relinked := trialsOf(false)[1]
	quiet := measured{relinked, []verdict.Row{pairs("Factor/strategy=serial", 1.04), pairs("Canary", 1)}, verdict.Interleaved}
	moved := measured{relinked, []verdict.Row{pairs("Factor/strategy=serial", 1.5), pairs("Canary", 1.5)}, verdict.Interleaved}
	for _, c := range []struct {
		measured []measured
		tables   int // learnt from, in the file
	}{
		{[]measured{quiet}, 1}, {[]measured{quiet, moved, quiet}, 2}, {[]measured{quiet}, 2}, {[]measured{moved}, 2},
	} {
		check := checking{floors: path, stderr: io.Discard, about: verdict.About{Machine: "m"}, measured: c.measured}
		if err := check.conclude(io.Discard); err != nil {
			t.Fatal(err)
		}
		if floors, err := verdict.ReadFloors(path, "m"); err != nil || floors == nil || floors.Tables != c.tables {
			t.Errorf("%d comparisons: floors %+v, %v, want those of %d", len(c.measured), floors, err, c.tables)
		}
	}
	quick, full := checking{}, checking{full: true}
	if quick.folderOf(relinked) == full.folderOf(relinked) {
		t.Error("a quick check goes on with a full one's samples")
	}
}

func TestSelfcheckBadInput(t *testing.T) {
	for args, want := range map[string]string{
		"selfcheck everything":              `handoff selfcheck: unexpected argument "everything": want flags only`,
		"selfcheck -C /no/such/dir":         "handoff selfcheck: -C /no/such/dir: want an existing directory",
		"selfcheck -rounds 3":               "handoff selfcheck: flag provided but not defined: -rounds",
		"selfcheck -C " + os.DevNull + "/x": "want an existing directory",
	} {
		code, _, stderr := handoff(t, strings.Fields(args)...)
		if code != 2 || !strings.Contains(stderr, want) {
			t.Errorf("%s: code %d, stderr %q", args, code, stderr)
		}
	}
	if _, err := os.Stat(filepath.Join("results")); err == nil {
		t.Error("a refused check has made a folder")
	}
}
