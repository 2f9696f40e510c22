package transport

import (
	"runtime"
	"sync/atomic"
	"time"
)

// bell wakes who sleeps on a word of the shared memory. Who is about to sleep
// sets the word to 1, looks once more whether there is still nothing to do, and
// waits; who has something for a sleeper sets it to 0 and rings. So no ring is
// missed, and none is given when nobody sleeps.
type bell interface {
	// wait returns when the bell was rung, and now and then for no reason. It
	// does not wait when the word is not 1.
	wait(word *atomic.Uint32)
	// ring ends a wait at the other side.
	ring(word *atomic.Uint32)
	// interrupt ends a wait at this side, and all that may follow.
	interrupt(word *atomic.Uint32)
	close() error
}

// wake wakes who sleeps on word.
func wake(word *atomic.Uint32, b bell) {
	if word.Load() != 0 && word.Swap(0) != 0 {
		b.ring(word)
	}
}

const (
	// spinTime is about what it costs to sleep and be woken: who looks for so
	// long before it sleeps takes at most twice as long as with foresight.
	spinTime = 6 * time.Microsecond
	// spinLooks is how often it looks between two readings of the clock.
	spinLooks = 32
	// spinProbe is how often it is tried whether looking has come to pay.
	spinProbe = 16
	// alwaysLucky stands for looking that always paid, in the lately kept average.
	alwaysLucky = 256
)

// sleeper waits on a word. It belongs to one goroutine.
//
// Going to sleep and being woken costs microseconds, and a good deal more where
// the CPU goes to sleep too. Often the other side is about to have something, so
// a sleeper looks for a short time first. But where there are fewer CPUs than
// processes, looking takes the CPU from who is waited for: so it looks only as
// long as that helped more often than not.
type sleeper struct {
	word  *atomic.Uint32
	bell  bell
	looks bool // there is another CPU, on which something may happen
	luck  int  // how often looking paid, a moving average
	waits uint
}

func newSleeper(word *atomic.Uint32, b bell) *sleeper {
	return &sleeper{
		word: word, bell: b, luck: alwaysLucky,
		looks: runtime.NumCPU() > 1,
	}
}

// until returns when ready does.
func (s *sleeper) until(ready func() bool) {
	for !ready() {
		// A system call keeps the processor for 20 µs to 10 ms, so whoever could
		// use it goes first: without this, receivers that sleep had kept both
		// processors of a coordinator, and its senders waited.
		runtime.Gosched()
		if s.look(ready) {
			return
		}
		s.word.Store(1)
		if !ready() {
			s.bell.wait(s.word)
		}
		s.word.Store(0)
	}
}

// look looks for ready for a short time, if that is worth while.
func (s *sleeper) look(ready func() bool) bool {
	s.waits++
	if !s.looks || s.luck < alwaysLucky/2 && s.waits%spinProbe != 0 {
		return ready()
	}
	end := Clock() + int64(spinTime)
	for {
		for range spinLooks {
			if ready() {
				s.luck += (alwaysLucky - s.luck) / 8
				return true
			}
		}
		if Clock() >= end {
			s.luck -= s.luck / 8
			return false
		}
	}
}
