package strategies

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"
)

// starve lets every start of the worker fail until the call ends, and returns the
// waits before them.
func (d *desk) starve(w *slot, c *call, cause error) (delays []time.Duration) {
	d.t.Helper()
	for !isDone(c) {
		d.failedToStart(w, cause)
		delay, ok := d.mayRestart(w)
		if !ok || len(delays) > 100 {
			d.t.Fatalf("after %v it goes on: %v", delays, ok)
		}
		delays = append(delays, delay)
		if !isDone(c) {
			time.Sleep(delay)
		}
	}
	return delays
}

// TestDroughtEndsCalls: calls end when nothing but deaths happens for five seconds, and
// so does the next, after as long.
func TestDroughtEndsCalls(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newDesk(t, "process-gob,workers=1,chunk=1,window=1")
		w, cause := d.slots[0], fmt.Errorf("start: %w", syscall.EMFILE)
		const ms = time.Millisecond
		for i := range 3 {
			c, _ := d.mapOf(1)
			began := time.Now()
			delays := d.starve(w, c, cause)
			if want := []time.Duration{10 * ms, 20 * ms, 40 * ms, 80 * ms, 160 * ms, 320 * ms, 640 * ms, time.Second}; i == 0 && !slices.Equal(delays[:len(want)], want) {
				t.Errorf("waits before restarts: %v, want %v", delays, want)
			}
			if took := time.Since(began); took < longDrought-maxBackoff || took > longDrought {
				t.Errorf("call %d ended after %v, want about %v and no longer", i, took, longDrought)
			}
			if !errors.Is(c.err, syscall.EMFILE) || !strings.Contains(c.err.Error(), "the next call tries again") {
				t.Errorf("call %d ended with %v", i, c.err)
			}
			c.close()
		}
	})
}

// TestNextCallHasPatienceOfItsOwn: a call that begins while workers cannot be started
// is not ended with those that have waited.
func TestNextCallHasPatienceOfItsOwn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newDesk(t, "process-gob,workers=1,chunk=1,window=1")
		w, cause := d.slots[0], errors.New("none left")
		a, _ := d.mapOf(1)
		var b *call
		for !isDone(a) {
			d.failedToStart(w, cause)
			delay, _ := d.mayRestart(w)
			if b == nil && delay == maxBackoff {
				b, _ = d.mapOf(1)
			}
			time.Sleep(delay)
		}
		if isDone(b) {
			t.Fatal("a call that has just begun ended with one that has waited")
		}
		a.close()
		d.fill(w, d.spirit(w))
		d.answer(w, d.send(w)[0])
		if !isDone(b) || b.err != nil {
			t.Errorf("with a worker again, the call ended: %v, with %v", isDone(b), b.err)
		}
	})
}

func TestProgressOfThePastDoesNotHelp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newDesk(t, "process-gob,workers=1,chunk=1,window=1")
		c, _ := d.mapOf(2)
		w := d.slots[0]
		d.answer(w, d.send(w)[0])
		began := time.Now()
		for !isDone(c) {
			d.died(w, errAnswer)
			delay, _ := d.mayRestart(w)
			time.Sleep(delay)
		}
		if took := time.Since(began); took > longDrought+maxBackoff {
			t.Errorf("the call goes on for %v without an answer", took)
		}
	})
}

func TestProgressAnywhereRenewsTheBudget(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newDesk(t, "process-gob,workers=2,chunk=1,window=1")
		c, _ := d.mapOf(1000)
		w, other := d.slots[0], d.slots[1]
		for range 100 {
			d.died(w, errAnswer)
			if delay, ok := d.mayRestart(w); !ok || delay != 0 || isDone(c) {
				t.Fatalf("a death with progress before it: restart %v after %v, the call's error is %v", ok, delay, c.err)
			}
			time.Sleep(time.Second)
			d.answer(other, d.send(other)[0])
		}
	})
}

func TestGivingUpAnItemIsProgress(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newDesk(t, "process-gob,workers=1,chunk=1,window=1,retries=0")
		d.mapOf(100)
		w := d.slots[0]
		for range 50 {
			d.send(w)
			d.die(w)
			if delay, ok := d.mayRestart(w); !ok || delay != 0 {
				t.Fatalf("after a death that gave up an item: restart %v after %v", ok, delay)
			}
			time.Sleep(time.Second)
		}
	})
}

