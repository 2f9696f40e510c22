package runner

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"maps"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"golang.org/x/perf/benchfmt"
)

// longestLine is what the format's reader takes; what a benchmark prints may be longer.
const longestLine = 60_000

// figures are what follows the number of iterations in a result.
const figures = `(?:\t *[-+]?(?:Inf|NaN|[0-9.]+(?:e[-+]?[0-9]+)?) [^\s]+)+`

var anyResult = regexp.MustCompile(`([0-9]+)(` + figures + `)[ \r]*(?:\n|$)`)

// parseSample finds the one result that there must be. What the benchmark printed
// itself may stand between its name and its figures, with or without an end of line. n
// is the number of iterations, 0 where the benchmark was to find it. A second result
// would mean that the process has measured more than its cell.
func parseSample(out []byte, name string, n int) (sample, error) {
	var s sample
	before, line, after := findResult(string(out), name, n)
	text := before + line + "\n" + after
	var lines []string
	for l := range strings.Lines(text) {
		if l = strings.TrimRight(l, "\r\n"); len(l) <= longestLine {
			lines = append(lines, l)
		}
	}
	reader := benchfmt.NewReader(strings.NewReader(strings.Join(lines, "\n")+"\n"), "stdout")
	for reader.Scan() {
		switch rec := reader.Result().(type) {
		case *benchfmt.Result:
			if got := "Benchmark" + rec.Name.String(); got != name || s.line != "" {
				return s, fmt.Errorf("it printed a result of %s, want one of %s and no other", got, name)
			}
			if err := checkFigures(rec); err != nil {
				return s, err
			}
			s.line = line
			s.fill(rec)
		case *benchfmt.UnitMetadata:
			_, at := rec.Pos() // one line may hold several records
			if line := strings.TrimSpace(lines[at-1]); !slices.Contains(s.units, line) {
				s.units = append(s.units, line)
			}
		}
	}
	if err := reader.Err(); err != nil {
		return s, err
	}
	if s.line == "" {
		return s, errors.New("it ended without a benchmark line")
	}
	return s, nil
}

// findResult puts a benchmark's name and its figures into one line. before is all that
// was printed before that, in whole lines: all there is, if there is no such line.
func findResult(out, name string, n int) (before, line, after string) {
	result := anyResult
	if n > 0 { // what was printed before may have ended in a digit
		result = regexp.MustCompile(fmt.Sprintf(`(%d)(%s)[ \r]*(?:\n|$)`, n, figures))
	}
	for at := 0; ; {
		i := strings.Index(out[at:], name)
		if i < 0 {
			return out, "", ""
		}
		start := at + i
		at = start + len(name)
		blanks := len(out[at:]) - len(strings.TrimLeft(out[at:], " "))
		if !strings.HasPrefix(out[at+blanks:], "\t") {
			continue // a longer name, or prose
		}
		from := at + blanks + 1
		if m := result.FindStringSubmatchIndex(out[from:]); m != nil {
			rest := out[from:]
			before = out[:start] + "\n" + rest[:m[0]] + "\n"
			return before, out[start:from] + fmt.Sprintf("%8s", rest[m[2]:m[3]]) + rest[m[4]:m[5]], rest[m[1]:]
		}
	}
}

// checkFigures refuses what no measurement gives.
func checkFigures(rec *benchfmt.Result) error {
	for _, v := range rec.Values {
		if math.IsNaN(v.Value) || math.IsInf(v.Value, 0) || v.Value < 0 {
			return fmt.Errorf("its metric %s is %v: want a number from 0", cmp.Or(v.OrigUnit, v.Unit), v.Value)
		}
	}
	if rec.Iters < 1 {
		return errors.New("it reports 0 iterations: b.N must stay as it is")
	}
	return nil
}

// countOf is the number in a benchtime such as 100x, 0 for a time.
func countOf(benchtime string) int {
	digits, ok := strings.CutSuffix(benchtime, "x")
	n, err := strconv.Atoi(digits)
	if !ok || err != nil {
		return 0
	}
	return n
}

// platform is configuration that the testing package prints.
var platform = []string{"goos", "goarch", "pkg", "cpu"}

// onlyConfig drops what only looks like configuration: "elapsed: 12ms", printed by a
// benchmark, would make another cell of each sample. What a package prints when it is
// listed and says again is configuration; a benchmark that knows of lists is not run
// for them, so that it is believed.
func (l *listing) onlyConfig(c cell, config map[string]string) {
	if l == nil || l.knows[c] {
		return
	}
	maps.DeleteFunc(config, func(key, value string) bool {
		return !slices.Contains(platform, key) && !l.config[key+": "+value]
	})
}

func (s *sample) fill(rec *benchfmt.Result) {
	s.iters = rec.Iters
	s.config = map[string]string{}
	for _, c := range rec.Config {
		s.config[c.Key] = string(bytes.TrimSpace(c.Value))
	}
	if sec, ok := rec.Value("sec/op"); ok {
		s.op = time.Duration(sec * float64(time.Second))
	}
}
