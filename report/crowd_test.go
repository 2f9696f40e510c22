package report

import (
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/handoff-go/handoff/report/record"
)

// crowd is a run of so many rows, or of so many benchmarks of one row.
func crowd(rows, samples int, name string) string {
	var text strings.Builder
	for round := range samples {
		fmt.Fprintf(&text, "# round: %d\n", round+1)
		for i := range rows {
			fmt.Fprintf(&text, "Benchmark"+name+"-2 100 %d ns/op %d B/op\n", i, 1000+(i*7919+round*31)%97, i)
		}
	}
	return text.String()
}

// A page stays of a size that a browser shows at once, and says what it leaves out and
// where that is; summary.md has every row, and the picture of spread so many strips.
func TestPageOfThousands(t *testing.T) {
	for name, want := range map[string]string{
		"Big/n=%d": "The first 500 of 4000 rows; all of them stand in summary.md.",
		"Big%d":    "1500 more tables stand in summary.md.",
	} {
		dir := t.TempDir()
		r := parse(t, crowd(4000, 2, name))
		if _, err := r.Write(dir); err != nil {
			t.Fatal(err)
		}
		page, err := os.ReadFile(filepath.Join(dir, pageName))
		if err != nil || len(page) > 3<<20 || !strings.Contains(string(page), want) {
			t.Errorf("%s: a page of %d bytes (%v), want %q in less than 3 MiB", name, len(page), err, want)
		}
		summary, err := os.ReadFile(filepath.Join(dir, summaryName))
		for _, i := range []int{0, 1999, 3999} {
			if row := strings.TrimPrefix(fmt.Sprintf(name, i), "Big/"); err != nil || !strings.Contains(string(summary), "| "+row+" ") && !strings.Contains(string(summary), row) {
				t.Errorf("%s: summary.md has no row %s (%v)", name, row, err)
			}
		}
		for _, p := range r.Plots {
			if width, height := p.Picture.Size(); height > 2*width {
				t.Errorf("%s: picture %s is %v x %v points", name, p.Name, width, height)
			}
		}
	}
}

// Odd samples cost a report nothing but their own figures.
func TestReportOfOddSamples(t *testing.T) {
	for name, text := range map[string]string{
		"zero times":  strings.ReplaceAll(crowd(3, 8, "Factor/digits=%d/strategy=serial"), "ns/op", "widgets"),
		"one sample":  crowd(1, 1, "X%d"),
		"zeros":       "# round: 1\nBenchmarkX-2 1 0 ns/op 0 B/op\n# round: 2\nBenchmarkX-2 1 0 ns/op 0 B/op\n",
		"constant":    strings.Repeat("BenchmarkX-2 1 5 ns/op 5 B/op\n", 12),
		"large":       strings.Repeat(fmt.Sprintf("BenchmarkX-2 1 %g ns/op\n", math.MaxFloat64), 12),
		"small":       strings.Repeat("BenchmarkX-2 1 5e-324 ns/op\n", 12),
		"infinite":    "# round: 1\nBenchmarkX-2 1 +Inf ns/op 3 B/op\n# round: 2\nBenchmarkX-2 1 1 ns/op 3 B/op\n",
		"a long name": strings.Repeat("# round: 1\nBenchmarkX/"+strings.Repeat("n", 60_000)+"-2 1 5 ns/op\n# round: 2\n", 3),
		"zero factor": strings.ReplaceAll(crowd(2, 8, "Factor/digits=%d/strategy=serial"), "BenchmarkFactor", "BenchmarkFactor/x=1") +
			strings.Repeat("BenchmarkFactor/x=1/digits=0/strategy=process-gob/workers=2-2 1 0 ns/op 0 ns/item 0 compute-ns/item\n", 8),
	} {
		run, err := record.Parse("odd", []byte(text))
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if _, err := New(run).Write(t.TempDir()); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if _, err := NewBeside(run, run).Write(t.TempDir()); err != nil {
			t.Errorf("%s beside itself: %v", name, err)
		}
	}
}
