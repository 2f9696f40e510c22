package strategies

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"reflect"
	"runtime"
	"strings"
	"testing"
	"unicode/utf8"
)

// Sentinels of the tasks of these tests.
var (
	errEmpty = errors.New("empty")
	errFull  = errors.New("full")
	sentinel = []error{errEmpty, errFull}
)

func crossed(t *testing.T, err error) *RemoteError {
	t.Helper()
	remote, ok := readError(appendError(nil, err, sentinel, 1<<20), sentinel)
	if !ok {
		t.Fatalf("the record of %v cannot be read", err)
	}
	return remote
}

func TestErrorsIsHoldsAcross(t *testing.T) {
	all := append([]error{context.Canceled, context.DeadlineExceeded}, sentinel...)
	for _, c := range []struct {
		err error
		is  []error
	}{
		{errors.New("just so"), nil},
		{io.EOF, nil},
		{errEmpty, []error{errEmpty}},
		{fmt.Errorf("shelf 3: %w", errFull), []error{errFull}},
		{context.Canceled, []error{context.Canceled}},
		{fmt.Errorf("too slow: %w", context.DeadlineExceeded), []error{context.DeadlineExceeded}},
		{errors.Join(errFull, context.Canceled, errEmpty), []error{errEmpty, errFull, context.Canceled}},
	} {
		remote := crossed(t, c.err)
		if remote.Text != c.err.Error() || remote.Error() != c.err.Error() || remote.Type != fmt.Sprintf("%T", c.err) || remote.Stack != "" {
			t.Errorf("%T %q comes as %q %q", c.err, c.err, remote.Type, remote.Text)
		}
		for _, known := range all {
			want := false
			for _, is := range c.is {
				want = want || is == known
			}
			if got := errors.Is(remote, known); got != want {
				t.Errorf("%v: errors.Is(%v) is %v", c.err, known, got)
			}
		}
	}
	if errors.Is(crossed(t, io.EOF), io.EOF) {
		t.Error("an error that is no sentinel of the task came across as itself")
	}
}

// touchy is an error whose Error method panics.
type touchy struct{ with any }

func (e touchy) Error() string { panic(e.with) }

func TestErrorMethodThatPanics(t *testing.T) {
	for _, with := range []any{"do not look", errEmpty, 42} {
		got := crossed(t, touchy{with})
		if want := fmt.Sprintf("strategies.touchy (its Error method panics: %v)", with); got.Text != want {
			t.Errorf("panic with %v: text %q, want %q", with, got.Text, want)
		}
	}
	var none *touchy
	if got := crossed(t, none); !strings.Contains(got.Text, "*strategies.touchy (its Error method panics: ") {
		t.Errorf("a nil error of a type: text %q", got.Text)
	}
}

func TestPanicsCrossWithTheirStack(t *testing.T) {
	for _, kind := range []string{typePanic, typeGoexit} {
		want := RemoteError{Type: kind, Text: "out of paper", Stack: "goroutine 7"}
		if got := crossed(t, &want); !reflect.DeepEqual(*got, want) {
			t.Errorf("%+v comes as %+v", want, *got)
		}
	}
	if got := (&RemoteError{Type: typePanic, Text: "x"}).Error(); got != "panic: x" {
		t.Errorf("the text of a panic is %q", got)
	}
}

func TestErrorRecordThatDoesNotFit(t *testing.T) {
	src := appendError(nil, fmt.Errorf("%w, %w", errFull, context.Canceled), sentinel, 1<<20)
	for n := range len(src) {
		if got, ok := readError(src[:n], sentinel); ok {
			t.Errorf("cut to %d of %d bytes: taken as %+v", n, len(src), got)
		}
	}
	if _, ok := readError(src, nil); ok {
		t.Error("the number of a sentinel is taken by a task that has none")
	}
	if got, ok := readError(append([]byte{0, 0, 0}, 9, 0, 0, 0, 0, 0, 0, 0, 0, 0), sentinel); ok {
		t.Errorf("more numbers than there are errors: %+v", got)
	}
}

