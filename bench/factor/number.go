package factor

import (
	"context"

	"github.com/handoff-go/handoff/strategies"
)

// Number is the barest shape: a uint64 goes, a slice of them comes back. There
// is no room for a payload; with one beside it, it would be a record.
var Number = Shape[uint64, []uint64]{
	Name: "number",
	Factor: strategies.Define("factor", func(_ context.Context, n uint64) ([]uint64, error) {
		return Factorize(n), nil
	}),
	Nothing: strategies.Define("nothing", func(_ context.Context, n uint64) ([]uint64, error) {
		return pretend(n), nil
	}),
	Item:    func(_ int, n uint64, _ Payload) uint64 { return n },
	Factors: func(factors []uint64) []uint64 { return factors },
}
