package codec

import "unsafe"

// stayLeast is the fewest bytes that stay where they came: fewer are copied in less
// time than fresh memory for the next message takes.
const stayLeast = 16 << 10

// staying says which bytes of a message may stay where they came, and whether some
// did. The zero value lets none.
type staying struct {
	least  int // bytes, or 0
	stayed bool
}

// take reports whether b stays.
func (s *staying) take(b []byte) bool {
	if s.least == 0 || len(b) < s.least {
		return false
	}
	s.stayed = true
	return true
}

// bytes returns b, or a copy of it behind what is in into.
func (s *staying) bytes(into, b []byte) []byte {
	if s.take(b) {
		return b[:len(b):len(b)]
	}
	return append(into, b...)
}

// text returns b as a string.
func (s *staying) text(b []byte) string {
	if s.take(b) {
		return unsafe.String(unsafe.SliceData(b), len(b))
	}
	return string(b)
}
