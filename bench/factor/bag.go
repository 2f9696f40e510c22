package factor

import (
	"context"
	"slices"

	"github.com/handoff-go/handoff/strategies"
)

// Bag is a number as a bag of factors: how many of each it takes. A number that
// nobody has split yet is one of itself.
type Bag struct {
	Times   map[uint64]int // by factor, 1 or more
	Payload []byte
}

// Mapped is the shape of maps: a map of one number goes, a map of its prime
// factors comes back. A codec without maps, such as binary, cannot carry it, and
// Open says so.
var Mapped = Shape[Bag, Bag]{
	Name:    "map",
	Carries: true,
	Factor: strategies.Define("factor-map", func(_ context.Context, b Bag) (Bag, error) {
		return newBag(Factorize(b.number()), b.Payload), nil
	}),
	Nothing: strategies.Define("nothing-map", func(_ context.Context, b Bag) (Bag, error) {
		return newBag(pretend(b.number()), b.Payload), nil
	}),
	Item:    func(_ int, n uint64, p Payload) Bag { return newBag(itself(n), p.Bytes) },
	Factors: Bag.factors,
	Payload: func(b Bag) []byte { return b.Payload },
}

func newBag(factors []uint64, payload []byte) Bag {
	times := make(map[uint64]int)
	for _, f := range factors {
		times[f]++
	}
	return Bag{times, payload}
}

// number is the product of all in the bag.
func (b Bag) number() uint64 {
	n := uint64(1)
	for f, times := range b.Times {
		for range times {
			n *= f
		}
	}
	return n
}

func (b Bag) factors() []uint64 {
	var factors []uint64
	for f, times := range b.Times {
		for range times {
			factors = append(factors, f)
		}
	}
	slices.Sort(factors)
	return factors
}
