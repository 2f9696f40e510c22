package strategies

import (
	"errors"
	"fmt"
	"maps"
	"os"
	"time"

	"github.com/handoff-go/handoff/strategies/transport"
)

// loop is the task goroutine: one chunk after the other, until stop. A task
// that ends it with runtime.Goexit loses its item and nothing else.
func (w *worker) loop() {
	returned := false
	defer func() {
		if !returned {
			w.work.exited()
			go w.loop()
		}
	}()
	w.lane.to(phaseBusy)
	for w.work != nil || w.begin() {
		w.position.do(running)
		w.lane.observe(phaseCompute)
		w.work.run()
		w.position.do(answering)
		w.lap.end(phaseCompute, phaseEncode)
		w.finish()
	}
	returned = true
	w.leave()
}

// leave is the answer to stop.
func (w *worker) leave() {
	w.flush()
	w.sendProfile()
	w.sendTrace()
	w.sendReport(transport.Bye, request{})
	os.Exit(exitStopped)
}

// begin waits for a chunk and makes it ready to run. It reports false after a
// stop.
func (w *worker) begin() bool {
	if !w.fetch() {
		return false
	}
	f := w.frame
	w.lane.carries(f.Header.Chunk, int(f.Header.Count))
	ctx := w.enter(f)
	if f.Header.Flags&transport.Renew != 0 {
		w.renew()
	}
	err := w.decode(f)
	w.data.Reuse(f)
	w.lap.end(phaseDecode, phaseBusy)
	w.work = &w.run
	w.run.begin(w.lane.labelled(ctx), w.load, w.position)
	switch {
	case err != nil:
		w.notRead(err)
	case w.careful() && w.load.len() > 0:
		w.flush() // should it die of this item, nothing else is unanswered
		w.work.load, w.rest = w.load.split(1)
	}
	return true
}

// careful reports whether each item of the chunk is to be answered before the
// next one is started.
func (w *worker) careful() bool { return w.frame.Header.Flags&transport.Careful != 0 }

// fetch takes the next chunk, and begins its lap. Before it waits, everything is
// sent. One that is there need not have been read: that is part of the lap.
func (w *worker) fetch() (ok bool) {
	if w.chunks.peek() {
		w.lane.carries(0, 0) // which chunk it is about is not known yet
		w.lap = w.lane.lap(phaseTransfer)
		ok = w.take()
		w.lap.end(phaseTransfer, phaseDecode)
		return ok
	}
	w.flush()
	w.lane.to(phaseWait)
	if ok = w.take(); ok {
		w.lane.arrived(w.frame.Arrived, phaseBusy)
	} else {
		w.lane.to(phaseBusy) // all of it was waiting
	}
	w.account = true
	w.lap = w.lane.lap(phaseDecode)
	return ok
}

// take takes a chunk and notes how many there were when the coordinator last
// filled up.
func (w *worker) take() (ok bool) {
	before := w.behind
	w.frame, w.behind, ok = w.chunks.take()
	if w.behind >= before {
		w.filled = w.behind + 1
	}
	return ok
}

func (w *worker) decode(f *transport.Frame) error {
	w.unread = 0
	if f.Header.Count == 0 { // an echo
		w.load = w.def.load()
		return nil
	}
	if f.Header.Flags&transport.Reset != 0 {
		w.decoder, w.spoiled = w.codec.NewDecoder(), false
	}
	if w.spoiled {
		return errSpoiled
	}
	m := &w.message
	m.of(w.decoder, f.Payload, int(f.Header.Count), f.Owned())
	err := w.decodeItems(m)
	if m.kept {
		f.Keep()
	}
	if err != nil {
		return err
	}
	if n := w.load.len(); n != int(f.Header.Count) {
		return fmt.Errorf("%d items came instead of %d", n, f.Header.Count)
	}
	return nil
}

// errSpoiled is why a chunk is not even decoded.
var errSpoiled = errors.New("an earlier chunk of the stream could not be decoded")

// notRead deals with items that cannot be decoded, none of which is run. A careful
// chunk of one comes from a fresh encoder, and it is the item's fault. All others go
// back, to be sent again in smaller chunks; and with them what follows in the stream,
// until the coordinator takes a fresh encoder.
func (w *worker) notRead(err error) {
	w.load = w.def.load() // who knows what is in the old one
	w.message.moves = moves(w.def.in)
	w.work.load = w.load
	switch {
	case w.careful() && w.frame.Header.Count == 1:
		w.work.failed = []failure{{err: fmt.Errorf("cannot read the item: %w", err)}}
		return
	case err == errSpoiled:
		w.unread = statusSpoiled
	default:
		w.unread = statusUnread
	}
	w.spoiled = !w.careful()
}

