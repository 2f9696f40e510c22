package codec

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"
	"math/big"
	"math/rand/v2"
	"net/netip"
	"reflect"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"
)

// record has a field of every sort that people exchange.
type record struct {
	ID      uint64
	Name    string
	Ratio   float64
	Small   int8
	Yes     bool
	Raw     []byte
	Factors []factor
	Counts  map[string][]int
	Best    *factor
	Array   [3]float32
	When    time.Time
	Big     *big.Int
	Own     big.Int
	Address netip.Addr
	Left    *record
}

type factor struct {
	Prime uint64
	Times int
}

// plain has what every codec carries.
type plain struct {
	ID      uint64
	Name    string
	Ratio   float64
	Small   int8
	Yes     bool
	Raw     []byte
	Texts   []string
	Factors []factor
	Lists   [][]uint32
	Array   [3]float32
	When    time.Time
}

func somePlain(r *rand.Rand) plain {
	rec := someRecord(r, 0)
	p := plain{rec.ID, rec.Name, rec.Ratio, rec.Small, rec.Yes, rec.Raw, nil, rec.Factors, nil, rec.Array, rec.When}
	for n := range r.IntN(4) {
		p.Texts = append(p.Texts, strings.Repeat("t", n*70))
		p.Lists = append(p.Lists, list(n+1, (*rand.Rand).Uint32))
	}
	return p
}

// someRecord returns one that comes back equal from every codec: without
// empty slices and pointers to zero.
func someRecord(r *rand.Rand, depth int) record {
	rec := record{
		ID: r.Uint64(), Name: strings.Repeat("näme<&>\"", r.IntN(4)), Ratio: r.NormFloat64(), Small: int8(r.Int()),
		Yes: r.IntN(2) == 0, Array: [3]float32{r.Float32(), 0, -1}, Counts: map[string][]int{"a": {r.Int(), -1}, "": nil},
		When: time.Unix(r.Int64N(1<<32), r.Int64N(1e9)).UTC(), Big: big.NewInt(1 + r.Int64()),
		Address: netip.AddrFrom4([4]byte{127, byte(r.Int()), 0, 1}),
	}
	rec.Own.SetUint64(1+r.Uint64()>>1).Lsh(&rec.Own, 70)
	for range r.IntN(4) {
		rec.Factors = append(rec.Factors, factor{r.Uint64(), r.IntN(10)})
		rec.Raw = append(rec.Raw, byte(r.Int()))
	}
	if len(rec.Factors) > 0 {
		rec.Best = &factor{Prime: 2, Times: 1}
	}
	if depth > 0 {
		left := someRecord(r, depth-1)
		rec.Left = &left
	}
	return rec
}

// list makes n values.
func list[T any](n int, value func(r *rand.Rand) T) []T {
	r := rand.New(rand.NewPCG(1, 2))
	values := make([]T, n)
	for i := range values {
		values[i] = value(r)
	}
	return values
}

// samples are slices of values of several types. Every test of what all
// values have in common runs over them.
func samples(n int) map[string]any {
	return map[string]any{
		"uint64":   list(n, func(r *rand.Rand) uint64 { return r.Uint64() >> r.IntN(64) }),
		"bytes":    list(n, func(r *rand.Rand) byte { return byte(r.Int()) }),
		"float64":  list(n, func(r *rand.Rand) float64 { return r.NormFloat64() }),
		"string":   list(n, func(r *rand.Rand) string { return strings.Repeat("x,]\"\n", r.IntN(60)) }),
		"slice":    list(n, func(r *rand.Rand) []uint64 { return list(r.IntN(40)+1, (*rand.Rand).Uint64) }),
		"text":     list(n, func(r *rand.Rand) []byte { return make([]byte, r.IntN(300)+1) }),
		"array":    list(n, func(r *rand.Rand) [2]int16 { return [2]int16{int16(r.Int()), 1} }),
		"map":      list(n, func(r *rand.Rand) map[uint32]string { return map[uint32]string{r.Uint32(): "v", 7: ""} }),
		"pointer":  list(n, func(r *rand.Rand) *uint64 { return new(1 + r.Uint64()>>1) }),
		"struct":   list(n, func(r *rand.Rand) factor { return factor{r.Uint64(), -r.IntN(3)} }),
		"plain":    list(n, somePlain),
		"text16":   list(n, func(r *rand.Rand) named { return named(strings.Repeat("n", r.IntN(200))) }),
		"record":   list(n, func(r *rand.Rand) record { return someRecord(r, r.IntN(3)) }),
		"time":     list(n, func(r *rand.Rand) time.Time { return time.Unix(r.Int64N(1<<32), 0).UTC() }),
		"nothing":  list(n, func(*rand.Rand) struct{} { return struct{}{} }),
		"zeros":    list(n, someHollow),
		"pointers": list(n, func(r *rand.Rand) *record { rec := someRecord(r, 1); return &rec }),
	}
}

