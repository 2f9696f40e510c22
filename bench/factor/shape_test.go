package factor

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/handoff-go/handoff/strategies"
)

func TestMain(m *testing.M) {
	strategies.Init()
	m.Run()
}

// compute runs a task of a shape over a work, by one strategy.
func compute[In, Out any](t *testing.T, task *strategies.Task[In, Out], items []In, strategy string) []Out {
	t.Helper()
	ctx := t.Context()
	pool, err := strategies.Open(ctx, task, strategies.MustParse(strategy))
	if err != nil {
		t.Fatal(err)
	}
	defer pool.Close()
	outs, err := pool.Map(ctx, items)
	if err != nil {
		t.Fatal(err)
	}
	return outs
}

func testShape[In, Out any](t *testing.T, s Shape[In, Out], strategy string) {
	w := Work{Digits: 4, Items: 300, Shape: s.Name, Seed: 5}
	if s.Carries {
		w.Payload = 64
	}
	if err := w.Validate(); err != nil {
		t.Fatal(err)
	}
	items := s.Items(w)
	outs := compute(t, s.Factor, items, strategy)
	check, err := s.Check(w)
	if err != nil {
		t.Fatal(err)
	}
	if err := check(outs); err != nil {
		t.Error(err)
	}
	if err := s.CheckNothing(w)(compute(t, s.Nothing, items, strategy)); err != nil {
		t.Error(err)
	}

	outs[7], outs[8] = outs[8], outs[7]
	if err := check(outs); err == nil || !strings.Contains(err.Error(), "item 7, ") {
		t.Errorf("two answers swapped: error %v", err)
	}
	if err := check(outs[:299]); err == nil || !strings.Contains(err.Error(), "299 results for 300 items") {
		t.Errorf("an answer missing: error %v", err)
	}
	if err := s.CheckNothing(w)(outs); err == nil {
		t.Error("factors are accepted as the results of nothing")
	}
}

func TestShapes(t *testing.T) {
	for _, strategy := range []string{
		"goroutines", "process-gob,workers=2", "process-json,workers=2", "process-binary,workers=2",
		"process-cbor,workers=2", "process-msgpack,workers=2", "process-jsonv2,workers=2",
	} {
		t.Run(strategy+"/"+Number.Name, func(t *testing.T) { testShape(t, Number, strategy) })
		t.Run(strategy+"/"+Recorded.Name, func(t *testing.T) { testShape(t, Recorded, strategy) })
		t.Run(strategy+"/"+Written.Name, func(t *testing.T) { testShape(t, Written, strategy) })
		if !strings.HasPrefix(strategy, "process-binary") { // see TestShapesThatBinaryCannotCarry
			t.Run(strategy+"/"+Nested.Name, func(t *testing.T) { testShape(t, Nested, strategy) })
			t.Run(strategy+"/"+Mapped.Name, func(t *testing.T) { testShape(t, Mapped, strategy) })
		}
	}
}

func TestShapesThatBinaryCannotCarry(t *testing.T) {
	spec := strategies.MustParse("process-binary,workers=1")
	_, err := strategies.Open(t.Context(), Nested.Nothing, spec)
	if err == nil || !strings.Contains(err.Error(), "Tree.Smallest: *factor.Tree, which binary cannot carry") {
		t.Errorf("a tree: error %v", err)
	}
	_, err = strategies.Open(t.Context(), Mapped.Nothing, spec)
	if err == nil || !strings.Contains(err.Error(), "Bag.Times: map[uint64]int, which binary cannot carry") {
		t.Errorf("a map: error %v", err)
	}
}

func TestPayloadMustComeBack(t *testing.T) {
	w := Work{Digits: 4, Items: 3, Shape: "record", Payload: 16, Seed: 5}
	outs := compute(t, Recorded.Factor, Recorded.Items(w), "serial")
	check, err := Recorded.Check(w)
	if err != nil {
		t.Fatal(err)
	}
	if err := check(outs); err != nil {
		t.Error(err)
	}
	outs[2].Payload = slices.Clone(outs[2].Payload)
	outs[2].Payload[3]++
	if err := check(outs); err == nil || !strings.Contains(err.Error(), "item 2: its payload") {
		t.Errorf("a changed payload: error %v", err)
	}
}

