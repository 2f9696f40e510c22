package codec

import (
	"encoding/json"
	"fmt"
	"math"
	"math/big"
	"net"
	"net/netip"
	"net/url"
	"reflect"
	"slices"
	"strings"
	"sync"
	"time"
)

// A codec that would change a value without an error must say so. Which values
// those are is known of each: text that is not UTF-8 in JSON, times of some zones,
// pointers to nil. Looking for them in all values would cost as much as encoding,
// so what is looked at is decided once a type, and in a type that cannot go wrong it
// is nothing. A value that is doubted is decoded again by its sender and compared:
// that decides, and says where the difference is.

// doubter says which values a codec may change.
type doubter interface {
	rules

	// doubts returns what finds out whether a value of type t, its parts aside, may
	// come back changed; nil: none does.
	doubts(t reflect.Type) doubt

	// doubtsField is the same for a field of a struct because of its tag.
	doubtsField(f reflect.StructField) doubt

	// ways are the methods by which types write and read themselves.
	ways() []ownWay
}

// doubt reports whether a value may come back changed.
type doubt func(v reflect.Value) bool

// always doubts every value.
func always(reflect.Value) bool { return true }

// suspicion is what a codec does about values of one type.
type suspicion struct {
	doubt doubt // of a slice of values; nil: no value is doubted
	equal equality
	elem  string // what one is called in errors

	keepsInput bool // a type reads itself, and may keep what it was read from
	boxes      bool // there are interfaces, in which there may be anything
}

// suspicions are those of one codec, by type.
type suspicions struct {
	doubter
	check func(t reflect.Type, lossy bool) error
	types sync.Map // of *suspicion by reflect.Type
}

// of returns what is to be done about a pointer to a slice.
func (s *suspicions) of(v any) *suspicion {
	t := reflect.TypeOf(v)
	if found, ok := s.types.Load(t); ok {
		return found.(*suspicion)
	}
	made, _ := s.types.LoadOrStore(t, s.suspect(t))
	return made.(*suspicion)
}

func (s *suspicions) suspect(t reflect.Type) *suspicion {
	if t == nil || t.Kind() != reflect.Pointer || t.Elem().Kind() != reflect.Slice {
		return &suspicion{} // which nobody encodes
	}
	list := t.Elem()
	sus := &suspicion{elem: nameOf(list.Elem())}
	sus.equal.ways = s.ways()
	sus.equal.zeros = s.codec() == "gob" // whose documentation says so
	if s.check(list.Elem(), false) != nil {
		sus.equal.lossy = s.doubter
	}
	w := &doubtWalk{doubter: s.doubter, parts: map[reflect.Type]*doubt{}}
	if w.can(list, map[reflect.Type]bool{}) {
		sus.doubt = w.of(list)
	}
	sus.keepsInput = some(list, s.doubter, keepsInput)
	sus.boxes = some(list, s.doubter, func(t reflect.Type) bool { return t.Kind() == reflect.Interface })
	return sus
}

// verify decodes what v, a pointer to a slice, was encoded as, and reports what
// would come back changed.
func (s *suspicion) verify(codec string, v any, decode func(into any) error) error {
	want := reflect.ValueOf(v).Elem()
	got := reflect.New(want.Type())
	if err := decode(got.Interface()); err != nil {
		return fmt.Errorf("%s cannot read back what it wrote of this value: %w", codec, err)
	}
	if n := got.Elem().Len(); n != want.Len() {
		return fmt.Errorf("%s makes %d values of %d", codec, n, want.Len())
	}
	for i := range want.Len() {
		if differs := s.equal.difference(&trail{name: s.elem}, want.Index(i), got.Elem().Index(i)); differs != "" {
			return fmt.Errorf("%s would change a value: %s; change that, or take another codec", codec, differs)
		}
	}
	return nil
}

// doubtWalk puts the doubts about the parts of a type together.
type doubtWalk struct {
	doubter
	parts map[reflect.Type]*doubt
}

// can reports whether there is anything to doubt in t.
func (w *doubtWalk) can(t reflect.Type, seen map[reflect.Type]bool) bool {
	if seen[t] {
		return false
	}
	seen[t] = true
	if w.doubts(t) != nil {
		return true
	}
	for part := range partsOf(t, w.doubter) {
		if w.can(part, seen) {
			return true
		}
	}
	if t.Kind() == reflect.Struct && !opaque(t, w.doubter) {
		for f := range t.Fields() {
			if w.doubtsField(f) != nil {
				return true
			}
		}
	}
	return false
}

