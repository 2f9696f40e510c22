package trace

import (
	"math"
	"strings"
	"testing"
)

func exampleTimeline(t *testing.T) *Timeline {
	t.Helper()
	tr, err := Open(examplePath)
	if err != nil {
		t.Fatal(err)
	}
	l, err := NewTimeline(tr)
	if err != nil {
		t.Fatal(err)
	}
	return l
}

func TestTimeline(t *testing.T) {
	l := exampleTimeline(t)
	var names []string
	for _, r := range l.Rows {
		names = append(names, r.Name)
	}
	const want = "send to worker 0, receive from worker 0, send to worker 1, receive from worker 1, worker 0, worker 1"
	if got := strings.Join(names, ", "); got != want {
		t.Errorf("rows %s, want %s", got, want)
	}
	if l.Begin != 1_000_000 || l.Chunks != 24 || l.Workers != 2 {
		t.Errorf("the run begins at %d and has %d chunks by %d workers; the wait for the first chunk is no part of it", l.Begin, l.Chunks, l.Workers)
	}
	for _, r := range l.Rows {
		sum := 0.0
		for _, part := range r.Share {
			sum += part
		}
		if sum > 1 || sum < 0.85 {
			t.Errorf("%s: the phases are %v of the run", r.Name, sum)
		}
	}
	// By hand: of worker 0, the first wait is 130 of the run's µs, the others are
	// those for its chunks 5 and 10, which come late.
	waits := l.Rows[4].Share[Wait] * float64(l.End-l.Begin)
	if math.Abs(waits-(130+630+630)*1e3) > 10 {
		t.Errorf("worker 0 waits for %.0f ns", waits)
	}
}

func TestStretch(t *testing.T) {
	l := exampleTimeline(t)
	shown := 0
	for _, s := range l.computed() {
		if s.Start >= l.From && s.End <= l.To {
			shown++
		}
	}
	if shown != stretchChunks || l.Shown != stretchChunks {
		t.Errorf("%d chunks are in the stretch, %d are said to be; want %d", shown, l.Shown, stretchChunks)
	}
	if middle := (l.Begin + l.End) / 2; l.From > middle || l.To < middle {
		t.Errorf("the stretch from %d to %d lacks the middle of %d to %d", l.From, l.To, l.Begin, l.End)
	}
	trip := l.Trip
	if trip == nil || trip.Sent < l.From || trip.Taken <= trip.Sent || trip.Answered <= trip.Taken || trip.Received <= trip.Answered || trip.Received > l.To {
		t.Fatalf("trip %+v in %d to %d", trip, l.From, l.To)
	}
	if l.Rows[trip.Sender].Kind != Sender || l.Rows[trip.Worker].Kind != Worker || l.Rows[trip.Back].Kind != Receiver {
		t.Errorf("trip %+v is through other lanes", trip)
	}
}

// A stretch that a pause has lengthened is passed over, also in the middle.
func TestStretchIsAUsualOne(t *testing.T) {
	lane := &Lane{Name: "worker 0", Kind: Worker}
	at := int64(1000)
	for i := range 100 {
		if i == 50 {
			at += 1_000_000
		}
		lane.Spans = append(lane.Spans, Span{Phase: Compute, Start: at, End: at + 90, Items: 1})
		at += 100
	}
	l, err := NewTimeline(&Trace{Lanes: []*Lane{lane}})
	if err != nil {
		t.Fatal(err)
	}
	if d := l.To - l.From; d > 1100 || d < 900 {
		t.Errorf("the stretch is %d ns long, ten chunks take 1000", d)
	}
	if l.Trip != nil {
		t.Errorf("there are no flows, but the trip %+v", l.Trip)
	}
}

// Few chunks are all shown, none is an error.
func TestShortRun(t *testing.T) {
	lane := &Lane{Name: "worker 0", Kind: Worker, Spans: []Span{{Phase: Wait, Start: 0, End: 50}}}
	for dropped, want := range map[int64]string{0: "no chunk was computed in the trace", 9: "after 9 events were dropped: let each lane keep more"} {
		if _, err := NewTimeline(&Trace{Lanes: []*Lane{lane}, Dropped: dropped}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("a run without chunks: error %v, want %q", err, want)
		}
	}
	sender := &Lane{Name: "send to worker 0", Kind: Sender, Spans: []Span{{Phase: Compute, Start: 50, End: 60, Items: 1}}}
	if _, err := NewTimeline(&Trace{Lanes: []*Lane{sender}}); err == nil {
		t.Error("a run without workers has a timeline")
	}
	lane.Spans = append(lane.Spans, Span{Phase: Compute, Start: 50, End: 60, Items: 1})
	l, err := NewTimeline(&Trace{Lanes: []*Lane{lane}})
	if err != nil || l.Shown != 1 || l.From != 50 || l.To != 60 {
		t.Errorf("timeline %+v, error %v", l, err)
	}
}

func TestTimelineTitle(t *testing.T) {
	for _, c := range []struct {
		wait, decode, encode, transfer, compute float64
		want                                    string
	}{
		{0.14, 0.01, 0.02, 0.03, 0.80, "Workers wait 14 % of the time"},
		{0.14, 0.05, 0.06, 0.07, 0.68, "Workers spend 18 % of the time decoding, encoding and transferring"},
		{0.02, 0.00, 0.00, 0.01, 0.97, "Workers compute 97 % of the time"},
		{0.04, 0.01, 0.01, 0.01, 0.93, "What coordinator and workers did when"},
	} {
		l := &Timeline{Workers: 2}
		for part := range 2 { // one worker has it all, and twice
			k := float64(2 * part)
			l.Rows = append(l.Rows, Row{Kind: Worker, Share: map[string]float64{
				Wait: k * c.wait, Decode: k * c.decode, Encode: k * c.encode, Transfer: k * c.transfer, Compute: k * c.compute}})
		}
		if got := l.Title(); got != c.want {
			t.Errorf("title %q, want %q", got, c.want)
		}
	}
}

func TestTimelineText(t *testing.T) {
	l := exampleTimeline(t)
	l.Dropped = 17
	l.Lanes = append(l.Lanes, &Lane{Process: Process{Name: "worker 1 (pid 9)", Lost: "signal: killed"}})
	text := l.Text()
	for _, want := range []string{
		"process-gob,workers=2,chunk=64, 24 chunks in ", "lane                       wait  transfer    decode   compute    encode     other\n",
		"\nworker 1 ", "Clocks of the processes agree within ±8.4 µs.\n", "17 older events made room",
		"2 workers and the coordinator share 2 CPUs: phases include waiting for a CPU.\n",
		"The events of worker 1 (pid 9) are lost: signal: killed.\n",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("the text lacks %q:\n%s", want, text)
		}
	}
}
