package strategies

import (
	"encoding/json"
	"math"
	"math/big"
	"net/netip"
	"reflect"
	"slices"
	"testing"
	"time"

	"github.com/handoff-go/handoff/strategies/codec"
)

// TestScratchShowsNothingOfBefore: a field that an item leaves out is zero, whatever
// was decoded into the same memory before; and no count is believed.
func TestScratchShowsNothingOfBefore(t *testing.T) {
	c, _ := codec.Lookup("gob") // it leaves zero fields out
	type point struct{ X, Y int }
	l := &cargo[point, point]{}
	of := func(src []byte, count int) *message {
		return &message{decoder: c.NewDecoder(), bytes: src, count: count, moves: true}
	}
	for _, p := range []point{{1, 2}, {0, 3}, {4, 0}, {}} {
		src, err := (&cargo[point, point]{items: []point{p}, results: []point{p}}).encodeItems(c.NewEncoder(), nil)
		if err != nil {
			t.Fatal(err)
		}
		for _, count := range []int{1, 0, 7, math.MaxUint32} {
			if err := l.decodeItems(of(src, count)); err != nil || !slices.Equal(l.items, []point{p}) {
				t.Errorf("%v comes as %v, %v", p, l.items, err)
			}
			if n, err := l.decodeResults(of(src, count)); err != nil || n != 1 || l.results[0] != p {
				t.Errorf("%v comes as %v, %v", p, l.results, err)
			}
		}
		if cap(l.items)*16 > keptScratch {
			t.Errorf("room for %d items for a count that is not true", cap(l.items))
		}
	}
}

// TestScratchIsBounded: one large chunk does not hold its memory for ever.
func TestScratchIsBounded(t *testing.T) {
	c, _ := codec.Lookup("gob")
	l := &cargo[int, int]{}
	for _, n := range []int{100_000, 3} {
		src, err := (&cargo[int, int]{items: make([]int, n)}).encodeItems(c.NewEncoder(), nil)
		if err != nil {
			t.Fatal(err)
		}
		m := &message{decoder: c.NewDecoder(), bytes: src, count: n, moves: true}
		if err := l.decodeItems(m); err != nil || l.len() != n || m.bytes != nil {
			t.Fatalf("%d of %d items, %v; the message is still held: %v", l.len(), n, err, m.bytes != nil)
		}
	}
	if room := 8 * cap(l.items); room > keptScratch {
		t.Errorf("%d bytes are kept to decode into, at most %d shall be", room, keptScratch)
	}
}

// inline is a value that refers to itself once it is decoded.
type inline struct {
	room [8]byte
	used []byte
}

func (i inline) MarshalBinary() ([]byte, error) { return i.used, nil }

func (i *inline) UnmarshalBinary(b []byte) error {
	i.used = i.room[:copy(i.room[:], b)]
	return nil
}

// TestValuesThatReferToThemselves stay as they came when others follow.
func TestValuesThatReferToThemselves(t *testing.T) {
	c, _ := codec.Lookup("gob")
	l := &cargo[int, inline]{}
	decode := func(text string) inline {
		src, err := (&cargo[int, inline]{results: []inline{{used: []byte(text)}}}).encodeResults(c.NewEncoder(), nil, nil)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := l.decodeResults(&message{decoder: c.NewDecoder(), bytes: src, count: 1, moves: moves(reflect.TypeFor[inline]())}); err != nil {
			t.Fatal(err)
		}
		return l.results[0]
	}
	first := decode("first")
	decode("other")
	if string(first.used) != "first" {
		t.Errorf("what came first is now %q", first.used)
	}
}

func TestMoves(t *testing.T) {
	type outer struct {
		N  int
		In [2]struct{ A inline }
	}
	for _, value := range []any{
		0, "", [3]string{}, struct{ A []inline }{}, time.Time{}, new(inline), struct{ T time.Time }{}, [1]*outer{},
	} {
		if !moves(reflect.TypeOf(value)) {
			t.Errorf("%T does not move", value)
		}
	}
	for _, value := range []any{inline{}, outer{}, big.Int{}, netip.Addr{}, json.RawMessage{}, [2]inline{}} {
		if moves(reflect.TypeOf(value)) {
			t.Errorf("%T moves", value)
		}
	}
}
