package strategytest

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"runtime"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/handoff-go/handoff/strategies"
)

// wild is an item of which the methods do something else than they should, and
// its own result: where it is written or read, in the coordinator and in the
// worker.
type wild struct {
	N     int64
	Write string    // a key of deeds: what the item does where it is encoded
	Read  string    // decoded
	Run   string    // a key of wildRuns: what the task does
	Done  [2]string // what the result does where it is encoded, and decoded
}

// deeds are what a method can do besides its work.
var deeds = map[string]func(wild) error{
	"panic":        func(w wild) error { panic(fmt.Sprintf("value %d panics", w.N)) },
	"panic-nil":    func(wild) error { panic((*wildError)(nil)) },
	"panic-wild":   func(wild) error { panic(&wildError{text: "goexit"}) },
	"goexit":       func(wild) error { runtime.Goexit(); return nil },
	"error":        func(w wild) error { return fmt.Errorf("value %d refuses", w.N) },
	"error-panic":  func(wild) error { return &wildError{text: "panic"} },
	"error-goexit": func(wild) error { return &wildError{text: "goexit"} },
	"doze":         func(wild) error { time.Sleep(60 * time.Millisecond); return nil },
	"die":          func(wild) error { dieHere(); return nil },
	"stall":        func(wild) error { stall(); return errors.New("the stall is over") },
}

// quick returns the names of what is soon over, and is not as it should be.
func quick(doing map[string]func(wild) error) (names []string) {
	for name := range doing {
		if !strings.Contains(name, "stall") && name != "doze" && name != "bear" && name != "die" {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}

// stalls end when the check that has them ends: those in this process must.
var stalls struct {
	sync.Mutex
	over chan struct{} // nil: they last
}

// stall does not return, or not for longer than anybody waits.
func stall() {
	stalls.Lock()
	over := stalls.over
	stalls.Unlock()
	select {
	case <-over:
	case <-time.After(time.Minute):
	}
}

// stalling lets stalls in this process begin, and end by what it returns.
func stalling() (release func()) {
	over := make(chan struct{})
	stalls.Lock()
	stalls.over = over
	stalls.Unlock()
	return func() { close(over) }
}

// do does a deed, if it is one.
func (w wild) do(deed string) error {
	if f := deeds[deed]; f != nil {
		return f(w)
	}
	return nil
}

// untruths are what a value that lies says instead of itself: what another would say, or
// what none would.
var untruths = []string{"7/////", "8//goexit///", "1/2/3", "\x00\xff\"", "", strings.Repeat("9", 5000)}

func (w wild) MarshalText() ([]byte, error) {
	if w.Write == "lie" {
		return []byte(untruths[rand.IntN(len(untruths))]), nil
	}
	if err := w.do(w.Write); err != nil {
		return nil, err
	}
	return fmt.Appendf(nil, "%d/%s/%s/%s/%s/%s", w.N, w.Write, w.Read, w.Run, w.Done[0], w.Done[1]), nil
}

func (w *wild) UnmarshalText(src []byte) error {
	part := strings.Split(string(src), "/")
	if len(part) != 6 {
		return fmt.Errorf("%q is no wild value", src)
	}
	if _, err := fmt.Sscan(part[0], &w.N); err != nil {
		return err
	}
	w.Write, w.Read, w.Run, w.Done = part[1], part[2], part[3], [2]string{part[4], part[5]}
	return w.do(w.Read)
}

func (w wild) GobEncode() ([]byte, error)      { return w.MarshalText() }
func (w *wild) GobDecode(src []byte) error     { return w.UnmarshalText(src) }
func (w *wild) UnmarshalBinary(b []byte) error { return w.UnmarshalText(b) }
func (w wild) AppendBinary(b []byte) ([]byte, error) {
	text, err := w.MarshalText()
	return append(b, text...), err
}

// String is wild as well, should anybody ask.
func (w wild) String() string { runtime.Goexit(); return "" }

// running is the task of wild values: the result has three times the number.
var running = strategies.Define("strategytest-wild", func(_ context.Context, w wild) (wild, error) {
	if run := wildRuns[w.Run]; run != nil {
		if err := run(w); err != nil {
			return wild{}, err
		}
	}
	return wild{N: 3 * w.N, Write: w.Done[0], Read: w.Done[1]}, nil
}, strategies.Errors(errKnown))

// wildRuns are what the task can come to.
var wildRuns = map[string]func(wild) error{
	"goexit":         func(wild) error { runtime.Goexit(); return nil },
	"panic":          func(wild) error { panic("the task panics") },
	"panic-nil":      func(wild) error { panic((*wildError)(nil)) },
	"panic-none":     func(wild) error { panic(nil) },
	"panic-goexit":   func(wild) error { panic(&wildError{text: "goexit"}) },
	"panic-panic":    func(wild) error { panic(&wildError{text: "panic"}) },
	"error-panic":    func(wild) error { return &wildError{text: "panic"} },
	"error-nil":      func(wild) error { return (*wildError)(nil) },
	"error-goexit":   func(wild) error { return &wildError{text: "goexit"} },
	"error-stall":    func(wild) error { return &wildError{text: "stall"} },
	"unwrap-panic":   func(wild) error { return &wildError{unwrap: "panic"} },
	"unwrap-goexit":  func(wild) error { return &wildError{unwrap: "goexit"} },
	"unwrap-stall":   func(wild) error { return &wildError{unwrap: "stall"} },
	"unwrap-itself":  func(wild) error { return &wildError{unwrap: "itself"} },
	"unwrap-growing": func(wild) error { return growing{} },
	"is-panic":       func(wild) error { return &wildError{is: "panic"} },
	"is-goexit":      func(wild) error { return &wildError{is: "goexit"} },
	"is-stall":       func(wild) error { return &wildError{is: "stall"} },
	"is-known":       func(wild) error { return &wildError{is: "known"} },
	"bear":           func(wild) error { return exec.Command("sleep", "600").Start() },
	"uncomparable":   func(wild) error { return uncomparable{"a"} },
}

// wildError is an error of which the methods do something else than they should.
type wildError struct{ text, unwrap, is string }

func (e *wildError) do(deed string) { // which panics if e is nil
	if f := deeds[deed]; f != nil {
		f(wild{})
	}
}

func (e *wildError) Error() string {
	e.do(e.text)
	return "a wild error"
}

func (e *wildError) Unwrap() error {
	e.do(e.unwrap)
	if e.unwrap == "itself" {
		return e
	}
	return nil
}

func (e *wildError) Is(target error) bool {
	e.do(e.is)
	return e.is == "known" && target == errKnown
}

// growing is an error that wraps ever more others.
type growing struct{}

func (growing) Error() string   { return "a growing error" }
func (growing) Unwrap() []error { return []error{growing{}, growing{}, growing{}} }

// uncomparable is an error that == panics over.
type uncomparable []string

func (uncomparable) Error() string       { return "an uncomparable error" }
func (u uncomparable) Is(err error) bool { return any(u) == any(err) }

// dieHere ends the process as kill -9 would.
func dieHere() {
	if self, err := os.FindProcess(os.Getpid()); err == nil {
		self.Kill()
	}
	select {}
}
