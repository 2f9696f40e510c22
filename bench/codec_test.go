package bench

import (
	"fmt"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/handoff-go/handoff/bench/factor"
	"github.com/handoff-go/handoff/strategies"
	"github.com/handoff-go/handoff/strategies/codec"
)

// codecCell says how much goes over, and how many items are in a message.
type codecCell struct {
	payload int
	batch   int
	items   int // of an operation
}

// codecCells are one item a message; and as many as pools send at once.
var codecCells = []codecCell{
	{0, 1, 32768}, {0, 256, 32768},
	{4 << 10, 1, 4096}, {4 << 10, 16, 4096},
	{64 << 10, 1, 256},
	{1 << 20, 1, 16},
}

// bytesCells are of slices of bytes, the least that a payload is.
var bytesCells = []codecCell{
	{4 << 10, 1, 8192}, {4 << 10, 256, 8192},
	{1 << 20, 1, 32},
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
// or to make them of bytes, with no process and no transport? A shape that a
// codec cannot carry has no cell.
func BenchmarkCodec(b *testing.B) {
	for _, c := range coders() {
		for _, shape := range factor.Shapes() {
			for _, cell := range codecCells {
				if w := cell.work(c, shape); w.Validate() == nil && shapes[shape].carriedBy(c) {
					cell.run(b, c, shape, func(b *testing.B, way string) { shapes[shape].coder(b, w, c, way, cell.batch) })
				}
			}
		}
		for _, cell := range bytesCells {
			cell.run(b, c, "bytes", func(b *testing.B, way string) {
				listed(b)
				lists := slices.Repeat([][]byte{[]byte(strings.Repeat("0123456789abcde\n", cell.payload/16))}, cell.items)
				benchmarkCoder(b, c, way, cell.batch, lists, lists)
			})
		}
	}
}

// work is the items of a cell. A fresh pair for each message takes so long that
// an eighth of them will do.
func (c codecCell) work(of coder, shape string) factor.Work {
	w := factor.Work{Digits: 9, Items: c.items, Shape: shape, Payload: c.payload, Seed: seed}
	if of.fresh {
		w.Items /= 8
	}
	return w
}

func (c codecCell) run(b *testing.B, of coder, shape string, measure func(b *testing.B, way string)) {
	for _, way := range []string{"encode", "decode"} {
		name := fmt.Sprintf("codec=%s/shape=%s/payload=%d/way=%s/batch=%d", of.label, shape, c.payload, way, c.batch)
		b.Run(name, func(b *testing.B) { measure(b, way) })
	}
}

// benchmarkCoder measures one way of items and results, in messages of a batch.
// There is one process, a coordinator's, and a pool that does nothing tells what
// it uses.
func benchmarkCoder[In, Out any](b *testing.B, c coder, way string, batch int, items []In, outs []Out) {
	in, out := newStream(b, c, batch, items), newStream(b, c, batch, outs)
	pass := func() { in.encode(b); out.encode(b) }
	if way == "decode" {
		pass = func() { in.decode(b); out.decode(b) }
	}
	pool, err := strategies.Open(b.Context(), factor.Number.Nothing, strategies.MustParse("serial"))
	if err != nil {
		b.Fatal(err)
	}
	defer pool.Close()
	pass()
	runtime.GC()
	s := spending{items: len(items), before: pool.Stats()}
	for b.Loop() {
		pass()
	}
	s.after, s.wall, s.ops = pool.Stats(), b.Elapsed(), b.N
	s.after.Wire = int64(s.ops) * int64(in.itemBytes()+out.itemBytes())
	for _, m := range kept(append(s.resources(), metric{"ns/item", s.perItem(int64(s.wall))})) {
		b.ReportMetric(m.value, m.unit)
	}
}

// stream is both ends of what goes one way.
type stream[T any] struct {
	coder
	enc      codec.Encoder
	dec      codec.Decoder
	batches  [][]T
	messages [][]byte
}

// newStream cuts values into batches and encodes them. Types are described once:
// a message before the first has done that.
func newStream[T any](b *testing.B, c coder, batch int, values []T) *stream[T] {
	if slow["encode"] > 0 || slow["decode"] > 0 {
		c.Codec = slowCodec{c.Codec}
	}
	s := &stream[T]{coder: c, enc: c.NewEncoder(), dec: c.NewDecoder()}
	s.batches = [][]T{values[:min(batch, len(values))]}
	s.messages = make([][]byte, 1)
	s.encode(b)
	s.decode(b)
	s.batches = slices.Collect(slices.Chunk(values, batch))
	s.messages = make([][]byte, len(s.batches))
	s.encode(b)
	return s
}

func (s *stream[T]) encode(b *testing.B) {
	for i := range s.batches {
		if s.fresh {
			s.enc = s.NewEncoder()
		}
		var err error
		if s.messages[i], err = s.enc.Encode(s.messages[i][:0], &s.batches[i]); err != nil {
			b.Fatal(err)
		}
	}
}

func (s *stream[T]) decode(b *testing.B) {
	for i, message := range s.messages {
		if s.fresh {
			s.dec = s.NewDecoder()
		}
		var got []T
		if err := s.dec.Decode(message, &got); err != nil || len(got) != len(s.batches[i]) {
			b.Fatalf("%d values, want %d (%v)", len(got), len(s.batches[i]), err)
		}
	}
}

func (s *stream[T]) itemBytes() int {
	n := 0
	for i, message := range s.messages {
		n += s.ItemBytes(message, len(s.batches[i]))
	}
	return n
}

// Every codec has cells for every shape it can carry, at every payload that the
// shape has room for; and Handoff the same for every strategy.
func TestSweepsAreComplete(t *testing.T) {
	output, err := bench(t, "^BenchmarkCodec$|^BenchmarkHandoff$", listVar+"=1")
	if err != nil {
		t.Fatalf("%v\n%s", err, output)
	}
	has := func(cell string) bool { return strings.Contains(output, "\n# cell: "+cell) }
	for _, shape := range factor.Shapes() {
		for _, payload := range []int{0, 4096, 65536, 1048576} {
			room := payload == 0 || shape != "number"
			for _, c := range coders() {
				carried := c.label != "binary" || (shape != "tree" && shape != "map")
				for _, way := range []string{"encode", "decode"} {
					cell := fmt.Sprintf("BenchmarkCodec/codec=%s/shape=%s/payload=%d/way=%s/batch=1\n", c.label, shape, payload, way)
					if got, want := has(cell), room && carried; got != want {
						t.Errorf("a cell %s: %v, want %v", strings.TrimSpace(cell), got, want)
					}
				}
			}
			for _, text := range five {
				strategy := specOf(text).Strategy
				cell := fmt.Sprintf("BenchmarkHandoff/strategy=%s/payload=%d/shape=%s/workers=", strategy, payload, shape)
				if got := has(cell); got != room {
					t.Errorf("a cell %s…: %v, want %v", cell, got, room)
				}
			}
		}
	}
}

// A cell of Codec says what it took, as other cells do.
func TestCodecCells(t *testing.T) {
	output, err := bench(t, "^BenchmarkCodec$/^codec=(gob|json)$/^shape=tree$/^payload=4096$/way=/^batch=16$")
	if err != nil {
		t.Fatalf("%v\n%s", err, output)
	}
	_, cells, _ := strings.Cut(output, "\ngoos:") // the Unit lines are before
	for _, unit := range []string{"ns/item", "wire-B/item", "cpu-ns/item", "coord-peak-RSS-bytes"} {
		if n := strings.Count(cells, " "+unit); n != 4 {
			t.Errorf("%d cells say %s, want 4:\n%s", n, unit, cells)
		}
	}
	if n := strings.Count(cells, " coord-B/item"); n < 2 { // encoding may allocate nothing
		t.Errorf("%d cells say coord-B/item, want those that decode:\n%s", n, cells)
	}
}
