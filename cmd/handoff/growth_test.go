package main

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

// counted is the command, built so that it counts how often each of its statements is
// run: those of this module, of x/perf, and of the generic packages that loop for it.
func counted(t *testing.T) string {
	t.Helper()
	bin := filepath.Join(t.TempDir(), "handoff")
	module := "github.com/handoff-go/handoff"
	build := exec.Command("go", "build", "-cover", "-covermode=count", "-coverpkg="+module+"/...,golang.org/x/perf/...,slices,maps", "-o", bin, module+"/cmd/handoff")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	return bin
}

// statements runs the command, and returns how many statements that took.
func statements(t *testing.T, bin string, args ...string) (n float64) {
	t.Helper()
	dir := t.TempDir()
	cmd := exec.Command(bin, args...)
	cmd.Env = append(os.Environ(), "GOCOVERDIR="+dir)
	var said strings.Builder
	cmd.Stderr = &said
	if cmd.Run(); cmd.ProcessState.ExitCode() != exitFine && cmd.ProcessState.ExitCode() != exitInconclusive && cmd.ProcessState.ExitCode() != exitFailed {
		t.Fatalf("%v: %v, %s", args, cmd.ProcessState, said.String())
	}
	profile := filepath.Join(dir, "profile.txt")
	if out, err := exec.Command("go", "tool", "covdata", "textfmt", "-i="+dir, "-o="+profile).CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	f, err := os.Open(profile)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	lines := bufio.NewScanner(f)
	for lines.Scan() { // path:from,to statements times
		fields := strings.Fields(lines.Text())
		if len(fields) != 3 {
			continue
		}
		of, err1 := strconv.ParseFloat(fields[1], 64)
		times, err2 := strconv.ParseFloat(fields[2], 64)
		if err1 == nil && err2 == nil {
			n += of * times
		}
	}
	return n
}

// grown are files that grow in one direction: each has a line of one benchmark.
var grown = map[string]struct {
	name    func(i int) string
	samples func(n int) (rows, samples int)
}{
	"works":         {func(i int) string { return fmt.Sprintf("Big/n=%d", i) }, byRows},
	"a column each": {func(i int) string { return fmt.Sprintf("Big/n=%d/strategy=s%d", i, i) }, byRows},
	"keys":          {func(i int) string { return fmt.Sprintf("Big/k%d=%d", i, i) }, byRows},
	"samples":       {func(i int) string { return fmt.Sprintf("Big/n=%d", i) }, func(n int) (int, int) { return 2, n }},
}

func byRows(n int) (rows, samples int) { return n, 3 }

// writeGrown writes two files to be compared, with noise that is none of chance.
func writeGrown(t *testing.T, dir, kind string, n int) (base, head string) {
	t.Helper()
	rows, samples := grown[kind].samples(n)
	for side, path := range []*string{&base, &head} {
		var text strings.Builder
		text.WriteString("# run: x\n")
		for round := range samples {
			fmt.Fprintf(&text, "# round: %d\n", round+1)
			for i := range rows {
				noise := (i*7919 + round*104729 + side*31) % 97
				fmt.Fprintf(&text, "Benchmark%s-2 100 %d ns/op %d B/op %d allocs/op\n", grown[kind].name(i), 1000+noise, 64*(i+1), i%7)
			}
		}
		*path = filepath.Join(dir, fmt.Sprintf("%d-%d.txt", n, side))
		if err := os.WriteFile(*path, []byte(text.String()), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return base, head
}

// Twice the file is about twice the work: in statements, which no neighbour on the machine
// can change. What doubles the file doubles what is added to the work; a square adds four
// times as much.
func TestWorkGrowsWithTheFile(t *testing.T) {
	if testing.Short() {
		t.Skip("builds the command again")
	}
	const n, most = 200, 2.7
	bin := counted(t)
	for kind := range grown {
		t.Run(kind, func(t *testing.T) {
			dir := t.TempDir()
			work := map[string][]float64{}
			for _, n := range []int{n, 2 * n, 4 * n} {
				base, head := writeGrown(t, dir, kind, n)
				for name, args := range map[string][]string{
					"report":     {"report", "-o", filepath.Join(dir, fmt.Sprint(n)), base},
					"report A B": {"report", base, head},
					"compare":    {"compare", "-gate", "time,allocs=1%,bytes=1%", base, head},
				} {
					work[name] = append(work[name], statements(t, bin, args...))
				}
			}
			for name, w := range work {
				growth := (w[2] - w[1]) / (w[1] - w[0])
				t.Logf("%s: %.3g, %.3g, %.3g statements: %.2f", name, w[0], w[1], w[2], growth)
				if growth > most {
					t.Errorf("%s: %.3g, %.3g and %.3g statements for %d, %d and %d: what is added grows %.2f-fold, want at most %g", name, w[0], w[1], w[2], n, 2*n, 4*n, growth, most)
				}
			}
		})
	}
}

// BenchmarkThousands reports and compares files of many rows of ten samples of three
// metrics, or of few rows of many samples.
func BenchmarkThousands(b *testing.B) {
	for _, size := range []struct{ rows, samples int }{{100, 10}, {1000, 10}, {10_000, 10}, {10, 10_000}} {
		dir := b.TempDir()
		text := manyRows(size.rows, size.samples)
		base, head := filepath.Join(dir, "base.txt"), filepath.Join(dir, "head.txt")
		for _, path := range []string{base, head} {
			if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
				b.Fatal(err)
			}
		}
		for name, args := range map[string][]string{
			"report":  {"report", "-o", filepath.Join(dir, "out"), base},
			"compare": {"compare", "-gate", "time,allocs=1%,bytes=1%", base, head},
		} {
			b.Run(fmt.Sprintf("do=%s/rows=%d/samples=%d", name, size.rows, size.samples), func(b *testing.B) {
				b.ReportAllocs()
				for b.Loop() {
					var exit exitError
					if err := run(io.Discard, io.Discard, args); err != nil && !errors.As(err, &exit) {
						b.Fatal(err)
					}
				}
			})
		}
	}
}

// manyRows is a file of so many rows and rounds, and of three metrics.
func manyRows(rows, samples int) string {
	var text strings.Builder
	text.WriteString("# run: x\n")
	for round := range samples {
		fmt.Fprintf(&text, "# round: %d\n", round+1)
		for i := range rows {
			fmt.Fprintf(&text, "BenchmarkBig/n=%d-2 100 %d ns/op %d B/op %d allocs/op\n", i, 1000+(i*7919+round*104729)%97, 64*(i+1), i%7)
		}
	}
	return text.String()
}
