package strategies

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/handoff-go/handoff/strategies/codec"
	"github.com/handoff-go/handoff/strategies/transport"
)

// worker is the other side: a process that serves one coordinator until it is
// told to stop, or the coordinator is gone.
//
// Readers put what comes where it belongs and wait for nothing else. The task
// goroutine decodes, computes, encodes and sends, one chunk after the other:
// that is the worker's lane. The clerk answers what must not wait for a task.
type worker struct {
	def      *definition
	settings settings
	codec    codec.Codec
	control  transport.Conn
	data     transport.Conn
	held     *transport.RunDir // shared-file only
	inbox    *inbox            // what readers fill
	chunks   source            // inbox, or the connection itself
	ballast  []byte            // for the collector
	requests chan request      // snapshots
	trace    *traceRing        // of the lane; nil without a trace
	kin      kinship           // what its children carry

	profiling *profiling // nil in a normal run
	observe   []observing

	out     sync.Mutex // around every Send and Flush
	unsent  int        // answers kept back
	late    *time.Timer
	waiting bool // late is armed

	// Of the task goroutine.
	lane     *lane
	lap      *lap
	account  bool // the lane has something to report
	encoder  codec.Encoder
	decoder  codec.Decoder
	fresh    bool // the encoder is new, and the frame must say so
	buf      buffer
	load     load
	message  message
	frame    *transport.Frame // the chunk's
	answer   transport.Frame  // what finish sends
	behind   int              // chunks that waited when frame was taken
	filled   int              // chunks there were when the coordinator last filled up
	work     *execution       // what run holds, while there is something to do
	run      execution
	rest     load // of a careful chunk: what comes after the item in work
	spoiled  bool // a chunk could not be decoded: nor can the next, without a fresh encoder
	unread   byte // statusUnread, statusSpoiled: why the chunk in work is not run
	position *position
	contexts chunkContexts

	mu        sync.Mutex
	current   uint64 // chunk, 0 between two
	items     int    // of current
	apart     bool   // current is answered item by item
	ctx       *chunkContext
	cancelled map[uint64]bool // before they were begun
}

// Exit codes of a worker process.
const (
	exitStopped  = 0
	exitOrphaned = 1
	exitBroken   = 3 // the connection, or a chunk that cannot be read
)

// serve is the life of a worker process. It returns its exit code.
func serve(value string) int {
	run, limit, memory, _, err := parseWorker(value)
	if err == nil {
		err = limitMemory(memory)
	}
	if err != nil {
		return complain(err)
	}
	control := transport.NewPipe(run, limit, inherited(3, "control in"), inherited(4, "control out"))
	w := &worker{
		control:   control,
		kin:       ownKinship(),
		inbox:     newInbox(),
		requests:  make(chan request, 16),
		cancelled: map[uint64]bool{},
		late:      time.NewTimer(time.Hour),
		position:  &position{},
	}
	if err := w.shakeHands(run); err != nil {
		w.abandon(err)
		if errors.Is(err, io.EOF) {
			return exitOrphaned
		}
		return complain(err)
	}
	conn := w.data
	w.ballast = newBallast()
	w.startTrace()
	w.lane = newLane(w.settings.Phases, observers(w.observe, laneWorker, 0)...)
	w.data = wrapConn(conn, w.lane)
	w.encoder, w.decoder, w.load = w.def.encoder(w.codec), w.codec.NewDecoder(), w.def.load()
	w.message.moves = moves(w.def.in)
	w.chunks = w.inbox
	w.labelReaders()
	if lender, ok := conn.(transport.Lender); ok {
		w.buf.lender = lender
		w.chunks = &direct{conn: w.data, lender: lender, broken: w.exit, frame: transport.Frame{Coming: w.lane.hears()}}
	} else {
		go w.read(w.data)
	}
	if conn != w.control {
		go w.read(w.control)
	}
	go w.clerk()
	go w.loop()
	select {} // whoever is first calls os.Exit
}

// serving is the worker that this process is, from its handshake on.
var serving atomic.Pointer[worker]

// orphaned ends this process, whose coordinator is gone.
func orphaned() {
	if w := serving.Load(); w != nil {
		w.exit(io.EOF)
	}
	leaveWithGroup()
	os.Exit(exitOrphaned)
}

