package codec

import (
	"encoding/gob"
	"errors"
	"fmt"
	"reflect"
	"runtime/debug"
	"strings"
	"testing"
)

// The ways in which a value can contain itself.
type (
	linked struct {
		N    int
		Next *linked
	}
	bySlice  []bySlice
	byMap    map[string]byMap
	byKids   struct{ Kids []*byKids }
	byNames  struct{ Named map[string]*byNames }
	byArray  struct{ Pair [2]*byArray }
	Embedded struct {
		*ByEmbedded `json:"deeper" cbor:"deeper"`
		N           int
	}
	ByEmbedded struct{ Next *Embedded2 }
	Embedded2  struct {
		Middle
		N int
	}
	Middle   struct{ Down *Embedded2 }
	byAny    struct{ V any }
	byTwice  struct{ Next **byTwice }
	parented struct {
		N      int
		Parent *parented `json:"-" cbor:"-" msgpack:"-"`
		hidden *parented
		Kids   []*parented
	}
)

func init() {
	gob.Register(&byAny{})
}

// circles are values that contain themselves, as slices of one.
func circles() map[string]any {
	p := &linked{}
	p.Next = &linked{Next: &linked{Next: p}}
	s := bySlice{nil, nil}
	s[1] = s
	m := byMap{"": nil}
	m["x"] = m
	k := &byKids{}
	k.Kids = []*byKids{{}, {Kids: []*byKids{k}}}
	n := &byNames{Named: map[string]*byNames{"a": {}}}
	n.Named["b"] = &byNames{Named: n.Named}
	a := &byArray{}
	a.Pair[0], a.Pair[1] = &byArray{Pair: [2]*byArray{{}, {}}}, a
	a.Pair[0].Pair = [2]*byArray{a, a}
	e := Embedded2{}
	e.Down = &e
	v := &byAny{}
	v.V = []any{1, v}
	w := &byTwice{}
	w.Next = &w
	long := &linked{}
	for last, i := long, 0; ; i++ {
		if i == 3000 {
			last.Next = long
			break
		}
		last.Next = &linked{}
		last = last.Next
	}
	far := &linked{}
	for last, i := far, 0; ; i++ {
		if i == 30_001 {
			last.Next = far
			break
		}
		last.Next = &linked{}
		last = last.Next
	}
	var self any
	self = []any{&self}
	var alone any
	alone = &alone
	return map[string]any{
		"pointer": []*linked{p}, "struct": []linked{*p}, "slice": []bySlice{s}, "map": []byMap{m}, "slice of pointers": []*byKids{k},
		"map of pointers": []*byNames{n}, "array": []*byArray{a}, "embedded": []Embedded2{e}, "interface": []any{v},
		"two pointers": []*byTwice{w}, "3000 on": []*linked{long}, "30000 on": []*linked{far}, "interface itself": []any{self},
		"interface of itself alone": []any{alone}, "interface inside, of itself alone": []*byAny{{alone}},
		"deep in": [][]map[string]*linked{{nil, {"": p}}},
	}
}

// TestContainsItself: a value that contains itself is an error of every codec that
// carries its type, and takes nothing with it.
func TestContainsItself(t *testing.T) {
	each(t, func(t *testing.T, c Codec) {
		carried := 0
		for name, values := range circles() {
			if c.Check(reflect.TypeOf(values).Elem(), true) != nil {
				continue
			}
			carried++
			dst, err := c.NewEncoder().Encode([]byte("kept"), pointer(values))
			if err == nil || string(dst) != "kept" {
				t.Errorf("%s: %q, %v", name, dst, err)
			} else if says := "contains itself, which " + c.Name() + " cannot carry"; !strings.Contains(err.Error(), says) && !strings.HasPrefix(name, "interface") && !strings.HasPrefix(name, "30000") {
				t.Errorf("%s: %v, want one that says %q", name, err, says)
			} else if len(err.Error()) > 500 {
				t.Errorf("%s: an error of %d bytes", name, len(err.Error()))
			}
		}
		if want := 9; carried < want && c.Name() != "binary" {
			t.Errorf("%d of the types were carried, want %d at least", carried, want)
		}
	})
}

