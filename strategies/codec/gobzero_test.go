package codec

import (
	"encoding/gob"
	"errors"
	"math/big"
	"math/rand/v2"
	"reflect"
	"strings"
	"testing"
	"time"
)

// leaves has pointers that gob leaves out if they lead to nothing.
type leaves struct {
	Int     *int
	Float   *float32
	Complex *complex64
	Bool    *bool
	Text    *string
	Slice   *[]int
	Map     *map[string]int
	Any     *any
	Twice   **int
	Thrice  ***string
	Time    *time.Time
	Big     *big.Int
	BigTo   **big.Int
	Array   *[2]int
	Nest    *leaves
	List    []leaves
	Places  [2]leaf
	Lists   *[][]leaf
	Box     any
}

type leaf struct{ N *int }

// namedLeaf is a pointer that is a type of its own.
type namedLeaf *int

// ptr returns a pointer to v.
func ptr[T any](v T) *T { return &v }

func init() {
	gob.Register(leaf{})
	gob.Register([]leaf{})
	gob.Register(&leaves{})
}

// TestGobPointersToZero: a pointer arrives if there was one, and only then, whatever
// it points to, wherever it is.
func TestGobPointersToZero(t *testing.T) {
	var noBig *big.Int
	zeros := leaves{
		Int: new(int), Float: new(float32), Complex: new(complex64), Bool: new(bool), Text: new(string),
		Slice: new([]int), Map: new(map[string]int), Any: new(any), Twice: ptr(new(int)), Thrice: ptr(ptr(new(string))),
		Time: new(time.Time), Big: new(big.Int), BigTo: &noBig, Array: new([2]int), Nest: new(leaves),
		List: []leaves{{}, {Int: new(int)}, {Text: ptr("x"), Bool: new(bool)}}, Places: [2]leaf{{}, {new(int)}},
		Lists: &[][]leaf{{{}, {new(int)}}, {{ptr(1)}}}, Box: leaf{new(int)},
	}
	half := leaves{Twice: new(*int), Thrice: ptr(new(*string)), Nest: &leaves{Nest: &leaves{Text: new(string)}}, Box: &leaves{Float: new(float32), Box: []leaf{{}, {new(int)}}}}
	for name, sent := range map[string]any{
		"all":           []leaves{zeros},
		"among others":  []leaves{{}, {Int: ptr(3)}, zeros, {}, half, {Int: ptr(4)}, {}, zeros},
		"half a chain":  []leaves{half},
		"pointers":      []*leaves{&zeros, &half, {}},
		"lists":         [][]leaf{{{new(int)}, {}}, nil, {{ptr(1)}, {new(int)}}},
		"arrays":        [][2]leaf{{{new(int)}, {}}, {}, {{}, {new(int)}}},
		"in interfaces": []any{leaf{new(int)}, leaf{}, 0, "", nil, &leaves{Int: new(int)}},
		"numbers":       []*int{new(int), ptr(1), new(int)},
		"named":         []struct{ P namedLeaf }{{new(int)}, {}, {ptr(1)}},
		"outside of maps": []struct {
			M map[string]leaf
			N *int
		}{{M: map[string]leaf{"a": {ptr(1)}, "b": {}}, N: new(int)}},
		"tree":   []tree{{Left: &tree{}, Right: &tree{Left: &tree{}}}},
		"shared": func() []leaves { n := new(int); return []leaves{{Int: n, Twice: &n}, {Int: n}} }(),
		"many":   list(300, func(*rand.Rand) leaf { return leaf{new(int)} }),
	} {
		c := Gob{}
		e, d := c.NewEncoder(), c.NewDecoder()
		all := reflect.ValueOf(sent)
		for range 2 { // a stream
			got := fresh(sent)
			if err := d.Decode(mustEncode(t, e, sent), got); err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			for i := range all.Len() {
				if differs := (equality{}).difference(&trail{name: "value"}, all.Index(i), reflect.ValueOf(got).Elem().Index(i)); differs != "" {
					t.Errorf("%s: %d: %s", name, i, differs)
				}
			}
		}
	}
}

// TestGobNothingBeside: a type without such pointers, and values without any, take no
// byte more.
func TestGobNothingBeside(t *testing.T) {
	for _, values := range []any{[]factor{{1, 2}}, []leaf{{ptr(1)}, {}, {ptr(2)}}, []int{0}, []leaf{}} {
		if b := mustEncode(t, Gob{}.NewEncoder(), values); b[0]&gobZeros != 0 {
			t.Errorf("%T: % x", values, b)
		}
	}
	for _, typ := range []reflect.Type{reflect.TypeFor[factor](), reflect.TypeFor[plain](), reflect.TypeFor[map[string][]*factor](), reflect.TypeFor[struct {
		B *big.Int
		T *time.Time
		S *factor
	}]()} {
		if gobWalks.of(typ) != nil {
			t.Errorf("%s is walked", typ)
		}
	}
}

