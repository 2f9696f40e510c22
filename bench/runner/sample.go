package runner

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"
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
	Side    string // base or head, "" where there is but one
	Package string
	Cell    string
	Round   int
	Err     error
	Tail    string // the end of what the process printed
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

// reason is the error in a line, without the cell.
func (e *SampleError) reason() string {
	why := reasonOf(e.Err, e.Tail)
	if _, said, ok := strings.Cut(e.Tail, "--- FAIL: "); ok { // the name, and in the next line what for
		_, said, _ = strings.Cut(said, "\n")
		said, _, _ = strings.Cut(strings.TrimSpace(said), "\n")
		if !strings.Contains(why, "panic: ") && !strings.Contains(why, "fatal error: ") {
			why = e.Err.Error() // whatever else it has printed
		}
		why += ": " + said
	}
	text := fmt.Sprintf("round %d: %s", e.Round, why)
	if e.Side != "" {
		text = e.Side + ", " + text
	}
	return shortened(text)
}

func (e *SampleError) Unwrap() error { return e.Err }

// take measures one cell in a fresh process. Its error is a *SampleError, or
// the context's cause when that ended the sample.
func (s *side) take(ctx context.Context, t turn, benchtime string, timeout time.Duration) (sample, error) {
	limited, cancel := context.WithTimeoutCause(ctx, timeout, tooSlow(timeout))
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
		got, err = parseSample(e.stdout, t.cell.name+procsSuffix(b.procs), countOf(benchtime))
	}
	if err != nil && !strings.Contains(string(e.stdout), t.cell.name+procsSuffix(b.procs)) && strings.Contains(string(e.stdout), "PASS") {
		err = errors.New("this time there is no benchmark of that name: one whose name differs from run to run cannot be measured")
	}
	if err == nil {
		s.listing.onlyConfig(t.cell, got.config)
	}
	if err != nil {
		return sample{}, &SampleError{s.label, t.cell.pkg, t.cell.name, t.round, err, e.tail}
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
