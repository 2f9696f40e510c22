package codec

import (
	"encoding/binary"
	"math"
	"reflect"
	"slices"
)

// flats are the plans for slices of the numbers that Go has names for, and for
// slices of such slices. They use no reflection, nor do those for bytes and
// strings below.
var flats = func() map[reflect.Type]binaryPlan {
	plans := map[reflect.Type]binaryPlan{}
	addFlat(plans, 8, put64[int], get64[int])
	addFlat(plans, 8, put64[int64], get64[int64])
	addFlat(plans, 8, put64[uint], get64[uint])
	addFlat(plans, 8, put64[uint64], get64[uint64])
	addFlat(plans, 4, put32[int32], get32[int32])
	addFlat(plans, 4, put32[uint32], get32[uint32])
	addFlat(plans, 4, putFloat32, getFloat32)
	addFlat(plans, 8, putFloat64, getFloat64)
	return plans
}()

// addFlat adds the plans for slices of T and for slices of those.
func addFlat[T any](plans map[reflect.Type]binaryPlan, width int, put func([]byte, []T) []byte, get func([]byte, []T)) {
	f := flat[T]{width, put, get}
	plans[reflect.TypeFor[[]T]()], plans[reflect.TypeFor[[][]T]()] = f, flatLists[T](f)
}

// flat is the plan for slices of T, of which each takes width bytes.
type flat[T any] struct {
	width int
	put   func(dst []byte, values []T) []byte
	get   func(src []byte, values []T)
}

func (f flat[T]) appendSlice(dst []byte, p any) ([]byte, error) {
	values := *p.(*[]T)
	return f.put(appendCount(dst, len(values)), values), nil
}

func (f flat[T]) takeSlice(src []byte, p any) (rest []byte, err error) {
	n, src, err := takeCount(src, f.width)
	if n == 0 || err != nil {
		return src, err
	}
	into := p.(*[]T)
	*into = sized(*into, n)
	f.get(src, *into)
	return src[n*f.width:], nil
}

// flatLists is the plan for slices of slices of T.
type flatLists[T any] flat[T]

func (f flatLists[T]) appendSlice(dst []byte, p any) ([]byte, error) {
	lists := *p.(*[][]T)
	dst = slices.Grow(appendCount(dst, len(lists)), f.room(lists))
	for _, values := range lists {
		dst = f.put(appendCount(dst, len(values)), values)
	}
	return dst, nil
}

// room is about how many bytes the lists will take.
func (f flatLists[T]) room(lists [][]T) int {
	n := 0
	for _, values := range lists {
		n += len(values)
	}
	return n*f.width + 2*len(lists)
}

// Short lists are cut from common pieces, because an allocation would take as long as
// reading one: who keeps one keeps a piece at most. Longer ones have memory of their own.
const (
	shortList = 64 // bytes
	pieceSize = 512
)

func (f flatLists[T]) takeSlice(src []byte, p any) (rest []byte, err error) {
	n, src, err := takeCount(src, 1)
	if n == 0 || err != nil {
		return src, err
	}
	into := p.(*[][]T)
	lists := sized(*into, n)
	var piece []T
	for i := range lists {
		var size int
		if size, src, err = takeCount(src, f.width); err != nil {
			return nil, err
		}
		switch {
		case size == 0:
			continue
		case n == 1 || size*f.width > shortList:
			lists[i] = make([]T, size)
		default:
			if size > len(piece) {
				piece = make([]T, min(pieceSize/f.width, size*(n-i)))
			}
			lists[i], piece = piece[:size:size], piece[size:]
		}
		f.get(src, lists[i])
		src = src[size*f.width:]
	}
	*into = lists
	return src, nil
}

// sized returns n zero elements: those of an empty slice that has so many, or
// fresh ones.
func sized[T any](empty []T, n int) []T {
	if n <= cap(empty) {
		return empty[:n]
	}
	return make([]T, n)
}

// room makes dst longer by n bytes and returns those as well.
func room(dst []byte, n int) (longer, added []byte) {
	from := len(dst)
	longer = slices.Grow(dst, n)[:from+n]
	return longer, longer[from:]
}

