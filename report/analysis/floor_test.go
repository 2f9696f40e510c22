package analysis

import (
	"fmt"
	"strings"
	"testing"
)

// benchLine is one sample of an invented run.
func benchLine(name string, round int, ns float64, unit string) string {
	return fmt.Sprintf("# round: %d\nBenchmark%s-2 1 %g %s\n", round, name, ns, unit)
}

// rounds is a run of six rounds, each of them slower than the one before, so
// that only pairing by rounds gives ratios without spread.
func rounds(times map[string]float64, unit string) string {
	var text strings.Builder
	for round := 1; round <= 6; round++ {
		for name, ns := range times {
			text.WriteString(benchLine(name, round, ns*float64(round), unit))
		}
	}
	return text.String()
}

var inventedFloors = map[string]float64{
	"Floor/strategy=floor-pipe/payload=64/workers=1/chunk=1/window=1":                10000,
	"Floor/strategy=floor-pipe/payload=64/workers=2/chunk=1024/window=4":             50,
	"Floor/strategy=floor-pipe/payload=4096/workers=2/chunk=16/window=4":             3000,
	"Floor/strategy=floor-pipe/payload=1048576/workers=1/chunk=1/window=1":           800000,
	"Floor/strategy=floor-pipe/payload=1048576/workers=2/chunk=1/window=4":           600000,
	"Floor/strategy=floor-shm/payload=1048576/workers=1/chunk=1/window=1":            400000,
	"Floor/strategy=floor-memcpy/payload=1048576/workers=1/chunk=1/window=1":         300000,
	"Floor/strategy=floor-file/payload=64/workers=2/chunk=1024/window=4/on=disk":     200,
	"Handoff/strategy=serial/payload=0/workers=1/chunk=auto":                         10,
	"Handoff/strategy=goroutines/payload=0/workers=2/chunk=auto":                     20,
	"Handoff/strategy=process-gob/payload=0/workers=2/chunk=auto":                    500,
	"Handoff/strategy=process-gob/payload=0/workers=4/chunk=auto":                    400,
	"Handoff/strategy=process-gob/payload=4096/workers=2/chunk=auto":                 4500,
	"Handoff/strategy=process-unix-gob/payload=0/workers=2/chunk=auto":               500,
	"Handoff/strategy=shared-file/payload=0/workers=2/chunk=auto/on=disk":            600,
	"Handoff/strategy=shared-file-json/payload=0/workers=2/chunk=auto/on=memory":     600,
	"Handoff/strategy=process-gob/payload=1048576/workers=1/chunk=1/window=1":        1600000,
	"Handoff/strategy=process-binary/payload=1048576/workers=1/chunk=1/window=1":     1000000,
	"Handoff/strategy=process-binary/payload=1048576/workers=2/chunk=1":              900000,
	"Handoff/strategy=process-shm-binary/payload=1048576/workers=1/chunk=1/window=1": 480000,
	"Handoff/strategy=process-json/payload=1048576/workers=1/chunk=1":                700000, // several at a time, of which there is no floor by one worker
	"RoundTrip/strategy=process-gob/workers=1/chunk=1/window=1":                      15000,
	"Factor/strategy=process-gob/payload=4096/workers=2/chunk=auto":                  9000,
}

