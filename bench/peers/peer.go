package peers

import (
	"context"
	"strings"
	"time"

	"github.com/handoff-go/handoff/strategies"
)

// Workers is how many goroutines or processes each peer computes with.
const Workers = 2

// Peer is one way of using somebody else's pool: a cell.
type Peer struct {
	Strategy string // in the benchmark's name: "peer-conc-itermap"
	Chunk    string // items handed over at a time; "auto" where the peer decides itself
	Window   string // calls that each worker has in flight; "" where there is no such choice
	Items    int    // numbers of one operation: enough for some tenths of a second

	needs func() error // what this machine lacks for it; nil = nothing can be lacking
	open  func(ctx context.Context, p Peer) (Pool, error)
}

// Pool is a peer's pool with its workers running. One goroutine uses it.
type Pool interface {
	// Load says which numbers are to be factored from now on.
	Load(numbers []uint64) error
	// Run factors the first n of them and returns how long that took, as
	// measured next to the pool.
	Run(n int) (time.Duration, error)
	// Answers returns the factors that the last Run found, in order.
	Answers() ([][]uint64, error)
	// Compute returns what it takes to factor one of the first n numbers
	// without any pool, where that is not what serial takes; else 0.
	Compute(n int) (time.Duration, error)
	// Close ends the pool, also a second time. No goroutine and no process of
	// it is left.
	Close() error
}

// many items are a few milliseconds for the pools that are fastest, so that a
// benchtime of some tenths of a second holds many operations.
const many = 131072

// All returns the table of peers, in process first.
func All() []Peer {
	return []Peer{
		{Strategy: "peer-ants-pool", Chunk: "1", Items: many, open: openAnts},
		{Strategy: "peer-ants-func", Chunk: "1", Items: many, open: openAntsFunc},
		{Strategy: "peer-pond", Chunk: "1", Items: many, open: openPond},
		{Strategy: "peer-errgroup", Chunk: "1", Items: many, open: openErrgroup},
		{Strategy: "peer-conc-pool", Chunk: "1", Items: many, open: openConcPool},
		{Strategy: "peer-conc-itermap", Chunk: "1", Items: many, open: openConcMap},
		{Strategy: "peer-plugin-netrpc", Chunk: "1", Window: "1", Items: 4096, open: openNetRPC},
		{Strategy: "peer-plugin-netrpc", Chunk: "1", Window: "16", Items: 16384, open: openNetRPC},
		{Strategy: "peer-plugin-netrpc", Chunk: "256", Window: "4", Items: many, open: openNetRPC},
		{Strategy: "peer-plugin-grpc", Chunk: "1", Window: "1", Items: 2048, open: openGRPC},
		{Strategy: "peer-plugin-grpc", Chunk: "1", Window: "16", Items: 8192, open: openGRPC},
		{Strategy: "peer-plugin-grpc", Chunk: "256", Window: "4", Items: many, open: openGRPC},
		{Strategy: "peer-python-pool", Chunk: "1", Items: 16384, needs: needPython, open: openPython},
		{Strategy: "peer-python-pool", Chunk: "auto", Items: many, needs: needPython, open: openPython},
		{Strategy: "peer-python-executor", Chunk: "1", Items: 2048, needs: needPython, open: openPython},
		{Strategy: "peer-python-executor", Chunk: "256", Items: many, needs: needPython, open: openPython},
	}
}

// Missing says why the peer cannot run on this machine, nil if it can.
func (p Peer) Missing() error {
	if p.needs == nil {
		return nil
	}
	return p.needs()
}

// Open starts the peer's pool. The context ends its processes.
func (p Peer) Open(ctx context.Context) (Pool, error) { return p.open(ctx, p) }

// Name returns the name of the peer's cell, in the form of bench.Name:
//
//	strategy=peer-conc-itermap/digits=2/shape=number/workers=2/chunk=1
func (p Peer) Name(work ...strategies.Key) string {
	var name strings.Builder
	name.WriteString("strategy=" + p.Strategy)
	for _, k := range append(work, p.keys()...) {
		name.WriteString("/" + k.Name + "=" + k.Value)
	}
	return name.String()
}

func (p Peer) keys() []strategies.Key {
	keys := []strategies.Key{{Name: "workers", Value: "2"}, {Name: "chunk", Value: p.Chunk}}
	if p.Window != "" {
		keys = append(keys, strategies.Key{Name: "window", Value: p.Window})
	}
	return keys
}
