package codec

import (
	"bytes"
	"encoding/binary"
	"encoding/gob"
	"errors"
	"fmt"
	"io"
	"reflect"
)

// Gob is Go's own encoding, encoding/gob.
//
// A value comes back equal up to this: an empty slice in a field of a struct comes back
// as nil, and a nil one elsewhere as empty; −0 in a field of a struct comes back as 0;
// the monotonic part of a time.Time is gone.
//
// gob leaves out of structs what is zero, and pointers to it, which would come back
// as nil. Which those were is sent beside the values, if there are any. Only types
// that have such pointers pay for that. There is no place for it inside a map: a
// pointer to a zero value in a struct in the key or the value of a map is an error.
//
// A nil pointer as an item, or in a slice, an array, a map or an interface, cannot be
// encoded and is an error. So is what is in an interface unless gob.Register was told of its
// type, in the form in which it is there, by every process: in an init function,
// see [ErrUnregistered]; and if its type has what [Codec.Check] would refuse. So are two
// keys of a map that write the same of themselves. A GobDecode that keeps its argument,
// which the documentation forbids, finds it overwritten.
//
// Values that contain themselves, and those of more than 1,000,000 structs, slices,
// arrays and maps in each other, are errors; an interface counts as much as 100 of
// them, because gob copies all that is in it. Types that can contain themselves are
// walked to find out before they are encoded, which makes that half as much again.
//
// A slice of one is sent as its element, behind a byte that says so: gob takes
// 0.3 µs to read a number or a list of numbers, and 0.9 to 1.3 µs to read it
// in a slice.
type Gob struct{}

// Name implements [Codec].
func (Gob) Name() string { return "gob" }

// NewEncoder implements [Codec].
func (Gob) NewEncoder() Encoder { return newGobEncoder(false) }

// NewLossyEncoder implements [Lossy].
func (Gob) NewLossyEncoder() Encoder { return newGobEncoder(true) }

func newGobEncoder(lossy bool) *gobEncoder {
	e := &gobEncoder{walk: walker{walks: &gobWalks, lossy: lossy}}
	e.enc = gob.NewEncoder(&e.out)
	return e
}

// NewDecoder implements [Codec].
func (Gob) NewDecoder() Decoder {
	d := &gobDecoder{walk: walker{walks: &gobWalks}}
	d.dec = gob.NewDecoder(&d.in)
	return d
}

type gobEncoder struct {
	out  appender
	enc  *gob.Encoder
	walk walker

	last      reflect.Type // that it is a suspicion about: a stream is of one type
	suspicion *suspicion
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
	if err := e.walk.all(v); err != nil {
		return dst, err
	}
	if left := e.walk.zeros.out; len(left) > 0 {
		e.out = binary.AppendUvarint(append(e.out, form|gobZeros), uint64(len(left)))
		e.out = append(e.out, left...)
	} else {
		e.out = append(e.out, form)
	}
	if err := e.enc.EncodeValue(value); err != nil {
		return dst, gobExplain(err, v)
	}
	if t := reflect.TypeOf(v); t != e.last {
		e.last, e.suspicion = t, gobSuspicions.of(v)
	}
	if s := e.suspicion; s.doubt != nil && s.doubt(reflect.ValueOf(v).Elem()) {
		if err := s.verify("gob", v, func(into any) error { return gobThereAndBack(v, into) }); err != nil {
			return dst, err
		}
	}
	return e.out, nil
}

// gobThereAndBack sends values to into, beside the stream.
func gobThereAndBack(v, into any) error {
	var b bytes.Buffer
	if err := gob.NewEncoder(&b).Encode(v); err != nil {
		return err
	}
	if err := gob.NewDecoder(&b).Decode(into); err != nil {
		return err
	}
	w := walker{walks: &gobWalks, lossy: true}
	if err := w.all(v); err != nil {
		return err
	}
	return w.restore(bytes.Clone(w.zeros.out), into)
}

// What the first byte of an encoding says.
const (
	gobSlice   = iota // a slice follows
	gobElement        // the one element of a slice follows

	// Or'ed: before that, what it leaves out, behind its length.
	gobZeros = 2
)

type gobDecoder struct {
	in   source
	dec  *gob.Decoder
	walk walker
}

// Decode implements [Decoder]. What it allocates for lengths that are not true
// is at most 10 MB at a time, except for maps: those gob makes as large as it
// is told (Go 1.26). Bytes are to be checked before they come here.
func (d *gobDecoder) Decode(src []byte, v any) (err error) {
	form, zeros, messages, ok := gobParts(src)
	if !ok || !wholeMessages(messages) {
		return fmt.Errorf("gob: decode %T: %d bytes are not whole messages", v, len(src))
	}
	d.in = messages
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("gob: decode %T: panic: %v", v, p)
		}
		d.in = nil
	}()
	value := reflect.ValueOf(v)
	if form == gobElement {
		value = one(value.Elem())
	}
	err = d.dec.DecodeValue(value)
	switch {
	case errors.Is(err, io.EOF): // there was no value: not the end of anything
		return fmt.Errorf("gob: decode %T: no value in %d bytes", v, len(src))
	case err != nil:
		return fmt.Errorf("gob: decode %T: %w", v, unregistered(err))
	case len(d.in) > 0:
		return fmt.Errorf("gob: decode %T: %d bytes left over", v, len(d.in))
	}
	if err := d.walk.restore(zeros, v); err != nil {
		return fmt.Errorf("gob: decode %T: %w", v, err)
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
