package runner

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/perf/benchfmt"
)

// FileName is the file of a run's folder that holds its samples.
const FileName = "bench.txt"

// firstMark begins every file of ours.
const firstMark = "# run: "

// recorded is what an earlier start of a run has left.
type recorded struct {
	path   string            // the run's folder
	size   int64             // up to the end of the last whole sample
	cut    int               // bytes after that, left by an interruption
	marks  map[string]string // the last value of each
	config map[string]string // in force at the end
	units  map[string]bool   // Unit lines, as they stand
	done   map[turn]bool
}

// readRecorded reads the run in dir. It returns nil if there is none, or none
// of its samples was finished.
func readRecorded(dir string) (*recorded, error) {
	path := filepath.Join(dir, FileName)
	text, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	} else if err != nil {
		return nil, err
	}
	if !strings.HasPrefix(string(text), firstMark[:min(len(text), len(firstMark))]) {
		return nil, fmt.Errorf("%s: not recorded by this command (its first line is no %q): choose another folder", path, firstMark+"…")
	}
	end := wholeSamples(text)
	if end == 0 {
		return nil, nil
	}
	r := &recorded{
		path: dir, size: int64(end), cut: len(text) - end,
		marks: map[string]string{}, config: map[string]string{}, units: map[string]bool{}, done: map[turn]bool{},
	}
	if err := r.readResults(path, text[:end]); err != nil {
		return nil, err
	}
	return r, r.readComments(path, string(text[:end]))
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

// readResults checks every line as benchstat would, and keeps the config lines
// in force.
func (r *recorded) readResults(path string, text []byte) error {
	reader := benchfmt.NewReader(bytes.NewReader(text), path)
	for reader.Scan() {
		switch rec := reader.Result().(type) {
		case *benchfmt.SyntaxError:
			return fmt.Errorf("%w: damaged: delete the line, or start a new run in another folder", rec)
		case *benchfmt.Result:
			clear(r.config)
			for _, c := range rec.Config {
				r.config[c.Key] = string(c.Value)
			}
		}
	}
	return reader.Err()
}

// readComments takes what benchstat skips, and whose round each sample is.
func (r *recorded) readComments(path, text string) error {
	round, number := 0, 0
	for line := range strings.Lines(text) {
		number++
		line = strings.TrimSpace(line)
		switch key, value, isMark := parseMark(line); {
		case isMark && key == "round":
			n, err := strconv.Atoi(value)
			if err != nil || n < 1 {
				return fmt.Errorf("%s:%d: round %q: want a whole number from 1", path, number, value)
			}
			round = n
		case isMark:
			r.marks[key] = value
		case strings.HasPrefix(line, "Unit "):
			r.units[line] = true
		case strings.HasPrefix(line, "Benchmark"):
			r.done[turn{round, strings.Fields(line)[0]}] = true
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
	return err == nil && len(r.done) >= cells*rounds
}

// mustAgree are the marks under which all samples of one run are taken.
var mustAgree = []string{"binary", "GOEXPERIMENT", "GOGC", "GOMEMLIMIT", "GOMAXPROCS", "GODEBUG", "cpus"}

// fits refuses to mix samples of two builds or two machines.
func (r *recorded) fits(now []mark, cells []string, procs int) error {
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
	known := map[string]bool{}
	for _, cell := range cells {
		known[cell+procsSuffix(procs)] = true
	}
	for t := range r.done {
		if !known[t.cell] {
			return fmt.Errorf("%s holds %s, which this build does not list: start a new run in another folder", r.path, t.cell)
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

// turnsDone is what is recorded, under the names that cells are listed by.
func (r *recorded) turnsDone(procs int) map[turn]bool {
	done := map[turn]bool{}
	for t := range r.done {
		done[turn{t.round, strings.TrimSuffix(t.cell, procsSuffix(procs))}] = true
	}
	return done
}
