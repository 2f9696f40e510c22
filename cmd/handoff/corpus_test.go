package main

import (
	"context"
	"encoding/csv"
	"fmt"
	"io/fs"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/handoff-go/handoff/report/analysis"
	"github.com/handoff-go/handoff/report/record"
)

// corpusVariable names a folder of recorded files, for make corpus.
const corpusVariable = "HANDOFF_CORPUS"

// isRecorded tells by its name whether a file may hold output; one in JSON may hold anything.
func isRecorded(path string) bool {
	switch filepath.Ext(path) {
	case ".txt", ".log", ".out", ".bench", "":
		return true
	case ".json":
		return record.IsEvents(path)
	}
	return false
}

// corpus is what has been gone through, and what for.
type corpus struct {
	benchstat string // the program
	files     int
	refused   []string
	cells     int // medians and intervals that were held against benchstat's
	blocks    int // rows of benchstat's that compare prints, too
	differ    int
}

// TestCorpus runs report and compare over recorded files, and holds what they say against
// the benchstat that go.mod pins: that of each file by itself, beside itself, and beside
// its partner (x_base.txt and x_head.txt) or the file that follows.
func TestCorpus(t *testing.T) {
	c := &corpus{benchstat: benchstatProgram(t)}
	roots := []string{filepath.Join("testdata", "corpus"), filepath.Join("testdata", "cases"), filepath.Join("..", "..", "report", "verdict", "testdata", "busy")}
	for _, name := range []string{"run", "peers", "floors"} {
		roots = append(roots, filepath.Join("..", "..", "report", "testdata", name))
	}
	own := true
	if dir := os.Getenv(corpusVariable); dir != "" {
		roots, own = []string{dir}, false
	}
	if _, err := os.Stat(roots[0]); err != nil {
		t.Fatal(err)
	}
	var files []string
	for _, root := range roots {
		if err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
			if err == nil && d.Type().IsRegular() && isRecorded(path) {
				files = append(files, path)
			}
			return err
		}); err != nil {
			t.Fatal(err)
		}
	}
	if len(files) == 0 {
		t.Fatalf("no files in %s", strings.Join(roots, ", "))
	}
	for i, path := range files {
		name := filepath.Base(path)
		if read := c.file(t, path); own && read == (strings.HasPrefix(name, "refused-") || strings.HasPrefix(name, "two-machines_")) {
			t.Errorf("%s: read: %v", path, read)
		}
		if i > 0 && filepath.Dir(files[i-1]) == filepath.Dir(path) {
			c.compare(t, files[i-1], path)
		}
	}
	t.Logf("%d files, %d of them refused; %d medians and intervals and %d rows of comparisons held against benchstat, %d differ",
		c.files, len(c.refused), c.cells, c.blocks, c.differ)
	for _, line := range c.refused {
		t.Log(line)
	}
	if own && (c.cells < 250 || c.blocks < 400) {
		t.Errorf("%d cells, %d rows: want more to be held against benchstat", c.cells, c.blocks)
	}
}

// benchstatProgram builds the pinned benchstat.
func benchstatProgram(t *testing.T) string {
	t.Helper()
	out, err := exec.CommandContext(t.Context(), "go", "tool", "-n", "benchstat").Output()
	if err != nil {
		t.Fatalf("go tool -n benchstat: %v", err)
	}
	return strings.TrimSpace(string(out))
}

// run returns what benchstat prints.
func (c *corpus) run(t *testing.T, args ...string) string {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	out, err := exec.CommandContext(ctx, c.benchstat, args...).Output()
	if err != nil {
		t.Fatalf("benchstat %q: %v", args, err)
	}
	return string(out)
}

func (c *corpus) wrong(t *testing.T, format string, args ...any) {
	t.Helper()
	c.differ++
	t.Errorf(format, args...)
}

// file goes through one file, and tells whether it could be read. What is refused is so in
// one line.
func (c *corpus) file(t *testing.T, path string) (read bool) {
	t.Helper()
	c.files++
	code, text, stderr := handoff(t, "report", "-mixed", "-o", t.TempDir(), path)
	if _, _, alone := handoff(t, "report", "-o", t.TempDir(), path); strings.Contains(alone, "another machine") {
		stderr, code = alone, 2
	}
	run, err := record.Open(path)
	switch {
	case err != nil && (code != 2 || !strings.Contains(stderr, err.Error()) || strings.Count(stderr, "\n") != 1):
		c.wrong(t, "%s: %v, but the report ends with %d, %q", path, err, code, stderr)
		return false
	case code == 2:
		c.refused = append(c.refused, "refused: "+strings.TrimSpace(stderr))
		return false
	case code != 0 || err != nil:
		c.wrong(t, "%s: report ends with %d, %v: %s", path, code, err, stderr)
		return false
	}
	for _, said := range run.Troubles() {
		if !strings.Contains(text, said) {
			c.wrong(t, "%s: the report does not say %q", path, said)
		}
	}
	c.medians(t, path, text, run)
	c.nothingLost(t, path, run)
	c.compare(t, path, path)
	return true
}

