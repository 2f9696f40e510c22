//go:build linux

package strategytest

import (
	"context"
	"encoding/gob"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/handoff-go/handoff/strategies"
	"github.com/handoff-go/handoff/strategies/codec"
)

// valueFaults are values that a codec would change, or that would end the process that
// encodes them.
var valueFaults = []fault{
	{38, "pointers-to-zero", processes, pointersToZero},
	{39, "unregistered-item", isGob, unregisteredItem},
	{39, "unregistered-result", isGob, unregisteredResult},
	{39, "unregistered-in-worker", isGob, unregisteredInWorker},
	{39, "nil-in-slice", processes, nilInSlice},
	{49, "contains-itself", processes, containsItself},
	{49, "too-deep", isShallow, tooDeep},
}

// hollow has pointers to what may be zero.
type hollow struct {
	Number *int
	Text   *string
	Twice  **bool
	Kids   []hollow
}

var hollowed = strategies.Define("strategytest-hollowed", func(_ context.Context, h hollow) (hollow, error) {
	return hollow{Number: h.Number, Text: h.Text, Twice: h.Twice, Kids: []hollow{h}}, nil
})

// pointersToZero wants a pointer in a result where the task put one.
func pointersToZero(t *testing.T, e env) {
	if codecOf(e.spec).Check(reflect.TypeFor[hollow](), false) != nil {
		openFails(t, e, hollowed, "cannot carry")
		return
	}
	items := make([]hollow, 20)
	for i := range items {
		items[i].Number = new(i % 3)
		if i%2 == 0 {
			items[i].Text, items[i].Twice, items[i].Number = new(""), new(new(false)), nil
		}
	}
	for i, got := range mapAll(t, open(t, e, hollowed), items) {
		want := hollow{Number: items[i].Number, Text: items[i].Text, Twice: items[i].Twice, Kids: []hollow{items[i]}}
		if !reflect.DeepEqual(got, want) {
			t.Fatalf("item %d came back as %+v, want %+v", i, got, want)
		}
	}
}

// Types that are put into interfaces: strange1 is not registered, strange2 in the
// coordinator only, as if in main after Init.
type (
	crate    struct{ V any }
	strange1 struct{ N int }
	strange2 struct{ N int }
)

var unpack = strategies.Define("strategytest-unpack", func(_ context.Context, c crate) (int, error) {
	n, _ := c.V.(int)
	return n, nil
}, strategies.Lossy())

var pack = strategies.Define("strategytest-pack", func(_ context.Context, n int) (crate, error) {
	if n < 0 {
		return crate{strange1{n}}, nil
	}
	return crate{n}, nil
}, strategies.Lossy())

// isGob selects by the codec: others keep no type of what is in an interface.
func isGob(s strategies.Spec) bool { return codecOf(s) == codec.Codec(codec.Gob{}) }

// isShallow selects codecs whose limit takes no seconds to reach; for the others it is a
// test of the codec.
func isShallow(s strategies.Spec) bool {
	return processes(s) && !slices.Contains([]string{"gob", "msgpack"}, codecOf(s).Name())
}

// unregisteredItem wants one error if no item gets through, long before all were tried, and an
// ItemError for each if others do.
func unregisteredItem(t *testing.T, e env) {
	pool := open(t, e, unpack)
	strangers := make([]crate, 5000)
	for i := range strangers {
		strangers[i].V = strange1{i}
	}
	_, err := pool.Map(within(t, patience), strangers)
	oneError(t, err, "strange1")
	_, err = pool.Map(within(t, patience), strangers[:3])
	oneError(t, err, "strange1")
	mixed := make([]crate, 200)
	for i := range mixed {
		mixed[i].V = i
	}
	mixed[50], mixed[150] = strangers[1], strangers[2]
	results, err := pool.Map(within(t, patience), mixed)
	for _, f := range failures(t, err, 2) {
		if f.Index != 50 && f.Index != 150 || !errors.Is(f, codec.ErrUnregistered) {
			t.Errorf("failed: %v", f)
		}
	}
	for i, r := range results {
		if i != 50 && i != 150 && r != i {
			t.Errorf("results[%d] = %d", i, r)
		}
	}
}

func unregisteredResult(t *testing.T, e env) {
	pool := open(t, e, pack)
	items := make([]int, 5000)
	for i := range items {
		items[i] = -1 - i
	}
	_, err := pool.Map(within(t, patience), items)
	oneError(t, err, "strange1")
	results, err := pool.Map(within(t, patience), []int{1, -1, 3})
	if f := failures(t, err, 1)[0]; f.Index != 1 || results[0].V != 1 || results[2].V != 3 {
		t.Errorf("%v, results %v", err, results)
	}
}

