package bench

import (
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

// specOf parses the text of a cell and fills in what the name is to say: what
// the files of shared-file are kept in.
func specOf(text string) strategies.Spec {
	spec := strategies.MustParse(text)
	spec.On = spec.Resolve().On
	return spec
}

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
