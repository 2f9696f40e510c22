package codec

import (
	"math"
	"reflect"
	"strings"
)

// anyValue fills v, which can be set.
func anyValue(c *chance, v reflect.Value, depth int) {
	t := v.Type()
	if make := makers[t]; make != nil {
		if v.CanSet() {
			v.Set(reflect.ValueOf(make(c)).Convert(t))
		}
		return
	}
	switch t.Kind() {
	case reflect.Bool:
		v.SetBool(c.rarely(2))
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		v.SetInt(int64(anyNumber(c)))
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64, reflect.Uintptr:
		v.SetUint(anyNumber(c))
	case reflect.Float32, reflect.Float64:
		v.SetFloat(anyFloat(c))
	case reflect.Complex64, reflect.Complex128:
		v.SetComplex(complex(anyFloat(c), anyFloat(c)))
	case reflect.String:
		v.SetString(anyText(c))
	case reflect.Slice:
		anySlice(c, v, depth)
	case reflect.Array:
		for i := range v.Len() {
			anyValue(c, v.Index(i), depth-1)
		}
	case reflect.Map:
		anyMap(c, v, depth)
	case reflect.Pointer:
		if c.below(4) > 0 && depth > 0 && !endless(t) {
			v.Set(reflect.New(t.Elem()).Convert(t))
			anyValue(c, v.Elem(), depth-1)
		}
	case reflect.Interface:
		anyDynamic(c, v, depth)
	case reflect.Struct:
		anyFields(c, v, depth)
	}
}

func anyFields(c *chance, v reflect.Value, depth int) {
	for i, t := 0, v.Type(); i < t.NumField(); i++ {
		f := t.Field(i)
		if v.Field(i).CanSet() || f.Anonymous && f.Type.Kind() == reflect.Struct && makers[f.Type] == nil && !empty(f) {
			anyValue(c, v.Field(i), depth-1)
		}
	}
}

// anySlice makes nil, empty, short and, of bytes, long ones; some have room behind
// them.
func anySlice(c *chance, v reflect.Value, depth int) {
	t := v.Type()
	n := []int{0, 1, 2, 3, 0}[c.below(5)]
	switch {
	case n == 0 && c.rarely(2):
		return
	case t.Elem().Kind() == reflect.Uint8:
		text := []byte(anyText(c))
		s := reflect.MakeSlice(t, len(text), len(text)+c.below(3))
		for i, b := range text {
			s.Index(i).SetUint(uint64(b))
		}
		v.Set(s)
		return
	case depth <= 0:
		n = 0
	}
	if c.rarely(40) && depth > 0 {
		n = 30
	}
	s := reflect.MakeSlice(t, n, n+c.below(3))
	for i := range n {
		anyValue(c, s.Index(i), depth-1)
	}
	v.Set(s)
}

func anyMap(c *chance, v reflect.Value, depth int) {
	t := v.Type()
	n := c.below(4)
	if n == 0 && c.rarely(2) {
		return
	}
	if depth <= 0 {
		n = 0
	}
	m := reflect.MakeMap(t)
	for range n {
		key, value := reflect.New(t.Key()).Elem(), reflect.New(t.Elem()).Elem()
		anyValue(c, key, depth-1)
		anyValue(c, value, depth-1)
		if key.Comparable() {
			m.SetMapIndex(key, value)
		}
	}
	v.Set(m)
}

func anyDynamic(c *chance, v reflect.Value, depth int) {
	if c.rarely(4) || depth <= 0 {
		return
	}
	t := dynamic[c.below(len(dynamic))]
	if !t.Implements(v.Type()) {
		t = dynamic[c.below(2)]
	}
	if !t.Implements(v.Type()) {
		return
	}
	x := reflect.New(t).Elem()
	anyValue(c, x, depth-1)
	v.Set(x)
}

func anyNumber(c *chance) uint64 {
	switch c.below(8) {
	case 5:
		return math.MaxUint64 - uint64(c.below(3))
	case 6:
		return 1<<63 - uint64(c.below(3))
	case 7:
		return c.bits()
	case 3:
		return 1 << c.below(64)
	case 4:
		return 1<<53 + 1
	}
	return uint64(c.below(256))
}

func anyFloat(c *chance) float64 {
	switch c.below(10) {
	case 0:
		return 0
	case 1:
		return math.Copysign(0, -1)
	case 2:
		return []float64{math.NaN(), math.Inf(1), math.Inf(-1)}[c.below(3)]
	case 3:
		return math.Float64frombits(c.bits())
	case 4:
		return []float64{math.MaxFloat64, math.SmallestNonzeroFloat64, math.MaxFloat32, 1e21, 1e-7, 1 << 53}[c.below(6)]
	case 5:
		return 0.1
	}
	return float64(c.below(256)) - 8
}

// texts are pieces of what people write.
var pieces = []string{"", "a", "text", "Zürich", "\x00", "\"\\/<>&\u2028", "\ufffd", "🙂", " ", "null", "Ä", "A", "\\ufffd", "'\n\r\t\x7f", "k", "K"}

// anyText makes a text, which is not always UTF-8, and sometimes long.
func anyText(c *chance) string {
	text := pieces[c.below(len(pieces))]
	switch c.below(16) {
	case 12:
		text += pieces[c.below(len(pieces))]
	case 13:
		text = strings.Repeat(text, c.below(100))
	case 14:
		text += []string{"\xff", "\xc3", "\xed\xa0\x80", "\xf0\x9f"}[c.below(4)]
	case 15:
		if c.rarely(40) {
			text = strings.Repeat(text+"long", 20_000)
		}
	}
	return text
}
