package strategies

import (
	"reflect"
	"time"
	"unsafe"
)

// keptScratch is the most memory that is kept to decode into.
const keptScratch = 64 << 10

// scratch returns an empty slice for the values of m to be decoded into, the memory
// of used if that will do: what was in there has been copied. Who says how many they
// are need not be right, or be believed.
func scratch[T any](used []T, m *message) []T {
	most := keptScratch / max(int(unsafe.Sizeof(*new(T))), 1)
	switch {
	case m.count > most:
		return nil // it is the decoder's to find out whether they are so many
	case m.count > cap(used) || cap(used) > most || !m.moves:
		return make([]T, 0, m.count)
	}
	clear(used)
	return used[:0]
}

// decoding are the methods by which a type reads itself, in one codec or another.
var decoding = []string{"GobDecode", "UnmarshalBinary", "UnmarshalText", "UnmarshalJSON", "UnmarshalJSONFrom", "UnmarshalCBOR"}

// moves reports whether a value of type t, once decoded, can be copied to where it
// is to be, and the memory where it was be used for another. A type that reads itself
// may have left a pointer to a part of itself.
func moves(t reflect.Type) bool {
	if t == reflect.TypeFor[time.Time]() {
		return true
	}
	for _, name := range decoding {
		if _, ok := reflect.PointerTo(t).MethodByName(name); ok {
			return false
		}
	}
	switch t.Kind() {
	case reflect.Array:
		return moves(t.Elem())
	case reflect.Struct:
		for f := range t.Fields() {
			if !moves(f.Type) {
				return false
			}
		}
	}
	return true // or what it points to is elsewhere
}
