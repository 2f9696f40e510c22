package strategies

import (
	"math/rand/v2"
	"testing"
	"time"
)

// Whatever the ways take, the true offset is within what the bounds say, and a
// quick way in each direction is enough to know it well, also when no snapshot
// was quick in both.
func TestClockBoundsHoldTheTruth(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	for range 1000 {
		truth := random.Int64N(1e12) - 5e11
		b := unknownClock
		least := [2]int64{1 << 62, 1 << 62}
		for i := range int64(20) {
			sent, way, work, back := i*1e6, 1000+random.Int64N(1e5), random.Int64N(1e5), 1000+random.Int64N(1e5)
			b.there(sent, sent+way+truth)
			b.back(sent+way+work+truth, sent+way+work+back)
			least = [2]int64{min(least[0], way), min(least[1], back)}
		}
		offset, off := b.offset()
		if wrong := max(offset-truth, truth-offset); time.Duration(wrong) > off {
			t.Fatalf("offset %d ± %v, true is %d", offset, off, truth)
		}
		if want := (least[0]+least[1])/2 + 1; int64(off) > want {
			t.Fatalf("±%v, though the quickest ways took %v", off, least)
		}
	}
}

func TestClockBoundsOfAClockThatDrifts(t *testing.T) {
	b := unknownClock
	if b.known() {
		t.Error("a clock that was never asked is known")
	}
	b.there(0, 100)
	b.back(1200, 1000) // it cannot be both less than 100 and more than 200 ahead
	if offset, off := b.offset(); !b.known() || offset != 150 || off != 51 {
		t.Errorf("offset %d ± %v, want 150 ± 51", offset, off)
	}
}
