package bench

import (
	"context"
	"errors"

	"github.com/handoff-go/handoff/strategies"
)

// Trace runs the task over the items once, by the strategy of spec, and returns
// what every lane did when: (*strategies.Trace).WriteTo writes it for Perfetto and
// for "handoff report". Each lane keeps the newest of so many events; 0 stands for
// 65,536.
//
// The check, which may be nil, gets the results. Errors are those of Open, Map and
// the check. The options are those of [strategies.Open].
func Trace[In, Out any](ctx context.Context, task *strategies.Task[In, Out], spec strategies.Spec, items []In,
	check func([]Out) error, events int, options ...strategies.Option) (*strategies.Trace, error) {
	if len(items) == 0 {
		return nil, errors.New("bench: trace: there are no items")
	}
	trace := &strategies.Trace{Events: events}
	pool, err := strategies.Open(ctx, task, spec, append(options[:len(options):len(options)], strategies.WithTrace(trace))...)
	if err != nil {
		return nil, err
	}
	results, err := pool.Map(ctx, items)
	if closed := pool.Close(); err == nil {
		err = closed
	}
	if err == nil && check != nil {
		err = check(results)
	}
	return trace, err
}
