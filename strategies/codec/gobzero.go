package codec

import (
	"encoding/binary"
	"errors"
	"reflect"
	"unsafe"
)

// chain is a field of a struct that is a pointer, perhaps to a pointer. gob leaves it
// out if it leads to nil, or to what gob leaves out of a struct: a zero number, false, an
// empty string or slice, a nil map or interface. Then it would come back as nil, also
// where it was not.
//
// What was not nil is sent beside the values: every pointer of a chain has a number,
// counted from the beginning of the item on the way that a walk takes, the same on
// both sides. Those that gob left out are sent, and allocated at the other end.
type chain struct {
	elems []reflect.Type              // what each pointer points to
	base  reflect.Type                // the last of them
	void  func(p unsafe.Pointer) bool // whether gob leaves it out; nil: never
	next  *route                      // of base
	from  *route                      // of the chain itself, for pass
}

// chain returns the chain of pointers that t is, or nil if it is none, or its values
// write themselves.
func (f *pathfinder) chain(t reflect.Type) *chain {
	if t.Kind() != reflect.Pointer || f.opaque(t) || endless(t) {
		return nil
	}
	c := &chain{base: t, from: &route{typ: t}}
	for c.base.Kind() == reflect.Pointer && !f.opaque(c.base) {
		c.base = c.base.Elem()
		c.elems = append(c.elems, c.base)
	}
	c.void = void(c.base, f.opaque(c.base))
	return c
}

// leavable reports whether gob leaves out some of such pointers that are not nil.
func (c *chain) leavable() bool { return c.void != nil || len(c.elems) > 1 }

// void returns whether gob leaves a value of type t out of a struct, or nil if it
// never does. One that writes itself is asked, unless it is a zero one.
func void(t reflect.Type, own bool) func(unsafe.Pointer) bool {
	if own && t.Kind() != reflect.Pointer {
		return func(p unsafe.Pointer) bool { return reflect.NewAt(t, p).Elem().IsZero() }
	}
	switch t.Kind() {
	case reflect.Struct, reflect.Array:
		return nil
	case reflect.Slice, reflect.String:
		return func(p unsafe.Pointer) bool { return (*[2]uintptr)(p)[1] == 0 } // the length
	case reflect.Float32:
		return func(p unsafe.Pointer) bool { return *(*float32)(p) == 0 } // −0, too
	case reflect.Float64:
		return func(p unsafe.Pointer) bool { return *(*float64)(p) == 0 }
	case reflect.Complex64:
		return func(p unsafe.Pointer) bool { return *(*complex64)(p) == 0 }
	case reflect.Complex128:
		return func(p unsafe.Pointer) bool { return *(*complex128)(p) == 0 }
	}
	return func(p unsafe.Pointer) bool { return reflect.NewAt(t, p).Elem().IsZero() }
}

func (c *chain) step(w *walker, p unsafe.Pointer) error {
	if w.zeros.restoring {
		return c.restore(w, p)
	}
	for i := range c.elems {
		w.zeros.pass()
		at := *(*unsafe.Pointer)(p)
		if at == nil {
			return w.zeros.leftOut(i, 1)
		}
		p = at
	}
	if c.void != nil && c.void(p) {
		return w.zeros.leftOut(len(c.elems), 0)
	}
	if c.next == nil {
		return nil
	}
	return w.through(p, c.from, c.next)
}

// restore allocates what gob left out.
func (c *chain) restore(w *walker, p unsafe.Pointer) error {
	for _, elem := range c.elems {
		w.zeros.pass()
		at := (*unsafe.Pointer)(p)
		if *at == nil {
			if !w.zeros.isDue() {
				return nil
			}
			*at = reflect.New(elem).UnsafePointer()
		}
		p = *at
	}
	if c.next == nil || c.void != nil && c.void(p) {
		return nil
	}
	return c.next.step(w, p)
}

// zeros are the pointers that gob leaves out though they are not nil: on the way out
// they are gathered, on the way in they are due.
//
// Of each item that has some it is written: how many items without any are before it;
// how many pointers; and how far each is from the one before, the first from 0. All
// are uvarints.
type zeros struct {
	restoring bool
	sealed    int // maps around what is looked at: there is no order in which to count
	number    int // of the pointer, in the item

	// On the way out.
	last  int    // the number before
	count int    // of the item
	apart []byte // how far they are apart
	item  int    // behind the last item that has some
	out   []byte

	// On the way in.
	due  int // the number of the next, or 0
	left int // how many come after it in the item
	in   []byte
}

