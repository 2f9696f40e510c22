package strategies

import (
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"syscall"
	"time"

	"github.com/handoff-go/handoff/internal/bytesize"
	"github.com/handoff-go/handoff/strategies/transport"
)

const (
	// flushAt is how many bytes a sender keeps back at most.
	flushAt = 32 << 10
	// timedAt is the payload size from which a Send is timed like a Flush: it
	// may write, and block.
	timedAt = 4 << 10
)

// send is the worker's sender: orders first, then chunks as long as there is
// room for them, and a flush when there is nothing more to send at once, so
// that small chunks share a system call.
func (pr *process) send() {
	p, w := pr.core, pr.slot
	pr.sender.to(phaseBusy)
	flushed := true
	var batch []*chunk
	for {
		if pr.isGone() {
			return
		}
		if more := pr.obey(); !more {
			return
		}
		var asleep bool
		batch, asleep = p.next(w, batch[:0], flushed)
		switch {
		case len(batch) > 0:
			flushed = false
			pr.check(pr.sendAll(batch))
		case !flushed:
			flushed = true
			pr.check(pr.flush())
		case asleep:
			pr.sender.to(phaseWait)
			select {
			case <-w.wake:
			case <-pr.gone:
			}
			pr.sender.to(phaseBusy)
		}
	}
}

func (pr *process) isGone() bool {
	select {
	case <-pr.gone:
		return true
	default:
		return false
	}
}

// check gives up a worker to which nothing can be sent any more.
func (pr *process) check(err error) {
	if err == nil {
		return
	}
	if isShortage(err) {
		pr.note(err)
	} else if pr.link != nil && !isBrokenPipe(err) && !pr.isGone() {
		pr.core.failCalls(pr.slot, fmt.Errorf("strategies: send to worker %d: %w", pr.slot.number, err))
		pr.dismiss(err.Error())
	} else if isBrokenPipe(err) {
		pr.giveUpEnded()
	} else {
		pr.note(err)
	}
	<-pr.gone
}

// giveUpEnded ends a worker that does not read any more. When it is ending by
// itself, its exit status tells why.
func (pr *process) giveUpEnded() {
	select {
	case <-pr.exited:
	case <-time.After(exitGrace):
		pr.giveUp("it closed its connection")
	}
}

// isBrokenPipe reports whether the other side is gone: it has closed its end, or
// we have given up waiting for it.
func isBrokenPipe(err error) bool {
	return errors.Is(err, syscall.EPIPE) || errors.Is(err, syscall.ECONNRESET) || errors.Is(err, os.ErrDeadlineExceeded)
}

// obey sends what does not wait for its turn. It reports false after a stop.
func (pr *process) obey() (more bool) {
	for _, o := range pr.core.orders(pr.slot) {
		f := transport.Frame{}
		switch o.kind {
		case orderEcho:
			pr.check(errors.Join(pr.sendEcho(o.chunk), pr.flush()))
			continue
		case orderCancel:
			f.Header = transport.Header{Kind: transport.Cancel, Chunk: o.chunk}
		case orderSnapshot:
			f.Header = transport.Header{Kind: transport.Snapshot, Chunk: o.chunk}
			pr.trace.asks(o.chunk)
		case orderStop:
			f.Header = transport.Header{Kind: transport.Stop}
		}
		pr.check(errors.Join(pr.control.Send(&f), pr.flush()))
		if o.kind == orderStop {
			return false
		}
	}
	return true
}

// orders takes the worker's orders.
func (s *schedule) orders(w *slot) []order {
	s.mu.Lock()
	defer s.mu.Unlock()
	o := w.urgent
	w.urgent = nil
	return o
}

// flush delivers what was kept back, on both connections.
func (pr *process) flush() error {
	if pr.data.Pending() == 0 && pr.control.Pending() == 0 {
		return nil
	}
	pr.sender.to(phaseTransfer)
	err := pr.data.Flush()
	if pr.link != nil {
		err = errors.Join(err, pr.control.Flush())
	}
	pr.sender.to(phaseBusy)
	return err
}

