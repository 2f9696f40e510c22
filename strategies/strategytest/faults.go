//go:build linux

// # Faults
//
// [Faults] injects what goes wrong around worker processes into real pools of
// real processes, from outside: by signals, by worker processes that lie, by
// full disks, by limits of the system. What each fault must come to: no item is
// lost, none is answered twice, nothing hangs, nothing is left behind, and the
// message says which item, which worker and what to do.
//
// The faults, and the tests of each:
//
//	 1  a worker is killed in mid-task                     killed killed-after-answering
//	 2  a worker is stopped; an item does not end          stopped stopped-overdue stopped-overdue-alone hung-item slow-chunk
//	 3  a worker exits with code 0 and a task in hand      exit-0
//	 4  runtime.Goexit in the task                         goexit
//	 5  panic in the task                                  panic
//	 6  fatal error in the task                            fatal-error
//	 7  killed for its memory                              killed-for-memory memory-limit
//	 8  user code prints to stdout, also in init           prints prints-in-init
//	 9  flood on stderr                                    stderr-flood stderr-tail
//	10  half a frame, then death                           half-frame
//	11  a flipped bit in a frame                           flipped-bit
//	12  absurd length in a header                          absurd-length
//	13  item or result over the limit                      over-limit
//	14  the coordinator is killed                          orphans-idle orphans-busy
//	15  a child of a worker keeps its pipes open           grandchild grandchild-of-lost
//	16  Init is not called                                 no-init
//	17  a worker dies at every start                       dies-at-start dies-at-restart dies-beside-progress
//	18  an item that kills every worker                    poison
//	19  a chunk with such an item                          poison-in-chunk
//	20  disk full, I/O error                               disk-full answers-disk-full lost-directory full-stderr
//	21  stale files; a run that ended without notice       stale-directory stale-frame fatal-exit
//	22  a link planted in the shared directory             planted-link planted-answer
//	23  torn read, missed notification                     torn-file overflowing-notifications no-notifications
//	24  another build or other types at the other side     other-build other-types
//	25  the binary is replaced while it runs               replaced-binary
//	26  no descriptors, no processes left                  no-descriptors no-processes
//	27  a worker never says hello                          mute mute-at-restart aloof
//	28  slow consumer of a stream                          slow-consumer
//	29  stream abandoned half way                          abandoned-stream
//	30  cancel before, during, twice, after                cancelled-before cancelled-map cancelled-stream cancelled-twice
//	31  no items, few items, a huge one, special numbers   list-sizes huge-item special-numbers
//	32  the sequence ends early or panics                  short-sequence panicking-sequence
//	33  a value that cannot be encoded                     unencodable
//	34  late answer                                        late-answer
//	35  interrupt to the whole process group               interrupt
//	36  the wall clock jumps                               wall-clock
//	37  decoded values that share memory                   appended-items appended-results
//	38  a codec changes a value without an error           odd-items odd-results odd-pointers pointers-to-zero
//	39  a type that gob does not know; nil in a slice      unregistered-item unregistered-result unregistered-in-worker nil-in-slice
//	40  user code outside tasks panics or exits            hostile-marshallers hostile-errors hostile-sequence hostile-progress hostile-writer
//	41  a death is noticed late                            spoiled-connection late-death
//	42  a shortage that passes; deaths without a Map       passing-shortage idle-deaths
//	43  children of tasks, wherever they went              children-at-close children-of-recycled children-of-orphans exiles-of-orphans exiles-swept
//	44  user code outside tasks takes for ever             slow-marshallers slow-batch slow-errors slow-encoder-here slow-decoder-here
//	45  a worker dies over items that it has not run       dies-reading
//	46  the coordinator is killed, workers cannot notice   orphans-deaf orphans-unpreempted orphans-raging orphans-stopped
//	47  an item takes more than memory= allows             memory-watched
//	48  the text of a crash                                crash-text
//	49  a value that contains itself, or is too deep       contains-itself too-deep
//	50  many calls at once                                 many-calls
//	51  Goexit in Setup; SIGCHLD is ignored                goexit-in-setup ignored-children
//
// Beyond the list: setup-fails-later setup-dies recycled recycled-killed deadline-names.
//
// A test that the system does not let run, for want of namespaces or of
// another user id, fails, unless the environment variable HANDOFF_SKIP has its
// name in a comma-separated list. What was skipped is listed at the end.
package strategytest

