package codec

import (
	"reflect"
	"strconv"
	"strings"
	"unsafe"
)

// pathfinder makes the routes of a type and of all that is in it.
type pathfinder struct {
	*walks
	routes map[reflect.Type]*route
	worth  map[reflect.Type]worth
}

// worth says whether a type is worth a walk.
type worth int

const (
	worthUnknown worth = iota
	worthOpen          // just being looked at: who meets it again has found that it can contain itself
	worthNothing
	worthWalk
)

// look says whether there is something to find in values of t: because it can
// contain itself, or an interface, which may, or because of what gob does to it.
func (f *pathfinder) look(t reflect.Type) worth {
	switch f.worth[t] {
	case worthOpen:
		return worthWalk
	case worthNothing, worthWalk:
		return f.worth[t]
	}
	f.worth[t] = worthOpen
	found := worthNothing
	if f.every || t.Kind() == reflect.Interface || f.gob && f.spot(t) {
		found = worthWalk
	}
	for _, part := range f.parts(t) {
		if f.look(part) == worthWalk {
			found = worthWalk
		}
	}
	f.worth[t] = found
	return found
}

// spot reports whether values of t are something that gob changes: structs with a
// pointer that it may leave out, and nil pointers that it would ask to write themselves.
func (f *pathfinder) spot(t reflect.Type) bool {
	switch {
	case t.Kind() == reflect.Pointer:
		return f.opaque(t)
	case t.Kind() != reflect.Struct || f.opaque(t):
		return false
	}
	for _, l := range f.legs(t) {
		if c := f.chain(l.typ); c != nil && c.leavable() {
			return true
		}
	}
	return false
}

// opaque reports whether values of t write themselves.
func (f *pathfinder) opaque(t reflect.Type) bool {
	if t.Kind() == reflect.Interface {
		return false
	}
	own, _ := f.own(t, true)
	return own
}

// nilIsFine reports whether t is a pointer that gob asks to write itself, unless it
// is nil and in a field of a struct.
func (f *pathfinder) nilIsFine(t reflect.Type) bool {
	return f.gob && t.Kind() == reflect.Pointer && f.opaque(t)
}

// parts are the types of what the codec writes of a value of t.
func (f *pathfinder) parts(t reflect.Type) []reflect.Type {
	if f.opaque(t) {
		return nil
	}
	switch t.Kind() {
	case reflect.Pointer, reflect.Slice, reflect.Array:
		return []reflect.Type{t.Elem()}
	case reflect.Map:
		return []reflect.Type{t.Key(), t.Elem()}
	case reflect.Struct:
		var parts []reflect.Type
		for _, l := range f.legs(t) {
			if !f.nilIsFine(l.typ) {
				parts = append(parts, l.typ)
			}
		}
		return parts
	}
	return nil
}

// leg is the way from a struct to one of the fields that the codec writes.
type leg struct {
	name    string
	typ     reflect.Type
	offsets []uintptr // after the first, from where a pointer leads
	next    *route
	chain   *chain // instead of next, for a pointer under gob
}

// legs are the ways to the fields of t, some of which may be fields of structs that it
// embeds.
func (f *pathfinder) legs(t reflect.Type) []leg {
	fields, _ := f.fields(t)
	var legs []leg
	for _, field := range fields {
		if field.wrong != nil {
			continue
		}
		l := leg{name: "." + field.path, typ: t, offsets: []uintptr{0}}
		for name := range strings.SplitSeq(field.path, ".") {
			if l.typ.Kind() == reflect.Pointer {
				l.typ = l.typ.Elem()
				l.offsets = append(l.offsets, 0)
			}
			found, _ := l.typ.FieldByName(name)
			l.typ = found.Type
			l.offsets[len(l.offsets)-1] += found.Offset
		}
		legs = append(legs, l)
	}
	return legs
}

// route returns the route of t, or nil if there is nothing to find.
func (f *pathfinder) route(t reflect.Type) *route {
	if f.look(t) != worthWalk {
		return nil
	}
	if r, ok := f.routes[t]; ok {
		return r
	}
	r := &route{typ: t}
	f.routes[t] = r
	if t.Kind() != reflect.Pointer && f.opaque(t) {
		r.step = nowhere
		return r
	}
	switch t.Kind() {
	case reflect.Pointer:
		r.step = f.pointer(r)
	case reflect.Slice:
		r.step = f.slice(r)
	case reflect.Array:
		r.step = f.array(r)
	case reflect.Map:
		r.step = f.mapping(r)
	case reflect.Struct:
		r.step = f.structure(r)
	case reflect.Interface:
		r.step = f.box(r)
	default:
		r.step = nowhere
	}
	return r
}

func nowhere(*walker, unsafe.Pointer) error { return nil }

// pointer is for pointers that are no fields of structs, and all but those of gob.
func (f *pathfinder) pointer(r *route) func(*walker, unsafe.Pointer) error {
	elem := r.typ.Elem()
	var next *route
	own := f.opaque(r.typ)
	if !own {
		next = f.route(elem)
	}
	levels := 0
	if elem.Kind() == reflect.Interface || endless(r.typ) {
		levels = 1 // nothing else counts them, and they can lead back to themselves
	} else if elem.Kind() == reflect.Pointer {
		levels = f.linked
	}
	needed := f.gob && (own || f.every)
	return func(w *walker, p unsafe.Pointer) error {
		at := *(*unsafe.Pointer)(p)
		if at == nil {
			if needed {
				return misfits(nilPointer, short(r.typ))
			}
			return nil
		}
		if next == nil {
			return nil
		}
		if levels > 0 {
			if err := w.down(levels); err != nil {
				return err
			}
			defer func() { w.depth -= levels }()
		}
		return w.through(at, r, next)
	}
}

