package bench

import (
	"errors"
	"runtime"
	"testing"

	"github.com/handoff-go/handoff/strategies"
)

// Run measures one cell: the task over items by the strategy of spec, one Map
// of all items an operation, and reports ns/item and what it was spent on, as
// package strategies' Stats tell. The pool is opened, warmed up and closed
// outside the timed region. Pair it with [Name]: a name that does not say what
// runs fails the benchmark.
//
// The check, which may be nil, gets the results of the last operation, outside
// the timed region; its error fails the benchmark, and so does any item that
// failed. A strategy that this system does not support skips it. The options
// are those of [strategies.Open]. With [ProfileVar] in the environment the cell is
// profiled, too, after it was timed.
func Run[In, Out any](b *testing.B, task *strategies.Task[In, Out], spec strategies.Spec, items []In,
	check func([]Out) error, options ...strategies.Option) {
	b.Helper()
	listed(b)
	if len(items) == 0 {
		b.Fatal("bench: there are no items")
	}
	pool, err := strategies.Open(b.Context(), task, spec, options...)
	if errors.Is(err, errors.ErrUnsupported) {
		b.Skip(err)
	}
	if err != nil {
		b.Fatal(err)
	}
	defer pool.Close()
	if err := checkName(b.Name(), pool.Spec()); err != nil {
		b.Fatal(err)
	}
	results, err := measure(b, pool, items)
	if err != nil {
		b.Fatal(err)
	}
	if check != nil {
		if err := check(results); err != nil {
			b.Fatal(err)
		}
	}
	pool.Close()
	profileCell(b, task, spec, items, check, options)
}

// measure warms the pool up, times it and reports the metrics. It returns the
// results of the last operation.
func measure[In, Out any](b *testing.B, pool *strategies.Pool[In, Out], items []In) (results []Out, err error) {
	if _, err := pool.Map(b.Context(), items[:warmUp(len(items), pool.Spec().Workers)]); err != nil {
		return nil, err
	}
	runtime.GC() // each cell begins with the same heap
	s := spending{items: len(items), before: pool.Stats()}
	for b.Loop() {
		if results, err = pool.Map(b.Context(), items); err != nil {
			return nil, err
		}
	}
	s.after, s.wall, s.ops = pool.Stats(), b.Elapsed(), b.N
	if got, want := s.after.Items-s.before.Items, int64(s.ops)*int64(s.items); got != want {
		b.Fatalf("bench: %d items were answered, want %d", got, want)
	}
	for _, m := range s.metrics() {
		b.ReportMetric(m.value, m.unit)
	}
	return results, nil
}

// warmUp is how many items of n the pool computes before it is measured: an
// eighth, and enough for each worker to have sent its type descriptions and
// have its automatic chunk grown, which grows by at most eight from answer to answer.
func warmUp(n, workers int) int {
	return min(n, max(n/8, 128*workers))
}
