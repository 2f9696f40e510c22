package report

import (
	"math"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/handoff-go/handoff/report/analysis"
)

// The breakdown closes: in numbers, and as printed within rounding. What no
// phase accounts for is small.
func TestLanesClose(t *testing.T) {
	r := openRun(t, filepath.Join("testdata", "run"))
	if len(r.lanes) != 2 || len(r.lanes[0].Rows) != 2+3*3 {
		t.Fatalf("%d breakdowns, want Factor and Handoff, with three lanes a process strategy and one for each of the others", len(r.lanes))
	}
	for _, l := range r.lanes {
		table := lanesTable(l)
		for i, row := range l.Rows {
			sum := row.Rest
			for _, v := range row.Phases {
				sum += v
			}
			if !(row.Wall > 0) || math.Abs(sum/row.Wall-1) > 1e-9 {
				t.Errorf("%v: phases and rest add up to %g of %g", table.rows[i], sum, row.Wall)
			}
			if l.Bench == "Factor" && math.Abs(row.Rest) > 0.01*row.Wall {
				t.Errorf("%v: %g of %g in no phase", table.rows[i], row.Rest, row.Wall)
			}
			cells := table.rows[i]
			printed := 0.0
			for _, text := range cells[3 : 3+len(analysis.Phases)+1] {
				printed += seconds(t, text)
			}
			if wall := seconds(t, cells[3+len(analysis.Phases)+1]); math.Abs(printed/wall-1) > 0.002 {
				t.Errorf("%v: as printed, %g of %g", cells, printed, wall)
			}
		}
	}
}

// seconds reads a time as tables spell it.
func seconds(t *testing.T, text string) float64 {
	t.Helper()
	if text == "-" {
		return 0
	}
	for _, u := range []struct {
		suffix string
		size   float64
	}{{"ns", 1e-9}, {"µs", 1e-6}, {"ms", 1e-3}, {"s", 1}} {
		if number, ok := strings.CutSuffix(text, u.suffix); ok {
			v, err := strconv.ParseFloat(number, 64)
			if err != nil {
				t.Fatal(err)
			}
			return v * u.size
		}
	}
	t.Fatalf("%q is no time", text)
	return 0
}

// Every process stands once in a breakdown, and its time off the CPU is the
// difference.
func TestProcessesBesideLanes(t *testing.T) {
	r := openRun(t, filepath.Join("testdata", "run"))
	seen := map[string]int{}
	for _, row := range r.lanes[0].Rows {
		if row.Process == nil {
			continue
		}
		seen[row.Column.Strategy+" "+row.Process.Name]++
		if got := row.Process.CPU() + row.Process.OffCPU(); math.Abs(got-row.Process.Busy) > 1e-15 {
			t.Errorf("%s: CPU and off CPU make %g of %g busy", row.Column.Name, got, row.Process.Busy)
		}
	}
	for _, want := range []string{"serial coordinator", "goroutines coordinator", "process-gob workers", "process-gob coordinator", "shared-file workers", "shared-file coordinator"} {
		if seen[want] != 1 {
			t.Errorf("%s stands %d times", want, seen[want])
		}
	}
	if len(seen) != 2+3*2 {
		t.Errorf("processes %v", seen)
	}
}

// Every row of every table says from how many samples it is, or its title does.
func TestTablesSayN(t *testing.T) {
	uneven := inventedRun(3, 6)
	for path, r := range map[string]*Report{
		"run": openRun(t, filepath.Join("testdata", "run")), "peers": openRun(t, filepath.Join("testdata", "peers")),
		"floors": openRun(t, filepath.Join("testdata", "floors")), "uneven": parse(t, uneven[:strings.LastIndex(uneven, "# round")]),
		"strangers": parse(t, "BenchmarkSort/n=10-8 100 250 ns/op\nBenchmarkSort/n=9-8 100 150 ns/op\nBenchmarkSort/n=9-8 100 151 ns/op\n"),
	} {
		for _, table := range append(r.tables(), r.details()...) {
			for _, row := range table.rows {
				if text := table.title + " " + strings.Join(table.head, " ") + " " + strings.Join(row, " "); !saysN(text) {
					t.Errorf("%s: how many samples? %s", path, text)
				}
			}
		}
	}
}

func saysN(text string) bool {
	return strings.Contains(text, "n=") || strings.Contains(text, " n ")
}
