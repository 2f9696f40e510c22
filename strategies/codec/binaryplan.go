package codec

import (
	"encoding"
	"encoding/binary"
	"fmt"
	"math"
	"reflect"
	"slices"
)

// planner makes the plans of one stream.
type planner struct{ stay *staying }

// plan makes the plan for slices of a type. within holds the types around it.
func (p planner) plan(t reflect.Type, within []reflect.Type) (binaryPlan, error) {
	if plan, ok := flats[t]; ok {
		return plan, nil
	}
	switch t {
	case reflect.TypeFor[[]byte]():
		return octets(p), nil
	case reflect.TypeFor[[][]byte]():
		return octetLists(p), nil
	case reflect.TypeFor[[]string]():
		return texts(p), nil
	}
	of, err := p.piece(t.Elem(), within)
	if err != nil {
		return nil, err
	}
	return walked{of}, nil
}

// walked is the plan for slices of any other type, by reflection.
type walked struct{ of piece }

func (w walked) appendSlice(dst []byte, p any) ([]byte, error) {
	s := reflect.ValueOf(p).Elem()
	n := s.Len()
	dst = appendCount(dst, n)
	var err error
	for i := range n {
		if dst, err = w.of.append(dst, s.Index(i)); err != nil {
			return nil, fmt.Errorf("element %d: %w", i, err)
		}
	}
	return dst, nil
}

func (w walked) takeSlice(src []byte, p any) (rest []byte, err error) {
	n, src, err := takeCount(src, w.of.least)
	if n == 0 || err != nil {
		return src, err
	}
	into := reflect.ValueOf(p).Elem()
	s := into
	if n > into.Cap() {
		s = reflect.MakeSlice(into.Type(), n, n)
	}
	s = s.Slice(0, n)
	for i := range n {
		if src, err = w.of.take(src, s.Index(i)); err != nil {
			return nil, fmt.Errorf("element %d: %w", i, err)
		}
	}
	into.Set(s)
	return src, nil
}

// piece writes and reads values of one type, one byte at least. The values can
// be addressed, because all are elements of slices or parts of such.
type piece struct {
	least  int // bytes that a value takes at least
	append func(dst []byte, v reflect.Value) ([]byte, error)
	take   func(src []byte, into reflect.Value) (rest []byte, err error)
}

// piece makes the piece for a type. Check says with more words what it refuses.
func (p planner) piece(t reflect.Type, within []reflect.Type) (piece, error) {
	if slices.Contains(within, t) {
		return piece{}, fmt.Errorf("%s contains itself", t)
	}
	within = append(within, t)
	if own, _ := (binaryRules{}).own(t, true); own {
		return ownPiece, nil
	}
	if number, ok := numberPieces[t.Kind()]; ok {
		return number, nil
	}
	switch t.Kind() {
	case reflect.String:
		return p.stringPiece(), nil
	case reflect.Slice:
		return p.slicePiece(t, within)
	case reflect.Array:
		return p.arrayPiece(t, within)
	case reflect.Struct:
		return p.structPiece(t, within)
	}
	return piece{}, fmt.Errorf("%s cannot be carried; %s", t, binaryCarries)
}

// numberPieces are those of one size.
var numberPieces = map[reflect.Kind]piece{
	reflect.Bool:       fixed(1, putBool, getBool),
	reflect.Int8:       fixed(1, putInt, getInt[int8]),
	reflect.Int16:      fixed(2, putInt, getInt[int16]),
	reflect.Int32:      fixed(4, putInt, getInt[int32]),
	reflect.Int64:      fixed(8, putInt, getInt[int64]),
	reflect.Int:        fixed(8, putInt, getInt[int64]),
	reflect.Uint8:      fixed(1, reflect.Value.Uint, setUint),
	reflect.Uint16:     fixed(2, reflect.Value.Uint, setUint),
	reflect.Uint32:     fixed(4, reflect.Value.Uint, setUint),
	reflect.Uint64:     fixed(8, reflect.Value.Uint, setUint),
	reflect.Uint:       fixed(8, reflect.Value.Uint, setUint),
	reflect.Uintptr:    fixed(8, reflect.Value.Uint, setUint),
	reflect.Float32:    fixed(4, putFloat, getFloat),
	reflect.Float64:    fixed(8, putDouble, getDouble),
	reflect.Complex64:  complexPiece(4),
	reflect.Complex128: complexPiece(8),
}

