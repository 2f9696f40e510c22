package record

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"

	"golang.org/x/perf/benchfmt"
	"golang.org/x/perf/benchunit"
)

// Missing is a benchmark that the file names but has no result of.
type Missing struct {
	Line          int
	Package, Name string // "" for a package that is not said; as it was printed
	Why           string // what stands in the result's place, "" if nothing does
	torn          bool   // Why is the rest of the line, and no verdict of go test
}

// Failure is a line that says that the run, or a part of it, failed.
type Failure struct {
	Line    int
	Package string
	What    string
}

// Unread is a line that looks like a benchmark line and was not taken for one.
type Unread struct {
	Line      int
	Text, Why string
	Damaged   bool // a result, or what may have held one, that cannot be read any more
}

// BadMetric is a metric of a cell of which some sample has a value that no benchmark
// measures: all samples of the cell go without it.
type BadMetric struct {
	ID      ID
	Metric  string // as it is printed
	Line    int    // of the first such value
	Value   float64
	Samples int // that have such a value
}

// Doubled is a metric that stands on one line more than once: the first value counts.
type Doubled struct {
	Line   int
	Metric string
}

// CheckValue refuses what no benchmark measures: a value that is no number, infinite or
// negative. The error says what is wrong with it, and not where.
func CheckValue(v float64) error {
	switch {
	case math.IsNaN(v):
		return fmt.Errorf("%v is no number", v)
	case math.IsInf(v, 0):
		return fmt.Errorf("%v is not finite", v)
	case v < 0:
		return fmt.Errorf("%v is negative", v)
	}
	return nil
}

// printed is a value as it stands on its line.
func printed(v benchfmt.Value) (float64, string) {
	if v.OrigUnit != "" {
		return v.OrigValue, v.OrigUnit
	}
	return v.Value, v.Unit
}

// tidied is a value in the unit of its kind: seconds for nanoseconds, bytes for megabytes.
// benchfmt leaves the unit of a zero as it is.
func tidied(v benchfmt.Value) (float64, string) { return benchunit.Tidy(v.Value, v.Unit) }

// Failure says in one line that the run failed, and what with; "" if it did not.
func (r *Run) Failure() string {
	if len(r.Failures) == 0 {
		return ""
	}
	first := slices.MinFunc(r.Failures, func(a, b Failure) int { return cmp.Or(a.telling()-b.telling(), a.Line-b.Line) })
	return fmt.Sprintf("THE RUN FAILED, and is not complete (%s:%d: %s)", r.Path, first.Line, first.What)
}

// telling is small for lines that say much.
func (f Failure) telling() int {
	for i, start := range []string{"panic:", "fatal error:", "--- FAIL: Benchmark", "--- FAIL", "signal:", "***"} {
		if strings.HasPrefix(f.What, start) {
			return i
		}
	}
	return 99
}

// Troubles says, a line each, what is wrong with the file and what of it is not in the
// samples: nothing is left out in silence.
func (r *Run) Troubles() []string {
	var all []string
	if failed := r.Failure(); failed != "" {
		all = append(all, failed)
	}
	for _, text := range r.Unmeasured {
		all = append(all, "FAILED, not measured or not to the end: "+text)
	}
	for _, text := range r.Aside {
		all = append(all, "left out of the run: "+text)
	}
	if n := len(r.Missing); n > 0 {
		all = append(all, fmt.Sprintf("%s: no result of %s: %s", r.Path, counted(n, "benchmark"), list(r.Missing, Missing.String)))
	}
	if n := len(r.BadMetrics); n > 0 {
		all = append(all, fmt.Sprintf("%s: left out, for no benchmark measures that: %s", r.Path, list(r.BadMetrics, BadMetric.String)))
	}
	if n := len(r.Doubled); n > 0 {
		all = append(all, fmt.Sprintf("%s: a metric stands twice on a line, and the first value counts: %s", r.Path, list(r.Doubled, func(d Doubled) string {
			return fmt.Sprintf("%s (line %d)", d.Metric, d.Line)
		})))
	}
	if n := len(r.Unread); n > 0 {
		all = append(all, fmt.Sprintf("%s: %s not counted: %s", r.Path, counted(n, "line"), list(r.Unread, Unread.String)))
	}
	return all
}

// Damaged says in one line which results are in the file and cannot be read; "" if there
// are none. A report goes on without them, a verdict must not pass over them.
func (r *Run) Damaged() string {
	var all []Unread
	for _, u := range r.Unread {
		if u.Damaged {
			all = append(all, u)
		}
	}
	if len(all) == 0 {
		return ""
	}
	return fmt.Sprintf("%s: %s damaged, take the samples again: %s", r.Path, counted(len(all), "line"), list(all, Unread.String))
}

func counted(n int, noun string) string {
	if n != 1 {
		noun += "s"
	}
	return fmt.Sprintf("%d %s", n, noun)
}

// list names what there is, up to a number that somebody may read.
func list[T any](all []T, say func(T) string) string {
	const most = 50
	var said []string
	for _, v := range all[:min(len(all), most)] {
		said = append(said, say(v))
	}
	if len(all) > most {
		said = append(said, fmt.Sprintf("and %d more", len(all)-most))
	}
	return strings.Join(said, "; ")
}

func (m Missing) String() string {
	name := m.Name
	if m.Package != "" {
		name = m.Package + ": " + name
	}
	if m.Why == "" {
		return fmt.Sprintf("%s (line %d)", name, m.Line)
	}
	return fmt.Sprintf("%s (line %d: %s)", name, m.Line, short(m.Why))
}

func (l BadMetric) String() string {
	more := ""
	if l.Samples > 1 {
		more = fmt.Sprintf(" and in %d more samples", l.Samples-1)
	}
	return fmt.Sprintf("%s of %s (%v in line %d%s)", l.Metric, l.ID, l.Value, l.Line, more)
}

func (u Unread) String() string { return fmt.Sprintf("line %d, %q: %s", u.Line, short(u.Text), u.Why) }

// short cuts what is too long to be quoted.
func short(text string) string {
	const most = 80
	if runes := []rune(text); len(runes) > most {
		return string(runes[:most]) + "…"
	}
	return text
}
