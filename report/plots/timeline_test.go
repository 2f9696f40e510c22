package plots

import (
	"fmt"
	"strings"
	"testing"

	"github.com/handoff-go/handoff/report/trace"
)

func exampleTimeline(t *testing.T) *trace.Timeline {
	t.Helper()
	tr, err := trace.Open("../testdata/trace.json")
	if err != nil {
		t.Fatal(err)
	}
	l, err := trace.NewTimeline(tr)
	if err != nil {
		t.Fatal(err)
	}
	return l
}

func TestGoldenTimeline(t *testing.T) {
	got, err := Timeline(exampleTimeline(t), caption).png(dpi / 2)
	if err != nil {
		t.Fatal(err)
	}
	compareImage(t, "testdata/timeline.png", got)
}

func TestTimelineSVGText(t *testing.T) {
	svg := svgOf(t, Timeline(exampleTimeline(t), caption))
	for _, label := range []string{"Workers spend 12 % of the time decoding, encoding and transferring", "send to worker 0", "receive from worker 1",
		"worker 0", "process-gob,workers=2,chunk=64: 10 ms of a run of 24 ms, 10 of its 24 chunks", "follows chunk 15 to its worker and back.", "Clocks of the processes agree within ±8.4 µs",
		"waits", "2 ms", "8 ms", "chunk 11", "wait", "transfer", "decode", "compute", "encode"} {
		if !strings.Contains(svg, label) {
			t.Errorf("timeline.svg lacks %q", label)
		}
	}
}

// Traces that real runs bring and pretty ones do not.
func TestOddTimelines(t *testing.T) {
	lane := func(name string, kind trace.Kind, spans ...trace.Span) *trace.Lane {
		return &trace.Lane{Name: name, Kind: kind, Spans: spans}
	}
	compute := trace.Span{Phase: trace.Compute, Start: 1000, End: 1001, Items: 1}
	var many []*trace.Lane
	for i := range 64 {
		many = append(many, lane(fmt.Sprintf("send to worker %d", i), trace.Sender, trace.Span{Phase: trace.Encode, Start: 1, End: 9, Chunk: 1, Items: 1}),
			lane(fmt.Sprintf("worker %d", i), trace.Worker, compute))
	}
	for name, lanes := range map[string][]*trace.Lane{
		"one nanosecond": {lane("worker 0", trace.Worker, compute)},
		"no length":      {lane("worker 0", trace.Worker, trace.Span{Phase: trace.Compute, Start: 7, End: 7, Items: 1})},
		"an hour":        {lane("worker 0", trace.Worker, trace.Span{Phase: trace.Compute, Start: 0, End: 3600e9, Items: 1 << 30})},
		"64 workers":     many,
		"a lost worker":  {lane("worker 0", trace.Worker, compute), {Name: "worker 1", Kind: trace.Worker, Process: trace.Process{Name: "worker 1 (pid 7)", Lost: "signal: killed"}}},
	} {
		t.Run(name, func(t *testing.T) {
			l, err := trace.NewTimeline(&trace.Trace{Spec: "goroutines", Lanes: lanes})
			if err != nil {
				t.Fatal(err)
			}
			svg := svgOf(t, Timeline(l, caption))
			if name == "64 workers" && (strings.Contains(svg, "worker 4<") || !strings.Contains(svg, "Shown are 4 of 64 workers")) {
				t.Error("all of 64 workers are drawn, or it is not said that they are not")
			}
			if name == "a lost worker" && !strings.Contains(svg, "The events of worker 1 (pid 7) are lost: signal: killed.") {
				t.Error("the loss is not said")
			}
		})
	}
}
