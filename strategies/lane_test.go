package strategies

import (
	"math"
	"math/rand/v2"
	"sync"
	"testing"
	"time"
)

// fakeClock makes the clock stand still but for what the test adds to it.
func fakeClock(t *testing.T) (now *int64) {
	now = new(int64)
	*now = 1_000_000
	real := clock
	clock = func() int64 { return *now }
	t.Cleanup(func() { clock = real })
	return now
}

func TestLaneClosesOnTheWallClock(t *testing.T) {
	now := fakeClock(t)
	l := newLane(true)
	began := *now
	random := rand.New(rand.NewPCG(1, 2))
	var want ledger
	current := phaseWait
	for range 1000 {
		d := random.Int64N(1000)
		*now += d
		switch current {
		case phaseWait:
			want.Wait += d
		case phaseTransfer:
			want.Transfer += d
		default:
			want.Busy += d
		}
		current = phase(random.IntN(int(phaseEnd)))
		if at := l.to(current); at != *now {
			t.Fatalf("to returns %d at %d", at, *now)
		}
	}
	got := l.take()
	if got != want {
		t.Errorf("spent %+v, want %+v", got, want)
	}
	if sum := got.Wait + got.Transfer + got.Busy; sum != *now-began {
		t.Errorf("the phases sum up to %d, the clock says %d", sum, *now-began)
	}
}

func TestArrivedSplitsWaitingFromTransfer(t *testing.T) {
	for _, c := range []struct {
		at   int64 // of the header, of 100 ns from the begin of the wait
		want ledger
	}{
		{30, ledger{Wait: 30, Transfer: 70}},
		{100, ledger{Wait: 100}},
		{0, ledger{Transfer: 100}},
		{-50, ledger{Transfer: 100}}, // it was there before
		{900, ledger{Wait: 100}},     // no clock runs ahead of itself
	} {
		now := fakeClock(t)
		l := newLane(true)
		began := *now
		*now += 100
		l.arrived(began+c.at, phaseBusy)
		*now += 7
		c.want.Busy = 7
		if got := l.take(); got != c.want {
			t.Errorf("header after %d of 100 ns: %+v, want %+v", c.at, got, c.want)
		}
	}
}

func TestTakesSumUp(t *testing.T) {
	now := fakeClock(t)
	l := newLane(false)
	var sum ledger
	for i := range 100 {
		l.to(phase(i % int(phaseEnd)))
		*now += 10
		if i%3 == 0 {
			sum.add(l.take()) // in the middle of a phase
		}
		*now += 5
	}
	sum.add(l.take())
	if total := sum.Wait + sum.Transfer + sum.Busy; total != 1500 {
		t.Errorf("the takes sum up to %d ns of 1500: %+v", total, sum)
	}
	if again := l.take(); again != (ledger{}) {
		t.Errorf("nothing was spent since, and take says %+v", again)
	}
}

func TestTakesSumUpForSeveralTakers(t *testing.T) {
	start := clock()
	l := newLane(true)
	var mu sync.Mutex
	var sum ledger
	var takers sync.WaitGroup
	for range 3 {
		takers.Go(func() {
			for range 300 {
				d := l.take()
				mu.Lock()
				sum.add(d)
				mu.Unlock()
			}
		})
	}
	for i := range 1000 {
		l.to(phase(i % int(phaseEnd)))
		lap := l.lap(phaseTransfer)
		lap.end(phaseCompute, phaseBusy)
		l.done(lap)
	}
	takers.Wait()
	sum.add(l.take())
	if total := sum.Wait + sum.Transfer + sum.Busy; total <= 0 || total > clock()-start {
		t.Errorf("the takes sum up to %v of %v", time.Duration(total), time.Duration(clock()-start))
	}
}