func (pr *process) sendAll(batch []*chunk) error {
	for _, c := range batch {
		if err := pr.sendChunk(c); err != nil {
			return err
		}
	}
	pr.core.weigh(pr.slot, batch)
	return nil
}

// sendChunk encodes and sends a chunk, unless its call is over or it cannot
// be encoded.
func (pr *process) sendChunk(c *chunk) error {
	p := pr.core
	if !c.call.gate.enter() {
		p.drop(pr.slot, c)
		return nil
	}
	lap := pr.sender.lap(phaseEncode)
	pr.sender.carries(c.id, c.load.len())
	f := &pr.frame
	pr.address(f, c)
	payload, err := pr.encode(c)
	c.call.gate.leave()
	if err == nil && len(payload) > p.spec.frameLimit()-maxTrailer {
		err = tooLarge("item", len(payload), p.spec.frameLimit())
	}
	lap.end(phaseEncode, phaseTransfer)
	if err != nil {
		pr.renew()
		p.unsendable(pr.slot, c, err)
		return nil
	}
	if pr.deaf.Load() {
		f.Header.Flags |= transport.Renew
	}
	if pr.fresh {
		f.Header.Flags |= transport.Reset
	}
	pr.fresh = c.careful
	f.Payload, f.Trailer = payload, remaining(c.call)
	c.itemBytes = p.codec.ItemBytes(payload, c.load.len())
	c.bytes.Store(int64(len(payload)))
	err = pr.deliver(f, lap)
	pr.sender.done(lap)
	return err
}

// maxTrailer is room for the trailer within the frame limit.
const maxTrailer = 256

// tooLarge says that a part does not fit into a frame, and what would help.
func tooLarge(part string, size, limit int) error {
	return fmt.Errorf("%w: the %s is %d bytes, frame-limit=%s (a larger frame-limit in the spec allows more)",
		transport.ErrTooLarge, part, size, bytesize.Format(int64(limit)))
}

// address makes f the frame of a chunk, without payload and trailer. It sets one
// field after the other, as other code that runs once a chunk does: a whole struct
// would be put together aside and copied, which stalls a processor.
func (pr *process) address(f *transport.Frame, c *chunk) {
	f.Payload, f.Trailer = nil, nil
	h := &f.Header
	h.Kind, h.Flags = transport.Work, transport.Batch
	h.Chunk, h.First, h.Count = c.id, uint64(c.first), uint32(c.load.len())
	h.Attempt = uint32(c.charged)
	if c.careful {
		h.Flags |= transport.Careful
	}
}

// encode writes the chunk's items. A careful chunk stands alone: both sides
// take fresh encoders and decoders for it, and after it.
func (pr *process) encode(c *chunk) ([]byte, error) {
	if c.careful || pr.fresh || pr.unheard.Load() {
		pr.unheard.Store(false)
		pr.renew()
	}
	if pr.core.def.inCode {
		return pr.encodeAsGuest(c)
	}
	payload, err := c.load.encodeItems(pr.encoder, pr.out.empty())
	pr.out.keep(payload)
	return payload, err
}

// encodeAsGuest encodes items that bring code of the user's along. Should it not
// return, it keeps a copy of the items, the encoder and the memory that it has.
func (pr *process) encodeAsGuest(c *chunk) ([]byte, error) {
	items, encoder, dst := c.load.copyItems(nil), pr.encoder, pr.out.give()
	var payload []byte
	p := patience{limit: pr.core.spec.ItemTimeout, ends: [2]<-chan struct{}{c.call.ctx.Done(), pr.gone}}
	err := pr.core.host(p, func() (err error) {
		payload, err = items.encodeItems(encoder, dst)
		return told(err)
	})
	if left(err) {
		return nil, err // payload is not ours
	}
	pr.out.take(payload)
	return payload, err
}

// renew takes a fresh encoder: what the last one produced did not arrive, or
// was not part of a stream.
func (pr *process) renew() { pr.encoder, pr.fresh = pr.core.def.encoder(pr.core.codec), true }

