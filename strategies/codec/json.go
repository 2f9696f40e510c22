package codec

import (
	"bytes"
	"encoding/json"
	"fmt"
	"reflect"
)

// JSON is encoding/json.
//
// Errors are: NaN and infinities; text that is not UTF-8; times outside the years 0 to
// 9999, or whose zone offset has seconds; a pointer that leads to nil; −0 in a field with
// omitempty; two keys of a map that are written alike; an empty json.Number; values
// that contain themselves, and those of more than 10,000 levels. A json.RawMessage loses white space between its tokens. A
// struct field that the text does not name stays zero.
type JSON struct{}

// Name implements [Codec].
func (JSON) Name() string { return "json" }

// NewEncoder implements [Codec].
func (JSON) NewEncoder() Encoder {
	e := new(jsonEncoder)
	e.enc = json.NewEncoder(&e.out)
	e.enc.SetEscapeHTML(false)
	return e
}

// jsonWalks have the limit of the decoder. A list of a million nodes is too much for
// the stack of the encoder.
var jsonWalks = walks{rules: jsonRules{}, limit: 10_000, mapped: 1, outer: 1}

// NewDecoder implements [Codec].
func (JSON) NewDecoder() Decoder { return jsonDecoder{} }

// ItemBytes implements [Codec].
func (JSON) ItemBytes(encoded []byte, n int) int {
	switch {
	case n == 0:
		return 0 // [] or null
	case len(encoded) > 0 && encoded[0] == '"':
		return n // a slice of bytes is one base64 string
	}
	return max(0, len(encoded)-len("[]")-(n-1))
}

// jsonEncoder uses a json.Encoder, because json.Marshal copies its result
// once more.
type jsonEncoder struct {
	out appender
	enc *json.Encoder
}

// Encode implements [Encoder]. After an error it returns dst as it was.
func (e *jsonEncoder) Encode(dst []byte, v any) (out []byte, err error) {
	e.out = dst
	defer func() {
		if p := recover(); p != nil {
			out, err = dst, fmt.Errorf("json: encode %T: panic: %v", v, p)
		}
		e.out = nil
	}()
	if err := jsonWalks.look(v); err != nil {
		return dst, err
	}
	if err := e.enc.Encode(v); err != nil {
		return dst, err
	}
	out = e.out[:len(e.out)-1] // without the newline
	if err := e.verify(out[len(dst):], v); err != nil {
		return dst, err
	}
	return out, nil
}

// verify decodes again what may come back changed.
func (e *jsonEncoder) verify(text []byte, v any) error {
	s := jsonSuspicions.of(v)
	if (s.doubt == nil || !s.doubt(reflect.ValueOf(v).Elem())) && !bytes.Contains(text, jsonChanged) {
		return nil
	}
	return s.verify("json", v, func(into any) error { return json.Unmarshal(text, into) })
}

type jsonDecoder struct{}

// Decode implements [Decoder].
func (jsonDecoder) Decode(src []byte, v any) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("json: decode %T: panic: %v", v, p)
		}
	}()
	if jsonSuspicions.of(v).keepsInput {
		src = bytes.Clone(src)
	}
	if err := json.Unmarshal(src, v); err != nil {
		return fmt.Errorf("json: decode %T: %w", v, err)
	}
	return nil
}
