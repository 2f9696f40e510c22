package strategies

import (
	"fmt"
	"reflect"
	"strings"
)

// structure describes a type by what crosses the wire: kinds, exported fields
// and tags, but not the names of types. Both sides of a handshake must have
// the same.
func structure(t reflect.Type) string {
	var b strings.Builder
	describe(&b, t, nil)
	return b.String()
}

func describe(b *strings.Builder, t reflect.Type, above []reflect.Type) {
	for i, a := range above {
		if a == t {
			fmt.Fprintf(b, "^%d", len(above)-i)
			return
		}
	}
	above = append(above[:len(above):len(above)], t)
	switch t.Kind() {
	case reflect.Pointer:
		b.WriteByte('*')
		describe(b, t.Elem(), above)
	case reflect.Slice:
		b.WriteString("[]")
		describe(b, t.Elem(), above)
	case reflect.Array:
		fmt.Fprintf(b, "[%d]", t.Len())
		describe(b, t.Elem(), above)
	case reflect.Map:
		b.WriteString("map[")
		describe(b, t.Key(), above)
		b.WriteByte(']')
		describe(b, t.Elem(), above)
	case reflect.Struct:
		describeFields(b, t, above)
	default:
		b.WriteString(t.Kind().String())
	}
}

func describeFields(b *strings.Builder, t reflect.Type, above []reflect.Type) {
	b.WriteString("struct{")
	sep := ""
	for f := range t.Fields() {
		if !f.IsExported() {
			continue
		}
		b.WriteString(sep + f.Name + " ")
		describe(b, f.Type, above)
		if f.Tag != "" {
			fmt.Fprintf(b, " %q", f.Tag)
		}
		sep = "; "
	}
	b.WriteByte('}')
}
