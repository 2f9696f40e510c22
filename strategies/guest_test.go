package strategies

import (
	"encoding/json"
	"errors"
	"math/big"
	"net"
	"reflect"
	"runtime"
	"testing"
	"time"
)

type (
	plainValue struct {
		N     int
		At    time.Time
		Big   *big.Int
		Raw   json.RawMessage
		IPs   []net.IP
		Names map[string][]float64
		Next  *plainValue
	}
	writesItself  struct{ N int }
	readsItself   struct{ N int }
	holdsOne      struct{ In []map[string]*readsItself }
	holdsAny      struct{ V any }
	holdsError    struct{ E net.OpError }
	hasNoExported struct{ N int }
	stringer      struct{ N int }
	zeroer        struct{ N int }
)

func (stringer) String() string { return "" }
func (stringer) Error() string  { return "" }
func (*stringer) Sum() int      { return 0 }
func (*zeroer) IsZero() bool    { return true }

func (writesItself) MarshalText() ([]byte, error) { return nil, nil }
func (*readsItself) UnmarshalText([]byte) error   { return nil }
func (hasNoExported) secret()                     {}

// TestHosts: types without methods that a codec calls, and those of the standard library,
// are not encoded and decoded as guests.
func TestHosts(t *testing.T) {
	hasNoExported{}.secret()
	for typ, want := range map[reflect.Type]bool{
		reflect.TypeFor[int]():                      false,
		reflect.TypeFor[[]uint64]():                 false,
		reflect.TypeFor[plainValue]():               false,
		reflect.TypeFor[hasNoExported]():            false,
		reflect.TypeFor[map[stringer][]*stringer](): false,
		reflect.TypeFor[[]zeroer]():                 true,
		reflect.TypeFor[writesItself]():             true,
		reflect.TypeFor[readsItself]():              true,
		reflect.TypeFor[map[writesItself]int]():     true,
		reflect.TypeFor[holdsOne]():                 true,
		reflect.TypeFor[holdsAny]():                 true,
		reflect.TypeFor[holdsError]():               true,
		reflect.TypeFor[error]():                    true,
		reflect.TypeFor[json.Marshaler]():           true,
		reflect.TypeFor[struct{ *writesItself }]():  true,
	} {
		if hosts(typ) != want {
			t.Errorf("hosts(%v) = %t", typ, !want)
		}
	}
}

// exits is an error that ends whoever asks it.
type exits struct{}

func (exits) Error() string { runtime.Goexit(); return "" }

func TestGuests(t *testing.T) {
	for name, c := range map[string]struct {
		f    func() error
		typ  string
		text string
	}{
		"returns":           {func() error { return nil }, "", ""},
		"fails":             {func() error { return errEmpty }, "", "empty"},
		"panics":            {func() error { panic("out of paper") }, typePanic, "out of paper"},
		"exits":             {func() error { runtime.Goexit(); return nil }, typeGoexit, errGoexit.Text},
		"panics with exits": {func() error { panic(exits{}) }, typeGoexit, errGoexit.Text},
		"tells of exits":    {func() error { return told(exits{}) }, typeGoexit, errGoexit.Text},
		"panics with nil":   {func() error { panic((*exits)(nil)) }, typePanic, "<nil>"},
	} {
		err := guarded(c.f)
		var remote *RemoteError
		switch {
		case c.typ == "" && c.text == "" && err != nil, c.typ == "" && c.text != "" && err.Error() != c.text:
			t.Errorf("%s: %v", name, err)
		case c.typ != "" && (!errors.As(err, &remote) || remote.Type != c.typ || remote.Text != c.text):
			t.Errorf("%s: %#v, want %s %q", name, err, c.typ, c.text)
		}
	}
}

func TestPatience(t *testing.T) {
	stuck, over := make(chan struct{}), make(chan struct{})
	defer close(stuck)
	f := func() error { <-stuck; return nil }
	s := &schedule{}
	if err := s.host(patience{limit: time.Millisecond}, f); err != errOverdue {
		t.Errorf("past the limit: %v", err)
	}
	close(over)
	begin := time.Now()
	if err := s.host(patience{ends: [2]<-chan struct{}{nil, over}}, f); err != errAbandoned || time.Since(begin) < guestGrace {
		t.Errorf("%v after the end: %v", time.Since(begin), err)
	}
	if err := s.host(patience{limit: time.Hour, ends: [2]<-chan struct{}{over}}, func() error { return errEmpty }); err != errEmpty {
		t.Errorf("in the grace after the end: %v", err)
	}
	if s.counts.Abandoned != 2 {
		t.Errorf("%d were abandoned, want 2", s.counts.Abandoned)
	}
}

// BenchmarkGuest is what types with methods of their own pay for each chunk, four
// times: encoding and decoding, items and results.
func BenchmarkGuest(b *testing.B) {
	f := func() error { return nil }
	for b.Loop() {
		if err := guarded(f); err != nil {
			b.Fatal(err)
		}
	}
}