// opaque reports whether the parts of t are its own affair. Those of a struct are not
// where its methods are those of an embedded field.
func opaque(t reflect.Type, r rules) bool {
	if t.Kind() == reflect.Pointer && t.Name() == "" || t.Kind() == reflect.Interface {
		return false
	}
	own, _ := r.own(t, true)
	return own && !borrows(t)
}

// borrows reports whether all methods by which t writes itself are those of an
// embedded field.
func borrows(t reflect.Type) bool {
	if t.Kind() != reflect.Struct {
		return false
	}
	for _, m := range writers {
		if m.of(t) != none && m.written(t) {
			return false
		}
	}
	return true
}

// partsOf yields the types that values of t are made of, as far as the codec goes.
func partsOf(t reflect.Type, r rules) func(yield func(reflect.Type) bool) {
	return func(yield func(reflect.Type) bool) {
		if opaque(t, r) || endless(t) {
			return
		}
		switch t.Kind() {
		case reflect.Pointer, reflect.Slice, reflect.Array:
			yield(t.Elem())
		case reflect.Map:
			_ = yield(t.Key()) && yield(t.Elem())
		case reflect.Struct:
			for f := range t.Fields() {
				if (f.IsExported() || f.Anonymous) && !yield(f.Type) {
					return
				}
			}
		}
	}
}

// tame are types that write themselves and are known: none keeps what it was read
// from, and none but a nil pointer is written as nil is.
var tame = []reflect.Type{
	reflect.TypeFor[time.Time](), reflect.TypeFor[big.Int](), reflect.TypeFor[big.Rat](), reflect.TypeFor[big.Float](), reflect.TypeFor[url.URL](),
	reflect.TypeFor[netip.Addr](), reflect.TypeFor[netip.AddrPort](), reflect.TypeFor[netip.Prefix](), reflect.TypeFor[net.IP](),
}

// writers and readers are all methods by which a type writes and reads itself.
var (
	writers = slices.Concat(gobEncoders, jsonv2Encoders, cborEncoders, []method{appendBinary})
	readers = []method{unmarshalBinary, unmarshalText, unmarshalJSON, cborDecoders[0], jsonv2Decoders[0]}
)

// keepsInput reports whether t reads itself and may keep what it was read from,
// though the documentation of such methods forbids that.
func keepsInput(t reflect.Type) bool {
	if t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	return first(readers, t) >= 0 && !slices.Contains(tame, t) && t != reflect.TypeFor[json.RawMessage]()
}

// some reports whether is holds for t or one of its parts.
func some(t reflect.Type, r rules, is func(reflect.Type) bool) bool {
	seen := map[reflect.Type]bool{}
	var look func(t reflect.Type) bool
	look = func(t reflect.Type) bool {
		if seen[t] {
			return false
		}
		seen[t] = true
		if is(t) {
			return true
		}
		for part := range partsOf(t, r) {
			if look(part) {
				return true
			}
		}
		return false
	}
	return look(t)
}

// of returns the doubt about values of t and their parts, or nil. In a type that
// contains itself parts refer to doubts that are not made yet.
func (w *doubtWalk) of(t reflect.Type) doubt {
	if !w.can(t, map[reflect.Type]bool{}) {
		return nil
	}
	if d := w.parts[t]; d != nil {
		return func(v reflect.Value) bool { return (*d)(v) }
	}
	d := new(doubt)
	w.parts[t] = d
	itself, inside := w.doubts(t), w.inside(t)
	switch {
	case itself == nil:
		*d = inside
	case inside == nil:
		*d = itself
	default:
		*d = func(v reflect.Value) bool { return itself(v) || inside(v) }
	}
	return *d
}

// inside returns the doubt about the parts of values of t, or nil.
func (w *doubtWalk) inside(t reflect.Type) doubt {
	if opaque(t, w.doubter) || endless(t) {
		return nil
	}
	switch t.Kind() {
	case reflect.Pointer:
		if of := w.of(t.Elem()); of != nil {
			return func(v reflect.Value) bool { return !v.IsNil() && of(v.Elem()) }
		}
	case reflect.Slice, reflect.Array:
		if of := w.of(t.Elem()); of != nil {
			return func(v reflect.Value) bool {
				for i := range v.Len() {
					if of(v.Index(i)) {
						return true
					}
				}
				return false
			}
		}
	case reflect.Map:
		return w.entries(w.of(t.Key()), w.of(t.Elem()))
	case reflect.Struct:
		return w.fields(t)
	}
	return nil
}

