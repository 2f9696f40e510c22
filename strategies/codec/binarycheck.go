package codec

import (
	"encoding"
	"reflect"
)

// Check implements [Codec]. Unexported fields are dropped. Types with
// AppendBinary and UnmarshalBinary look after themselves.
func (Binary) Check(t reflect.Type, lossy bool) error { return check(t, binaryRules{}, lossy) }

// binaryCarries is for errors.
const binaryCarries = "binary carries numbers, bools, strings, structs, arrays and slices of them, and types with AppendBinary and UnmarshalBinary"

var (
	appendBinary    = method{"AppendBinary", reflect.TypeFor[encoding.BinaryAppender]()}
	unmarshalBinary = method{"UnmarshalBinary", reflect.TypeFor[encoding.BinaryUnmarshaler]()}
)

type binaryRules struct{}

func (binaryRules) codec() string { return "binary" }

func (binaryRules) own(t reflect.Type, _ bool) (bool, *problem) {
	if t.Kind() == reflect.Pointer || t.Kind() == reflect.Interface {
		return false, nil // whose methods are those of what it may not lead to
	}
	writes, reads := appendBinary.of(t) != none, unmarshalBinary.of(t) != none
	switch {
	case !writes && !reads:
		return false, nil
	case !reads:
		return false, cannot("AppendBinary without UnmarshalBinary")
	case !writes:
		return false, cannot("UnmarshalBinary without AppendBinary")
	}
	if from := appendBinary.borrowed(t); from != "" {
		return true, drops("AppendBinary is that of the embedded %s, so binary drops the other fields", from)
	}
	return true, nil
}

func (r binaryRules) refuses(t reflect.Type) *problem {
	if own, wrong := r.own(t, true); own || wrong != nil {
		return nil // to be said there
	}
	switch t.Kind() {
	case reflect.Map, reflect.Pointer, reflect.Interface, reflect.Func, reflect.Chan, reflect.UnsafePointer:
		return cannot("%s", t).but(binaryCarries)
	}
	if contains(t, t, nil) {
		return cannot("%s, which contains itself", t).but(binaryCarries)
	}
	return nil
}

// contains reports whether values of part can be found in values of t, as far
// as binary would go.
func contains(t, part reflect.Type, seen map[reflect.Type]bool) bool {
	if seen == nil {
		seen = map[reflect.Type]bool{}
	}
	if own, _ := (binaryRules{}).own(t, true); own || seen[t] {
		return false
	}
	seen[t] = true
	inside := func(t reflect.Type) bool { return t == part || contains(t, part, seen) }
	switch t.Kind() {
	case reflect.Slice, reflect.Array:
		return inside(t.Elem())
	case reflect.Struct:
		for f := range t.Fields() {
			if f.IsExported() && inside(f.Type) {
				return true
			}
		}
	}
	return false
}

func (binaryRules) fields(t reflect.Type) ([]field, *problem) {
	var fields []field
	for f := range t.Fields() {
		switch {
		case f.IsExported():
			fields = append(fields, field{f.Name, f.Type, nil})
		case !empty(f):
			fields = append(fields, field{f.Name, f.Type, drops("unexported field, which binary drops")})
		}
	}
	return fields, nil
}
