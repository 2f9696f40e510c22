package codec

import (
	"reflect"
	"strings"
	"time"
)

// Check implements [Codec]. The library drops fields whose names do not begin
// with one of the letters A to Z, fields tagged "-", fields whose name another
// field has, and the type of what is in an interface.
func (MsgPack) Check(t reflect.Type, lossy bool) error { return check(t, msgpackRules{}, lossy) }

type msgpackRules struct{}

func (msgpackRules) codec() string { return "msgpack" }

func (msgpackRules) own(t reflect.Type, _ bool) (bool, *problem) {
	return t.Kind() == reflect.Interface || t == reflect.TypeFor[time.Time](), nil
}

func (msgpackRules) refuses(t reflect.Type) *problem {
	switch t.Kind() {
	case reflect.Func, reflect.Chan, reflect.UnsafePointer, reflect.Uintptr:
		return cannot("%s", t)
	case reflect.Interface:
		if t.NumMethod() > 0 {
			return cannot("interface %s", t)
		}
		return drops("interface, of which msgpack keeps no type")
	case reflect.Map:
		if k := t.Key().Kind(); k == reflect.Interface || k == reflect.Pointer {
			return cannot("map with keys of type %s", t.Key())
		}
	}
	return nil
}

var msgpackEmbedding = embedding{
	codec:  "msgpack",
	tag:    tagOf("msgpack"),
	drops:  msgpackDrops,
	itself: cannot("embedded in itself"),
}

func (msgpackRules) fields(t reflect.Type) ([]field, *problem) {
	return msgpackEmbedding.fields(t), nil
}

// msgpackSuspicions are what msgpack may change.
var msgpackSuspicions = suspicions{doubter: msgpackRules{}, check: MsgPack{}.Check}

func (r msgpackRules) doubts(t reflect.Type) doubt {
	switch {
	case t == reflect.TypeFor[time.Time]():
		return func(v reflect.Value) bool { t, ok := readTime(v); return ok && offset(t) != 0 }
	case t.Kind() == reflect.Pointer && !endless(t):
		return toNil(t, false)
	case t.Kind() == reflect.Map && some(t.Key(), r, odd):
		return func(v reflect.Value) bool { return v.Len() > 0 }
	}
	return nil
}

// odd reports whether keys of type t, or with one inside, can be several that are one
// to the library, or can not be looked up, as NaN.
func odd(t reflect.Type) bool {
	switch t.Kind() {
	case reflect.Struct, reflect.Float32, reflect.Float64, reflect.Complex64, reflect.Complex128:
		return true
	}
	return false
}

func (r msgpackRules) doubtsField(f reflect.StructField) doubt {
	return msgpackEmbedding.doubtsField(r, f, func(t reflect.Type) doubt {
		if t.Kind() == reflect.Struct || t.Kind() == reflect.Array {
			if some(t, r, floats) {
				return reflect.Value.IsZero // which such a value also is with −0 in it
			}
		}
		return omitsZeros(t)
	})
}

func (msgpackRules) ways() []ownWay { return nil }

func msgpackDrops(f reflect.StructField, inner reflect.Type, flat bool) *problem {
	says := f.Tag.Get("msgpack")
	switch {
	case !f.IsExported():
		return drops("unexported field, which msgpack drops")
	case f.Name[0] < 'A' || f.Name[0] > 'Z':
		return drops("field whose name does not begin with a letter from A to Z, which msgpack drops")
	case strings.HasPrefix(says, "-,"):
		return drops("field tagged msgpack:%q, which msgpack drops", says)
	case flat && inner == reflect.TypeFor[time.Time]():
		return drops("embedded time.Time, which msgpack drops")
	}
	return nil
}