func (w *doubtWalk) entries(key, elem doubt) doubt {
	if key == nil && elem == nil {
		return nil
	}
	return func(v reflect.Value) bool {
		for it := v.MapRange(); it.Next(); {
			if key != nil && key(it.Key()) || elem != nil && elem(it.Value()) {
				return true
			}
		}
		return false
	}
}

func (w *doubtWalk) fields(t reflect.Type) doubt {
	type part struct {
		index int
		doubt doubt
	}
	var parts []part
	for i := range t.NumField() {
		f := t.Field(i)
		if !f.IsExported() && !f.Anonymous {
			continue
		}
		if d := w.doubtsField(f); d != nil {
			parts = append(parts, part{i, d})
		}
		if d := w.of(f.Type); d != nil {
			parts = append(parts, part{i, d})
		}
	}
	if parts == nil {
		return nil
	}
	return func(v reflect.Value) bool {
		for _, p := range parts {
			if p.doubt(v.Field(p.index)) {
				return true
			}
		}
		return false
	}
}

// toNil returns the doubt about pointers of type t that lead to what is written as
// nil is; nil: they lead nowhere else.
func toNil(t reflect.Type, own bool) doubt {
	elem := t.Elem()
	switch elem.Kind() {
	case reflect.Pointer, reflect.Slice, reflect.Map, reflect.Interface:
		if !own {
			return func(v reflect.Value) bool { return !v.IsNil() && v.Elem().IsNil() }
		}
	}
	if own && !slices.Contains(tame, elem) {
		return notNil
	}
	return nil
}

func notNil(v reflect.Value) bool { return !v.IsNil() }

// several doubts maps of which two keys may become one.
func several(v reflect.Value) bool { return v.Len() > 1 }

// negativeZero doubts −0.
func negativeZero(v reflect.Value) bool { return v.Float() == 0 && math.Signbit(v.Float()) }

// floats reports whether t is a number that can be −0.
func floats(t reflect.Type) bool {
	return t.Kind() >= reflect.Float32 && t.Kind() <= reflect.Complex128
}

// saysZero doubts values that are not zero and whose method IsZero says they are.
func saysZero(v reflect.Value) bool {
	if v.IsZero() || !v.CanInterface() {
		return false
	}
	if v.Kind() != reflect.Pointer && v.CanAddr() {
		v = v.Addr()
	}
	z, ok := v.Interface().(interface{ IsZero() bool })
	return ok && z.IsZero()
}

// oddZone doubts times whose offset from Greenwich is not in whole minutes.
func oddZone(v reflect.Value) bool {
	t, ok := readTime(v)
	return ok && offset(t)%60 != 0
}

// doubtsField returns the doubt about a field because of its tag. omits is that of
// values of a type that omitempty leaves out, if some of them are not empty.
func (e embedding) doubtsField(r rules, f reflect.StructField, omits func(reflect.Type) doubt) doubt {
	if _, _, flat := e.look(f); flat && f.Type.Kind() == reflect.Pointer {
		return notNil // it comes back by its fields, if there are any
	}
	_, says := e.tag(f)
	_, options, _ := strings.Cut(says, ",")
	for option := range strings.SplitSeq(options, ",") {
		var d doubt
		switch option {
		case "", "keyasint", "toarray":
		case "string":
			if first(readers, f.Type) >= 0 {
				d = always // the tag is asked when it is written, and the type when it is read
			}
		case "omitempty":
			d = omits(f.Type)
		case "omitzero":
			d = saysZero
			if _, ok := reflect.PointerTo(f.Type).MethodByName("IsZero"); !ok && some(f.Type, r, floats) {
				d = reflect.Value.IsZero // which it also is with −0 in it
			}
		default:
			d = always
		}
		if d != nil {
			return d
		}
	}
	return nil
}

// omitsZeros is the doubt about a field that is left out if it equals 0.
func omitsZeros(t reflect.Type) doubt {
	switch t.Kind() {
	case reflect.Float32, reflect.Float64:
		return negativeZero
	case reflect.Complex64, reflect.Complex128:
		return always
	}
	return nil
}