func TestRecord(t *testing.T) {
	r := newRecord(3, 360, Payload{Bytes: []byte("cargo")})
	want := "{number 3 handoff 2026-01-01 00:00:00.003 +0000 UTC [{2 3} {3 2} {5 1}] [99 97 114 103 111]}"
	if got := fmt.Sprint(r.answer(Factorize(360))); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	if r.Asked.Location() != time.UTC {
		t.Errorf("the time is in %v", r.Asked.Location())
	}
}

func TestTree(t *testing.T) {
	whole := newTree(Factorize(360), []byte("cargo"))
	path := []uint64{}
	for at := &whole; at != nil; at = at.Rest {
		path = append(path, at.Number)
		if (at.Smallest == nil) != (at.Rest == nil) || at.Rest != nil && at.Smallest.Number*at.Rest.Number != at.Number {
			t.Errorf("%d is not the product of what is below it", at.Number)
		}
		if (at == &whole) != (len(at.Payload) > 0) {
			t.Errorf("%d carries %q: want a payload at the root only", at.Number, at.Payload)
		}
	}
	if want := []uint64{360, 180, 90, 45, 15, 5}; !slices.Equal(path, want) {
		t.Errorf("down the rests: %d, want %d", path, want)
	}
	for n, want := range map[uint64]string{360: "[2 2 2 3 3 5]", 7: "[7]", 1: "[]"} {
		tree := newTree(Factorize(n), nil)
		if got := fmt.Sprint(Nested.Factors(tree)); got != want {
			t.Errorf("the leaves of %d are %s, want %s", n, got, want)
		}
	}
}

func TestBag(t *testing.T) {
	b := newBag([]uint64{2, 2, 2, 3, 3, 5}, nil)
	if got, want := fmt.Sprint(b.Times), "map[2:3 3:2 5:1]"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	if n := b.number(); n != 360 {
		t.Errorf("the product is %d, want 360", n)
	}
	if got, want := fmt.Sprint(b.factors()), "[2 2 2 3 3 5]"; got != want {
		t.Errorf("factors %s, want %s", got, want)
	}
}

func TestText(t *testing.T) {
	if got, want := decimals([]uint64{2, 3, 18446744073709551557}), "2 3 18446744073709551557"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	for numbers, want := range map[string]string{"2 2 5": "[2 2 5]", "": "[]", "2 x": "[]", "-2": "[]"} {
		if got := fmt.Sprint((Text{Numbers: numbers}).factors()); got != want {
			t.Errorf("%q: factors %s, want %s", numbers, got, want)
		}
	}
	pool, err := strategies.Open(t.Context(), Written.Factor, strategies.MustParse("serial"))
	if err != nil {
		t.Fatal(err)
	}
	defer pool.Close()
	_, err = pool.Map(t.Context(), []Text{{Numbers: "12a"}})
	if err == nil || !strings.Contains(err.Error(), `factor: "12a": want one number in decimal`) {
		t.Errorf("no number: error %v", err)
	}
}

// A payload is the same as bytes and as text, differs from its neighbour's,
// and may grow at neither's expense.
func TestPayloads(t *testing.T) {
	p := newPayloads(Work{Payload: 100, Seed: 3})
	for i := range 2 * payloadWindows {
		at, next := p.at(i), p.at(i+1)
		if string(at.Bytes) != at.Text || len(at.Text) != 100 || cap(at.Bytes) != 100 || at.Text == next.Text {
			t.Fatalf("item %d: %q and %q, then %q", i, at.Bytes, at.Text, next.Text)
		}
	}
	if none := newPayloads(Work{Seed: 3}).at(5); none.Bytes != nil || none.Text != "" {
		t.Errorf("payload=0 carries %q", none.Text)
	}
}

func TestDigest(t *testing.T) {
	same := func(f []uint64) []uint64 { return f }
	of := func(answers ...[]uint64) string { return Digest(answers, same) }
	digests := []string{
		of(), of(nil), of(nil, nil),
		of([]uint64{2, 3}), of([]uint64{2}, []uint64{3}), of([]uint64{3}, []uint64{2}),
		of([]uint64{2, 3}, nil), of(nil, []uint64{2, 3}),
	}
	slices.Sort(digests)
	if len(slices.Compact(digests)) != 8 {
		t.Errorf("different answers with the same digest: %s", digests)
	}
}
