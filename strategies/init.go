package strategies

import (
	"errors"
	"fmt"
	"os"
	"strconv"
	"sync/atomic"
)

// Environment of a worker process. The first is taken out before any task
// runs; the depth and the run (see kinship) stay, so that whatever the worker
// starts knows where it is, and is known.
const (
	envWorker = "HANDOFF_WORKER" // run id, frame limit, memory limit
	envDepth  = "HANDOFF_DEPTH"
)

var initialised, inWorker atomic.Bool

// Init makes the program able to be its own worker. Call it first in main, or
// in TestMain: in a worker process it serves and never returns. What main does
// after Init happens in the coordinator only, and so a task must not rely on
// it.
//
// Init is the guard against a fork storm: without it, a strategy with worker
// processes is refused ([ErrNoInit]), because the copies of such a program
// would run its main, and start copies.
func Init() {
	initialised.Store(true)
	value := os.Getenv(envWorker)
	if value == "" {
		return
	}
	inWorker.Store(true)
	os.Unsetenv(envWorker)
	os.Exit(serve(value))
}

// IsWorker reports whether this is a worker process, also before Init: for
// init functions and package variables that a worker has no use for.
func IsWorker() bool { return inWorker.Load() || os.Getenv(envWorker) != "" }

// depth is how many worker processes there are above this one, this one
// included.
func depth() int {
	n, err := strconv.Atoi(os.Getenv(envDepth))
	if err != nil {
		return 0
	}
	return n
}

// mayStartProcesses comes before the first process is started.
func mayStartProcesses() error {
	switch {
	case !canStartProcesses:
		return fmt.Errorf("strategies: worker processes on this system: %w", errors.ErrUnsupported)
	case depth() > 0:
		return ErrInWorker
	case !initialised.Load():
		return ErrNoInit
	}
	return nil
}

// workerValue and parseWorker are the two ends of envWorker.

func workerValue(run uint64, limit int, memory int64) string {
	return fmt.Sprintf("%x:%d:%d", run, limit, memory)
}

func parseWorker(value string) (run uint64, limit int, memory int64, err error) {
	if n, err := fmt.Sscanf(value, "%x:%d:%d", &run, &limit, &memory); n != 3 || err != nil {
		return 0, 0, 0, fmt.Errorf("%s=%q is not ours", envWorker, value)
	}
	return run, limit, memory, nil
}
