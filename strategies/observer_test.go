package strategies

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/handoff-go/handoff/strategies/transport"
)

// diary is an observer that notes what it hears.
type diary struct {
	mu    sync.Mutex
	notes []note
}

type note struct {
	phase phase
	at    int64
}

func (d *diary) begins(p phase, at int64) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.notes = append(d.notes, note{p, at})
}

// spent is the time in each phase up to now.
func (d *diary) spent(now int64) (sum [phaseEnd]int64) {
	d.mu.Lock()
	defer d.mu.Unlock()
	for i, n := range d.notes {
		end := now
		if i+1 < len(d.notes) {
			end = d.notes[i+1].at
		}
		sum[n.phase] += end - n.at
	}
	return sum
}

func TestObserverHearsWhatTheLaneCounts(t *testing.T) {
	now := fakeClock(t)
	var d diary
	l := newLane(true, &d)
	l.to(phaseWait)
	for range 10 {
		*now += 100
		l.arrived(*now-30, phaseBusy)
		*now++
		lap := l.lap(phaseDecode)
		*now += 5
		lap.end(phaseDecode, phaseCompute)
		*now += 20
		lap.end(phaseCompute, phaseEncode)
		*now += 4
		lap.end(phaseEncode, phaseBusy)
		if !l.done(lap) {
			t.Error("a chunk was not sampled, though an observer listens")
		}
		l.to(phaseTransfer)
		*now += 7
		l.to(phaseWait)
	}
	want := [phaseEnd]int64{phaseWait: 700, phaseTransfer: 370, phaseBusy: 10, phaseDecode: 50, phaseCompute: 200, phaseEncode: 40}
	if got := d.spent(*now); got != want {
		t.Errorf("the observer heard of %v, want %v", got, want)
	}
	counted := l.take()
	if counted != (ledger{Wait: 700, Transfer: 370, Busy: 300, Share: [4]int64{0, 50, 200, 40}}) {
		t.Errorf("the lane counted %+v", counted)
	}
}

// TestLanesAreObserved runs a pool of each kind and wants every lane in this
// process to tell of the phases it has.
func TestLanesAreObserved(t *testing.T) {
	for strategy, want := range map[string]map[string]string{
		"serial":                {"lane 0 of 0": "transfer compute"},
		"goroutines,workers=1":  {"lane 0 of 0": "transfer compute"},
		"process-gob,workers=1": {"lane 1 of 0": "transfer encode", "lane 2 of 0": "transfer decode"},
		"shared-file,workers=1": {"lane 1 of 0": "transfer encode", "lane 2 of 0": "transfer decode"},
	} {
		t.Run(strategy, func(t *testing.T) {
			var mu sync.Mutex
			diaries := map[string]*diary{}
			observe := func(kind laneKind, worker int) observer {
				mu.Lock()
				defer mu.Unlock()
				d := &diary{}
				diaries[fmt.Sprintf("lane %d of %d", kind, worker)] = d
				return d
			}
			p, err := Open(t.Context(), delayedNumber, MustParse(strategy), func(o *options) { o.observe = append(o.observe, observe) })
			if err != nil {
				t.Fatal(err)
			}
			defer p.Close()
			if _, err := p.Map(t.Context(), make([]uint64, 1000)); err != nil {
				t.Fatal(err)
			}
			p.Close()
			got := map[string]string{}
			for name, d := range diaries {
				got[name] = d.phases(t)
			}
			if !maps.Equal(got, want) {
				t.Errorf("observed were %q, want %q", got, want)
			}
		})
	}
}

// phases is which phases it has heard of, but for waiting and bookkeeping. Times
// must not run backwards.
func (d *diary) phases(t *testing.T) string {
	d.mu.Lock()
	defer d.mu.Unlock()
	var heard [phaseEnd]bool
	for i, n := range d.notes {
		if i > 0 && n.at < d.notes[i-1].at {
			t.Errorf("note %d is of a time before note %d", i, i-1)
		}
		heard[n.phase] = true
	}
	var names []string
	for p, name := range []string{phaseTransfer: "transfer", phaseDecode: "decode", phaseCompute: "compute", phaseEncode: "encode"} {
		if heard[p] && name != "" {
			names = append(names, name)
		}
	}
	return strings.Join(names, " ")
}

// TestObserverHearsOfTheHeader wants the observer of a lane to know that a wait is
// over while the rest of the frame is still to come, and only once.
func TestObserverHearsOfTheHeader(t *testing.T) {
	var wire bytes.Buffer
	sent := transport.Frame{Header: transport.Header{Kind: transport.Answer}, Payload: make([]byte, 100)}
	from := transport.NewStream(1, 1<<20, nil, &wire)
	if err := errors.Join(from.Send(&sent), from.Flush()); err != nil {
		t.Fatal(err)
	}
	r, w := io.Pipe()
	defer r.Close()
	var d diary
	l := newLane(true, &d)
	go func() {
		w.Write(wire.Next(transport.HeaderSize))
		w.Write(nil) // whoever reads the rest has had the header
		if heard := d.phases(t); heard != "transfer" {
			t.Errorf("with the header there the observer has heard of %q", heard)
		}
		w.Write(wire.Bytes())
	}()
	f := transport.Frame{Coming: l.hears()}
	if _, err := recvTimed(transport.NewStream(1, 1<<20, r, io.Discard), &f, l); err != nil {
		t.Fatal(err)
	}
	var heard []phase
	for _, n := range d.notes {
		heard = append(heard, n.phase)
	}
	if want := []phase{phaseWait, phaseTransfer, phaseBusy, phaseDecode}; !slices.Equal(heard, want) {
		t.Errorf("heard were the phases %v, want %v", heard, want)
	}
	if d.notes[1].at != f.Arrived {
		t.Errorf("the wait ended at %d for the observer, at %d for the stopwatch", d.notes[1].at, f.Arrived)
	}
}
