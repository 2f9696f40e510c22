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
	envWorker = "HANDOFF_WORKER" // run id, frame limit, memory limit, descriptor of the lifeline
	envDepth  = "HANDOFF_DEPTH"
)

var initialised atomic.Bool

// born is what the environment said when the program began. What comes before Init,
// the init functions of the program's packages and the beginning of main, may have
// cleared the environment: a copy that would then take itself for a coordinator
// would start copies.
var born = struct {
	worker string
	depth  int
}{os.Getenv(envWorker), depthIn(os.Getenv(envDepth))}

// init runs on the main thread, as all of them do.
func init() {
	if _, _, _, life, err := parseWorker(born.worker); err == nil && life != 0 {
		lifelineError = holdLifeline(life, orphaned)
	}
}

// lifelineError is why there is nobody at the lifeline, in a worker.
var lifelineError error

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
	if born.worker == "" {
		return
	}
	os.Unsetenv(envWorker)
	os.Exit(serve(born.worker))
}

// IsWorker reports whether this is a worker process, also before Init: for
// init functions and package variables that a worker has no use for.
func IsWorker() bool { return born.worker != "" }

// depth is how many worker processes there are above this one, this one
// included.
func depth() int { return max(born.depth, depthIn(os.Getenv(envDepth))) }

func depthIn(value string) int {
	n, err := strconv.Atoi(value)
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

func workerValue(run uint64, limit int, memory int64, life uintptr) string {
	return fmt.Sprintf("%x:%d:%d:%d", run, limit, memory, life)
}

func parseWorker(value string) (run uint64, limit int, memory int64, life uintptr, err error) {
	if n, err := fmt.Sscanf(value, "%x:%d:%d:%d", &run, &limit, &memory, &life); n != 4 || err != nil {
		return 0, 0, 0, 0, fmt.Errorf("%s=%q is not ours", envWorker, value)
	}
	return run, limit, memory, life, nil
}
