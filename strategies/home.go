package strategies

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"strconv"
	"sync/atomic"

	"github.com/handoff-go/handoff/strategies/transport"
)

// home is what the worker processes of a pool have in common, as it was when
// the pool was opened: replacements start in the same place.
type home struct {
	run    uint64
	path   string
	args   []string
	env    []string
	dir    string   // the working directory, "" for that of the moment
	place  *os.File // holds dir, also when it is removed; nil where that is not possible
	out    *output
	id     identity
	made   *transport.RunDir  // shared-file only
	starts atomic.Int64       // worker processes so far
	mark   *transport.RunMark // nil where that is not possible
	left   atomic.Bool        // a worker may have left something behind
	life   [2]*os.File        // the lifeline: the workers' end, ours; nil where there is none
	data   []byte             // the encoded data of the task's Setup

	ctx    context.Context // ends when the pool closes
	cancel context.CancelCauseFunc
}

func (p *core) newHome(ctx context.Context) (*home, error) {
	path, err := executable()
	if err != nil {
		return nil, fmt.Errorf("strategies: find this program: %w", err)
	}
	h := &home{
		run:  rand.Uint64(),
		path: path,
		args: os.Args,
		id:   p.identity(),
	}
	h.ctx, h.cancel = context.WithCancelCause(context.Background())
	h.dir, h.place = workingDir()
	if p.def.setup != nil {
		if h.data, err = p.encodeSetup(ctx); err != nil {
			closeAll(h.place)
			return nil, fmt.Errorf("strategies: task %q: setup: %w", p.def.name, err)
		}
	}
	if h.life[0], h.life[1], err = newLifeline(); err != nil {
		closeAll(h.place)
		return nil, fmt.Errorf("strategies: %w", err)
	}
	if err := p.furnish(h); err != nil {
		closeAll(h.life[0], h.life[1], h.place)
		return nil, err
	}
	// Without a mark, others will not know that this run is over should this
	// process be killed. That is no reason not to begin.
	h.mark, _ = transport.MarkRun(h.run)
	h.env = p.environment(h)
	h.out = newOutput(p.options.stderr, p.failAll)
	return h, nil
}

func (p *core) environment(h *home) []string {
	env := append(os.Environ(),
		envWorker+"="+workerValue(h.run, connLimit(p.spec.frameLimit()), p.spec.Memory, h.lifeline()),
		envDepth+"="+strconv.Itoa(depth()+1),
		"GOMAXPROCS="+strconv.Itoa(p.spec.procs()))
	if p.spec.Memory > 0 {
		// The collector works harder before the system says no.
		env = append(env, "GOMEMLIMIT="+strconv.FormatInt(p.spec.Memory/10*9, 10))
	}
	if raceEnv != "" {
		env = append(env, "GORACE="+os.Getenv("GORACE")+raceEnv)
	}
	return env
}

// lifeline is the descriptor that the lifeline is in workers, 0 if there is none.
func (h *home) lifeline() uintptr {
	if h.life[0] == nil {
		return 0
	}
	return lifelineDescriptor
}

// close ends what outlives the workers.
func (h *home) close() {
	if h.left.Load() {
		endKinOf(h.run)
	}
	h.out.close()
	h.mark.Remove()
	closeAll(h.life[0], h.life[1], h.place)
	if h.made != nil {
		h.made.Remove()
	}
}
