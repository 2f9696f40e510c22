package codec

import (
	"encoding/gob"
	"encoding/json"
	"math/big"
	"net/netip"
	"net/url"
	"reflect"
	"strings"
	"testing"
	"time"
	"unsafe"
)

// The types of the table below.
type (
	hidden   struct{ Open, secret int }
	outer    struct{ Inner hidden }
	deep     struct{ List []map[string]*outer }
	shut     struct{ a, b int }
	vacant   struct{}
	callback struct {
		N    int
		Done func()
	}
	channel struct {
		N int
		C *chan int
	}
	marked struct {
		_ [0]func()
		_ int
		N int
	}
	noCopy   struct{}
	uncopied struct {
		N int
		c noCopy
	}
	tagged struct {
		A int `json:"-"`
		C int `json:"c,omitempty"`
	}
	Left  struct{ X int }
	Right struct{ X int }
	twins struct {
		Left
		Right
	}
	Renamed struct {
		X int `json:"Y"`
	}
	renamed struct {
		Left
		Renamed
		Y int
	}
	base   struct{ N, M int }
	Base   struct{ N, M int }
	shadow struct {
		Base
		N string
	}
	embeds    struct{ base }
	embedsPtr struct{ *base }
	EmbedsPtr struct{ *Base }
	embedsTag struct {
		base `json:"b"`
	}
	number_   int
	embedsInt struct {
		number_
		N int
	}
	stamped struct {
		time.Time
		N int
	}
	onlyTime  struct{ time.Time }
	rewritten struct {
		time.Time
		N int
	}
	endlessly *endlessly
	tree      struct {
		Left, Right *tree
		Kids        []tree
		Named       map[string]tree
	}
	sick struct {
		Next *sick
		bad  int
	}
	labelled struct {
		Name string
		tags map[string]int
	}
	Labelled struct {
		Name string
		Tags map[string]int
	}
	grove struct{ Kids []grove }
	tags  struct {
		A int
		B int `cbor:"-"`
		C int `msgpack:"-"`
	}
	byteLike   byte
	halfBinary struct{ A int }
	lots       []uint64
	foreign    struct{ Ä, B int }
	oneText    struct{ A int }
	oneWay     struct{ a int }
	halfText   struct{ a int }
	byPtr      struct{ a int }
	stringer   interface{ String() string }
	Ring       struct {
		*Ring
		N int
	}
)

func (*halfBinary) UnmarshalBinary([]byte) error { return nil }
func (oneText) MarshalText() ([]byte, error)     { return []byte("one"), nil }
func (oneWay) GobEncode() ([]byte, error)        { return nil, nil }
func (oneWay) MarshalJSON() ([]byte, error)      { return []byte("1"), nil }
func (h halfText) MarshalText() ([]byte, error)  { return []byte{byte(h.a)}, nil }

func (b *byPtr) GobEncode() ([]byte, error) { return []byte{byte(b.a)}, nil }
func (*byPtr) GobDecode([]byte) error       { return nil }
func (*byPtr) MarshalJSON() ([]byte, error) { return []byte("1"), nil }
func (*byPtr) UnmarshalJSON([]byte) error   { return nil }

func (rewritten) GobEncode() ([]byte, error)   { return []byte{1}, nil }
func (*rewritten) GobDecode([]byte) error      { return nil }
func (rewritten) MarshalJSON() ([]byte, error) { return []byte("1"), nil }
func (*rewritten) UnmarshalJSON([]byte) error  { return nil }

