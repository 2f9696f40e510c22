// Package codec turns slices of values into bytes and back, one file a codec.
//
// Every value that crosses is a slice: a batch of items or of results. An
// [Encoder] and the [Decoder] at the other end form a stream, because gob sends
// the description of a type once per stream, and a fresh gob encoder for each
// message costs about twenty times more. What an encoder produced must be
// decoded in the same order and without gaps; after a gap both ends take a
// fresh pair.
//
// An Encoder or a Decoder belongs to one goroutine. A Codec may be used by many.
//
// # What comes back
//
// A value comes back equal, or it is an error, of Encode or of Decode; or Check says
// which field cannot be carried. Equal is reflect.DeepEqual, with these taken for each
// other: nil and empty slices and maps; NaN and NaN; times of the same instant and zone
// offset, whose Location may be another pointer and whose monotonic part is gone. Pointers
// that were shared come back apart. A type with methods of its own comes back as those
// make it; should it call itself without end, for a value that contains itself, that ends
// the process, as it does without us. Each codec says what it refuses and where it differs.
//
// Every slice of a decoded value has memory of its own, to the end of its capacity.
//
// Fields that Check was told to allow (lossy) are dropped; what is in an interface then
// comes back as the type that the codec has for it, numbers of JSON as float64.
package codec

import (
	"reflect"
)

// Codec is a way of writing values.
type Codec interface {
	// Name is how a Spec spells the codec.
	Name() string

	// NewEncoder and NewDecoder start the two ends of a stream.
	NewEncoder() Encoder
	NewDecoder() Decoder

	// Check reports what of type t the codec would drop without an error or
	// cannot carry at all: an error that names the path of the field, such as
	// "Record.secret: unexported field". Cyclic types are walked once.
	// With lossy, fields that would be dropped are allowed.
	Check(t reflect.Type, lossy bool) error

	// ItemBytes returns how many of the bytes in encoded, which Encode wrote
	// for one slice of n values, belong to the values themselves: without
	// type descriptions, lengths of messages, brackets and commas. It is the
	// same for every way of cutting the same values into slices.
	ItemBytes(encoded []byte, n int) int
}

// Lossy is a [Codec] that looks into interfaces, too: what is in them has a type that
// Check was not told of.
type Lossy interface {
	Codec

	// NewLossyEncoder starts the sending end of a stream which takes of the types in
	// interfaces what Check does with lossy.
	NewLossyEncoder() Encoder
}

// NewEncoder starts the sending end of a stream, of types that Check was asked about
// with lossy or without.
func NewEncoder(c Codec, lossy bool) Encoder {
	if l, ok := c.(Lossy); ok && lossy {
		return l.NewLossyEncoder()
	}
	return c.NewEncoder()
}

// Encoder is the sending end of a stream.
type Encoder interface {
	// Encode appends the encoding of v, a pointer to a slice, to dst. After an
	// error, or when the bytes are not delivered, the stream is spoiled and a
	// fresh encoder is needed. It never panics because of what v holds.
	Encode(dst []byte, v any) ([]byte, error)
}

// Decoder is the receiving end of a stream.
type Decoder interface {
	// Decode stores the value that src holds, all of it, in v, a pointer to an
	// empty slice. If that has capacity, its elements there are zero, and it may
	// be used; all else is fresh memory: nothing in v refers to src afterwards.
	// After an error a fresh decoder is needed. It never panics because of what
	// src holds.
	Decode(src []byte, v any) error
}

// Keeper is a [Decoder] that can leave bytes where they came.
type Keeper interface {
	Decoder

	// DecodeKeep is Decode of bytes that the caller may give away: slices of
	// bytes and strings each of which is at least half of src, and 16 KiB, are not
	// copied. It reports whether v refers to src, which is v's then, also after an error.
	DecodeKeep(src []byte, v any) (kept bool, err error)
}

// table holds the codecs that we ship.
var table = []Codec{Gob{}, JSON{}, Binary{}, CBOR{}, MsgPack{}, JSONv2{}}

// Lookup returns the codec of that name.
func Lookup(name string) (Codec, bool) {
	for _, c := range table {
		if c.Name() == name {
			return c, true
		}
	}
	return nil, false
}

// Names returns the names of all codecs.
func Names() []string {
	names := make([]string, len(table))
	for i, c := range table {
		names[i] = c.Name()
	}
	return names
}
