package strategies

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"time"

	"github.com/handoff-go/handoff/strategies/codec"
)

// A guest is code of the user's types, or of the caller, that runs where there is
// no task: a marshaller, an Error or Unwrap, a Setup, a progress function. It runs
// on a goroutine of its own, so that runtime.Goexit ends nothing of ours, and so
// that one that does not return can be left behind.

// guest runs f and tells what became of it, once: its error, its panic, or
// errGoexit.
func guest(f func() error) <-chan error {
	done := make(chan error, 1)
	go func() {
		var err error = errGoexit
		defer func() { done <- err }()
		defer func() {
			if v := recover(); v != nil {
				err = panicked(v) // whose methods may do it again
			}
		}()
		err = f()
	}()
	return done
}

// guarded runs f as a guest and waits for it.
func guarded(f func() error) error { return <-guest(f) }

// errGoexit says that a guest neither returned nor panicked.
var errGoexit = &RemoteError{Type: typeGoexit, Text: "it ended its goroutine with runtime.Goexit"}

// patience is for how long a guest is waited for in this process. In a worker
// process that is the coordinator's to say.
type patience struct {
	limit time.Duration      // from now on; 0: without end
	ends  [2]<-chan struct{} // after one of them, guestGrace; nil: never
}

// guestGrace is how long a guest may go on when nobody wants its outcome any more.
const guestGrace = cancelGrace

var (
	errOverdue   = errors.New("it did not return in time")
	errAbandoned = errors.New("it did not return after the end of what it was for")
)

// await waits for a guest. After errOverdue and errAbandoned it is still there,
// with all that it was given.
func (p patience) await(done <-chan error) error {
	var late <-chan time.Time
	why := errOverdue
	if p.limit > 0 {
		t := time.NewTimer(p.limit)
		defer func() { t.Stop() }()
		late = t.C
	}
	ended := func() {
		t := time.NewTimer(guestGrace)
		late, why = t.C, errAbandoned
		p.ends = [2]<-chan struct{}{}
	}
	for {
		select {
		case err := <-done:
			return err
		case <-p.ends[0]:
			ended()
		case <-p.ends[1]:
			ended()
		case <-late:
			return why
		}
	}
}

// left reports whether err says that the guest was left behind.
func left(err error) bool { return err == errOverdue || err == errAbandoned }

// host runs f as a guest of the pool, and counts it if it is left behind.
func (s *schedule) host(p patience, f func() error) error {
	err := p.await(guest(f))
	if left(err) {
		s.mu.Lock()
		s.counts.Abandoned++
		s.mu.Unlock()
	}
	return err
}

// hostOpen is host for what Open waits for. Whoever does not return after the end of
// ctx is left behind.
func (p *core) hostOpen(ctx context.Context, f func() error) error {
	err := p.host(patience{ends: [2]<-chan struct{}{ctx.Done()}}, f)
	if left(err) {
		return fmt.Errorf("it did not return: %w", context.Cause(ctx))
	}
	return err
}

// toldError is an error of the user's of which the text was taken while that could
// do no harm: it is said under locks, and by whoever formats it.
type toldError struct {
	text string
	err  error
}

func (e *toldError) Error() string { return e.text }
func (e *toldError) Unwrap() error { return e.err }

// told is for guests: it takes the text of an error.
func told(err error) error {
	if err == nil {
		return nil
	}
	return &toldError{errorText(err), err}
}

// trusted are packages of the standard library whose types read and write
// themselves, and do nothing but that.
var trusted = map[string]bool{"time": true, "math/big": true, "net": true, "net/netip": true, "net/url": true, "encoding/json": true}

// hosts reports whether values of type t bring code of the user's along that a
// codec may call: methods for writing and reading, their own or those of something in
// them, or whatever is in an interface. Other methods, such as String, nobody calls.
func hosts(t reflect.Type) bool { return bringsCode(t, map[reflect.Type]bool{}) }

func bringsCode(t reflect.Type, seen map[reflect.Type]bool) bool {
	switch {
	case seen[t]:
		return false
	case t.Kind() == reflect.Interface:
		return true
	case t.Kind() != reflect.Pointer && !trusted[t.PkgPath()] && codec.Calls(t):
		return true
	}
	seen[t] = true
	switch t.Kind() {
	case reflect.Array, reflect.Pointer, reflect.Slice:
		return bringsCode(t.Elem(), seen)
	case reflect.Map:
		return bringsCode(t.Key(), seen) || bringsCode(t.Elem(), seen)
	case reflect.Struct:
		for f := range t.Fields() {
			if bringsCode(f.Type, seen) {
				return true
			}
		}
	}
	return false
}
