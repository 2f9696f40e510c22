package strategies

import (
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/handoff-go/handoff/strategies/transport"
)

// kinship is what the environment variable HANDOFF_RUN says of a worker
// process, and of whatever its tasks start, and that in turn: to which run it
// belongs, and to which worker of that. A process that left the group of its
// worker, or outlived it, is known by that, and ended: see endKin. One that is to
// stay must be started without the variable.
//
// The variable holds one kinship for each pool above the process, the innermost
// last: a task may start a program that has a pool of its own.
type kinship struct {
	run    uint64
	worker int64 // the how manieth of the run
}

const envRun = "HANDOFF_RUN"

func (k kinship) String() string { return fmt.Sprintf("%016x.%d", k.run, k.worker) }

// kinships reads a value of HANDOFF_RUN. What is not ours it leaves out.
func kinships(value string) (list []kinship) {
	for text := range strings.SplitSeq(value, ",") {
		var k kinship
		if _, err := fmt.Sscanf(text, "%x.%d", &k.run, &k.worker); err == nil && k.String() == text {
			list = append(list, k)
		}
	}
	return list
}

// ownKinship is that of this worker process.
func ownKinship() (k kinship) {
	if list := kinships(os.Getenv(envRun)); len(list) > 0 {
		k = list[len(list)-1]
	}
	return k
}

// variable is what a worker process of this one has in its environment.
func (k kinship) variable() string {
	if above := os.Getenv(envRun); above != "" {
		return envRun + "=" + above + "," + k.String()
	}
	return envRun + "=" + k.String()
}

// endKin ends what the worker, which has ended itself, has left behind.
func (k kinship) endKin() { endKin(func(of kinship) bool { return of == k }) }

// endKinOf ends what the workers of runs have left behind.
func endKinOf(runs ...uint64) {
	endKin(func(of kinship) bool { return slices.Contains(runs, of.run) })
}

// sweepKin ends what is left of runs of this user whose coordinators ended without
// a Close.
func sweepKin() { transport.SweepRuns(func(runs []uint64) { endKinOf(runs...) }) }
