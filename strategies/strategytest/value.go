package strategytest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/handoff-go/handoff/strategies"
	"github.com/handoff-go/handoff/strategies/codec"
)

var valueChecks = []check{
	{"nested values", nil, nestedValues},
	{"values that cannot be encoded", processes, unencodable},
	{"values that cannot be decoded", processes, undecodable},
	{"big items", nil, bigItems},
	{"items that a task keeps", nil, keptItems},
	{"items over the frame limit", processes, overLimit},
	{"fields that a codec drops", plain, droppedFields},
	{"fields that no codec carries", plainProcesses, hopelessFields},
}

// tree is a value with everything in it.
type tree struct {
	Name     string
	Planted  time.Time
	Heights  []float64
	Rings    map[string][]map[int]bool
	Branches []tree
	Next     *tree
	Count    *int64
}

// flipped changes something on every level.
var flipped = strategies.Define("strategytest-flipped", func(_ context.Context, t tree) (tree, error) {
	return flip(t), nil
})

func flip(t tree) tree {
	slices.Reverse(t.Heights)
	t.Planted = t.Planted.Add(time.Hour)
	t.Name += "!"
	for i := range t.Branches {
		t.Branches[i] = flip(t.Branches[i])
	}
	if t.Next != nil {
		next := flip(*t.Next)
		t.Next = &next
	}
	return t
}

// newTree makes the tree of that number, the same each time. It has no empty
// slices and no pointers to zero, which not every codec keeps.
func newTree(n int) tree {
	count := int64(n + 1)
	leaf := func() tree {
		return tree{Name: "leaf", Planted: time.Date(2020, 1, 1+n, 2, 3, 4, 5, time.UTC), Heights: []float64{0.5, float64(n)}}
	}
	tip := leaf()
	return tree{
		Name:     "Bäume\n\"&<>\"\x00",
		Planted:  time.Date(1999, 12, 31, 23, 59, 59, 999999999, time.UTC),
		Heights:  []float64{1, -2.25, 1e300, float64(n)},
		Rings:    map[string][]map[int]bool{"a": {{1: true, n: false}, {-3: true}}, "": {{0: true}}},
		Branches: []tree{leaf(), {Name: "fork", Branches: []tree{leaf(), leaf()}}},
		Next:     &tree{Name: "next", Next: &tip},
		Count:    &count,
	}
}

// codecOf returns the codec of a strategy: the last part of its name, and gob
// where there is none. It is nil in process.
func codecOf(s strategies.Spec) codec.Codec {
	if s.InProcess() {
		return nil
	}
	if c, ok := codec.Lookup(s.Strategy[strings.LastIndexByte(s.Strategy, '-')+1:]); ok {
		return c
	}
	return codec.Gob{}
}

// nestedValues wants all of a value to arrive. A codec that has no form for it
// says so itself, and Open must say the same.
func nestedValues(t *testing.T, e env) {
	if c := codecOf(e.spec); c != nil {
		if err := c.Check(reflect.TypeFor[tree](), false); err != nil {
			openFails(t, e, flipped, err.Error())
			return
		}
	}
	const n = 12
	items, want := make([]tree, n), make([]tree, n)
	for i := range items {
		items[i], want[i] = newTree(i), flip(newTree(i))
	}
	for i, got := range mapAll(t, open(t, e, flipped), items) {
		if !reflect.DeepEqual(got, want[i]) {
			t.Fatalf("item %d came back as\n%+v\nwant\n%+v", i, got, want[i])
		}
	}
}

// fussy is a value that does not want to travel with some numbers.
type fussy int64

const (
	encodeFails fussy = 1000 + iota
	encodePanics
	decodeFails
	resultFails  // the item travels, its result does not
	resultPanics // likewise
)

var errFussy = errors.New("this number does not travel")

func (f fussy) GobEncode() ([]byte, error) { return f.MarshalText() }

func (f *fussy) GobDecode(src []byte) error { return f.UnmarshalText(src) }

func (f fussy) AppendBinary(b []byte) ([]byte, error) {
	text, err := f.MarshalText()
	return append(b, text...), err
}

func (f *fussy) UnmarshalBinary(src []byte) error { return f.UnmarshalText(src) }

func (f fussy) MarshalText() ([]byte, error) {
	switch f {
	case encodeFails:
		return nil, errFussy
	case encodePanics:
		panic(errFussy)
	}
	return strconv.AppendInt(nil, int64(f), 10), nil
}

func (f *fussy) UnmarshalText(src []byte) error {
	n, err := strconv.ParseInt(string(src), 10, 64)
	if *f = fussy(n); *f == decodeFails {
		return errFussy
	}
	return err
}

