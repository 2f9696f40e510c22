package codec

import (
	"encoding"
	"encoding/gob"
	"reflect"
)

// Check implements [Codec]. gob drops unexported fields and fields that are
// functions or channels. Types with GobEncode or MarshalBinary look after
// themselves.
func (Gob) Check(t reflect.Type, lossy bool) error { return check(t, gobRules{}, lossy) }

// The methods that gob looks for, in this order.
var (
	gobEncoders = []method{
		{"GobEncode", reflect.TypeFor[gob.GobEncoder]()},
		{"MarshalBinary", reflect.TypeFor[encoding.BinaryMarshaler]()},
	}
	gobDecoders = []method{
		{"GobDecode", reflect.TypeFor[gob.GobDecoder]()},
		{"UnmarshalBinary", reflect.TypeFor[encoding.BinaryUnmarshaler]()},
	}
)

type gobRules struct{}

func (gobRules) codec() string { return "gob" }

func (gobRules) own(t reflect.Type, addressable bool) (bool, *problem) {
	if t.Kind() == reflect.Interface {
		return true, nil // only the values have types that gob asks
	}
	enc, dec := first(gobEncoders, t), first(gobDecoders, t)
	switch {
	case enc < 0 && dec < 0:
		return false, nil
	case enc < 0:
		return false, cannot("%s without %s", gobDecoders[dec].name, gobEncoders[dec].name)
	case enc != dec:
		return false, cannot("%s without %s", gobEncoders[enc].name, gobDecoders[enc].name)
	case gobEncoders[enc].of(t) == byPointer && !addressable:
		return false, cannot("%s of *%s inside a map, which has no addresses (make it a map of pointers)", gobEncoders[enc].name, t)
	}
	if from := gobEncoders[enc].borrowed(t); from != "" {
		return true, drops("%s is that of the embedded %s, so gob drops the other fields", gobEncoders[enc].name, from)
	}
	return true, nil
}

// first returns the index of the first method that t has, or -1.
func first(methods []method, t reflect.Type) int {
	for i, m := range methods {
		if m.of(t) != none {
			return i
		}
	}
	return -1
}

func (gobRules) refuses(t reflect.Type) *problem {
	switch t.Kind() {
	case reflect.Func, reflect.Chan, reflect.UnsafePointer:
		return cannot("%s", t)
	}
	return nil
}

func (gobRules) fields(t reflect.Type) ([]field, *problem) {
	var fields []field
	carried := 0
	for f := range t.Fields() {
		wrong := gobDrops(f)
		if wrong == nil {
			carried++
		} else if empty(f) {
			continue
		}
		fields = append(fields, field{f.Name, f.Type, wrong})
	}
	if carried == 0 && t.NumField() > 0 {
		return fields, cannot("struct without an exported field")
	}
	return fields, nil
}

func gobDrops(f reflect.StructField) *problem {
	if !f.IsExported() {
		return drops("unexported field, which gob drops")
	}
	t := f.Type
	for t.Kind() == reflect.Pointer && !endless(t) {
		t = t.Elem()
	}
	if t.Kind() == reflect.Func || t.Kind() == reflect.Chan {
		return drops("field of type %s, which gob drops", f.Type)
	}
	return nil
}

// gobSuspicions are what gob may change besides what a walk finds.
var gobSuspicions = suspicions{doubter: gobRules{}, check: Gob{}.Check}

// doubts doubts maps of several keys that write themselves: two may write the same.
func (r gobRules) doubts(t reflect.Type) doubt {
	if t.Kind() == reflect.Map && some(t.Key(), r, func(t reflect.Type) bool { own, _ := r.own(t, true); return own && t.Kind() != reflect.Interface }) {
		return several
	}
	return nil
}

func (gobRules) doubtsField(reflect.StructField) doubt { return nil }

func (gobRules) ways() []ownWay {
	return []ownWay{wayOf(gob.GobEncoder.GobEncode, gob.GobDecoder.GobDecode), binaryWay}
}
