package codec

import (
	"fmt"
	"reflect"
	"slices"
)

// area is memory that belongs to one value.
type area struct {
	from, to uintptr
	of       string
}

// areas lists the memory of a value that somebody could write to: what its slices,
// to the end of their capacity, pointers and maps refer to.
type areas []area

func (a *areas) add(from uintptr, size uintptr, of string) {
	if size > 0 {
		*a = append(*a, area{from, from + size, of})
	}
}

// of adds the memory of v, found at path.
func (a *areas) of(path string, v reflect.Value) {
	t := v.Type()
	if slices.Contains(unwritable, t) {
		return
	}
	switch t.Kind() {
	case reflect.Pointer:
		if !v.IsNil() {
			a.add(v.Pointer(), t.Elem().Size(), path)
			a.of(path+".*", v.Elem())
		}
	case reflect.Interface:
		if !v.IsNil() {
			a.of(path, v.Elem())
		}
	case reflect.Slice:
		a.add(v.Pointer(), uintptr(v.Cap())*t.Elem().Size(), path)
		a.elements(path, v)
	case reflect.Array:
		a.elements(path, v)
	case reflect.Map:
		if v.IsNil() {
			return
		}
		a.add(v.Pointer(), 1, path)
		for it := v.MapRange(); it.Next(); {
			a.of(path+"[key]", it.Key())
			a.of(path+"[]", it.Value())
		}
	case reflect.Struct:
		if t == reflect.TypeFor[Points]() {
			return // into itself
		}
		for i := range v.NumField() {
			a.of(path+"."+t.Field(i).Name, v.Field(i))
		}
	}
}

func (a *areas) elements(path string, v reflect.Value) {
	if k := v.Type().Elem().Kind(); k >= reflect.Bool && k <= reflect.Complex128 || k == reflect.String {
		return
	}
	for i := range v.Len() {
		a.of(fmt.Sprintf("%s[%d]", path, i), v.Index(i))
	}
}

// overlap returns two areas that share memory.
func (a areas) overlap() string {
	slices.SortFunc(a, func(x, y area) int {
		switch {
		case x.from < y.from:
			return -1
		case x.from > y.from:
			return 1
		}
		return 0
	})
	for i := 1; i < len(a); i++ {
		if a[i].from < a[i-1].to {
			return fmt.Sprintf("%s and %s share memory", a[i-1].of, a[i].of)
		}
	}
	return ""
}

// appendAll appends to every slice in v, and drops what comes of it: nothing of v may
// change.
func appendAll(v reflect.Value) {
	eachSlice(v, func(s reflect.Value) {
		if s.CanInterface() {
			more := reflect.New(s.Type().Elem()).Elem()
			scribble(more)
			reflect.Append(s, more, more, more, more)
		}
	})
}

// overwriteAll overwrites every element of every slice in v.
func overwriteAll(v reflect.Value) {
	eachSlice(v, func(s reflect.Value) {
		for i := range s.Len() {
			if e := s.Index(i); e.CanSet() {
				scribble(e)
			}
		}
	})
}

func scribble(v reflect.Value) {
	switch v.Kind() {
	case reflect.Uint8:
		v.SetUint(0x58)
	case reflect.Int, reflect.Int64, reflect.Int32:
		v.SetInt(-77)
	case reflect.String:
		v.SetString("scribble")
	default:
		v.SetZero()
	}
}

// eachSlice calls f for every slice in v, those inside first.
func eachSlice(v reflect.Value, f func(reflect.Value)) {
	switch v.Kind() {
	case reflect.Pointer, reflect.Interface:
		if !v.IsNil() {
			eachSlice(v.Elem(), f)
		}
	case reflect.Slice, reflect.Array:
		if k := v.Type().Elem().Kind(); k > reflect.Complex128 && k != reflect.String {
			for i := range v.Len() {
				eachSlice(v.Index(i), f)
			}
		}
		if v.Kind() == reflect.Slice {
			f(v)
		}
	case reflect.Map:
		for it := v.MapRange(); it.Next(); {
			eachSlice(it.Value(), f)
		}
	case reflect.Struct:
		for i := range v.NumField() {
			eachSlice(v.Field(i), f)
		}
	}
}