func TestCheck(t *testing.T) {
	const (
		fine   = ""
		change = "; change that, or say strategies.Lossy()"
	)
	tests := []struct {
		t         reflect.Type
		gob, json string // the error
	}{
		{reflect.TypeFor[uint64](), fine, fine},
		{reflect.TypeFor[[]byte](), fine, fine},
		{reflect.TypeFor[**uint64](), fine, fine},
		{reflect.TypeFor[record](), fine, fine},
		{reflect.TypeFor[*record](), fine, fine},
		{reflect.TypeFor[tree](), fine, fine},
		{reflect.TypeFor[vacant](), fine, fine},
		{reflect.TypeFor[time.Time](), fine, fine},
		{reflect.TypeFor[*big.Int](), fine, fine},
		{reflect.TypeFor[map[string]*big.Int](), fine, fine},
		{reflect.TypeFor[map[netip.Addr]time.Time](), fine, fine},
		{reflect.TypeFor[[]netip.Prefix](), fine, fine},
		{reflect.TypeFor[json.RawMessage](), fine, fine},
		{reflect.TypeFor[marked](), fine, fine},
		{reflect.TypeFor[uncopied](), fine, fine},
		{reflect.TypeFor[map[int8]factor](), fine, fine},
		{reflect.TypeFor[EmbedsPtr](), fine, fine},
		{reflect.TypeFor[onlyTime](), fine, fine},
		{reflect.TypeFor[rewritten](), fine, fine},
		{reflect.TypeFor[[]byPtr](), fine, fine},
		{reflect.TypeFor[map[string]*byPtr](), fine, fine},

		{reflect.TypeFor[hidden](),
			"hidden.secret: unexported field, which gob drops" + change,
			"hidden.secret: unexported field, which json drops" + change},
		{reflect.TypeFor[outer](),
			"outer.Inner.secret: unexported field, which gob drops" + change,
			"outer.Inner.secret: unexported field, which json drops" + change},
		{reflect.TypeFor[deep](),
			"deep.List[][].Inner.secret: unexported field, which gob drops" + change,
			"deep.List[][].Inner.secret: unexported field, which json drops" + change},
		{reflect.TypeFor[map[hidden]int](),
			"map[codec.hidden]int[key].secret: unexported field, which gob drops" + change,
			"map[codec.hidden]int: map with keys of type codec.hidden, which json cannot carry"},
		{reflect.TypeFor[sick](),
			"sick.bad: unexported field, which gob drops" + change,
			"sick.bad: unexported field, which json drops" + change},
		{reflect.TypeFor[callback](),
			"callback.Done: field of type func(), which gob drops" + change,
			"callback.Done: func(), which json cannot carry"},
		{reflect.TypeFor[channel](),
			"channel.C: field of type *chan int, which gob drops" + change,
			"channel.C: chan int, which json cannot carry"},
		{reflect.TypeFor[[]func()](), "[]func()[]: func(), which gob cannot carry", "[]func()[]: func(), which json cannot carry"},
		{reflect.TypeFor[unsafe.Pointer](), "Pointer: unsafe.Pointer, which gob cannot carry", "Pointer: unsafe.Pointer, which json cannot carry"},
		{reflect.TypeFor[complex64](), fine, "complex64: complex64, which json cannot carry"},
		{reflect.TypeFor[any](), fine, "interface {}: interface, of which json keeps no type" + change},
		{reflect.TypeFor[[]stringer](), fine, "[]codec.stringer[]: interface codec.stringer, which json cannot carry"},
		{reflect.TypeFor[map[bool]int](), fine, "map[bool]int: map with keys of type bool, which json cannot carry"},
		{reflect.TypeFor[endlessly](),
			"endlessly: pointer type codec.endlessly points only to itself, which gob cannot carry",
			"endlessly: pointer type codec.endlessly points only to itself, which json cannot carry"},
		{reflect.TypeFor[tagged](), fine, `tagged.A: field tagged json:"-", which json drops` + change},
		{reflect.TypeFor[twins](), fine, `twins.Left.X: one of several fields named "X", which json drops` + change},
		{reflect.TypeFor[renamed](), fine, `renamed.Renamed.X: one of several fields named "Y", which json drops` + change},
		{reflect.TypeFor[shadow](), fine, `shadow.Base.N: one of several fields named "N", which json drops` + change},
		{reflect.TypeFor[Ring](), fine, "Ring.Ring: embedded in itself, which json drops" + change},
		{reflect.TypeFor[embeds](), "embeds.base: unexported field, which gob drops" + change, fine},
		{reflect.TypeFor[embedsPtr](),
			"embedsPtr.base: unexported field, which gob drops" + change,
			"embedsPtr.base: embedded pointer to an unexported struct, which json cannot carry"},
		{reflect.TypeFor[embedsTag](), "embedsTag.base: unexported field, which gob drops" + change, fine},
		{reflect.TypeFor[embedsInt](),
			"embedsInt.number_: unexported field, which gob drops" + change,
			"embedsInt.number_: unexported field, which json drops" + change},
		{reflect.TypeFor[stamped](),
			"stamped: GobEncode is that of the embedded Time, so gob drops the other fields" + change,
			"stamped: MarshalJSON is that of the embedded Time, so json drops the other fields" + change},
		{reflect.TypeFor[oneWay](),
			"oneWay: GobEncode without GobDecode, which gob cannot carry",
			"oneWay: MarshalJSON without UnmarshalJSON" + change},
		{reflect.TypeFor[*halfText](), // gob does not ask for MarshalText
			"halfText.a: unexported field, which gob drops" + change,
			"halfText: MarshalText without UnmarshalText" + change},
		{reflect.TypeFor[map[string][2]byPtr](),
			"map[string][2]codec.byPtr[][]: GobEncode of *codec.byPtr inside a map, which has no addresses (make it a map of pointers), which gob cannot carry",
			"map[string][2]codec.byPtr[][]: MarshalJSON of *codec.byPtr inside a map, which has no addresses (make it a map of pointers), which json cannot carry"},
		{reflect.TypeFor[url.Userinfo](),
			"Userinfo.username: unexported field, which gob drops" + change,
			"Userinfo.username: unexported field, which json drops" + change},
	}
	for _, tt := range tests {
		for c, want := range map[Codec]string{Gob{}: tt.gob, JSON{}: tt.json} {
			if got := text(c.Check(tt.t, false)); got != want {
				t.Errorf("%s: %s:\n got %q\nwant %q", c.Name(), tt.t, got, want)
			}
		}
	}
}