// decodeItems decodes the chunk's items, as a guest if they bring code of the user's
// along.
func (w *worker) decodeItems(m *message) error {
	if !w.def.inCode {
		return w.load.decodeItems(m)
	}
	return guarded(func() error { return told(w.load.decodeItems(m)) })
}

// encodeResults is the same for results.
func (w *worker) encodeResults(dst []byte, failed []failure) ([]byte, error) {
	if !w.def.outCode {
		return w.work.load.encodeResults(w.encoder, dst, failed)
	}
	return w.encodeAsGuest(dst, failed)
}

func (w *worker) encodeAsGuest(dst []byte, failed []failure) (payload []byte, err error) {
	err = guarded(func() error {
		payload, err = w.work.load.encodeResults(w.encoder, dst, failed)
		return told(err)
	})
	return payload, err
}

func (w *worker) encodeResult(i int) (bytes []byte, err error) {
	if !w.def.outCode {
		return w.work.load.encodeResult(w.def.encoder(w.codec), nil, i)
	}
	err = guarded(func() error {
		bytes, err = w.work.load.encodeResult(w.def.encoder(w.codec), nil, i)
		return told(err)
	})
	return bytes, err
}

// enter makes the chunk the current one, unless it was cancelled before.
func (w *worker) enter(f *transport.Frame) *chunkContext {
	ctx := w.contexts.next(deadline(f))
	w.mu.Lock()
	defer w.mu.Unlock()
	w.position.enter(f.Header.Chunk)
	w.current, w.ctx = f.Header.Chunk, ctx
	w.items, w.apart = int(f.Header.Count), f.Header.Flags&transport.Careful != 0
	w.position.stopped.Store(w.cancelled[f.Header.Chunk])
	if len(w.cancelled) > 0 {
		maps.DeleteFunc(w.cancelled, func(id uint64, _ bool) bool { return id <= f.Header.Chunk })
	}
	return ctx
}

// deadline returns the time that is left to the deadline of the chunk's call,
// if it has one.
func deadline(f *transport.Frame) (remaining time.Duration, bounded bool) {
	if len(f.Trailer) == 0 {
		return 0, false
	}
	eachTag(f.Trailer, func(tag byte, value []byte) {
		if tag == tagRemaining {
			r := reader{src: value}
			remaining, bounded = time.Duration(r.varint()-(clock()-f.Arrived)), true
		}
	})
	return remaining, bounded
}

// finish answers the chunk, or the one item of a careful chunk that was run.
func (w *worker) finish() {
	f := &w.answer
	f.Payload, f.Trailer = nil, nil
	to, of := &f.Header, &w.frame.Header
	to.Kind, to.Flags = transport.Answer, 0
	to.Chunk, to.First, to.Count, to.Attempt = of.Chunk, of.First, of.Count, of.Attempt
	if w.rest != nil && w.rest.len() > 0 {
		w.answerItem(f)
		return
	}
	base := int(w.position.base.Load())
	w.ctx.cancel(errChunkDone)
	f.Header.Flags = transport.Last
	switch {
	case w.unread != 0:
		w.sendTable(f, []entry{{status: w.unread}})
	case base > 0 || !w.answerBatch(f, w.work.failed):
		w.answerSingly(f, base, w.work.failed)
	}
	w.mu.Lock()
	w.current = 0
	w.mu.Unlock()
	w.work, w.rest = nil, nil
}

// answerItem answers an item of a careful chunk and goes on to the next.
func (w *worker) answerItem(f *transport.Frame) {
	failed := w.work.failed
	base := int(w.position.base.Load())
	w.sendTable(f, []entry{w.single(0, base, &failed)})
	next := &execution{ctx: w.work.ctx, position: w.position}
	next.load, w.rest = w.rest.split(1)
	w.mu.Lock()
	w.position.begin(base + 1)
	w.position.do(reading)
	w.mu.Unlock()
	w.work = next
}

// errChunkDone ends the context of a chunk that is done, for what its tasks
// may have left behind.
var errChunkDone = errors.New("the task has returned")

// answerBatch sends the results in one frame. It reports false when they
// cannot be encoded together, or not within the limit.
func (w *worker) answerBatch(f *transport.Frame, failed []failure) bool {
	careful := w.careful()
	payload := appendTable(w.buf.empty(), w.entries(failed))
	if len(failed) < int(f.Header.Count) {
		if careful || w.fresh {
			w.renew()
		}
		var err error
		payload, err = w.encodeResults(payload, failed)
		if err != nil || len(payload) > w.settings.Limit-maxTrailer {
			w.lap.end(phaseEncode, phaseEncode)
			w.renew()
			return false
		}
		f.Header.Flags |= transport.Batch
		if w.fresh {
			f.Header.Flags |= transport.Reset
		}
		w.fresh = careful
	} else if len(payload) > w.settings.Limit-maxTrailer {
		return false
	}
	w.buf.keep(payload)
	f.Payload = payload
	w.lap.end(phaseEncode, phaseTransfer)
	w.send(f, careful)
	return true
}

