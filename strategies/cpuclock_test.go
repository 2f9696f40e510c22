package strategies

import (
	"bytes"
	"maps"
	"regexp"
	"runtime/pprof"
	"testing"
	"time"
)

// TestCPUClock: a phase that ended on another thread counts as long as the others
// of its kind, what is between two phases is transfer, and waiting is left out.
func TestCPUClock(t *testing.T) {
	real := threadCPU
	defer func() { threadCPU = real }()
	thread, ns := 1, int64(1000)
	threadCPU = func() (int, int64) { return thread, ns }
	var c cpuClock
	for range 3 {
		c.begins(phaseDecode)
		ns += 10
		c.begins(phaseCompute)
		ns += 50
		c.begins(phaseBusy)
		ns += 4
	}
	c.begins(phaseCompute)
	thread, ns = 2, 77 // with a clock of its own
	c.begins(phaseWait)
	ns += 5
	c.begins(phaseTransfer)
	ns += 6
	c.begins(phaseWait)
	want := Phases{Transfer: 3*4 + 6, Decode: 30, Compute: 4 * 50}
	if got := c.phases(); got != want {
		t.Errorf("counted %+v, want %+v", got, want)
	}
	c.costs = 3 // each of the phases on one thread contains it
	if got, want := c.phases(), (Phases{Transfer: 3*1 + 3, Decode: 3 * 7, Compute: 4 * 47}); got != want {
		t.Errorf("without what the clock costs, counted %+v, want %+v", got, want)
	}
	thread, ns = 1, 0
	seldom, readings := cpuClock{oneIn: 4}, 0
	threadCPU = func() (int, int64) { readings++; return thread, ns }
	for range 8 {
		for _, p := range []phase{phaseBusy, phaseCompute, phaseWait} {
			seldom.begins(p)
			ns += 10
		}
	}
	if got, want := seldom.phases(), (Phases{Transfer: 80, Compute: 80}); got != want || readings != 2*3 {
		t.Errorf("one stretch in four timed: counted %+v by %d readings, want %+v by 6", got, readings, want)
	}
	threadCPU = func() (int, int64) { return 0, 0 }
	var none cpuClock
	none.begins(phaseCompute)
	none.begins(phaseWait)
	if got := none.phases(); got != (Phases{}) {
		t.Errorf("without clocks %+v", got)
	}
}

// TestCostOfLabels: what is between two phases is one reading.
func TestCostOfLabels(t *testing.T) {
	real := threadCPU
	defer func() { threadCPU = real }()
	ns := int64(0)
	threadCPU = func() (int, int64) { ns += 7; return 1, ns }
	if got := costOfLabels(); got != 7 {
		t.Errorf("a label costs %d ns, want 7", got)
	}
}

// TestNothingIsHandedOverInProcess: what a pool in process does between items
// is labelled wait and no transfer, as Stats has it.
func TestNothingIsHandedOverInProcess(t *testing.T) {
	real := threadCPU
	defer func() { threadCPU = real }()
	ns := int64(0)
	threadCPU = func() (int, int64) { ns += 7; return 1, ns }
	for _, inProcess := range []bool{true, false} {
		p := &profiling{inProcess: inProcess}
		l := p.labeller(laneWorker, 0).(*labeller)
		for _, is := range []phase{phaseBusy, phaseTransfer, phaseCompute, phaseWait} {
			l.begins(is, 0)
		}
		label, _ := pprof.Label(l.contexts[phaseTransfer], LabelPhase)
		busy, _ := pprof.Label(l.contexts[phaseBusy], LabelPhase)
		want, transfer := "wait", time.Duration(0)
		if !inProcess {
			want, transfer = "transfer", 14
		}
		if got := p.clocks()[0].CPU; label != want || busy != want || got.Transfer != transfer || got.Compute != 7 {
			t.Errorf("in process %t: transfer is labelled %q, what is between %q, and the clock says %+v", inProcess, label, busy, got)
		}
	}
	pprof.SetGoroutineLabels(t.Context())
}

// labelOfSamples is this goroutine's phase, as a profile would have it.
func labelOfSamples(t *testing.T) string {
	t.Helper()
	var b bytes.Buffer
	if err := pprof.Lookup("goroutine").WriteTo(&b, 1); err != nil {
		t.Fatal(err)
	}
	found := regexp.MustCompile(`"phase":"(\w+)", "who":"agree"`).FindAllSubmatch(b.Bytes(), -1)
	if len(found) != 1 {
		t.Fatalf("of the goroutine it is said %q", found)
	}
	return string(found[0][1])
}

// TestLabelsAndClockAgree: whatever a lane does, its CPU time goes to the phase
// that a sample would be labelled with.
func TestLabelsAndClockAgree(t *testing.T) {
	real := threadCPU
	defer func() { threadCPU = real }()
	ns := int64(0)
	threadCPU = func() (int, int64) { return 1, ns }
	p := &profiling{labels: map[string]string{"who": "agree"}}
	o := p.labeller(laneWorker, 0)
	l := newLane(true, o)
	defer pprof.SetGoroutineLabels(t.Context())
	bySamples, use := map[string]int64{}, int64(1)
	spend := func() {
		bySamples[labelOfSamples(t)] += use
		ns += use
		use *= 2 // no two sums are the same
	}
	l.to(phaseWait)
	spend()
	l.coming(clock())
	spend() // the rest of the frame
	l.arrived(clock(), phaseBusy)
	spend()
	lap := l.lap(phaseDecode)
	spend()
	for _, parts := range [][2]phase{{phaseDecode, phaseCompute}, {phaseCompute, phaseEncode}, {phaseEncode, phaseTransfer}, {phaseTransfer, phaseBusy}} {
		lap.end(parts[0], parts[1])
		spend()
	}
	l.done(lap)
	l.to(phaseTransfer)
	spend()
	l.to(phaseWait)
	got := p.clocks()[0].CPU
	byClock := map[string]int64{"wait": 1, "transfer": int64(got.Transfer), "decode": int64(got.Decode), "compute": int64(got.Compute), "encode": int64(got.Encode)}
	if !maps.Equal(bySamples, byClock) {
		t.Errorf("by labels %v, by the clock %v", bySamples, byClock)
	}
	if want := int64(2 + 4 + 64 + 128 + 256); byClock["transfer"] != want || byClock["decode"] != 8 || byClock["encode"] != 32 {
		t.Errorf("by the clock %v, want transfer %d, decode 8, encode 32", byClock, want)
	}
}