func TestFloors(t *testing.T) {
	all := Matrices(mustParse(t, rounds(inventedFloors, "ns/item")))
	var got []string
	for _, m := range all {
		f := NewFloors(m, all)
		if f == nil {
			continue
		}
		for _, r := range f.Rows {
			if !near(r.OfFloor.Lo, r.OfFloor.Hi) {
				t.Errorf("%s %s: from %g to %g, want no spread", f.Bench, r.Column.Name, r.OfFloor.Lo, r.OfFloor.Hi)
			}
			got = append(got, fmt.Sprintf("%s %s %s: %s x%.4g", f.Bench, r.Work.Name, r.Column.Strategy, r.Floor.Strategy, r.OfFloor.Center))
		}
	}
	want := []string{
		"Handoff payload=0 process-gob: floor-pipe x10",
		"Handoff payload=0 shared-file: floor-file x3", // not the one in memory, of which there is no floor
		"Handoff payload=4096 process-gob: floor-pipe x1.5",
		"Handoff payload=1048576 process-gob: floor-pipe x2",
		"Handoff payload=1048576 process-shm-binary: floor-shm x1.2",
		"Handoff payload=1048576 process-binary: floor-pipe x1.25",
		"Handoff payload=1048576 process-binary: floor-pipe x1.5",
		"RoundTrip  process-gob: floor-pipe x1.5",
	}
	if strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

func TestFloorOfStart(t *testing.T) {
	all := Matrices(mustParse(t, rounds(map[string]float64{
		"Floor/strategy=floor-start/workers=1":              2e6,
		"Floor/strategy=floor-start/workers=2":              3e6,
		"Start/strategy=process-gob/workers=2/chunk=auto":   6e6,
		"Start/strategy=goroutines/workers=2/chunk=auto":    1e4,
		"Handoff/strategy=process-gob/workers=2/chunk=auto": 6e6,
	}, "ns/op")))
	for _, m := range all {
		f := NewFloors(m, all)
		if m.Bench != "Start" {
			if f != nil {
				t.Errorf("%s: %+v", m.Bench, f)
			}
			continue
		}
		if f == nil || len(f.Rows) != 1 || !near(f.Rows[0].OfFloor.Center, 2) {
			t.Errorf("%+v, want process-gob at twice its floor, and nothing of goroutines", f)
		}
	}
}

// A floor that was measured on another machine is none.
func TestFloorOfAnotherMachine(t *testing.T) {
	text := "cpu: one\n" + benchLine("Floor/strategy=floor-pipe/payload=64/workers=2/chunk=16/window=4", 1, 50, "ns/item") +
		"cpu: two\n" + benchLine("Handoff/strategy=process-gob/payload=0/workers=2/chunk=auto", 1, 500, "ns/item")
	all := Matrices(mustParse(t, text))
	for _, m := range all {
		if f := NewFloors(m, all); f != nil {
			t.Errorf("%+v", f)
		}
	}
}

func TestTransportOf(t *testing.T) {
	for strategy, want := range map[string]string{
		"serial": "", "goroutines": "", "peer-pond": "", "process-gob": "pipe", "process-binary": "pipe", "process-unix-gob": "unix",
		"process-tcp-cbor": "tcp", "process-shm-binary": "shm", "shared-file": "file", "shared-file-json": "file",
	} {
		if got := transportOf(strategy); got != want {
			t.Errorf("%s: %q, want %q", strategy, got, want)
		}
	}
}

func TestFloorLines(t *testing.T) {
	m := Matrices(mustParse(t, rounds(inventedFloors, "ns/item")))
	i := 0
	for !IsFloor(m[i]) {
		i++
	}
	var got []string
	for _, l := range FloorLines(m[i]) {
		text := l.Words + ":"
		for _, c := range l.Cells {
			if c == nil {
				text += " -"
			} else {
				text += " " + c.Column.key("chunk")
			}
		}
		got = append(got, text)
	}
	want := []string{
		"floor-file, in chunks, 2 workers: 1024 - -",
		"floor-memcpy, one at a time: - - 1",
		"floor-pipe, one at a time: 1 - 1",
		"floor-pipe, in chunks, 2 workers: 1024 16 1",
		"floor-shm, one at a time: - - 1",
	}
	if strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

func TestGoalsOfFloors(t *testing.T) {
	var got []string
	for _, g := range AllGoals(Matrices(mustParse(t, rounds(inventedFloors, "ns/item")))) {
		got = append(got, fmt.Sprintf("%s: %s %s%s", g.Words, g.Spell(g.Measured.Center), g.Verdict(), g.Missing))
	}
	want := []string{
		"process-binary, 1 MiB each way, one at a time, to the raw echo through pipes: 1.25 bar",
		"process-gob, 1 MiB each way, one at a time, to the raw echo through pipes: 2 ",
		"process-shm-binary, 1 MiB each way, one at a time, to memcpy in and out: 1.6 missed",
		"process-shm-binary, 1 MiB each way, one at a time, to the raw ring: 1.2 ",
	}
	if strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

// In a run with peers, the goals that it says nothing of are there, too.
func TestAllGoalsWithPeers(t *testing.T) {
	all := AllGoals(Matrices(mustParse(t, race(map[string]float64{serialCell: 20, mapCell: 40}))))
	if want := len(goals) + len(floorGoals) + 2; len(all) != want {
		t.Fatalf("%d goals, want %d", len(all), want)
	}
	for _, g := range all[len(goals):] {
		if g.Missing == "" || g.Verdict() != "" {
			t.Errorf("%+v", g)
		}
	}
	if got := AllGoals(nil); len(got) > 0 {
		t.Errorf("%d goals of nothing", len(got))
	}
}

// Works are tabled together as long as one has all the columns of the other.
func TestParts(t *testing.T) {
	m := Matrices(mustParse(t, "BenchmarkX/strategy=a/n=1-2 1 9 ns/op\nBenchmarkX/strategy=a/n=2-2 1 9 ns/op\nBenchmarkX/strategy=b/n=2-2 1 9 ns/op\n"+
		"BenchmarkX/strategy=b/n=3-2 1 9 ns/op\nBenchmarkX/strategy=c/n=4-2 1 9 ns/op\nBenchmarkX/strategy=b/n=4-2 1 9 ns/op\n"))[0]
	var got []string
	for _, p := range m.Parts() {
		text := ""
		for _, w := range p.Works {
			text += w.Key("n")
		}
		for _, c := range p.Columns {
			text += c.Strategy
		}
		got = append(got, text)
	}
	if want := "123ab 4bc"; strings.Join(got, " ") != want {
		t.Errorf("got %v, want %s", got, want)
	}
}
