package codec

import (
	"bytes"
	"encoding"
	"encoding/json"
	"reflect"
	"time"
)

// Check implements [Codec]. encoding/json drops unexported fields, fields
// tagged "-", fields whose name another field has, and the type of what is in
// an interface. Types with MarshalJSON or MarshalText and their counterparts
// look after themselves.
func (JSON) Check(t reflect.Type, lossy bool) error { return check(t, jsonRules{}, lossy) }

var (
	marshalJSON   = method{"MarshalJSON", reflect.TypeFor[json.Marshaler]()}
	unmarshalJSON = method{"UnmarshalJSON", reflect.TypeFor[json.Unmarshaler]()}
	marshalText   = method{"MarshalText", reflect.TypeFor[encoding.TextMarshaler]()}
	unmarshalText = method{"UnmarshalText", reflect.TypeFor[encoding.TextUnmarshaler]()}
)

type jsonRules struct{}

func (jsonRules) codec() string { return "json" }

func (jsonRules) own(t reflect.Type, addressable bool) (bool, *problem) {
	if t.Kind() == reflect.Interface {
		return true, nil // refuses has said what there is to say
	}
	enc, back := marshalJSON, unmarshalJSON
	if enc.of(t) == none {
		enc, back = marshalText, unmarshalText
	}
	decodes := unmarshalJSON.of(t) != none || unmarshalText.of(t) != none
	switch {
	case enc.of(t) == none:
		return false, nil // one that only decodes is asked to read what json writes
	case !decodes:
		return true, drops("%s without %s", enc.name, back.name)
	case enc.of(t) == byPointer && !addressable:
		return false, cannot("%s of *%s inside a map, which has no addresses (make it a map of pointers)", enc.name, t)
	}
	if from := enc.borrowed(t); from != "" {
		return true, drops("%s is that of the embedded %s, so json drops the other fields", enc.name, from)
	}
	return true, nil
}

func (jsonRules) refuses(t reflect.Type) *problem {
	switch t.Kind() {
	case reflect.Func, reflect.Chan, reflect.UnsafePointer, reflect.Complex64, reflect.Complex128:
		if first([]method{marshalJSON, marshalText}, t) < 0 {
			return cannot("%s", t)
		}
	case reflect.Interface:
		if t.NumMethod() > 0 {
			return cannot("interface %s", t)
		}
		return drops("interface, of which json keeps no type")
	case reflect.Map:
		if !jsonKey(t.Key()) {
			return cannot("map with keys of type %s", t.Key())
		}
	}
	return nil
}

// jsonKey reports whether json can write and read t as the key of a map.
func jsonKey(t reflect.Type) bool {
	switch t.Kind() {
	case reflect.String,
		reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64,
		reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64, reflect.Uintptr:
		return true
	}
	return t.Kind() != reflect.Pointer && marshalText.of(t) == byValue && unmarshalText.of(t) != none
}

var jsonEmbedding = embedding{
	codec:  "json",
	tag:    tagOf("json"),
	drops:  func(f reflect.StructField, inner reflect.Type, _ bool) *problem { return unexported(f, inner, "json") },
	itself: drops("embedded in itself, which json drops"),
}

func (jsonRules) fields(t reflect.Type) ([]field, *problem) { return jsonEmbedding.fields(t), nil }

// jsonSuspicions are what json may change: text that is not UTF-8, of which jsonChanged
// tells, and these.
var jsonSuspicions = suspicions{doubter: jsonRules{}, check: JSON{}.Check}

func (r jsonRules) doubts(t reflect.Type) doubt {
	switch {
	case t == reflect.TypeFor[time.Time]():
		return oddZone
	case t == reflect.TypeFor[json.Number]():
		return func(v reflect.Value) bool { return v.Len() == 0 } // is written as 0
	case t.Kind() == reflect.Pointer && !endless(t):
		own, _ := r.own(t.Elem(), true)
		return toNil(t, own)
	case t.Kind() == reflect.Map && t.Key().Kind() == reflect.String && unmarshalText.of(t.Key()) != none:
		return func(v reflect.Value) bool { return v.Len() > 0 } // is not written by its method, but read by it
	case t.Kind() == reflect.Map && marshalText.of(t.Key()) != none:
		return several
	}
	return nil
}

func (r jsonRules) doubtsField(f reflect.StructField) doubt {
	return jsonEmbedding.doubtsField(r, f, omitsZeros)
}

func (jsonRules) ways() []ownWay {
	return []ownWay{wayOf(compactJSON, json.Unmarshaler.UnmarshalJSON), textWay}
}

// compactJSON is what a type writes as it is sent.
func compactJSON(m json.Marshaler) ([]byte, error) {
	text, err := m.MarshalJSON()
	if err != nil {
		return nil, err
	}
	var compact bytes.Buffer
	err = json.Compact(&compact, text)
	return compact.Bytes(), err
}

// jsonChanged is how encoding/json writes what is not UTF-8; U+FFFD itself it writes
// as it is.
var jsonChanged = []byte(`\ufffd`)

// unexported says what is wrong with a field because of its name: an embedded
// struct may have an unexported one.
func unexported(f reflect.StructField, inner reflect.Type, codec string) *problem {
	embedded := f.Anonymous && inner.Kind() == reflect.Struct
	switch {
	case !f.IsExported() && !embedded:
		return drops("unexported field, which %s drops", codec)
	case !f.IsExported() && f.Type.Kind() == reflect.Pointer:
		return cannot("embedded pointer to an unexported struct")
	}
	return nil
}
