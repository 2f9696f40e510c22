//lint:file-ignore SA5008 the tags are odd on purpose

package codec

import (
	"bytes"
	"database/sql"
	"encoding/gob"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"math/big"
	"net"
	"net/netip"
	"net/url"
	"reflect"
	"strconv"
	"strings"
	"time"

	jsonv2 "github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// Types that write themselves, in each of the ways that there are, and read
// themselves in ways that may leave something of what they were read from.
type (
	// Gobber has methods for gob only.
	Gobber struct{ a, b uint16 }

	// Binner has MarshalBinary.
	Binner struct{ s string }

	// Appender has AppendBinary, MarshalText and UnmarshalX on the pointer.
	Appender struct{ n int64 }

	// Texter is a string that is written as text, hexadecimal.
	Texter string

	// Folded is a key that is written in lower case: two keys can become one.
	Folded string

	// Rude is text that is not UTF-8.
	Rude string

	// Jsoner is a map that writes itself.
	Jsoner map[string]int

	// ByPointer has all methods on the pointer.
	ByPointer struct{ n uint32 }

	// Keeps keeps what it is read from, which the documentation of such methods forbids.
	Keeps struct{ b []byte }

	// Number is an int with a text form.
	Number int

	// Streamer writes itself to an encoder of the second JSON.
	Streamer struct{ a, b int }

	// Cborer has methods for CBOR, and keeps what it is read from.
	Cborer struct{ b []byte }

	// Texty has AppendText.
	Texty struct{ n int }

	// Blank is written as nothing.
	Blank struct{ on bool }

	// Zeroed says itself when it is zero.
	Zeroed struct{ N int }

	// ID is what identifiers look like.
	ID [16]byte

	// Points points into itself once it was read.
	Points struct {
		n  uint64
		at *uint64
	}
)

func (g Gobber) GobEncode() ([]byte, error) { return fmt.Appendf(nil, "%d %d", g.a, g.b), nil }
func (g *Gobber) GobDecode(b []byte) error {
	_, err := fmt.Sscanf(string(b), "%d %d", &g.a, &g.b)
	return err
}

func (b Binner) MarshalBinary() ([]byte, error)     { return []byte(b.s), nil }
func (b *Binner) UnmarshalBinary(data []byte) error { b.s = string(data); return nil }

func (a *Appender) AppendBinary(b []byte) ([]byte, error) { return strconv.AppendInt(b, a.n, 10), nil }
func (a *Appender) UnmarshalBinary(b []byte) (err error)  { return a.UnmarshalText(b) }
func (a *Appender) MarshalText() ([]byte, error)          { return a.AppendBinary(nil) }
func (a *Appender) UnmarshalText(b []byte) (err error) {
	a.n, err = strconv.ParseInt(string(b), 10, 64)
	return err
}

func (t Texter) MarshalText() ([]byte, error) { return fmt.Appendf(nil, "%x", string(t)), nil }
func (t *Texter) UnmarshalText(b []byte) error {
	var s []byte
	if _, err := fmt.Sscanf(string(b), "%x", &s); err != nil && len(b) > 0 {
		return err
	}
	*t = Texter(s)
	return nil
}

func (f Folded) MarshalText() ([]byte, error) { return []byte(strings.ToLower(string(f))), nil }
func (f *Folded) UnmarshalText(b []byte) error {
	*f = Folded(b)
	return nil
}

func (r Rude) MarshalText() ([]byte, error) { return []byte("\xff" + string(r)), nil }
func (r *Rude) UnmarshalText(b []byte) error {
	*r = Rude(strings.TrimPrefix(string(b), "\xff"))
	return nil
}

func (j Jsoner) MarshalJSON() ([]byte, error) {
	type entry struct {
		K string
		V int
	}
	list := []entry{}
	for k, v := range j {
		list = append(list, entry{fmt.Sprintf("%x", k), v})
	}
	return json.Marshal(list)
}

func (j *Jsoner) UnmarshalJSON(b []byte) error {
	var list []struct {
		K string
		V int
	}
	if err := json.Unmarshal(b, &list); err != nil {
		return err
	}
	*j = Jsoner{}
	for _, e := range list {
		var k []byte
		fmt.Sscanf(e.K, "%x", &k)
		(*j)[string(k)] = e.V
	}
	return nil
}

func (p *ByPointer) GobEncode() ([]byte, error)            { return p.MarshalText() }
func (p *ByPointer) GobDecode(b []byte) error              { return p.UnmarshalText(b) }
func (p *ByPointer) MarshalJSON() ([]byte, error)          { return p.MarshalText() }
func (p *ByPointer) UnmarshalJSON(b []byte) error          { return p.UnmarshalText(b) }
func (p *ByPointer) AppendBinary(b []byte) ([]byte, error) { return fmt.Appendf(b, "%d", p.n), nil }
func (p *ByPointer) MarshalBinary() (b []byte, err error)  { return p.AppendBinary(nil) }
func (p *ByPointer) UnmarshalBinary(b []byte) (err error)  { return p.UnmarshalText(b) }
func (p *ByPointer) MarshalText() (text []byte, err error) { return p.AppendBinary(nil) }
func (p *ByPointer) UnmarshalText(text []byte) (err error) {
	n, err := strconv.ParseUint(string(text), 10, 32)
	p.n = uint32(n)
	return err
}

func (k Keeps) GobEncode() ([]byte, error)            { return bytes.Clone(k.b), nil }
func (k *Keeps) GobDecode(b []byte) error             { k.b = b; return nil }
func (k Keeps) AppendBinary(b []byte) ([]byte, error) { return append(b, k.b...), nil }
func (k Keeps) MarshalBinary() ([]byte, error)        { return bytes.Clone(k.b), nil }
func (k *Keeps) UnmarshalBinary(b []byte) error       { k.b = b; return nil }
func (k Keeps) MarshalText() ([]byte, error)          { return bytes.Clone(k.b), nil }
func (k *Keeps) UnmarshalText(b []byte) error         { k.b = b; return nil }

func (s Streamer) MarshalJSONTo(e *jsontext.Encoder) error {
	return jsonv2.MarshalEncode(e, []int{s.a, s.b})
}

func (s *Streamer) UnmarshalJSONFrom(d *jsontext.Decoder) error {
	var list []int
	if err := jsonv2.UnmarshalDecode(d, &list); err != nil || len(list) != 2 {
		return errors.Join(err, errors.New("no two numbers"))
	}
	s.a, s.b = list[0], list[1]
	return nil
}

func (s Streamer) MarshalText() ([]byte, error) { return fmt.Appendf(nil, "%d %d", s.a, s.b), nil }
func (s *Streamer) UnmarshalText(b []byte) error {
	_, err := fmt.Sscanf(string(b), "%d %d", &s.a, &s.b)
	return err
}

func (c Cborer) MarshalCBOR() ([]byte, error) {
	return append([]byte{0x40 + byte(len(c.b))}, c.b...), nil // fewer than 24
}
func (c *Cborer) UnmarshalCBOR(b []byte) error { c.b = b[1:]; return nil }
func (c Cborer) MarshalJSON() ([]byte, error)  { return fmt.Appendf(nil, "%q", c.b), nil }
func (c *Cborer) UnmarshalJSON(b []byte) error { c.b = b[1 : len(b)-1]; return nil }

func (t Texty) AppendText(b []byte) ([]byte, error) { return strconv.AppendInt(b, int64(t.n), 2), nil }
func (t Texty) MarshalText() ([]byte, error)        { return t.AppendText(nil) }
func (t *Texty) UnmarshalText(b []byte) error {
	n, err := strconv.ParseInt(string(b), 2, 64)
	t.n = int(n)
	return err
}

func (n Number) MarshalText() ([]byte, error) { return fmt.Appendf(nil, "#%d", int(n)), nil }
func (n *Number) UnmarshalText(b []byte) error {
	_, err := fmt.Sscanf(string(b), "#%d", (*int)(n))
	return err
}

func (b Blank) MarshalText() ([]byte, error)            { return nil, nil }
func (b *Blank) UnmarshalText([]byte) error             { return nil }
func (b Blank) AppendBinary(src []byte) ([]byte, error) { return src, nil }
func (b Blank) MarshalBinary() ([]byte, error)          { return nil, nil }
func (b *Blank) UnmarshalBinary([]byte) error           { return nil }

func (z Zeroed) IsZero() bool { return z.N%2 == 0 }

func (i ID) MarshalText() ([]byte, error) { return fmt.Appendf(nil, "%x", i[:]), nil }
func (i *ID) UnmarshalText(b []byte) error {
	var s []byte
	if _, err := fmt.Sscanf(string(b), "%x", &s); err != nil {
		return err
	}
	if copy(i[:], s) != len(i) {
		return errors.New("too short for an ID")
	}
	return nil
}

func (p Points) GobEncode() ([]byte, error)            { return p.MarshalText() }
func (p *Points) GobDecode(b []byte) error             { return p.UnmarshalText(b) }
func (p Points) AppendBinary(b []byte) ([]byte, error) { return strconv.AppendUint(b, p.n, 10), nil }
func (p Points) MarshalBinary() ([]byte, error)        { return p.AppendBinary(nil) }
func (p *Points) UnmarshalBinary(b []byte) error       { return p.UnmarshalText(b) }
func (p Points) MarshalText() ([]byte, error)          { return p.AppendBinary(nil) }
func (p *Points) UnmarshalText(b []byte) (err error) {
	p.n, err = strconv.ParseUint(string(b), 10, 64)
	p.at = &p.n
	return err
}

// makers make values of types that are more than their fields.
var makers = map[reflect.Type]func(*chance) any{
	reflect.TypeFor[time.Time]():      func(c *chance) any { return anyTime(c) },
	reflect.TypeFor[big.Int]():        func(c *chance) any { return *anyInt(c) },
	reflect.TypeFor[big.Rat]():        func(c *chance) any { return *new(big.Rat).SetFrac(anyInt(c), big.NewInt(7)) },
	reflect.TypeFor[big.Float]():      func(c *chance) any { return *new(big.Float).SetInt(anyInt(c)) },
	reflect.TypeFor[netip.Addr]():     func(c *chance) any { return anyAddr(c) },
	reflect.TypeFor[netip.AddrPort](): func(c *chance) any { return netip.AddrPortFrom(anyAddr(c), uint16(c.below(256))) },
	reflect.TypeFor[netip.Prefix]():   func(c *chance) any { return netip.PrefixFrom(anyAddr(c).WithZone(""), c.below(33)) },
	reflect.TypeFor[net.IP]():         func(c *chance) any { return net.IP(anyAddr(c).AsSlice()) },
	reflect.TypeFor[url.URL]():        func(c *chance) any { return anyURL(c) },
	reflect.TypeFor[json.RawMessage](): func(c *chance) any {
		return json.RawMessage([]string{"null", "1", `{"a": [1, "x"]}`, `"\ufffd"`, "[]", "bad", "", " 1", `"<\/>"`}[c.below(9)])
	},
	reflect.TypeFor[json.Number](): func(c *chance) any {
		return json.Number([]string{"0", "12", "-1.50", "1e400", "123456789012345678901234567890", "", "bad", "-0"}[c.below(8)])
	},
	reflect.TypeFor[slog.Level](): func(c *chance) any { return slog.Level(c.below(20) - 8) },
	reflect.TypeFor[Gobber]():     func(c *chance) any { return Gobber{uint16(c.octet()), uint16(c.octet())} },
	reflect.TypeFor[Binner]():     func(c *chance) any { return Binner{anyText(c)} },
	reflect.TypeFor[Appender]():   func(c *chance) any { return Appender{int64(c.bits())} },
	reflect.TypeFor[ByPointer]():  func(c *chance) any { return ByPointer{uint32(c.below(3)) * 1000} },
	reflect.TypeFor[Keeps]():      func(c *chance) any { return Keeps{bytes.Repeat([]byte{byte('a' + c.below(26))}, c.below(40))} },
	reflect.TypeFor[Streamer]():   func(c *chance) any { return Streamer{c.below(3), c.below(256)} },
	reflect.TypeFor[Cborer]():     func(c *chance) any { return Cborer{bytes.Repeat([]byte{byte('a' + c.below(26))}, c.below(20))} },
	reflect.TypeFor[Texty]():      func(c *chance) any { return Texty{c.below(256)} },
	reflect.TypeFor[Blank]():      func(c *chance) any { return Blank{c.rarely(2)} },
	reflect.TypeFor[Jsoner]():     func(c *chance) any { return Jsoner{anyText(c): c.below(9)} },
	reflect.TypeFor[Points]():     func(c *chance) any { return Points{n: uint64(c.below(3))} },
}

// zones are those that people have, and others.
var zones = []*time.Location{time.UTC, time.FixedZone("", 3600), time.FixedZone("X", -19800), time.FixedZone("LMT", 1*3600+15*60+30),
	time.FixedZone("far", 25*3600), time.FixedZone("", 1), time.FixedZone("UTC", 0), time.Local}

func anyTime(c *chance) time.Time {
	year := []int{2026, 1970, 1, 9999, 0, -5, 10000, 292277026000, 1969}[c.below(9)]
	nano := []int{0, 1, 999_999_999, 120_000_000}[c.below(4)]
	t := time.Date(year, time.Month(1+c.below(12)), 1+c.below(28), 12, 34, c.below(60), nano, zones[c.below(len(zones))])
	switch c.below(8) {
	case 6:
		return time.Now()
	case 7:
		return time.Time{}
	}
	return t
}

func anyInt(c *chance) *big.Int {
	x := new(big.Int).SetUint64(uint64(c.below(5)))
	if c.rarely(3) {
		x.Lsh(x.SetUint64(c.bits()), uint(c.below(200)))
	}
	if c.rarely(3) {
		x.Neg(x)
	}
	return x
}

func anyAddr(c *chance) netip.Addr {
	return []netip.Addr{netip.AddrFrom4([4]byte{127, 0, 0, 1}), {}, netip.IPv6Loopback(), netip.MustParseAddr("fe80::1%eth0"),
		netip.MustParseAddr("::ffff:1.2.3.4")}[c.below(5)]
}

func anyURL(c *chance) url.URL {
	text := []string{"/", "", "https://me:secret@example.org:1/a%2Fb?q=1&r#f", "mailto:x@y", "//h/%20"}[c.below(5)]
	u, err := url.Parse(text)
	if err != nil {
		panic(err)
	}
	return *u
}

// Types by which structs differ from what reflect can make.
type (
	Chain struct {
		Next *Chain
		N    int
	}
	Shrub struct {
		Kids  []Shrub
		Named map[string]*Shrub
		Label string
	}
	Nest  []Nest
	Atlas map[string]Atlas
	Ptr   *uint16

	Inner struct {
		A int
		B []byte
	}
	inner  struct{ Deep, Deeper string }
	Embeds struct {
		Inner
		C string
	}
	EmbedsPointer struct {
		*Inner
		C []int
	}
	embedsHidden struct {
		inner
		C int
	}
	Cases struct {
		Name  string `json:"name" cbor:"name" msgpack:"name"`
		Other string `json:"NAME" cbor:"NAME" msgpack:"NAME"`
	}
	Cases2 struct{ ID, Id, S int }
	Omits  struct {
		A int            `json:",omitempty" cbor:",omitempty" msgpack:",omitempty"`
		B []int          `json:",omitempty" cbor:",omitempty" msgpack:",omitempty"`
		C *int           `json:",omitempty" cbor:",omitempty" msgpack:",omitempty"`
		D map[string]int `json:",omitempty" cbor:",omitempty" msgpack:",omitempty"`
		E time.Time      `json:",omitempty" cbor:",omitempty" msgpack:",omitempty"`
		F [2]int         `json:",omitempty" cbor:",omitempty" msgpack:",omitempty"`
		G string         `json:"g,omitempty" cbor:"g,omitempty" msgpack:"g,omitempty"`
		H float64        `json:"h,omitempty" cbor:"h,omitempty" msgpack:"h,omitempty"`
		I *string        `json:",omitempty" cbor:",omitempty" msgpack:",omitempty"`
		J Inner          `json:",omitempty" cbor:",omitempty" msgpack:",omitempty"`
		K ID             `json:",omitempty"`
		L *Inner         `json:",omitempty"`
	}
	OmitsZero struct {
		A int       `json:",omitzero"`
		B Zeroed    `json:",omitzero"`
		C time.Time `json:",omitzero"`
		D []int     `json:",omitzero"`
		E float64   `json:",omitzero"`
		F *Zeroed   `json:",omitzero"`
	}
	Stringly struct {
		A int     `json:",string"`
		B float64 `json:",string"`
		C string  `json:",string"`
		D bool    `json:",string"`
		E *int    `json:",string"`
		F []int   `json:",string"`
		G *string `json:",string"`
		H uint64  `json:"h,string"`
	}
	ArrayLike struct {
		_ struct{} `cbor:",toarray"`
		A int
		B string
		C []byte
	}
	KeyAsInt struct {
		A int    `cbor:"1,keyasint"`
		B string `cbor:"-2,keyasint"`
		C *int   `cbor:"3,keyasint,omitempty"`
	}
	Formats struct {
		A time.Time     `json:",format:RFC1123"`
		B []byte        `json:",format:hex"`
		C time.Duration `json:",format:sec"`
		D []int         `json:",format:emitempty"`
	}
	Dashes struct {
		A int `json:"-," cbor:"-," msgpack:"-,"`
		B int `json:"a b" msgpack:"é" cbor:"<&>"`
	}
	Holder struct {
		V any
		W []any
		M map[string]any
	}
	Say    interface{ Say() string }
	Says   struct{ Text string }
	SaysBy struct{ N []int }
	Speech struct{ A, B Say }
	Nulls  struct {
		A sql.NullString
		B sql.NullInt64
		C sql.NullTime
		D sql.Null[float64]
	}
	NamedBytes  []byte
	NamedOctets []NamedOctet
	NamedOctet  byte
	NamedText   string
	NamedTexts  []NamedText
	NamedFloat  float32
	NamedBool   bool
	NamedMap    map[NamedText]NamedBytes
	Complexes   struct {
		A complex64
		B complex128
	}
	Wide struct {
		A int8
		B uint8
		C int16
		D uint16
		E int32
		F uint32
		G int64
		H uint64
		I int
		J uint
		K uintptr
		L rune
	}
	Generic[T any] struct {
		Value T
		Set   bool
	}
	Twins struct {
		Left
		Right
	}
	Renames struct {
		A int `json:"b" cbor:"b" msgpack:"b"`
		B int
	}
	Unicode struct {
		Größe int
		Ж     string `json:"ж"`
	}
)

func (s Says) Say() string    { return s.Text }
func (s *SaysBy) Say() string { return fmt.Sprint(s.N) }

// pool are the types that a generated type is made of, the simple ones aside.
var pool = []reflect.Type{
	reflect.TypeFor[time.Time](), reflect.TypeFor[time.Duration](), reflect.TypeFor[time.Month](), reflect.TypeFor[big.Int](),
	reflect.TypeFor[*big.Int](), reflect.TypeFor[big.Rat](), reflect.TypeFor[big.Float](), reflect.TypeFor[netip.Addr](),
	reflect.TypeFor[netip.AddrPort](), reflect.TypeFor[netip.Prefix](), reflect.TypeFor[net.IP](), reflect.TypeFor[url.URL](),
	reflect.TypeFor[json.RawMessage](), reflect.TypeFor[json.Number](), reflect.TypeFor[slog.Level](),
	reflect.TypeFor[sql.NullString](), reflect.TypeFor[sql.NullTime](), reflect.TypeFor[sql.Null[[]byte]](), reflect.TypeFor[Nulls](),
	reflect.TypeFor[Gobber](), reflect.TypeFor[Binner](), reflect.TypeFor[Appender](), reflect.TypeFor[Texter](), reflect.TypeFor[Folded](),
	reflect.TypeFor[Rude](), reflect.TypeFor[Jsoner](), reflect.TypeFor[ByPointer](), reflect.TypeFor[*ByPointer](), reflect.TypeFor[Keeps](),
	reflect.TypeFor[Number](), reflect.TypeFor[Streamer](), reflect.TypeFor[Cborer](), reflect.TypeFor[Texty](), reflect.TypeFor[Blank](), reflect.TypeFor[Zeroed](), reflect.TypeFor[ID](), reflect.TypeFor[Points](),
	reflect.TypeFor[Chain](), reflect.TypeFor[*Chain](), reflect.TypeFor[Shrub](), reflect.TypeFor[Nest](), reflect.TypeFor[Atlas](), reflect.TypeFor[Ptr](),
	reflect.TypeFor[Inner](), reflect.TypeFor[Embeds](), reflect.TypeFor[EmbedsPointer](), reflect.TypeFor[embedsHidden](), reflect.TypeFor[Cases](),
	reflect.TypeFor[Cases2](), reflect.TypeFor[Omits](), reflect.TypeFor[OmitsZero](), reflect.TypeFor[Stringly](), reflect.TypeFor[ArrayLike](),
	reflect.TypeFor[KeyAsInt](), reflect.TypeFor[Formats](), reflect.TypeFor[Dashes](), reflect.TypeFor[Holder](), reflect.TypeFor[Say](),
	reflect.TypeFor[Speech](), reflect.TypeFor[any](), reflect.TypeFor[error](), reflect.TypeFor[NamedBytes](), reflect.TypeFor[NamedOctets](), reflect.TypeFor[NamedOctet](),
	reflect.TypeFor[NamedTexts](), reflect.TypeFor[NamedFloat](), reflect.TypeFor[NamedBool](), reflect.TypeFor[NamedMap](), reflect.TypeFor[Complexes](),
	reflect.TypeFor[Wide](), reflect.TypeFor[Generic[[]string]](), reflect.TypeFor[Generic[*Inner]](), reflect.TypeFor[Twins](), reflect.TypeFor[Renames](),
	reflect.TypeFor[Unicode](), reflect.TypeFor[record](), reflect.TypeFor[plain](), reflect.TypeFor[struct{}](), reflect.TypeFor[hidden](),
	reflect.TypeFor[stamped](), reflect.TypeFor[onlyTime](), reflect.TypeFor[marked](), reflect.TypeFor[shadow](), reflect.TypeFor[tree](), reflect.TypeFor[lots](),
}

// dynamic are the types that an interface may hold, those that say something first.
var dynamic = []reflect.Type{
	reflect.TypeFor[Says](), reflect.TypeFor[*SaysBy](),
	reflect.TypeFor[int](), reflect.TypeFor[string](), reflect.TypeFor[float32](), reflect.TypeFor[uint64](), reflect.TypeFor[bool](),
	reflect.TypeFor[[]byte](), reflect.TypeFor[time.Time](), reflect.TypeFor[time.Duration](), reflect.TypeFor[NamedBytes](), reflect.TypeFor[Inner](),
	reflect.TypeFor[*Inner](), reflect.TypeFor[[]any](), reflect.TypeFor[map[string]any](), reflect.TypeFor[ID](), reflect.TypeFor[*Chain](),
	reflect.TypeFor[Holder](), reflect.TypeFor[[]int](), reflect.TypeFor[float64](), reflect.TypeFor[complex128](), reflect.TypeFor[rune](),
}

func init() {
	for _, t := range dynamic {
		if t == reflect.TypeFor[Inner]() {
			continue // gob knows it by its pointer only
		}
		gob.Register(reflect.Zero(t).Interface())
	}
}