func (z *zeros) begin() { z.item, z.sealed, z.out, z.restoring = 0, 0, z.out[:0], false }

// next begins an item.
func (z *zeros) next() { z.number, z.last, z.count, z.apart = 0, 0, 0, z.apart[:0] }

// end writes what was gathered of item i.
func (z *zeros) end(i int) {
	if z.count == 0 {
		return
	}
	z.out = binary.AppendUvarint(z.out, uint64(i-z.item))
	z.out = binary.AppendUvarint(z.out, uint64(z.count))
	z.out = append(z.out, z.apart...)
	z.item = i + 1
}

// pass counts a pointer.
func (z *zeros) pass() {
	if z.sealed == 0 {
		z.number++
	}
}

// leftOut gathers n pointers, the last of which is so many before the last that was
// counted.
func (z *zeros) leftOut(n, before int) error {
	if n > 0 && z.sealed > 0 {
		return misfits("is a pointer to a zero value inside a map, where gob makes nil of it; put the pointer elsewhere, let it be nil, or use a codec that carries it, such as cbor")
	}
	for number := z.number - before - n + 1; number <= z.number-before; number++ {
		z.apart = binary.AppendUvarint(z.apart, uint64(number-z.last))
		z.last = number
		z.count++
	}
	return nil
}

// isDue reports whether the pointer that was counted last was left out, and goes on to the next.
func (z *zeros) isDue() bool {
	if z.due != z.number {
		return false
	}
	z.expect()
	return true
}

// expect reads the next number of the item.
func (z *zeros) expect() {
	if z.left == 0 {
		z.due = 0
		return
	}
	apart, size := binary.Uvarint(z.in)
	if size <= 0 || apart == 0 || apart > 1<<40 {
		z.due = 0 // and left is not 0, for ever
		return
	}
	z.in, z.left, z.due = z.in[size:], z.left-1, z.due+int(apart)
}

// errZeros is about what was sent beside the values.
var errZeros = errors.New("pointers to zero values are told of where there are none")

// restore allocates what gob left out of the values in the slice that v points to.
func (w *walker) restore(from []byte, v any) error {
	values := reflect.ValueOf(v).Elem()
	r := w.of(values.Type().Elem())
	if len(from) == 0 {
		return nil
	}
	if r == nil {
		return errZeros
	}
	w.begin()
	z := &w.zeros
	z.restoring = true
	at, size, item := values.UnsafePointer(), r.typ.Size(), 0
	for z.in = from; len(z.in) > 0; item++ {
		without, count, rest, ok := itemOfZeros(z.in)
		if !ok || without >= values.Len()-item {
			return errZeros
		}
		item += without
		z.in, z.left, z.due = rest, count, 0
		z.next()
		z.expect()
		if err := r.step(w, unsafe.Add(at, uintptr(item)*size)); err != nil {
			return err
		}
		if z.due != 0 || z.left != 0 {
			return errZeros
		}
	}
	return nil
}

// itemOfZeros reads what comes before the numbers of an item.
func itemOfZeros(b []byte) (without, count int, rest []byte, ok bool) {
	w, size := binary.Uvarint(b)
	if size <= 0 || w > 1<<31 {
		return 0, 0, nil, false
	}
	b = b[size:]
	c, size := binary.Uvarint(b)
	if size <= 0 || c == 0 || c > uint64(len(b)) {
		return 0, 0, nil, false
	}
	return int(w), int(c), b[size:], true
}

// zeroBytes returns how many of the bytes in b belong to items: not how many items
// are between them, which depends on how they were cut.
func zeroBytes(b []byte) (n int) {
	for len(b) > 0 {
		_, count, rest, ok := itemOfZeros(b)
		if !ok {
			return 0
		}
		before := len(rest)
		n += uvarintLen(count)
		for range count {
			_, size := binary.Uvarint(rest)
			if size <= 0 {
				return 0
			}
			rest = rest[size:]
		}
		n += before - len(rest)
		b = rest
	}
	return n
}

func uvarintLen(x int) (n int) {
	for n = 1; x >= 0x80; x >>= 7 {
		n++
	}
	return n
}
