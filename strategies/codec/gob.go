package codec

import (
	"encoding/gob"
	"errors"
	"fmt"
	"io"
	"reflect"
)

// Gob is Go's own encoding, encoding/gob.
//
// A value comes back equal up to this: an empty slice, and a pointer to a
// zero value, in a field of a struct come back as nil; a pointer to a pointer keeps
// only the value; the monotonic part of a time.Time is gone. A nil pointer as
// an item, or in a slice, an array or a map, cannot be encoded and is an error.
// The types inside an interface must be known by gob.Register on both sides.
//
// A slice of one is sent as its element, behind a byte that says so: gob takes
// 0.3 µs to read a number or a list of numbers, and 0.9 to 1.3 µs to read it
// in a slice.
//
// Note: a value that contains itself, by a pointer, a slice or a map, makes
// gob recurse until the process ends. No recover stops that, and walking each
// value to find it would cost as much as encoding it.
type Gob struct{}

// Name implements [Codec].
func (Gob) Name() string { return "gob" }

// NewEncoder implements [Codec].
func (Gob) NewEncoder() Encoder {
	e := new(gobEncoder)
	e.enc = gob.NewEncoder(&e.out)
	return e
}

// NewDecoder implements [Codec].
func (Gob) NewDecoder() Decoder {
	d := new(gobDecoder)
	d.dec = gob.NewDecoder(&d.in)
	return d
}

type gobEncoder struct {
	out appender
	enc *gob.Encoder
}

// Encode implements [Encoder]. After an error it returns dst as it was.
func (e *gobEncoder) Encode(dst []byte, v any) (out []byte, err error) {
	e.out = dst
	defer func() {
		if p := recover(); p != nil {
			out, err = dst, fmt.Errorf("gob: encode %T: panic: %v", v, p)
		}
		e.out = nil
	}()
	value, form := reflect.ValueOf(v), byte(gobSlice)
	if s := value.Elem(); s.Len() == 1 && standsAlone(s.Type().Elem().Kind()) {
		value, form = s.Index(0).Addr(), gobElement
	}
	e.out = append(e.out, form)
	if err := e.enc.EncodeValue(value); err != nil {
		return dst, err
	}
	return e.out, nil
}

// What the first byte of an encoding says.
const (
	gobSlice   = iota // a slice follows
	gobElement        // the one element of a slice follows
)

type gobDecoder struct {
	in  source
	dec *gob.Decoder
}

// Decode implements [Decoder]. What it allocates for lengths that are not true
// is at most 10 MB at a time, except for maps: those gob makes as large as it
// is told (Go 1.26). Bytes are to be checked before they come here.
func (d *gobDecoder) Decode(src []byte, v any) (err error) {
	if len(src) == 0 || src[0] > gobElement || !wholeMessages(src[1:]) {
		return fmt.Errorf("gob: decode %T: %d bytes are not whole messages", v, len(src))
	}
	d.in = src[1:]
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("gob: decode %T: panic: %v", v, p)
		}
		d.in = nil
	}()
	value := reflect.ValueOf(v)
	if src[0] == gobElement {
		value = one(value.Elem())
	}
	err = d.dec.DecodeValue(value)
	switch {
	case errors.Is(err, io.EOF): // there was no value: not the end of anything
		return fmt.Errorf("gob: decode %T: no value in %d bytes", v, len(src))
	case err != nil:
		return err
	case len(d.in) > 0:
		return fmt.Errorf("gob: decode %T: %d bytes left over", v, len(d.in))
	}
	return nil
}

// standsAlone reports whether gob treats values of that kind outside a slice as
// it does in one. A nil pointer it leaves out, a nil interface it refuses, and a
// byte takes one byte in a slice only.
func standsAlone(k reflect.Kind) bool {
	return k != reflect.Pointer && k != reflect.Interface && k != reflect.Uint8
}

// one makes an empty slice one of a single element, and returns a pointer to that.
func one(slice reflect.Value) reflect.Value {
	slice.Grow(1)
	slice.SetLen(1)
	return slice.Index(0).Addr()
}

// appender is a writer that appends.
type appender []byte

func (a *appender) Write(p []byte) (int, error) {
	*a = append(*a, p...)
	return len(p), nil
}

// source is a reader that is consumed. It has ReadByte, so that gob takes
// from it what it needs and no more.
type source []byte

func (s *source) Read(p []byte) (int, error) {
	if len(*s) == 0 && len(p) > 0 {
		return 0, io.EOF
	}
	n := copy(p, *s)
	*s = (*s)[n:]
	return n, nil
}

func (s *source) ReadByte() (byte, error) {
	if len(*s) == 0 {
		return 0, io.EOF
	}
	b := (*s)[0]
	*s = (*s)[1:]
	return b, nil
}
