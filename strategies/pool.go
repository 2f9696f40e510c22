package strategies

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"

	"github.com/handoff-go/handoff/strategies/codec"
)

// Pool runs one task by one strategy. It is made by [Open] and must be closed.
// All methods may be called concurrently; calls share the workers. A task must
// not use the pool that runs it.
type Pool[In, Out any] struct{ core *core }

// core is a pool with its types erased.
type core struct {
	schedule
	def       *definition
	row       strategy
	options   options
	codec     codec.Codec // nil in process
	home      *home       // of worker processes; nil in process
	profiling *profiling  // nil in a normal run

	running sync.WaitGroup // what Close waits for
	closing sync.Once
}

// Open starts the workers of a pool and returns when all are ready: started,
// shaken hands with, and through the task's Setup. The context bounds the
// start only.
//
// Errors: what [Spec.Validate] says; [ErrNoInit] and [ErrInWorker]; a type that
// the codec would change; a worker that could not be started, with the end of
// its stderr; errors.ErrUnsupported for worker processes on this system;
// [ErrProfiled].
func Open[In, Out any](ctx context.Context, task *Task[In, Out], spec Spec, list ...Option) (*Pool[In, Out], error) {
	if ctx.Err() != nil {
		return nil, context.Cause(ctx)
	}
	p, err := newCore(task.def, spec, newOptions(list))
	if err != nil {
		return nil, err
	}
	if err := p.startTrace(); err != nil {
		return nil, err
	}
	if err := p.startProfile(ctx); err != nil {
		p.options.trace.forget()
		return nil, err
	}
	if err := p.start(ctx); err != nil {
		p.profiling.forget()
		p.close()
		p.options.trace.forget()
		return nil, err
	}
	p.probeClocks()
	return &Pool[In, Out]{p}, nil
}

func newCore(def *definition, spec Spec, o options) (*core, error) {
	if err := spec.Validate(); err != nil {
		return nil, err
	}
	if err := checkSetup(def, o.setup); err != nil {
		return nil, err
	}
	row, _ := lookup(spec.Strategy)
	p := &core{def: def, row: row, options: o}
	p.spec, p.remote = spec.resolve(), row.kind.remote()
	for i := range p.spec.Workers {
		p.slots = append(p.slots, &slot{number: i, pace: pace{claims: !p.remote}, wake: make(chan struct{}, 1), restarts: restarts{goOn: make(chan struct{}, 1)}})
	}
	return p, nil
}

// start is the one switch over kinds.
func (p *core) start(ctx context.Context) error {
	switch p.row.kind {
	case kindSerial, kindGoroutines:
		return p.startLocals(ctx)
	case kindProcess, kindSharedFile:
		if err := mayStartProcesses(); err != nil {
			return err
		}
		p.codec, _ = lookupCodec(p.row.codec)
		if err := p.checkTypes(ctx); err != nil {
			return err
		}
		return p.startProcesses(ctx)
	}
	panic("strategies: a kind without a start")
}

// checkTypes walks the task's types once for the pool's codec, which may ask them.
func (p *core) checkTypes(ctx context.Context) error {
	err := p.hostOpen(ctx, func() error { return told(p.checkEach()) })
	if _, ok := err.(*toldError); err == nil || ok {
		return err
	}
	return fmt.Errorf("strategies: task %q: a method that the codec tried: %w", p.def.name, err)
}

func (p *core) checkEach() error {
	if err := p.codec.Check(p.def.in, p.def.lossy); err != nil {
		return fmt.Errorf("strategies: task %q: items: %w", p.def.name, err)
	}
	if err := p.codec.Check(p.def.out, p.def.lossy); err != nil {
		return fmt.Errorf("strategies: task %q: results: %w", p.def.name, err)
	}
	if p.def.setup == nil {
		return nil
	}
	if err := p.codec.Check(p.def.setup.typ, p.def.lossy); err != nil {
		return fmt.Errorf("strategies: task %q: data of the setup: %w", p.def.name, err)
	}
	return nil
}

// Spec returns the configuration in force; see [Spec.Resolve].
func (p *Pool[In, Out]) Spec() Spec { return p.core.spec }

