//go:build linux

package strategytest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/handoff-go/handoff/strategies"
)

var oddFaults = []fault{
	{37, "appended-items", processes, appendedItems},
	{37, "appended-results", processes, appendedResults},
	{38, "odd-items", processes, oddItems},
	{38, "odd-results", processes, oddResults},
	{38, "odd-pointers", processes, oddPointers},
}

// satchel has slices side by side.
type satchel struct {
	N     int
	Body  []byte
	Parts [][]byte
	Texts []string
	Nums  []uint32
	Lists [][]uint64
	Said  string // what the task found wrong
}

func newSatchel(n int) satchel {
	size := []int{1, 7, 300, 20_000}[n%4]
	part := func(c int) []byte { return bytes.Repeat([]byte{byte('a' + (n+c)%26)}, size+c) }
	return satchel{
		N: n, Body: part(0), Parts: [][]byte{part(1), part(2), {}, part(3)}, Texts: []string{"text", string(part(4)), ""},
		Nums: []uint32{uint32(n), 2, 3}, Lists: [][]uint64{{1, uint64(n)}, make([]uint64, size/8+1), {3}},
	}
}

// sameSatchel takes nil and empty for each other.
func sameSatchel(a, b satchel) bool {
	for _, s := range []*satchel{&a, &b} {
		s.Parts = slices.Clone(s.Parts)
		for i, p := range s.Parts {
			if len(p) == 0 {
				s.Parts[i] = nil
			}
		}
	}
	return reflect.DeepEqual(a, b)
}

// appendToAll appends to every slice of s and drops what comes of it.
func appendToAll(s satchel) {
	const more = "SCRIBBLE-SCRIBBLE-SCRIBBLE"
	_ = append(s.Body, more...)
	for _, p := range s.Parts {
		_ = append(p, more...)
	}
	_ = append(s.Texts, more)
	_ = append(s.Nums, 77, 77, 77, 77)
	for _, l := range s.Lists {
		_ = append(l, 77, 77, 77, 77)
	}
	_ = append(s.Parts, []byte(more))
	_ = append(s.Lists, nil)
}

// overwrite writes into every slice of s.
func overwrite(s satchel) {
	for _, b := range append(s.Parts, s.Body) {
		for i := range b {
			b[i] = 'X'
		}
	}
	for i := range s.Texts {
		s.Texts[i] = "overwritten"
	}
	clear(s.Nums)
	for _, l := range s.Lists {
		clear(l)
	}
}

// stuffed appends to what it was given and to what it was given before, all of which
// must stay as it was.
var (
	filled  []satchel
	stuffed = strategies.Define("strategytest-stuffed", func(_ context.Context, s satchel) (satchel, error) {
		filled = append(filled, s)
		for _, s := range filled {
			appendToAll(s)
		}
		for _, s := range filled {
			if want := newSatchel(s.N); !sameSatchel(s, want) {
				return satchel{N: s.N, Said: fmt.Sprintf("item %d is not what it was", s.N)}, nil
			}
		}
		if len(filled) > 20 {
			filled = filled[1:]
		}
		return s, nil
	})
)

func satchels(n int) []satchel {
	items := make([]satchel, n)
	for i := range items {
		items[i] = newSatchel(i)
	}
	return items
}

func appendedItems(t *testing.T, e env) {
	e.spec.Workers = 1
	items := satchels(40)
	for i, got := range mapAll(t, open(t, e, stuffed), items) {
		if got.Said != "" || !sameSatchel(got, items[i]) {
			t.Fatalf("item %d: the task that appended says %q", i, got.Said)
		}
	}
}

var carry = strategies.Define("strategytest-carry", func(_ context.Context, s satchel) (satchel, error) { return s, nil })

func appendedResults(t *testing.T, e env) {
	pool := open(t, e, carry)
	items := satchels(40)
	var kept []satchel
	for range 3 {
		results := mapAll(t, pool, items)
		for _, r := range results {
			appendToAll(r)
		}
		for i, r := range results {
			if !sameSatchel(r, items[i]) {
				t.Fatalf("appending to results changed result %d", i)
			}
		}
		for i := 0; i < len(results); i += 2 {
			overwrite(results[i])
		}
		for i := 1; i < len(results); i += 2 {
			if !sameSatchel(results[i], items[i]) {
				t.Fatalf("overwriting other results changed result %d", i)
			}
		}
		kept = append(kept, results...)
	}
	pool.Close()
	for i, r := range kept {
		if n := i % len(items); n%2 == 1 && !sameSatchel(r, items[n]) {
			t.Fatalf("result %d changed when more came", i)
		}
	}
}

// odd is a value that a codec may be tempted to change.
type odd struct {
	Text  string
	When  time.Time
	Ratio float64
	Small float32
	Whole uint64
	Raw   []byte
	Wait  time.Duration
}

