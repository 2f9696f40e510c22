package report

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/handoff-go/handoff/report/analysis"
	"github.com/handoff-go/handoff/report/record"
)

// drawn are the pictures of a whole run.
var drawn = []string{"best", "breakeven", "chunk", "codec", "memory", "payload", "phases", "roofline", "spread", "workers"}

func openRun(t *testing.T, path string) *Report {
	t.Helper()
	run, err := record.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	return New(run)
}

func parse(t *testing.T, text string) *Report {
	t.Helper()
	run, err := record.Parse("bench.txt", []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return New(run)
}

func TestSummaryGolden(t *testing.T) {
	r := openRun(t, filepath.Join("testdata", "run"))
	golden(t, filepath.Join("testdata", "summary.md"), []byte(r.Markdown()))
	golden(t, filepath.Join("testdata", "table.txt"), []byte(r.Text()))
}

// TestNumbersGolden holds the numbers behind all pictures, so that a change of
// a picture can be told from a change of its data.
func TestNumbersGolden(t *testing.T) {
	r := openRun(t, filepath.Join("testdata", "run"))
	var out strings.Builder
	fmt.Fprintf(&out, "phases: %s, %d workers, compute %.6g\n", r.breakdown.Work.Name, r.breakdown.Workers, r.breakdown.Compute)
	for _, b := range r.breakdown.Bars {
		fmt.Fprintf(&out, "%s total %s worker %.5g rest %.2g coordinator %.5g speed-up %s\n", b.Column.Name, spell(b.Total), b.Worker, b.Rest, b.Coordinator, spell(b.Speedup))
	}
	fmt.Fprintf(&out, "breakeven: %s, %d workers\n", r.breakEven.Family, r.breakEven.Workers)
	for _, c := range r.breakEven.Curves {
		fmt.Fprintf(&out, "%s crossing kind %d at %.5g (%.5g to %.5g)\n", c.Column.Name, c.Crossing.Kind, c.Crossing.X, c.Crossing.Lo, c.Crossing.Hi)
		for _, p := range c.Points {
			fmt.Fprintf(&out, "  %s compute %.6g cost %s\n", p.Work.Name, p.Compute, spell(p.Cost))
		}
	}
	best, errBest := analysis.NewBest(r.matrices)
	payload, errPayload := analysis.NewPayload(r.matrices)
	codecs, errCodecs := analysis.NewCodecs(r.matrices)
	memory, errMemory := analysis.NewMemory(r.main)
	roofline, errRoofline := analysis.NewRoofline(r.main)
	chunks, errChunks := analysis.NewChunks(r.matrices)
	workers, errWorkers := analysis.NewWorkers(r.matrices)
	spread, errSpread := analysis.NewSpread(r.matrices)
	if err := errors.Join(errBest, errPayload, errCodecs, errMemory, errRoofline, errChunks, errWorkers, errSpread); err != nil {
		t.Fatal(err)
	}
	writeBest(&out, best)
	writePayload(&out, payload)
	writePayload(&out, codecs)
	writeMemory(&out, memory)
	writeRoofline(&out, roofline)
	writeChunks(&out, chunks)
	writeWorkers(&out, workers)
	writeSpread(&out, spread)
	golden(t, filepath.Join("testdata", "numbers.txt"), []byte(out.String()))
}

func writeBest(out io.Writer, b *analysis.Best) {
	fmt.Fprintf(out, "best: computed %v, columns %.4g\n", b.Computed, b.Computes)
	for _, r := range b.Rows {
		for i, t := range r.Tiles {
			fmt.Fprintf(out, "%s, %.3g: %s", r.Words, b.Computes[i], t.Best.Name)
			for _, c := range t.Tied {
				fmt.Fprintf(out, " = %s", c.Name)
			}
			fmt.Fprintf(out, " speed-up %s\n", spell(t.Speedup))
		}
	}
}

func writePayload(out io.Writer, p *analysis.Payload) {
	for _, panel := range p.Panels {
		for _, line := range panel.Lines {
			fmt.Fprintf(out, "payload: %s %s knee %s\n", panel.Shape, line.Column.Name, spell(line.Knee))
			for _, q := range line.Points {
				fmt.Fprintf(out, "  %.0f bytes: %s\n", q.Bytes, spell(q.Cost))
			}
		}
	}
}

func writeMemory(out io.Writer, m *analysis.Memory) {
	for _, a := range m.Amounts {
		for i, row := range a.Rows {
			fmt.Fprintf(out, "memory: %s %s %s, workers %.5g, coordinator %.5g\n", a.Words, m.Columns[i].Name, spell(row.Total), row.Workers, row.Coordinator)
		}
	}
}

func writeRoofline(out io.Writer, r *analysis.Roofline) {
	for _, c := range r.Curves {
		fmt.Fprintf(out, "roofline: %s worker %s coordinator %s CPU %s\n", c.Column.Name, spell(c.Worker), spell(c.Coordinator), spell(c.CPU))
		for _, p := range c.Points {
			fmt.Fprintf(out, "  %s compute %.5g rate %s roof %.5g reached %s\n", p.Work.Name, p.Compute, spell(p.Rate), r.Roof(c, p.Compute), spell(p.OfRoof))
		}
	}
}

func writeChunks(out io.Writer, p *analysis.Chunks) {
	for _, c := range p.Curves {
		fmt.Fprintf(out, "chunk: %s auto %s, %s of chunk %s\n", c.Label, spell(c.Auto), spell(c.OfBest), c.Best)
		for _, q := range c.Points {
			fmt.Fprintf(out, "  %g: %s\n", q.Chunk, spell(q.Time))
		}
	}
}

func writeWorkers(out io.Writer, w *analysis.Workers) {
	for _, c := range w.Curves {
		for _, q := range c.Points {
			fmt.Fprintf(out, "workers: %s with %d of ideally %g: %s\n", c.Label, q.Workers, w.Ideal(float64(q.Workers)), spell(q.Speedup))
		}
	}
}

func writeSpread(out io.Writer, s *analysis.Spread) {
	fmt.Fprintf(out, "spread: %d of %d cells fine, drift %.3g, all %s\n", s.Fine, s.Cells, s.Drift, spell(s.All.Time))
	for _, strip := range s.Strips {
		last := strip.Points[len(strip.Points)-1]
		fmt.Fprintf(out, "  %s: %s, %d points, the last at %.3f with %.3f\n", strip.Words, spell(strip.Time), len(strip.Points), last.Order, last.Ratio)
	}
}

func spell(i analysis.Interval) string {
	return fmt.Sprintf("%.5g (%.5g to %.5g, n=%d)", i.Center, i.Lo, i.Hi, i.N)
}

// The invented run's break-evens can be computed from its parameters: what a
// worker does besides computing, plus the tail, against what serial lacks.
func TestFindsTheInventedBreakEven(t *testing.T) {
	r := openRun(t, filepath.Join("testdata", "run"))
	// gob: 130+60+110+330 phases + 20+8 tail, plus about 2.6 % of c = 0.018 µs
	const want = 680e-9
	gob := r.breakEven.Earliest("process-")
	if gob == nil || gob.Column.Strategy != "process-gob" || gob.Crossing.X < 0.93*want || gob.Crossing.X > 1.07*want {
		t.Errorf("%+v, want process-gob near %g", gob, want)
	}
}

func TestWarnings(t *testing.T) {
	head := strings.NewReplacer("dirty: false", "dirty: true", "suite: default", "suite: quick", "# note: invented numbers, for tests only", "# rounds: 10\n# cells: 3\n# date: another").Replace(inventedHeader)
	cell := "BenchmarkFactor/strategy=%s/digits=9/workers=%d-2 1 %d ns/op %d ns/item %d compute-ns/item%s\n"
	serial := fmt.Sprintf(cell, "serial", 1, 100000, 1000, 990, "")
	gob := func(wire int) string {
		return fmt.Sprintf(cell, "process-gob", 2, 60000, 600, 990, fmt.Sprintf(" %d wire-B/item", wire))
	}
	text := head + "# round: 1\n# pressure: 90\n" + serial + gob(12) + "# commit: other\n# round: 2\n" + serial + gob(13)
	all := strings.Join(parse(t, text).Warnings, "\n")
	for _, want := range []string{
		"quick suite: not for comparison",
		"the run is unfinished: 4 of 30 samples",
		"the tree had changes",
		"commit changed in the middle",
		"fewer than 6 samples, so no 95% interval, in Factor serial digits=9, Factor process-gob digits=9",
		"wire-B/item is said to be exact but varies in Factor process-gob digits=9",
		"2 of 2 samples of one-CPU cells",
		"2 workers and the coordinator share 2 CPUs",
		"the phases of process-gob add up to 82%",
		"not drawn, for the file has no data: breakeven (no second size of item",
	} {
		if !strings.Contains(all, want) {
			t.Errorf("no warning %q in\n%s", want, all)
		}
	}
	if strings.Contains(all, "date changed") {
		t.Errorf("a date may change in a run that was resumed:\n%s", all)
	}
	for _, w := range parse(t, inventedRun(3, 10)).Warnings {
		if strings.Contains(w, "not drawn") || strings.Contains(w, "fewer") {
			t.Errorf("a whole run warns: %s", w)
		}
	}
}

func TestUnevenAndMixed(t *testing.T) {
	text := inventedRun(3, 7)
	text = text[:strings.LastIndex(text, "# round")]
	all := strings.Join(parse(t, text).Warnings, "\n")
	if !strings.Contains(all, "fewer samples than the 7 of other cells in ") {
		t.Errorf("a missing sample is not told:\n%s", all)
	}
	mixed := strings.Replace(inventedRun(4, 6), "cpu: Example", "cpu: Another", 1)
	all = strings.Join(parse(t, text+mixed).Warnings, "\n")
	if !strings.Contains(all, "Factor was measured under 2 different configurations") {
		t.Errorf("two machines in a file are not told:\n%s", all)
	}
}

// Each benchmark that pictures are drawn from is looked through for gaps, but
// serial carries no payload that it could lack.
func TestGaps(t *testing.T) {
	var text strings.Builder
	for round := 1; round <= 6; round++ {
		for _, s := range []string{"serial", "process-gob"} { // what other pictures are drawn from
			fmt.Fprintf(&text, "# round: %d\nBenchmarkFactor/strategy=%s/digits=9/workers=2/chunk=auto-2 1 1000 ns/op 50 ns/item 9 compute-ns/item\n", round, s)
		}
		for payload := range 20 {
			for _, s := range []string{"serial", "goroutines", "process-gob", "process-json"} {
				if s == "serial" && payload > 0 || s == "process-json" && payload == 7 {
					continue
				}
				fmt.Fprintf(&text, "# round: %d\nBenchmarkHandoff/strategy=%s/payload=%d/shape=record/workers=2/chunk=auto-2 1 1000 ns/op 50 ns/item 9 compute-ns/item\n", round, s, payload)
			}
		}
	}
	const gap = "no samples, so left out"
	if all := strings.Join(parse(t, "# rounds: 6\n# cells: 62\n"+text.String()).Warnings, "\n"); strings.Contains(all, gap) {
		t.Errorf("of a run that is finished it says\n%s", all)
	}
	all := strings.Join(parse(t, text.String()).Warnings, "\n")
	for _, want := range []string{
		"no samples, so left out of tables and pictures, of Handoff process-json payload=7/shape=record\n",
		"the picture best leaves out 2 of 20 kinds of data",
	} {
		if !strings.Contains(all+"\n", want) {
			t.Errorf("no warning %q in\n%s", want, all)
		}
	}
}

// A sample that was taken again completes no cell that is missing.
func TestRetaken(t *testing.T) {
	cell := "# round: 1\nBenchmarkFactor/strategy=%s/digits=9/workers=%d-2 1 1000 ns/op 10 ns/item 9 compute-ns/item\n"
	text := "# rounds: 1\n# cells: 3\n" + fmt.Sprintf(cell, "serial", 1) + fmt.Sprintf(cell, "serial", 1) + fmt.Sprintf(cell, "process-gob", 2)
	all := strings.Join(parse(t, text).Warnings, "\n")
	for _, want := range []string{"1 of 3 samples are left out", "the run is unfinished: 2 of 3 samples"} {
		if !strings.Contains(all, want) {
			t.Errorf("no warning %q in\n%s", want, all)
		}
	}
}

// Benchmarks of another project are tabled; what cannot be drawn is said.
func TestStrangers(t *testing.T) {
	r := parse(t, strings.Repeat("BenchmarkSort/n=10|20-8 100 250 ns/op 16 B/op 2 allocs/op\nBenchmarkSort/n=9-8 100 150 ns/op\n", 6))
	text := r.Text()
	for _, want := range []string{"| Sort ", "| n=10/20 | 250.0ns ±0% | 16.00B ±0% | 2 ±0% |", "| n=9 ", "no pictures: the file has no benchmark that strategy=serial"} {
		if !strings.Contains(strings.Join(strings.Fields(text), " "), strings.Join(strings.Fields(want), " ")) {
			t.Errorf("no %q in\n%s", want, text)
		}
	}
	dir := t.TempDir()
	if paths, err := r.Write(dir); err != nil || len(paths) != 2 {
		t.Errorf("wrote %v, %v; want summary.md and index.html alone", paths, err)
	}
}

func TestWrite(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "new", "folder")
	r := openRun(t, filepath.Join("testdata", "run"))
	if _, err := r.Write(dir); err != nil {
		t.Fatal(err)
	}
	var names []string
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() && d.Name() != pageName { // TestPageIsWritten
			rel, _ := filepath.Rel(dir, path)
			names = append(names, filepath.ToSlash(rel))
		}
		return err
	})
	want := "summary.md"
	for _, plot := range slices.Backward(drawn) {
		want = "plots/" + plot + ".png plots/" + plot + ".svg " + want
	}
	if got := strings.Join(names, " "); err != nil || got != want {
		t.Errorf("wrote %s (%v), want %s and nothing else", got, err, want)
	}
}