func put64[T int | uint | int64 | uint64](dst []byte, values []T) []byte {
	dst, added := room(dst, 8*len(values))
	for i, x := range values {
		binary.LittleEndian.PutUint64(added[8*i:], uint64(x))
	}
	return dst
}

func get64[T int | uint | int64 | uint64](src []byte, values []T) {
	for i := range values {
		values[i] = T(binary.LittleEndian.Uint64(src[8*i:]))
	}
}

func put32[T int32 | uint32](dst []byte, values []T) []byte {
	dst, added := room(dst, 4*len(values))
	for i, x := range values {
		binary.LittleEndian.PutUint32(added[4*i:], uint32(x))
	}
	return dst
}

func get32[T int32 | uint32](src []byte, values []T) {
	for i := range values {
		values[i] = T(binary.LittleEndian.Uint32(src[4*i:]))
	}
}

func putFloat64(dst []byte, values []float64) []byte {
	dst, added := room(dst, 8*len(values))
	for i, x := range values {
		binary.LittleEndian.PutUint64(added[8*i:], math.Float64bits(x))
	}
	return dst
}

func getFloat64(src []byte, values []float64) {
	for i := range values {
		values[i] = math.Float64frombits(binary.LittleEndian.Uint64(src[8*i:]))
	}
}

func putFloat32(dst []byte, values []float32) []byte {
	dst, added := room(dst, 4*len(values))
	for i, x := range values {
		binary.LittleEndian.PutUint32(added[4*i:], math.Float32bits(x))
	}
	return dst
}

func getFloat32(src []byte, values []float32) {
	for i := range values {
		values[i] = math.Float32frombits(binary.LittleEndian.Uint32(src[4*i:]))
	}
}

// octets is the plan for slices of bytes.
type octets planner

func (octets) appendSlice(dst []byte, p any) ([]byte, error) {
	values := *p.(*[]byte)
	return append(appendCount(dst, len(values)), values...), nil
}

func (o octets) takeSlice(src []byte, p any) (rest []byte, err error) {
	n, src, err := takeCount(src, 1)
	if n == 0 || err != nil {
		return src, err
	}
	into := p.(*[]byte)
	*into = o.stay.bytes(*into, src[:n])
	return src[n:], nil
}

// octetLists is the plan for slices of slices of bytes.
type octetLists planner

func (octetLists) appendSlice(dst []byte, p any) ([]byte, error) {
	return appendTexts(dst, *p.(*[][]byte)), nil
}

func (o octetLists) takeSlice(src []byte, p any) (rest []byte, err error) {
	into := p.(*[][]byte)
	return takeTexts(src, into, func(b []byte) []byte { return o.stay.bytes(nil, b) })
}

// texts is the plan for slices of strings.
type texts planner

func (texts) appendSlice(dst []byte, p any) ([]byte, error) {
	return appendTexts(dst, *p.(*[]string)), nil
}

func (t texts) takeSlice(src []byte, p any) (rest []byte, err error) {
	return takeTexts(src, p.(*[]string), t.stay.text)
}

// takeTexts reads values of some bytes each, by own, into the empty slice or fresh
// memory.
func takeTexts[T string | []byte](src []byte, into *[]T, own func([]byte) T) (rest []byte, err error) {
	n, src, err := takeCount(src, 1)
	if n == 0 || err != nil {
		return src, err
	}
	values := sized(*into, n)
	for i := range values {
		var size int
		if size, src, err = takeCount(src, 1); err != nil {
			return nil, err
		}
		if size > 0 {
			values[i], src = own(src[:size]), src[size:]
		}
	}
	*into = values
	return src, nil
}

// appendTexts appends the count of the values, and each with its length.
func appendTexts[T string | []byte](dst []byte, values []T) []byte {
	size := 0
	for _, v := range values {
		size += len(v)
	}
	dst = slices.Grow(appendCount(dst, len(values)), size+2*len(values))
	for _, v := range values {
		dst = append(appendCount(dst, len(v)), v...)
	}
	return dst
}
