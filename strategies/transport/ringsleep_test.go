package transport

import (
	"runtime"
	"sync/atomic"
	"testing"
)

// counting is a bell that counts how often somebody waits for it.
type counting struct {
	bell
	waits int
}

func (c *counting) wait(*atomic.Uint32) { c.waits++ }

// TestSleeperLooksOnceMore: what comes after the last look and before the word
// is set would be missed, for the writer saw nobody asleep.
func TestSleeperLooksOnceMore(t *testing.T) {
	var word atomic.Uint32
	c := &counting{}
	s := &sleeper{word: &word, bell: c}
	came := false
	s.until(func() bool {
		came = came || word.Load() == 1 || c.waits > 0 // just then
		return came
	})
	if c.waits != 0 {
		t.Error("it sleeps although there is something to do")
	}
	if word.Load() != 0 {
		t.Error("it is awake, and its word says that it sleeps")
	}
}

// TestSleeperYields: on the only processor, whoever can run goes first.
func TestSleeperYields(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	var word atomic.Uint32
	var done atomic.Bool
	c := &counting{}
	s := newSleeper(&word, c)
	s.looks = false
	go done.Store(true)
	s.until(done.Load)
	if c.waits != 0 {
		t.Error("it sleeps while others want to run")
	}
}

// TestSleeperLearns: looking that does not pay is given up, and tried again now
// and then; once it pays it is taken up again.
func TestSleeperLearns(t *testing.T) {
	s := &sleeper{looks: true, luck: alwaysLucky}
	looked := func(ready bool) bool { // whether it looked for a while
		calls := 0
		s.look(func() bool { calls++; return ready && calls > 1 })
		return calls > 1
	}
	if !looked(false) {
		t.Fatal("it does not even try")
	}
	for range 20 {
		looked(false)
	}
	tries := 0
	for range 10 * spinProbe {
		if looked(false) {
			tries++
		}
	}
	if tries != 10 {
		t.Errorf("%d tries in %d waits, want 10", tries, 10*spinProbe)
	}
	for range 20 * spinProbe {
		looked(true)
	}
	if !looked(true) {
		t.Error("it does not look, though that pays now")
	}
}
