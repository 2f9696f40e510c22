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
	d := description{seen: map[reflect.Type]int{}}
	d.describe(t)
	return d.text.String()
}

// description is the text so far, and the types with a name in it, numbered as
// they came: every later one is written as its number, also one within itself.
type description struct {
	text strings.Builder
	seen map[reflect.Type]int
}

func (d *description) describe(t reflect.Type) {
	if t.Name() != "" && t.PkgPath() != "" {
		if n, ok := d.seen[t]; ok {
			fmt.Fprintf(&d.text, "^%d", n)
			return
		}
		d.seen[t] = len(d.seen) + 1
	}
	switch t.Kind() {
	case reflect.Pointer:
		d.text.WriteByte('*')
		d.describe(t.Elem())
	case reflect.Slice:
		d.text.WriteString("[]")
		d.describe(t.Elem())
	case reflect.Array:
		fmt.Fprintf(&d.text, "[%d]", t.Len())
		d.describe(t.Elem())
	case reflect.Map:
		d.text.WriteString("map[")
		d.describe(t.Key())
		d.text.WriteByte(']')
		d.describe(t.Elem())
	case reflect.Struct:
		d.fields(t)
	default:
		d.text.WriteString(t.Kind().String())
	}
}

func (d *description) fields(t reflect.Type) {
	d.text.WriteString("struct{")
	sep := ""
	for f := range t.Fields() {
		if !f.IsExported() {
			continue
		}
		d.text.WriteString(sep + f.Name + " ")
		d.describe(f.Type)
		if f.Tag != "" {
			fmt.Fprintf(&d.text, " %q", f.Tag)
		}
		sep = "; "
	}
	d.text.WriteByte('}')
}
