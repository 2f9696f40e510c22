package codec

import (
	"encoding/gob"
	"errors"
	"fmt"
	"io"
)

// Gob is Go's own encoding, encoding/gob.
//
// A value comes back equal up to this: an empty slice, and a pointer to a
// zero value, in a field of a struct come back as nil; a pointer to a pointer keeps
// only the value; the monotonic part of a time.Time is gone. A nil pointer as
// an item, or in a slice, an array or a map, cannot be encoded and is an error.
// The types inside an interface must be known by gob.Register on both sides.
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
	if err := e.enc.Encode(v); err != nil {
		return dst, err
	}
	return e.out, nil
}

type gobDecoder struct {
	in  source
	dec *gob.Decoder
}

// Decode implements [Decoder]. What it allocates for lengths that are not true
// is at most 10 MB at a time, except for maps: those gob makes as large as it
// is told (Go 1.26). Bytes are to be checked before they come here.
func (d *gobDecoder) Decode(src []byte, v any) (err error) {
	if !wholeMessages(src) {
		return fmt.Errorf("gob: decode %T: %d bytes are not whole messages", v, len(src))
	}
	d.in = src
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("gob: decode %T: panic: %v", v, p)
		}
		d.in = nil
	}()
	err = d.dec.Decode(v)
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