// fixed makes the piece of numbers that take width bytes.
func fixed(width int, bits func(reflect.Value) uint64, set func(reflect.Value, uint64)) piece {
	return piece{
		least:  width,
		append: func(dst []byte, v reflect.Value) ([]byte, error) { return appendBits(dst, width, bits(v)), nil },
		take: func(src []byte, into reflect.Value) ([]byte, error) {
			if len(src) < width {
				return nil, fmt.Errorf("%d bytes for a %s", len(src), into.Type())
			}
			set(into, takeBits(src, width))
			return src[width:], nil
		},
	}
}

func appendBits(dst []byte, width int, x uint64) []byte {
	switch width {
	case 1:
		return append(dst, byte(x))
	case 2:
		return binary.LittleEndian.AppendUint16(dst, uint16(x))
	case 4:
		return binary.LittleEndian.AppendUint32(dst, uint32(x))
	}
	return binary.LittleEndian.AppendUint64(dst, x)
}

func takeBits(src []byte, width int) uint64 {
	switch width {
	case 1:
		return uint64(src[0])
	case 2:
		return uint64(binary.LittleEndian.Uint16(src))
	case 4:
		return uint64(binary.LittleEndian.Uint32(src))
	}
	return binary.LittleEndian.Uint64(src)
}

func putBool(v reflect.Value) uint64 {
	if v.Bool() {
		return 1
	}
	return 0
}

func getBool(v reflect.Value, x uint64)                                { v.SetBool(x != 0) }
func putInt(v reflect.Value) uint64                                    { return uint64(v.Int()) }
func setUint(v reflect.Value, x uint64)                                { v.SetUint(x) }
func putFloat(v reflect.Value) uint64                                  { return uint64(math.Float32bits(float32(v.Float()))) }
func getFloat(v reflect.Value, x uint64)                               { v.SetFloat(float64(math.Float32frombits(uint32(x)))) }
func putDouble(v reflect.Value) uint64                                 { return math.Float64bits(v.Float()) }
func getDouble(v reflect.Value, x uint64)                              { v.SetFloat(math.Float64frombits(x)) }
func getInt[T int8 | int16 | int32 | int64](v reflect.Value, x uint64) { v.SetInt(int64(T(x))) }

// complexPiece makes the piece of numbers whose parts take width bytes each.
func complexPiece(width int) piece {
	bits, number := math.Float64bits, math.Float64frombits
	if width == 4 {
		bits = func(x float64) uint64 { return uint64(math.Float32bits(float32(x))) }
		number = func(x uint64) float64 { return float64(math.Float32frombits(uint32(x))) }
	}
	return piece{
		least: 2 * width,
		append: func(dst []byte, v reflect.Value) ([]byte, error) {
			c := v.Complex()
			return appendBits(appendBits(dst, width, bits(real(c))), width, bits(imag(c))), nil
		},
		take: func(src []byte, into reflect.Value) ([]byte, error) {
			if len(src) < 2*width {
				return nil, fmt.Errorf("%d bytes for a %s", len(src), into.Type())
			}
			into.SetComplex(complex(number(takeBits(src, width)), number(takeBits(src[width:], width))))
			return src[2*width:], nil
		},
	}
}

func (p planner) stringPiece() piece {
	return piece{
		least: 1,
		append: func(dst []byte, v reflect.Value) ([]byte, error) {
			s := v.String()
			return append(appendCount(dst, len(s)), s...), nil
		},
		take: func(src []byte, into reflect.Value) ([]byte, error) {
			n, src, err := takeCount(src, 1)
			if err != nil {
				return nil, err
			}
			into.SetString(p.stay.text(src[:n]))
			return src[n:], nil
		},
	}
}

