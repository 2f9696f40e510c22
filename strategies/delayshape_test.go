package strategies

import (
	"context"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/handoff-go/handoff/strategies/codec"
)

// delayShape is a data structure in which items go.
type delayShape interface {
	name() string
	carriedBy(codec.Codec) bool
	run(t testing.TB, spec string, items int) (before, after Stats)
}

type delayed[In, Out any] struct {
	label string
	task  *Task[In, Out]
	item  func(i int) In
}

// defineDelayed defines a task whose computing may be delayed.
func defineDelayed[In, Out any](name string, compute func(In) Out) *Task[In, Out] {
	return Define(name, func(_ context.Context, in In) (Out, error) {
		spend("compute")
		return compute(in), nil
	})
}

func (d delayed[In, Out]) name() string { return d.label }

func (d delayed[In, Out]) carriedBy(c codec.Codec) bool {
	return c.Check(reflect.TypeFor[In](), false) == nil && c.Check(reflect.TypeFor[Out](), false) == nil
}

func (d delayed[In, Out]) run(t testing.TB, spec string, n int) (before, after Stats) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	pool, err := Open(ctx, d.task, MustParse(spec))
	if err != nil {
		t.Fatal(err)
	}
	defer pool.Close()
	items := make([]In, n)
	for i := range items {
		items[i] = d.item(i)
	}
	before = pool.Stats()
	if _, err := pool.Map(ctx, items); err != nil {
		t.Fatal(err)
	}
	return before, pool.Stats()
}

// delayShapes are those of package factor, which imports this one, with all
// that makes them what they are.
var delayShapes = []delayShape{
	delayed[uint64, []uint64]{"number", delayedNumber, func(i int) uint64 { return uint64(i) }},
	delayed[delayedRecord, delayedRecord]{"record", delayedRecords, newDelayedRecord},
	delayed[delayedTree, delayedTree]{"tree", delayedTrees, func(i int) delayedTree { return newDelayedTree(i%5 + 1) }},
	delayed[delayedMap, delayedMap]{"map", delayedMaps, func(i int) delayedMap { return delayedMap{map[uint64]int{2: 1 + i, 3: 1}, nil} }},
	delayed[delayedText, delayedText]{"text", delayedTexts, func(i int) delayedText { return delayedText{strings.Repeat("2 ", i), "text"} }},
}

type (
	delayedRecord struct {
		Name    string
		Asked   time.Time
		Powers  []struct{ Prime, Times uint64 }
		Payload []byte
	}
	delayedTree struct {
		Number uint64
		A, B   *delayedTree
	}
	delayedMap struct {
		Times   map[uint64]int
		Payload []byte
	}
	delayedText struct{ Numbers, Payload string }
)

var (
	delayedNumber  = defineDelayed("delay-number", func(n uint64) []uint64 { return []uint64{2, n} })
	delayedRecords = defineDelayed("delay-record", func(r delayedRecord) delayedRecord { return r })
	delayedTrees   = defineDelayed("delay-tree", func(t delayedTree) delayedTree { return t })
	delayedMaps    = defineDelayed("delay-map", func(m delayedMap) delayedMap { return m })
	delayedLarge   = defineDelayed("delay-large", func(b []byte) []byte { return b })
	delayedTexts   = defineDelayed("delay-text", func(s delayedText) delayedText { return s })
)

func newDelayedRecord(i int) delayedRecord {
	powers := []struct{ Prime, Times uint64 }{{2, uint64(i)}}
	return delayedRecord{"record", time.Unix(int64(i), 0).UTC(), powers, make([]byte, i)}
}

func newDelayedTree(depth int) delayedTree {
	t := delayedTree{Number: uint64(depth)}
	if depth > 1 {
		below := newDelayedTree(depth - 1)
		t.A, t.B = &below, &delayedTree{Number: 1}
	}
	return t
}
