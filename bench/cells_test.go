package bench

import (
	"reflect"
	"testing"

	"github.com/handoff-go/handoff/bench/factor"
	"github.com/handoff-go/handoff/strategies"
	"github.com/handoff-go/handoff/strategies/codec"
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
	coder           func(b *testing.B, w factor.Work, c coder, way string, batch int)
	carriedBy       func(c codec.Codec) bool
	digest          func(t *testing.T, w factor.Work, strategy string) string
}

// shapes has a row for each shape.
var shapes = map[string]measures{
	"number": measuresOf(slowDown(factor.Number)),
	"record": measuresOf(factor.Recorded),
	"tree":   measuresOf(factor.Nested),
	"map":    measuresOf(factor.Mapped),
	"text":   measuresOf(factor.Written),
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
		coder: func(b *testing.B, w factor.Work, c coder, way string, batch int) {
			listed(b)
			items := s.Items(w)
			benchmarkCoder(b, c, way, batch, items, solve(b, s.Factor, items, "serial"))
		},
		carriedBy: func(c codec.Codec) bool {
			return c.Check(reflect.TypeFor[In](), false) == nil && c.Check(reflect.TypeFor[Out](), false) == nil
		},
		digest: func(t *testing.T, w factor.Work, strategy string) string {
			t.Helper()
			return factor.Digest(solve(t, s.Factor, s.Items(w), strategy), s.Factors)
		},
	}
}

// solve returns the results of a task by one strategy.
func solve[In, Out any](t testing.TB, task *strategies.Task[In, Out], items []In, strategy string) []Out {
	t.Helper()
	pool, err := strategies.Open(t.Context(), task, strategies.MustParse(strategy))
	if err != nil {
		t.Fatal(err)
	}
	defer pool.Close()
	results, err := pool.Map(t.Context(), items)
	if err != nil {
		t.Fatal(err)
	}
	return results
}
