package codec

import (
	"cmp"
	"reflect"
	"slices"
	"strings"
)

// embedding is how a codec finds the fields of a struct. All but gob and
// binary do it in the manner of encoding/json: by names, and the fields of an
// embedded struct as if they were its own.
type embedding struct {
	codec string

	// tag returns what the codec's tag of a field says, and its key.
	tag func(reflect.StructField) (key, says string)

	// drops says what is wrong with a field. flat is whether the fields of
	// inner, the struct that f is or points to, stand in its place.
	drops func(f reflect.StructField, inner reflect.Type, flat bool) *problem

	// itself is what is wrong with a struct that is embedded in itself.
	itself *problem
}

// tagOf returns a function for embedding.tag: the first of the keys that the
// field has.
func tagOf(keys ...string) func(reflect.StructField) (key, says string) {
	return func(f reflect.StructField) (key, says string) {
		for _, key := range keys {
			if says, ok := f.Tag.Lookup(key); ok && says != "" {
				return key, says
			}
		}
		return keys[0], ""
	}
}

// namedField is a field with what decides whether the codec takes it.
type namedField struct {
	field
	name   string
	depth  int
	tagged bool
}

// fields returns the fields of t, each with what is wrong with it.
func (e embedding) fields(t reflect.Type) []field {
	found := e.list(t, "", 0, nil)
	e.hide(found)
	fields := make([]field, len(found))
	for i, f := range found {
		fields[i] = f.field
	}
	return fields
}

// list lists the fields of t and of the structs that it embeds. within holds
// the structs around t.
func (e embedding) list(t reflect.Type, path string, depth int, within []reflect.Type) []namedField {
	within = append(within, t)
	var fields []namedField
	for f := range t.Fields() {
		at := path + f.Name
		name, inner, flat := e.look(f)
		wrong := e.wrong(f, inner, flat)
		switch {
		case wrong != nil && wrong.drop && empty(f):
		case flat && slices.Contains(within, inner):
			fields = append(fields, namedField{field: field{at, f.Type, e.itself}})
		case wrong == nil && flat:
			fields = append(fields, e.list(inner, at+".", depth+1, within)...)
		default:
			fields = append(fields, namedField{field{at, f.Type, wrong}, cmp.Or(name, f.Name), depth, name != ""})
		}
	}
	return fields
}

// look returns the name that f's tag gives it, what f is or points to, and
// whether the fields of that stand in place of f.
func (e embedding) look(f reflect.StructField) (name string, inner reflect.Type, flat bool) {
	_, says := e.tag(f)
	name, _, _ = strings.Cut(says, ",")
	inner = f.Type
	if inner.Kind() == reflect.Pointer && inner.Name() == "" {
		inner = inner.Elem()
	}
	return name, inner, f.Anonymous && name == "" && inner.Kind() == reflect.Struct
}

// wrong says what is wrong with a field, other fields aside.
func (e embedding) wrong(f reflect.StructField, inner reflect.Type, flat bool) *problem {
	if key, says := e.tag(f); says == "-" {
		return drops("field tagged %s:%q, which %s drops", key, says, e.codec)
	}
	return e.drops(f, inner, flat)
}

// hide marks the fields that the codec passes over because of another one of
// the same name: the one that is less deep wins, then the one with a tag, and
// of equals none.
func (e embedding) hide(fields []namedField) {
	named := make(map[string][]*namedField)
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
			f.wrong = drops("one of several fields named %q, which %s drops", name, e.codec)
		}
	}
}

// stronger orders the fields of one name.
func stronger(a, b *namedField) int {
	if a.depth != b.depth || a.tagged == b.tagged {
		return cmp.Compare(a.depth, b.depth)
	}
	if a.tagged {
		return -1
	}
	return 1
}