func complain(err error) int {
	if errors.Is(err, syscall.EBADF) {
		err = fmt.Errorf("%w: this program has closed a descriptor that is not its own, or put another in its place", err)
	}
	fmt.Fprintf(os.Stderr, "handoff worker: %v\n", err)
	return exitBroken
}

// shakeHands tells the coordinator what we are, and gets ready for what it is.
func (w *worker) shakeHands(run uint64) error {
	var theirs hello
	if err := recvJSON(w.control, transport.Hello, &theirs); err != nil {
		return err
	}
	w.settings = theirs.Settings
	ours, err := w.prepare(theirs, run)
	if err != nil {
		ours.Problem = err.Error()
	}
	if err := sendJSON(w.control, transport.Hello, ours); err != nil {
		return err
	}
	switch {
	case ours.Problem != "":
		return io.EOF // all is said
	case w.settings.Setup:
		return w.setUp()
	}
	return nil
}

// prepare looks up what the coordinator asks for.
func (w *worker) prepare(theirs hello, run uint64) (ours hello, err error) {
	var ok bool
	if w.def, ok = taskByName(theirs.Task); !ok {
		return ours, fmt.Errorf("task %q is not defined in the worker: define it in a package-level variable", theirs.Task)
	}
	if w.codec, ok = lookupCodec(theirs.Codec); !ok {
		return ours, fmt.Errorf("codec %q is not known; known are %s", theirs.Codec, strings.Join(codec.Names(), ", "))
	}
	ours.identity = identify(w.def, theirs.Codec, theirs.Transport)
	if fd := w.settings.Recorder; fd != 0 {
		if w.position, err = openPosition(inherited(fd, "recorder")); err != nil {
			return ours, err
		}
	}
	w.position.do(preparing)
	if lifelineError != nil {
		return ours, lifelineError
	}
	serving.Store(w)
	if err := w.startProfile(); err != nil {
		return ours, err
	}
	return ours, w.connect(run, theirs.Transport)
}

// setUp runs the task's Setup and reports its outcome.
func (w *worker) setUp() error {
	var f transport.Frame
	if err := w.control.Recv(&f); err != nil {
		return err
	}
	value, err := w.decodeSetup(f.Payload)
	if err == nil {
		err = runSetup(context.Background(), w.def, value)
	}
	answer := transport.Frame{Header: transport.Header{Kind: transport.Setup}}
	if err != nil {
		answer.Payload = appendError(nil, err, w.def.sentinels, w.settings.Limit/4)
	}
	return errors.Join(w.control.Send(&answer), w.control.Flush())
}

// read puts frames where they belong. The end of the control pair means that
// the coordinator is gone: then this process ends too, whatever it does.
func (w *worker) read(conn transport.Conn) {
	var f transport.Frame
	var work []transport.Frame // read, and not yet in the inbox
	for {
		// What came together goes into the inbox together: one wake-up.
		if len(work) > 0 && !conn.Buffered() {
			w.inbox.put(work)
			clear(work)
			work = work[:0]
		}
		if err := conn.Recv(&f); err != nil {
			w.exit(err)
		}
		if f.Header.Kind == transport.Work {
			arrive(&f)
			work = append(work, f)
			continue
		}
		w.inbox.put(work) // before an order that may be about it
		clear(work)
		work = work[:0]
		switch f.Header.Kind {
		case transport.Cancel:
			w.cancel(f.Header.Chunk)
		case transport.Snapshot:
			select {
			case w.requests <- request{f.Header.Chunk, arrival(&f)}:
			default: // the coordinator's patience ends
			}
		case transport.Stop:
			w.chunks.stop()
		default:
			w.exit(fmt.Errorf("a frame of kind %d, which a coordinator does not send", f.Header.Kind))
		}
	}
}

// arrival is when a frame that was just received had come: now, if nobody waited
// for it.
func arrival(f *transport.Frame) int64 {
	if f.Arrived != 0 {
		return f.Arrived
	}
	return clock()
}

// arrive notes when a frame came that carries the time to a deadline.
func arrive(f *transport.Frame) {
	if len(f.Trailer) > 0 && f.Arrived == 0 {
		f.Arrived = clock()
	}
}

