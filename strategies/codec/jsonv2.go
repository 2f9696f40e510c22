package codec

import (
	"bytes"
	"fmt"
	"reflect"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
	jsonv1 "github.com/go-json-experiment/json/v1"
)

// JSONv2 is JSON by the second version of encoding/json.
//
// Errors are: NaN and infinities; text that is not UTF-8; times outside the years 0 to
// 9999, or whose zone offset has seconds; a pointer that leads to nil, or with omitempty
// to what is empty; two keys of a map that are written alike; values that contain
// themselves, and those of more than 10,000 levels. A json.RawMessage loses white space between its tokens. A struct field that
// the text does not name stays zero.
//
// Note: Go 1.26 has encoding/json/v2 only with GOEXPERIMENT=jsonv2, which the
// users of a library would have to set. github.com/go-json-experiment/json is
// the same code for a plain go build, and is nothing but names for the
// standard library's where that is set.
type JSONv2 struct{}

// jsonv2Options keep what the defaults would change: a nil slice or map is not
// an empty one, and a time.Duration, for which there is no default, is a number.
var jsonv2Options = json.JoinOptions(
	json.FormatNilSliceAsNull(true),
	json.FormatNilMapAsNull(true),
	jsonv1.FormatDurationAsNano(true),
	jsontext.AllowDuplicateNames(true), // nobody but us writes them
	jsontext.PreserveRawStrings(true),  // of types that write themselves
)

// Name implements [Codec].
func (JSONv2) Name() string { return "jsonv2" }

// NewEncoder implements [Codec].
func (JSONv2) NewEncoder() Encoder { return new(jsonv2Encoder) }

// NewDecoder implements [Codec].
func (JSONv2) NewDecoder() Decoder { return jsonv2Decoder{} }

// ItemBytes implements [Codec].
func (JSONv2) ItemBytes(encoded []byte, n int) int { return JSON{}.ItemBytes(encoded, n) }

// jsonv2Walks say what is wrong with a value that was refused: the library itself goes
// no deeper than this, and sees circles. Of interfaces it does not: a pointer to one
// that leads back to itself is no level of the text, of which it counts them.
var jsonv2Walks = walks{rules: jsonv2Rules{}, limit: 10_000, mapped: 1, outer: 1}

type jsonv2Encoder struct{ out appender }

// Encode implements [Encoder]. After an error it returns dst as it was.
func (e *jsonv2Encoder) Encode(dst []byte, v any) (out []byte, err error) {
	e.out = dst
	defer func() {
		if p := recover(); p != nil {
			out, err = dst, fmt.Errorf("jsonv2: encode %T: panic: %v", v, p)
		}
		e.out = nil
	}()
	s := jsonv2Suspicions.of(v)
	if s.boxes {
		if err := jsonv2Walks.look(v); err != nil {
			return dst, err
		}
	}
	if err := json.MarshalWrite(&e.out, v, jsonv2Options); err != nil {
		if found := jsonv2Walks.look(v); found != nil {
			return dst, found
		}
		return dst, err
	}
	text := e.out[len(dst):]
	if s.doubt != nil && s.doubt(reflect.ValueOf(v).Elem()) {
		if err := s.verify("jsonv2", v, func(into any) error { return json.Unmarshal(text, into, jsonv2Options) }); err != nil {
			return dst, err
		}
	}
	return e.out, nil
}

type jsonv2Decoder struct{}

// Decode implements [Decoder].
func (jsonv2Decoder) Decode(src []byte, v any) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("jsonv2: decode %T: panic: %v", v, p)
		}
	}()
	if jsonv2Suspicions.of(v).keepsInput {
		src = bytes.Clone(src)
	}
	if err := json.Unmarshal(src, v, jsonv2Options); err != nil {
		return fmt.Errorf("jsonv2: decode %T: %v", v, err)
	}
	return nil
}
