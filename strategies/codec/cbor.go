package codec

import (
	"bytes"
	"fmt"
	"math"
	"reflect"

	"github.com/fxamacker/cbor/v2"
)

// CBOR is the Concise Binary Object Representation, RFC 8949, by
// github.com/fxamacker/cbor: a binary JSON, with the names of the fields in
// each value. Types with MarshalCBOR, MarshalBinary or MarshalText write
// themselves.
//
// Errors are: times outside the years 0 to 9999, or whose zone offset has seconds; a
// pointer that leads to nil, or to a zero time; −0 in a field with omitempty; two keys of a map
// that are written alike; values that contain themselves, and those of more than 10,000 levels. The bits of a NaN besides its
// being one are gone. A struct field that the bytes do not name stays zero.
type CBOR struct{}

// The limits on counts are out of the way: the library looks first whether
// all bytes are there.
var (
	cborEncoding = must(cbor.EncOptions{
		Time:          cbor.TimeRFC3339Nano,
		ByteArray:     cbor.ByteArrayToByteSlice,
		TextMarshaler: cbor.TextMarshalerTextString,
	}.UserBufferEncMode())
	cborDecoding = must(cbor.DecOptions{
		MaxNestedLevels:   cborLevels,
		MaxArrayElements:  math.MaxInt32,
		MaxMapPairs:       math.MaxInt32,
		IntDec:            cbor.IntDecConvertNone,
		UTF8:              cbor.UTF8DecodeInvalid,
		FieldNameMatching: cbor.FieldNameMatchingCaseSensitive,
		TextUnmarshaler:   cbor.TextUnmarshalerTextString,
	}.DecMode())
)

// cborLevels is the most that the library decodes.
const cborLevels = 10_000

// cborWalks find what the library recurses into until the process ends.
var cborWalks = walks{rules: cborRules{}, limit: cborLevels, mapped: 1, outer: 1}

// must is for what is the same each time.
func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

// Name implements [Codec].
func (CBOR) Name() string { return "cbor" }

// NewEncoder implements [Codec].
func (CBOR) NewEncoder() Encoder { return cborEncoder{} }

// NewDecoder implements [Codec].
func (CBOR) NewDecoder() Decoder { return cborDecoder{} }

// ItemBytes implements [Codec]. In front of the elements are the bytes that
// count them, by the lowest five bits of the first.
func (CBOR) ItemBytes(encoded []byte, n int) int {
	if n == 0 || len(encoded) == 0 {
		return 0
	}
	head := 1
	switch info := encoded[0] & 0x1f; info {
	case 24, 25, 26, 27:
		head = 1 + 1<<(info-24)
	}
	return max(0, len(encoded)-head)
}

type cborEncoder struct{}

// Encode implements [Encoder]. After an error it returns dst as it was.
func (cborEncoder) Encode(dst []byte, v any) (out []byte, err error) {
	defer func() {
		if p := recover(); p != nil {
			out, err = dst, fmt.Errorf("cbor: encode %T: panic: %v", v, p)
		}
	}()
	if err := cborWalks.look(v); err != nil {
		return dst, err
	}
	buf := bytes.NewBuffer(dst)
	if err := cborEncoding.MarshalToBuffer(v, buf); err != nil {
		return dst, err
	}
	out = buf.Bytes()
	if s := cborSuspicions.of(v); s.doubt != nil && s.doubt(reflect.ValueOf(v).Elem()) {
		if err := s.verify("cbor", v, func(into any) error { return cborDecoding.Unmarshal(out[len(dst):], into) }); err != nil {
			return dst, err
		}
	}
	return out, nil
}

type cborDecoder struct{}

// Decode implements [Decoder].
func (cborDecoder) Decode(src []byte, v any) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("cbor: decode %T: panic: %v", v, p)
		}
	}()
	if len(src) == 0 { // the library says io.EOF: but this is not the end of anything
		return fmt.Errorf("cbor: decode %T: no value in 0 bytes", v)
	}
	if cborSuspicions.of(v).keepsInput {
		src = bytes.Clone(src)
	}
	if err := cborDecoding.Unmarshal(src, v); err != nil {
		return fmt.Errorf("cbor: decode %T: %v", v, err)
	}
	return nil
}
