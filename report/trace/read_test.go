package trace

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func TestRead(t *testing.T) {
	got, err := Open(examplePath)
	if err != nil {
		t.Fatal(err)
	}
	if got.Spec != "process-gob,workers=2,chunk=64" || got.Machine != "linux/amd64, 2 CPUs, go1.26" || len(got.Lanes) != 6 || len(got.Flows) != 24 {
		t.Errorf("spec %q, machine %q, %d lanes, %d flows", got.Spec, got.Machine, len(got.Lanes), len(got.Flows))
	}
	if e := got.ClockError(); e != 8400*time.Nanosecond {
		t.Errorf("clock error %v, want the larger of the two", e)
	}
	own := got.Lanes[5]
	if own.Name != "worker 1" || own.Kind != Worker || own.Process.Name != "worker 1 (pid 102)" || len(own.Spans) < 60 {
		t.Errorf("lane %q %q in %q with %d spans", own.Name, own.Kind, own.Process.Name, len(own.Spans))
	}
	if s := own.Spans[4]; s != (Span{Phase: Compute, Start: 1_300_000, End: 2_739_999, Chunk: 2, Items: 64}) {
		t.Errorf("span %+v", s)
	}
	for _, f := range got.Flows {
		for i, kind := range []Kind{Sender, Worker, Receiver} {
			if stop := f.Stops[i]; stop.Lane.Kind != kind || stop.span().Chunk != f.Chunk {
				t.Errorf("chunk %d: stop %d is in %s, span %+v", f.Chunk, i, stop.Lane.Name, stop.span())
			}
		}
	}
}

// TestFormat breaks the example in one place at a time. What breaks the published
// format, or what the file promises beyond it, must be found.
func TestFormat(t *testing.T) {
	const span = `"ts":1000.000,"dur":39.999,"name":"encode"`
	for name, c := range map[string]struct{ from, to, want string }{
		"no end":             {span, `"ts":1000.000,"name":"encode"`, "no end"},
		"negative duration":  {span, `"ts":1000.000,"dur":-1,"name":"encode"`, "no end"},
		"endless":            {span, `"ts":1000.000,"dur":1e300,"name":"encode"`, "no end"},
		"no name":            {span, `"ts":1000.000,"dur":39.999`, "no name"},
		"no time":            {span, `"dur":39.999,"name":"encode"`, "ts is missing"},
		"negative time":      {span, `"ts":-5,"dur":39.999,"name":"encode"`, "ts is missing, negative"},
		"backwards":          {span, `"ts":900,"dur":39.999,"name":"encode"`, "begins within the span before"},
		"time runs back":     {`"ts":1040.000,"dur":59.999`, `"ts":20.000,"dur":59.999`, "before that of the event before"},
		"two phases at once": {span, `"ts":1000.000,"dur":41,"name":"encode"`, "two phases at once"},
		"no track":           {`"pid":1,"tid":1,` + span, `"pid":1,` + span, "tid is missing"},
		"unknown track":      {`"pid":1,"tid":1,` + span, `"pid":1,"tid":9,` + span, "has no name"},
		"begin without end":  {`{"ph":"X","pid":1,"tid":1,` + span, `{"ph":"B","pid":1,"tid":1,` + span, `ph "B": want one of`},
		"track named twice":  {`"name":"receive from worker 0","lane":"receiver"`, `"name":"","lane":"receiver"`, "is named twice, or \"\""},
		"process not named":  {`"process_name","args":{"name":"coordinator (pid 100)"}`, `"other","args":{}`, "before its process"},
		"no such lane":       {`"lane":"sender"`, `"lane":"editor"`, `lane "editor": want worker, sender or receiver`},
		"flow without id":    {`"cat":"flow","id":1}`, `"cat":"flow"}`, "without id"},
		"flow without start": {`"ph":"s","pid":1,"tid":1,"ts":1000.000,"name":"chunk","cat":"flow","id":1}`, `"ph":"s","pid":1,"tid":1,"ts":1000.000,"name":"chunk","cat":"flow","id":999}`, "has not begun"},
		"flow without end":   {`"ph":"f","pid":1,"tid":2,"ts":2900.000`, `"ph":"t","pid":1,"tid":2,"ts":2900.000`, "flow 1 has no end"},
		"flow begins twice":  {`"ph":"t","pid":2,"tid":5,"ts":1155.000`, `"ph":"s","pid":2,"tid":5,"ts":1155.000`, "begins twice"},
		"flow not bound":     {`"id":1,"bp":"e"}`, `"id":1}`, `bp is "", not "e"`},
		"flow outside":       {`"ph":"t","pid":2,"tid":5,"ts":1155.000`, `"ph":"t","pid":2,"tid":5,"ts":1245.500`, "no span is around it"},
		"somebody else's":    {`"producer":"handoff"`, `"producer":"chrome"`, "want a trace of handoff"},
		"no object":          {`{"displayTimeUnit"`, `["displayTimeUnit"`, "where the Trace Event Format has {"},
		"no list":            {`"traceEvents":[`, `"traceEvents":{`, "where the Trace Event Format has ["},
	} {
		t.Run(name, func(t *testing.T) {
			text := exampleTrace()
			if !bytes.Contains(text, []byte(c.from)) {
				t.Fatalf("the example lacks %s", c.from)
			}
			_, err := Read(bytes.NewReader(bytes.Replace(text, []byte(c.from), []byte(c.to), 1)))
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("error %v, want it to say %q", err, c.want)
			}
		})
	}
}

func TestOpenErrors(t *testing.T) {
	dir := t.TempDir()
	whole := exampleTrace()
	for name, c := range map[string]struct{ text, want string }{
		"empty.json": {"", "the file ends before the trace does"},
		"cut.json":   {string(whole[:len(whole)/2]), "the file ends before the trace does"},
		"none.json":  {`{"otherData":{"producer":"handoff"},"traceEvents":[]}`, "no events"},
		"text.json":  {"BenchmarkX 1 2 ns/op", "invalid character"},
	} {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(c.text), 0o644); err != nil {
			t.Fatal(err)
		}
		if _, err := Open(path); err == nil || !strings.HasPrefix(err.Error(), path+": ") || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: error %v, want one that says %q", name, err, c.want)
		}
	}
	missing := filepath.Join(dir, "missing.json")
	if _, err := Open(missing); err == nil || !strings.HasPrefix(err.Error(), missing+": no such") {
		t.Errorf("error %v", err)
	}
}
