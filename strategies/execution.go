package strategies

import (
	"context"
	"errors"
)

// execution runs the items of a chunk one after the other, on either kind of
// worker. It survives a task that ends its goroutine: exited records that, and
// another goroutine calls run again.
type execution struct {
	load     load
	ctx      context.Context
	position *position
	next     int
	failed   []failure
}

// begin makes x the execution of another chunk.
func (x *execution) begin(ctx context.Context, l load, p *position) {
	x.load, x.ctx, x.position = l, ctx, p
	x.next, x.failed = 0, nil
}

// run runs what is left of the chunk. A cancelled context is asked at the start
// and after an item that failed, perhaps because of it: whoever sets stopped
// may come later.
func (x *execution) run() {
	n := x.load.len()
	for x.next < n {
		if errors.Is(x.ctx.Err(), context.Canceled) {
			x.skip(x.next)
			return
		}
		i, err := x.load.runFrom(x.ctx, x.next, x.position)
		if err == nil {
			x.skip(i)
			return
		}
		x.fail(i, err)
	}
}

func (x *execution) fail(i int, err error) {
	x.failed = append(x.failed, failure{index: i, err: err})
	x.next = i + 1
}

// skip gives up the items from i on: they were cancelled.
func (x *execution) skip(i int) {
	for ; i < x.load.len(); i++ {
		x.failed = append(x.failed, failure{index: i, err: context.Canceled, skipped: true})
	}
	x.next = i
}

// exited is called when the goroutine of run ended in a task.
func (x *execution) exited() {
	x.fail(int(x.position.item.Load()), &RemoteError{
		Type: typeGoexit,
		Text: "the task ended its goroutine with runtime.Goexit",
	})
}
