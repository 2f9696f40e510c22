package record

import (
	"bufio"
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"strings"

	"golang.org/x/perf/benchfmt"
)

// FileName is the file that holds a run's samples inside the run's folder.
const FileName = "bench.txt"

// maxSize is far above any run (a full suite is a few megabytes) and keeps a
// mistaken path to a disk image from filling the memory.
const maxSize = 256 << 20

// Open reads a run from its folder or from any file in the Go benchmark format.
// Its errors name the file, and the line where there is one.
func Open(path string) (*Run, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, Plain(err)
	}
	if info.IsDir() {
		path = filepath.Join(path, FileName)
		if info, err = os.Stat(path); errors.Is(err, fs.ErrNotExist) {
			return nil, fmt.Errorf("%s: not found: want a run's folder, or a file in the Go benchmark format", path)
		} else if err != nil {
			return nil, Plain(err)
		}
	}
	if info.Size() > maxSize {
		return nil, fmt.Errorf("%s: %d bytes, want at most %d of Go benchmark output", path, info.Size(), maxSize)
	}
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, Plain(err)
	}
	return Parse(path, text)
}

// Plain drops the system call from an error of package os, and the names of a
// rename: "open x: no such file" becomes "x: no such file".
func Plain(err error) error {
	var pathErr *fs.PathError
	if errors.As(err, &pathErr) {
		return fmt.Errorf("%s: %w", pathErr.Path, pathErr.Err)
	}
	var linkErr *os.LinkError
	if errors.As(err, &linkErr) {
		return linkErr.Err
	}
	return err
}

// Parse reads a run from text; path is used in errors only. The same errors
// come as from [Open].
func Parse(path string, text []byte) (*Run, error) {
	if len(bytes.TrimSpace(text)) == 0 {
		return nil, fmt.Errorf("%s: empty file, want Go benchmark output", path)
	}
	if bytes.IndexByte(text, 0) >= 0 {
		return nil, fmt.Errorf("%s: binary file, want Go benchmark output", path)
	}
	if err := checkEnd(path, text); err != nil {
		return nil, err
	}
	p := &parser{path: path, lines: strings.Split(string(text), "\n"), marks: newMarks()}
	return p.parse(benchfmt.NewReader(bytes.NewReader(text), path))
}

// checkEnd finds a file that stops in the middle of a benchmark line. The rest
// of such a line can look whole ("12 ns/op" of "12345 ns/op …").
func checkEnd(path string, text []byte) error {
	last := text[bytes.LastIndexByte(text, '\n')+1:]
	if !bytes.HasPrefix(last, []byte("Benchmark")) {
		return nil
	}
	line := bytes.Count(text, []byte("\n")) + 1
	return fmt.Errorf("%s:%d: the file ends in the middle of this line (no newline): delete the line, or resume the run", path, line)
}

// parser walks the file twice in step: benchfmt over the results, and its own
// cursor over the comment lines that benchfmt skips.
type parser struct {
	path  string
	lines []string
	next  int // first line not yet given to marks
	marks *marks
	run   Run
	bad   []error // damaged lines
}

func (p *parser) parse(reader *benchfmt.Reader) (*Run, error) {
	for reader.Scan() {
		switch rec := reader.Result().(type) {
		case *benchfmt.SyntaxError:
			p.bad = append(p.bad, rec)
		case *benchfmt.Result:
			p.result(rec)
		}
	}
	if err := reader.Err(); err != nil {
		return nil, p.readError(err)
	}
	p.marksUpTo(len(p.lines))
	if len(p.bad) > 0 {
		return nil, fmt.Errorf("%w (damaged lines in the file: %d)", p.bad[0], len(p.bad))
	}
	if len(p.run.Samples) == 0 {
		return nil, fmt.Errorf("%s: no benchmark lines (want lines such as \"BenchmarkX-2 100 250 ns/op\")", p.path)
	}
	p.run.Path, p.run.Marks, p.run.Mixed = p.path, p.marks.run, p.marks.mixed
	p.run.Units = reader.Units()
	p.run.markPressed()
	return &p.run, nil
}

// readError names the line that is too long: benchfmt counts up to it only.
func (p *parser) readError(err error) error {
	for i, line := range p.lines {
		if errors.Is(err, bufio.ErrTooLong) && len(line) >= bufio.MaxScanTokenSize {
			return fmt.Errorf("%s:%d: line of %d bytes, want at most %d", p.path, i+1, len(line), bufio.MaxScanTokenSize-1)
		}
	}
	return err
}

func (p *parser) marksUpTo(line int) {
	for ; p.next < line; p.next++ {
		if err := p.marks.take(strings.TrimSuffix(p.lines[p.next], "\r")); err != nil {
			p.bad = append(p.bad, fmt.Errorf("%s:%d: %w", p.path, p.next+1, err))
		}
	}
}

func (p *parser) result(res *benchfmt.Result) {
	_, line := res.Pos()
	p.marksUpTo(line)
	s := newSample(res)
	s.Line, s.Round, s.Pressure = line, p.marks.round, p.marks.pressure
	for _, v := range res.Values {
		if math.IsNaN(v.Value) || math.IsInf(v.Value, 0) {
			p.bad = append(p.bad, fmt.Errorf("%s:%d: %s is not a finite number", p.path, line, cmp.Or(v.OrigUnit, v.Unit)))
		}
	}
	p.run.Samples = append(p.run.Samples, s)
}

// newSample copies what it keeps: the reader overwrites res on its next step.
func newSample(res *benchfmt.Result) Sample {
	s := Sample{ID: Identify(res), Name: res.Name.String(), Iters: res.Iters, Values: map[string]float64{}}
	s.Procs = s.ID.Procs
	parts := strings.Split(s.ID.Name, "/")
	s.Base = parts[0]
	for _, part := range parts[1:] {
		s.addPart(part)
	}
	for _, v := range res.Values {
		s.Values[v.Unit] = v.Value
	}
	for _, c := range res.Config {
		s.Config = append(s.Config, Pair{c.Key, string(c.Value)})
	}
	return s
}

func (s *Sample) addPart(part string) {
	key, value, ok := strings.Cut(part, "=")
	if !ok {
		key, value = "", part
	}
	s.Keys = append(s.Keys, Pair{key, value})
}