// TestOnlyWhatIsWritten: a circle through a field that the codec leaves out is none.
func TestOnlyWhatIsWritten(t *testing.T) {
	root := &parented{N: 1}
	root.hidden = root
	root.Kids = []*parented{{N: 2, Parent: root, hidden: root}}
	for _, name := range []string{"json", "jsonv2", "cbor", "msgpack"} {
		c, _ := Lookup(name)
		var got []*parented
		src, err := c.NewEncoder().Encode(nil, &[]*parented{root})
		if err != nil {
			t.Errorf("%s: %v", name, err)
		} else if err := c.NewDecoder().Decode(src, &got); err != nil || len(got[0].Kids) != 1 || got[0].Kids[0].N != 2 {
			t.Errorf("%s: %v %v", name, got, err)
		}
	}
	root.Kids[0].Parent = nil
	var got []*parented
	if src, err := (Gob{}).NewEncoder().Encode(nil, &[]*parented{root}); err != nil {
		t.Errorf("gob: %v", err)
	} else if err := (Gob{}).NewDecoder().Decode(src, &got); err != nil || got[0].Kids[0].N != 2 {
		t.Errorf("gob: %v %v", got, err)
	}
}

// TestSharedIsNoCircle: what is in a value twice is not in itself, also where a walk
// remembers.
func TestSharedIsNoCircle(t *testing.T) {
	shared := &byKids{Kids: []*byKids{{}}}
	deep := &byKids{Kids: []*byKids{shared, shared}}
	for range 2000 {
		deep = &byKids{Kids: []*byKids{shared, deep, shared}}
	}
	for _, name := range []string{"gob", "json", "jsonv2", "cbor", "msgpack"} {
		var got []*byKids
		c, _ := Lookup(name)
		if err := c.NewDecoder().Decode(mustEncode(t, c.NewEncoder(), []*byKids{deep}), &got); err != nil || !reflect.DeepEqual(got[0], deep) {
			t.Errorf("%s: error %v", name, err)
		}
	}
}

// chainOf returns a list of n nodes.
func chainOf(n int) (first *linked) {
	for range n {
		first = &linked{1, first}
	}
	return first
}

// slicesOf returns n slices in each other.
func slicesOf(n int) bySlice {
	s := bySlice{}
	for range n - 1 {
		s = bySlice{s}
	}
	return s
}

func mapsOf(n int) byMap {
	m := byMap{}
	for range n - 1 {
		m = byMap{"": m}
	}
	return m
}

// TestDepth: as deep as a codec promises, a value arrives; one level more is an error that
// names the limit, and so is a depth that would end the process.
func TestDepth(t *testing.T) {
	deadly := chainOf(3_000_000)
	defer debug.SetGCPercent(debug.SetGCPercent(400)) // each collection reads the stack
	for _, tt := range []struct {
		codec string
		limit int
		maps  int // levels that a map takes
		outer int // levels of the batch itself
	}{
		{"gob", 1_000_000, 2, 0}, {"json", 10_000, 1, 1}, {"jsonv2", 10_000, 1, 1}, {"cbor", 10_000, 1, 1}, {"msgpack", 200_000, 1, 0},
	} {
		t.Run(tt.codec, func(t *testing.T) {
			if testing.Short() && tt.limit > 100_000 {
				t.Skip("half a gigabyte of stack")
			}
			c, _ := Lookup(tt.codec)
			n := tt.limit - tt.outer
			arrives(t, c, chainOf(n))
			if tt.limit < 100_000 { // for the others one takes seconds
				arrives(t, c, slicesOf(n))
				arrives(t, c, mapsOf(n/tt.maps))
			}
			says := fmt.Sprintf("is nested deeper than %d levels, the most that %s carries", tt.limit, tt.codec)
			tooDeep(t, c, []*linked{chainOf(n + 1)}, says)
			tooDeep(t, c, []bySlice{slicesOf(n + 2)}, says) // jsonv2 does not count one that is empty
			tooDeep(t, c, []byMap{mapsOf(n/tt.maps + 2)}, says)
			tooDeep(t, c, []*linked{deadly}, says)
		})
	}
}