// TestSamplesTellTheShares lets chunks pass whose phases are known and whose
// lengths differ a lot, and wants the estimate within four percent of the busy
// time, and the parts to be the whole.
func TestSamplesTellTheShares(t *testing.T) {
	random := rand.New(rand.NewPCG(3, 4))
	for name, passage := range map[string]func(i int) [4]int64{
		"even":    func(int) [4]int64 { return [4]int64{20, 100, 200, 80} },
		"free":    func(int) [4]int64 { return [4]int64{0, 0, 0, 40} },
		"random":  func(int) [4]int64 { n := int64(random.IntN(1000)); return [4]int64{10, n, 2 * n, 500 - n/2} },
		"skewed":  func(int) [4]int64 { n := int64(100 * random.ExpFloat64()); return [4]int64{0, 30, n * n / 100, 60} },
		"slow":    func(int) [4]int64 { n := int64(random.IntN(1e6)); return [4]int64{50, 1000, n, 2000} },
		"in turn": func(i int) [4]int64 { return [4]int64{10, 100, 10 + 400*int64(i%2), 300} },
		"stretches": func(i int) [4]int64 { // a call with long chunks, one with short ones, and so on
			if i/1000%2 == 0 {
				return [4]int64{0, 0, 10_000, 0}
			}
			return [4]int64{100, 400, 0, 500}
		},
		"mixed": func(int) [4]int64 { // two calls whose chunks have nothing in common
			if random.IntN(2) == 0 {
				return [4]int64{0, 0, 10_000, 0}
			}
			return [4]int64{100, 400, 0, 500}
		},
	} {
		t.Run(name, func(t *testing.T) {
			now := fakeClock(t)
			l := newLane(true)
			l.to(phaseBusy)
			var spent [4]int64
			const chunks = 200_000
			for i := range chunks {
				lap := l.lap(phaseTransfer)
				for part, d := range passage(i) {
					*now += d
					spent[part] += d
					lap.end(phaseTransfer+phase(part), phaseBusy)
				}
				l.done(lap)
			}
			checkShares(t, l.take(), spent)
		})
	}
}

func checkShares(t *testing.T, got ledger, spent [4]int64) {
	t.Helper()
	var busy int64
	for _, d := range spent {
		busy += d
	}
	if got.Busy != busy {
		t.Fatalf("busy for %d, want %d", got.Busy, busy)
	}
	p := got.phases(phaseCompute)
	for i, d := range []time.Duration{p.Transfer, p.Decode, p.Compute, p.Encode} {
		if off := float64(int64(d)-spent[i]) / float64(busy); math.Abs(off) > 0.04 {
			t.Errorf("%v: part %d is %v, want %v: off by %.2f %% of the busy time", p, i, d, time.Duration(spent[i]), 100*off)
		}
	}
	if off := p.Total() - time.Duration(busy); off < -4 || off > 4 {
		t.Errorf("the parts of %v sum up to %v", time.Duration(busy), p.Total())
	}
}

// TestSamplingStaysCheap: short chunks are sampled rarely, long ones always.
func TestSamplingStaysCheap(t *testing.T) {
	for _, c := range []struct {
		ns       int64
		from, to float64 // part of the chunks
	}{
		{100, 1.0 / 70, 1.0 / 58}, // at the largest distance
		{1000, 1.0 / 29, 1.0 / 23},
		{10_000, 1.0 / 3.3, 1.0 / 2.7},
		{1_000_000, 1, 1},
	} {
		now := fakeClock(t)
		l := newLane(true)
		sampled := 0
		const chunks = 100_000
		for range chunks {
			lap := l.lap(phaseTransfer)
			*now += c.ns
			lap.end(phaseCompute, phaseBusy)
			if l.done(lap) {
				sampled++
			}
		}
		if part := float64(sampled) / chunks; part < c.from || part > c.to {
			t.Errorf("of chunks of %d ns one in %.1f is sampled, want one in %.1f to %.1f", c.ns, 1/part, 1/c.to, 1/c.from)
		}
	}
}

func TestLaneWithoutSamples(t *testing.T) {
	now := fakeClock(t)
	l := newLane(false)
	l.to(phaseBusy)
	lap := l.lap(phaseTransfer)
	*now += 100
	lap.end(phaseDecode, phaseBusy)
	if l.done(lap) {
		t.Error("a lane that takes no samples took one")
	}
	got := l.take()
	if p := got.phases(phaseEncode); p != (Phases{Encode: 100}) {
		t.Errorf("all of its busy time is %+v, want it in encode", p)
	}
	if p := got.phases(phaseCompute); p != (Phases{Compute: 100}) {
		t.Errorf("all of its busy time is %+v, want it in compute", p)
	}
}

func TestPhasesOfALedger(t *testing.T) {
	l := ledger{Wait: 5, Transfer: 100, Busy: 1000, Share: [4]int64{10, 20, 40, 30}}
	want := Phases{Wait: 5, Transfer: 100 + 100, Decode: 200, Compute: 400, Encode: 300}
	if got := l.phases(phaseCompute); got != want {
		t.Errorf("%+v gives %+v, want %+v", l, got, want)
	}
}
