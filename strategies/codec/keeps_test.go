package codec

import (
	"reflect"
	"runtime"
	"strings"
	"testing"
	"unsafe"
	"weak"
)

// TestKeepsNoOther: who keeps one value keeps no other alive, nor what it came in.
func TestKeepsNoOther(t *testing.T) {
	type parcel struct {
		Body  []byte
		Text  string
		Parts [][]byte
		Texts []string
		Lists [][]uint64
		Named map[string][]byte
	}
	type flatParcel struct {
		Body  []byte
		Text  string
		Parts [][]byte
		Texts []string
		Lists [][]uint64
	}
	const n = 8
	var text string
	var body []byte
	parcels, flat := make([]parcel, n), make([]flatParcel, n)
	for i := range n {
		text = strings.Repeat(string(rune('a'+i)), 20<<10) // as long as what may stay where it came
		body = []byte(text)
		parcels[i] = parcel{body, text, [][]byte{body, body[:100]}, []string{text, text[:100]}, [][]uint64{make([]uint64, 30)}, map[string][]byte{"a": body}}
		flat[i] = flatParcel{body, text, parcels[i].Parts, parcels[i].Texts, parcels[i].Lists}
	}
	each(t, func(t *testing.T, c Codec) {
		for _, values := range []any{
			parcels, flat, [][]byte{body, body, body[:200]}, []string{text, "b" + text[:300], "c" + text[:100]}, [][]uint64{make([]uint64, 20), make([]uint64, 100), make([]uint64, 30)},
			[][]string{{text}, {text[:50], "b" + text}}, [][][]byte{{body}, {body[:70]}},
		} {
			if c.Check(reflect.TypeOf(values).Elem(), false) != nil {
				continue
			}
			got := reflect.New(reflect.TypeOf(values))
			src := mustEncode(t, c.NewEncoder(), values)
			var err error
			if k, ok := c.NewDecoder().(Keeper); ok {
				_, err = k.DecodeKeep(src, got.Interface())
			} else {
				err = c.NewDecoder().Decode(src, got.Interface())
			}
			if err != nil {
				t.Fatal(err)
			}
			kept := reflect.New(got.Elem().Type().Elem())
			kept.Elem().Set(got.Elem().Index(0))
			others := map[weak.Pointer[byte]]string{}
			for i := 1; i < got.Elem().Len(); i++ {
				weakly(others, reflect.TypeOf(values).String(), got.Elem().Index(i))
			}
			if len(others) == 0 {
				t.Fatalf("%T: nothing is looked at", values)
			}
			got.Elem().SetZero()
			src = nil
			runtime.GC()
			runtime.GC()
			for p, path := range others {
				if p.Value() != nil {
					t.Errorf("the first value keeps another alive: %s", path)
				}
			}
			runtime.KeepAlive(kept)
		}
	})
}

// weakly adds weak pointers to the bytes of strings and slices in v.
func weakly(to map[weak.Pointer[byte]]string, path string, v reflect.Value) {
	switch v.Kind() {
	case reflect.String:
		to[weak.Make(unsafe.StringData(v.String()))] = path
	case reflect.Slice:
		to[weak.Make((*byte)(v.UnsafePointer()))] = path
		for i := range v.Len() {
			weakly(to, path+"[]", v.Index(i))
		}
	case reflect.Map:
		for it := v.MapRange(); it.Next(); {
			weakly(to, path+"[]", it.Value())
		}
	case reflect.Struct:
		for i := range v.NumField() {
			weakly(to, path+"."+v.Type().Field(i).Name, v.Field(i))
		}
	}
}
