package bench

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/handoff-go/handoff/strategies"
)

// phases is a lane with so many nanoseconds in wait, transfer, decode, compute
// and encode.
func phases(wait, transfer, decode, compute, encode time.Duration) strategies.Phases {
	return strategies.Phases{Wait: wait, Transfer: transfer, Decode: decode, Compute: compute, Encode: encode}
}

func process(user, system time.Duration, allocs, bytes, peak int64) strategies.Process {
	return strategies.Process{User: user, System: system, Allocs: allocs, Bytes: bytes, PeakRSS: peak}
}

// Two operations of ten items by two workers; all values are chosen so that
// each metric is another whole number.
var remote = spending{
	wall: 20 * 1000, ops: 2, items: 10,
	before: strategies.Stats{
		Items: 5, Frames: 2, Wire: 100,
		Workers: []strategies.WorkerStats{
			{Lane: phases(1, 2, 3, 4, 5), Process: process(10, 10, 10, 10, 50)},
			{Lane: phases(5, 4, 3, 2, 1), Process: process(20, 20, 20, 20, 60)},
		},
		Sender:      phases(7, 7, 0, 0, 7),
		Receiver:    phases(7, 7, 7, 0, 0),
		Coordinator: process(100, 100, 100, 100, 70),
		InFlight:    2048,
	},
	after: strategies.Stats{
		Spec:  strategies.Spec{Strategy: "process-gob"},
		Items: 25, Frames: 2 + 20*2, Wire: 100 + 20*3,
		Workers: []strategies.WorkerStats{
			{Lane: phases(1+20*100, 2+20*5, 3+20*7, 4+20*500, 5+20*11), Process: process(10+20*500, 10+20*20, 10+20*4, 10+20*60, 5000)},
			{Lane: phases(5+20*100, 4+20*6, 3+20*8, 2+20*501, 1+20*12), Process: process(20+20*501, 20+20*21, 20+20*5, 20+20*61, 6000)},
		},
		Sender:      phases(7+20*9, 7+20*13, 0, 0, 7+20*14),
		Receiver:    phases(7+20*10, 7+20*15, 7+20*16, 0, 0),
		Coordinator: process(100+20*40, 100+20*41, 100+20*900, 100+20*901, 4000),
		InFlight:    4096,
		Deaths:      2, Restarts: 4, Retries: 6, Late: 8, Splits: 10,
	},
}

func text(all []metric) string {
	var lines []string
	for _, m := range all {
		lines = append(lines, fmt.Sprintf("%g %s", m.value, m.unit))
	}
	return strings.Join(lines, "\n")
}

func TestMetrics(t *testing.T) {
	want := `1000 ns/item
1001 compute-ns/item
107 serialize-ns/item
15 worker-decode-ns/item
23 worker-encode-ns/item
11 worker-transfer-ns/item
200 worker-wait-ns/item
14 sender-encode-ns/item
13 sender-transfer-ns/item
9 sender-wait-ns/item
16 receiver-decode-ns/item
15 receiver-transfer-ns/item
10 receiver-wait-ns/item
1123 cpu-ns/item
40 coord-user-ns/item
41 coord-sys-ns/item
1001 worker-user-ns/item
41 worker-sys-ns/item
3 wire-B/item
2 frames/item
4096 inflight-B
901 coord-B/item
900 coord-allocs/item
121 worker-B/item
9 worker-allocs/item
4000 coord-peak-RSS-bytes
6000 worker-peak-RSS-bytes
1 deaths/op
2 restarts/op
3 retries/op
4 late/op
5 splits/op`
	if got := text(remote.metrics()); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

// In process, the coordinator's process is the workers', and what stays 0 is
// left out.
func TestMetricsInProcess(t *testing.T) {
	s := spending{
		wall: 500, ops: 1, items: 5,
		before: strategies.Stats{Workers: make([]strategies.WorkerStats, 1), Coordinator: process(0, 0, 10, 20, 30)},
		after: strategies.Stats{
			Spec:        strategies.Spec{Strategy: "serial"},
			Workers:     []strategies.WorkerStats{{Lane: phases(0, 0, 0, 450, 0)}},
			Coordinator: process(400, 100, 15, 50, 3000),
		},
	}
	want := "100 ns/item\n90 compute-ns/item\n100 cpu-ns/item\n80 coord-user-ns/item\n20 coord-sys-ns/item\n" +
		"6 coord-B/item\n1 coord-allocs/item\n3000 coord-peak-RSS-bytes"
	if got := text(s.metrics()); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

func TestUnits(t *testing.T) {
	var b strings.Builder
	if err := WriteUnits(&b); err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimSpace(b.String()), "\n")
	for _, m := range append(remote.metrics(), metric{unit: "ns/op"}) {
		want := "Unit " + m.unit + " better=lower"
		if m.unit == "wire-B/item" {
			want += " assume=exact"
		}
		if !slices.Contains(lines, want) {
			t.Errorf("no line %q", want)
		}
	}
	if got, want := len(lines), len(remote.metrics())+1; got != want {
		t.Errorf("%d lines for %d units", got, want)
	}
}
