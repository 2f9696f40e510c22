package strategies

import (
	"runtime"
	"sync"
)

// starter starts processes from one thread, which does not end while somebody
// needs it to go on: a worker that is just starting would end with it, see
// tieToThread. It has the thread to itself only as long as workers are starting.
type starter struct {
	mu    sync.Mutex
	users int
	jobs  chan func()
}

// starting is that of all pools.
var starting starter

// enter keeps the thread until leave.
func (s *starter) enter() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.users++; s.users > 1 {
		return
	}
	jobs := make(chan func())
	s.jobs = jobs
	go func() {
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		for job := range jobs {
			job()
		}
	}()
}

func (s *starter) leave() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.users--; s.users == 0 {
		close(s.jobs)
	}
}

// do calls f on the thread. It is for those who have entered.
func (s *starter) do(f func() error) (err error) {
	s.mu.Lock()
	jobs := s.jobs
	s.mu.Unlock()
	done := make(chan struct{})
	jobs <- func() {
		defer close(done)
		err = f()
	}
	<-done
	return err
}