var fuss = strategies.Define("strategytest-fuss", func(_ context.Context, f fussy) (fussy, error) {
	switch f {
	case resultFails:
		return encodeFails, nil
	case resultPanics:
		return encodePanics, nil
	}
	return 2 * f, nil
})

// fussAt runs a list with one number in it that does not travel, and wants all
// others to have their results.
func fussAt(t *testing.T, pool *strategies.Pool[fussy, fussy], k int, bad fussy) *strategies.ItemError {
	t.Helper()
	items := make([]fussy, 20)
	for i := range items {
		items[i] = fussy(i + 1)
	}
	items[k] = bad
	results, err := pool.Map(within(t, patience), items)
	for i, r := range results {
		if i != k && r != 2*items[i] {
			t.Errorf("%d at %d: results[%d] = %d, want %d", bad, k, i, r, 2*items[i])
		}
	}
	failed := failures(t, err, 1)[0]
	if failed.Index != k {
		t.Errorf("%d at %d: the error is that of item %d", bad, k, failed.Index)
	}
	return failed
}

// asksTypes reports whether the codec of e leaves it to a type how it travels,
// so that a fussy value can refuse to.
func asksTypes(e env) bool {
	c := codecOf(e.spec)
	_, err := c.NewEncoder().Encode(nil, &[]fussy{encodeFails})
	return err != nil
}

// sealed has something in it that no codec carries, if it carries interfaces.
type sealed struct {
	N int
	V any
}

const resultSealed = 1000 // the item travels, its result does not

var seal = strategies.Define("strategytest-seal", func(_ context.Context, s sealed) (sealed, error) {
	if s.N == resultSealed {
		return sealed{V: func() {}}, nil
	}
	return sealed{N: 2 * s.N}, nil
}, strategies.Lossy())

// unencodable wants one ItemError and no dead worker, in the ways that the
// codec has: a type that refuses, or an interface with a function in it.
func unencodable(t *testing.T, e env) {
	refuses := asksTypes(e)
	carries := codecOf(e.spec).Check(reflect.TypeFor[sealed](), true) == nil
	if !refuses && !carries {
		t.Fatal("no value is known that this codec cannot encode")
	}
	if refuses {
		refusing(t, e)
	}
	if carries {
		sealedUp(t, e)
	}
}

func sealedUp(t *testing.T, e env) {
	for attempts, bad := range []sealed{{V: func() {}}, {N: resultSealed}} {
		pool := open(t, e, seal)
		for _, k := range places {
			items := make([]sealed, 20)
			for i := range items {
				items[i].N = i + 1
			}
			items[k] = bad
			results, err := pool.Map(within(t, patience), items)
			for i, r := range results {
				if i != k && r.N != 2*items[i].N {
					t.Errorf("sealed at %d: results[%d] = %v", k, i, r)
				}
			}
			if failed := failures(t, err, 1)[0]; failed.Index != k || failed.Attempts != attempts {
				t.Errorf("sealed at %d: item %d after %d attempts, want %d: %v", k, failed.Index, failed.Attempts, attempts, failed)
			}
		}
		if n := pool.Stats().Deaths; n != 0 {
			t.Errorf("%d workers died of values", n)
		}
		pool.Close()
	}
}

// refusing opens a pool for each value: one that is the very first of a
// connection takes along what its encoder said of the type.
func refusing(t *testing.T, e env) {
	for bad, attempts := range map[fussy]int{encodeFails: 0, encodePanics: 0, resultFails: 1, resultPanics: 1} {
		pool := open(t, e, fuss)
		for _, k := range places {
			if failed := fussAt(t, pool, k, bad); failed.Attempts != attempts {
				t.Errorf("%d at %d: %d attempts, want %d: %v", bad, k, failed.Attempts, attempts, failed)
			}
		}
		if n := pool.Stats().Deaths; n != 0 {
			t.Errorf("%d workers died of %d", n, bad)
		}
		pool.Close()
	}
}

// undecodable items must not take others with them. A codec that asks no type
// decodes all that it encodes: then this one travels like the others.
func undecodable(t *testing.T, e env) {
	if !asksTypes(e) {
		items := []fussy{1, decodeFails, 3}
		if got := mapAll(t, open(t, e, fuss), items); !slices.Equal(got, []fussy{2, 2 * decodeFails, 6}) {
			t.Errorf("got %v", got)
		}
		return
	}
	pool := open(t, e, fuss)
	for _, k := range places {
		fussAt(t, pool, k, decodeFails)
	}
}

