package codec

import (
	"bytes"
	"encoding"
	"fmt"
	"math"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"
)

// equality is when a value that comes back is called equal to the one that was
// sent: reflect.DeepEqual, with these taken for each other: nil and empty slices and
// maps; NaN and NaN; times of the same instant and zone offset, whatever their
// Location and monotonic part. Pointers that were shared may come back apart. A value
// of a type with methods of its own comes back as those make it.
type equality struct {
	// ways are the methods by which types write and read themselves.
	ways []ownWay

	// lossy is set where a codec was allowed to drop what it does not carry: that
	// is not looked at.
	lossy rules

	// zeros takes 0 and −0 for each other.
	zeros bool
}

// difference says where got is not what want is and how, or "" where they are equal.
func (e equality) difference(at *trail, want, got reflect.Value) string {
	if want.Type() != got.Type() {
		return at.says("would be a %s, not a %s", got.Type(), want.Type())
	}
	if e.lossy != nil && e.dropped(want.Type()) {
		return ""
	}
	differs := e.inside(at, want, got)
	if differs != "" && e.madeSo(want, got) {
		return ""
	}
	return differs
}

// dropped reports whether nothing is known of what comes back of values of t.
func (e equality) dropped(t reflect.Type) bool {
	_, wrong := e.lossy.own(t, true)
	return t.Kind() == reflect.Interface || wrong != nil
}

// madeSo reports whether got is what the methods of its type make of want: they
// write the same of both, or read it from what they write of want.
func (e equality) madeSo(want, got reflect.Value) bool {
	if want.Type().Name() == "" || want.Type() == reflect.TypeFor[time.Time]() || !want.CanInterface() || !got.CanInterface() {
		return false
	}
	for _, way := range e.ways {
		text := way.write(addressed(want))
		if text == nil {
			continue
		}
		if bytes.Equal(text, way.write(addressed(got))) {
			return true
		}
		made := reflect.New(want.Type())
		if way.read(made.Interface(), text) && e.inside(nil, made.Elem(), got) == "" {
			return true
		}
	}
	return false
}

// ownWay is a pair of methods by which a type writes and reads itself.
type ownWay struct {
	write func(v any) []byte // nil: v has no such method, or it fails
	read  func(v any, b []byte) bool
}

// wayOf makes one of two methods.
func wayOf[W, R any](write func(W) ([]byte, error), read func(R, []byte) error) ownWay {
	return ownWay{
		write: func(v any) []byte {
			w, ok := v.(W)
			if !ok {
				return nil
			}
			b, err := write(w)
			if err != nil {
				return nil
			}
			return append([]byte{}, b...)
		},
		read: func(v any, b []byte) bool {
			r, ok := v.(R)
			return ok && read(r, b) == nil
		},
	}
}

// The ways of several codecs.
var (
	binaryWay = wayOf(encoding.BinaryMarshaler.MarshalBinary, encoding.BinaryUnmarshaler.UnmarshalBinary)
	textWay   = wayOf(encoding.TextMarshaler.MarshalText, encoding.TextUnmarshaler.UnmarshalText)
)

// trail is the way from a value to a part of it, told only where there is something to say.
type trail struct {
	up    *trail
	name  string        // of a field, or at the beginning of the whole value
	key   reflect.Value // of an entry
	index int           // of an element
}

// says returns a finding about what the trail leads to.
func (t *trail) says(format string, args ...any) string {
	const most = 20 // parts of a long trail
	var parts []string
	for ; t != nil && len(parts) < most; t = t.up {
		switch {
		case t.up == nil:
			parts = append(parts, t.name)
		case t.name != "":
			parts = append(parts, "."+t.name)
		case t.key.IsValid():
			parts = append(parts, "["+keyText(t.key)+"]")
		default:
			parts = append(parts, "["+strconv.Itoa(t.index)+"]")
		}
	}
	if t != nil {
		parts = append(parts, "…")
	}
	slices.Reverse(parts)
	return strings.Join(parts, "") + " " + fmt.Sprintf(format, args...)
}

// addressed returns a pointer to a copy of v.
func addressed(v reflect.Value) any {
	p := reflect.New(v.Type())
	p.Elem().Set(v)
	return p.Interface()
}

func (e equality) inside(at *trail, want, got reflect.Value) string {
	if want.Type() == reflect.TypeFor[time.Time]() {
		return sameTime(at, want, got)
	}
	switch want.Kind() {
	case reflect.Float32, reflect.Float64:
		return e.number(at, want.Float(), got.Float())
	case reflect.Complex64, reflect.Complex128:
		a, b := want.Complex(), got.Complex()
		if differs := e.number(at, real(a), real(b)); differs != "" {
			return differs
		}
		return e.number(at, imag(a), imag(b))
	case reflect.Pointer, reflect.Interface:
		return e.elem(at, want, got)
	case reflect.Slice, reflect.Array:
		return e.list(at, want, got)
	case reflect.Map:
		return e.entries(at, want, got)
	case reflect.Struct:
		return e.fields(at, want, got)
	case reflect.String:
		if a, b := want.String(), got.String(); a != b {
			return at.says("would be %s, not %s", quoted(b), quoted(a))
		}
		return ""
	case reflect.Bool:
		if want.Bool() != got.Bool() {
			return at.says("would be %t, not %t", got.Bool(), want.Bool())
		}
		return ""
	case reflect.Func, reflect.Chan, reflect.UnsafePointer:
		if want.UnsafePointer() != got.UnsafePointer() {
			return at.says("would be another %s", want.Type())
		}
		return ""
	}
	if want.CanInt() && want.Int() != got.Int() {
		return at.says("would be %d, not %d", got.Int(), want.Int())
	}
	if want.CanUint() && want.Uint() != got.Uint() {
		return at.says("would be %d, not %d", got.Uint(), want.Uint())
	}
	return ""
}