// BenchmarkReport is all that "handoff report" does for a default run: read it,
// compute, draw, write. It is to stay under 5 s.
func BenchmarkReport(b *testing.B) {
	dir := b.TempDir()
	for b.Loop() {
		run, err := record.Open(filepath.Join("..", "results", "baseline"))
		if err != nil {
			b.Fatal(err)
		}
		if _, err := New(run).Write(dir); err != nil {
			b.Fatal(err)
		}
	}
}

func TestWriteFails(t *testing.T) {
	dir := t.TempDir()
	r := openRun(t, filepath.Join("testdata", "run"))
	notDir := filepath.Join(dir, "file")
	if err := os.WriteFile(notDir, []byte("kept"), 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := r.Write(notDir); err == nil || !strings.Contains(err.Error(), "not a directory") || strings.Contains(err.Error(), "\n") {
		t.Errorf("into a file: %v", err)
	}
	if data, _ := os.ReadFile(notDir); string(data) != "kept" {
		t.Errorf("the file is now %q", data)
	}
	// A folder in the way of summary.md: nothing may be left aside.
	if err := os.Mkdir(filepath.Join(dir, "summary.md"), 0o755); err != nil {
		t.Fatal(err)
	}
	if _, err := r.Write(dir); err == nil || !strings.Contains(err.Error(), filepath.Join(dir, "summary.md")+" is a folder") {
		t.Errorf("onto a folder: %v", err)
	}
	if left, _ := filepath.Glob(filepath.Join(dir, ".summary*")); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
}

// TestBenchstat runs the pinned benchstat over two runs that differ in all that
// a later run may differ in. One table a unit means that nothing splits them.
func TestBenchstat(t *testing.T) {
	if testing.Short() {
		t.Skip("builds benchstat")
	}
	dir := t.TempDir()
	later := strings.NewReplacer("commit: 0123abcd4567", "commit: fedcba987654", "date: 2026-11-23", "date: 2026-11-24", "go1.26.8", "go1.27", "kernel: 6.18", "kernel: 6.19").Replace(inventedRun(2, 6))
	a, b := filepath.Join(dir, "old.txt"), filepath.Join(dir, "new.txt")
	if err := errors.Join(os.WriteFile(a, []byte(inventedRun(1, 6)), 0o644), os.WriteFile(b, []byte(later), 0o644)); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	out, err := exec.CommandContext(ctx, "go", "tool", "benchstat", a, b).CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	run, err := record.Open(a)
	if err != nil {
		t.Fatal(err)
	}
	units := map[string]bool{}
	for _, s := range run.Samples {
		for unit := range s.Values {
			units[unit] = true
		}
	}
	if got := strings.Count(string(out), "old.txt"); got != len(units) {
		t.Errorf("benchstat made %d tables for %d units", got, len(units))
	}
	if got := strings.Count(string(out), "goos:"); got != 1 {
		t.Errorf("benchstat printed %d blocks of config lines, want 1", got)
	}
}

// TestRedrawNamesTheFolder: a run that was renamed where runs are kept goes by
// its new name.
func TestRedrawNamesTheFolder(t *testing.T) {
	for path, want := range map[string]string{
		filepath.Join("x", "results", "baseline", record.FileName): "handoff report results/baseline",
		filepath.Join("x", "elsewhere", record.FileName):           "handoff report results/R",
		filepath.Join("x", "results", "old.txt"):                   "handoff report results/R",
	} {
		r := &Report{Run: &record.Run{Path: path, Marks: map[string]string{"run": "R"}}}
		if got := r.Redraw(); got != want {
			t.Errorf("%s: %s, want %s", path, got, want)
		}
	}
}