import (
	"fmt"
	"os"
	"runtime/debug"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/handoff-go/handoff/strategies"
)

// fault is a test for one row of the list; number 0 is beyond it.
type fault struct {
	number int
	name   string
	when   func(strategies.Spec) bool // nil: for all strategies
	run    func(*testing.T, env)
}

// ofCodecs are the rows in which the codec has a part. The others are the same
// for all codecs, and one codec a transport stands for them.
var ofCodecs = []int{13, 18, 19, 24, 31, 33, 34, 37, 38, 39, 40, 49}

// faults are in the order of their numbers. Each file of this package has a
// part of the list.
var faults = sortFaults(deathFaults, memoryFaults, outputFaults, lieFaults, startFaults, orphanFaults,
	fileFaults, systemFaults, callFaults, clockFaults, hostileFaults, lateFaults, kinFaults, oddFaults, valueFaults)

func sortFaults(parts ...[]fault) (all []fault) {
	for _, p := range parts {
		all = append(all, p...)
	}
	slices.SortStableFunc(all, func(a, b fault) int { return (a.number+99)%100 - (b.number+99)%100 })
	return all
}

// ordeal is how long one fault may take: then it is a hang.
const ordeal = slowness * 10 * time.Second

// Faults injects every fault of the list into pools of the given specs; if there
// are none, of strategies that have every kind, transport and codec between
// them, with two workers. [Main] must be in charge of
// the test binary, and no other test may run meanwhile: processes, descriptors
// and goroutines are counted.
func Faults(t *testing.T, specs ...strategies.Spec) {
	t.Helper()
	if !prepared {
		t.Fatal("strategytest.Faults: TestMain must call strategytest.Main")
	}
	if len(specs) == 0 {
		specs = twoWorkers(covering())
	}
	for _, spec := range specs {
		t.Run(spec.String(), func(t *testing.T) {
			for _, f := range faults {
				if (f.when == nil || f.when(spec)) && f.concerns(spec) {
					t.Run(f.name, func(t *testing.T) { f.inject(t, spec) })
				}
			}
		})
	}
	if len(skipped) > 0 {
		t.Logf("skipped, as %s allows and the system made necessary:\n\t%s", envSkip, strings.Join(skipped, "\n\t"))
	}
}

// concerns reports whether the spec has something that no other one tests.
func (f fault) concerns(s strategies.Spec) bool {
	return slices.Contains(thorough, s.Strategy) || slices.Contains(ofCodecs, f.number)
}

func twoWorkers(names []string) (specs []strategies.Spec) {
	for _, name := range names {
		s := strategies.Spec{Strategy: name}
		workers(&s)
		specs = append(specs, s)
	}
	return specs
}

// inject runs the test; a hang ends it by force, with all stacks.
func (f fault) inject(t *testing.T, spec strategies.Spec) {
	e := prepare(t, spec)
	dog := time.AfterFunc(ordeal, func() {
		debug.SetTraceback("all")
		panic(fmt.Sprintf("strategytest: %s hangs: not done after %v", t.Name(), ordeal))
	})
	t.Cleanup(func() { dog.Stop() })
	f.run(t, e)
}

// envSkip lists the tests that may be skipped where the system refuses what
// they need.
const envSkip = "HANDOFF_SKIP"

// skipped lists the tests that were.
var skipped []string

// refused skips the test if it may be skipped, and fails it otherwise.
func refused(t *testing.T, why error) {
	t.Helper()
	name := t.Name()[strings.LastIndexByte(t.Name(), '/')+1:]
	if slices.Contains(strings.Split(os.Getenv(envSkip), ","), name) {
		skipped = append(skipped, fmt.Sprintf("%s: %v", t.Name(), why))
		t.Skipf("the system refuses it: %v", why)
	}
	t.Fatalf("the system refuses what this test needs: %v (%s=%s skips it)", why, envSkip, name)
}

// files selects the strategies that hand over through files.
func files(s strategies.Spec) bool { return strings.HasPrefix(s.Strategy, "shared-file") }
