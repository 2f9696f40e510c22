package strategies

import (
	"bufio"
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"runtime"
	"slices"
	"strconv"
	"time"
)

// The Trace Event Format: an object whose traceEvents are one event a line here.
// Metadata name processes and lanes, and then come, in the order of their times,
// complete events (X), one a span, and flows (s, t, f), each of which touches the
// span that begins when it is. Times are microseconds.
//
// Note: spans are written a nanosecond short. Viewers cut times off after the
// nanosecond, each by itself, and take spans that overlap by one for an error.

// traceRecord is a line to write: a span, or a flow's stop there.
type traceRecord struct {
	at   int64
	lane *traceLane
	span int
	flow *traceFlow // nil: the span itself
	stop int
}

// records are all of them in order: a span before what touches it.
func (v *traceView) records() []traceRecord {
	all := make([]traceRecord, 0, int(v.summary.Events)+3*len(v.flows))
	for _, l := range v.lanes {
		for i, s := range l.spans {
			all = append(all, traceRecord{at: s.start, lane: l, span: i})
		}
	}
	for i := range v.flows {
		for k, s := range v.flows[i].stops {
			all = append(all, traceRecord{at: s.at(), lane: s.lane, span: s.span, flow: &v.flows[i], stop: k})
		}
	}
	slices.SortStableFunc(all, func(a, b traceRecord) int { return cmp.Compare(a.at, b.at) })
	return all
}

// writeTo writes the file.
func (v *traceView) writeTo(to io.Writer) (int64, error) {
	w := &traceWriter{out: bufio.NewWriterSize(to, 1<<16)}
	w.text(`{"displayTimeUnit":"ns","otherData":`)
	w.value(map[string]any{
		"producer": "handoff", "spec": v.spec.String(), "machine": machine(), "cpus": runtime.NumCPU(), "dropped": v.summary.Dropped,
		"clock_error_ns": v.summary.ClockError.Nanoseconds(),
	})
	w.text(`,"traceEvents":[`)
	for _, p := range v.processes {
		w.process(p)
	}
	numbers := map[*traceLane]int{}
	for i, l := range v.lanes {
		numbers[l] = i + 1
		w.lane(l, i+1)
	}
	for _, r := range v.records() {
		w.record(r, numbers[r.lane])
	}
	w.text("\n]}\n")
	if w.err == nil {
		w.err = w.out.Flush()
	}
	return w.n, w.err
}

// machine says where this was.
func machine() string {
	cpus := "1 CPU"
	if n := runtime.NumCPU(); n != 1 {
		cpus = fmt.Sprintf("%d CPUs", n)
	}
	return fmt.Sprintf("%s/%s, %s, %s", runtime.GOOS, runtime.GOARCH, cpus, runtime.Version())
}

// traceWriter writes and keeps the first error.
type traceWriter struct {
	out  *bufio.Writer
	line []byte
	some bool // an event was written
	n    int64
	err  error
}

func (w *traceWriter) write(b []byte) {
	if w.err == nil {
		var n int
		n, w.err = w.out.Write(b)
		w.n += int64(n)
	}
}

func (w *traceWriter) text(s string) { w.write([]byte(s)) }

func (w *traceWriter) value(v any) {
	b, err := json.Marshal(v)
	if err != nil {
		panic(err) // strings and numbers only
	}
	w.write(b)
}

// metadata writes an event that describes a process or a lane.
func (w *traceWriter) metadata(process, lane int, name string, args map[string]any) {
	w.begin()
	w.write(w.line)
	w.value(map[string]any{"ph": "M", "pid": process, "tid": lane, "name": name, "args": args})
}

// begin begins an event's line.
func (w *traceWriter) begin() {
	w.line = append(w.line[:0], ",\n"...)
	if !w.some {
		w.line, w.some = w.line[1:], true
	}
}

func (w *traceWriter) process(p *traceProcess) {
	args := map[string]any{"name": p.name, "clock_error_ns": p.off.Nanoseconds()}
	label := ""
	switch {
	case p.lost != "":
		args["lost"] = p.lost
		label = "lost: " + p.lost
	case p.off > 0:
		label = fmt.Sprintf("clock ±%v", p.off.Round(time.Microsecond/10))
	}
	w.metadata(p.number, 0, "process_name", args)
	w.metadata(p.number, 0, "process_sort_index", map[string]any{"sort_index": p.number})
	if label != "" {
		w.metadata(p.number, 0, "process_labels", map[string]any{"labels": label})
	}
}

func (w *traceWriter) lane(l *traceLane, number int) {
	w.metadata(l.of.number, number, "thread_name", map[string]any{"name": l.name, "lane": l.kind.String(), "worker": l.worker})
	w.metadata(l.of.number, number, "thread_sort_index", map[string]any{"sort_index": number})
}

// record writes a span or a stop of a flow.
func (w *traceWriter) record(r traceRecord, lane int) {
	s := r.lane.spans[r.span]
	w.begin()
	w.string(`{"ph":"`).string(r.ph()).string(`","pid":`).number(int64(r.lane.of.number)).string(`,"tid":`).number(int64(lane))
	w.string(`,"ts":`).micros(r.at)
	if r.flow == nil {
		w.string(`,"dur":`).micros(s.end - s.start - 1)
		w.string(`,"name":"`).string(phaseLabels[s.phase]).string(`","cat":"`).string(r.lane.kind.String())
		w.string(`"`).args(s)
	} else {
		w.string(`,"name":"chunk","cat":"flow","id":`).number(int64(r.flow.chunk))
		if r.ph() == "f" {
			w.string(`,"bp":"e"`)
		}
	}
	w.string("}")
	w.write(w.line)
}

// ph is the record's kind in the format.
func (r traceRecord) ph() string {
	switch {
	case r.flow == nil:
		return "X"
	case r.stop == 0:
		return "s"
	case r.stop == len(r.flow.stops)-1:
		return "f"
	}
	return "t"
}

// args are what is said of the span's chunk, if it has one.
func (w *traceWriter) args(s traceSpan) {
	switch {
	case s.chunk != 0:
		w.string(`,"args":{"chunk":`).number(int64(s.chunk)).string(`,"items":`).number(int64(s.items)).string("}")
	case s.items != 0:
		w.string(`,"args":{"items":`).number(int64(s.items)).string("}")
	}
}

func (w *traceWriter) string(s string) *traceWriter {
	w.line = append(w.line, s...)
	return w
}

func (w *traceWriter) number(n int64) *traceWriter {
	w.line = strconv.AppendInt(w.line, n, 10)
	return w
}

// micros writes nanoseconds as microseconds, exactly.
func (w *traceWriter) micros(ns int64) *traceWriter {
	w.line = strconv.AppendInt(w.line, ns/1000, 10)
	rest := 1000 + ns%1000
	w.line = append(w.line, '.')
	w.line = append(w.line, strconv.FormatInt(rest, 10)[1:]...)
	return w
}
