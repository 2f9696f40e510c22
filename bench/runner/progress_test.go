package runner

import (
	"strings"
	"testing"
	"time"
)

var halfway = state{turn: turn{2, cell{"example.com/x", "BenchmarkX/size=1"}}, rounds: 3, done: 4, total: 9, left: 90*time.Second + 400*time.Millisecond}

func TestProgressElsewhereIsOneLineATurn(t *testing.T) {
	var w strings.Builder
	p := newProgress(&w)
	p.starts(halfway)
	p.ends(halfway, []time.Duration{1234567, 2 * time.Millisecond, 0})
	p.close()
	want := "[4/9] BenchmarkX/size=1  1.235ms/op  2ms/op  round 2/3  ETA 1m30s\n"
	if w.String() != want {
		t.Errorf("got %q, want %q", w.String(), want)
	}
}

func TestProgressOnATerminalIsOneLine(t *testing.T) {
	var w strings.Builder
	p := newProgress(&w)
	p.columns = func() int { return 30 }
	p.starts(halfway)
	p.ends(halfway, []time.Duration{time.Millisecond})
	p.say("done")
	want := "\r[5/9] round 2/3  ETA 1m30s  B\x1b[K" + "\r\x1b[K" + "done\n"
	if w.String() != want {
		t.Errorf("got %q, want %q", w.String(), want)
	}
}

func TestShort(t *testing.T) {
	for d, want := range map[time.Duration]string{
		17:                       "17ns",
		12345:                    "12.35µs",
		401234567:                "401.2ms",
		61234 * time.Millisecond: "1m1.23s",
	} {
		if got := short(d); got != want {
			t.Errorf("short(%d) = %s, want %s", d, got, want)
		}
	}
}
