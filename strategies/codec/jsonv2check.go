package codec

import (
	"encoding"
	"errors"
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/go-json-experiment/json"
)

// Check implements [Codec]. The second version drops what the first one drops,
// and refuses some structs altogether. Types with MarshalJSONTo, MarshalJSON
// or a form of MarshalText, and their counterparts, look after themselves.
func (JSONv2) Check(t reflect.Type, lossy bool) error { return check(t, jsonv2Rules{}, lossy) }

// The methods that the library looks for, in this order.
var (
	jsonv2Encoders = []method{
		{"MarshalJSONTo", reflect.TypeFor[json.MarshalerTo]()},
		marshalJSON,
		{"AppendText", reflect.TypeFor[encoding.TextAppender]()},
		marshalText,
	}
	jsonv2Decoders = []method{
		{"UnmarshalJSONFrom", reflect.TypeFor[json.UnmarshalerFrom]()},
		unmarshalJSON,
		unmarshalText,
	}
)

type jsonv2Rules struct{}

func (jsonv2Rules) codec() string { return "jsonv2" }

func (jsonv2Rules) own(t reflect.Type, _ bool) (bool, *problem) {
	if t.Kind() == reflect.Interface {
		return true, nil // refuses has said what there is to say
	}
	enc := first(jsonv2Encoders, t)
	switch {
	case enc < 0:
		return false, nil // one that only decodes is asked to read what jsonv2 writes
	case first(jsonv2Decoders, t) < 0:
		return true, drops("%s without %s", jsonv2Encoders[enc].name, jsonv2Decoders[min(enc, 2)].name)
	}
	if from := jsonv2Encoders[enc].borrowed(t); from != "" {
		return true, drops("%s is that of the embedded %s, so jsonv2 drops the other fields", jsonv2Encoders[enc].name, from)
	}
	return true, nil
}

func (jsonv2Rules) refuses(t reflect.Type) *problem {
	switch t.Kind() {
	case reflect.Func, reflect.Chan, reflect.UnsafePointer, reflect.Complex64, reflect.Complex128:
		if first(jsonv2Encoders, t) < 0 {
			return cannot("%s", t)
		}
	case reflect.Interface:
		if t.NumMethod() > 0 {
			return cannot("interface %s", t)
		}
		return drops("interface, of which jsonv2 keeps no type")
	case reflect.Map:
		if !jsonv2Key(t.Key()) {
			return cannot("map with keys of type %s", t.Key())
		}
	}
	return nil
}

// jsonv2Key reports whether jsonv2 can write and read t as the key of a map.
func jsonv2Key(t reflect.Type) bool {
	if k := t.Kind(); k == reflect.Float32 || k == reflect.Float64 || jsonKey(t) {
		return true
	}
	return first(jsonv2Encoders, t) >= 0 && first(jsonv2Decoders, t) >= 0
}

var jsonv2Embedding = embedding{
	codec: "jsonv2",
	tag:   tagOf("json"),
	drops: func(f reflect.StructField, inner reflect.Type, _ bool) *problem {
		_, says := tagOf("json")(f)
		_, options, _ := strings.Cut(says, ",")
		if inner.Kind() < reflect.Int || inner.Kind() > reflect.Float64 {
			if slices.Contains(strings.Split(options, ","), "string") {
				return cannot("field tagged json:%q, and no number", says)
			}
		}
		return unexported(f, inner, "jsonv2")
	},
	itself: drops("embedded in itself, which jsonv2 drops"),
}

func (jsonv2Rules) fields(t reflect.Type) ([]field, *problem) {
	return jsonv2Embedding.fields(t), jsonv2Refuses(t)
}

// jsonv2Suspicions are what jsonv2 may change. Text that is not UTF-8 is an error.
var jsonv2Suspicions = suspicions{doubter: jsonv2Rules{}, check: JSONv2{}.Check}

func (r jsonv2Rules) doubts(t reflect.Type) doubt {
	switch {
	case t == reflect.TypeFor[time.Time]():
		return oddZone
	case t.Kind() == reflect.Pointer && !endless(t):
		own, _ := r.own(t.Elem(), true)
		return toNil(t, own)
	case t.Kind() == reflect.Map && first(jsonv2Encoders, t.Key()) >= 0:
		return several
	}
	return nil
}

// doubtsField: jsonv2 leaves out, by omitempty, what is written as null, "", {} or [].
func (r jsonv2Rules) doubtsField(f reflect.StructField) doubt {
	return jsonv2Embedding.doubtsField(r, f, func(t reflect.Type) doubt {
		own, _ := r.own(t, true)
		switch {
		case t.Kind() == reflect.Pointer:
			return notNil
		case own, t.Kind() == reflect.Array, t.Kind() == reflect.Struct:
			return always
		}
		return nil
	})
}

func (jsonv2Rules) ways() []ownWay {
	return []ownWay{{
		write: func(v any) []byte {
			if first(jsonv2Encoders, reflect.TypeOf(v)) < 0 {
				return nil
			}
			text, _ := json.Marshal(v, jsonv2Options)
			return text
		},
		read: func(v any, b []byte) bool { return json.Unmarshal(b, v, jsonv2Options) == nil },
	}}
}

// jsonv2Refuses asks the library about a struct: it refuses those with wrong
// or conflicting tags, and those without a field to write, when it first meets
// one.
func jsonv2Refuses(t reflect.Type) *problem {
	_, err := json.Marshal(reflect.New(t).Interface(), jsonv2Options)
	var about *json.SemanticError
	if errors.As(err, &about) && about.Err != nil && (about.GoType == t || embedsType(t, about.GoType, nil)) {
		return cannot("%v", about.Err)
	}
	return nil
}

// embedsType reports whether the fields of part stand among those of struct t.
func embedsType(t, part reflect.Type, within []reflect.Type) bool {
	for f := range t.Fields() {
		_, inner, flat := jsonv2Embedding.look(f)
		if flat && !slices.Contains(within, inner) && (inner == part || embedsType(inner, part, append(within, inner))) {
			return true
		}
	}
	return false
}
