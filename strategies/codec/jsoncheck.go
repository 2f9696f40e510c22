package codec

import (
	"cmp"
	"encoding"
	"encoding/json"
	"reflect"
	"slices"
	"strings"
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
	return marshalText.of(t) == byValue && unmarshalText.of(t) != none
}

// jsonField is a field with what decides whether json takes it.
type jsonField struct {
	field
	name   string
	depth  int
	tagged bool
}

func (jsonRules) fields(t reflect.Type) ([]field, *problem) {
	found := jsonFields(t, "", 0, nil)
	hide(found)
	fields := make([]field, len(found))
	for i, f := range found {
		fields[i] = f.field
	}
	return fields, nil
}

// jsonFields lists the fields of t and of the structs that it embeds, which
// json treats as if they were t's own. within holds the structs around t.
func jsonFields(t reflect.Type, path string, depth int, within []reflect.Type) []jsonField {
	within = append(within, t)
	var fields []jsonField
	for f := range t.Fields() {
		name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		at := path + f.Name
		inner, flat := flattened(f, name)
		wrong := jsonDrops(f, inner)
		switch {
		case wrong != nil && empty(f):
		case flat && slices.Contains(within, inner):
			fields = append(fields, jsonField{field: field{at, f.Type, drops("embedded in itself, which json drops")}})
		case wrong == nil && flat:
			fields = append(fields, jsonFields(inner, at+".", depth+1, within)...)
		default:
			fields = append(fields, jsonField{field{at, f.Type, wrong}, cmp.Or(name, f.Name), depth, name != ""})
		}
	}
	return fields
}

// flattened returns the struct whose fields json takes in place of f.
func flattened(f reflect.StructField, name string) (reflect.Type, bool) {
	t := f.Type
	if t.Kind() == reflect.Pointer && t.Name() == "" {
		t = t.Elem()
	}
	return t, f.Anonymous && name == "" && t.Kind() == reflect.Struct
}

func jsonDrops(f reflect.StructField, inner reflect.Type) *problem {
	embedded := f.Anonymous && inner.Kind() == reflect.Struct
	switch {
	case f.Tag.Get("json") == "-":
		return drops(`field tagged json:"-", which json drops`)
	case !f.IsExported() && !embedded:
		return drops("unexported field, which json drops")
	case !f.IsExported() && f.Type.Kind() == reflect.Pointer:
		return cannot("embedded pointer to an unexported struct")
	}
	return nil
}

// hide marks the fields that json passes over because of another one of the
// same name: the one that is less deep wins, then the one with a tag, and of
// equals none.
func hide(fields []jsonField) {
	named := make(map[string][]*jsonField)
	for i := range fields {
		if f := &fields[i]; f.wrong == nil {
			named[f.name] = append(named[f.name], f)
		}
	}
	for name, same := range named {
		slices.SortFunc(same, stronger)
		if len(same) > 1 && stronger(same[0], same[1]) < 0 {
			same = same[1:]
		} else if len(same) == 1 {
			continue
		}
		for _, f := range same {
			f.wrong = drops("one of several fields named %q, which json drops", name)
		}
	}
}

// stronger orders the fields of one name.
func stronger(a, b *jsonField) int {
	if a.depth != b.depth || a.tagged == b.tagged {
		return cmp.Compare(a.depth, b.depth)
	}
	if a.tagged {
		return -1
	}
	return 1
}
