package codec

import (
	"bytes"
	"reflect"
	"strings"
	"testing"
	"unsafe"
)

// within reports whether b is a part of src.
func within(b, src []byte) bool {
	at, from := uintptr(unsafe.Pointer(unsafe.SliceData(b))), uintptr(unsafe.Pointer(unsafe.SliceData(src)))
	return at >= from && at < from+uintptr(len(src))
}

func octetsOf(s string) []byte { return unsafe.Slice(unsafe.StringData(s), len(s)) }

// TestDecodeKeep: what is most of a large message stays where it came, and only if
// the caller lets it; all else is copied.
func TestDecodeKeep(t *testing.T) {
	type parcel struct {
		Head []byte
		Name string
		Body []byte
	}
	type blob []byte
	type named struct{ Body blob }
	large, small := bytes.Repeat([]byte("l"), 40<<10), bytes.Repeat([]byte("s"), 100)
	first := func(p any) any { return reflect.ValueOf(p).Elem().Index(0).Interface() }
	tests := []struct {
		name   string
		values any
		kept   bool
		parts  func(p any) (stays, copied []byte)
	}{
		{"a field", []parcel{{small, "name", large}}, true,
			func(p any) ([]byte, []byte) { return first(p).(parcel).Body, first(p).(parcel).Head }},
		{"a string", []parcel{{small, string(large), small}}, true,
			func(p any) ([]byte, []byte) { return octetsOf(first(p).(parcel).Name), first(p).(parcel).Body }},
		{"a field of a named type", []named{{large}}, true,
			func(p any) ([]byte, []byte) { return first(p).(named).Body, nil }},
		{"less than half", []parcel{{large, string(large), append(large, large...)}}, false,
			func(p any) ([]byte, []byte) { return nil, first(p).(parcel).Head }},
		{"little", []parcel{{nil, "", large[:stayLeast-1]}}, false,
			func(p any) ([]byte, []byte) { return nil, first(p).(parcel).Body }},
		{"bytes", large, true, func(p any) ([]byte, []byte) { return *p.(*[]byte), nil }},
		{"lists", [][]byte{large, small}, true, func(p any) ([]byte, []byte) { return (*p.(*[][]byte))[0], (*p.(*[][]byte))[1] }},
		{"strings", []string{string(large), "s"}, true, func(p any) ([]byte, []byte) { l := *p.(*[]string); return octetsOf(l[0]), octetsOf(l[1]) }},
		{"numbers", []uint64{0: 1, 9000: 2}, false, func(p any) ([]byte, []byte) { return nil, nil }},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			d := Binary{}.NewDecoder().(Keeper)
			src := mustEncode(t, Binary{}.NewEncoder(), tt.values)
			got := fresh(tt.values)
			kept, err := d.DecodeKeep(src, got)
			if err != nil || kept != tt.kept {
				t.Fatalf("kept %v, want %v (error %v)", kept, tt.kept, err)
			}
			if !reflect.DeepEqual(content(got), tt.values) {
				t.Error("it comes back changed")
			}
			stays, copied := tt.parts(got)
			if stays != nil && (!within(stays, src)) {
				t.Error("what may stay was copied")
			}
			if copied != nil && within(copied, src) {
				t.Error("what is to be copied stayed")
			}

			again := fresh(tt.values)
			if err := d.Decode(src, again); err != nil {
				t.Fatal(err)
			}
			clear(src)
			if !reflect.DeepEqual(content(again), tt.values) {
				t.Error("after DecodeKeep, Decode leaves it where it came, too")
			}
		})
	}
}

// TestKeptAfterAnError: who is told that something stayed must know it also when the
// rest cannot be read.
func TestKeptAfterAnError(t *testing.T) {
	type parcel struct {
		Body []byte
		Name string
	}
	src := mustEncode(t, Binary{}.NewEncoder(), []parcel{{make([]byte, stayLeast), strings.Repeat("n", 99)}})
	var got []parcel
	kept, err := Binary{}.NewDecoder().(Keeper).DecodeKeep(src[:len(src)-1], &got)
	if err == nil || !kept {
		t.Errorf("kept %v, error %v: want both", kept, err)
	}
}
