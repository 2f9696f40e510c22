package bench

import (
	"context"
	"sync"
	"testing"

	"github.com/handoff-go/handoff/bench/factor"
	"github.com/handoff-go/handoff/strategies"
)

// five are the promised strategies, on two workers where there can be two.
var five = []string{
	"serial",
	"goroutines,workers=2",
	"process-gob,workers=2",
	"process-json,workers=2",
	"shared-file,workers=2",
}

// specOf parses the text of a cell. What shared-file will find out when it
// opens is filled in, so that the name says it.
func specOf(text string) strategies.Spec {
	spec := strategies.MustParse(text)
	if spec.Strategy == "shared-file" && spec.On == "" {
		spec.On = medium()
	}
	return spec
}

// medium asks shared-file once what its files are kept in: "" where the
// strategy is not supported.
var medium = sync.OnceValue(func() string {
	spec := strategies.MustParse("shared-file,workers=1")
	pool, err := strategies.Open(context.Background(), factor.Number.Nothing, spec)
	if err != nil {
		return ""
	}
	defer pool.Close()
	return pool.Spec().On
})

// measures are the benchmarks of one shape of data.
type measures struct {
	factor, nothing func(b *testing.B, w factor.Work, spec strategies.Spec, options ...strategies.Option)
}

// shapes has a row for each shape.
var shapes = map[string]measures{
	"number": measuresOf(factor.Number),
	"record": measuresOf(factor.Recorded),
}

func measuresOf[In, Out any](s factor.Shape[In, Out]) measures {
	return measures{
		factor: func(b *testing.B, w factor.Work, spec strategies.Spec, options ...strategies.Option) {
			listed(b)
			check, err := s.Check(w)
			if err != nil {
				b.Fatal(err)
			}
			Run(b, s.Factor, spec, s.Items(w), check, options...)
		},
		nothing: func(b *testing.B, w factor.Work, spec strategies.Spec, options ...strategies.Option) {
			listed(b)
			Run(b, s.Nothing, spec, s.Items(w), s.CheckNothing(w), options...)
		},
	}
}
