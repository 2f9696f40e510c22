package codec

import (
	"reflect"
)

// simple are types without parts.
var simple = []reflect.Type{
	reflect.TypeFor[int](), reflect.TypeFor[string](), reflect.TypeFor[[]byte](), reflect.TypeFor[bool](), reflect.TypeFor[float64](),
	reflect.TypeFor[uint64](), reflect.TypeFor[int64](), reflect.TypeFor[float32](), reflect.TypeFor[int8](), reflect.TypeFor[int16](),
	reflect.TypeFor[int32](), reflect.TypeFor[uint](), reflect.TypeFor[uint8](), reflect.TypeFor[uint16](), reflect.TypeFor[uint32](),
	reflect.TypeFor[uintptr](), reflect.TypeFor[complex64](), reflect.TypeFor[complex128](), reflect.TypeFor[[4]byte](), reflect.TypeFor[NamedText](),
}

// wish is what types are to be like.
type wish struct {
	flat  bool // without pointers, maps and interfaces
	plain bool // simple types only, in lists, maps and structs without tags
}

func anyWish(c *chance) wish {
	switch c.below(4) {
	case 1:
		return wish{flat: true}
	case 2:
		return wish{plain: true}
	case 3:
		return wish{flat: true, plain: true}
	}
	return wish{}
}

// anyType makes a type of at most so many levels of its own, beside those of the
// types with names.
func anyType(c *chance, depth int, w wish) reflect.Type {
	if depth <= 0 {
		return anyLeaf(c, w)
	}
	switch c.below(10) {
	case 1, 2:
		return reflect.SliceOf(anyType(c, depth-1, w))
	case 3, 4, 5:
		return anyStruct(c, depth, w)
	case 6:
		return reflect.ArrayOf(c.below(4), anyType(c, depth-1, w))
	case 7:
		if !w.flat {
			return reflect.MapOf(anyKey(c, w), anyType(c, depth-1, w))
		}
	case 8, 9:
		if !w.flat {
			return reflect.PointerTo(anyType(c, depth-1, w))
		}
	}
	return anyLeaf(c, w)
}

func anyLeaf(c *chance, w wish) reflect.Type {
	if w.plain || c.below(3) == 0 {
		return simple[c.below(len(simple))]
	}
	for range 20 {
		if t := pool[c.below(len(pool))]; !w.flat || !pointed(t, nil) {
			return t
		}
	}
	return simple[0]
}

// pointed reports whether t has pointers, maps or interfaces, its own methods aside.
func pointed(t reflect.Type, seen map[reflect.Type]bool) bool {
	if own, _ := (binaryRules{}).own(t, true); own || seen[t] {
		return seen[t]
	}
	if seen == nil {
		seen = map[reflect.Type]bool{}
	}
	seen[t] = true
	defer delete(seen, t)
	switch t.Kind() {
	case reflect.Pointer, reflect.Map, reflect.Interface:
		return true
	case reflect.Slice, reflect.Array:
		return pointed(t.Elem(), seen)
	case reflect.Struct:
		for f := range t.Fields() {
			if pointed(f.Type, seen) {
				return true
			}
		}
	}
	return false
}

// anyKey makes a type for the keys of a map.
func anyKey(c *chance, w wish) reflect.Type {
	if c.below(3) > 0 {
		t := anyType(c, c.below(3), w)
		if t.Comparable() && t.Kind() != reflect.Interface {
			return t
		}
	}
	return []reflect.Type{reflect.TypeFor[string](), reflect.TypeFor[int](), reflect.TypeFor[NamedText](), reflect.TypeFor[uint8](),
		reflect.TypeFor[Folded](), reflect.TypeFor[Texter](), reflect.TypeFor[Number](), reflect.TypeFor[float64]()}[c.below(8)]
}

var (
	fieldNames = []string{"A", "B", "C", "D", "Name", "NAME", "É", "Ж", "X_1"}
	fieldTags  = []string{"", "", "", "", "", `json:"a"`, `json:"name,omitempty"`, `json:",omitempty" cbor:",omitempty" msgpack:",omitempty"`, `json:",omitzero"`,
		`json:",string"`, `cbor:"1,keyasint"`, `cbor:"b" msgpack:"b" json:"b"`, `json:"-"`, `msgpack:"-"`, `cbor:"-"`, `json:"k"`}
)

// anyStruct makes a struct; reflect makes none with embedded fields that have methods.
func anyStruct(c *chance, depth int, w wish) (t reflect.Type) {
	var fields []reflect.StructField
	used := map[string]bool{}
	for i := range c.below(5) {
		name := fieldNames[i]
		if !w.plain && c.rarely(8) {
			name = fieldNames[c.below(len(fieldNames))]
		}
		if used[name] {
			continue
		}
		used[name] = true
		f := reflect.StructField{Name: name, Type: anyType(c, depth-1-c.below(2), w)}
		if !w.plain {
			f.Tag = reflect.StructTag(fieldTags[c.below(len(fieldTags))])
			if c.rarely(16) && f.Type.Kind() == reflect.Struct && f.Type.Name() != "" && f.Type.NumMethod() == 0 && reflect.PointerTo(f.Type).NumMethod() == 0 {
				f.Name, f.Anonymous = f.Type.Name(), true
				if f.Name[0] < 'A' || f.Name[0] > 'Z' {
					f.PkgPath = reflect.TypeFor[inner]().PkgPath()
				}
			}
		}
		fields = append(fields, f)
	}
	defer func() {
		if p := recover(); p != nil {
			t = reflect.StructOf([]reflect.StructField{{Name: "Refused", Type: reflect.TypeFor[string]()}})
		}
	}()
	return reflect.StructOf(fields)
}
