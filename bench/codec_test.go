package bench

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/handoff-go/handoff/bench/factor"
	"github.com/handoff-go/handoff/strategies"
	"github.com/handoff-go/handoff/strategies/codec"
)

// codecCells are what goes over by each codec: the shape of the data, how many
// bytes are carried along, and how many items are in a message.
var codecCells = []struct {
	shape   string
	payload int
	batch   int
}{
	{"number", 0, 1}, {"number", 0, 256},
	{"record", 0, 1}, {"record", 0, 256},
	{"bytes", 4 << 10, 1}, {"bytes", 4 << 10, 256},
	{"bytes", 1 << 20, 1},
}

// coder is a codec as it is measured.
type coder struct {
	codec.Codec
	label string
	fresh bool // an encoder and a decoder for each message
}

// coders are all codecs, and gob once more as published tables often have it:
// with a fresh pair for each message, which describes its types and builds its
// machines each time. Such figures say nothing of a pool, whose streams live
// as long as its workers.
func coders() []coder {
	all := []coder{{codec.Gob{}, "gob-fresh", true}}
	for _, name := range codec.Names() {
		c, _ := codec.Lookup(name)
		all = append(all, coder{c, name, false})
	}
	return all
}

// BenchmarkCodec: what does it cost to make bytes of an item and its result,
// or to make them of bytes, with no process and no transport?
func BenchmarkCodec(b *testing.B) {
	for _, c := range coders() {
		for _, cell := range codecCells {
			for _, way := range []string{"encode", "decode"} {
				name := fmt.Sprintf("codec=%s/shape=%s/payload=%d/way=%s/batch=%d", c.label, cell.shape, cell.payload, way, cell.batch)
				b.Run(name, func(b *testing.B) {
					listed(b)
					w := factor.Work{Digits: 9, Items: cell.batch, Shape: cell.shape, Seed: seed}
					switch cell.shape {
					case "number":
						benchmarkCoder(b, c, way, factor.Number.Items(w), results(b, factor.Number, w))
					case "record":
						benchmarkCoder(b, c, way, factor.Recorded.Items(w), results(b, factor.Recorded, w))
					case "bytes":
						lists := slices.Repeat([][]byte{[]byte(strings.Repeat("0123456789abcde\n", cell.payload/16))}, cell.batch)
						benchmarkCoder(b, c, way, lists, lists)
					}
				})
			}
		}
	}
}

// results computes what the items of w come to.
func results[In, Out any](b *testing.B, s factor.Shape[In, Out], w factor.Work) []Out {
	pool, err := strategies.Open(b.Context(), s.Factor, strategies.MustParse("serial"))
	if err != nil {
		b.Fatal(err)
	}
	defer pool.Close()
	outs, err := pool.Map(b.Context(), s.Items(w))
	if err != nil {
		b.Fatal(err)
	}
	return outs
}

// benchmarkCoder measures one way of items and results, each in one message.
func benchmarkCoder[In, Out any](b *testing.B, c coder, way string, items []In, outs []Out) {
	in, out := newStream(c, items), newStream(c, outs)
	for range 2 { // types are described once; what is decoded is a later message
		in.encode(b)
		out.encode(b)
		in.decode(b)
		out.decode(b)
	}
	b.ReportAllocs()
	if way == "encode" {
		for b.Loop() {
			in.encode(b)
			out.encode(b)
		}
	} else {
		for b.Loop() {
			in.decode(b)
			out.decode(b)
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(len(items)), "ns/item")
	b.ReportMetric(float64(in.itemBytes()+out.itemBytes())/float64(len(items)), "wire-B/item")
}

// stream is both ends of what goes one way.
type stream[T any] struct {
	coder
	enc    codec.Encoder
	dec    codec.Decoder
	values []T
	buf    []byte
	got    []T
}

func newStream[T any](c coder, values []T) *stream[T] {
	return &stream[T]{coder: c, enc: c.NewEncoder(), dec: c.NewDecoder(), values: values}
}

func (s *stream[T]) encode(b *testing.B) {
	if s.fresh {
		s.enc = s.NewEncoder()
	}
	var err error
	if s.buf, err = s.enc.Encode(s.buf[:0], &s.values); err != nil {
		b.Fatal(err)
	}
}

func (s *stream[T]) decode(b *testing.B) {
	if s.fresh {
		s.dec = s.NewDecoder()
	}
	s.got = nil
	if err := s.dec.Decode(s.buf, &s.got); err != nil || len(s.got) != len(s.values) {
		b.Fatalf("%d values, want %d (%v)", len(s.got), len(s.values), err)
	}
}

func (s *stream[T]) itemBytes() int { return s.ItemBytes(s.buf, len(s.values)) }