// Map runs the task on every item. results[i] belongs to items[i]; items that
// failed have the zero value there and are listed in a [*MapError]. It returns
// early, with the results so far, when ctx ends (context.Cause, in a [*DeadlineError] if
// its deadline came), when the pool is closed ([ErrClosed]), and when for five seconds
// workers die, or cannot be started, without getting anywhere: the next call tries again.
//
// Each item is answered once, but may be run again after a worker process was
// lost; with retries=0 it is run at most once. When Map returns, nothing of the
// pool touches items or results any more; but a marshaller of an item that does not
// return within a second after the call's end is left behind, with what its copy of
// the item points to, and counted in Stats.Abandoned.
func (p *Pool[In, Out]) Map(ctx context.Context, items []In) (results []Out, err error) {
	results = make([]Out, len(items))
	if ctx.Err() != nil {
		return results, context.Cause(ctx)
	}
	st := &array[In, Out]{load: p.core.def.load().(*cargo[In, Out]), items: items, results: results}
	c, err := p.core.begin(ctx, st)
	if err != nil {
		return results, err
	}
	if len(items) > 0 {
		err = c.wait(ctx)
	}
	c.close()
	if err == nil && len(st.failed) > 0 && isOverWith(ctx, st.failed[len(st.failed)-1]) {
		return results, endedItems(ctx, st.failed...) // and that is why they failed
	}
	if err == nil && len(st.failed) > 0 {
		slices.SortFunc(st.failed, func(a, b *ItemError) int { return cmp.Compare(a.Index, b.Index) })
		err = &MapError{Failed: st.failed}
	}
	return results, err
}

// array is the stock of a Map.
type array[In, Out any] struct {
	load    *cargo[In, Out]
	items   []In
	results []Out
	next    atomic.Int64 // the first that was not taken; it may run past the end
	fresh   []cargo[In, Out]
	failed  []*ItemError
}

func (a *array[In, Out]) taken() int { return min(len(a.items), int(a.next.Load())) }
func (a *array[In, Out]) ready() int { return len(a.items) - a.taken() }
func (a *array[In, Out]) left() int  { return a.ready() }
func (a *array[In, Out]) halt()      {}

func (a *array[In, Out]) take(n int) (first int, l load) {
	if len(a.fresh) == 0 {
		a.fresh = make([]cargo[In, Out], min(slab, share(len(a.items), n)))
	}
	c := &a.fresh[0]
	a.fresh = a.fresh[1:]
	c.run = a.load.run
	return a.claim(n, c)
}

// claim implements claimer.
func (a *array[In, Out]) claim(n int, into load) (first int, l load) {
	end := int(a.next.Add(int64(n)))
	first, end = min(end-n, len(a.items)), min(end, len(a.items))
	c, ok := into.(*cargo[In, Out])
	if !ok {
		c = &cargo[In, Out]{run: a.load.run}
	}
	c.items, c.results = a.items[first:end:end], a.results[first:end:end]
	return first, c
}

// deliver has nothing to do with the results: they are in place.
func (a *array[In, Out]) deliver(_ int, _ load, failed []*ItemError) {
	a.failed = append(a.failed, failed...)
}

// Close ends running calls with [ErrClosed], stops the workers and releases
// everything: processes, files, goroutines and descriptors. A worker process
// that does not stop by itself is killed; an in-process task that ignores its
// context keeps its goroutine, counted in Stats.Abandoned. Further calls of
// Close wait for the first and return nil.
func (p *Pool[In, Out]) Close() error {
	p.core.close()
	return nil
}

func (p *core) close() {
	p.closing.Do(func() {
		p.probeClocks()
		p.mu.Lock()
		p.ending = true
		for _, c := range p.open {
			p.end(c, ErrClosed)
			c.cancel(ErrClosed)
			c.recall()
		}
		p.round, p.alone, p.retry = round{}, nil, nil
		p.stopWorkers()
		p.rouse()
		p.mu.Unlock()
		p.running.Wait()
		if p.home != nil {
			p.home.close()
		}
		p.profiling.finish()
		p.options.trace.end()
	})
}