// TestCheckOthers is the same for the codecs that TestCheck has no column for.
func TestCheckOthers(t *testing.T) {
	const (
		change  = "; change that, or say strategies.Lossy()"
		carries = ", which binary cannot carry; " + binaryCarries
	)
	for _, tt := range []struct {
		codec Codec
		t     reflect.Type
		want  string
	}{
		{Binary{}, reflect.TypeFor[uint64](), ""},
		{Binary{}, reflect.TypeFor[[][]string](), ""},
		{Binary{}, reflect.TypeFor[plain](), ""},
		{Binary{}, reflect.TypeFor[complex128](), ""},
		{Binary{}, reflect.TypeFor[netip.Addr](), ""},
		{Binary{}, reflect.TypeFor[uncopied](), ""},
		{Binary{}, reflect.TypeFor[labelled](), "labelled.tags: unexported field, which binary drops" + change},
		{Binary{}, reflect.TypeFor[Labelled](), "Labelled.Tags: map[string]int" + carries},
		{Binary{}, reflect.TypeFor[record](), "record.Counts: map[string][]int" + carries},
		{Binary{}, reflect.TypeFor[[]*factor](), "[]*codec.factor[]: *codec.factor" + carries},
		{Binary{}, reflect.TypeFor[any](), "interface {}: interface {}" + carries},
		{Binary{}, reflect.TypeFor[func()](), "func(): func()" + carries},
		{Binary{}, reflect.TypeFor[grove](), "grove: codec.grove, which contains itself" + carries},
		{Binary{}, reflect.TypeFor[stamped](), "stamped: AppendBinary is that of the embedded Time, so binary drops the other fields" + change},
		{Binary{}, reflect.TypeFor[url.URL](), ""},
		{Binary{}, reflect.TypeFor[halfBinary](), "halfBinary: UnmarshalBinary without AppendBinary, which binary cannot carry"},

		{CBOR{}, reflect.TypeFor[record](), ""},
		{CBOR{}, reflect.TypeFor[tree](), ""},
		{CBOR{}, reflect.TypeFor[map[hidden]int](), "map[codec.hidden]int[key].secret: unexported field, which cbor drops" + change},
		{CBOR{}, reflect.TypeFor[tagged](), `tagged.A: field tagged json:"-", which cbor drops` + change},
		{CBOR{}, reflect.TypeFor[tags](), `tags.B: field tagged cbor:"-", which cbor drops` + change},
		{CBOR{}, reflect.TypeFor[callback](), "callback.Done: func(), which cbor cannot carry"},
		{CBOR{}, reflect.TypeFor[any](), "interface {}: interface, of which cbor keeps no type" + change},
		{CBOR{}, reflect.TypeFor[stringer](), "stringer: interface codec.stringer, which cbor cannot carry"},
		{CBOR{}, reflect.TypeFor[map[any]int](), "map[interface {}]int: map with keys of type interface {}, which cbor cannot carry"},
		{CBOR{}, reflect.TypeFor[twins](), `twins.Left.X: one of several fields named "X", which cbor drops` + change},
		{CBOR{}, reflect.TypeFor[oneText](), "oneText: MarshalText without UnmarshalText" + change},

		{MsgPack{}, reflect.TypeFor[tree](), ""},
		{MsgPack{}, reflect.TypeFor[complex64](), ""},
		{MsgPack{}, reflect.TypeFor[big.Int](), "Int.neg: unexported field, which msgpack drops" + change},
		{MsgPack{}, reflect.TypeFor[tags](), `tags.C: field tagged msgpack:"-", which msgpack drops` + change},
		{MsgPack{}, reflect.TypeFor[foreign](), "foreign.Ä: field whose name does not begin with a letter from A to Z, which msgpack drops" + change},
		{MsgPack{}, reflect.TypeFor[onlyTime](), "onlyTime.Time: embedded time.Time, which msgpack drops" + change},
		{MsgPack{}, reflect.TypeFor[Ring](), "Ring.Ring: embedded in itself, which msgpack cannot carry"},
		{MsgPack{}, reflect.TypeFor[channel](), "channel.C: chan int, which msgpack cannot carry"},
		{MsgPack{}, reflect.TypeFor[any](), "interface {}: interface, of which msgpack keeps no type" + change},
		{MsgPack{}, reflect.TypeFor[map[*int]int](), "map[*int]int: map with keys of type *int, which msgpack cannot carry"},

		{JSON{}, reflect.TypeFor[map[*Texter]int](), "map[*codec.Texter]int: map with keys of type *codec.Texter, which json cannot carry"},

		{JSONv2{}, reflect.TypeFor[record](), ""},
		{JSONv2{}, reflect.TypeFor[time.Duration](), ""},
		{JSONv2{}, reflect.TypeFor[shadow](), `shadow.Base.N: one of several fields named "N", which jsonv2 drops` + change},
		{JSONv2{}, reflect.TypeFor[hidden](), "hidden.secret: unexported field, which jsonv2 drops" + change},
		{JSONv2{}, reflect.TypeFor[complex64](), "complex64: complex64, which jsonv2 cannot carry"},
		{JSONv2{}, reflect.TypeFor[map[bool]int](), "map[bool]int: map with keys of type bool, which jsonv2 cannot carry"},
	} {
		if got := text(tt.codec.Check(tt.t, false)); got != tt.want {
			t.Errorf("%s: %s:\n got %q\nwant %q", tt.codec.Name(), tt.t, got, tt.want)
		}
	}
}

