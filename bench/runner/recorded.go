package runner

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"golang.org/x/perf/benchfmt"

	"github.com/handoff-go/handoff/report/record"
)

// FileName is the file of a run's folder that holds its samples. A comparison
// has two, [BaseFile] and [HeadFile].
const (
	FileName = "bench.txt"
	BaseFile = "base.txt"
	HeadFile = "head.txt"
)

// firstMark begins every file of ours.
const firstMark = "# run: "

// recorded is what an earlier start of a run has left.
type recorded struct {
	path   string            // the run's folder
	file   string            // the file in it
	size   int64             // up to the end of the last whole sample
	cut    int               // bytes after that, left by an interruption
	marks  map[string]string // the last value of each
	config map[string]string // in force at the end
	units  map[string]bool   // Unit lines, as they stand
	taken  []taken           // all whole samples, in the order of the file
}

// taken is what is kept in mind of a sample.
type taken struct {
	turn
	iters    int
	op       time.Duration
	pressure int64 // microseconds, -1 where the system does not say
}

// readRecorded reads a file of the run in dir. It returns nil if there is none,
// or none of its samples was finished.
func readRecorded(dir, name string) (*recorded, error) {
	path := filepath.Join(dir, name)
	text, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	} else if err != nil {
		return nil, err
	}
	if !strings.HasPrefix(string(text), firstMark[:min(len(text), len(firstMark))]) {
		return nil, fmt.Errorf("%s: not recorded by this command (its first line is no %q): choose another folder", path, firstMark+"…")
	}
	return parseRecorded(dir, path, text, wholeSamples(text))
}

// parseRecorded takes what is there up to the end of a sample.
func parseRecorded(dir, path string, text []byte, end int) (*recorded, error) {
	if end == 0 {
		return nil, nil
	}
	r := &recorded{
		path: dir, file: path, size: int64(end), cut: len(text) - end,
		marks: map[string]string{}, config: map[string]string{}, units: map[string]bool{},
	}
	if onlyNotes(text[end:]) {
		r.cut = 0
	}
	if err := r.readResults(text[:end]); err != nil {
		return nil, err
	}
	return r, r.readComments(string(text[:end]))
}

// onlyNotes tells whether what follows the last sample says which cells have failed.
func onlyNotes(text []byte) bool {
	for line := range bytes.Lines(text) {
		if !bytes.HasPrefix(line, []byte("# "+failedMark+": ")) {
			return false
		}
	}
	return true
}

// first is what is recorded without the samples after the nth, which are cut off
// when the run goes on.
func (r *recorded) first(n int) (*recorded, error) {
	text, err := os.ReadFile(r.file)
	if err != nil {
		return nil, err
	}
	end, seen, at := 0, 0, 0
	for line := range bytes.Lines(text) {
		at += len(line)
		if bytes.HasPrefix(line, []byte("Benchmark")) && seen < n {
			end, seen = at, seen+1
		}
	}
	return parseRecorded(r.path, r.file, text, end)
}

// wholeSamples is the length of text up to the end of its last benchmark line
// that ends with a newline.
func wholeSamples(text []byte) int {
	for end := bytes.LastIndexByte(text, '\n') + 1; end > 0; {
		start := bytes.LastIndexByte(text[:end-1], '\n') + 1
		if bytes.HasPrefix(text[start:end], []byte("Benchmark")) {
			return end
		}
		end = start
	}
	return 0
}

// readResults checks every line as benchstat would, and keeps the samples and
// the config lines in force.
func (r *recorded) readResults(text []byte) error {
	reader := benchfmt.NewReader(bytes.NewReader(text), r.file)
	for reader.Scan() {
		switch rec := reader.Result().(type) {
		case *benchfmt.SyntaxError:
			return fmt.Errorf("%w: damaged: delete the line, or start a new run in another folder", rec)
		case *benchfmt.Result:
			clear(r.config)
			for _, c := range rec.Config {
				r.config[c.Key] = string(c.Value)
			}
			id := record.Identify(rec) // whose config lines nobody knows before the cell has run
			t := taken{turn: turn{cell: cell{id.Package, "Benchmark" + id.FullName()}}, iters: rec.Iters, pressure: -1}
			if sec, ok := rec.Value("sec/op"); ok {
				t.op = time.Duration(sec * float64(time.Second))
			}
			r.taken = append(r.taken, t)
		}
	}
	return reader.Err()
}

// readComments takes what benchstat skips: the marks of the run, and the round
// and the pressure of each sample.
func (r *recorded) readComments(text string) error {
	round, pressure, number, samples := 0, int64(-1), 0, 0
	for line := range strings.Lines(text) {
		number++
		line = strings.TrimSpace(line)
		switch key, value, isMark := parseMark(line); {
		case isMark && key == "round":
			n, err := strconv.Atoi(value)
			if err != nil || n < 1 {
				return fmt.Errorf("%s:%d: round %q: want a whole number from 1", r.file, number, value)
			}
			round, pressure = n, -1
		case isMark && key == "pressure":
			pressure, _ = strconv.ParseInt(value, 10, 64)
		case isMark:
			r.marks[key] = value
		case strings.HasPrefix(line, "Unit "):
			r.units[line] = true
		case strings.HasPrefix(line, "Benchmark") && samples < len(r.taken):
			r.taken[samples].round, r.taken[samples].pressure = round, pressure
			samples++
		}
	}
	return nil
}

func parseMark(line string) (key, value string, ok bool) {
	text, ok := strings.CutPrefix(line, "# ")
	if !ok {
		return "", "", false
	}
	return strings.Cut(text, ": ")
}

// complete tells whether all samples of so many rounds are there, going by the
// number of cells that was recorded.
func (r *recorded) complete(rounds int) bool {
	cells, err := strconv.Atoi(r.marks["cells"])
	done := map[turn]bool{}
	for _, t := range r.taken {
		done[t.turn] = true
	}
	return err == nil && len(done) >= cells*rounds
}

// mustAgree are the marks under which all samples of one run are taken.
var mustAgree = []string{"binary", "go", "GOEXPERIMENT", "GOGC", "GOMEMLIMIT", "GOMAXPROCS", "GODEBUG", "cpus", envMark}

// fits refuses to mix samples of two builds or two machines.
func (r *recorded) fits(now []mark, cells []cell, procs int) error {
	current := map[string]string{}
	for _, m := range now {
		current[m.key] = m.value
	}
	for _, key := range mustAgree {
		if was, is := r.marks[key], current[key]; was != is {
			return fmt.Errorf("%s was recorded with %s %s, now it is %s%s: go back to that, or start a new run in another folder",
				r.path, key, orNone(was), orNone(is), r.builtFrom(key))
		}
	}
	for _, t := range r.samples(procs) {
		if !slices.Contains(cells, t.cell) {
			return fmt.Errorf("%s holds %s, which this build does not list: start a new run in another folder", r.file, t.cell.name+procsSuffix(procs))
		}
	}
	return nil
}

// builtFrom helps to find the revision of a binary.
func (r *recorded) builtFrom(key string) string {
	commit := r.marks["commit"]
	if key != "binary" || commit == "" {
		return ""
	}
	if r.marks["dirty"] == "true" {
		commit += " with changes"
	}
	return " (it was built from commit " + commit + ")"
}

func orNone(s string) string {
	if s == "" {
		return "(none)"
	}
	return s
}

// samples are what is recorded, under the names that cells are listed by.
func (r *recorded) samples(procs int) []taken {
	listed := slices.Clone(r.taken)
	for i := range listed {
		listed[i].cell.name = strings.TrimSuffix(listed[i].cell.name, procsSuffix(procs))
	}
	return listed
}