// quoted is a string for an error.
func quoted(s string) string {
	const most = 40
	if len(s) > most {
		return fmt.Sprintf("%+q… (%d bytes)", s[:most], len(s))
	}
	return strconv.QuoteToASCII(s)
}

func (e equality) number(at *trail, want, got float64) string {
	same := want == got && (e.zeros || math.Signbit(want) == math.Signbit(got))
	if same || math.IsNaN(want) && math.IsNaN(got) {
		return ""
	}
	return at.says("would be %v, not %v", got, want)
}

func sameTime(at *trail, want, got reflect.Value) string {
	a, okA := readTime(want)
	b, okB := readTime(got)
	if !okA || !okB {
		return "" // in an unexported field, which nobody carries
	}
	if !a.Equal(b) || offset(a) != offset(b) {
		return at.says("would be %v, not %v", b, a)
	}
	return ""
}

func readTime(v reflect.Value) (t time.Time, ok bool) {
	if !v.CanInterface() {
		return t, false
	}
	if v.CanAddr() { // an interface of the time itself would be an allocation
		if p, ok := v.Addr().Interface().(*time.Time); ok {
			return *p, true
		}
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

func (e equality) elem(at *trail, want, got reflect.Value) string {
	switch {
	case want.IsNil() && got.IsNil():
		return ""
	case want.IsNil():
		return at.says("would not be nil")
	case got.IsNil():
		return at.says("would be nil")
	case want.Kind() == reflect.Pointer && want.Pointer() == got.Pointer():
		return ""
	}
	return e.difference(at, want.Elem(), got.Elem())
}

func (e equality) list(at *trail, want, got reflect.Value) string {
	if want.Len() != got.Len() {
		return at.says("would have %d elements, not %d", got.Len(), want.Len())
	}
	if t := want.Type(); t.Kind() == reflect.Slice && t.Elem().Kind() == reflect.Uint8 && bytes.Equal(want.Bytes(), got.Bytes()) {
		return ""
	}
	for i := range want.Len() {
		if differs := e.difference(&trail{up: at, index: i}, want.Index(i), got.Index(i)); differs != "" {
			return differs
		}
	}
	return ""
}

func (e equality) fields(at *trail, want, got reflect.Value) string {
	skip := e.skipped(want.Type())
	for i, t := 0, want.Type(); i < t.NumField(); i++ {
		f := t.Field(i)
		if empty(f) || skip[f.Name] {
			continue
		}
		if differs := e.difference(&trail{up: at, name: f.Name}, want.Field(i), got.Field(i)); differs != "" {
			return differs
		}
	}
	return ""
}

// skipped returns the fields of t that are not carried, or not all of them.
func (e equality) skipped(t reflect.Type) (skip map[string]bool) {
	if e.lossy == nil {
		return nil
	}
	skip = map[string]bool{}
	fields, _ := e.lossy.fields(t)
	for _, f := range fields {
		if f.wrong != nil {
			name, _, _ := strings.Cut(f.path, ".")
			skip[name] = true
		}
	}
	return skip
}

// pair is an entry of a map.
type pair struct{ key, value reflect.Value }

// entries looks for each entry of want in got: keys need not be found by
// themselves, such as NaN, pointers and times.
func (e equality) entries(at *trail, want, got reflect.Value) string {
	if want.Len() != got.Len() {
		return at.says("would have %d entries, not %d", got.Len(), want.Len())
	}
	var others []pair // of got, that are not found by their keys
	for it := got.MapRange(); it.Next(); {
		if !want.MapIndex(it.Key()).IsValid() {
			others = append(others, pair{it.Key(), it.Value()})
		}
	}
	for it := want.MapRange(); it.Next(); {
		k, v := it.Key(), it.Value()
		if found := got.MapIndex(k); found.IsValid() {
			if differs := e.difference(&trail{up: at, key: k}, v, found); differs != "" {
				return differs
			}
			continue
		}
		i := slices.IndexFunc(others, func(p pair) bool {
			return e.difference(nil, k, p.key) == "" && e.difference(nil, v, p.value) == ""
		})
		if i < 0 {
			return at.says("would lack the entry %s, or have it with another value", keyText(k))
		}
		others = slices.Delete(others, i, i+1)
	}
	return ""
}

// keyText is a key for an error. It calls no method of the key: an error must not end
// or hold up who makes it.
func keyText(k reflect.Value) string {
	if t, ok := readTime(k); ok {
		return t.String()
	}
	parts := []string{}
	switch k.Kind() {
	case reflect.String:
		return quoted(k.String())
	case reflect.Bool:
		return strconv.FormatBool(k.Bool())
	case reflect.Float32, reflect.Float64:
		return strconv.FormatFloat(k.Float(), 'g', -1, k.Type().Bits())
	case reflect.Complex64, reflect.Complex128:
		return strconv.FormatComplex(k.Complex(), 'g', -1, k.Type().Bits())
	case reflect.Array:
		for i := range k.Len() {
			parts = append(parts, keyText(k.Index(i)))
		}
	case reflect.Struct:
		for i := range k.NumField() {
			parts = append(parts, keyText(k.Field(i)))
		}
	default:
		switch {
		case k.CanInt():
			return strconv.FormatInt(k.Int(), 10)
		case k.CanUint():
			return strconv.FormatUint(k.Uint(), 10)
		}
		return "of type " + k.Type().String()
	}
	return "{" + strings.Join(parts, " ") + "}"
}
