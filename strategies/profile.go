package strategies

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"runtime"
	"runtime/pprof"
	"sync"
	"time"

	"github.com/handoff-go/handoff/strategies/transport"
)

// ProcessProfile is what one process of a pool did while it was part of it.
type ProcessProfile struct {
	Worker int    // its number; -1 for the coordinator
	CPU    []byte // its CPU profile, as runtime/pprof writes it
	Allocs []byte // its profile of allocations since its start, in the same format
	Err    error  // why there is nothing: the worker was lost

	// Lanes in this process, a second witness beside the CPU profile: counted, not
	// sampled. Zeroes where threads have no clocks: elsewhere than on Linux.
	Lanes []LaneCPU
}

// Labels of the samples of a CPU profile.
const (
	// LabelPhase is what the goroutine did: wait, transfer, decode, compute or
	// encode. What the pool does between two of them counts as transfer; where nothing
	// is handed over, in process, as wait.
	LabelPhase = "phase"
	// LabelLane is whose stopwatch was running: worker, sender or receiver; or
	// reader for what serves a worker beside its lane. (package bench also calls
	// the reading reader that ends a lane's wait, which no clock of a lane counts.)
	LabelLane = "lane"
)

// WithProfile takes CPU profiles of the coordinator's process, from Open to
// Close, and of each worker process. Samples are labelled with what the lanes of
// [Stats] did ([LabelPhase], [LabelLane]) and with the labels of Open's context,
// in every process; tasks have them in their context. Every chunk's time is
// split, so that Stats and profile tell of the same: at each phase of each chunk
// a lane sets its labels and, on Linux, makes two system calls for its thread's
// CPU clock, and the processes are interrupted for samples. So a pool whose speed
// counts should go without.
//
// The function gets the profile of a worker process when it leaves, perhaps in
// the place of which another has come, or the reason why there is none; and at
// last, before Close returns, that of the coordinator. Calls do not overlap, and
// Close waits for them: the function must not call Close. It gets nothing if Open
// fails. A process can be profiled once at a time: Open fails with [ErrProfiled]
// if this one is already.
func WithProfile(take func(ProcessProfile)) Option {
	return func(o *options) { o.profile = take }
}

// ErrProfiled is returned by [Open] when a CPU profile is being taken already.
var ErrProfiled = errors.New("strategies: this process is being profiled already: close the other pool that has WithProfile, or leave out what else takes a CPU profile")

// profiling takes the profiles of a pool, or of a worker process.
type profiling struct {
	labels     map[string]string // of Open's context
	labelsOnly bool              // to find out what labels cost
	inProcess  bool              // nothing is handed over: what the pool does is waiting, as Stats says
	costs      int64             // of a label, in CPU time
	cpu        bytes.Buffer
	on         bool // the CPU profile is running

	handing sync.Mutex // and nothing else waits for take
	take    func(ProcessProfile)

	mu    sync.Mutex
	lanes []*labeller
}

// profileSettings is what a worker must know to profile itself.
type profileSettings struct {
	Labels     map[string]string // of Open's context
	LabelsOnly bool
}

// startProfile starts the profile of the coordinator, if it is wanted. Lanes are
// labelled from then on.
func (p *core) startProfile(ctx context.Context) error {
	if p.options.profile == nil {
		return nil
	}
	p.profiling = &profiling{labels: labelsOf(ctx), labelsOnly: p.options.labelsOnly, inProcess: !p.remote, take: p.options.profile}
	p.options.observe = append(p.options.observe, p.profiling.labeller)
	return p.profiling.start()
}

// forget has nothing handed over: Open failed.
func (p *profiling) forget() {
	if p != nil {
		p.handing.Lock()
		defer p.handing.Unlock()
		p.take = func(ProcessProfile) {}
	}
}

// labelsOf returns the profile labels of a context.
func labelsOf(ctx context.Context) map[string]string {
	labels := map[string]string{}
	pprof.ForLabels(ctx, func(key, value string) bool {
		labels[key] = value
		return true
	})
	return labels
}

