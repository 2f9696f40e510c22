package codec

import (
	"fmt"
	"reflect"
	"sync"
	"unsafe"
)

// walks look through values before a codec encodes them, for what ends a process that
// tries: a value that contains itself, or that is nested too deep for the stack. For
// gob they also find what it leaves out, see [chain], and what it does not know of
// interfaces. A type in which there is nothing to find has no [route], and costs nothing.
type walks struct {
	rules
	limit  int      // levels that encoder and decoder survive: structs, slices, arrays and maps in each other
	mapped int      // levels that a map takes
	boxed  int      // levels that an interface takes
	linked int      // levels that a pointer to a pointer takes
	outer  int      // levels around each value: 1 if the list of values counts
	gob    bool     // look for what gob alone does
	every  bool     // look at all pointers, to say where one is nil that must not be
	made   sync.Map // reflect.Type to *route
}

// route is the way through the values of a type.
type route struct {
	typ  reflect.Type
	step func(w *walker, p unsafe.Pointer) error
}

// of returns the route of t, or nil.
func (ws *walks) of(t reflect.Type) *route {
	if r, ok := ws.made.Load(t); ok {
		return r.(*route)
	}
	f := pathfinder{walks: ws, routes: map[reflect.Type]*route{}, worth: map[reflect.Type]worth{}}
	r, _ := ws.made.LoadOrStore(t, f.route(t))
	return r.(*route)
}

// walker is under way through the values of a batch.
type walker struct {
	*walks
	last   reflect.Type        // of the values: a stream is of one
	route  *route              // of one of them, or nil
	lossy  bool                // what Check allows with lossy is allowed in interfaces, too
	depth  int                 // levels around what is looked at
	above  map[passed]struct{} // what is around it; from depth rememberFrom on
	passes int                 // how many those are
	zeros  zeros               // for gob
}

// rememberFrom is the depth from which on a walker remembers what it went through, as
// encoding/json does: values end before, or contain themselves and get there.
const rememberFrom = 1000

// Deeper than rememberAll, it is enough to remember one in rememberEach: whoever goes
// round and round comes by one of those again, at last. To remember all of a million
// takes as long as to encode them.
const (
	rememberAll  = 20_000
	rememberEach = 16
)

// passed is a pointer, a slice or a map.
type passed struct {
	at unsafe.Pointer
	n  int
	r  *route
}

// look walks the values of the slice that v points to, with a walker of its own.
func (ws *walks) look(v any) error {
	if t := reflect.TypeOf(v); t != nil && t.Kind() == reflect.Pointer && t.Elem().Kind() == reflect.Slice && ws.of(t.Elem().Elem()) == nil {
		return nil
	}
	w := walker{walks: ws}
	return w.all(v)
}

// all walks the values of the slice that v points to.
func (w *walker) all(v any) error {
	if t := reflect.TypeOf(v); t != w.last {
		w.last, w.route = t, nil
		if t != nil && t.Kind() == reflect.Pointer && t.Elem().Kind() == reflect.Slice { // or the encoder will say so
			w.route = w.of(t.Elem().Elem())
		}
	}
	r, p := w.route, reflect.ValueOf(v)
	w.zeros.out = w.zeros.out[:0]
	if r == nil || p.IsNil() {
		return nil
	}
	w.begin()
	slice := p.Elem()
	at, size := slice.UnsafePointer(), r.typ.Size()
	for i := range slice.Len() {
		w.zeros.next()
		if err := r.step(w, unsafe.Add(at, uintptr(i)*size)); err != nil {
			return fmt.Errorf("%s: %s: %w", w.codec(), short(r.typ), err)
		}
		w.zeros.end(i)
	}
	return nil
}

// begin forgets where a walk before ended.
func (w *walker) begin() {
	w.depth, w.passes = w.outer, 0
	clear(w.above)
	w.zeros.begin()
}

// down goes n levels deeper.
func (w *walker) down(n int) error {
	if w.depth += n; w.depth > w.limit {
		return misfits("is nested deeper than %d levels, the most that %s carries", w.limit, w.codec())
	}
	return nil
}

// pass goes through a pointer, a slice or a map. What was gone through and not left
// contains itself.
func (w *walker) pass(at unsafe.Pointer, n int, r *route) error {
	w.passes++
	if w.depth > rememberAll && w.passes%rememberEach != 0 {
		return nil
	}
	here := passed{at, n, r}
	if _, ok := w.above[here]; ok {
		return misfits("contains itself, which %s cannot carry", w.codec())
	}
	if w.above == nil {
		w.above = map[passed]struct{}{}
	}
	w.above[here] = struct{}{}
	return nil
}

// leave is the way back, at the same depth.
func (w *walker) leave(at unsafe.Pointer, n int, r *route) {
	if w.depth <= rememberAll || w.passes%rememberEach == 0 {
		delete(w.above, passed{at, n, r})
	}
	w.passes--
}

// through takes the route r of what is at a pointer, of which through is the route.
func (w *walker) through(at unsafe.Pointer, pointer, r *route) error {
	if w.depth < rememberFrom {
		return r.step(w, at)
	}
	if err := w.pass(at, 0, pointer); err != nil {
		return err
	}
	err := r.step(w, at)
	w.leave(at, 0, pointer)
	return err
}

// short is how an error names a type.
func short(t reflect.Type) string {
	const most = 60
	if name := t.String(); len(name) > most {
		return name[:most] + "…"
	}
	return t.String()
}