func text(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}

func TestCheckLossy(t *testing.T) {
	for _, tt := range []struct {
		t         reflect.Type
		gob, json string
	}{
		{reflect.TypeFor[hidden](), "", ""},
		{reflect.TypeFor[stamped](), "", ""},
		{reflect.TypeFor[twins](), "", ""},
		{reflect.TypeFor[any](), "", ""},
		{reflect.TypeFor[channel](), "", "channel.C: chan int, which json cannot carry"},
		{reflect.TypeFor[shut](), "shut: struct without an exported field, which gob cannot carry", ""},
		{reflect.TypeFor[embeds](), "embeds: struct without an exported field, which gob cannot carry", ""},
		{reflect.TypeFor[url.Userinfo](), "Userinfo: struct without an exported field, which gob cannot carry", ""},
		{reflect.TypeFor[chan int](), "chan int: chan int, which gob cannot carry", "chan int: chan int, which json cannot carry"},
	} {
		for c, want := range map[Codec]string{Gob{}: tt.gob, JSON{}: tt.json} {
			if got := text(c.Check(tt.t, true)); got != want {
				t.Errorf("%s: %s:\n got %q\nwant %q", c.Name(), tt.t, got, want)
			}
		}
	}
}

// TestLossyOthers: what is dropped is allowed, what cannot be carried is not.
func TestLossyOthers(t *testing.T) {
	for _, c := range []Codec{Binary{}, CBOR{}, MsgPack{}, JSONv2{}} {
		for _, fine := range []reflect.Type{reflect.TypeFor[hidden](), reflect.TypeFor[[]outer](), reflect.TypeFor[labelled]()} {
			if err := c.Check(fine, true); err != nil {
				t.Errorf("%s: %v", c.Name(), err)
			}
		}
		if err := c.Check(reflect.TypeFor[channel](), true); err == nil {
			t.Errorf("%s: a channel is fine", c.Name())
		}
	}
	want := "shut: Go struct has no exported fields, which jsonv2 cannot carry"
	if got := text((JSONv2{}).Check(reflect.TypeFor[shut](), true)); got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	if got := there(t, "binary", []labelled{{"name", map[string]int{"a": 1}}}); got[0].Name != "name" || got[0].tags != nil {
		t.Errorf("binary: got %v", got)
	}
	if got := there(t, "binary", []shut{{1, 2}, {3, 4}}); !reflect.DeepEqual(got, make([]shut, 2)) {
		t.Errorf("binary: got %v", got)
	}
}