// TestGobZeroesInMaps: there is no order in a map, so a pointer to zero in there is an
// error that says where.
func TestGobZeroesInMaps(t *testing.T) {
	for _, tt := range []struct {
		values any
		says   string
	}{
		{[]map[string]leaf{{"a": {ptr(1)}, "b": {new(int)}}}, `["b"].N is a pointer to a zero value inside a map`},
		{[]struct{ M map[int]*leaves }{{map[int]*leaves{7: {List: []leaves{{Text: new(string)}}}}}}, `M[7].List[0].Text is a pointer to a zero value`},
		{[]map[leaf]int{{{new(int)}: 1}}, "[key].N is a pointer to a zero value"},
		{[]map[string]any{{"x": leaf{new(int)}}}, `["x"].(codec.leaf).N is a pointer to a zero value`},
	} {
		_, err := Gob{}.NewEncoder().Encode(nil, pointer(tt.values))
		if err == nil || !strings.Contains(err.Error(), tt.says) || !strings.Contains(err.Error(), "cbor") {
			t.Errorf("%T: %v, want one that says %s", tt.values, err, tt.says)
		}
	}
}

// TestGobNil: a nil pointer that gob does not carry is an error that says where it is.
func TestGobNil(t *testing.T) {
	for _, tt := range []struct {
		values any
		says   string
	}{
		{[]*int{nil}, "the value is a nil *int"},
		{[]*big.Int{nil}, "the value is a nil *big.Int"},
		{[][]*int{{new(int), nil}}, "[1] is a nil *int"},
		{[]struct{ Kids []*leaf }{{[]*leaf{{}, nil}}}, "Kids[1] is a nil *codec.leaf"},
		{[]struct{ Kids []*big.Int }{{[]*big.Int{nil}}}, "Kids[0] is a nil *big.Int"},
		{[][2]*string{{}}, "[0] is a nil *string"},
		{[]map[string]*big.Int{{"k": nil}}, `["k"] is a nil *big.Int`},
		{[]map[string]*int{{"k": nil}}, `["k"] is a nil *int`},
		{[]**int{new(*int)}, "the value is a nil *int"},
		{[]any{(*leaves)(nil)}, "the value is a nil *codec.leaves"},
		{[]struct{ V any }{{[]*int(nil)}, {new(*leaves)}}, "V"},
	} {
		_, err := Gob{}.NewEncoder().Encode(nil, pointer(tt.values))
		if err == nil || !strings.Contains(err.Error(), tt.says) {
			t.Errorf("%T: %v, want one that says %s", tt.values, err, tt.says)
		}
	}
}

// Types that gob is not told of, is told of in another form, or drops a part of.
type (
	stranger struct{ N int }
	byItself struct{ N int }
	byAddr   struct{ N int }
	secret   struct{ N, secret int }
)

