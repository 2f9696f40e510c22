package bench

import (
	"testing"

	"github.com/google/pprof/profile"
)

// sampleOf is a sample with this stack, the innermost function first.
func sampleOf(phase string, stack ...string) *profile.Sample {
	s := &profile.Sample{}
	if phase != "" {
		s.Label = map[string][]string{"phase": {phase}}
	}
	for _, name := range stack {
		s.Location = append(s.Location, &profile.Location{Line: []profile.Line{{Function: &profile.Function{Name: name}}}})
	}
	return s
}

func TestPhaseOfCPU(t *testing.T) {
	const own = "github.com/handoff-go/handoff/strategies"
	for _, c := range []struct {
		sample *profile.Sample
		want   string
	}{
		{sampleOf("compute", "main.f", "runtime/pprof.Do", "main.task"), "compute"},
		{sampleOf("compute", "runtime/pprof.SetGoroutineLabels", "runtime/pprof.Do", "main.task"), "compute"},
		{sampleOf("wait", "compress/flate.(*compressor).deflate", "runtime/pprof.(*profileBuilder).build", "runtime/pprof.profileWriter"), "profiler"},
		{sampleOf("transfer", "syscall.RawSyscall", own+".init.func1", own+".(*cpuClock).begins", own+".(*labeller).begins", own+".(*lane).tell", own+".(*lap).end"), "profiler"},
		{sampleOf("compute", "runtime/pprof.SetGoroutineLabels", own+".(*labeller).begins", own+".(*lane).tell", own+".(*lap).end"), "profiler"},
		{sampleOf("decode", "runtime/pprof.WithLabels", own+".(*labeller).task", own+".(*lane).labelled", own+".(*worker).begin"), "profiler"},
		{sampleOf("wait", "hash/crc32.ieeeCLMUL", own+"/transport.(*Stream).rest", own+"/transport.(*Stream).Recv", own+".recvTimed"), "transfer"},
		{sampleOf("wait", "syscall.read", "internal/poll.(*FD).Read", "bufio.(*Reader).fill", own+"/transport.(*Stream).Recv", own+".recvTimed"), "transfer"},
		{sampleOf("wait", "runtime.gopark", "internal/poll.runtime_pollWait", "internal/poll.(*FD).Read", own+"/transport.(*Stream).Recv"), "wait"},
		{sampleOf("wait", own+"/transport.(*sleeper).look", own+"/transport.(*ringReader).wait", own+"/transport.(*Shm).Recv"), "wait"},
		{sampleOf("wait", "runtime.futex", "runtime.startm", "runtime.wakep", "internal/poll.(*FD).Read", own+"/transport.(*Stream).Recv"), "wait"},
		{sampleOf("wait", "runtime.chanrecv", own+".(*inbox).take", own+".(*worker).fetch"), "wait"},
		{sampleOf("", "runtime/pprof.writeHeapInternal", "runtime/pprof.(*Profile).WriteTo"), "profiler"},
		{sampleOf("encode", "runtime.mallocgc", "encoding/gob.(*Encoder).Encode"), "encode"},
		{sampleOf("decode", "runtime.gcAssistAlloc", "runtime.mallocgc"), "decode"}, // the lane's stopwatch says so, too
		{sampleOf("wait", "runtime.write", "runtime/pprof.profileWriter"), "profiler"},
		{sampleOf("", "runtime.scanobject", "runtime.gcDrain", "runtime.gcBgMarkWorker.func2", "runtime.systemstack"), "collector"},
		{sampleOf("", "runtime.sweepone", "runtime.bgsweep"), "collector"},
		{sampleOf("", "runtime.markroot", "runtime._GC"), "collector"},
		{sampleOf("", "runtime.futex", "runtime.notesleep", "runtime.stopm", "runtime.findRunnable", "runtime.schedule", "runtime.park_m", "runtime.mcall"), "scheduler"},
		{sampleOf("", "runtime.usleep", "runtime.sysmon", "runtime.mstarof"), "scheduler"},
		{sampleOf("", "runtime.memclrNoHeapPointers", "runtime.makeslice", own+".(*Pool[...]).Map"), "transfer"},
		{sampleOf("", "reflect.Value.Field", "encoding/gob.(*Encoder).encode", own+"/codec.(*gobEncoder).Encode", own+".(*cargo[...]).encodeItems", own+".(*process).encode"), "encode"},
		{sampleOf("", "main.task", own+".Define[...].func1", own+".(*cargo[...]).runFrom"), "compute"},
		{sampleOf("", "runtime.memmove", "main.main"), "other"},
		{sampleOf("", "runtime._ExternalCode"), "other"},
	} {
		if got := phaseOfCPU(c.sample); got != c.want {
			t.Errorf("%q under %v is %s, want %s", functions(c.sample), c.sample.Label, got, c.want)
		}
	}
}

// TestPhaseOfAllocation: profiles of allocations carry no labels.
func TestPhaseOfAllocation(t *testing.T) {
	const own = "github.com/handoff-go/handoff/strategies"
	for _, c := range []struct {
		sample *profile.Sample
		want   string
	}{
		{sampleOf("", "encoding/json.(*decodeState).literalStore", own+".(*cargo[...]).decodeResults", own+".(*process).read"), "decode"},
		{sampleOf("", "encoding/gob.compileEnc", own+".(*cargo[...]).encodeResults", own+".(*worker).answerBatch"), "encode"},
		{sampleOf("", "main.task.func1", own+".(*cargo[...]).runFrom"), "compute"},
		{sampleOf("", own+"/transport.(*Stream).Recv"), "transfer"},
		{sampleOf("", "runtime/pprof.StartCPUProfile", own+".(*profiling).start"), "profiler"},
		{sampleOf("", "main.main"), "other"},
	} {
		if got := phaseOfAllocation(c.sample); got != c.want {
			t.Errorf("%q is %s, want %s", functions(c.sample), got, c.want)
		}
	}
}

func TestShorten(t *testing.T) {
	p := &profile.Profile{}
	for _, name := range []string{"a.(*cargo[go.shape.struct { X []int; Y map[string]int },int]).run", "a.Define[int].func1", "a.plain", "a.odd]["} {
		p.Function = append(p.Function, &profile.Function{Name: name})
	}
	shorten(p)
	for i, want := range []string{"a.(*cargo[...]).run", "a.Define[...].func1", "a.plain", "a.odd]["} {
		if got := p.Function[i].Name; got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}

// TestWhatEndsAWaitIsNotALanes: a clock cannot tell the reading that ends a wait
// from what others did on the thread, so that the profile does not hold it
// against the lane's clock.
func TestWhatEndsAWaitIsNotALanes(t *testing.T) {
	const transport = "github.com/handoff-go/handoff/strategies/transport."
	reads, waits := sampleOf("wait", "syscall.read", transport+"(*Stream).Recv"), sampleOf("wait", "runtime.gopark")
	for _, s := range []*profile.Sample{reads, waits} {
		s.Label["lane"] = []string{"worker"}
	}
	var of taking
	of.stamp(&profile.Profile{Sample: []*profile.Sample{reads, waits}}, -1, phaseOfCPU)
	for _, c := range []struct {
		sample      *profile.Sample
		lane, phase string
	}{{reads, "reader", "transfer"}, {waits, "worker", "wait"}} {
		got := c.sample.Label
		if got["lane"][0] != c.lane || got["phase"][0] != c.phase || got["role"][0] != "worker" {
			t.Errorf("%q has the labels %v, want lane %s, phase %s, role worker", functions(c.sample), got, c.lane, c.phase)
		}
	}
}
