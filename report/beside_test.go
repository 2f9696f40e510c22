package report

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/handoff-go/handoff/report/record"
)

// otherMachine is the invented run on a machine with four workers, where all
// takes the time that it takes, with one strategy and one size less.
func otherMachine() string {
	var kept []string
	for line := range strings.SplitSeq(inventedRun(5, 8), "\n") {
		if !strings.Contains(line, "process-json") && !strings.Contains(line, "digits=12/") {
			kept = append(kept, line)
		}
	}
	return strings.NewReplacer("workers=2", "workers=4", "Example CPU", "Other CPU", "# cpus: 2", "# cpus: 4", "0123abcd4567", "fedcba987654",
		"# run: 2026-11-23", "# run: 2026-11-24").Replace(strings.Join(kept, "\n"))
}

func parseRun(t *testing.T, path, text string) *record.Run {
	t.Helper()
	run, err := record.Parse(path, []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return run
}

func TestBeside(t *testing.T) {
	d := NewBeside(parseRun(t, "a.txt", inventedRun(1, 10)), parseRun(t, "b.txt", otherMachine()))
	for name, text := range map[string]string{"text": d.Text(), "Markdown": d.Markdown()} {
		text = strings.Join(strings.Fields(text), " ")
		for _, want := range []string{
			"A: 2026-11-23T02-10-11Z-linux-amd64-2cpu (a.txt)",
			"B: 2026-11-24T02-10-11Z-linux-amd64-2cpu (b.txt)",
			"| machine | linux/amd64, 2 CPUs, Example CPU @ 3.00GHz | linux/amd64, 4 CPUs, Other CPU @ 3.00GHz |",
			"| commit | 0123abcd | fedcba98 |",
			"are no verdict",
			"| digits=9/shape=number | process-gob workers=2 and 4 |",
			"Factor: handoff cost per item",
			"only in A: Factor process-json digits=2/shape=number, ",
			"both: invented numbers, for tests only",
			"A: 2 workers and the coordinator share 2 CPUs",
			"B: 4 workers and the coordinator share 4 CPUs",
		} {
			if !strings.Contains(text, want) {
				t.Errorf("%s lacks %q in\n%s", name, want, text)
			}
		}
		for _, unwanted := range []string{"| go |", "| reported by |", "| cpus |", "| serial workers"} {
			if strings.Contains(text, unwanted) {
				t.Errorf("%s has a row %s", name, unwanted)
			}
		}
	}
	// The canary is the same loop on both: about 1, and 10 and 8 samples of it.
	row := lastRow(t, d.Text(), "median")
	if !strings.HasPrefix(row[4], "~1.0") && !strings.HasPrefix(row[4], "~0.9") || row[6] != "10, 8" {
		t.Errorf("canary: %q", row)
	}
}

// lastRow is the last row of tables in which a cell is as wanted.
func lastRow(t *testing.T, text, want string) []string {
	t.Helper()
	var found []string
	for line := range strings.Lines(text) {
		cells := strings.Split(strings.Trim(strings.TrimSpace(line), "|"), "|")
		for i := range cells {
			cells[i] = strings.TrimSpace(cells[i])
			if cells[i] == want {
				found = cells
			}
		}
	}
	if len(found) < 7 {
		t.Fatalf("no row of seven cells with %q", want)
	}
	return found
}

func TestBesidePage(t *testing.T) {
	dir := t.TempDir()
	d := NewBeside(parseRun(t, "a.txt", inventedRun(1, 10)), parseRun(t, "b.txt", "BenchmarkSort-2 1 5 ns/op\n"))
	paths, err := d.Write(dir)
	if err != nil || len(paths) != 2 {
		t.Fatalf("wrote %v, %v; want summary.md and index.html", paths, err)
	}
	data, err := os.ReadFile(filepath.Join(dir, pageName))
	if err != nil {
		t.Fatal(err)
	}
	text := words(string(data))
	for _, want := range []string{
		"are no verdict", "the two runs have no benchmark in common", "only in B: Sort", "seed 1 and -: the items were not the same",
		"B has no data for the picture phases.", "A: " + d.Runs[0].Plots[0].Title,
	} {
		if !strings.Contains(text, want) {
			t.Errorf("the page lacks %q", want)
		}
	}
	if !strings.Contains(string(data), `id="A-phases"`) {
		t.Error("a figure cannot be linked to")
	}
}

// A run beside itself: no ratio differs from 1, nothing differs, and the title
// tells the two apart by their files.
func TestBesideItself(t *testing.T) {
	d := NewBeside(parseRun(t, "a.txt", inventedRun(1, 6)), parseRun(t, "b.txt", inventedRun(1, 6)))
	text := d.Text()
	if !strings.Contains(text, "nothing that the files tell") || d.title() != "a.txt beside b.txt" {
		t.Errorf("%s: %s", d.title(), text)
	}
	if strings.Contains(text, "only in") || strings.Contains(text, " A: ") {
		t.Errorf("the same run differs:\n%s", text)
	}
	if n := strings.Count(text, "| ~1.00× |"); n < 30 {
		t.Errorf("%d ratios are about 1", n)
	}
}
