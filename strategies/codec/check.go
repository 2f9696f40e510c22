package codec

import (
	"cmp"
	"fmt"
	"reflect"
	"runtime"
)

// checker walks a type as one codec sees its values.
type checker struct {
	rules
	lossy bool
	seen  map[place]bool
}

// rules is where the codecs differ.
type rules interface {
	codec() string

	// own reports whether t brings its own encoding, so that what is inside
	// does not matter. Without addressable the methods of *t are out of reach.
	own(t reflect.Type, addressable bool) (bool, *problem)

	// refuses says what is wrong with t itself, its elements aside.
	refuses(t reflect.Type) *problem

	// fields returns the fields of a struct that the codec carries, each
	// with what is wrong with it.
	fields(t reflect.Type) ([]field, *problem)
}

// place is a type and whether its values can be addressed, which those in a
// map can not.
type place struct {
	t           reflect.Type
	addressable bool
}

// problem is why a type can not be carried.
type problem struct {
	text string
	hint string // what would be allowed
	drop bool   // the codec would be silent about it
}

// field is a field as the codec sees it: of the struct, or of one embedded.
type field struct {
	path  string // from the struct, such as "Inner.secret"
	t     reflect.Type
	wrong *problem
}

// check walks t.
func check(t reflect.Type, r rules, lossy bool) error {
	c := &checker{rules: r, lossy: lossy, seen: make(map[place]bool)}
	return c.value(nameOf(t), t, true)
}

// nameOf is how a path begins.
func nameOf(t reflect.Type) string {
	if t.Name() == "" && t.Kind() == reflect.Pointer {
		return nameOf(t.Elem())
	}
	return cmp.Or(t.Name(), t.String())
}

// value walks t, found at path.
func (c *checker) value(path string, t reflect.Type, addressable bool) error {
	here := place{t, addressable}
	if c.seen[here] {
		return nil
	}
	c.seen[here] = true
	if err := c.problem(path, c.refuses(t)); err != nil {
		return err
	}
	own, wrong := c.own(t, addressable)
	if err := c.problem(path, wrong); err != nil || own {
		return err
	}
	switch t.Kind() {
	case reflect.Pointer:
		if endless(t) {
			return fmt.Errorf("%s: pointer type %s points only to itself, which %s cannot carry", path, t, c.codec())
		}
		return c.value(path, t.Elem(), true)
	case reflect.Slice:
		return c.value(path+"[]", t.Elem(), true)
	case reflect.Array:
		return c.value(path+"[]", t.Elem(), addressable)
	case reflect.Map:
		if err := c.value(path+"[key]", t.Key(), false); err != nil {
			return err
		}
		return c.value(path+"[]", t.Elem(), false)
	case reflect.Struct:
		return c.structure(path, t, addressable)
	}
	return nil
}

// structure walks the fields of a struct.
func (c *checker) structure(path string, t reflect.Type, addressable bool) error {
	fields, wrong := c.fields(t)
	for _, f := range fields {
		at := path + "." + f.path
		if f.wrong != nil {
			if err := c.problem(at, f.wrong); err != nil {
				return err
			}
			continue
		}
		if err := c.value(at, f.t, addressable); err != nil {
			return err
		}
	}
	return c.problem(path, wrong)
}

// problem makes an error of p, unless there is none or it is allowed.
func (c *checker) problem(path string, p *problem) error {
	switch {
	case p == nil:
		return nil
	case !p.drop && p.hint != "":
		return fmt.Errorf("%s: %s, which %s cannot carry; %s", path, p.text, c.codec(), p.hint)
	case !p.drop:
		return fmt.Errorf("%s: %s, which %s cannot carry", path, p.text, c.codec())
	case !c.lossy:
		return fmt.Errorf("%s: %s; change that, or say strategies.Lossy()", path, p.text)
	}
	return nil
}

// cannot is a problem that Lossy does not allow.
func cannot(format string, args ...any) *problem {
	return &problem{text: fmt.Sprintf(format, args...)}
}

// but adds what would be allowed.
func (p *problem) but(hint string) *problem {
	p.hint = hint
	return p
}

// drops is a problem that Lossy allows.
func drops(format string, args ...any) *problem {
	return &problem{text: fmt.Sprintf(format, args...), drop: true}
}

// endless reports whether a pointer type leads to nothing else: type P *P.
func endless(t reflect.Type) bool {
	seen := make(map[reflect.Type]bool)
	for ; t.Kind() == reflect.Pointer; t = t.Elem() {
		if seen[t] {
			return true
		}
		seen[t] = true
	}
	return false
}

// empty reports whether a field that is not carried is no loss: it has no
// name or no content, such as a mark against copying.
func empty(f reflect.StructField) bool { return f.Name == "_" || f.Type.Size() == 0 }

// method is one that an encoding looks for.
type method struct {
	name  string
	iface reflect.Type
}

// receiver says how t has a method.
type receiver int

const (
	none      receiver = iota
	byValue            // t has it
	byPointer          // only *t has it
)

func (m method) of(t reflect.Type) receiver {
	switch {
	case t.Implements(m.iface):
		return byValue
	case t.Kind() != reflect.Pointer && reflect.PointerTo(t).Implements(m.iface):
		return byPointer
	}
	return none
}

// borrowed returns the embedded field from which struct t has the method, if
// there are other fields that are lost because of it: struct{time.Time; N int}
// is encoded as its time alone.
func (m method) borrowed(t reflect.Type) string {
	if t.Kind() != reflect.Struct || t.NumField() < 2 || m.written(t) {
		return ""
	}
	from, others := "", false
	for f := range t.Fields() {
		if f.Anonymous && m.of(f.Type) != none {
			from = f.Name
		} else if !empty(f) {
			others = true
		}
	}
	if !others {
		return ""
	}
	return from
}

// written reports whether t has the method from its own source and not
// from an embedded field, in which case the compiler writes it.
func (m method) written(t reflect.Type) bool {
	for _, t := range []reflect.Type{t, reflect.PointerTo(t)} {
		if f, ok := t.MethodByName(m.name); ok {
			pc := f.Func.Pointer()
			if file, _ := runtime.FuncForPC(pc).FileLine(pc); file != "<autogenerated>" {
				return true
			}
		}
	}
	return false
}