// ownPiece is that of types with AppendBinary and UnmarshalBinary. Their
// length has a fixed size, because it is not known before they have written.
// They are given the memory behind what was written before, and nothing of that: one
// that returns something else than what it appended to would have overwritten it.
var ownPiece = piece{
	least: 4,
	append: func(dst []byte, v reflect.Value) ([]byte, error) {
		dst = append(dst, 0, 0, 0, 0)
		from := len(dst)
		own, err := v.Addr().Interface().(encoding.BinaryAppender).AppendBinary(dst[from:])
		if err != nil {
			return nil, err
		}
		if uint64(len(own)) > math.MaxUint32 {
			return nil, fmt.Errorf("AppendBinary of %s appended %d bytes, and %d are the most", v.Type(), len(own), uint32(math.MaxUint32))
		}
		binary.LittleEndian.PutUint32(dst[from-4:], uint32(len(own)))
		return append(dst, own...), nil
	},
	take: func(src []byte, into reflect.Value) ([]byte, error) {
		if len(src) < 4 {
			return nil, fmt.Errorf("%d bytes for the length of a %s", len(src), into.Type())
		}
		size, src := binary.LittleEndian.Uint32(src), src[4:]
		if uint64(size) > uint64(len(src)) {
			return nil, fmt.Errorf("a length of %d where %d bytes are left", size, len(src))
		}
		return src[size:], into.Addr().Interface().(encoding.BinaryUnmarshaler).UnmarshalBinary(src[:size:size])
	},
}

// slicePiece is a plan inside something else.
func (p planner) slicePiece(t reflect.Type, within []reflect.Type) (piece, error) {
	unnamed := reflect.SliceOf(t.Elem()) // what the flat plans know
	plan, err := p.plan(unnamed, within)
	if err != nil {
		return piece{}, err
	}
	pointer := func(v reflect.Value) any {
		if t != unnamed {
			v = v.Addr().Convert(reflect.PointerTo(unnamed)).Elem()
		}
		return v.Addr().Interface()
	}
	return piece{
		least:  1,
		append: func(dst []byte, v reflect.Value) ([]byte, error) { return plan.appendSlice(dst, pointer(v)) },
		take:   func(src []byte, into reflect.Value) ([]byte, error) { return plan.takeSlice(src, pointer(into)) },
	}, nil
}

func (p planner) arrayPiece(t reflect.Type, within []reflect.Type) (piece, error) {
	of, err := p.piece(t.Elem(), within)
	if err != nil || t.Len() == 0 {
		return nothing, err
	}
	return piece{
		least: t.Len() * of.least,
		append: func(dst []byte, v reflect.Value) (_ []byte, err error) {
			for i := range t.Len() {
				if dst, err = of.append(dst, v.Index(i)); err != nil {
					return nil, err
				}
			}
			return dst, nil
		},
		take: func(src []byte, into reflect.Value) (_ []byte, err error) {
			for i := range t.Len() {
				if src, err = of.take(src, into.Index(i)); err != nil {
					return nil, err
				}
			}
			return src, nil
		},
	}, nil
}

func (p planner) structPiece(t reflect.Type, within []reflect.Type) (piece, error) {
	parts, err := p.parts(t, within)
	if err != nil || len(parts) == 0 {
		return nothing, err
	}
	least := 0
	for _, p := range parts {
		least += p.least
	}
	return piece{
		least: least,
		append: func(dst []byte, v reflect.Value) (_ []byte, err error) {
			for _, p := range parts {
				if dst, err = p.append(dst, v.Field(p.index)); err != nil {
					return nil, fmt.Errorf("%s: %w", t.Field(p.index).Name, err)
				}
			}
			return dst, nil
		},
		take: func(src []byte, into reflect.Value) (_ []byte, err error) {
			for _, p := range parts {
				if src, err = p.take(src, into.Field(p.index)); err != nil {
					return nil, fmt.Errorf("%s: %w", t.Field(p.index).Name, err)
				}
			}
			return src, nil
		},
	}, nil
}

// part is a field of a struct.
type part struct {
	piece
	index int
}

func (p planner) parts(t reflect.Type, within []reflect.Type) ([]part, error) {
	var parts []part
	for i := range t.NumField() {
		f := t.Field(i)
		if !f.IsExported() {
			continue
		}
		of, err := p.piece(f.Type, within)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", f.Name, err)
		}
		parts = append(parts, part{of, i})
	}
	return parts, nil
}

// nothing is the piece of what has no content: a byte, so that nobody can be
// told of more elements than there are bytes.
var nothing = piece{
	least:  1,
	append: func(dst []byte, _ reflect.Value) ([]byte, error) { return append(dst, 0), nil },
	take: func(src []byte, into reflect.Value) ([]byte, error) {
		if len(src) == 0 || src[0] != 0 {
			return nil, fmt.Errorf("no zero byte for a %s", into.Type())
		}
		return src[1:], nil
	},
}
