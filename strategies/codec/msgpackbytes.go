package codec

import (
	"bytes"
	"reflect"
	"sync"
)

// The library leaves slices of bytes in the message, each with all that follows as its
// capacity. Detaching gives each memory of its own.

// detach gives the slices of bytes in a value memory of their own. The value can be set.
type detach func(v reflect.Value)

var detaches sync.Map // of detach by reflect.Type; nil: there are no slices of bytes

// detachOf returns the detach for values of type t, or nil.
func detachOf(t reflect.Type) detach {
	if found, ok := detaches.Load(t); ok {
		return found.(detach)
	}
	d := detacher{map[reflect.Type]*detach{}}.of(t)
	detaches.Store(t, d)
	return d
}

// detacher makes detaches. In a type that contains itself, parts refer to some that
// are not made yet.
type detacher struct{ made map[reflect.Type]*detach }

// shares reports whether the library leaves values of type t where they came.
func shares(t reflect.Type) bool {
	return t.Kind() == reflect.Slice && t.Elem().Kind() == reflect.Uint8 || t.Kind() == reflect.Interface
}

func (d detacher) of(t reflect.Type) detach {
	if made := d.made[t]; made != nil {
		return func(v reflect.Value) { (*made)(v) }
	}
	if !some(t, msgpackRules{}, shares) {
		return nil
	}
	made := new(detach)
	d.made[t] = made
	*made = d.make(t)
	return *made
}

func (d detacher) make(t reflect.Type) detach {
	if t.Kind() == reflect.Interface {
		return func(v reflect.Value) {
			if !v.IsNil() && v.CanSet() {
				v.Set(reflect.ValueOf(detachAny(v.Interface())))
			}
		}
	}
	if shares(t) {
		return detachBytes
	}
	switch t.Kind() {
	case reflect.Pointer:
		of := d.of(t.Elem())
		return func(v reflect.Value) {
			if !v.IsNil() {
				of(v.Elem())
			}
		}
	case reflect.Slice, reflect.Array:
		of := d.of(t.Elem())
		return func(v reflect.Value) {
			for i := range v.Len() {
				of(v.Index(i))
			}
		}
	case reflect.Map:
		return d.entries(t)
	}
	return d.fields(t)
}

// entries detaches the values of a map, and what its keys point to.
func (d detacher) entries(t reflect.Type) detach {
	key, of := d.of(t.Key()), d.of(t.Elem())
	return func(v reflect.Value) {
		var entries []pair
		for it := v.MapRange(); it.Next(); {
			if key != nil {
				key(it.Key())
			}
			if of != nil && v.CanInterface() {
				elem := reflect.New(t.Elem()).Elem()
				elem.Set(it.Value())
				of(elem)
				entries = append(entries, pair{it.Key(), elem})
			}
		}
		if len(entries) > 0 {
			v.Clear() // a NaN cannot be given another value
		}
		for _, e := range entries {
			v.SetMapIndex(e.key, e.value)
		}
	}
}

func (d detacher) fields(t reflect.Type) detach {
	type part struct {
		index int
		of    detach
	}
	var parts []part
	for i := range t.NumField() {
		if f := t.Field(i); f.IsExported() || f.Anonymous {
			if of := d.of(f.Type); of != nil {
				parts = append(parts, part{i, of})
			}
		}
	}
	return func(v reflect.Value) {
		for _, p := range parts {
			p.of(v.Field(p.index))
		}
	}
}

func detachBytes(v reflect.Value) {
	if v.IsNil() || !v.CanSet() {
		return
	}
	if p, ok := v.Addr().Interface().(*[]byte); ok {
		*p = bytes.Clone(*p)
		return
	}
	own := reflect.MakeSlice(v.Type(), v.Len(), v.Len())
	reflect.Copy(own, v)
	v.Set(own)
}

// detachAny is for what the library puts into an interface.
func detachAny(x any) any {
	switch x := x.(type) {
	case []byte:
		return bytes.Clone(x)
	case []any:
		for i := range x {
			x[i] = detachAny(x[i])
		}
	case map[any]any:
		for k, v := range x {
			x[k] = detachAny(v)
		}
	}
	return x
}
