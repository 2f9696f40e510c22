package codec

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"reflect"
)

// Binary writes values as they are in memory, without names or types: numbers
// in as many bytes as they have, little end first, int and uint in eight. It
// is the fastest codec, and both sides must have the very same types.
//
// A slice is the count of its elements and the elements; a string, its length
// and its bytes; a struct, its fields in order; an array, its elements. What
// has no content takes one byte. Types with AppendBinary and UnmarshalBinary,
// such as [time.Time], write themselves, behind four bytes of length. Counts
// and other lengths are uvarints.
//
// Every number comes back bit by bit, also −0 and what a NaN has besides. An empty slice
// comes back as nil. Lists of numbers of at most 64 bytes are cut, side by side, from pieces
// of 512 bytes. Maps, pointers, interfaces and types that contain themselves cannot
// be carried.
//
// What is most of a large message need not be copied: see [Keeper].
//
// Note: encoding/binary itself walks structs and arrays as this does, but knows
// no int, no slice in a struct and no string, and a slice of slices would take
// one allocation and one walk for each.
type Binary struct{}

// Name implements [Codec].
func (Binary) Name() string { return "binary" }

// NewEncoder implements [Codec].
func (Binary) NewEncoder() Encoder { return new(binaryEncoder) }

// NewDecoder implements [Codec].
func (Binary) NewDecoder() Decoder { return new(binaryDecoder) }

// ItemBytes implements [Codec].
func (Binary) ItemBytes(encoded []byte, n int) int {
	_, size := binary.Uvarint(encoded)
	if n == 0 || size <= 0 {
		return 0
	}
	return len(encoded) - size
}

type binaryEncoder struct{ plans binaryPlans }

// Encode implements [Encoder]. After an error it returns dst as it was.
func (e *binaryEncoder) Encode(dst []byte, v any) (out []byte, err error) {
	defer func() {
		if p := recover(); p != nil {
			out, err = dst, fmt.Errorf("binary: encode %T: panic: %v", v, p)
		}
	}()
	plan, err := e.plans.of(v)
	if err == nil {
		out, err = plan.appendSlice(dst, v)
	}
	if err != nil {
		return dst, fmt.Errorf("binary: encode %T: %w", v, err)
	}
	return out, nil
}

type binaryDecoder struct{ plans binaryPlans }

// DecodeKeep implements [Keeper].
func (d *binaryDecoder) DecodeKeep(src []byte, v any) (kept bool, err error) {
	if d.plans.keepsInput(v) {
		return false, d.Decode(src, v)
	}
	stay := &d.plans.stay
	stay.least = max(stayLeast, len(src)/2)
	err = d.Decode(src, v)
	kept = stay.stayed
	*stay = staying{}
	return kept, err
}

// Decode implements [Decoder]. Every element takes a byte at least, and no
// count is believed that is larger than the bytes that are left.
func (d *binaryDecoder) Decode(src []byte, v any) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("binary: decode %T: panic: %v", v, p)
		}
	}()
	plan, err := d.plans.of(v)
	if d.plans.keepsInput(v) {
		src = bytes.Clone(src)
	}
	if err == nil {
		src, err = plan.takeSlice(src, v)
	}
	if err == nil && len(src) > 0 {
		err = fmt.Errorf("%d bytes left over", len(src))
	}
	if err != nil {
		return fmt.Errorf("binary: decode %T: %w", v, err)
	}
	return nil
}

// binaryPlan writes and reads slices of one type.
type binaryPlan interface {
	// appendSlice appends the slice that p points to.
	appendSlice(dst []byte, p any) ([]byte, error)

	// takeSlice reads a slice from the front of src into the empty one that p
	// points to, or fresh memory where that is too small, or leaves it in src if
	// it may stay there. It returns the rest of src.
	takeSlice(src []byte, p any) (rest []byte, err error)
}

// binaryPlans makes the plan of a type once: a stream is of one type.
type binaryPlans struct {
	last  reflect.Type
	plan  binaryPlan
	keeps bool // a part of the type may keep what it is read from
	stay  staying
}

// keepsInput reports whether what v is read from must be for v alone.
func (b *binaryPlans) keepsInput(v any) bool {
	_, err := b.of(v)
	return err == nil && b.keeps
}

// of returns the plan for v, a pointer to a slice.
func (b *binaryPlans) of(v any) (binaryPlan, error) {
	t := reflect.TypeOf(v)
	if t == b.last && b.plan != nil {
		return b.plan, nil
	}
	if t == nil || t.Kind() != reflect.Pointer || t.Elem().Kind() != reflect.Slice {
		return nil, fmt.Errorf("want a pointer to a slice")
	}
	plan, err := planner{&b.stay}.plan(t.Elem(), nil)
	if err != nil {
		return nil, err
	}
	b.last, b.plan, b.keeps = t, plan, some(t.Elem(), binaryRules{}, keepsInput)
	return plan, nil
}

// appendCount appends a count or a length.
func appendCount(dst []byte, n int) []byte {
	if n < 0x80 {
		return append(dst, byte(n))
	}
	return binary.AppendUvarint(dst, uint64(n))
}

// takeCount reads a count of elements that take width bytes at least.
func takeCount(src []byte, width int) (n int, rest []byte, err error) {
	if len(src) > 0 && src[0] < 0x80 {
		n, rest = int(src[0]), src[1:]
	} else {
		count, size := binary.Uvarint(src)
		if size <= 0 || count > uint64(len(src)) {
			return 0, nil, fmt.Errorf("no count, or one of more than the %d bytes that are left", len(src))
		}
		n, rest = int(count), src[size:]
	}
	if n > len(rest) || uint64(n)*uint64(width) > uint64(len(rest)) {
		return 0, nil, fmt.Errorf("a count of %d where %d bytes are left", n, len(rest))
	}
	return n, rest, nil
}
