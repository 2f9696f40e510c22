package strategies

import (
	"context"
	"sync"
	"time"
)

// chunkContext is the context of the tasks of one chunk in a worker process.
// It costs little until somebody asks for Done, which most tasks do not.
type chunkContext struct {
	deadline time.Time
	timer    *time.Timer // nil without a deadline

	mu   sync.Mutex
	done chan struct{}
	err  error
}

// chunkContexts makes contexts, many at a time: with chunk=1 there is one for each
// item.
type chunkContexts []chunkContext

// next returns a context that ends after remaining, or without a deadline.
func (s *chunkContexts) next(remaining time.Duration, bounded bool) *chunkContext {
	if len(*s) == 0 {
		*s = make([]chunkContext, slab)
	}
	c := &(*s)[0]
	*s = (*s)[1:]
	if bounded {
		c.expire(remaining)
	}
	return c
}

func (c *chunkContext) expire(remaining time.Duration) {
	c.mu.Lock() // the timer may fire at once
	defer c.mu.Unlock()
	c.deadline = time.Now().Add(remaining)
	c.timer = time.AfterFunc(remaining, func() { c.cancel(context.DeadlineExceeded) })
}

func (c *chunkContext) Deadline() (time.Time, bool) { return c.deadline, !c.deadline.IsZero() }
func (c *chunkContext) Value(any) any               { return nil }

func (c *chunkContext) Done() <-chan struct{} {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.done == nil {
		c.done = make(chan struct{})
		if c.err != nil {
			close(c.done)
		}
	}
	return c.done
}

func (c *chunkContext) Err() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.err
}

// cancel ends the context, once.
func (c *chunkContext) cancel(err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.err != nil {
		return
	}
	c.err = err
	if c.done != nil {
		close(c.done)
	}
	if c.timer != nil {
		c.timer.Stop()
	}
}