type named string

// hollow has pointers, some of which point to zero.
type hollow struct {
	Number *int
	Text   *string
	Twice  **bool
	Kids   []hollow
}

func someHollow(r *rand.Rand) hollow {
	h := hollow{Number: new(r.IntN(2)), Text: new("")}
	if r.IntN(2) == 0 {
		h.Twice, h.Number = new(new(r.IntN(2) == 0)), nil
	}
	for range r.IntN(3) - r.IntN(2) {
		h.Kids = append(h.Kids, someHollow(r))
	}
	return h
}

// notCarried are the samples that a codec has no form for. Its Check says so.
var notCarried = map[string][]string{
	"binary":  {"map", "pointer", "pointers", "record", "zeros"},
	"msgpack": {"pointers", "record"}, // big.Int and netip.Addr have unexported fields
}

// samplesFor returns the samples that the codec carries.
func samplesFor(c Codec, n int) map[string]any {
	all := samples(n)
	for _, name := range notCarried[c.Name()] {
		delete(all, name)
	}
	return all
}

// TestNotCarried: what a codec has no form for is refused by Check, and an
// error where nobody asked.
func TestNotCarried(t *testing.T) {
	for _, c := range table {
		for _, name := range notCarried[c.Name()] {
			values := samples(1)[name]
			err := c.Check(reflect.TypeOf(values).Elem(), false)
			if err == nil {
				t.Errorf("%s: %s is fine", c.Name(), name)
			}
		}
	}
}

// each runs a test for every codec.
func each(t *testing.T, test func(t *testing.T, c Codec)) {
	for _, c := range table {
		t.Run(c.Name(), func(t *testing.T) { test(t, c) })
	}
}

// pointer returns a pointer to the slice in v, as Encode wants it.
func pointer(v any) any {
	p := reflect.New(reflect.TypeOf(v))
	p.Elem().Set(reflect.ValueOf(v))
	return p.Interface()
}

// fresh returns a pointer to a nil slice of the type of v.
func fresh(v any) any { return reflect.New(reflect.TypeOf(v)).Interface() }

// content returns what a pointer points to.
func content(p any) any { return reflect.ValueOf(p).Elem().Interface() }