// stat is a cell as benchstat sums it up.
type stat struct {
	center float64
	spread string // "1%"
	n      int
}

// medians holds the report against what benchstat says of the same samples.
func (c *corpus) medians(t *testing.T, path, text string, run *record.Run) {
	t.Helper()
	matrices := analysis.Matrices(run)
	counted := map[int]bool{} // by line: of what was taken again in a round the last one counts
	for _, m := range matrices {
		for _, w := range m.Works {
			for _, cell := range m.Row(w) {
				for _, s := range cell.Samples {
					counted[s.Line] = true
				}
			}
		}
	}
	kept := *run
	kept.Samples = slices.DeleteFunc(slices.Clone(run.Samples), func(s record.Sample) bool { return !counted[s.Line] })
	want := c.stats(t, written(t, &kept))
	got := map[string]stat{}
	for _, m := range matrices {
		for _, w := range m.Works {
			for _, cell := range m.Row(w) {
				for _, metric := range cell.Metrics() {
					i := m.Summary(cell, metric)
					key := cellKey(cell.Samples[0].ID, metric)
					got[key] = stat{i.Center, spreadOf(i), i.N}
					if w, ok := want[key]; !ok || w != got[key] {
						c.wrong(t, "%s: %s is %v, %v by benchstat", path, key, got[key], w)
					}
					c.cells++
					if !inText(text, m, cell, metric, i) {
						c.wrong(t, "%s: the table %q does not show %s of %s", path, m.Heading, metric, cell.Samples[0].Name)
					}
				}
			}
		}
	}
	if len(got) != len(want) {
		c.wrong(t, "%s: %d cells, %d by benchstat", path, len(got), len(want))
	}
}

// spreadOf spells an interval as benchstat does.
func spreadOf(i analysis.Interval) string {
	switch {
	case !i.Known():
		return "∞"
	case i.Center == 0 && i.Hi == 0:
		return "0%"
	case i.Lo == 0:
		return "?"
	}
	return fmt.Sprintf("%.0f%%", 100*math.Max(i.Hi/i.Center-1, 1-i.Lo/i.Center))
}

// inText looks a median up in the tables that the report prints. Those of strategies show
// some metrics only.
func inText(text string, m *analysis.Matrix, cell *analysis.Cell, metric string, i analysis.Interval) bool {
	if cell.Column.Strategy != "" {
		return true
	}
	head := analysis.Untidy(metric)
	label := strings.Join(strings.Fields(cell.Work.Name+" "+cell.Column.Name), " ")
	if label == "" {
		label = "-"
	}
	within, column := false, -1
	for line := range strings.Lines(text) {
		line = strings.TrimRight(line, "\n")
		switch {
		case line == m.Heading || strings.HasPrefix(line, m.Heading+", n="):
			within, column = true, -1
		case line == "":
			within = false
		case within && strings.HasPrefix(line, "| "):
			cells := strings.Split(strings.Trim(line, "|"), " | ")
			for k := range cells {
				cells[k] = strings.TrimSpace(cells[k])
			}
			if column < 0 {
				column = slices.Index(cells, strings.ReplaceAll(head, "|", "/"))
			} else if cells[0] == strings.ReplaceAll(label, "|", "/") && column < len(cells) && shows(cells[column], i) {
				return true
			}
		}
	}
	return false
}

// shown is a median in a table: a number, a prefix, a unit, and its spread.
var shown = regexp.MustCompile(`^([0-9.e+-]+)([nµmkMGTP]|[KMGTPE]i)?(s|B)? ±(\S+)`)

// shows reports whether a cell of a table has the median, to the digits that it has, and the
// spread.
func shows(text string, i analysis.Interval) bool {
	m := shown.FindStringSubmatch(text)
	if m == nil {
		return false
	}
	prefixes := map[string]float64{"n": 1e-9, "µ": 1e-6, "m": 1e-3, "": 1, "k": 1e3, "M": 1e6, "G": 1e9, "T": 1e12, "P": 1e15,
		"Ki": 1 << 10, "Mi": 1 << 20, "Gi": 1 << 30, "Ti": 1 << 40, "Pi": 1 << 50}
	value, err := strconv.ParseFloat(m[1], 64)
	value *= prefixes[m[2]]
	return err == nil && math.Abs(value-i.Center) <= 1e-3*math.Abs(i.Center)+1e-13 && m[4] == spreadOf(i)
}