// start starts the CPU profile of this process.
func (p *profiling) start() error {
	p.costs = costOfLabels()
	if p.labelsOnly {
		return nil
	}
	if err := pprof.StartCPUProfile(&p.cpu); err != nil {
		return ErrProfiled // it knows no other error
	}
	p.on = true
	return nil
}

// stop ends the CPU profile and returns it, and that of allocations.
func (p *profiling) stop() (cpu, allocs []byte) {
	pprof.StopCPUProfile()
	p.on = false
	runtime.GC() // the allocations are those up to the last collection
	var b bytes.Buffer
	pprof.Lookup("allocs").WriteTo(&b, 0) // a Buffer returns no error
	return p.cpu.Bytes(), b.Bytes()
}

// finish hands over the profile of this process.
func (p *profiling) finish() {
	if p == nil || !p.on {
		return
	}
	cpu, allocs := p.stop()
	p.hand(ProcessProfile{Worker: -1, CPU: cpu, Allocs: allocs, Lanes: p.clocks()})
}

// clocks is the account of the lanes in this process.
func (p *profiling) clocks() []LaneCPU {
	p.mu.Lock()
	defer p.mu.Unlock()
	var all []LaneCPU
	for _, l := range p.lanes {
		phases := l.clock.phases()
		if p.inProcess {
			phases.Transfer = 0
		}
		all = append(all, LaneCPU{l.lane, phases})
	}
	return all
}

func (p *profiling) hand(profile ProcessProfile) {
	p.handing.Lock()
	defer p.handing.Unlock()
	p.take(profile)
}

// leaves is called when a worker process is gone, with what came of its
// profile and why it ended, if not because it was asked to. Its replacement
// does not wait for who takes the profile; Close does.
func (p *profiling) leaves(pr *process, lastWords string) {
	if p == nil {
		return
	}
	got := pr.profile
	got.Worker = pr.slot.number
	if !pr.profiled {
		why := &LostError{Worker: got.Worker, Cause: pr.judged().cause, PeakRSS: pr.peak.Load(), Stderr: lastWords}
		if why.Cause == "" {
			why.Cause = pr.fate()
		}
		got = ProcessProfile{Worker: got.Worker, Err: fmt.Errorf("strategies: no profile: %w", why)}
	}
	pr.core.running.Go(func() { p.hand(got) })
}

// settings are those of worker processes.
func (p *profiling) settings() *profileSettings {
	if p == nil {
		return nil
	}
	return &profileSettings{p.labels, p.labelsOnly}
}

// stopGrace is how long a worker has to leave: what it took must be collected
// and sent.
func (p *profiling) stopGrace() time.Duration {
	if p == nil {
		return stopGrace
	}
	return profileGrace
}

// profileGrace is for busy machines: mostly it is a tenth of a second.
const profileGrace = 5 * time.Second

// shiftsPerReading is how seldom the clocks of workers that are goroutines are read:
// their chunks are a few items, and a reading takes a third of a microsecond.
const shiftsPerReading = 8

