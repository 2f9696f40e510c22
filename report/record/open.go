package record

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"slices"
	"strings"

	"golang.org/x/perf/benchfmt"
)

// FileName is the file that holds a run's samples inside the run's folder.
const FileName = "bench.txt"

// maxSize is far above any run (a full suite is a few megabytes) and keeps a
// mistaken path to a disk image from filling the memory.
const maxSize = 256 << 20

// maxLines is as many as a file of maxSize has where they are as short as results can be:
// empty ones take far more memory than they have bytes.
const maxLines = 8 << 20

// Open reads a run from its folder, from any file in the Go benchmark format, which may be
// a pipe, or from standard input, which is spelt "-".
// Its errors name the file, and the line where there is one.
func Open(path string) (*Run, error) {
	path, text, err := read(path)
	if err != nil {
		return nil, err
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

// Parse reads a run from the bytes of a file; path is used in errors only. The same errors
// come as from [Open].
func Parse(path string, data []byte) (*Run, error) {
	text, err := decode(path, data)
	if err != nil {
		return nil, err
	}
	if strings.TrimSpace(strings.Trim(text, bom)) == "" {
		return nil, fmt.Errorf("%s: empty file, want Go benchmark output", path)
	}
	if n := strings.Count(text, "\n"); n > maxLines {
		return nil, fmt.Errorf("%s: %d lines, want at most %d of Go benchmark output: split it, or choose the lines that you want (grep ^Benchmark)", path, n, maxLines)
	}
	lines, open := linesOf(text), !strings.HasSuffix(text, "\n")
	var damaged []Unread
	if isJSON(lines) {
		lines, open, damaged = fromJSON(lines)
	}
	found := sift(lines)
	p := &parser{path: path, lines: found.lines, open: open, marks: newMarks(), samples: newSamples(), badMetrics: map[ID]map[string]*BadMetric{}}
	p.run.Failures, p.run.Missing, p.run.Unread = found.failures, found.missing, slices.Concat(damaged, found.unread)
	return p.parse()
}

// parser walks the lines twice in step: benchfmt over the results, and its own
// cursor over the comment lines that benchfmt skips.
type parser struct {
	path       string
	lines      []line
	open       bool // the last line was not ended
	next       int  // first line not yet given to marks
	marks      *marks
	samples    samples
	run        Run
	badMetrics map[ID]map[string]*BadMetric // by cell and tidied unit
	lostRound  bool                         // the mark of the round is damaged
}

func (p *parser) parse() (*Run, error) {
	reader := benchfmt.NewReader(p.reader(), p.path)
	p.run.Samples = make([]Sample, 0, p.results())
	for reader.Scan() {
		switch rec := reader.Result().(type) {
		case *benchfmt.SyntaxError:
			p.syntaxError(rec)
		case *benchfmt.Result:
			p.result(rec)
		}
	}
	if err := reader.Err(); err != nil {
		return nil, err
	}
	p.marksUpTo(len(p.lines))
	slices.SortStableFunc(p.run.Unread, func(a, b Unread) int { return a.Line - b.Line })
	p.run.Path, p.run.Marks, p.run.Mixed = p.path, p.marks.run, p.marks.mixed
	if len(p.run.Samples) == 0 {
		return nil, p.nothing()
	}
	p.run.Unmeasured, p.run.Aside, p.run.Lone = p.marks.failed, p.marks.leftOut, p.marks.lone
	p.run.Units = reader.Units()
	p.leaveOut()
	p.run.markPressed()
	return &p.run, nil
}

// results is how many lines look like results.
func (p *parser) results() int {
	n := 0
	for _, l := range p.lines {
		if strings.HasPrefix(l.text, "Benchmark") {
			n++
		}
	}
	return n
}

// reader returns the lines that are left, as many as there were.
func (p *parser) reader() io.Reader {
	var text strings.Builder
	size := 0
	for _, l := range p.lines {
		size += len(l.text) + 1
	}
	text.Grow(size)
	for _, l := range p.lines {
		text.WriteString(l.text)
		text.WriteByte('\n')
	}
	return strings.NewReader(text.String())
}

// nothing says why there are no samples.
func (p *parser) nothing() error {
	const want = "want lines such as \"BenchmarkX-2 100 250 ns/op\""
	switch {
	case len(p.run.Unread) > 0 && p.run.Unread[0].Why == zeroInLine:
		return zeroByte(p.path, p.run.Unread[0].Line)
	case len(p.run.Unread) > 0:
		u := p.run.Unread[0]
		if u.Damaged {
			return fmt.Errorf("%s:%d: %s, in %q: no benchmark lines are left (%s)", p.path, u.Line, u.Why, short(u.Text), want)
		}
		return fmt.Errorf("%s:%d: no benchmark lines: %q is none, for %s (%s)", p.path, u.Line, short(u.Text), u.Why, want)
	case len(p.run.Failures) > 0:
		return fmt.Errorf("%s: no benchmark lines: %s", p.path, p.run.Failure())
	case len(p.run.Missing) > 0:
		m := p.run.Missing[0]
		return fmt.Errorf("%s:%d: no benchmark lines: no result of %s (%s)", p.path, m.Line, m, want)
	}
	for _, l := range p.lines {
		if strings.Contains(l.text, "± ") {
			return fmt.Errorf("%s:%d: no benchmark lines: a table of benchstat's holds no samples (%s)", p.path, l.number, want)
		}
	}
	return fmt.Errorf("%s: no benchmark lines (%s)", p.path, want)
}

func (p *parser) marksUpTo(line int) {
	for ; p.next < line; p.next++ {
		l := p.lines[p.next]
		key, err := p.marks.take(l.text)
		if err != nil {
			p.damaged(l.number, l.text, err.Error())
		}
		if key == roundMark {
			p.lostRound = err != nil
		}
	}
}

// damaged books a line that cannot be read: it costs itself, and is named.
func (p *parser) damaged(number int, text, why string) {
	p.run.Unread = append(p.run.Unread, Unread{number, text, why, true})
}

// cutLine is what is wrong with the last line of a file that was cut.
const cutLine = "the file ends in the middle of this line (no newline)"

// syntaxError books a damaged line.
func (p *parser) syntaxError(err *benchfmt.SyntaxError) {
	l, why := p.lines[err.Line-1], err.Msg
	if p.cut(err.Line) {
		why = cutLine
	}
	p.damaged(l.number, l.text, why)
}

// cut reports whether the file may end in the middle of a line.
func (p *parser) cut(at int) bool {
	if !p.open {
		return false
	}
	last := len(p.lines)
	for last > 0 && p.lines[last-1].text == "" {
		last--
	}
	return at == last
}

// result takes in a benchmark line. The last one of a file may have lost its end, which
// can look whole ("12 ns/op" of "12 ns/op 16 B/op"): it has to be as the others are.
func (p *parser) result(res *benchfmt.Result) {
	_, at := res.Pos()
	p.marksUpTo(at)
	switch l := p.lines[at-1]; {
	case p.cut(at) && !p.likeOthers(res):
		p.damaged(l.number, l.text, cutLine)
		return
	case p.lostRound:
		p.damaged(l.number, l.text, "the mark of its round is damaged")
		return
	}
	s := p.samples.of(res)
	s.Line, s.Round, s.Pressure = p.lines[at-1].number, p.marks.round, p.marks.pressure
	if len(p.marks.failed) > 0 {
		p.marks.measured(s.ID)
	}
	for _, v := range res.Values {
		p.value(&s, v)
	}
	p.run.Samples = append(p.run.Samples, s)
}

// likeOthers reports whether a line has the units of another one of its cell or, where
// there is none, ends with a unit of package testing.
func (p *parser) likeOthers(res *benchfmt.Result) bool {
	id, other := Identify(res), -1
	for i, s := range p.run.Samples {
		if s.ID == id {
			other = i
		}
	}
	if other < 0 {
		_, unit := printed(res.Values[len(res.Values)-1])
		return slices.Contains([]string{"ns/op", "MB/s", "B/op", "allocs/op"}, unit)
	}
	units := map[string]bool{}
	for _, v := range res.Values {
		_, unit := tidied(v)
		units[unit] = true
	}
	same := len(units) == len(p.run.Samples[other].Values)
	for unit := range p.run.Samples[other].Values {
		same = same && units[unit]
	}
	return same
}

// value takes in one value of a sample.
func (p *parser) value(s *Sample, v benchfmt.Value) {
	value, unit := tidied(v)
	if _, twice := s.Values[unit]; twice {
		_, as := printed(v)
		p.run.Doubled = append(p.run.Doubled, Doubled{s.Line, as})
		return
	}
	s.Values[unit] = value
	if unit != v.Unit {
		if s.Untidied == nil {
			s.Untidied = map[string]string{}
		}
		s.Untidied[unit] = v.Unit
	}
	raw, as := printed(v)
	if CheckValue(raw) == nil {
		return
	}
	if p.badMetrics[s.ID] == nil {
		p.badMetrics[s.ID] = map[string]*BadMetric{}
	}
	if p.badMetrics[s.ID][unit] == nil {
		p.badMetrics[s.ID][unit] = &BadMetric{ID: s.ID, Metric: as, Line: s.Line, Value: raw}
	}
	p.badMetrics[s.ID][unit].Samples++
}

// leaveOut takes a metric from all samples of a cell of which one cannot be right.
func (p *parser) leaveOut() {
	for _, s := range p.run.Samples {
		for unit := range p.badMetrics[s.ID] {
			delete(s.Values, unit)
		}
	}
	for _, units := range p.badMetrics {
		for _, l := range units {
			p.run.BadMetrics = append(p.run.BadMetrics, *l)
		}
	}
	slices.SortFunc(p.run.BadMetrics, func(a, b BadMetric) int { return cmp.Or(a.Line-b.Line, strings.Compare(a.Metric, b.Metric)) })
}
