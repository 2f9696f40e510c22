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
	r := newRecord(3, 360, []byte("cargo"))
	want := "{number 3 handoff 2026-01-01 00:00:00.003 +0000 UTC [{2 3} {3 2} {5 1}] [99 97 114 103 111]}"
	if got := fmt.Sprint(r.answer(Factorize(360))); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	if r.Asked.Location() != time.UTC {
		t.Errorf("the time is in %v", r.Asked.Location())
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
