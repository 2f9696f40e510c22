package codec

import (
	"math/rand/v2"
	"reflect"
	"strings"
	"testing"
)

// TestItemBytesOfCuts: the bytes of the items do not depend on how they are
// cut into slices, nor on whether a stream is fresh.
func TestItemBytesOfCuts(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	each(t, func(t *testing.T, c Codec) {
		for name, values := range samplesFor(c, 150) {
			all := reflect.ValueOf(values)
			want := c.ItemBytes(mustEncode(t, c.NewEncoder(), values), all.Len())
			if want <= 0 {
				t.Errorf("%s: %d bytes", name, want)
			}
			for range 10 {
				got, e := 0, c.NewEncoder()
				for from := 0; from < all.Len(); {
					n := min(all.Len()-from, 1+r.IntN(1<<r.IntN(9)))
					if r.IntN(5) == 0 {
						e = c.NewEncoder()
					}
					got += c.ItemBytes(mustEncode(t, e, all.Slice(from, from+n).Interface()), n)
					from += n
				}
				if got != want {
					t.Fatalf("%s: %d bytes cut, %d in one piece", name, got, want)
				}
			}
		}
	})
}

func TestItemBytes(t *testing.T) {
	for _, tt := range []struct {
		codec Codec
		value any
		want  int
	}{
		{Gob{}, []uint64{1, 2, 127}, 3},
		{Gob{}, []uint64{128}, 2},
		{Gob{}, []string{"abc"}, 4},
		{Gob{}, []factor{{1, 1}}, 5}, // two deltas, two values, the end
		{Gob{}, []uint64{}, 0},
		{Gob{}, []byte("abc"), 3},
		{JSON{}, []uint64{1, 22, 333}, 6},
		{JSON{}, []string{"abc"}, 5},
		{JSON{}, []string{"<&>"}, 5}, // as they are: this is no HTML
		{JSON{}, []uint64{}, 0},
		{JSON{}, []uint64(nil), 0},
		{JSON{}, []byte("abcd"), 4},
		{JSONv2{}, []uint64{1, 22, 333}, 6},
		{JSONv2{}, []string{"<&>"}, 5},
		{JSONv2{}, []uint64(nil), 0},
		{JSONv2{}, []byte("abcd"), 4},
		{Binary{}, []uint64{1, 1 << 60}, 16},
		{Binary{}, []int32{1}, 4},
		{Binary{}, make([]uint16, 200), 400},
		{Binary{}, []string{"abc"}, 4},
		{Binary{}, []string{strings.Repeat("x", 200)}, 202},
		{Binary{}, [][]uint64{{1, 2}, nil}, 18},
		{Binary{}, []factor{{1, 1}}, 16},
		{Binary{}, []struct{}{{}, {}}, 2},
		{Binary{}, []byte("abc"), 3},
		{Binary{}, []uint64(nil), 0},
		{CBOR{}, []uint64{1, 24, 256}, 6},
		{CBOR{}, make([]uint64, 300), 300},
		{CBOR{}, []string{"abc"}, 4},
		{CBOR{}, []byte("abc"), 3},
		{CBOR{}, make([]byte, 70000), 70000},
		{CBOR{}, []uint64(nil), 0},
		{MsgPack{}, []uint64{1, 128, 256}, 6},
		{MsgPack{}, make([]uint64, 300), 300},
		{MsgPack{}, make([]uint64, 70000), 70000},
		{MsgPack{}, []string{"abc"}, 4},
		{MsgPack{}, []byte("abc"), 3},
		{MsgPack{}, make([]byte, 300), 300},
		{MsgPack{}, make([]byte, 70000), 70000},
		{MsgPack{}, []uint64(nil), 0},
	} {
		b := mustEncode(t, tt.codec.NewEncoder(), tt.value)
		if got := tt.codec.ItemBytes(b, reflect.ValueOf(tt.value).Len()); got != tt.want {
			t.Errorf("%s: %v: %d bytes of % x, want %d", tt.codec.Name(), tt.value, got, b, tt.want)
		}
	}
}

func TestItemBytesOfGarbage(t *testing.T) {
	each(t, func(t *testing.T, c Codec) {
		for name, b := range garbage(mustEncode(t, c.NewEncoder(), []factor{{1, 1}})) {
			if got := c.ItemBytes(b, 1); got < 0 || got > len(b) {
				t.Errorf("%s: %d of %d bytes", name, got, len(b))
			}
		}
	})
}

func TestItemBytesAllocatesNothing(t *testing.T) {
	each(t, func(t *testing.T, c Codec) {
		b := mustEncode(t, c.NewEncoder(), samples(3)["plain"])
		if n := testing.AllocsPerRun(10, func() { c.ItemBytes(b, 3) }); n != 0 {
			t.Errorf("%v allocations", n)
		}
	})
}