// cellKey names a cell and a metric.
func cellKey(id record.ID, unit string) string {
	lines := strings.Split(strings.TrimSpace("pkg: "+id.Package+"\n"+id.Config), "\n")
	lines = slices.DeleteFunc(lines, func(l string) bool { return strings.HasSuffix(l, ": ") || l == "pkg:" })
	slices.Sort(lines)
	return strings.Join(lines, ", ") + " | " + id.FullName() + " | " + unit
}

// written writes a run's samples as plain lines, in the units that they were read in.
func written(t *testing.T, run *record.Run) string {
	t.Helper()
	var out strings.Builder
	for key, unit := range run.Units {
		fmt.Fprintf(&out, "Unit %s %s=%s\n", key.Unit, key.Key, unit.Value)
	}
	var before []record.Pair
	for _, s := range run.Samples {
		for _, p := range before {
			fmt.Fprintf(&out, "%s:\n", p.Key)
		}
		for _, p := range s.Config {
			fmt.Fprintf(&out, "%s: %s\n", p.Key, p.Value)
		}
		before = s.Config
		if len(s.Values) == 0 {
			continue
		}
		fmt.Fprintf(&out, "Benchmark%s %d", s.Name, s.Iters)
		for unit, v := range s.Values {
			fmt.Fprintf(&out, " %v %s", v, unit)
		}
		out.WriteString("\n")
	}
	path := filepath.Join(t.TempDir(), "written.txt")
	if err := os.WriteFile(path, []byte(out.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// counts is the number of samples on each side, behind a p or alone.
var counts = regexp.MustCompile(`n=(\d+)$`)

// stats are all cells of a file by benchstat. It is asked to compare the file with itself,
// because it tells the number of samples in comparisons only.
func (c *corpus) stats(t *testing.T, path string) map[string]stat {
	t.Helper()
	all := map[string]stat{}
	config := map[string]string{}
	unit := ""
	reader := csv.NewReader(strings.NewReader(c.run(t, "-format", "csv", "a="+path, "b="+path)))
	reader.FieldsPerRecord = -1
	lines, err := reader.ReadAll()
	if err != nil {
		t.Fatalf("%s: %v", path, err)
	}
	for _, line := range lines {
		switch {
		case len(line) == 1: // a config line
			if key, value, ok := strings.Cut(line[0], ": "); ok {
				config[key] = strings.TrimRight(value, " ") // blanks behind it are no part of it
			}
		case line[0] == "" && len(line) > 2 && line[2] == "CI":
			unit = line[1]
		case line[0] == "" || line[0] == "geomean" || len(line) < 7:
		default:
			id := record.ID{Name: line[0], Package: config["pkg"]}
			for key, value := range config {
				if key != "pkg" && value != "" {
					id.Config += key + ": " + value + "\n"
				}
			}
			center, err := strconv.ParseFloat(line[1], 64)
			n := counts.FindStringSubmatch(line[6])
			if err != nil || n == nil {
				t.Fatalf("%s: %q: %v", path, line, err)
			}
			samples, _ := strconv.Atoi(n[1])
			all[cellKey(id, unit)] = stat{center, line[2], samples}
		}
	}
	return all
}

// nothingLost finds cells that benchstat has of the file as it is, and the report has not,
// or has fewer samples of, unless it says so.
func (c *corpus) nothingLost(t *testing.T, path string, run *record.Run) {
	t.Helper()
	have := map[string]int{}
	for _, s := range run.Samples {
		for unit := range s.Values {
			have[cellKey(s.ID, unit)]++
			if as, ok := s.Untidied[unit]; ok {
				have[cellKey(s.ID, as)]++
			}
		}
	}
	said := strings.Join(run.Troubles(), "\n")
	if strings.Contains(said, "NaN in line") || strings.Contains(said, "Inf in line") {
		return // benchstat does not end
	}
	for key, s := range c.stats(t, path) {
		parts := strings.Split(key, " | ")
		named := strings.Contains(said, parts[1]) && strings.Contains(said, analysis.Untidy(parts[2]))
		if have[key] < s.n && !named && !strings.Contains(said, "panic") { // a panic is no config line here
			c.wrong(t, "%s: %d samples of %s, benchstat has %d", path, have[key], key, s.n)
		}
	}
}

// compare holds the tables that compare labels as benchstat's against its own.
func (c *corpus) compare(t *testing.T, base, head string) {
	t.Helper()
	gate, ok := measuredUnits(base, head)
	if !ok {
		return
	}
	code, text, stderr := handoff(t, "compare", "-gone", "ok", "-gate", gate, base, head)
	if strings.Contains(stderr, "goroutine ") || code != 0 && code != 1 && code != 2 && code != 3 {
		c.wrong(t, "compare %s %s: code %d\n%s", base, head, code, stderr)
	}
	if text == "" {
		if strings.Count(stderr, "\n") != 1 || code != 2 {
			c.wrong(t, "compare %s %s: code %d, %q", base, head, code, stderr)
		}
		return
	}
	ours, args := printedRows(text)
	files := []string{base, head}
	if changed(t, base) || changed(t, head) { // benchstat cannot read it as it is
		files = []string{rewritten(t, base), rewritten(t, head)}
	}
	theirs := benchstatRows(c.run(t, append(args, files...)...), ours)
	for row, n := range theirs {
		if ours[row] != n {
			c.wrong(t, "compare %s %s: %d times %q, by benchstat %d times\n%s", base, head, ours[row], row, n, text)
			return
		}
		c.blocks += n
	}
	for row, n := range ours {
		if theirs[row] != n {
			c.wrong(t, "compare %s %s: %d times %q, by benchstat %d times\n%s", base, head, n, row, theirs[row], text)
			return
		}
	}
}

// measuredUnits is a gate of all that two files measure.
func measuredUnits(paths ...string) (gate string, ok bool) {
	units := map[string]bool{}
	for _, path := range paths {
		run, err := record.Open(path)
		if err != nil || record.OneMachine(run) != nil {
			return "", false
		}
		for _, s := range run.Samples {
			for unit := range s.Values {
				units[unit] = true
			}
		}
	}
	var names []string
	for unit := range units {
		names = append(names, unit)
	}
	slices.Sort(names)
	return strings.Join(names, "=5%,") + "=5%", len(names) > 0
}

// printedRows takes the tables out of what compare prints: how often each row is there,
// with its unit in front. args are the flags that benchstat needs for the same.
func printedRows(text string) (rows map[string]int, args []string) {
	rows = map[string]int{}
	unit := ""
	for line := range strings.Lines(text) {
		line = strings.TrimRight(line, "\n")
		if title, ok := strings.CutPrefix(line, "benchstat"); ok {
			flags, rest, _ := strings.Cut(title, ": ")
			args = strings.Fields(flags)
			unit = strings.Fields(rest)[0]
			continue
		}
		if line == "" {
			unit = ""
		}
		if unit != "" {
			rows[unit+": "+strings.Join(strings.Fields(line), " ")]++
		}
	}
	return rows, args
}

// footnotes are what benchstat puts behind numbers.
var footnotes = regexp.MustCompile(`[⁰¹²³⁴⁵⁶⁷⁸⁹]+`)

// benchstatRows does the same with what benchstat prints, of the units that ours has.
func benchstatRows(text string, ours map[string]int) map[string]int {
	units := map[string]bool{}
	for row := range ours {
		unit, _, _ := strings.Cut(row, ": ")
		units[unit] = true
	}
	rows := map[string]int{}
	unit := ""
	for line := range strings.Lines(text) {
		line = strings.TrimRight(line, "\n")
		switch {
		case strings.Contains(line, "│"):
			if cells := strings.Split(line, "│"); len(cells) > 1 {
				if fields := strings.Fields(cells[1]); len(fields) > 0 {
					unit = fields[0]
				}
			}
		case line == "":
			unit = ""
		case unit != "" && units[unit] && !footnotes.MatchString(line[:min(len(line), 3)]):
			rows[unit+": "+strings.Join(strings.Fields(footnotes.ReplaceAllString(line, "")), " ")]++
		}
	}
	return rows
}

// changed reports whether reading a file takes more than benchfmt does: then benchstat is
// given what was read.
func changed(t *testing.T, path string) bool {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	run, err := record.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	text := string(data)
	return len(run.BadMetrics)+len(run.Doubled)+len(run.Failures) > 0 || strings.ContainsAny(text, "\x00\x1b\ufeff") ||
		strings.Contains(text, `{"Time":`) || !plainLines(text, run)
}

// plainLines reports whether the samples are all of them whole lines of the file.
func plainLines(text string, run *record.Run) bool {
	n := 0
	for line := range strings.Lines(text) {
		if fields := strings.Fields(line); strings.HasPrefix(line, "Benchmark") && len(fields) > 3 {
			if _, err := strconv.Atoi(fields[1]); err == nil {
				n++
			}
		}
	}
	return n == len(run.Samples)
}

// rewritten writes what was read of a file.
func rewritten(t *testing.T, path string) string {
	t.Helper()
	run, err := record.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range run.Samples {
		for unit, as := range s.Untidied { // a zero in a unit that benchstat takes for another
			s.Values[as] = 0
			delete(s.Values, unit)
		}
	}
	return written(t, run)
}