// deliver sends the frame. What may block is timed exactly.
func (pr *process) deliver(f *transport.Frame, lap *lap) error {
	if len(f.Payload) < timedAt {
		err := pr.data.Send(f)
		lap.end(phaseTransfer, phaseBusy)
		if err != nil || pr.data.Pending() < flushAt {
			return err
		}
		return pr.flush()
	}
	pr.sender.to(phaseTransfer)
	err := pr.data.Send(f)
	if err == nil && pr.data.Pending() >= flushAt {
		err = pr.data.Flush()
	}
	pr.sender.to(phaseBusy)
	return err
}

// remaining is the trailer that carries the time to the call's deadline.
func remaining(c *call) []byte {
	deadline, ok := c.ctx.Deadline()
	if !ok {
		return nil
	}
	return appendTag(nil, tagRemaining, binary.AppendVarint(nil, int64(time.Until(deadline))))
}

// weigh notes the sizes of chunks that were sent.
func (s *schedule) weigh(w *slot, batch []*chunk) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, c := range batch {
		if bytes := int(c.bytes.Load()); bytes > 0 {
			w.bytes += bytes
			s.counts.Frames++
			// It was in flight, even if it has been answered by now.
			s.counts.InFlight = max(s.counts.InFlight, int64(bytes))
			weighed(&w.pace.sent, bytes, c.load.len())
		}
	}
	s.counts.InFlight = max(s.counts.InFlight, s.inFlight())
}

// inFlight is how many bytes of encoded items are at the workers or on their way.
func (s *schedule) inFlight() int64 {
	sum := 0
	for _, w := range s.slots {
		sum += w.bytes
	}
	return int64(sum)
}

// drop forgets a chunk that was not sent: its call is over.
func (s *schedule) drop(w *slot, c *chunk) {
	s.mu.Lock()
	defer s.mu.Unlock()
	w.forget(c)
}

// unsendable splits a chunk that could not be encoded, or not within the
// limit, until it is one item that is at fault. Where each attempt costs time, its
// items go singly at once.
func (s *schedule) unsendable(w *slot, c *chunk, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case err == errAbandoned && c.call.ctx.Err() == nil:
		return // the worker is gone: the chunk goes to another
	case err == errAbandoned:
		w.forget(c)
		return
	case err == errOverdue && c.load.len() > 1:
		s.dismantle(w, c)
		return
	case c.load.len() > 1:
		s.split(w, c)
		return
	case err == errOverdue:
		err = fmt.Errorf("encoding it takes longer than item-timeout=%v", s.spec.ItemTimeout)
	}
	w.forget(c)
	s.deliver(c, c.load, c.first, []*ItemError{{Index: c.first, Attempts: c.charged, Err: fmt.Errorf("cannot be sent: %w", err)}})
}

// split puts a chunk of several items back as two.
func (s *schedule) split(w *slot, c *chunk) {
	n := c.load.len()
	head, tail := c.load.split(n / 2)
	s.back(w, c, s.piece(c, 0, head), s.piece(c, n/2, tail))
	s.counts.Splits++
}

// dismantle puts a chunk back as its single items, each to be encoded by itself.
func (s *schedule) dismantle(w *slot, c *chunk) {
	var all []*chunk
	for i, rest := 0, c.load; rest.len() > 0; i++ {
		var one load
		one, rest = rest.split(1)
		k := s.piece(c, i, one)
		k.careful = true
		all = append(all, k)
	}
	s.back(w, c, all...)
	s.counts.Splits++
}

// piece is a part of c that begins at its item first, to be sent again.
func (s *schedule) piece(c *chunk, first int, l load) *chunk {
	k := s.newChunk(c.call, c.first+first, l)
	k.charged, k.lost, k.unread, k.spared = c.charged, c.lost, c.unread, c.spared
	return k
}

// back puts pieces in the place of a chunk that its worker has not answered, before
// all others.
func (s *schedule) back(w *slot, c *chunk, pieces ...*chunk) {
	w.forget(c)
	if !c.call.closed {
		s.retry = append(pieces, s.retry...)
	}
	s.rouse() // the worker has room again, for another call too
}