// labeller implements observing.
func (p *profiling) labeller(kind laneKind, _ int) observer {
	l := newLabeller(p.labels, kind.String())
	l.clock.costs = p.costs
	if p.inProcess {
		l.clock.oneIn = shiftsPerReading
		l.contexts[phaseTransfer], l.contexts[phaseBusy] = l.contexts[phaseWait], l.contexts[phaseWait]
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.lanes = append(p.lanes, l)
	return l
}

// labeller labels the goroutine of a lane with its phase, and reads the CPU clock. The contexts are made
// once: then a label costs a few nanoseconds.
type labeller struct {
	lane     string
	clock    cpuClock
	contexts [phaseEnd]context.Context
	compute  pprof.LabelSet
	of       context.Context // what contexts[phaseCompute] is made of, if it is a task's
}

// phaseLabels are the values of LabelPhase, and the names of phases in a trace.
var phaseLabels = [phaseEnd]string{
	phaseWait: "wait", phaseTransfer: "transfer", phaseDecode: "decode", phaseCompute: "compute", phaseEncode: "encode",
	phaseBusy: "transfer",
}

func newLabeller(labels map[string]string, lane string) *labeller {
	l := &labeller{lane: lane}
	for p, name := range phaseLabels {
		set := labelSet(labels, LabelPhase, name, LabelLane, lane)
		l.contexts[p] = pprof.WithLabels(context.Background(), set)
		if phase(p) == phaseCompute {
			l.compute = set
		}
	}
	return l
}

// labelSet makes one of labels, and more of them in pairs.
func labelSet(labels map[string]string, more ...string) pprof.LabelSet {
	var list []string
	for key, value := range labels {
		list = append(list, key, value)
	}
	return pprof.Labels(append(list, more...)...)
}

func (l *labeller) begins(p phase, _ int64) {
	l.clock.begins(p)
	pprof.SetGoroutineLabels(l.contexts[p])
}

// labelled returns the context for the tasks of a chunk: if the lane is
// labelled, ctx with the labels of the lane, to which what a task does by
// pprof.Do adds, and comes back.
func (l *lane) labelled(ctx context.Context) context.Context {
	for _, o := range l.observers {
		if labeller, ok := o.(*labeller); ok {
			return labeller.task(ctx)
		}
	}
	return ctx
}

// task makes the context for the tasks of a call or chunk.
func (l *labeller) task(of context.Context) context.Context {
	if l.of != of {
		l.of, l.contexts[phaseCompute] = of, pprof.WithLabels(of, l.compute)
	}
	return l.contexts[phaseCompute]
}

// In a worker process.

// startProfile starts its profile, if the coordinator wants it, and returns who
// labels its lane.
func (w *worker) startProfile() error {
	set := w.settings.Profile
	if set == nil {
		return nil
	}
	w.profiling = &profiling{labels: set.Labels, labelsOnly: set.LabelsOnly}
	w.observe = append(w.observe, w.profiling.labeller)
	return w.profiling.start()
}

// labelReaders labels this goroutine and those that it starts from now on: they
// serve the worker beside its lane.
func (w *worker) labelReaders() {
	if w.profiling != nil {
		newLabeller(w.profiling.labels, "reader").begins(phaseTransfer, 0)
	}
}

// profilePiece is how much of a profile goes into one frame: any frame limit
// allows it.
const profilePiece = 512 << 10

// sendProfile sends the profile, in as many frames as it takes: first the CPU's,
// then that of allocations, then the lane's clock as JSON.
func (w *worker) sendProfile() {
	if w.profiling == nil || !w.profiling.on {
		return
	}
	cpu, allocs := w.profiling.stop()
	clocks, err := json.Marshal(w.profiling.clocks())
	if err != nil {
		panic(err) // numbers and names only
	}
	for which, rest := range [][]byte{cpu, allocs, clocks} {
		for len(rest) > 0 {
			n := min(len(rest), profilePiece)
			w.sendControl(&transport.Frame{
				Header:  transport.Header{Kind: transport.Profile, First: uint64(which)},
				Payload: rest[:n],
			})
			rest = rest[n:]
		}
	}
}

// maxProfile bounds what is kept of one process: a profile is compressed, and a
// hundred times smaller.
const maxProfile = 64 << 20

var errProfile = errors.New("a profile of more than 64 MiB")

// addProfile takes a piece of a worker's profile.
func (pr *process) addProfile(f *transport.Frame) error {
	if pr.core.profiling == nil {
		return errKind // it was not asked for
	}
	if len(pr.profile.CPU)+len(pr.profile.Allocs)+len(f.Payload) > maxProfile {
		return errProfile
	}
	switch f.Header.First {
	case 0:
		pr.profile.CPU = append(pr.profile.CPU, f.Payload...)
	case 1:
		pr.profile.Allocs = append(pr.profile.Allocs, f.Payload...)
	case 2:
		return json.Unmarshal(f.Payload, &pr.profile.Lanes)
	default:
		return errAnswer
	}
	return nil
}
