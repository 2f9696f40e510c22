package strategies

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"slices"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/handoff-go/handoff/strategies/codec"
	"github.com/handoff-go/handoff/strategies/transport"
)

// process is one worker process, from its start until nothing of it is left.
// A sender and one receiver a connection work for it; none of them waits for a
// task, and receivers wait for nothing but frames.
type process struct {
	core *core
	slot *slot
	cmd  *exec.Cmd
	n    int64 // the how manieth of the run

	stage    string      // of its start, in which it is
	ours     [2]*os.File // our ends of the control pair: read, write
	control  *transport.Stream
	data     transport.Conn // the same as control for pipe
	link     transport.Link // what data is, if it is not control
	files    string         // directory of shared-file
	recorder *recorder      // nil where there is no shared memory
	scene    scene          // what the recorder said in the end
	stderr   *stderr

	exited chan struct{} // Wait returned
	ended  error         // what Wait said; to be read after exited
	gone   chan struct{} // nobody must work for it any more

	// Of the sender and of the data receiver.
	sender, receiver *lane
	encoder          codec.Encoder
	decoder          codec.Decoder
	proto            load // decodes results
	message          message
	reply            reply // what receive has in hand
	fresh            bool  // the encoder is new, and the frame must say so
	out              buffer
	unheard          atomic.Bool     // the worker could not decode a chunk, and waits for a fresh encoder
	deaf             atomic.Bool     // an answer could not be decoded: nor can others, until its encoder is fresh
	frame            transport.Frame // what send sends

	childless atomic.Bool // it said when it left that it never had children

	heard atomic.Int64 // frames received
	peak  atomic.Int64 // its largest resident size, as it last said
	trace *workerTrace // nil without one

	profile  ProcessProfile // what came of it; of the receiver of the control pair
	profiled bool           // all of it came

	mu        sync.Mutex
	verdict   verdict
	sight     sight
	snapshots map[uint64]chan struct{}
}

// verdict is why a worker was given up; the zero value if it ended by itself.
type verdict struct {
	cause     string
	dismissed bool // for no fault of its items
	short     bool // for want of something that the system may grant again
	overdue   bool // because this item ran out of time, or nobody: all of the chunk
	chunk     uint64
	item      int
}

// nobody is no item.
const nobody = -1

// launch starts a worker and returns when it is ready for work.
func (p *core) launch(ctx context.Context, w *slot) (*process, error) {
	late := fmt.Errorf("not ready after %v", p.options.startTimeout)
	ctx, cancel := context.WithTimeoutCause(ctx, p.options.startTimeout, late)
	defer cancel()
	starting.enter()
	defer starting.leave()
	pr := p.newProcess(w)
	set := p.settings()
	offered, err := pr.start(&set)
	if err != nil {
		return nil, fmt.Errorf("strategies: start worker %d: %w", w.number, err)
	}
	defer offered.end()
	stop := context.AfterFunc(ctx, pr.kill)
	if err = pr.shakeHands(ctx, offered, set); err == nil {
		pr.data = wrapConn(pr.data, pr.sender, pr.receiver)
	}
	if !stop() {
		if err = context.Cause(ctx); err == late {
			err = fmt.Errorf("%w (WithStartTimeout): %s", late, pr.stage)
		}
	}
	if err == nil {
		return pr, nil
	}
	pr.kill()
	<-pr.exited
	if last := pr.release(); last != "" {
		err = fmt.Errorf("%w%s; its last words:\n%s", err, memoryHint(p.spec.Memory, err.Error(), 0, last), indent(last))
	}
	return nil, fmt.Errorf("strategies: start worker %d: %w", w.number, err)
}

func (p *core) newProcess(w *slot) *process {
	return &process{
		core: p, slot: w, n: p.home.starts.Add(1),
		exited: make(chan struct{}), gone: make(chan struct{}),
		encoder: p.def.encoder(p.codec), decoder: p.codec.NewDecoder(), proto: p.def.load(),
		message:   message{moves: moves(p.def.out)},
		sender:    newLane(p.options.phases, observers(p.options.observe, laneSender, w.number)...),
		receiver:  newLane(p.options.phases, observers(p.options.observe, laneReceiver, w.number)...),
		snapshots: map[uint64]chan struct{}{},
	}
}

