package record

import (
	"bufio"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// sifted is what a file says: the lines for benchfmt, and what they cannot say.
type sifted struct {
	lines    []line
	missing  []Missing
	failures []Failure
	unread   []Unread
}

// sifter goes through the lines of a file. It puts results together that a benchmark's own
// output has torn apart, keeps in mind which benchmarks were begun, and takes away what
// only looks like a line of the format.
type sifter struct {
	sifted
	pkg     string
	begun   *begun            // a name that has no result yet
	named   []Missing         // names on lines of their own, as go test -v prints them
	results map[[2]string]int // by package and name, those of the benchmarks above among them
}

// begun is a benchmark's name with something else than its result behind it.
type begun struct {
	Missing
	name string // as it stands on the line
	bare bool   // there is nothing else on the line
}

// sift reads all lines of a file.
func sift(lines []line) sifted {
	s := sifter{results: map[[2]string]int{}}
	for _, l := range lines {
		l.text = s.readable(l.number, s.line(l))
		s.lines = append(s.lines, l)
	}
	s.giveUp()
	s.moveTorn()
	told := map[[2]string]bool{}
	for _, m := range s.missing {
		told[[2]string{m.Package, m.Name}] = true
	}
	for _, m := range s.named {
		if key := [2]string{m.Package, m.Name}; s.results[key] == 0 && !told[key] {
			told[key] = true
			s.missing = append(s.missing, m)
		}
	}
	return s.sifted
}

// readable takes away what benchfmt cannot read: it would end there.
func (s *sifter) readable(number int, text string) string {
	why := ""
	switch {
	case strings.Contains(text, "\x00"):
		why = zeroInLine
	case len(text) >= bufio.MaxScanTokenSize:
		why = fmt.Sprintf("line of %d bytes, want at most %d", len(text), bufio.MaxScanTokenSize-1)
	default:
		return text
	}
	s.unread = append(s.unread, Unread{number, text, why, strings.Contains(text, "Benchmark")})
	return ""
}

// zeroInLine says why a line of something binary is not read.
const zeroInLine = "it has a zero byte"

// moveTorn makes lines that are not counted of those names without a result of which other
// lines have one, and of what was a result until a number of it was damaged.
func (s *sifter) moveTorn() {
	s.missing = slices.DeleteFunc(s.missing, func(m Missing) bool {
		text := "Benchmark" + m.Name + " " + m.Why
		number := damagedNumber(m.Why)
		switch {
		case number != "":
			s.unread = append(s.unread, Unread{m.Line, text, fmt.Sprintf("%q is no number", number), true})
		case m.torn && s.results[[2]string{m.Package, m.Name}] > 0:
			s.unread = append(s.unread, Unread{m.Line, text, "it holds no result", false})
		default:
			return false
		}
		return true
	})
}

// damagedNumber returns what stands where a result has its first value: a count, that, and
// a unit; "" where the line cannot have been a result.
func damagedNumber(rest string) string {
	fields := strings.Fields(rest)
	if len(fields) < 2 {
		return ""
	}
	if _, err := strconv.Atoi(fields[0]); err != nil {
		return ""
	}
	if strings.Contains(fields[1], "/") { // the value is not there at all
		return fields[1]
	}
	if len(fields) > 2 && strings.Contains(fields[2], "/") {
		return fields[1]
	}
	return ""
}

// line takes in a line, and returns what of it is for benchfmt: "" for nothing.
func (s *sifter) line(l line) string {
	if strings.HasPrefix(l.text, "Benchmark") {
		return s.benchmark(l.number, l.text)
	}
	l.text = strings.TrimRight(l.text, " \t") // names of CPUs end in blanks, and editors take them away
	if pkg, ok := strings.CutPrefix(l.text, packageKey+":"); ok {
		s.pkg = strings.TrimSpace(pkg)
		return l.text
	}
	if s.verdict(l.number, l.text) {
		return ""
	}
	if tail := resultAtEnd(l.text); tail != "" && !within.MatchString(l.text) {
		return s.tail(l.number, tail)
	}
	if within.MatchString(l.text) && !strings.HasPrefix(l.text, "# ") {
		why := notAtBeginning
		if !strings.Contains(l.text, "|") { // what a build puts before each line, and no table
			why += " (sed 's/^.*Benchmark/Benchmark/' would put it there)"
		}
		s.unread = append(s.unread, Unread{l.number, strings.TrimSpace(l.text), why, false})
		return ""
	}
	return l.text
}

// notAtBeginning says why a result behind other text is not read.
const notAtBeginning = "it does not stand at the beginning of its line"

var (
	// number is a measurement. What a benchmark prints is rarely one.
	number = regexp.MustCompile(`^[-+]?(?:\d[\d.]*|\.\d+)(?:[eE][-+]?\d+)?$|^[-+]?(?:[nN]a[nN]|[iI]nf)$`)

	// atEnd is a result without its name, as package testing prints it in one piece: the
	// iterations, a tab, and values with their units.
	atEnd = regexp.MustCompile(`(?:^|\D)(\d+\t *(?:[-+]?[\d.]+(?:[eE][-+]?\d+)?|NaN|[-+]?Inf) [^\s\d]\S*(?:\t *(?:[-+]?[\d.]+(?:[eE][-+]?\d+)?|NaN|[-+]?Inf) [^\s\d]\S*)*)\s*$`)

	// within is a whole result behind other text, such as in a table of Markdown.
	within = regexp.MustCompile(`Benchmark[A-Z0-9_][^\s|]*[\s|]+\d+[\s|]+[\d.]+[\s|]*[^\s|\d]+/`)

	// running are the lines of go test -v that name a benchmark.
	running = regexp.MustCompile(`^=== RUN +Benchmark(\S+)$`)
)

// resultAtEnd returns the result without a name that a line ends with, "" for none.
func resultAtEnd(text string) string {
	if !strings.Contains(text, "\t") {
		return ""
	}
	if m := atEnd.FindStringSubmatch(text); m != nil {
		return m[1]
	}
	return ""
}

// benchmark takes a line that begins with "Benchmark".
func (s *sifter) benchmark(number int, text string) string {
	name, rest := text, ""
	if i := strings.IndexAny(text, " \t"); i >= 0 {
		name, rest = text[:i], text[i:]
	}
	switch {
	case isResult(rest):
		s.giveUp()
		s.count(name)
		return text
	case isProse(name):
		return ""
	}
	s.giveUp()
	if before, _, tab := strings.Cut(rest, "\t"); tab && strings.TrimSpace(before) != "" && resultAtEnd(rest) != "" {
		s.unread = append(s.unread, Unread{number, text, "there is more than a name before its tab (go test writes _ for a blank in a name)", true})
		return ""
	}
	if tail := resultAtEnd(rest); tail != "" {
		s.count(name)
		return name + "\t" + tail
	}
	m := Missing{Line: number, Package: s.pkg, Name: strings.TrimPrefix(name, "Benchmark"), Why: strings.TrimSpace(rest), torn: true}
	if rest == "" {
		s.named = append(s.named, m)
	}
	s.begun = &begun{m, name, rest == ""}
	s.verdict(number, m.Why)
	return ""
}

// isResult reports whether the rest of a line is a result, be it a damaged one: a count, and
// a value behind it. benchfmt says what is wrong with it.
func isResult(rest string) bool {
	fields := strings.Fields(rest)
	if len(fields) == 0 {
		return false
	}
	if _, err := strconv.Atoi(fields[0]); err == nil {
		return len(fields) == 1 || number.MatchString(fields[1])
	}
	return fields[0][0] >= '0' && fields[0][0] <= '9' && len(fields) == 3 && number.MatchString(fields[1]) && strings.Contains(fields[2], "/")
}

// isProse reports whether a word only looks like the name of a benchmark: "Benchmarks", or
// "BenchmarkSort:". A function's name goes on with anything but a small letter.
func isProse(name string) bool {
	rest := strings.TrimPrefix(name, "Benchmark")
	return rest == "" || rest[0] >= 'a' && rest[0] <= 'z' || strings.ContainsAny(rest[len(rest)-1:], ":.,;)")
}

// tail takes a result without a name: it is that of the benchmark that was begun.
func (s *sifter) tail(number int, tail string) string {
	if s.begun == nil {
		if strings.Contains(tail, "/op") {
			s.unread = append(s.unread, Unread{number, tail, "it is a result without a name", false})
		}
		return ""
	}
	name := s.begun.name
	s.begun = nil
	s.count(name)
	return name + "\t" + tail
}

// count books a result for its benchmark and for those that it is a part of.
func (s *sifter) count(name string) {
	name = strings.TrimPrefix(name, "Benchmark")
	s.results[[2]string{s.pkg, name}]++
	plain, _ := splitProcs(name)
	for plain != "" {
		s.results[[2]string{s.pkg, plain}]++
		plain = plain[:max(0, strings.LastIndexByte(plain, '/'))]
	}
}

// giveUp books a benchmark as missing that was begun and has no result. A bare name is
// that of go test -v, which prints it again in front of the result.
func (s *sifter) giveUp() {
	if s.begun != nil && !s.begun.bare {
		s.missing = append(s.missing, s.begun.Missing)
	}
	s.begun = nil
}

// failing are the beginnings of lines that say that a run, or a package of it, failed.
var failing = []string{"panic: ", "fatal error: ", "FAIL\t", "exit status ", "signal: ", "*** Test killed", "unexpected fault address", "SIGQUIT: quit"}

// verdict takes a line by which go test says how something ended, and reports whether it
// was one.
func (s *sifter) verdict(number int, text string) bool {
	if m := running.FindStringSubmatch(text); m != nil {
		s.named = append(s.named, Missing{Line: number, Package: s.pkg, Name: m[1]})
		return true
	}
	part := strings.TrimLeft(text, " ") // those of sub-benchmarks are indented
	if name, ok := strings.CutPrefix(part, "--- FAIL: "); ok {
		name, _, _ = strings.Cut(name, " ")
		s.fail(number, part)
		if bench, ok := strings.CutPrefix(name, "Benchmark"); ok {
			s.miss(number, bench, "it failed")
		}
		return true
	}
	if name, ok := strings.CutPrefix(part, "--- SKIP: Benchmark"); ok {
		name, _, _ = strings.Cut(name, " ")
		s.miss(number, name, "it was skipped")
		return true
	}
	for _, start := range failing {
		if strings.HasPrefix(text, start) || text == "FAIL" {
			s.fail(number, text)
			return true
		}
	}
	return false
}

// miss books a benchmark that ended without a result, once.
func (s *sifter) miss(number int, name, why string) {
	plain, _ := splitProcs(name)
	if s.begun != nil {
		if was, _ := splitProcs(s.begun.Name); was == plain {
			s.begun.Why, s.begun.torn = why, false
			s.missing = append(s.missing, s.begun.Missing)
			s.begun = nil
			return
		}
	}
	s.missing = append(s.missing, Missing{Line: number, Package: s.pkg, Name: name, Why: why})
}

// fail books a failure: the first line of each package says most of it.
func (s *sifter) fail(number int, text string) {
	s.failures = append(s.failures, Failure{number, s.pkg, strings.TrimSpace(strings.ReplaceAll(text, "\t", " "))})
}