// unregisteredInWorker is for the type that main registers after Init.
func unregisteredInWorker(t *testing.T, e env) {
	gob.Register(strange2{})
	strangers := make([]crate, 100)
	for i := range strangers {
		strangers[i].V = strange2{i}
	}
	pool := open(t, e, unpack)
	_, err := pool.Map(within(t, patience), strangers)
	oneError(t, err, "strange2")
	if got, err := pool.Map(within(t, patience), []crate{{1}, {2}}); err != nil || fmt.Sprint(got) != "[1 2]" {
		t.Errorf("afterwards: %v, error %v", got, err)
	}
}

// oneError wants an error that is no list of items, and says what to do.
func oneError(t *testing.T, err error, typ string) {
	t.Helper()
	var all *strategies.MapError
	var item *strategies.ItemError
	if err == nil || errors.As(err, &all) || !errors.As(err, &item) || !errors.Is(err, codec.ErrUnregistered) {
		t.Fatalf("error is %T %v, want one about a type that is not registered", err, err)
	}
	for _, says := range []string{typ, "gob.Register", "init function", "strategies.Init"} {
		if !strings.Contains(err.Error(), says) {
			t.Errorf("the error does not say %q: %v", says, err)
		}
	}
}

var count = strategies.Define("strategytest-count", func(_ context.Context, list []*int) (int, error) { return len(list), nil })

// nilInSlice wants a list with nil in it to arrive, or an error of its item that says where
// it is and what to do.
func nilInSlice(t *testing.T, e env) {
	if codecOf(e.spec).Check(reflect.TypeFor[[]*int](), false) != nil {
		openFails(t, e, count, "cannot carry")
		return
	}
	got, err := open(t, e, count).Map(within(t, patience), [][]*int{{new(1)}, {new(1), nil}, {new(1), new(0), new(3)}})
	if !isGob(e.spec) {
		if err != nil || fmt.Sprint(got) != "[1 2 3]" {
			t.Errorf("%v, error %v", got, err)
		}
		return
	}
	f := failures(t, err, 1)[0]
	if f.Index != 1 || fmt.Sprint(got) != "[1 0 3]" || !strings.Contains(f.Error(), "[1] is a nil *int") || !strings.Contains(f.Error(), "leave it out") {
		t.Errorf("%v, error %v", got, err)
	}
}

// node can contain itself.
type node struct {
	N    int
	Next *node
}

var length = strategies.Define("strategytest-length", func(_ context.Context, n node) (int, error) {
	length := 1
	for at := n.Next; at != nil; at = at.Next {
		length++
	}
	return length, nil
})

const closed = -1 // the list that contains itself

var lists = strategies.Define("strategytest-lists", func(_ context.Context, n int) (node, error) { return newList(n), nil })

// newList makes a list of n nodes, or one whose end is its beginning.
func newList(n int) node {
	if n == closed {
		circle := &node{N: 1}
		circle.Next = &node{Next: circle}
		return *circle
	}
	first := node{}
	for range n - 1 {
		next := first
		first = node{1, &next}
	}
	return first
}

func containsItself(t *testing.T, e env) { oneNode(t, e, closed, "contains itself") }

func tooDeep(t *testing.T, e env) { oneNode(t, e, 300_000, "is nested deeper than") }

// oneNode sends lists, of which one cannot be sent, as an item and as a result, and wants the
// ItemError of that one, and no dead worker.
func oneNode(t *testing.T, e env, bad int, says string) {
	if codecOf(e.spec).Check(reflect.TypeFor[node](), false) != nil {
		openFails(t, e, length, "cannot carry")
		return
	}
	sizes := []int{1, 2, 5000, bad, 3, 1}
	items := make([]node, len(sizes))
	for i, n := range sizes {
		items[i] = newList(n)
	}
	pool := open(t, e, length)
	lengths, err := pool.Map(within(t, patience), items)
	wantOne(t, err, 3, says)
	for i, n := range lengths {
		if i != 3 && n != sizes[i] {
			t.Errorf("list %d is of %d nodes, want %d", i, n, sizes[i])
		}
	}
	back := open(t, e, lists)
	got, err := back.Map(within(t, patience), sizes)
	wantOne(t, err, 3, says)
	for i := range got {
		n := 1
		for at := got[i].Next; at != nil; at = at.Next {
			n++
		}
		if i != 3 && n != sizes[i] {
			t.Errorf("the result %d is of %d nodes, want %d", i, n, sizes[i])
		}
	}
	if deaths := pool.Stats().Deaths + back.Stats().Deaths; deaths != 0 {
		t.Errorf("%d workers died", deaths)
	}
}

func wantOne(t *testing.T, err error, index int, says string) {
	t.Helper()
	if f := failures(t, err, 1)[0]; f.Index != index || !strings.Contains(f.Error(), says) {
		t.Errorf("%v, want that item %d %s", err, index, says)
	}
}
