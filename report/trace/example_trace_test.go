package trace

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "rewrite the invented trace")

const examplePath = "../testdata/trace.json"

// example invents a trace as strategies.Trace writes it: two workers and 24
// chunks. Worker 1 gets its third chunk late and waits for it.
type example struct {
	bytes.Buffer
	lines []string // not yet in order
	times []int64
}

func (e *example) meta(pid, tid int, name, args string) {
	fmt.Fprintf(e, "{\"ph\":\"M\",\"pid\":%d,\"tid\":%d,\"name\":%q,\"args\":{%s}},\n", pid, tid, name, args)
}

func (e *example) add(at int64, format string, args ...any) {
	i := len(e.times)
	for i > 0 && e.times[i-1] > at {
		i--
	}
	e.times = append(e.times[:i], append([]int64{at}, e.times[i:]...)...)
	e.lines = append(e.lines[:i], append([]string{fmt.Sprintf(format, args...)}, e.lines[i:]...)...)
}

// span adds one of so many microseconds.
func (e *example) span(pid, tid int, at, long int64, phase string, chunk int) (end int64) {
	about := ""
	if chunk > 0 {
		about = fmt.Sprintf(`,"args":{"chunk":%d,"items":64}`, chunk)
	}
	e.add(at, `{"ph":"X","pid":%d,"tid":%d,"ts":%d.000,"dur":%d.999,"name":%q,"cat":"phase"%s}`, pid, tid, at, long-1, phase, about)
	return at + long
}

func (e *example) flow(ph string, pid, tid int, at int64, chunk int) {
	bp := ""
	if ph == "f" {
		bp = `,"bp":"e"`
	}
	e.add(at, `{"ph":%q,"pid":%d,"tid":%d,"ts":%d.000,"name":"chunk","cat":"flow","id":%d%s}`, ph, pid, tid, at, chunk, bp)
}

// exampleTrace is the whole file.
func exampleTrace() []byte {
	e := &example{}
	e.WriteString(`{"displayTimeUnit":"ns","otherData":{"producer":"handoff","spec":"process-gob,workers=2,chunk=64","machine":"linux/amd64, 2 CPUs, go1.26","cpus":2,"dropped":0},"traceEvents":[` + "\n")
	e.meta(1, 0, "process_name", `"name":"coordinator (pid 100)"`)
	for w := range 2 {
		e.meta(2+w, 0, "process_name", fmt.Sprintf(`"name":"worker %d (pid %d)","clock_error_ns":%d`, w, 101+w, 7000+1400*w))
	}
	for w := range 2 {
		e.meta(1, 1+2*w, "thread_name", fmt.Sprintf(`"name":"send to worker %d","lane":"sender"`, w))
		e.meta(1, 2+2*w, "thread_name", fmt.Sprintf(`"name":"receive from worker %d","lane":"receiver"`, w))
	}
	for w := range 2 {
		e.meta(2+w, 5+w, "thread_name", fmt.Sprintf(`"name":"worker %d","lane":"worker"`, w))
	}
	for w := range 2 {
		e.worker(w)
	}
	e.WriteString(strings.Join(e.lines, ",\n"))
	e.WriteString("\n]}\n")
	return e.Bytes()
}

// worker invents the lanes of a worker: it gets a chunk while it computes the one
// before, but for the fifth.
func (e *example) worker(w int) {
	sender, receiver, own := 1+2*w, 2+2*w, 5+w
	sent, received, free := int64(1000+50*w), int64(1000), int64(1000)
	e.span(1, sender, 0, sent, "wait", 0)
	e.span(1, receiver, 0, received, "wait", 0)
	e.span(2+w, own, 500, free-500, "wait", 0)
	for i := range 12 {
		chunk := 2*i + w + 1
		late := int64(0)
		if i%5 == 4 {
			late = 900
		}
		at := max(sent, free-400+late)
		if at > sent {
			sent = e.span(1, sender, sent, at-sent, "wait", 0)
		}
		sent = e.span(1, sender, sent, 40, "encode", chunk)
		e.flow("s", 1, sender, sent-40, chunk)
		sent = e.span(1, sender, sent, 60, "transfer", chunk)
		if sent+30 > free {
			free = e.span(2+w, own, free, sent+30-free, "wait", 0)
		}
		free = e.span(2+w, own, free, 25, "transfer", chunk)
		free = e.span(2+w, own, free, 90, "decode", chunk)
		e.flow("t", 2+w, own, free-90, chunk)
		free = e.span(2+w, own, free+5, int64(1500+100*(i%3)-60*w), "compute", chunk)
		free = e.span(2+w, own, free, 70, "encode", chunk)
		free = e.span(2+w, own, free, 45, "transfer", chunk)
		received = e.span(1, receiver, received, free+20-received, "wait", 0)
		received = e.span(1, receiver, received, 15, "transfer", chunk)
		received = e.span(1, receiver, received, 110, "decode", chunk)
		e.flow("f", 1, receiver, received-110, chunk)
		received += 20
	}
}

// The file is what the generator makes: other packages draw it.
func TestExampleTrace(t *testing.T) {
	if *update {
		if err := os.WriteFile(examplePath, exampleTrace(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile(examplePath)
	if err != nil || !bytes.Equal(got, exampleTrace()) {
		t.Errorf("%s is not what the generator makes (error: %v); go test -update writes it", examplePath, err)
	}
}