// TestLossyHolds: who allows that a field is dropped, or comes back as another type, has
// not allowed that others are changed.
func TestLossyHolds(t *testing.T) {
	type lossy struct {
		Text   string
		Any    any
		Skip   int `json:"-" cbor:"-" msgpack:"-"`
		secret int
	}
	for _, name := range []string{"json", "cbor", "msgpack", "jsonv2"} {
		got := there(t, name, []lossy{{Text: "text", Any: 5, Skip: 1, secret: 2}})
		if got[0].Text != "text" || got[0].Any == nil || got[0].secret != 0 {
			t.Errorf("%s: %+v", name, got[0])
		}
	}
	if b, err := (JSON{}).NewEncoder().Encode(nil, &[]lossy{{Text: "\xff", Any: 5, Skip: 1, secret: 2}}); err == nil || !strings.Contains(err.Error(), "lossy.Text") {
		t.Errorf("json: %q, error %v: want one about the text", b, err)
	}
	if _, err := (JSON{}).NewEncoder().Encode(nil, &[]lossy{{Text: `\ufffd`, Any: 5, Skip: 1, secret: 2}}); err != nil {
		t.Errorf("json: %v, of what is carried or allowed to be lost", err)
	}
}

// TestCheckIsRight holds the rules against what the codecs do: a value of a
// type that was called fine comes back, and one of a type that was not does
// not, in one way or another.
func TestCheckIsRight(t *testing.T) {
	gob.Register(time.Second)
	chanOf := make(chan int)
	for _, values := range []any{
		[]hidden{{1, 2}}, []outer{{hidden{1, 2}}}, []callback{{1, func() {}}}, []channel{{1, &chanOf}}, []shut{{1, 2}},
		[]tagged{{1, 3}}, []twins{{Left{1}, Right{2}}}, []renamed{{Left{1}, Renamed{2}, 3}}, []shadow{{Base{1, 2}, "x"}}, []embeds{{base{1, 2}}}, []embedsPtr{{&base{1, 2}}},
		[]EmbedsPtr{{&Base{1, 2}}}, []embedsTag{{base{1, 2}}}, []embedsInt{{3, 4}}, []stamped{{time.Unix(1, 0).UTC(), 2}},
		[]onlyTime{{time.Unix(1, 0).UTC()}}, []marked{{N: 1}}, []uncopied{{N: 1, c: noCopy{}}}, []complex64{1i}, []any{1},
		[]map[bool]int{{true: 1}}, []map[netip.Addr]int{{netip.IPv6Loopback(): 1}}, []oneWay{{1}}, []*halfText{{1}},
		[]map[string]big.Int{{"a": *big.NewInt(5)}}, []map[string]*big.Int{{"a": big.NewInt(5)}}, []tree{{Left: &tree{Kids: []tree{{}, {}}}}},
		[]stringer{time.Second}, []sick{{nil, 1}}, []url.URL{{Path: "/", User: url.User("me")}}, []vacant{{}, {}}, []Ring{{&Ring{nil, 1}, 2}},
		[]struct{ F func() }{{nil}}, []uintptr{1}, []rune{'x'},
		[]labelled{{"a", map[string]int{"b": 1}}}, []Labelled{{"a", map[string]int{"b": 1}}}, []grove{{[]grove{{}}}}, []tags{{1, 2, 3}}, []foreign{{1, 2}},
		[]oneText{{1}}, []time.Duration{3}, [][4]byte{{1, 2}}, [][2]bool{{true}}, []complex128{1i}, []map[[2]int]string{{{1, 2}: "a"}},
		[]map[complex64]int{{1: 1}}, []map[float64]bool{{0.5: true}}, []map[factor]int{{factor{1, 2}: 3}}, [][]named{{"a", "b"}}, []named{"x"}, [][]Left{{{1}}, {{2}}},
		[]map[time.Time]int{{time.Unix(1, 0).UTC(): 1}}, []struct{ B []byteLike }{{[]byteLike{1}}}, []lots{{1, 2}, {3}},
	} {
		each(t, func(t *testing.T, c Codec) {
			elem := reflect.TypeOf(values).Elem()
			wrong := c.Check(elem, false)
			if elem == reflect.TypeFor[Ring]() && c.Name() == "msgpack" {
				if wrong == nil {
					t.Error("msgpack looks for the fields of a struct embedded in itself until all memory is used; Check does not say so")
				}
				return
			}
			got := fresh(values)
			src, err := c.NewEncoder().Encode(nil, pointer(values))
			if err == nil {
				err = c.NewDecoder().Decode(src, got)
			}
			back := err == nil && reflect.DeepEqual(content(got), values)
			if back != (wrong == nil) {
				t.Errorf("%s: Check says %v, but the value %+v came back as %+v (%v)", elem, wrong, values, content(got), err)
			}
		})
	}
}