// exit ends the process because a connection ended.
func (w *worker) exit(err error) {
	// First what must be done: with the coordinator gone, nobody reads stderr,
	// and writing there ends this process.
	w.abandon(err)
	if errors.Is(err, io.EOF) || isBrokenPipe(err) {
		os.Exit(exitOrphaned)
	}
	os.Exit(complain(err))
}

// abandon gives up the run's directory, if nobody else holds it. When the
// coordinator is gone, this ends the process, with all that its tasks have
// started in its group; else the coordinator will do that.
func (w *worker) abandon(err error) {
	if w.held != nil {
		w.held.RemoveIfLast()
	}
	if w.isOrphan(errors.Is(err, io.EOF) || isBrokenPipe(err)) {
		if hadChildren() {
			w.kin.endKin()
		}
		leaveWithGroup()
	}
}

// orphanPatience is how long a coordinator takes from closing its files to
// having ended.
const orphanPatience = exitGrace

// isOrphan reports whether the coordinator has ended, or does within a moment,
// as the end of a connection suggests.
func (w *worker) isOrphan(likely bool) bool {
	if w.settings.Parent == 0 {
		return false
	}
	for start := time.Now(); os.Getppid() == w.settings.Parent; time.Sleep(time.Millisecond) {
		if !likely || time.Since(start) > orphanPatience {
			return false
		}
	}
	return true
}

func (w *worker) cancel(chunk uint64) {
	w.mu.Lock()
	defer w.mu.Unlock()
	switch {
	case chunk == w.current:
		w.position.stopped.Store(true)
		w.ctx.cancel(context.Canceled)
	case chunk > w.position.chunk.Load():
		w.cancelled[chunk] = true
	}
}

// clerk does what must not wait for a task, and must not make a reader wait.
func (w *worker) clerk() {
	tick := time.NewTicker(w.settings.Progress)
	defer tick.Stop()
	var seen sighting
	for {
		select {
		case q := <-w.requests:
			w.sendReport(transport.Snapshot, q)
		case <-w.late.C:
			w.out.Lock()
			w.waiting = false
			w.deliver()
			w.out.Unlock()
		case <-tick.C:
			w.sendProgress(&seen)
		}
	}
}

// sighting is when the clerk first saw the worker busy with an item, or with some:
// its age, but for the time between two looks.
type sighting struct {
	chunk uint64
	work  stint
	at    int64
}

// stint is what the time is counted of that a worker takes: of an item, from its
// decoding to the end of its encoding if it travels alone; of several items that are
// decoded or encoded together.
type stint struct {
	doing activity // 0 if one item is what the chunk is about
	first int
	items int
}

// stint is what the worker is doing now; items is 0 if that is not about items.
func (w *worker) stint() stint {
	doing, item := activity(w.position.doing.Load()), w.position.index()
	switch {
	case doing != reading && doing != running && doing != answering:
		return stint{}
	case w.items == 1:
		return stint{items: 1}
	case doing == running || doing == answering && w.apart:
		return stint{running, item, 1}
	}
	return stint{doing, 0, w.items}
}

func (w *worker) sendProgress(seen *sighting) {
	w.mu.Lock()
	chunk, work := w.current, w.stint()
	w.mu.Unlock()
	if chunk == 0 || work.items == 0 {
		return
	}
	now := clock()
	if chunk != seen.chunk || work != seen.work {
		*seen = sighting{chunk, work, now}
	}
	w.sendControl(&transport.Frame{
		Header:  transport.Header{Kind: transport.Progress, Chunk: chunk, First: uint64(work.first), Count: uint32(work.items)},
		Payload: binary.AppendUvarint(binary.AppendUvarint(nil, uint64(now-seen.at)), uint64(peakRSS())),
	})
}

func (w *worker) sendControl(f *transport.Frame) {
	w.out.Lock()
	defer w.out.Unlock()
	if err := errors.Join(w.control.Send(f), w.control.Flush()); err != nil {
		w.exit(err)
	}
}

// request is what asks for a snapshot, and when it arrived.
type request struct {
	id uint64
	at int64
}

func (w *worker) sendReport(kind transport.Kind, q request) {
	r := report{Process: usage(), Ledger: appendLedger(nil, w.lane.take()), Received: q.at, Childless: kind == transport.Bye && !hadChildren()}
	r.Sent = clock()
	w.sendControl(&transport.Frame{Header: transport.Header{Kind: kind, Chunk: q.id}, Payload: r.json()})
}