func TestLongErrorsAreShortened(t *testing.T) {
	long := strings.Repeat("wörter ", 1000)
	for name, err := range map[string]error{
		"text":  fmt.Errorf("%s: %w", long, errFull),
		"stack": &RemoteError{Type: typePanic, Text: "short", Stack: long, is: []error{errFull}},
		"both":  &RemoteError{Type: typePanic, Text: long, Stack: long, is: []error{errFull}},
	} {
		src := appendError(nil, err, sentinel, 996) // in the middle of ö
		got, ok := readError(src, sentinel)
		if len(src) > 1100 || !ok || !errors.Is(got, errFull) || !utf8.ValidString(got.Text) || !utf8.ValidString(got.Stack) {
			t.Errorf("a long %s comes in %d bytes as %+v, %v", name, len(src), got, ok)
		}
		if cut := strings.HasSuffix(got.Text, " …"); cut != (name != "stack") {
			t.Errorf("a long %s: the text ends with %q", name, got.Text[max(0, len(got.Text)-20):])
		}
	}
}

func FuzzErrorRecord(f *testing.F) {
	f.Add(appendError(nil, errEmpty, sentinel, 1<<20))
	f.Add(appendError(nil, &fs.PathError{Op: "open", Path: "x", Err: context.DeadlineExceeded}, sentinel, 1<<20))
	f.Add(appendError(nil, &RemoteError{Type: typePanic, Text: "a", Stack: "b"}, sentinel, 1<<20))
	f.Fuzz(func(t *testing.T, src []byte) {
		e, ok := readError(src, sentinel)
		if !ok {
			return
		}
		_ = e.Error()
		if e.Type != typePanic && e.Type != typeGoexit {
			return // that a RemoteError is written as itself is for panics only
		}
		again := appendError(nil, e, sentinel, 1<<20)
		e2, ok := readError(again, sentinel)
		if !ok || e2.Type != e.Type || e2.Text != e.Text || e2.Stack != e.Stack {
			t.Fatalf("%+v is written and read as %+v, %v", e, e2, ok)
		}
		for _, known := range append(wellKnown[:2:2], sentinel...) {
			if errors.Is(e, known) != errors.Is(e2, known) {
				t.Errorf("%v: errors.Is(%v) was %v", e, known, errors.Is(e, known))
			}
		}
	})
}

// ring is an error whose chain has no end, and counts the looks at it.
type ring struct {
	looks *int
	wide  bool
}

func (ring) Error() string { return "round and round" }

func (r ring) Is(error) bool { *r.looks++; return false }

func (r ring) Unwrap() []error {
	if r.wide {
		return []error{r, nil, r, r}
	}
	return []error{r}
}

// deep wraps errFull that many times.
func deep(n int) error {
	err := errFull
	for range n {
		err = fmt.Errorf("%w", err)
	}
	return err
}

func TestErrorChainsWithoutEnd(t *testing.T) {
	for _, wide := range []bool{false, true} {
		looks := 0
		got := crossed(t, ring{&looks, wide})
		if got.Text != "round and round" || len(got.is) > 0 {
			t.Errorf("wide %t: comes as %+v", wide, got)
		}
		if known := len(wellKnown) + len(sentinel); looks == 0 || looks > mostWrapped*known {
			t.Errorf("wide %t: looked at %d times, want at most %d", wide, looks, mostWrapped*known)
		}
	}
	if !errors.Is(crossed(t, deep(500)), errFull) {
		t.Error("a sentinel 500 errors deep is not found")
	}
	if errors.Is(crossed(t, deep(10*mostWrapped)), errFull) {
		t.Error("the chain was walked without a bound")
	}
}

// askew is an error of which one method does something else.
type askew struct {
	error  func() string
	unwrap func() error
	is     func() bool
}

func (e askew) Error() string   { return e.error() }
func (e askew) Unwrap() error   { return e.unwrap() }
func (e askew) Is(t error) bool { return t == errFull && e.is() }

func TestErrorMethodsThatEndTheGoroutine(t *testing.T) {
	straight := askew{func() string { return "askew" }, func() error { return errEmpty }, func() bool { return true }}
	for _, leave := range []func(){runtime.Goexit, func() { panic("no") }} {
		text, unwrap, is := straight, straight, straight
		text.error = func() string { leave(); return "" }
		unwrap.unwrap = func() error { leave(); return nil }
		is.is = func() bool { leave(); return false }
		if got := crossed(t, text); !strings.Contains(got.Text, "strategies.askew (its Error method") || !errors.Is(got, errFull) || !errors.Is(got, errEmpty) {
			t.Errorf("Error: %+v", got)
		}
		if got := crossed(t, unwrap); got.Text != "askew" || !errors.Is(got, errFull) {
			t.Errorf("Unwrap: %+v", got)
		}
		if got := crossed(t, is); got.Text != "askew" {
			t.Errorf("Is: %+v", got)
		}
	}
}