func (p *core) settings() settings {
	return settings{
		Profile:  p.profiling.settings(),
		Phases:   p.options.phases,
		Trace:    p.options.trace.limit(),
		Limit:    p.spec.frameLimit(),
		Progress: p.spec.progressEvery(),
		Setup:    p.def.setup != nil,
		Parent:   os.Getpid(),
	}
}

// start starts the operating-system process. It inherits the control pair as
// descriptors 3 and 4, the lifeline, and after them what set tells it of.
func (pr *process) start(set *settings) (o offer, err error) {
	var to, from, words [2]*os.File // read, write
	for _, pipe := range []*[2]*os.File{&to, &from, &words} {
		if err == nil {
			pipe[0], pipe[1], err = os.Pipe()
		}
	}
	if err == nil {
		room := pipeRoom(len(pr.core.slots))
		transport.WidenPipe(to[1], room)
		transport.WidenPipe(from[1], room)
		o, err = pr.offerLink(&set.Link)
	}
	theirs := []*os.File{to[0], from[1]}
	if err == nil {
		theirs = pr.passOn(theirs, o, set)
		err = pr.run(theirs, words[1])
	}
	pr.closeTheirs(append(theirs, words[1]))
	if err != nil {
		closeAll(to[1], from[0], words[0])
		o.withdraw()
		pr.tidy()
		return o, err
	}
	h := pr.core.home
	pr.link = o.link
	pr.ours = [2]*os.File{from[0], to[1]}
	pr.stderr = newStderr(words[0], pr.slot.number, h.out)
	pr.control = transport.NewPipe(h.run, connLimit(pr.core.spec.frameLimit()), from[0], to[1])
	go pr.wait()
	return o, nil
}

// pipeRoom is how many bytes are to fit into one pipe of a pool: what the
// system allows without privilege, unless there are many. All pipes of a user
// may hold 64 MiB; then new ones get next to nothing.
func pipeRoom(workers int) int {
	const most, least, together = 1 << 20, 64 << 10, 32 << 20
	return max(least, min(most, together/(2*workers)))
}

// passOn adds what the worker inherits besides the control pair. Without shared
// memory there is no recorder: then more is done again after a death.
func (pr *process) passOn(theirs []*os.File, o offer, set *settings) []*os.File {
	const first = 3 // the descriptor of theirs[0]
	if life := pr.core.home.life[0]; life != nil {
		theirs = append(theirs, life) // lifelineDescriptor
	}
	for _, f := range o.theirs {
		set.Link.Descriptors = append(set.Link.Descriptors, uintptr(first+len(theirs)))
		theirs = append(theirs, f)
	}
	r, file, err := newRecorder()
	if err != nil {
		return theirs
	}
	pr.recorder, set.Recorder = r, uintptr(first+len(theirs))
	return append(theirs, file)
}

// closeTheirs closes what the worker has inherited, but for what the next ones
// will, too.
func (pr *process) closeTheirs(theirs []*os.File) {
	for _, f := range theirs {
		if f != pr.core.home.life[0] {
			closeAll(f)
		}
	}
}

// run starts the process with its descriptors from 3 on.
func (pr *process) run(theirs []*os.File, words *os.File) error {
	h := pr.core.home
	pr.cmd = &exec.Cmd{
		Path: h.path, Args: h.args, Env: append(slices.Clip(h.env), pr.kin().variable()), Dir: h.dir,
		Stdout: words, Stderr: words,
		ExtraFiles: theirs,
	}
	ownGroup(pr.cmd)
	tieToThread(pr.cmd)
	return starting.do(pr.cmd.Start)
}

func (pr *process) wait() {
	pr.ended = pr.cmd.Wait()
	killChildren(pr.cmd.Process)
	close(pr.exited)
}

// fate says how the process ended, which it has.
func (pr *process) fate() string {
	switch state := pr.cmd.ProcessState; {
	case state != nil:
		return state.String()
	case errors.Is(pr.ended, syscall.ECHILD):
		return "it ended, and nobody knows how, because this program ignores SIGCHLD: with signal.Reset(syscall.SIGCHLD) the system would tell"
	default:
		return fmt.Sprintf("it ended, and the system does not say how: %v", pr.ended)
	}
}

