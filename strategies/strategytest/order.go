package strategytest

import (
	"bytes"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/handoff-go/handoff/strategies"
)

var orderChecks = []check{
	{"map keeps order", nil, mapOrder},
	{"list sizes", nil, listSizes},
	{"random numbers", nil, randomNumbers},
	{"fresh memory", plain, freshMemory},
	{"no answer waits", one, noAnswerWaits},
}

// orders returns n items of one act.
func orders(n int, doing string) []order {
	items := make([]order, n)
	for i := range items {
		items[i] = order{Act: doing, N: i}
	}
	return items
}

// right fails the test unless replies are those to items, but for the indexes
// that failed.
func right(t *testing.T, items []order, replies []reply, failed ...int) {
	t.Helper()
	if len(replies) != len(items) {
		t.Fatalf("%d results for %d items", len(replies), len(items))
	}
	for i, r := range replies {
		want := 3 * items[i].N
		if slices.Contains(failed, i) {
			want = 0
		}
		if r.N != want {
			t.Errorf("results[%d].N = %d, want %d", i, r.N, want)
		}
	}
}

// mapAll runs Map and wants no error.
func mapAll[In, Out any](t *testing.T, pool *strategies.Pool[In, Out], items []In) []Out {
	t.Helper()
	results, err := pool.Map(within(t, patience), items)
	if err != nil {
		t.Fatalf("Map of %d items: %v", len(items), err)
	}
	return results
}

func mapOrder(t *testing.T, e env) {
	pool := open(t, e, act)
	items := orders(60, "pause")
	for range 2 {
		right(t, items, mapAll(t, pool, items))
	}
}

// listSizes runs lists that are empty, shorter than the workers are many, and
// around the size of a chunk, through all ways to give them.
func listSizes(t *testing.T, e env) {
	pool := open(t, e, act)
	for _, n := range []int{0, 1, 2, 3, 6, 7, 8, 100} {
		items := orders(n, "")
		right(t, items, mapAll(t, pool, items))
		right(t, items, streamAll(t, pool, items))
		right(t, items, gatherAll(t, pool, items))
	}
}

// randomNumbers compares with what the function says when it is just called.
func randomNumbers(t *testing.T, e env) {
	const seed = 20260101
	random := rand.New(rand.NewPCG(seed, seed))
	numbers := make([]uint64, 2000)
	want := make([]uint64, len(numbers))
	for i := range numbers {
		numbers[i] = 1 + random.Uint64N(1_000_000)
		want[i] = collatzSteps(numbers[i])
	}
	got := mapAll(t, open(t, e, collatz), numbers)
	if i := firstDifference(got, want); i >= 0 {
		t.Errorf("seed %d: the result for numbers[%d] = %d is %d, want %d", seed, i, numbers[i], got[i], want[i])
	}
}

func firstDifference(got, want []uint64) int {
	for i := range want {
		if i >= len(got) || got[i] != want[i] {
			return i
		}
	}
	return -1
}

// freshMemory holds the results of one call while another runs.
func freshMemory(t *testing.T, e env) {
	pool := open(t, e, act)
	filled := func(with byte) []order {
		items := orders(20, "")
		for i := range items {
			items[i].Bytes = bytes.Repeat([]byte{with}, 100)
		}
		return items
	}
	first := mapAll(t, pool, filled('a'))
	mapAll(t, pool, filled('b'))
	for i, r := range first {
		if !bytes.Equal(r.Bytes, bytes.Repeat([]byte{'a'}, 100)) {
			t.Fatalf("results[%d] of the first call changed to %q", i, r.Bytes)
		}
	}
}

// noAnswerWaits has tasks that end only when the answer before theirs has
// arrived here.
func noAnswerWaits(t *testing.T, e env) {
	dir := t.TempDir()
	items := orders(10, "follow")
	for i := range items {
		items[i].Dir = dir
	}
	pool := open(t, e, act)
	next := 0
	for r, err := range pool.Stream(within(t, patience), slices.Values(items)) {
		if err != nil {
			t.Fatal(err)
		}
		if r.N != 3*next {
			t.Errorf("result %d is %d, want %d", next, r.N, 3*next)
		}
		mark(order{N: next, Dir: dir}, "arrived")
		next++
	}
	if next != len(items) {
		t.Errorf("%d results, want %d", next, len(items))
	}
}
