package peers

import (
	"context"
	"sync"
	"time"

	"github.com/alitto/pond/v2"
	"github.com/panjf2000/ants/v2"
	"github.com/sourcegraph/conc/iter"
	"github.com/sourcegraph/conc/pool"
	"golang.org/x/sync/errgroup"

	"github.com/handoff-go/handoff/bench/factor"
)

// mapped is a Pool made of a function that factors numbers in order.
type mapped struct {
	factorize func(numbers []uint64) ([][]uint64, error)
	end       func() error // nil = there is nothing to end

	numbers []uint64
	results [][]uint64
}

func (m *mapped) Load(numbers []uint64) error {
	m.numbers = numbers
	return nil
}

func (m *mapped) Run(n int) (time.Duration, error) {
	start := time.Now()
	results, err := m.factorize(m.numbers[:n])
	took := time.Since(start)
	m.results = results
	return took, err
}

func (m *mapped) Answers() ([][]uint64, error) { return m.results, nil }

// Compute is 0: it is the function that serial measures.
func (m *mapped) Compute(int) (time.Duration, error) { return 0, nil }

func (m *mapped) Close() error {
	end := m.end
	m.end = nil
	if end == nil {
		return nil
	}
	return end()
}

// openAnts submits a closure an item, as the README of ants does.
func openAnts(context.Context, Peer) (Pool, error) {
	workers, err := ants.NewPool(Workers)
	if err != nil {
		return nil, err
	}
	submit := func(p place) error { return workers.Submit(p.fill) }
	return &mapped{factorize: placed(submit), end: func() error { return workers.ReleaseTimeout(time.Minute) }}, nil
}

// openAntsFunc uses the variant for one function over many items, which ants
// offers to save a closure an item.
func openAntsFunc(context.Context, Peer) (Pool, error) {
	workers, err := ants.NewPoolWithFuncGeneric(Workers, place.fill)
	if err != nil {
		return nil, err
	}
	return &mapped{factorize: placed(workers.Invoke), end: func() error { return workers.ReleaseTimeout(time.Minute) }}, nil
}

// place is an item on its way through a pool, and where its result belongs.
type place struct {
	number uint64
	result *[]uint64
	left   *sync.WaitGroup
}

func (p place) fill() {
	*p.result = factor.Factorize(p.number)
	p.left.Done()
}

// placed hands every number to submit, and waits until all places are filled.
func placed(submit func(place) error) func([]uint64) ([][]uint64, error) {
	return func(numbers []uint64) ([][]uint64, error) {
		results := make([][]uint64, len(numbers))
		var left sync.WaitGroup
		left.Add(len(numbers))
		for i, n := range numbers {
			if err := submit(place{n, &results[i], &left}); err != nil {
				return nil, err
			}
		}
		left.Wait()
		return results, nil
	}
}

// openPond uses a task group with results by index.
//
// Note: its own ordered ResultPool takes as long, or a little longer.
func openPond(context.Context, Peer) (Pool, error) {
	workers := pond.NewPool(Workers)
	factorize := func(numbers []uint64) ([][]uint64, error) {
		results := make([][]uint64, len(numbers))
		group := workers.NewGroup()
		for i, n := range numbers {
			group.Submit(func() { results[i] = factor.Factorize(n) })
		}
		return results, group.Wait()
	}
	return &mapped{factorize: factorize, end: func() error { workers.StopAndWait(); return nil }}, nil
}

// openErrgroup starts a goroutine an item, two at a time.
func openErrgroup(context.Context, Peer) (Pool, error) {
	return &mapped{factorize: func(numbers []uint64) ([][]uint64, error) {
		results := make([][]uint64, len(numbers))
		var group errgroup.Group
		group.SetLimit(Workers)
		for i, n := range numbers {
			group.Go(func() error {
				results[i] = factor.Factorize(n)
				return nil
			})
		}
		return results, group.Wait()
	}}, nil
}

// openConcPool makes a pool for each operation: Wait ends its goroutines.
func openConcPool(context.Context, Peer) (Pool, error) {
	return &mapped{factorize: func(numbers []uint64) ([][]uint64, error) {
		results := make([][]uint64, len(numbers))
		workers := pool.New().WithMaxGoroutines(Workers)
		for i, n := range numbers {
			workers.Go(func() { results[i] = factor.Factorize(n) })
		}
		workers.Wait()
		return results, nil
	}}, nil
}

// openConcMap uses what is nearest to our Map: goroutines that take the next
// index from an atomic counter.
func openConcMap(context.Context, Peer) (Pool, error) {
	mapper := iter.Mapper[uint64, []uint64]{MaxGoroutines: Workers}
	return &mapped{factorize: func(numbers []uint64) ([][]uint64, error) {
		return mapper.Map(numbers, func(n *uint64) []uint64 { return factor.Factorize(*n) }), nil
	}}, nil
}