// arrives sends a value that is the same when it encodes the same: reflect would need
// more stack than there is.
func arrives[T any](t *testing.T, c Codec, value T) {
	t.Helper()
	src := mustEncode(t, c.NewEncoder(), []T{value})
	var got []T
	if err := c.NewDecoder().Decode(src, &got); err != nil {
		t.Fatalf("%T: %v", value, err)
	}
	if again, err := c.NewEncoder().Encode(nil, &got); string(again) != string(src) {
		t.Errorf("%T: %d bytes became %d (%v)", value, len(src), len(again), err)
	}
}

func tooDeep(t *testing.T, c Codec, values any, says string) {
	t.Helper()
	_, err := c.NewEncoder().Encode(nil, pointer(values))
	if err == nil || !strings.Contains(err.Error(), says) || len(err.Error()) > 500 {
		t.Errorf("%T: %.300v, want one that says %q", values, err, says)
	}
}

// TestDepthOfPointers: to msgpack each pointer of a chain is a call as deep as a level.
func TestDepthOfPointers(t *testing.T) {
	deep := func(n int) []*byTwice {
		v := &byTwice{}
		for range n - 1 {
			next := v
			v = &byTwice{&next}
		}
		return []*byTwice{v}
	}
	arrives(t, MsgPack{}, deep(50_000)[0])
	tooDeep(t, MsgPack{}, deep(msgpackLevels/2+2), "is nested deeper than 200000 levels")
	arrives(t, JSON{}, deep(9_999)[0]) // which counts what is written
}

// TestGobDepthOfInterfaces: what is in an interface is copied by each one around it.
func TestGobDepthOfInterfaces(t *testing.T) {
	deep := func(n int) []any {
		v := &byAny{}
		for range n {
			v = &byAny{v}
		}
		return []any{v}
	}
	var got []any
	if err := (Gob{}).NewDecoder().Decode(mustEncode(t, Gob{}.NewEncoder(), deep(2000)), &got); err != nil {
		t.Error(err)
	}
	tooDeep(t, Gob{}, deep(10_000), "is nested deeper than 1000000 levels")
}

// TestNotWalked: types that cannot contain themselves are not walked.
func TestNotWalked(t *testing.T) {
	for _, ws := range []*walks{&gobWalks, &jsonWalks, &cborWalks, &msgpackWalks, &jsonv2Walks} {
		for _, typ := range []reflect.Type{
			reflect.TypeFor[factor](), reflect.TypeFor[plain](), reflect.TypeFor[map[string][]*factor](), reflect.TypeFor[[3][]string](), reflect.TypeFor[int](),
		} {
			if ws.of(typ) != nil {
				t.Errorf("%s walks %s", ws.codec(), typ)
			}
		}
		if ws.of(reflect.TypeFor[linked]()) == nil || ws.of(reflect.TypeFor[record]()) == nil {
			t.Errorf("%s does not walk what can contain itself", ws.codec())
		}
	}
}

// TestWalkAllocatesNothing: a walk through values that are not deep costs no memory.
func TestWalkAllocatesNothing(t *testing.T) {
	values := &[]*linked{chainOf(100), chainOf(3)}
	w := walker{walks: &gobWalks}
	if n := testing.AllocsPerRun(10, func() {
		if err := w.all(values); err != nil {
			t.Fatal(err)
		}
	}); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

// TestMisfitUnwraps: the error under a path is still there.
func TestMisfitUnwraps(t *testing.T) {
	inner := errors.New("inner")
	err := error(&misfit{err: inner})
	for range 100 {
		err = under(".F", err)
	}
	if !errors.Is(err, inner) || strings.Count(err.Error(), "F") > shown+1 || !strings.Contains(err.Error(), "…") {
		t.Errorf("%v", err)
	}
	if other := under(".F", inner); other != inner {
		t.Errorf("%v", other)
	}
}