// TestGobInterfaces: what is in an interface comes back as what it was, or is an error.
func TestGobInterfaces(t *testing.T) {
	gob.Register(byItself{})
	gob.Register(&byAddr{})
	gob.Register(secret{})
	for _, tt := range []struct {
		value any
		says  string
		is    bool
	}{
		{stranger{1}, "holds a codec.stranger: gob does not know the type", true},
		{&stranger{1}, "call gob.Register with", true},
		{[]stranger{{1}}, "in an init function", true},
		{map[string]stranger{}, "before strategies.Init", true},
		{&byItself{1}, "would come back as codec.byItself", true},
		{byAddr{1}, "would come back as *codec.byAddr", true},
		{secret{1, 2}, "secret.secret: unexported field", false},
		{func() {}, "func()", false},
	} {
		for _, values := range []any{[]any{tt.value}, []struct{ V any }{{1}, {tt.value}}, [][]any{{tt.value}}, []map[string]any{{"": tt.value}}} {
			_, err := Gob{}.NewEncoder().Encode(nil, pointer(values))
			if err == nil || !strings.Contains(err.Error(), tt.says) || errors.Is(err, ErrUnregistered) != tt.is {
				t.Errorf("%T of %T: %v, want one that says %s", values, tt.value, err, tt.says)
			}
		}
	}
	got := there(t, "gob", []any{byItself{1}, &byAddr{2}, 3, "four", nil, []int{5}})
	if want := []any{byItself{1}, &byAddr{2}, 3, "four", nil, []int{5}}; !reflect.DeepEqual(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
	if _, err := NewEncoder(Gob{}, true).Encode(nil, &[]any{secret{1, 2}}); err != nil {
		t.Errorf("Lossy does not allow what it allows elsewhere: %v", err)
	}
}

// TestGobUnknownName: the reading side says, too, what to do about a type that only the
// writing side knows.
func TestGobUnknownName(t *testing.T) {
	gob.Register(renamedType{})
	src := mustEncode(t, Gob{}.NewEncoder(), []any{renamedType{1}})
	at := strings.Index(string(src), "renamedType")
	src[at] = 'R'
	var got []any
	err := Gob{}.NewDecoder().Decode(src, &got)
	if !errors.Is(err, ErrUnregistered) || !strings.Contains(err.Error(), "codec.RenamedType") || !strings.Contains(err.Error(), "init function") {
		t.Errorf("%v", err)
	}
}

type renamedType struct{ N int }

// TestGobZerosThatLie: what is told of pointers that are not there is an error, and no
// panic; nothing is allocated for more than there is.
func TestGobZerosThatLie(t *testing.T) {
	good := mustEncode(t, Gob{}.NewEncoder(), []leaf{{}, {new(int)}})
	_, zeros, messages, _ := gobParts(good)
	if want := "\x01\x01\x01"; string(zeros) != want {
		t.Fatalf("% x, want % x", zeros, want)
	}
	for _, lie := range []string{"\x02\x01\x01", "\x00\x01\x02", "\x00\x02\x01\x01", "\x00\x00", "\x00", "\x00\x01", "\x00\x01\x00", "\x01\x01\x01\x00\x01\x01",
		"\xff\xff\xff\xff\xff\xff\xff\xff\x7f\x01\x01", "\x00\xff\xff\xff\xff\xff\x7f\x01", "\x00\x01\xff\xff\xff\xff\xff\xff\xff\xff\x7f"} {
		src := append([]byte{good[0], byte(len(lie))}, lie...)
		var got []leaf
		if err := (Gob{}).NewDecoder().Decode(append(src, messages...), &got); err == nil {
			t.Errorf("% x: no error: %v", lie, got)
		}
		if n := (Gob{}).ItemBytes(append(src, messages...), 2); n < 0 || n > len(src)+len(messages) {
			t.Errorf("% x: %d bytes", lie, n)
		}
	}
	// A pointer that came is not told of, and a type that has none neither.
	full := mustEncode(t, Gob{}.NewEncoder(), []leaf{{ptr(1)}})
	var got []leaf
	if err := (Gob{}).NewDecoder().Decode(append([]byte{full[0] | gobZeros, 3, 0, 1, 1}, full[1:]...), &got); err == nil {
		t.Error("a pointer that is there was said to be left out")
	}
	none := mustEncode(t, Gob{}.NewEncoder(), []int{1})
	var numbers []int
	if err := (Gob{}).NewDecoder().Decode(append([]byte{none[0] | gobZeros, 3, 0, 1, 1}, none[1:]...), &numbers); err == nil {
		t.Error("a number was said to have a pointer")
	}
}

// TestGobKeysAlike: keys of a map that write the same of themselves would become one.
func TestGobKeysAlike(t *testing.T) {
	two := []map[Blank]int{{Blank{false}: 1, Blank{true}: 2}}
	if _, err := (Gob{}).NewEncoder().Encode(nil, &two); err == nil || !strings.Contains(err.Error(), "1 entries, not 2") {
		t.Errorf("%v, want an error about the entries", err)
	}
	there(t, "gob", []map[Blank]int{{Blank{true}: 2}})
}

// TestGobOtherTypeNext: what was beside the values of one type is not beside those of the next.
func TestGobOtherTypeNext(t *testing.T) {
	e, d := Gob{}.NewEncoder(), Gob{}.NewDecoder()
	var leafs []leaf
	var numbers []int
	if err := d.Decode(mustEncode(t, e, []leaf{{new(int)}}), &leafs); err != nil || leafs[0].N == nil {
		t.Fatalf("%v %v", leafs, err)
	}
	if err := d.Decode(mustEncode(t, e, []int{0}), &numbers); err != nil || len(numbers) != 1 {
		t.Errorf("%v %v", numbers, err)
	}
}
