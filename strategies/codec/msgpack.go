package codec

import (
	"fmt"
	"reflect"

	"github.com/shamaton/msgpack/v3"
)

// MsgPack is MessagePack by github.com/shamaton/msgpack, with the names of the
// fields in each value.
//
// Errors are: times that are not in UTC, for MessagePack has no zones (send t.UTC()); a
// pointer that leads to nil; −0 in a field with omitempty; and NaN in the keys of a map. A
// struct field that the bytes do not name stays zero. The library knows
// no methods by which a type writes itself, so that types with unexported
// fields cannot be carried, but for time.Time.
//
// Note: of the libraries, vmihailenco/msgpack has had no release since October
// 2023; ugorji/go and its fork hashicorp/go-msgpack bring net/http and
// templates into every program that imports them; tinylib/msgp is well kept
// and fast, but generates code for each type, and who writes code for his
// types has [Binary]. This one has no dependency, is kept, and takes any type.
//
// Values that contain themselves, and those of more than 200,000 levels,
// are errors; a pointer to a pointer is one.
type MsgPack struct{}

// Name implements [Codec].
func (MsgPack) Name() string { return "msgpack" }

// NewEncoder implements [Codec].
func (MsgPack) NewEncoder() Encoder { return msgpackEncoder{} }

// NewDecoder implements [Codec].
func (MsgPack) NewDecoder() Decoder { return msgpackDecoder{} }

// ItemBytes implements [Codec]. In front of the elements are the bytes that
// count them.
func (MsgPack) ItemBytes(encoded []byte, n int) int {
	if n == 0 || len(encoded) == 0 {
		return 0
	}
	head := 1 // a count up to 15
	switch encoded[0] {
	case 0xc4: // bytes
		head = 2
	case 0xdc, 0xc5: // slice, bytes
		head = 3
	case 0xdd, 0xc6:
		head = 5
	}
	return max(0, len(encoded)-head)
}

// msgpackWalks find what the library recurses into until the process ends. Its encoder
// and its decoder have stack for twice as many levels, of any kind. Each pointer of a
// chain of them takes as much as a level.
var msgpackWalks = walks{rules: msgpackRules{}, limit: msgpackLevels, mapped: 1, linked: 1}

const msgpackLevels = 200_000

type msgpackEncoder struct{}

// Encode implements [Encoder]. After an error it returns dst as it was.
func (msgpackEncoder) Encode(dst []byte, v any) (out []byte, err error) {
	defer func() {
		if p := recover(); p != nil {
			out, err = dst, fmt.Errorf("msgpack: encode %T: panic: %v", v, p)
		}
	}()
	if err := msgpackWalks.look(v); err != nil {
		return dst, err
	}
	encoded, err := msgpack.MarshalAsMap(v)
	if err != nil {
		return dst, fmt.Errorf("msgpack: encode %T: %w", v, err)
	}
	if s := msgpackSuspicions.of(v); s.doubt != nil && s.doubt(reflect.ValueOf(v).Elem()) {
		err = s.verify("msgpack", v, func(into any) error { return msgpack.UnmarshalAsMap(encoded, into) })
		if err != nil {
			return dst, err
		}
	}
	return append(dst, encoded...), nil
}

type msgpackDecoder struct{}

// Decode implements [Decoder].
func (msgpackDecoder) Decode(src []byte, v any) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("msgpack: decode %T: panic: %v", v, p)
		}
	}()
	if err := msgpack.UnmarshalAsMap(src, v); err != nil {
		return fmt.Errorf("msgpack: decode %T: %w", v, err)
	}
	if value := reflect.ValueOf(v); value.Kind() == reflect.Pointer {
		if own := detachOf(value.Type().Elem()); own != nil {
			own(value.Elem())
		}
	}
	return nil
}
