package bench

import (
	"reflect"
	"strings"

	"github.com/google/pprof/profile"

	"github.com/handoff-go/handoff/strategies"
)

// Phases of samples that no lane has labelled.
const (
	phaseCollector = "collector" // the garbage collector's own goroutines
	phaseScheduler = "scheduler" // Go's scheduler, between two goroutines
	phaseProfiler  = "profiler"  // labels, clocks that are read for the profile, writing it
	phaseOther     = "other"
)

// Labels of phases that are asked for here.
const (
	phaseWait     = "wait"
	phaseTransfer = "transfer"
)

// phaseOfCPU returns the phase of a sample: its label, or what its stack tells.
func phaseOfCPU(s *profile.Sample) string {
	stack := functions(s)
	if has(stack, profilerFrames) {
		return phaseProfiler // it runs under the label of a lane
	}
	if label := s.Label[strategies.LabelPhase]; len(label) == 1 {
		if endsWait(label[0], stack) {
			return phaseTransfer
		}
		return label[0]
	}
	switch {
	case has(stack, collectorFrames):
		return phaseCollector
	case has(stack, schedulerFrames):
		return phaseScheduler
	}
	return ownPhase(stack)
}

// endsWait reports whether a sample labelled wait is of receiving what ended the wait:
// of the transport, but not of looking, spinning and sleeping until something
// is there.
func endsWait(label string, stack []string) bool {
	return label == phaseWait && has(stack, []string{library + "/transport."}) && !has(stack, waitFrames) && !has(stack, schedulerFrames)
}

// phaseOfAllocation returns the phase of an allocation, as its stack tells.
func phaseOfAllocation(s *profile.Sample) string {
	stack := functions(s)
	if has(stack, profilerFrames) {
		return phaseProfiler
	}
	return ownPhase(stack)
}

// functions returns the names of a stack's functions, the innermost first.
func functions(s *profile.Sample) []string {
	var names []string
	for _, location := range s.Location {
		for _, line := range location.Line {
			if line.Function != nil {
				names = append(names, line.Function.Name)
			}
		}
	}
	return names
}

// Beginnings of the names of functions, one of which is in the stack of every
// sample of its kind. Pseudo functions such as runtime._GC stand where a stack
// could not be walked.
var (
	profilerFrames = []string{
		"runtime/pprof.profileWriter", "runtime/pprof.StartCPUProfile", "runtime/pprof.StopCPUProfile",
		"runtime/pprof.(*profileBuilder)", "runtime/pprof.(*Profile).", // not pprof.Do, which is a task's
		"runtime.(*profAtomic)", "runtime.(*profBuf)", "runtime.sigprof",
		library + ".(*lane).tell", library + ".(*lane).observe", library + ".(*lane).labelled", library + ".(*labeller).", library + ".(*cpuClock).",
	}
	collectorFrames = []string{"runtime.gc", "runtime.bgsweep", "runtime.bgscavenge", "runtime._GC", "runtime.GC", "runtime.runFinalizers", "runtime.(*gcWork)", "runtime.markroot", "runtime.sweepone"}
	schedulerFrames = []string{"runtime.mcall", "runtime.mstart", "runtime.schedule", "runtime.findRunnable", "runtime.park_m", "runtime.sysmon", "runtime.gosched", "runtime.goexit0", "runtime.netpoll", "runtime.stopm", "runtime.startm", "runtime.wakep", "runtime.futex", "runtime.exitsyscall", "runtime.templateThread"}
)

// waitFrames are in the stack of what waits in a transport.
var waitFrames = []string{
	"internal/poll.runtime_pollWait", "internal/poll.(*pollDesc)", "runtime.gopark", "runtime.selectgo", "runtime.chanrecv", "time.Sleep",
	library + "/transport.(*ringReader).wait", library + "/transport.(*sleeper)", library + "/transport.futex.wait", library + "/transport.(*doorbell).wait",
	library + "/transport.(*notified).wait", library + "/transport.poller.wait", library + "/transport.pause",
}

func has(stack, beginnings []string) bool {
	for _, name := range stack {
		for _, b := range beginnings {
			if strings.HasPrefix(name, b) {
				return true
			}
		}
	}
	return false
}

// library is how the names of package strategies' functions begin, and of those
// below it.
var library = reflect.TypeFor[strategies.Spec]().PkgPath()

// ownPhases are functions of package strategies and what is done in them.
var ownPhases = []struct{ part, phase string }{
	{").encodeItem", "encode"},
	{").encodeResult", "encode"},
	{").decodeItem", "decode"},
	{").decodeResult", "decode"},
	{").runFrom", "compute"},
	{").NewEncoder", "encode"},
	{").NewDecoder", "decode"},
}

// ownPhase is what the innermost function of the library does that says so, else
// transfer for anything in it.
func ownPhase(stack []string) string {
	ours := false
	for _, name := range stack {
		if !strings.HasPrefix(name, library) {
			continue
		}
		ours = true
		for _, own := range ownPhases {
			if strings.Contains(name, own.part) {
				return own.phase
			}
		}
	}
	if ours {
		return phaseTransfer
	}
	return phaseOther
}
