package runner

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"golang.org/x/perf/benchfmt"
)

// sample is what one process measured.
type sample struct {
	line     string            // the benchmark line as it was printed
	iters    int               // of its loop
	op       time.Duration     // its ns/op, 0 where there is none
	config   map[string]string // config lines in force at that line
	units    []string          // Unit lines, as printed
	pressure int64             // microseconds, -1 where the system does not say
}

// SampleError tells which sample failed and how. The samples recorded before it
// stay.
type SampleError struct {
	Side  string // base or head, "" where there is but one
	Cell  string
	Round int
	Err   error
	Tail  string // the end of what the process printed
}

func (e *SampleError) Error() string {
	text := fmt.Sprintf("%s, round %d: %v", e.Cell, e.Round, e.Err)
	if e.Side != "" {
		text = e.Side + ": " + text
	}
	if e.Tail == "" {
		return text + "; it printed nothing"
	}
	return text + "; its output ends:\n" + indent(e.Tail)
}

func (e *SampleError) Unwrap() error { return e.Err }

// take measures one cell in a fresh process. Its error is a *SampleError, or
// the context's cause when that ended the sample.
func (s *side) take(ctx context.Context, t turn, benchtime string, timeout time.Duration) (sample, error) {
	slow := fmt.Errorf("no result after %v: give it longer with -timeout", timeout)
	limited, cancel := context.WithTimeoutCause(ctx, timeout, slow)
	defer cancel()
	b := s.build.binaries[t.cell.pkg]
	before := cpuPressure()
	e, err := b.run(limited, s.source.Env, b.arguments(exactly(t.cell.name), benchtime, s.flags...)...)
	after := cpuPressure()
	if ctx.Err() != nil {
		return sample{}, context.Cause(ctx)
	}
	var got sample
	if err == nil {
		got, err = parseSample(e.stdout, t.cell.name+procsSuffix(b.procs))
	}
	if err != nil {
		return sample{}, &SampleError{s.label, t.cell.name, t.round, err, e.tail}
	}
	if s.label != "" {
		got.addCPU(e.cpu)
	}
	got.pressure = -1
	if before >= 0 && after >= before {
		got.pressure = after - before
	}
	return got, nil
}

// parseSample finds the one benchmark line that there must be. A second one
// would mean that the process has measured more than its cell.
func parseSample(out []byte, name string) (sample, error) {
	var s sample
	lines := strings.Split(string(out), "\n")
	reader := benchfmt.NewReader(bytes.NewReader(out), "stdout")
	for reader.Scan() {
		switch rec := reader.Result().(type) {
		case *benchfmt.Result:
			if got := "Benchmark" + rec.Name.String(); got != name || s.line != "" {
				return s, fmt.Errorf("it printed a result of %s, want one of %s and no other", got, name)
			}
			_, at := rec.Pos()
			s.line = strings.TrimRight(lines[at-1], "\r")
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

// cpuUnit is CPU time of the whole process, its start and its set-up included, by
// iterations of its loop. It says less of a benchmark than its own figures, but it
// is steadier than time where other programs run.
const cpuUnit = "cpu-ns/op"

// addCPU puts the CPU time of the process behind what it printed, unless it has
// counted for itself.
func (s *sample) addCPU(cpu time.Duration) {
	if per := float64(cpu.Nanoseconds()) / float64(s.iters); per > 0 && !strings.Contains(s.line, " "+cpuUnit) {
		s.line += fmt.Sprintf("\t%.6g %s", per, cpuUnit)
	}
}

func (s *sample) fill(rec *benchfmt.Result) {
	s.iters = rec.Iters
	s.config = map[string]string{}
	for _, c := range rec.Config {
		s.config[c.Key] = string(c.Value)
	}
	if sec, ok := rec.Value("sec/op"); ok {
		s.op = time.Duration(sec * float64(time.Second))
	}
}
