package strategies

import (
	"math"
	"testing"
)

// auto is a Spec that leaves chunk and window to the pace.
var auto = Spec{Strategy: "process-gob", Workers: 4}

func TestFirstChunkIsOneItem(t *testing.T) {
	var p pace
	if n := p.chunkSize(&auto, 1_000_000); n != 1 {
		t.Errorf("the first chunk has %d items", n)
	}
	p.grow(1) // an answer, but nothing is known of the work
	if n := p.chunkSize(&auto, 1_000_000); n != 1 {
		t.Errorf("without a report of work the chunk grew to %d items", n)
	}
}

// work lets a worker answer a chunk of n items that took ns each.
func (p *pace) work(n int, ns float64) {
	p.open += n
	p.worked(int64(float64(n) * ns))
	p.grow(n)
}

func TestChunkGrowsUntilItIsEnough(t *testing.T) {
	for ns, most := range map[float64]int{
		100:    chunkItems,
		10_000: chunkSpan / 10_000,
	} {
		var p pace
		want := 1
		for i := range 20 {
			n := p.chunkSize(&auto, -1)
			if n != want {
				t.Fatalf("of items of %v ns, chunk %d has %d, want %d", ns, i, n, want)
			}
			p.work(n, ns)
			want = min(growth*want, most)
		}
	}
}

func TestChunkShrinksWhenItemsGetSlow(t *testing.T) {
	p := pace{item: 100, chunk: 2500}
	for range 20 {
		p.work(8, chunkSpan)
	}
	if n := p.chunkSize(&auto, -1); n != 1 {
		t.Errorf("items of a whole chunk's work come in chunks of %d", n)
	}
}

func TestChunkIsBoundedInBytes(t *testing.T) {
	for _, p := range []pace{{chunk: 1000, sent: 1000}, {chunk: 1000, got: 1000}} {
		if n := p.chunkSize(&auto, -1); n != chunkBytes/1000 {
			t.Errorf("sent %v, got %v bytes an item: a chunk has %d items, want %d", p.sent, p.got, n, chunkBytes/1000)
		}
	}
	huge := pace{chunk: 1000, sent: 10 * chunkBytes}
	if n := huge.chunkSize(&auto, -1); n != 1 {
		t.Errorf("of huge items, a chunk has %d", n)
	}
}

func TestChunkOfTheSpec(t *testing.T) {
	p := pace{item: 1e9, chunk: 1, sent: 1 << 20}
	if n := p.chunkSize(&Spec{Workers: 4, Chunk: 64}, 3); n != 64 {
		t.Errorf("chunk=64 gave %d", n)
	}
}

// TestTailIsGuided deals out the end of the items: chunks shrink to one, each
// a fair part of what is left.
func TestTailIsGuided(t *testing.T) {
	p := pace{chunk: 100}
	left, last := 1000, math.MaxInt
	for left > 0 {
		n := p.chunkSize(&auto, left)
		switch {
		case n > last:
			t.Errorf("%d left: a chunk of %d after one of %d", left, n, last)
		case n > 1 && n*auto.Workers > left:
			t.Errorf("%d left: a chunk of %d is more than the part of each of %d workers", left, n, auto.Workers)
		case n < min(100, left/(2*auto.Workers)):
			t.Errorf("%d left: a chunk of %d is smaller than it need be", left, n)
		}
		left, last = left-n, n
	}
	if left < 0 || last != 1 {
		t.Errorf("the last chunk has %d items, and %d are left", last, left)
	}
}

func TestWindowCoversTheSpan(t *testing.T) {
	for _, c := range []struct {
		item float64
		n    int
		want int
	}{
		{0, 1, 2},        // nothing known
		{40_000, 1, 50},  // the span
		{1000, 40, 50},   // the span in chunks
		{1000, 1, 1024},  // at most
		{1e6, 1, 2},      // at least
		{1e9, 100, 2},    // at least
		{0.001, 1, 1024}, // at most
		{500_000, 1, 4},  // the span
		{1, 1 << 30, 2},  // at least
		{31_250, 1, 64},  // the span
		{15_625, 1, 128}, // the span
	} {
		p := pace{item: c.item, chunk: math.MaxInt}
		if got := p.window(&auto, c.n); got != c.want {
			t.Errorf("items of %v ns in chunks of %d: a window of %d, want %d", c.item, c.n, got, c.want)
		}
		small := pace{item: c.item, chunk: 1}
		if got, fixed := small.window(&auto, 1), small.window(&Spec{Chunk: 1}, 1); got != minWindow && got != fixed {
			t.Errorf("items of %v ns while chunks grow: a window of %d, want %d", c.item, got, minWindow)
		}
	}
	p := pace{item: 1e9}
	if got := p.window(&Spec{Window: 7}, 1); got != 7 {
		t.Errorf("window=7 gave %d", got)
	}
}

func TestWindowIsBoundedInBytes(t *testing.T) {
	for _, c := range []struct {
		p            pace
		bytes, items int
		n            int
		want         bool
	}{
		{pace{sent: 1024}, 0, 0, 4096, true},
		{pace{sent: 1024}, 0, 0, 4097, false},
		{pace{got: 1024}, 0, 0, 4096, true},
		{pace{got: 1024}, 0, 0, 4097, false},
		{pace{got: 1024}, 0, 4095, 1, true},
		{pace{got: 1024}, 0, 4096, 1, false},
		{pace{sent: 1024}, 4<<20 - 1024, 0, 1, true},
		{pace{sent: 1024}, 4<<20 - 1023, 0, 1, false},
		{pace{}, 4 << 20, 0, 1, false}, // of unknown weight, but not of none
		{pace{}, 0, 0, 1000, true},
	} {
		if got := c.p.fits(c.bytes, c.items, c.n); got != c.want {
			t.Errorf("%+v: %d more items beside %d of %d bytes fit: %v", c.p, c.n, c.items, c.bytes, got)
		}
	}
}

func TestAverageFollowsMany(t *testing.T) {
	if got := average(0, 70, 1); got != 70 {
		t.Errorf("the first value seen gives %v", got)
	}
	if got := average(100, 260, 1); got != 110 {
		t.Errorf("one odd item moves 100 to %v, want a sixteenth of the way to 260", got)
	}
	if got := average(100, 200, 1000); got != 150 {
		t.Errorf("a large chunk moves 100 to %v, want half of the way to 200", got)
	}
}

func TestWorkedCountsItemsSinceTheLastReport(t *testing.T) {
	var p pace
	p.worked(5000) // of no item
	if p.item != 0 {
		t.Errorf("work without items gives %v ns an item", p.item)
	}
	p.open = 10
	p.worked(5000)
	if p.item != 500 || p.open != 0 {
		t.Errorf("5000 ns for 10 items give %v ns an item, %d still open", p.item, p.open)
	}
}

func TestWeighed(t *testing.T) {
	var per float64
	weighed(&per, 100, 0)
	if per != 0 {
		t.Errorf("no items weigh %v", per)
	}
	weighed(&per, 100, 4)
	if per != 25 {
		t.Errorf("four items of 100 bytes weigh %v each", per)
	}
}

// TestLastItemsAreShared: however short items were so far, two that are left
// are not one chunk.
func TestLastItemsAreShared(t *testing.T) {
	p := pace{item: 100, chunk: 20_000}
	spec := Spec{Workers: 2}
	for left, want := range map[int]int{2: 1, 3: 2, 100: 50, 4000: 1250} {
		if n := p.chunkSize(&spec, left); n != want {
			t.Errorf("of %d items the next chunk is %d, want %d", left, n, want)
		}
	}
}
