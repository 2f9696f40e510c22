package codec

import (
	"encoding/json"
	"math"
	"reflect"
	"slices"
	"strings"
	"time"
	"unicode/utf8"
)

// moody are types whose methods, or what they do with them, may fail.
var moody = []reflect.Type{
	reflect.TypeFor[json.RawMessage](), reflect.TypeFor[json.Number](), reflect.TypeFor[Rude](), reflect.TypeFor[Folded](), reflect.TypeFor[Texter](),
	reflect.TypeFor[Zeroed](), reflect.TypeFor[Formats](), reflect.TypeFor[Stringly](), reflect.TypeFor[EmbedsPointer](), reflect.TypeFor[Omits](),
	reflect.TypeFor[Blank](),
}

// troublesome reports whether there is anything in a value that some codec may refuse.
// What has nothing of that is carried by all that carry its type.
// To gob, pointers are trouble.
func troublesome(v reflect.Value, gob bool) bool {
	t := v.Type()
	if gob && t.Kind() == reflect.Pointer {
		return true
	}
	if slices.Contains(moody, t) || t.Kind() == reflect.Interface {
		return true
	}
	if when, ok := readTime(v); ok {
		return when.Year() < 1 || when.Year() > 9999 || offset(when) != 0 || when.IsZero() || when.Location() != time.UTC
	}
	switch t.Kind() {
	case reflect.String:
		return !utf8.ValidString(v.String())
	case reflect.Float32, reflect.Float64:
		return oddFloat(v.Float())
	case reflect.Complex64, reflect.Complex128:
		return oddFloat(real(v.Complex())) || oddFloat(imag(v.Complex()))
	case reflect.Pointer:
		return !v.IsNil() && (v.Elem().Kind() == reflect.Pointer || nothingIn(v.Elem()) || troublesome(v.Elem(), gob))
	case reflect.Slice, reflect.Array:
		for i := range v.Len() {
			if troublesome(v.Index(i), gob) {
				return true
			}
		}
	case reflect.Map:
		if t.Key().Kind() == reflect.Pointer || v.Len() > 0 && reflect.PointerTo(t.Key()).NumMethod() > 0 {
			return true
		}
		for it := v.MapRange(); it.Next(); {
			if troublesome(it.Key(), gob) || troublesome(it.Value(), gob) {
				return true
			}
		}
	case reflect.Struct:
		for i := range v.NumField() {
			tag := string(t.Field(i).Tag)
			if strings.Contains(tag, "omit") && v.Field(i).Kind() == reflect.Pointer ||
				strings.Contains(tag, ",string") && reflect.PointerTo(t.Field(i).Type).NumMethod() > 0 || troublesome(v.Field(i), gob) {
				return true
			}
		}
	}
	return false
}

func oddFloat(x float64) bool {
	return math.IsNaN(x) || math.IsInf(x, 0) || x == 0 && math.Signbit(x)
}

func nothingIn(v reflect.Value) bool {
	switch v.Kind() {
	case reflect.Slice, reflect.Map, reflect.Interface:
		return v.IsNil()
	}
	return false
}