func closeAll(files ...*os.File) {
	for _, f := range files {
		if f != nil {
			f.Close()
		}
	}
}

// shakeHands makes sure that the other side is what we think, and ready.
func (pr *process) shakeHands(ctx context.Context, o offer, set settings) error {
	p := pr.core
	pr.stage = "it did not come to strategies.Init: what its init functions and main do before that counts, too"
	if err := sendJSON(pr.control, transport.Hello, hello{identity: p.home.id, Settings: set}); err != nil {
		return pr.explain(err)
	}
	var answer hello
	if err := recvJSON(pr.control, transport.Hello, &answer); err != nil {
		return pr.explain(err)
	}
	if answer.Problem != "" {
		return errors.New(answer.Problem)
	}
	if d := p.home.id.difference(answer.identity); d != "" {
		return errors.New("worker is another program: " + d)
	}
	pr.stage = "it did not connect"
	if err := pr.join(ctx, o); err != nil {
		return err
	}
	pr.stage = fmt.Sprintf("the Setup of task %q did not return", p.def.name)
	return pr.setUp()
}

// explain says what an ended connection means during the start.
func (pr *process) explain(err error) error {
	if !errors.Is(err, io.EOF) && !errors.Is(err, os.ErrClosed) && !isBrokenPipe(err) {
		return err
	}
	select {
	case <-pr.exited:
		return fmt.Errorf("it ended before it was ready: %s", pr.fate())
	case <-time.After(exitGrace):
	}
	pr.kill()
	<-pr.exited
	return errors.New("it closed its connection, descriptors 3 and 4, before it was ready, and was killed")
}

// progressEvery is how often a busy worker says so: often enough to judge the
// age of an item, and silence.
func (s Spec) progressEvery() time.Duration {
	every := time.Second
	for _, limit := range []time.Duration{s.ItemTimeout, s.silence()} {
		if limit > 0 {
			every = min(every, limit/4)
		}
	}
	return max(every, time.Millisecond)
}

// serve works with the worker until it is gone: the pair ended or Wait
// returned, whichever comes first. Everything it had written is read and used
// before serve returns.
func (pr *process) serve() {
	pr.trace = pr.core.options.trace.enter(pr.slot.number, pr.cmd.Process.Pid)
	var others, receivers sync.WaitGroup
	ended := make(chan struct{}, 2)
	receive := func(c transport.Conn, l *lane) {
		receivers.Go(func() {
			pr.note(pr.receive(c, l))
			ended <- struct{}{}
		})
	}
	receive(pr.data, pr.receiver)
	if pr.link != nil {
		receive(pr.control, newLane(false))
	}
	others.Go(pr.send)
	others.Go(pr.watchSilence)
	others.Go(pr.watchStall)
	others.Go(pr.watchMemory)

	select {
	case <-ended:
		pr.awaitExit()
	case <-pr.exited:
	}
	pr.drain(&receivers)
	close(pr.gone)
	pr.ours[1].SetWriteDeadline(time.Now())
	others.Wait()
}

const (
	// exitGrace is how long a worker whose pair ended has to end itself: then
	// its own exit status says why.
	exitGrace = 100 * time.Millisecond
	// drainGrace bounds the reading of what a dead worker had written: a child
	// of it may hold the pipe open.
	drainGrace = time.Second
	// kinGrace is how long it usually takes.
	kinGrace = 50 * time.Millisecond
)

func (pr *process) awaitExit() {
	if pr.judged().cause == "" {
		select {
		case <-pr.exited:
			return
		case <-time.After(exitGrace):
		}
	}
	pr.kill()
	<-pr.exited
}

func (pr *process) drain(receivers *sync.WaitGroup) {
	pr.ours[0].SetReadDeadline(time.Now().Add(drainGrace))
	if pr.link != nil {
		pr.link.Hangup()
	}
	// A child of it that has left its group keeps it open no longer than that.
	late := time.AfterFunc(kinGrace, pr.kin().endKin)
	defer late.Stop()
	receivers.Wait()
}