func mustEncode(t testing.TB, e Encoder, v any) []byte {
	t.Helper()
	b, err := e.Encode(nil, pointer(v))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestRoundTrip(t *testing.T) {
	each(t, func(t *testing.T, c Codec) {
		for name, values := range samplesFor(c, 20) {
			if err := c.Check(reflect.TypeOf(values).Elem(), false); err != nil {
				t.Errorf("%s: %v", name, err)
			}
			e, d := c.NewEncoder(), c.NewDecoder()
			for range 3 { // a stream, not a single value
				got := fresh(values)
				if err := d.Decode(mustEncode(t, e, values), got); err != nil {
					t.Fatalf("%s: %v", name, err)
				}
				if !reflect.DeepEqual(content(got), values) {
					t.Errorf("%s: got %v, want %v", name, content(got), values)
				}
			}
		}
	})
}

// TestDecodeIntoCapacity: what comes does not depend on whether it found room, and
// room that is used again shows nothing of what was there.
func TestDecodeIntoCapacity(t *testing.T) {
	each(t, func(t *testing.T, c Codec) {
		for name := range samplesFor(c, 1) {
			e, d := c.NewEncoder(), c.NewDecoder()
			room := reflect.New(reflect.TypeOf(samples(1)[name]))
			for _, n := range []int{9, 1, 4, 0, 1, 9} {
				values := samples(n)[name]
				room.Elem().SetLen(0)
				if room.Elem().Cap() == 0 {
					room.Elem().Grow(9)
				}
				at := room.Elem().Pointer()
				if err := d.Decode(mustEncode(t, e, values), room.Interface()); err != nil {
					t.Fatalf("%s: %v", name, err)
				}
				got := room.Elem()
				if got.Len() != n || n > 0 && !reflect.DeepEqual(got.Interface(), values) {
					t.Errorf("%s: got %v, want %v", name, got, values)
				}
				if n > 0 && c.Name() == "binary" && got.Pointer() != at {
					t.Errorf("%s: there was room, and it was not used", name)
				}
				for i := range n {
					got.Index(i).SetZero()
				}
			}
		}
	})
}

func TestBorders(t *testing.T) {
	each(t, func(t *testing.T, c Codec) {
		for _, values := range []any{
			[]uint64{0, 1, math.MaxUint64}, []int64{math.MinInt64, -1, math.MaxInt64}, []uint64{},
			[]float64{math.MaxFloat64, math.SmallestNonzeroFloat64, 0.1, math.Copysign(0, -1)},
			[]string{"", "\x00", "<script>&\u2028"}, []float32{math.MaxFloat32, 0.1},
		} {
			got := fresh(values)
			if err := c.NewDecoder().Decode(mustEncode(t, c.NewEncoder(), values), got); err != nil {
				t.Fatalf("%v: %v", values, err)
			}
			if fmt.Sprint(content(got)) != fmt.Sprint(values) { // -0 is not 0 here
				t.Errorf("got %v, want %v", content(got), values)
			}
		}
	})
}

// box has what may come back changed.
type box struct {
	Slice   []int
	Map     map[string]int
	Pointer *int
	Twice   **int
	Text    string
	When    time.Time
}

// TestEqualUpTo holds what the codecs' documentation says about values that
// come back changed.
func TestEqualUpTo(t *testing.T) {
	zero, noon := new(int), time.Date(2026, 1, 1, 12, 0, 0, 1, time.FixedZone("", 3600))
	utc := noon.UTC()
	for name, sent := range map[string]box{
		"gob":     {Slice: []int{}, Map: map[string]int{}, Pointer: zero, Twice: &zero, Text: "\xff", When: noon},
		"json":    {Slice: []int{}, Map: map[string]int{}, Pointer: zero, Twice: &zero, Text: "\ufffd", When: noon},
		"cbor":    {Slice: []int{}, Map: map[string]int{}, Pointer: zero, Twice: &zero, Text: "\xff", When: noon},
		"msgpack": {Slice: []int{}, Map: map[string]int{}, Pointer: zero, Twice: &zero, Text: "\xff", When: utc},
		"jsonv2":  {Slice: []int{}, Map: map[string]int{}, Pointer: zero, Twice: &zero, Text: "UTF-8", When: noon},
	} {
		want := sent
		if name == "gob" {
			want.Slice = nil
		}
		if got := there(t, name, []box{sent}); !reflect.DeepEqual(got[0], want) {
			t.Errorf("%s: got %+v, want %+v", name, got[0], want)
		}
	}
	type flatBox struct {
		Slice []int
		Text  string
		When  time.Time
	}
	got := there(t, "binary", []flatBox{{[]int{}, "\xff", noon}})
	if want := (flatBox{nil, "\xff", noon}); !reflect.DeepEqual(got[0], want) {
		t.Errorf("binary: got %+v, want %+v", got[0], want)
	}
}

// TestLengths: what is long, or has many parts, comes back as what is short does: formats
// write counts in one, two or four bytes.
func TestLengths(t *testing.T) {
	each(t, func(t *testing.T, c Codec) {
		for _, n := range []int{0, 15, 16, 23, 24, 31, 32, 127, 128, 255, 256, 65535, 65536} {
			values := []any{[]string{strings.Repeat("x", n)}, [][]byte{make([]byte, n)}, [][]bool{make([]bool, n)}, make([]int8, n)}
			if n != 65535 {
				numbers := map[int]bool{}
				for i := range n {
					numbers[i] = i%2 == 0
				}
				values = append(values, []map[int]bool{numbers}, [][]string{make([]string, n)})
			}
			if n <= 300 {
				fields := make([]reflect.StructField, n)
				for i := range fields {
					fields[i] = reflect.StructField{Name: fmt.Sprintf("Field%d", i), Type: reflect.TypeFor[uint8]()}
				}
				s := reflect.New(reflect.StructOf(fields)).Elem()
				for i := range n {
					s.Field(i).SetUint(uint64(i % 256))
				}
				values = append(values, reflect.Append(reflect.MakeSlice(reflect.SliceOf(s.Type()), 0, 1), s).Interface())
			}
			for _, v := range values {
				if c.Check(reflect.TypeOf(v).Elem(), false) != nil {
					continue
				}
				got := fresh(v)
				if err := c.NewDecoder().Decode(mustEncode(t, c.NewEncoder(), v), got); err != nil {
					t.Fatalf("%T of %d: %v", v, n, err)
				}
				if differs := (equality{}).difference(&trail{name: "value"}, reflect.ValueOf(v), reflect.ValueOf(content(got))); differs != "" {
					t.Errorf("%T of %d: %.200s", v, n, differs)
				}
			}
		}
	})
}

// TestNothing: nil comes back as nil, and what would come back so and is not nil is an
// error.
func TestNothing(t *testing.T) {
	type pair struct {
		Slice []int
		Twice **int
	}
	for _, name := range []string{"gob", "json", "cbor", "msgpack", "jsonv2"} {
		if got := there(t, name, []pair{{}}); got[0].Slice != nil || got[0].Twice != nil {
			t.Errorf("%s: got %+v, want nil", name, got[0])
		}
		if name == "gob" {
			continue
		}
		c, _ := Lookup(name)
		if _, err := c.NewEncoder().Encode(nil, &[]pair{{Twice: new(*int)}}); err == nil || !strings.Contains(err.Error(), "pair.Twice would be nil") {
			t.Errorf("%s: a pointer to nil: %v", name, err)
		}
	}
}

// Blanks has fields that are left out when they are empty.
type Blanks struct {
	Blank string `json:",omitempty" cbor:",omitempty"`
}

// TestChanged: values that a codec would change are errors that say where and how.
func TestChanged(t *testing.T) {
	type note struct {
		*Blanks
		Text string
		At   *time.Time
		List *[]int
		Zero float64    `json:",omitempty" cbor:",omitempty" msgpack:",omitempty"`
		Pair [2]float64 `msgpack:",omitempty"`
		Keys map[Folded]int
		Hex  map[Texter]int
	}
	seconds := time.Date(1880, 1, 1, 0, 0, 0, 0, time.FixedZone("LMT", 3*60+4))
	far := time.Date(10_000, 1, 1, 0, 0, 0, 0, time.UTC)
	berlin := time.Date(2026, 1, 1, 0, 0, 0, 0, time.FixedZone("CET", 3600))
	for _, tt := range []struct {
		codecs string
		value  note
		says   string
	}{
		{"json", note{Text: "a\xffb"}, `note.Text would be "a\ufffdb", not "a\xffb"`},
		{"jsonv2", note{Text: "a\xffb"}, "invalid UTF-8"},
		{"json jsonv2 cbor", note{At: &seconds}, "note.At would be 1880-01-01 00:00:00 +0003"},
		{"json jsonv2 cbor", note{At: &far}, "year outside of range"},
		{"msgpack", note{At: &berlin}, "note.At would be 2025-12-31 23:00:00 +0000 UTC, not 2026-01-01 00:00:00 +0100 CET"},
		{"json jsonv2 cbor msgpack", note{List: new([]int)}, "note.List would be nil"},
		{"json cbor msgpack", note{Zero: math.Copysign(0, -1)}, "note.Zero would be 0, not -0"},
		{"msgpack", note{Pair: [2]float64{0, math.Copysign(0, -1)}}, "note.Pair[1] would be 0, not -0"},
		{"cbor", note{At: new(time.Time)}, "note.At would be nil"},
		{"json jsonv2 cbor", note{Blanks: &Blanks{}}, "note.Blanks would be nil"},
		{"jsonv2 cbor", note{Keys: map[Folded]int{"A": 1, "a": 2}}, "note.Keys would have 1 entries, not 2"},
		{"json", note{Hex: map[Texter]int{"61": 1}}, `note.Hex would lack the entry "61"`},
		{"json jsonv2", note{Zero: math.NaN()}, "NaN"},
	} {
		for name := range strings.SplitSeq(tt.codecs, " ") {
			c, _ := Lookup(name)
			_, err := c.NewEncoder().Encode(nil, &[]note{tt.value})
			if err == nil || !strings.Contains(err.Error(), tt.says) {
				t.Errorf("%s: %v, want an error with %q", name, err, tt.says)
			}
			if got := there(t, name, []note{{Text: "next"}}); got[0].Text != "next" {
				t.Errorf("%s: the next value came back as %+v", name, got[0])
			}
		}
	}
}

// sulky is a key that writes itself as little as others of its kind, and says nothing to
// who formats it.
type sulky struct {
	N    int8
	At   [1]float32
	Zone *int
}

func (sulky) String() string                     { panic("asked") }
func (s sulky) MarshalText() ([]byte, error)     { return []byte("same"), nil }
func (s *sulky) UnmarshalText(text []byte) error { *s = sulky{}; return nil }

// TestKeyOfError: an error names a key and calls no method of it.
func TestKeyOfError(t *testing.T) {
	values := []map[sulky]bool{{{1, [1]float32{0.5}, nil}: true, {2, [1]float32{}, nil}: true}}
	_, err := CBOR{}.NewEncoder().Encode(nil, &values)
	if want := "would have 1 entries, not 2"; err == nil || !strings.Contains(err.Error(), want) {
		t.Errorf("%v, want an error with %q", err, want)
	}
	for key, want := range map[any]string{
		sulky{1, [1]float32{0.1}, nil}: "{1 {0.1} of type *int}", complex(1, 2): "(1+2i)", uint8(7): "7", true: "true", "\xff": `"\xff"`,
		time.Unix(0, 0).UTC(): "1970-01-01 00:00:00 +0000 UTC",
	} {
		if got := keyText(reflect.ValueOf(key)); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}

// forgetful returns its own memory, instead of appending to what it is given.
type forgetful struct{ text string }

func (f forgetful) AppendBinary([]byte) ([]byte, error) { return []byte(f.text), nil }
func (f *forgetful) UnmarshalBinary(b []byte) error     { f.text = string(b); return nil }

// backward writes into all that it can reach of what it is given.
type backward struct{ text string }

func (w backward) AppendBinary(b []byte) ([]byte, error) {
	for i := range b {
		b[i] = 'X'
	}
	return append(b[:0], w.text...), nil
}
func (w *backward) UnmarshalBinary(b []byte) error { w.text = string(b); return nil }

// TestAppendBinaryElsewhere: what an AppendBinary does with what is not its own changes
// nothing of the values before it.
func TestAppendBinaryElsewhere(t *testing.T) {
	type envelope struct {
		N    int
		F    forgetful
		W    backward
		Text string
	}
	for _, long := range []string{"", "\x01", "\x01 as long as what is before it, and longer"} {
		sent := []envelope{{-1, forgetful{long}, backward{long}, "a"}, {-2, forgetful{"f"}, backward{"w"}, "b"}}
		for _, values := range [][]envelope{sent, sent[:1]} {
			if got := there(t, "binary", values); !reflect.DeepEqual(got, values) {
				t.Errorf("%+v came back as %+v", values, got)
			}
		}
	}
}

// TestNumbersOfNoNumber: NaN stays one, where it can be sent.
func TestNumbersOfNoNumber(t *testing.T) {
	for _, name := range []string{"gob", "binary", "cbor", "msgpack"} {
		got := there(t, name, []float64{math.NaN(), math.Inf(-1)})
		if !math.IsNaN(got[0]) || !math.IsInf(got[1], -1) {
			t.Errorf("%s: %v", name, got)
		}
	}
}

// there sends values by a codec and returns what arrives.
func there[T any](t *testing.T, name string, values []T) (got []T) {
	t.Helper()
	c, _ := Lookup(name)
	if err := c.NewDecoder().Decode(mustEncode(t, c.NewEncoder(), values), &got); err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	return got
}

func TestEncodeAppends(t *testing.T) {
	each(t, func(t *testing.T, c Codec) {
		alone := mustEncode(t, c.NewEncoder(), []string{"value"})
		got, err := c.NewEncoder().Encode([]byte("before"), &[]string{"value"})
		if err != nil || string(got) != "before"+string(alone) {
			t.Errorf("%q, %v, want %q after before", got, err, alone)
		}
		room := make([]byte, 0, 1<<10)
		if got, err := c.NewEncoder().Encode(room, &[]string{"value"}); err != nil || &got[0] != &room[:1][0] {
			t.Errorf("not in the memory that it was given (error %v)", err)
		}
	})
}

func TestDecodedIsFresh(t *testing.T) {
	each(t, func(t *testing.T, c Codec) {
		for name, want := range samplesFor(c, 5) {
			src := mustEncode(t, c.NewEncoder(), want)
			got := fresh(want)
			if err := c.NewDecoder().Decode(src, got); err != nil {
				t.Fatal(err)
			}
			clear(src)
			if !reflect.DeepEqual(content(got), want) {
				t.Errorf("%s: what was decoded refers to the bytes that it came from", name)
			}
		}
	})
}

// TestListsAreApart: values that share memory end where the next one begins.
func TestListsAreApart(t *testing.T) {
	each(t, func(t *testing.T, c Codec) {
		numbers := there(t, c.Name(), [][]uint64{{1}, {2}, nil, {3}})
		texts := there(t, c.Name(), [][]byte{[]byte("a"), []byte("b"), nil, []byte("c")})
		_, _ = append(numbers[0], 9), append(texts[0], '9')
		numbers[1] = append(numbers[1], 9)
		if got := fmt.Sprint(numbers); got != "[[1] [2 9] [] [3]]" {
			t.Errorf("after an append: %s", got)
		}
		if got := fmt.Sprintf("%s", texts); got != "[a b  c]" {
			t.Errorf("after an append: %s", got)
		}
	})
}

// TestGobStream: the description of a type goes once a stream, so a value
// whose predecessor was not delivered means nothing, and both ends start anew.
func TestGobStream(t *testing.T) {
	e := Gob{}.NewEncoder()
	values := []record{someRecord(rand.New(rand.NewPCG(1, 1)), 1)}
	first, second := mustEncode(t, e, values), mustEncode(t, e, values)
	if len(second) > len(first)-100 {
		t.Errorf("%d bytes, then %d: the type was described again", len(first), len(second))
	}
	var got []record
	d := Gob{}.NewDecoder()
	if err := d.Decode(second, &got); err == nil {
		t.Fatal("a stream with a gap was decoded")
	}
	got = nil
	if err := (Gob{}).NewDecoder().Decode(mustEncode(t, Gob{}.NewEncoder(), values), &got); err != nil {
		t.Fatalf("a fresh pair: %v", err)
	}
}

// TestSpoiledEncoder: a value that fails after its type was described leaves
// an encoder that the next good value cannot be sent with.
func TestSpoiledEncoder(t *testing.T) {
	e := Gob{}.NewEncoder()
	dst, err := e.Encode([]byte("kept"), &[]*factor{nil})
	if err == nil || string(dst) != "kept" {
		t.Fatalf("%q, %v, want dst as it was and an error", dst, err)
	}
	var got []*factor
	if err := (Gob{}).NewDecoder().Decode(mustEncode(t, e, []*factor{{2, 1}}), &got); err == nil {
		t.Error("the stream was not spoiled: what the design fears does not happen any more")
	}
}

// bomb brings encodings that panic.
type bomb struct{ N int }

func (bomb) GobEncode() ([]byte, error)    { panic("encode") }
func (*bomb) GobDecode([]byte) error       { panic("decode") }
func (bomb) MarshalJSON() ([]byte, error)  { panic("encode") }
func (*bomb) UnmarshalJSON(b []byte) error { panic("decode") }
func (bomb) MarshalCBOR() ([]byte, error)  { panic("encode") }
func (*bomb) UnmarshalCBOR(b []byte) error { panic("decode") }

func (bomb) AppendBinary([]byte) ([]byte, error) { panic("encode") }
func (*bomb) UnmarshalBinary([]byte) error       { panic("decode") }

// fuse is encoded as what a bomb decodes from.
type fuse struct{ N int }

func (fuse) GobEncode() ([]byte, error)   { return []byte("1"), nil }
func (*fuse) GobDecode([]byte) error      { return nil }
func (fuse) MarshalJSON() ([]byte, error) { return []byte("1"), nil }
func (fuse) MarshalCBOR() ([]byte, error) { return []byte{1}, nil }

func (fuse) AppendBinary(b []byte) ([]byte, error) { return append(b, 1), nil }
func (*fuse) UnmarshalBinary([]byte) error         { return nil }

// loop can contain itself.
type loop struct{ Next *loop }

func TestUnencodable(t *testing.T) {
	circle := new(loop)
	circle.Next = circle
	type pair struct {
		codec string
		value any
	}
	for _, tt := range []pair{
		{"gob", []*int{nil}}, {"gob", [][]*int{{nil}}}, {"gob", []any{func() {}}}, {"gob", []any{factor{}}},
		{"gob", []struct{ a int }{{1}}}, {"gob", []chan int{nil}}, {"gob", []bomb{{1}}}, {"gob", []map[string]big.Int{{"": {}}}},
		{"json", []float64{math.NaN()}}, {"json", []float64{math.Inf(1)}}, {"json", []any{func() {}}},
		{"json", []complex128{1}}, {"json", []chan int{nil}}, {"json", []bomb{{1}}}, {"json", []*loop{circle}},
		{"json", []map[float64]int{{1: 1}}},
		{"jsonv2", []float64{math.NaN()}}, {"jsonv2", []float64{math.Inf(1)}}, {"jsonv2", []any{func() {}}},
		{"jsonv2", []complex128{1}}, {"jsonv2", []chan int{nil}}, {"jsonv2", []bomb{{1}}}, {"jsonv2", []*loop{circle}},
		{"jsonv2", []string{"\xff"}}, {"jsonv2", []struct{ a int }{{1}}},
		{"cbor", []any{func() {}}}, {"cbor", []chan int{nil}}, {"cbor", []complex128{1}}, {"cbor", []bomb{{1}}},
		{"msgpack", []any{func() {}}}, {"msgpack", []chan int{nil}}, {"msgpack", []uintptr{1}},
		{"binary", []any{1}}, {"binary", []map[int]int{nil}}, {"binary", []*int{nil}}, {"binary", []*loop{circle}}, {"binary", []bomb{{1}}},
		{"binary", []struct{ List []struct{ F func() } }{{nil}}}, {"binary", []tree{{}}},
	} {
		c, _ := Lookup(tt.codec)
		dst, err := c.NewEncoder().Encode([]byte("kept"), pointer(tt.value))
		if err == nil || string(dst) != "kept" {
			t.Errorf("%s: %T: %q, %v, want an error and dst as it was", tt.codec, tt.value, dst, err)
		}
	}
	if _, err := (Gob{}).NewEncoder().Encode(nil, (*[]int)(nil)); err == nil {
		t.Error("gob: a nil pointer was encoded")
	}
}

func TestDecodePanics(t *testing.T) {
	each(t, func(t *testing.T, c Codec) {
		if c.Name() == "msgpack" {
			t.Skip("msgpack asks no type for an encoding of its own")
		}
		var got []bomb
		err := c.NewDecoder().Decode(mustEncode(t, c.NewEncoder(), []fuse{{1}}), &got)
		if err == nil || !strings.Contains(err.Error(), "panic: decode") {
			t.Errorf("%v, want the panic as an error", err)
		}
	})
}

// garbage returns changes of good bytes that are not good any more.
func garbage(good []byte) map[string][]byte {
	bad := map[string][]byte{
		"nothing": nil, "zero": {0}, "long": []byte(strings.Repeat("\xff", 100)), "after": append(good[:len(good):len(good)], 'x'),
		"twice": append(good[:len(good):len(good)], good...), "huge length": {0xfc, 0x3f, 0xff, 0xff, 0xff, 1, 2, 3},
		"text": []byte("hello"), "wide": append([]byte{0xf7}, good...),
	}
	for n := range good {
		bad[fmt.Sprintf("first %d bytes", n)] = good[:n]
	}
	return bad
}

func TestDecodeGarbage(t *testing.T) {
	each(t, func(t *testing.T, c Codec) {
		values := samples(2)["plain"]
		for name, src := range garbage(mustEncode(t, c.NewEncoder(), values)) {
			got := fresh(values)
			err := c.NewDecoder().Decode(src, got)
			if err == nil && !encodesAs(c, got, src) {
				t.Errorf("%s: no error", name)
			}
			if errors.Is(err, io.EOF) {
				t.Errorf("%s: %v reads as the end of a connection", name, err)
			}
		}
	})
}

// encodesAs reports whether src is what p is encoded as: then it is no
// garbage for this codec.
func encodesAs(c Codec, p any, src []byte) bool {
	again, err := c.NewEncoder().Encode(nil, p)
	return err == nil && string(again) == string(src)
}

// TestToldLength: nothing is allocated for a length that is not true.
func TestToldLength(t *testing.T) {
	told := []byte{0xfc, 0x00, 0x8f, 0xff, 0xff, 1, 2, 3} // 9 MB
	many := append(binary.AppendUvarint(nil, 1<<40), make([]byte, 100)...)
	some := append(binary.AppendUvarint(nil, 90_000), make([]byte, 100_000)...) // 90,000 values in 100,000 bytes
	for _, tt := range []struct {
		codec Codec
		told  []byte
		into  any
	}{
		{Gob{}, told, new([]int)},
		{Binary{}, many, new([]int)}, {Binary{}, many, new([][]int)}, {Binary{}, many, new([][]byte)}, {Binary{}, many, new([]string)},
		{Binary{}, many, new([]struct{})}, {Binary{}, many, new([]time.Time)}, {Binary{}, many, new([]factor)},
		{Binary{}, some, new([]int32)}, {Binary{}, some, new([]factor)}, {Binary{}, some, new([]time.Time)}, {Binary{}, some, new([][2]int8)},
		{Binary{}, append([]byte{1}, many...), new([][]uint64)}, {Binary{}, append([]byte{1}, many...), new([]string)},
		{Binary{}, append([]byte{1}, many...), new([][]byte)}, {Binary{}, append([]byte{1}, many...), new([][]factor)},
		{CBOR{}, []byte{0x9b, 0, 0, 1, 0, 0, 0, 0, 0, 1}, new([]int)}, {CBOR{}, []byte{0x81, 0x5b, 0, 0, 1, 0, 0, 0, 0, 0, 1}, new([][]byte)},
		{MsgPack{}, []byte{0xdd, 0xff, 0xff, 0xff, 0xff, 1}, new([]int)}, {MsgPack{}, []byte{0x91, 0xc6, 0xff, 0xff, 0xff, 0xff, 1}, new([][]byte)},
	} {
		var err error
		n := allocated(func() { err = tt.codec.NewDecoder().Decode(tt.told, tt.into) })
		if err == nil || n > 1<<16 {
			t.Errorf("%s: %T: %d bytes allocated, error %v", tt.codec.Name(), tt.into, n, err)
		}
	}
}

func TestDecodeOtherType(t *testing.T) {
	each(t, func(t *testing.T, c Codec) {
		src := mustEncode(t, c.NewEncoder(), []string{"text"})
		if err := c.NewDecoder().Decode(src, new([]int)); err == nil {
			t.Error("strings were decoded as numbers")
		}
		if err := c.NewDecoder().Decode(src, []string(nil)); err == nil {
			t.Error("decoded into something that is no pointer")
		}
	})
}

// TestFlippedBits: the frame's checksum keeps these away from a codec; if one
// came through it would be a wrong value or an error, but no panic, and not
// much memory.
func TestFlippedBits(t *testing.T) {
	each(t, func(t *testing.T, c Codec) {
		values := []factor{{1 << 40, 3}, {5, 1}}
		good := mustEncode(t, c.NewEncoder(), values)
		for i := range len(good) * 8 {
			bad := append([]byte(nil), good...)
			bad[i/8] ^= 1 << (i % 8)
			if n := allocated(func() { c.NewDecoder().Decode(bad, fresh(values)) }); n > 11<<20 {
				t.Errorf("bit %d: %d bytes allocated", i, n)
			}
		}
	})
}

// allocated returns how many bytes f allocates.
func allocated(f func()) uint64 {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	f()
	runtime.ReadMemStats(&after)
	return after.TotalAlloc - before.TotalAlloc
}

func TestLookup(t *testing.T) {
	for _, c := range table {
		if got, ok := Lookup(c.Name()); !ok || got != c {
			t.Errorf("Lookup(%q) is %v, %v", c.Name(), got, ok)
		}
		if !slices.Contains(Names(), c.Name()) {
			t.Errorf("%q is not in %q", c.Name(), Names())
		}
	}
	if c, ok := Lookup("gobs"); ok {
		t.Errorf("found %v", c)
	}
}