func bigItems(t *testing.T, e env) {
	items := orders(6, "")
	for i := range items {
		items[i].Bytes = bytes.Repeat([]byte{byte(i), 0xff}, 1<<19)
	}
	items[3].Bytes = nil
	replies := mapAll(t, open(t, e, act), items)
	right(t, items, replies)
	for i, r := range replies {
		if !bytes.Equal(r.Bytes, items[i].Bytes) {
			t.Errorf("item %d: %d bytes came back changed", i, len(items[i].Bytes))
		}
	}
}

// hoard are items of which the task that got them has kept the bytes.
var hoard struct {
	sync.Mutex
	items []order
}

// hold keeps its item, and wants all that it has to be as they came.
var hold = strategies.Define("strategytest-hold", func(_ context.Context, item order) (int, error) {
	hoard.Lock()
	defer hoard.Unlock()
	hoard.items = append(hoard.items, item)
	for _, o := range hoard.items {
		if n := bytes.Count(o.Bytes, []byte{byte(o.N)}); n != len(o.Bytes) {
			return 0, fmt.Errorf("item %d has changed since it came, %d of %d bytes are right", o.N, n, len(o.Bytes))
		}
	}
	return len(item.Bytes), nil
})

// keptItems wants what a task has been given to stay as it is, also when memory
// is used again for what comes next.
func keptItems(t *testing.T, e env) {
	defer func() { hoard.items = nil }() // of a task that ran here
	e.spec.Chunk = 1
	items := orders(24, "")
	for i := range items {
		items[i].Bytes = bytes.Repeat([]byte{byte(i)}, 32<<10)
	}
	for i, n := range mapAll(t, open(t, e, hold), items) {
		if n != len(items[i].Bytes) {
			t.Errorf("item %d had %d bytes, want %d", i, n, len(items[i].Bytes))
		}
	}
}

// overLimit wants an error for the item that is too large, or whose result is,
// and for no other.
func overLimit(t *testing.T, e env) {
	e.spec.FrameLimit = 64 << 10
	pool := open(t, e, act)
	large := orders(20, "")
	large[5].Bytes = make([]byte, 200<<10)
	grown := orders(20, "")
	grown[6].Act = "grow"
	for k, items := range map[int][]order{5: large, 6: grown} {
		replies, err := pool.Map(within(t, patience), items)
		right(t, items, replies, k)
		sent := k - 5 // an item over the limit never is
		if failed := failures(t, err, 1)[0]; failed.Index != k || failed.Attempts != sent {
			t.Errorf("item %d failed after %d attempts, want item %d after %d: %v", failed.Index, failed.Attempts, k, sent, failed)
		}
	}
	if n := pool.Stats().Deaths; n != 0 {
		t.Errorf("%d workers died of large items", n)
	}
	overTogether(t, e)
}

// overTogether has a chunk with results, and one with errors, each of which is
// within the limit, and all of which are over that of any connection.
func overTogether(t *testing.T, e env) {
	t.Helper()
	const n = 160
	e.spec.Chunk = n
	pool := open(t, e, act)
	items := orders(n, "swell")
	right(t, items, mapAll(t, pool, items))
	_, err := pool.Map(within(t, patience), orders(n, "lament"))
	failures(t, err, n)
	if n := pool.Stats().Deaths; n != 0 {
		t.Errorf("%d workers died of large answers", n)
	}
}

// diary has a field that codecs drop without a word.
type diary struct {
	Title  string
	Pages  []page
	PutOff int
}

type page struct {
	Text   string
	secret string
}

func readDiary(_ context.Context, d diary) (int, error) {
	n := 0
	for _, p := range d.Pages {
		n += len(p.Text) + len(p.secret)
	}
	return n, nil
}

var (
	careful  = strategies.Define("strategytest-careful", readDiary)
	careless = strategies.Define("strategytest-careless", readDiary, strategies.Lossy())
)

func droppedFields(t *testing.T, e env) {
	items := []diary{{Pages: []page{{"four", "secret"}}}}
	if e.spec.InProcess() {
		if got := mapAll(t, open(t, e, careful), items)[0]; got != 10 {
			t.Errorf("in process %d bytes arrived, want 10", got)
		}
		return
	}
	openFails(t, e, careful, "diary.Pages[].secret")
	if got := mapAll(t, open(t, e, careless), items)[0]; got != 4 {
		t.Errorf("with Lossy %d bytes arrived, want 4", got)
	}
}

var (
	withFunc = strategies.Define("strategytest-func", func(_ context.Context, in struct{ Do func() }) (int, error) { return 0, nil })
	withChan = strategies.Define("strategytest-chan", func(_ context.Context, in int) (map[string]chan int, error) { return nil, nil },
		strategies.Lossy())
)

func hopelessFields(t *testing.T, e env) {
	openFails(t, e, withFunc, "Do")
	openFails(t, e, withChan, "chan int")
}