// release lets go of everything that was held for the worker, which is gone.
// It returns the last that it printed.
func (pr *process) release() string {
	if pr.out.lender != nil {
		pr.out.lender.Return() // sender and receiver have ended
	}
	if pr.link != nil {
		pr.link.Close()
	}
	pr.control.Close()
	pr.tidy()
	pr.endKin()
	return pr.stderr.end()
}

func (pr *process) kin() kinship { return kinship{pr.core.home.run, pr.n} }

// endKin ends what the worker's tasks have started and what went out of its group.
// It does not hold up the replacement. When the pool closes, that is done once for
// all workers.
func (pr *process) endKin() {
	p := pr.core
	if pr.childless.Load() {
		return
	}
	p.home.left.Store(true)
	if p.home.ctx.Err() == nil {
		p.running.Go(pr.kin().endKin)
	}
}

func (pr *process) tidy() {
	if pr.files != "" {
		os.RemoveAll(pr.files)
	}
	pr.mu.Lock()
	defer pr.mu.Unlock()
	pr.scene = pr.recorder.examine()
	pr.recorder.close()
	pr.recorder = nil
}

// note keeps the first reason for which a connection ended, unless it just
// ended.
func (pr *process) note(err error) {
	if err == nil || errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) ||
		isBrokenPipe(err) {
		return
	}
	if isShortage(err) { // of this process: the worker's would have come as its exit
		pr.judge(verdict{cause: err.Error(), dismissed: true, short: true})
		return
	}
	pr.giveUp(err.Error())
}

// giveUp kills the worker, for a reason that its items may have caused.
func (pr *process) giveUp(cause string) { pr.judge(verdict{cause: cause}) }

// dismiss kills the worker for a reason that is not its items' doing.
func (pr *process) dismiss(cause string) { pr.judge(verdict{cause: cause, dismissed: true}) }

// judge kills the worker. The first verdict counts.
func (pr *process) judge(v verdict) {
	pr.mu.Lock()
	if pr.verdict.cause == "" {
		pr.verdict = v
	}
	pr.mu.Unlock()
	pr.kill()
}

func (pr *process) judged() verdict {
	pr.mu.Lock()
	defer pr.mu.Unlock()
	return pr.verdict
}

// kill ends the process, and whatever it started, without asking.
func (pr *process) kill() {
	select {
	case <-pr.exited:
	default:
		killGroup(pr.cmd.Process)
	}
}

// How long a worker has to end itself after a stop, and after SIGTERM.
const (
	stopGrace = time.Second
	termGrace = 500 * time.Millisecond
)

// stop is the ladder: stop was asked for; wait, SIGTERM, wait, SIGKILL.
func (pr *process) stop() {
	go func() {
		select {
		case <-pr.exited:
			return
		case <-time.After(pr.core.stopGrace()):
			terminate(pr.cmd.Process)
		}
		select {
		case <-pr.exited:
		case <-time.After(termGrace):
			pr.dismiss("did not stop when it was asked to")
		}
	}()
}

// stopGrace is how long a worker has to leave, with what it took for profile and
// trace.
func (p *core) stopGrace() time.Duration {
	return p.profiling.stopGrace() + p.options.trace.stopGrace()
}

// watchSilence gives up a worker that has items and says nothing.
func (pr *process) watchSilence() {
	limit := pr.core.spec.silence()
	if limit == 0 {
		return
	}
	tick := time.NewTicker(max(limit/4, time.Millisecond))
	defer tick.Stop()
	heard, last, quiet := pr.heard.Load(), clock(), time.Duration(0)
	for {
		select {
		case <-pr.gone:
			return
		case <-tick.C:
		}
		// When this process was stopped for a while, so was the listening.
		now := clock()
		quiet += min(time.Duration(now-last), limit/2)
		last = now
		if n := pr.heard.Load(); n != heard || !pr.core.hasItems(pr.slot) {
			heard, quiet = n, 0
		} else if quiet > limit {
			pr.giveUp(fmt.Sprintf("silent for %v with items in hand", quiet.Round(time.Millisecond)))
		}
	}
}
