package codec

import (
	"bytes"
	"fmt"
	"math"
	"reflect"
	"strconv"
	"time"
)

// equality is when a value that comes back is called equal to the one that was
// sent: reflect.DeepEqual, with these taken for each other: nil and empty slices and
// maps; NaN and NaN; times of the same instant and zone offset, whatever their
// Location and monotonic part. Pointers that were shared may come back apart. What a
// type with methods of its own makes of itself is its own affair.
type equality struct {
	// own reports whether two values that differ are equal nevertheless, because
	// their type makes that of itself. Without it they are not.
	own func(want, got reflect.Value) bool

	// zeros takes 0 and −0 for each other.
	zeros bool
}

// difference says where got is not want and how, or "" where they are equal.
func (e equality) difference(path string, want, got reflect.Value) string {
	if want.Type() != got.Type() {
		return fmt.Sprintf("%s is a %s, not a %s", path, got.Type(), want.Type())
	}
	differs := e.inside(path, want, got)
	if differs != "" && e.own != nil && e.own(want, got) {
		return ""
	}
	return differs
}

func (e equality) inside(path string, want, got reflect.Value) string {
	if want.Type() == reflect.TypeFor[time.Time]() {
		return sameTime(path, want, got)
	}
	switch want.Kind() {
	case reflect.Float32, reflect.Float64:
		return e.number(path, want.Float(), got.Float())
	case reflect.Complex64, reflect.Complex128:
		a, b := want.Complex(), got.Complex()
		if differs := e.number(path, real(a), real(b)); differs != "" {
			return differs
		}
		return e.number(path, imag(a), imag(b))
	case reflect.Pointer, reflect.Interface:
		return e.elem(path, want, got)
	case reflect.Slice, reflect.Array:
		return e.list(path, want, got)
	case reflect.Map:
		return e.entries(path, want, got)
	case reflect.Struct:
		return e.fields(path, want, got)
	case reflect.String:
		if a, b := want.String(), got.String(); a != b {
			return fmt.Sprintf("%s is %s, not %s", path, quoted(b), quoted(a))
		}
		return ""
	case reflect.Bool:
		if want.Bool() != got.Bool() {
			return fmt.Sprintf("%s is %t, not %t", path, got.Bool(), want.Bool())
		}
		return ""
	case reflect.Func, reflect.Chan, reflect.UnsafePointer:
		if want.UnsafePointer() != got.UnsafePointer() {
			return fmt.Sprintf("%s is another %s", path, want.Type())
		}
		return ""
	}
	if want.CanInt() && want.Int() != got.Int() {
		return fmt.Sprintf("%s is %d, not %d", path, got.Int(), want.Int())
	}
	if want.CanUint() && want.Uint() != got.Uint() {
		return fmt.Sprintf("%s is %d, not %d", path, got.Uint(), want.Uint())
	}
	return ""
}

// quoted is a string for an error.
func quoted(s string) string {
	const most = 40
	if len(s) > most {
		return fmt.Sprintf("%q… (%d bytes)", s[:most], len(s))
	}
	return strconv.Quote(s)
}

func (e equality) number(path string, want, got float64) string {
	same := want == got && (e.zeros || math.Signbit(want) == math.Signbit(got))
	if same || math.IsNaN(want) && math.IsNaN(got) {
		return ""
	}
	return fmt.Sprintf("%s is %v, not %v", path, got, want)
}

func sameTime(path string, want, got reflect.Value) string {
	a, okA := readTime(want)
	b, okB := readTime(got)
	if !okA || !okB {
		return "" // in an unexported field, which nobody carries
	}
	if !a.Equal(b) || offset(a) != offset(b) {
		return fmt.Sprintf("%s is %v, not %v", path, b, a)
	}
	return ""
}

func readTime(v reflect.Value) (t time.Time, ok bool) {
	if !v.CanInterface() {
		return t, false
	}
	t, ok = v.Interface().(time.Time)
	return t, ok
}

// offset is how many seconds east of Greenwich t is told.
func offset(t time.Time) int {
	_, seconds := t.Zone()
	return seconds
}

func (e equality) elem(path string, want, got reflect.Value) string {
	switch {
	case want.IsNil() && got.IsNil():
		return ""
	case want.IsNil():
		return fmt.Sprintf("%s is not nil", path)
	case got.IsNil():
		return fmt.Sprintf("%s is nil", path)
	case want.Kind() == reflect.Pointer && want.Pointer() == got.Pointer():
		return ""
	}
	return e.difference(path, want.Elem(), got.Elem())
}

func (e equality) list(path string, want, got reflect.Value) string {
	if want.Len() != got.Len() {
		return fmt.Sprintf("%s has %d elements, not %d", path, got.Len(), want.Len())
	}
	if t := want.Type(); t.Kind() == reflect.Slice && t.Elem().Kind() == reflect.Uint8 && bytes.Equal(want.Bytes(), got.Bytes()) {
		return ""
	}
	for i := range want.Len() {
		if differs := e.difference(path+"["+strconv.Itoa(i)+"]", want.Index(i), got.Index(i)); differs != "" {
			return differs
		}
	}
	return ""
}

func (e equality) fields(path string, want, got reflect.Value) string {
	for i, t := 0, want.Type(); i < t.NumField(); i++ {
		f := t.Field(i)
		if empty(f) {
			continue
		}
		if differs := e.difference(path+"."+f.Name, want.Field(i), got.Field(i)); differs != "" {
			return differs
		}
	}
	return ""
}

// entries looks for each entry of want in got: keys need not be found by
// themselves, such as NaN, pointers and times.
func (e equality) entries(path string, want, got reflect.Value) string {
	if want.Len() != got.Len() {
		return fmt.Sprintf("%s has %d entries, not %d", path, got.Len(), want.Len())
	}
	var others []reflect.Value // keys of got that were not found by themselves
	for k := range got.Seq() {
		if !want.MapIndex(k).IsValid() {
			others = append(others, k)
		}
	}
	var found map[int]bool
search:
	for it := want.MapRange(); it.Next(); {
		k := it.Key()
		if v := got.MapIndex(k); v.IsValid() {
			if differs := e.difference(path+"["+keyText(k)+"]", it.Value(), v); differs != "" {
				return differs
			}
			continue
		}
		for i, other := range others {
			if !found[i] && e.difference("", k, other) == "" && e.difference("", it.Value(), entry(got, other)) == "" {
				if found == nil {
					found = map[int]bool{}
				}
				found[i] = true
				continue search
			}
		}
		return fmt.Sprintf("%s lacks the entry %s, or has it with another value", path, keyText(k))
	}
	return ""
}

// entry returns the value of a key of m, also of one that is not equal to itself.
func entry(m, key reflect.Value) reflect.Value {
	if v := m.MapIndex(key); v.IsValid() {
		return v
	}
	for it := m.MapRange(); it.Next(); {
		if k := it.Key(); bitsOf(k) == bitsOf(key) {
			return it.Value()
		}
	}
	return reflect.Zero(m.Type().Elem())
}

func bitsOf(v reflect.Value) string { return fmt.Sprintf("%#v", v) }

func keyText(k reflect.Value) string {
	if k.Kind() == reflect.String {
		return quoted(k.String())
	}
	return fmt.Sprintf("%v", k)
}