// TestBackoffIsBounded, with calls and without.
func TestBackoffIsBounded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newDesk(t, "process-gob,workers=1")
		w, cause := d.slots[0], errors.New("none left")
		for range 100 {
			d.died(w, errAnswer)
		}
		if delay, _ := d.mayRestart(w); delay != maxBackoff {
			t.Errorf("after 100 deaths: %v, want %v", delay, maxBackoff)
		}
		for range 100 {
			d.failedToStart(w, cause)
		}
		if delay, _ := d.mayRestart(w); delay != idleBackoff || !w.restarts.paused {
			t.Errorf("after 100 starts that failed while nobody wanted anything: %v, want %v", delay, idleBackoff)
		}
		d.mapOf(1)
		if len(w.restarts.goOn) != 1 || w.restarts.paused {
			t.Error("a call begins, and the worker is not started at once")
		}
		if delay, _ := d.mayRestart(w); delay != maxBackoff {
			t.Errorf("after 100 starts that failed, with a call: %v, want %v", delay, maxBackoff)
		}
	})
}

// TestDeathsNowAndThen: an idle worker that is killed every ten seconds is replaced at
// once each time, and a call is not charged with it.
func TestDeathsNowAndThen(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newDesk(t, "process-gob,workers=2,chunk=1,window=1")
		w, other := d.slots[0], d.slots[1]
		d.spirit(other)
		for i := range 100 {
			d.die(w)
			if delay, ok := d.mayRestart(w); !ok || delay != 0 {
				t.Fatalf("after %d deaths now and then: restart %v after %v", i+1, ok, delay)
			}
			d.fill(w, d.spirit(w))
			time.Sleep(2 * longDrought)
		}
		c, _ := d.mapOf(1)
		d.send(w)
		d.die(w)
		d.mayRestart(w)
		if isDone(c) {
			t.Errorf("the call of the next death ended: %v", c.err)
		}
	})
}

// TestFailedStartsBesideWork: the run goes on with those that work, as long as
// they do.
func TestFailedStartsBesideWork(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newDesk(t, "process-gob,workers=2,chunk=1,window=1,retries=1")
		c, _ := d.mapOf(2)
		w, other, cause := d.slots[0], d.slots[1], errors.New("too many open files")
		d.fill(other, d.spirit(other))
		time.Sleep(time.Minute)
		batch := d.send(other)
		for i := range 20 {
			d.failedToStart(w, cause)
			delay, ok := d.mayRestart(w)
			if !ok || isDone(c) {
				t.Fatalf("given up after %d starts, though another worker is busy", i+1)
			}
			time.Sleep(delay)
		}
		d.answer(other, batch[0])
		d.starve(w, c, cause)
		if !errors.Is(c.err, cause) {
			t.Errorf("with nobody at work, the call's error is %v", c.err)
		}
	})
}

// TestFailedSetupEndsCalls at once; the next call tries again, and nobody else does.
func TestFailedSetupEndsCalls(t *testing.T) {
	d := newDesk(t, "process-gob,workers=1")
	w := d.slots[0]
	for range 3 {
		c, _ := d.mapOf(1)
		d.failedToStart(w, fmt.Errorf("start: %w", &setupError{errors.New("no table")}))
		if c.err == nil || !strings.Contains(c.err.Error(), "setup: no table") {
			t.Errorf("a replacement whose Setup failed: the call's error is %v", c.err)
		}
		c.close()
		if delay, ok := d.mayRestart(w); !ok || delay < time.Hour || !w.restarts.paused {
			t.Errorf("it is tried again by itself: %v, after %v", ok, delay)
		}
		d.mapOf(1)
		if delay, ok := d.mayRestart(w); !ok || delay > maxBackoff || len(w.restarts.goOn) != 1 {
			t.Errorf("for the next call: %v, after %v, told to go on %d times", ok, delay, len(w.restarts.goOn))
		}
		<-w.restarts.goOn
	}
}

// TestShortageChargesNobody: what this process could not get is no item's doing, and
// still a reason to wait.
func TestShortageChargesNobody(t *testing.T) {
	d := newDesk(t, "process-gob,workers=1,chunk=1,window=2")
	d.mapOf(2)
	w := d.slots[0]
	for range 5 {
		d.send(w)
		pr := d.spirit(w)
		pr.note(fmt.Errorf("open: %w", syscall.EMFILE))
		d.lost(pr, "")
	}
	if got, want := d.again(), []string{"0+1", "1+1"}; !slices.Equal(got, want) {
		t.Errorf("%v goes again, want %v", got, want)
	}
	if delay, _ := d.mayRestart(w); d.counts.Deaths != 0 || delay == 0 {
		t.Errorf("%d deaths, a wait of %v; want none, and a wait", d.counts.Deaths, delay)
	}
}
