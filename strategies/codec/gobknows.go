package codec

import (
	"bytes"
	"encoding/gob"
	"errors"
	"fmt"
	"reflect"
	"strings"
	"sync"
)

// ErrUnregistered is in the errors about a type in an interface that gob does not know
// in this process, or knows in another form.
var ErrUnregistered = errors.New("gob does not know the type")

// howToRegister is what to do about it. %s is a value of the type.
const howToRegister = "call gob.Register with %s in an init function of the package that has the type, so that coordinator and workers know it; " +
	"in main it must come before strategies.Init, from which a worker process does not return"

// nilPointer is about a pointer of type %s.
const nilPointer = "is a nil %s, which gob carries in a field of a struct only: not as an item, nor in a slice, an array, a map or an interface; " +
	"leave it out, let it point to a zero value, or use a codec that carries it, such as cbor"

// gobWalks are the walks for gob. A list of 1,000,000 nodes takes half a gigabyte of
// stack to encode or decode, and there cannot be twice as much. What is in an interface is
// copied by every one around it: 10,000 of them take seconds and a gigabyte.
var gobWalks = walks{rules: gobRules{}, limit: 1_000_000, mapped: 2, boxed: 100, gob: true}

// gobNil finds nil pointers, in what gob failed to encode.
var gobNil = walks{rules: gobRules{}, limit: 1_000_000, mapped: 2, boxed: 100, gob: true, every: true}

// gobExplain says where in the values gob found what it cannot encode, if that is a nil
// pointer, or what to do about it.
func gobExplain(err error, v any) error {
	w := walker{walks: &gobNil, lossy: true}
	if found := w.all(v); found != nil {
		return found
	}
	return unregistered(err)
}

// unregistered adds to an error of gob about a type that it does not know what to do.
func unregistered(err error) error {
	for _, says := range []string{"type not registered for interface: ", "name not registered for interface: "} {
		if _, name, ok := strings.Cut(err.Error(), says); ok {
			name = strings.Trim(name, `"`)
			short := name[strings.LastIndexByte(name, '/')+1:]
			return fmt.Errorf("%w %s of what is in an interface: "+howToRegister, ErrUnregistered, name, "a value of type "+short)
		}
	}
	return err
}

// gobKnown holds the types that came back from interfaces as themselves, each with what
// Check says of it.
var gobKnown sync.Map // reflect.Type to error or nil

// gobKnows says what is wrong with a value that is in an interface.
func gobKnows(v reflect.Value, lossy bool) error {
	t := v.Type()
	for p := v; p.Kind() == reflect.Pointer; p = p.Elem() {
		if p.IsNil() {
			return misfits(nilPointer, short(p.Type()))
		}
	}
	drops, known := gobKnown.Load(t)
	if !known {
		if err := check(t, gobRules{}, true); err != nil {
			return misfits("holds what cannot be sent: %w", err)
		}
		same, err := gobTries(v)
		if err != nil {
			return err
		}
		drops = check(t, gobRules{}, false)
		if same {
			gobKnown.Store(t, drops)
		}
	}
	if err, _ := drops.(error); err != nil && !lossy {
		return misfits("holds what would be changed: %w", err)
	}
	return nil
}

// gobTries sends a value in an interface to itself. It reports whether that was
// possible; if not, whoever encodes it next will say why.
func gobTries(v reflect.Value) (same bool, err error) {
	type box struct{ Any any }
	var b bytes.Buffer
	if err := gob.NewEncoder(&b).Encode(box{v.Interface()}); err != nil {
		if wrong := unregistered(err); errors.Is(wrong, ErrUnregistered) {
			return false, &misfit{err: fmt.Errorf("holds a %s: %w", v.Type(), wrong)}
		}
		return false, nil
	}
	var back box
	if gob.NewDecoder(&b).Decode(&back) != nil {
		return false, nil
	}
	if got := reflect.TypeOf(back.Any); got != v.Type() {
		return false, &misfit{err: fmt.Errorf("holds a %s, which would come back as %s, because it was registered so: %w in that form; either put a %s into the interface, or register the other form instead",
			v.Type(), got, ErrUnregistered, got)}
	}
	return true, nil
}