// odds are such values, and among them one that is none.
var odds = []odd{
	{Text: "plain"},
	{Text: "not UTF-8: \xff\xfe"},
	{Text: "\ufffd is UTF-8, \\ufffd is text, <&>\u2028"},
	{When: time.Date(1880, 1, 1, 0, 0, 0, 0, time.FixedZone("LMT", 53*60+28))},
	{When: time.Date(2026, 7, 1, 12, 0, 0, 123456789, time.FixedZone("CEST", 7200))},
	{When: time.Date(12026, 1, 1, 0, 0, 0, 0, time.UTC)},
	{When: time.Date(-5, 1, 1, 0, 0, 0, 0, time.UTC)},
	{When: time.Time{}.In(time.FixedZone("far", 25*3600))},
	{Ratio: math.NaN()},
	{Ratio: math.Inf(-1), Small: math.SmallestNonzeroFloat32},
	{Ratio: 0.1, Small: 0.1, Whole: math.MaxUint64},
	{Raw: []byte{0, 255, 254}, Wait: 1<<63 - 1},
}

func sameOdd(a, b odd) bool {
	_, zoneA := a.When.Zone()
	_, zoneB := b.When.Zone()
	return a.Text == b.Text && a.When.Equal(b.When) && zoneA == zoneB && (a.Ratio == b.Ratio || a.Ratio != a.Ratio && b.Ratio != b.Ratio) &&
		a.Small == b.Small && a.Whole == b.Whole && bytes.Equal(a.Raw, b.Raw) && a.Wait == b.Wait
}

var (
	// peer says which of the odd values it was given.
	peer = strategies.Define("strategytest-peer", func(_ context.Context, o odd) (int, error) {
		return slices.IndexFunc(odds, func(known odd) bool { return sameOdd(o, known) }), nil
	})
	// pick returns one.
	pick = strategies.Define("strategytest-pick", func(_ context.Context, n int) (odd, error) { return odds[n], nil })
)

// oddItems wants every value to arrive as it is, or to be the error of its item, and
// most of them to arrive.
func oddItems(t *testing.T, e env) {
	results, err := open(t, e, peer).Map(within(t, patience), odds)
	arrived(t, err, func(i int) bool { return results[i] == i }, len(odds))
}

func oddResults(t *testing.T, e env) {
	numbers := make([]int, len(odds))
	for i := range numbers {
		numbers[i] = i
	}
	results, err := open(t, e, pick).Map(within(t, patience), numbers)
	arrived(t, err, func(i int) bool { return sameOdd(results[i], odds[i]) }, len(odds))
}

// arrived wants each of n items to be right or to have failed, with an error that
// speaks of the value; the first, which is nothing odd, and a third of all must be right.
func arrived(t *testing.T, err error, right func(i int) bool, n int) {
	t.Helper()
	failed := map[int]error{}
	var all *strategies.MapError
	if err != nil && !errors.As(err, &all) {
		t.Fatal(err)
	}
	if all != nil {
		for _, f := range all.Failed {
			failed[f.Index] = f.Err
		}
	}
	for i := range n {
		if failed[i] == nil && !right(i) {
			t.Errorf("value %d came back changed, and there is no error", i)
		}
		if text := fmt.Sprint(failed[i]); strings.Contains(text, "worker") {
			t.Errorf("value %d: %s, want an error about the value", i, text)
		}
	}
	if failed[0] != nil || len(failed) > 2*n/3 {
		t.Errorf("%d of %d values failed, among them the plain one: %v", len(failed), n, failed[0])
	}
}

// oddPointer has pointers to what some codecs write as nothing.
type oddPointer struct {
	N     *int
	Text  *string
	List  *[]int
	Twice **int
	Named map[string]*int
}

var oddPointerValues = []oddPointer{
	{}, {N: new(int)}, {Text: new(string)}, {List: new([]int)}, {List: &[]int{}}, {Twice: new(*int)}, {Twice: ptr(new(int))},
	{Named: map[string]*int{"zero": new(int)}}, {Named: map[string]*int{"nil": nil}}, {N: ptr(1), Text: ptr("text"), List: &[]int{1}, Twice: ptr(ptr(2))},
}

func ptr[T any](v T) *T { return &v }

// shape tells which pointers are nil, and what the others lead to.
func (o oddPointer) shape() string {
	text := fmt.Sprint(o.N != nil, o.Text != nil, o.List != nil, o.Twice != nil, len(o.Named))
	if o.N != nil {
		text += fmt.Sprint(*o.N)
	}
	if o.Text != nil {
		text += *o.Text
	}
	if o.List != nil {
		text += fmt.Sprint(*o.List)
	}
	if o.Twice != nil && *o.Twice != nil {
		text += fmt.Sprint(**o.Twice)
	}
	for k, v := range o.Named {
		text += fmt.Sprint(k, v != nil)
	}
	return text
}

var point = strategies.Define("strategytest-point", func(_ context.Context, o oddPointer) (oddPointer, error) { return o, nil })

func oddPointers(t *testing.T, e env) {
	if c := codecOf(e.spec); c.Check(reflect.TypeFor[oddPointer](), false) != nil {
		openFails(t, e, point, "oddPointer")
		return
	}
	results, err := open(t, e, point).Map(within(t, patience), oddPointerValues)
	arrived(t, err, func(i int) bool { return results[i].shape() == oddPointerValues[i].shape() }, len(oddPointerValues))
}
