package bench

import (
	"context"
	"testing"

	"github.com/handoff-go/handoff/bench/factor"
	"github.com/handoff-go/handoff/strategies"
)

// BenchmarkStart: what does a cold pool cost, opened, used once and closed?
func BenchmarkStart(b *testing.B) {
	for _, text := range five {
		spec := specOf(text)
		b.Run(Name(spec), func(b *testing.B) {
			listed(b)
			for b.Loop() {
				if err := startAndStop(b.Context(), b.Name(), spec); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func startAndStop(ctx context.Context, name string, spec strategies.Spec) error {
	pool, err := strategies.Open(ctx, factor.Number.Nothing, spec)
	if err != nil {
		return err
	}
	defer pool.Close()
	if err := checkName(name, pool.Spec()); err != nil {
		return err
	}
	_, err = pool.Map(ctx, []uint64{1})
	return err
}
