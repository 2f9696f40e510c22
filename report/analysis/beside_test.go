package analysis

import (
	"fmt"
	"strings"
	"testing"

	"github.com/handoff-go/handoff/report/record"
)

// besideRun has five rounds of lines; "%d" in a line is the round.
func besideRun(t *testing.T, config string, lines ...string) []*Matrix {
	t.Helper()
	var text strings.Builder
	text.WriteString(config)
	for round := 1; round <= 5; round++ {
		fmt.Fprintf(&text, "# round: %d\n", round)
		for _, line := range lines {
			text.WriteString(strings.ReplaceAll(line, "%d", fmt.Sprint(round)) + "\n")
		}
	}
	run, err := record.Parse("x", []byte(text.String()))
	if err != nil {
		t.Fatal(err)
	}
	return Matrices(run)
}

const (
	besideSerial = "BenchmarkFactor/strategy=serial/digits=9/workers=1-2 1 100%d ns/op 100%d ns/item 990 compute-ns/item"
	besideGob    = "BenchmarkFactor/strategy=process-gob/digits=9/workers=%s-%s 1 60%%d ns/op 60%%d ns/item"
)

// Two machines: another number of workers is still the same cell.
func TestSideBySideOfTwoMachines(t *testing.T) {
	a := besideRun(t, "cpu: A\npkg: p\n", besideSerial, fmt.Sprintf(besideGob, "2", "2"), "BenchmarkOld-2 1 5 ns/op")
	b := besideRun(t, "cpu: B\npkg: p\n", strings.ReplaceAll(besideSerial, "-2 ", "-8 "), strings.ReplaceAll(fmt.Sprintf(besideGob, "8", "8"), " 60", " 30"), "BenchmarkNew-8 1 5 ns/op")
	all, only := SideBySide(a, b)
	if len(all) != 3 || len(all[0].Rows) != 2 || all[0].Metric != MetricItem || !all[0].Main || all[0].Title != "Factor-2 beside Factor-8" {
		t.Fatalf("%+v, want two cells of Factor", all)
	}
	if all[1].Metric != MetricOp || all[1].Main || len(all[1].Rows) != 2 || all[2].Metric != MetricCompute || len(all[2].Rows) != 1 {
		t.Errorf("%+v, %+v; want the other metrics behind it", all[1], all[2])
	}
	gob := all[0].Rows[1]
	if gob.Column[0].Workers() != 2 || gob.Column[1].Workers() != 8 || gob.Ratio.Center > 0.51 || gob.Ratio.Center < 0.49 {
		t.Errorf("%+v, want half the time with 8 workers", gob)
	}
	// 2·603 − 990 and 8·303 − 990
	if !gob.Costs || fmt.Sprintf("%.0f %.0f", 1e9*gob.Cost[0].Center, 1e9*gob.Cost[1].Center) != "216 1434" {
		t.Errorf("costs %v", gob.Cost)
	}
	if all[0].Rows[0].Costs {
		t.Error("serial has a handoff cost")
	}
	if fmt.Sprint(only) != "[[Old] [New]]" {
		t.Errorf("only %v", only)
	}
}

// Where it is not clear what belongs to what, nothing is put together.
func TestSideBySideDoubt(t *testing.T) {
	two := besideRun(t, "pkg: p\n", fmt.Sprintf(besideGob, "2", "2"), fmt.Sprintf(besideGob, "4", "2"))
	one := besideRun(t, "pkg: p\n", fmt.Sprintf(besideGob, "8", "2"))
	if all, only := SideBySide(two, one); len(all) != 0 || len(only[0]) != 2 || len(only[1]) != 1 {
		t.Errorf("two numbers of workers against a third: %v, only %v", all, only)
	}
	mixed := besideRun(t, "pkg: p\ncpu: A\n", "BenchmarkX-2 1 5 ns/op\ncpu: B\nBenchmarkX-2 1 7 ns/op\ncpu: A")
	other := besideRun(t, "pkg: p\ncpu: C\n", "BenchmarkX-2 1 5 ns/op")
	if all, only := SideBySide(mixed, other); len(all) != 0 || len(only[0]) != 2 {
		t.Errorf("two machines against a third: %v, only %v", all, only)
	}
	if all, _ := SideBySide(mixed, mixed); len(all) != 2 {
		t.Errorf("the same two machines: %d benchmarks, want 2", len(all))
	}
	p, q := besideRun(t, "pkg: p\n", "BenchmarkX-2 1 5 ns/op"), besideRun(t, "pkg: q\n", "BenchmarkX-2 1 5 ns/op")
	if _, only := SideBySide(p, q); fmt.Sprint(only) != "[[p: X] [q: X]]" {
		t.Errorf("two packages: only %v", only)
	}
	bytes := besideRun(t, "pkg: p\n", "BenchmarkX-2 1 5 B/thing")
	times := besideRun(t, "pkg: p\n", "BenchmarkX-2 1 5 ns/op")
	if all, only := SideBySide(bytes, times); len(all) != 0 || len(only[0]) != 1 || len(only[1]) != 1 {
		t.Errorf("no metric in common: %v, only %v", all, only)
	}
}
