package strategies

import "testing"

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
	threadCPU = func() (int, int64) { return 0, 0 }
	var none cpuClock
	none.begins(phaseCompute)
	none.begins(phaseWait)
	if got := none.phases(); got != (Phases{}) {
		t.Errorf("without clocks %+v", got)
	}
}
