package codec

import "encoding/binary"

// What we read of gob's wire format, as its package documentation has it: a
// stream is messages; a message is its length and its content; the content
// begins with a type id, negative where a type is described, and a value that
// is no struct goes on with a zero byte. Our values are all slices: the count
// of elements comes next.

// ItemBytes implements [Codec]. The bytes of an element do not depend on
// where in a slice it stands. An exception are interfaces in interfaces: gob
// describes the inner type, once a stream, in the midst of the first value.
func (Gob) ItemBytes(encoded []byte, n int) int {
	form, zeros, encoded, ok := gobParts(encoded)
	if !ok {
		return 0
	}
	items := elements
	if form == gobElement {
		items = element
	}
	for len(encoded) > 0 {
		size, body, ok := gobUint(encoded)
		if !ok || size > uint64(len(body)) {
			return 0
		}
		id, value, ok := gobUint(body[:size])
		switch {
		case !ok:
			return 0
		case id&1 == 0: // gob keeps the sign in the lowest bit
			return items(value) + zeroBytes(zeros)
		}
		encoded = body[size:]
	}
	return 0
}

// gobParts takes apart what an encoder wrote.
func gobParts(b []byte) (form byte, zeros, messages []byte, ok bool) {
	if len(b) == 0 || b[0] > gobElement|gobZeros {
		return 0, nil, nil, false
	}
	form, messages = b[0]&^gobZeros, b[1:]
	if b[0]&gobZeros == 0 {
		return form, nil, messages, true
	}
	n, size := binary.Uvarint(messages)
	if size <= 0 || n > uint64(len(messages)-size) {
		return 0, nil, nil, false
	}
	messages = messages[size:]
	return form, messages[:n], messages[n:], true
}

// element returns the size of one value that is sent by itself. One that is no
// struct stands behind a zero byte; a struct without content is a zero byte.
func element(value []byte) int {
	if len(value) > 1 && value[0] == 0 {
		return len(value) - 1
	}
	return len(value)
}

// elements returns the size of the elements of a slice, from the zero byte on.
func elements(value []byte) int {
	if len(value) == 0 {
		return 0
	}
	_, items, ok := gobUint(value[1:])
	if !ok {
		return 0
	}
	return len(items)
}

// wholeMessages reports whether src is a sequence of whole messages. gob
// would find out too, but only after it has allocated up to 10 MB for a length
// that it was told.
func wholeMessages(src []byte) bool {
	for len(src) > 0 {
		size, body, ok := gobUint(src)
		if !ok || size > uint64(len(body)) {
			return false
		}
		src = body[size:]
	}
	return true
}

// gobUint reads an unsigned integer: one byte up to 127; otherwise the negated
// number of bytes, then the bytes, big end first.
func gobUint(b []byte) (x uint64, rest []byte, ok bool) {
	if len(b) == 0 {
		return 0, nil, false
	}
	if b[0] < 0x80 {
		return uint64(b[0]), b[1:], true
	}
	n := -int(int8(b[0]))
	if n > 8 || n >= len(b) {
		return 0, nil, false
	}
	for _, c := range b[1 : 1+n] {
		x = x<<8 | uint64(c)
	}
	return x, b[1+n:], true
}
