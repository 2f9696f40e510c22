package codec

import (
	"encoding"
	"math/big"
	"reflect"
	"time"

	"github.com/fxamacker/cbor/v2"
)

// Check implements [Codec]. CBOR drops unexported fields, fields tagged "-",
// fields whose name another field has, and the type of what is in an
// interface. Types with MarshalCBOR, MarshalBinary or MarshalText and their
// counterparts look after themselves.
func (CBOR) Check(t reflect.Type, lossy bool) error { return check(t, cborRules{}, lossy) }

// The methods that the library looks for, in this order.
var (
	cborEncoders = []method{
		{"MarshalCBOR", reflect.TypeFor[cbor.Marshaler]()},
		{"MarshalBinary", reflect.TypeFor[encoding.BinaryMarshaler]()},
		marshalText,
	}
	cborDecoders = []method{
		{"UnmarshalCBOR", reflect.TypeFor[cbor.Unmarshaler]()},
		unmarshalBinary,
		unmarshalText,
	}
)

type cborRules struct{}

func (cborRules) codec() string { return "cbor" }

func (cborRules) own(t reflect.Type, _ bool) (bool, *problem) {
	switch {
	case t.Kind() == reflect.Interface:
		return true, nil // refuses has said what there is to say
	case t == reflect.TypeFor[time.Time](), t == reflect.TypeFor[big.Int]():
		return true, nil
	}
	enc := first(cborEncoders, t)
	switch {
	case enc < 0:
		return false, nil // one that only decodes is asked to read what cbor writes
	case cborDecoders[enc].of(t) == none:
		return true, drops("%s without %s", cborEncoders[enc].name, cborDecoders[enc].name)
	}
	if from := cborEncoders[enc].borrowed(t); from != "" {
		return true, drops("%s is that of the embedded %s, so cbor drops the other fields", cborEncoders[enc].name, from)
	}
	return true, nil
}

func (cborRules) refuses(t reflect.Type) *problem {
	switch t.Kind() {
	case reflect.Func, reflect.Chan, reflect.UnsafePointer, reflect.Uintptr, reflect.Complex64, reflect.Complex128:
		if first(cborEncoders, t) < 0 {
			return cannot("%s", t)
		}
	case reflect.Interface:
		if t.NumMethod() > 0 {
			return cannot("interface %s", t)
		}
		return drops("interface, of which cbor keeps no type")
	case reflect.Map:
		if k := t.Key().Kind(); k == reflect.Interface || k == reflect.Pointer {
			return cannot("map with keys of type %s", t.Key())
		}
	}
	return nil
}

var cborEmbedding = embedding{
	codec:  "cbor",
	tag:    tagOf("cbor", "json"),
	drops:  func(f reflect.StructField, inner reflect.Type, _ bool) *problem { return unexported(f, inner, "cbor") },
	itself: drops("embedded in itself, which cbor drops"),
}

// cborSuspicions are what cbor may change.
var cborSuspicions = suspicions{doubter: cborRules{}, check: CBOR{}.Check}

func (r cborRules) doubts(t reflect.Type) doubt {
	switch {
	case t == reflect.TypeFor[time.Time]():
		return oddTime
	case t.Kind() == reflect.Pointer && !endless(t):
		if t.Elem() == reflect.TypeFor[time.Time]() {
			return func(v reflect.Value) bool { // a zero time is written as nil is
				t, ok := v.Interface().(*time.Time)
				return ok && t != nil && t.IsZero()
			}
		}
		own, _ := r.own(t.Elem(), true)
		return toNil(t, own)
	case t.Kind() == reflect.Map && some(t.Key(), r, func(t reflect.Type) bool { return opaque(t, r) || t.Kind() == reflect.Struct }):
		return several
	}
	return nil
}

// oddTime doubts times that RFC 3339 has no text for, and zero times, of which cbor
// writes no zone.
func oddTime(v reflect.Value) bool {
	t, ok := readTime(v)
	return ok && (offset(t)%60 != 0 || t.Year() < 0 || t.Year() > 9999 || t.IsZero() && offset(t) != 0)
}

func (r cborRules) doubtsField(f reflect.StructField) doubt {
	return cborEmbedding.doubtsField(r, f, omitsZeros)
}

func (cborRules) ways() []ownWay {
	return []ownWay{wayOf(cbor.Marshaler.MarshalCBOR, cbor.Unmarshaler.UnmarshalCBOR), binaryWay, textWay}
}

func (cborRules) fields(t reflect.Type) ([]field, *problem) { return cborEmbedding.fields(t), nil }