func (w *worker) renew() { w.encoder, w.fresh = w.def.encoder(w.codec), true }

// entries are the failed items of an answer.
func (w *worker) entries(failed []failure) []entry {
	var list []entry
	for _, f := range failed {
		list = append(list, w.entry(f))
	}
	if len(failed) > 0 {
		w.position.do(answering)
	}
	return list
}

func (w *worker) entry(f failure) entry {
	e := entry{index: f.index, status: statusError}
	switch {
	case f.skipped:
		e.status = statusSkipped
	default:
		w.position.over(f.index)
		e.bytes = appendError(nil, f.err, w.def.sentinels, w.settings.Limit/4)
	}
	return e
}

// answerSingly sends each result by itself, in as many frames as it takes.
func (w *worker) answerSingly(f *transport.Frame, base int, failed []failure) {
	var list []entry
	size := 0
	f.Header.Flags = 0
	for i := range w.work.load.len() {
		e := w.single(i, base, &failed)
		if len(list) > 0 && size+len(e.bytes) > w.settings.Limit/2 {
			w.sendTable(f, list)
			list, size = nil, 0
		}
		list = append(list, e)
		size += len(e.bytes)
	}
	f.Header.Flags = transport.Last
	w.sendTable(f, list)
}

func (w *worker) sendTable(f *transport.Frame, list []entry) {
	f.Payload = appendTable(nil, list)
	w.lap.end(phaseEncode, phaseTransfer)
	w.send(f, true)
}

// single encodes the result of item i of the piece in work, which begins at
// base, with an encoder of its own.
func (w *worker) single(i, base int, failed *[]failure) entry {
	if len(*failed) > 0 && (*failed)[0].index == i {
		f := (*failed)[0]
		*failed = (*failed)[1:]
		f.index += base
		return w.entry(f)
	}
	w.position.over(base + i)
	bytes, err := w.encodeResult(i)
	if err == nil && len(bytes) > w.settings.Limit-maxTrailer {
		err = tooLarge("result", len(bytes), w.settings.Limit)
	}
	if err != nil {
		return w.entry(failure{index: base + i, err: fmt.Errorf("cannot send the result: %w", err)})
	}
	return entry{index: base + i, status: statusOK, bytes: bytes}
}

// flushAfter is how long an answer may be kept back behind an item that takes
// unexpectedly long.
const flushAfter = time.Millisecond

// send sends an answer. It goes out at once if it must, or when nothing is left
// to do, or when answers to a quarter of what last waited are kept back: then the
// coordinator refills a quarter of the window while the worker does the others.
// No answer waits for a long item: the clerk sees to that.
func (w *worker) send(f *transport.Frame, now bool) {
	if w.account {
		f.Trailer = appendTag(nil, tagLedger, appendLedger(nil, w.lane.take()))
		w.account = false
	}
	w.out.Lock()
	defer w.out.Unlock()
	w.handOver(f)
	w.unsent++
	if now || w.behind == 0 || 4*w.unsent >= w.filled || w.data.Pending() >= flushAt {
		w.timedDeliver()
	} else if !w.waiting {
		w.waiting = true
		w.late.Reset(flushAfter)
	}
}

// handOver gives the frame to the connection, which for a large one may mean
// to write it, and ends the chunk's lap.
func (w *worker) handOver(f *transport.Frame) {
	large := len(f.Payload) >= timedAt
	if large {
		w.lane.to(phaseTransfer)
	}
	if err := w.data.Send(f); err != nil {
		w.exit(err)
	}
	if large {
		w.lane.to(phaseBusy)
	} else {
		w.lap.end(phaseTransfer, phaseBusy)
	}
	if w.lane.done(w.lap) {
		w.account = true
	}
	w.lap.on = false // of a careful chunk, only the first item is timed
}

func (w *worker) flush() {
	w.out.Lock()
	defer w.out.Unlock()
	if w.unsent > 0 {
		w.timedDeliver()
	}
}

// timedDeliver is deliver on the task goroutine's lane.
func (w *worker) timedDeliver() {
	w.lane.to(phaseTransfer)
	was := w.position.does()
	w.position.do(was | delivering)
	w.deliver()
	w.position.do(was)
	w.lane.to(phaseBusy)
	w.account = true
}

// deliver flushes what is kept back.
func (w *worker) deliver() {
	if err := w.data.Flush(); err != nil {
		w.exit(err)
	}
	w.unsent = 0
}
