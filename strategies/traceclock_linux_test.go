package strategies

import (
	"context"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/handoff-go/handoff/strategies/transport"
)

// clockStart is what the system's clock showed when a process's own showed zero.
// The system's is the same in all processes.
func clockStart() int64 {
	for {
		before := transport.Clock()
		var now unix.Timespec
		if err := unix.ClockGettime(unix.CLOCK_MONOTONIC, &now); err != nil {
			panic(err)
		}
		// Not when it was interrupted in between.
		if after := transport.Clock(); after-before < int64(time.Microsecond) {
			return now.Nano() - (before+after)/2
		}
	}
}

var clockStarts = Define("clock-start-test", func(context.Context, int) (int64, error) { return clockStart(), nil })

// The offsets that the frames tell are compared with what the system's clock
// knows: they must be right within the error that the trace states.
func TestClockOffsetsAreTrue(t *testing.T) {
	for _, spec := range []string{"process-gob,workers=2", "process-shm-binary,workers=1", "shared-file,workers=1"} {
		var trace Trace
		p, err := Open(t.Context(), clockStarts, MustParse(spec), WithTrace(&trace))
		if err != nil {
			t.Fatal(err)
		}
		starts, err := p.Map(t.Context(), make([]int, 100))
		p.Close()
		if err != nil {
			t.Fatal(err)
		}
		ours := clockStart()
		v, err := trace.view()
		if err != nil {
			t.Fatal(err)
		}
		for _, w := range trace.workers {
			offset, off := v.tighten(w).offset()
			wrong := time.Hour // which of the workers answered is not known: the nearest
			for _, start := range starts {
				d := time.Duration(offset - (ours - start))
				wrong = min(wrong, max(d, -d))
			}
			if wrong > off+time.Microsecond || off > 100*time.Millisecond {
				t.Errorf("%s: worker %d: offset %d ± %v, by the system's clock it is %v wrong", spec, w.worker, offset, off, wrong)
			}
		}
	}
}