func (f *pathfinder) slice(r *route) func(*walker, unsafe.Pointer) error {
	next, size := f.route(r.typ.Elem()), r.typ.Elem().Size()
	if next == nil {
		return nowhere
	}
	return func(w *walker, p unsafe.Pointer) error {
		s := *(*[]byte)(p) // of something else
		if s == nil {
			return nil
		}
		if err := w.down(1); err != nil {
			return err
		}
		at, deep := unsafe.Pointer(unsafe.SliceData(s)), w.depth >= rememberFrom
		if deep {
			if err := w.pass(at, len(s), r); err != nil {
				return err
			}
		}
		for i := range len(s) {
			if err := next.step(w, unsafe.Add(at, uintptr(i)*size)); err != nil {
				return under(index(i), err)
			}
		}
		if deep {
			w.leave(at, len(s), r)
		}
		w.depth--
		return nil
	}
}

func (f *pathfinder) array(r *route) func(*walker, unsafe.Pointer) error {
	next, size, n := f.route(r.typ.Elem()), r.typ.Elem().Size(), r.typ.Len()
	if next == nil {
		return nowhere
	}
	return func(w *walker, p unsafe.Pointer) error {
		if err := w.down(1); err != nil {
			return err
		}
		for i := range n {
			if err := next.step(w, unsafe.Add(p, uintptr(i)*size)); err != nil {
				return under(index(i), err)
			}
		}
		w.depth--
		return nil
	}
}

// mapping takes a key and a value at a time out of a map, which has no addresses.
func (f *pathfinder) mapping(r *route) func(*walker, unsafe.Pointer) error {
	keys, values := f.route(r.typ.Key()), f.route(r.typ.Elem())
	if keys == nil && values == nil {
		return nowhere
	}
	return func(w *walker, p unsafe.Pointer) error {
		at := *(*unsafe.Pointer)(p)
		m := reflect.NewAt(r.typ, p).Elem()
		if at == nil || w.zeros.restoring { // what is in a map is not restored
			return nil
		}
		if err := w.down(w.mapped); err != nil {
			return err
		}
		deep := w.depth >= rememberFrom
		if deep {
			if err := w.pass(at, 0, r); err != nil {
				return err
			}
		}
		w.zeros.sealed++
		if err := w.entries(m, keys, values); err != nil {
			return err
		}
		w.zeros.sealed--
		if deep {
			w.leave(at, 0, r)
		}
		w.depth -= w.mapped
		return nil
	}
}

func (w *walker) entries(m reflect.Value, keys, values *route) error {
	key, value := reflect.New(m.Type().Key()), reflect.New(m.Type().Elem())
	for i := m.MapRange(); i.Next(); {
		key.Elem().SetIterKey(i)
		if keys != nil {
			if err := keys.step(w, key.UnsafePointer()); err != nil {
				return under("[key]", err)
			}
		}
		if values != nil {
			value.Elem().SetIterValue(i)
			if err := values.step(w, value.UnsafePointer()); err != nil {
				return under(keyed(key.Elem()), err)
			}
		}
	}
	return nil
}

// keyed is how a path names what is in a map.
func keyed(key reflect.Value) string {
	switch key.Kind() {
	case reflect.String:
		text := key.String()
		return "[" + strconv.Quote(text[:min(len(text), 40)]) + "]"
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		return index(int(key.Int()))
	}
	return "[]"
}

func (f *pathfinder) structure(r *route) func(*walker, unsafe.Pointer) error {
	var legs []leg
	for _, l := range f.legs(r.typ) {
		if f.nilIsFine(l.typ) {
			continue
		}
		if f.gob {
			l.chain = f.chain(l.typ)
		}
		if l.chain != nil {
			if l.chain.next = f.route(l.chain.base); l.chain.next == nil && !l.chain.leavable() {
				continue
			}
		} else if l.next = f.route(l.typ); l.next == nil {
			continue
		}
		legs = append(legs, l)
	}
	return func(w *walker, p unsafe.Pointer) error {
		if err := w.down(1); err != nil {
			return err
		}
		for i := range legs {
			if err := legs[i].walk(w, p); err != nil {
				return under(legs[i].name, err)
			}
		}
		w.depth--
		return nil
	}
}

func (l *leg) walk(w *walker, p unsafe.Pointer) error {
	p = unsafe.Add(p, l.offsets[0])
	for _, offset := range l.offsets[1:] {
		if p = *(*unsafe.Pointer)(p); p == nil {
			return nil
		}
		p = unsafe.Add(p, offset)
	}
	if l.chain != nil {
		return l.chain.step(w, p)
	}
	return l.next.step(w, p)
}

// box is for interfaces: what is in one has a type of its own, and a route.
func (f *pathfinder) box(r *route) func(*walker, unsafe.Pointer) error {
	return func(w *walker, p unsafe.Pointer) error {
		box := reflect.NewAt(r.typ, p).Elem()
		if box.IsNil() {
			return nil
		}
		if err := w.down(w.boxed); err != nil {
			return err
		}
		if err := w.inside(box); err != nil {
			return err
		}
		w.depth -= w.boxed
		return nil
	}
}

// inside walks what is in an interface: a copy, because it has no address.
func (w *walker) inside(box reflect.Value) error {
	value := box.Elem()
	if r := w.of(value.Type()); r != nil {
		copied := reflect.New(value.Type())
		copied.Elem().Set(value)
		if err := r.step(w, copied.UnsafePointer()); err != nil {
			return under(".("+value.Type().String()+")", err)
		}
		if w.zeros.restoring {
			box.Set(copied.Elem())
		}
	}
	if !w.gob || w.zeros.restoring {
		return nil
	}
	return gobKnows(value, w.lossy)
}
