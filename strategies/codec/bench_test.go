package codec

import (
	"fmt"
	"math/rand/v2"
	"testing"
)

// The cells: every codec by how many values go at once.
var cells = []struct {
	codec Codec
	batch int
}{
	{Gob{}, 1}, {Gob{}, 16}, {Gob{}, 256}, {Gob{}, 4096},
	{JSON{}, 1}, {JSON{}, 16}, {JSON{}, 256}, {JSON{}, 4096},
}

// number is what the headline work sends.
func number(r *rand.Rand) uint64 { return 1e8 + r.Uint64N(9e8) }

func BenchmarkEncode(b *testing.B) {
	for _, cell := range cells {
		b.Run(fmt.Sprintf("codec=%s/batch=%d", cell.codec.Name(), cell.batch), func(b *testing.B) {
			values := list(cell.batch, number)
			e := cell.codec.NewEncoder()
			buf := mustEncode(b, e, values) // the type is described
			b.ReportAllocs()
			for b.Loop() {
				var err error
				if buf, err = e.Encode(buf[:0], &values); err != nil {
					b.Fatal(err)
				}
			}
			perItem(b, cell.batch)
		})
	}
}

func BenchmarkDecode(b *testing.B) {
	for _, cell := range cells {
		b.Run(fmt.Sprintf("codec=%s/batch=%d", cell.codec.Name(), cell.batch), func(b *testing.B) {
			values := list(cell.batch, number)
			e, d := cell.codec.NewEncoder(), cell.codec.NewDecoder()
			var got []uint64
			if err := d.Decode(mustEncode(b, e, values), &got); err != nil {
				b.Fatal(err)
			}
			src := mustEncode(b, e, values)
			b.ReportAllocs()
			for b.Loop() {
				got = nil
				if err := d.Decode(src, &got); err != nil {
					b.Fatal(err)
				}
			}
			perItem(b, cell.batch)
		})
	}
}

func BenchmarkItemBytes(b *testing.B) {
	for _, cell := range cells {
		b.Run(fmt.Sprintf("codec=%s/batch=%d", cell.codec.Name(), cell.batch), func(b *testing.B) {
			src := mustEncode(b, cell.codec.NewEncoder(), list(cell.batch, number))
			for b.Loop() {
				cell.codec.ItemBytes(src, cell.batch)
			}
		})
	}
}

// perItem reports the time of one value.
func perItem(b *testing.B, batch int) {
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(batch), "ns/item")
}
