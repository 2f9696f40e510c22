package codec

import (
	"reflect"
	"slices"
)

// called are the methods of values that some codec may call.
var called = slices.Concat(writers, gobDecoders, readers, []method{{"IsZero", reflect.TypeFor[interface{ IsZero() bool }]()}})

// Calls reports whether some codec may call a method of values of type t or of pointers
// to them, their parts aside.
func Calls(t reflect.Type) bool { return first(called, t) >= 0 }
