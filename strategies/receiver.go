package strategies

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/handoff-go/handoff/strategies/codec"
	"github.com/handoff-go/handoff/strategies/transport"
)

// receive handles the frames of one connection until it ends. It waits for
// nothing but frames.
func (pr *process) receive(conn transport.Conn, l *lane) error {
	f := transport.Frame{Coming: l.hears()}
	for {
		lap, err := recvTimed(conn, &f, l)
		if err != nil {
			return err
		}
		pr.heard.Add(1)
		if f.Header.Kind == transport.Answer && conn != pr.data {
			return errAnswerOnControl // two goroutines would decode answers
		}
		if err := pr.handle(&f, lap); err != nil {
			return err
		}
		l.done(lap)
		conn.Reuse(&f)
	}
}

// recvTimed receives a frame: waiting ends when its header is there, reading
// the rest is transfer.
func recvTimed(conn transport.Conn, f *transport.Frame, l *lane) (*lap, error) {
	if conn.Buffered() {
		l.carries(0, 0) // which chunk it is about is not known yet
		lap := l.lap(phaseTransfer)
		err := conn.Recv(f)
		lap.end(phaseTransfer, phaseDecode)
		return lap, err
	}
	l.to(phaseWait)
	if err := conn.Recv(f); err != nil {
		l.to(phaseBusy) // all of it was waiting
		return nil, err
	}
	l.arrived(f.Arrived, phaseBusy)
	return l.lap(phaseDecode), nil
}

var (
	errKind            = errors.New("a frame of a kind that a worker does not send")
	errAnswerOnControl = errors.New("an answer on the control connection")
)

func (pr *process) handle(f *transport.Frame, lap *lap) error {
	switch f.Header.Kind {
	case transport.Answer:
		return pr.answer(f, lap)
	case transport.Progress:
		return pr.progress(f)
	case transport.Profile:
		return pr.addProfile(f)
	case transport.Bye:
		pr.profiled = true
		return pr.snapshot(f)
	case transport.Snapshot:
		return pr.snapshot(f)
	case transport.Trace:
		return pr.trace.add(f)
	}
	return errKind
}

// reply is an answer, read but not yet handed to its call.
type reply struct {
	failed []failure
	values load // of the batch
	n      int  // values
	single map[int]load
	unread byte // statusUnread, statusSpoiled: none of the items was run
	wire   int  // bytes of results
}

// answer reads an answer, also one that nobody waits for: a stream of values
// must be decoded without gaps.
func (pr *process) answer(f *transport.Frame, lap *lap) error {
	pr.receiver.carries(f.Header.Chunk, int(f.Header.Count))
	r := &pr.reply
	defer func() { *r = reply{} }() // not held until the next
	err := pr.read(f, r)
	lap.end(phaseDecode, phaseBusy)
	return pr.core.take(pr.slot, f, r, err)
}

// read decodes an answer, into memory that is not the call's.
func (pr *process) read(f *transport.Frame, r *reply) error {
	if f.Header.Flags&transport.Reset != 0 {
		pr.decoder = pr.core.codec.NewDecoder()
		pr.deaf.Store(false)
	}
	count := int(f.Header.Count)
	entries, batch, err := readTable(f.Payload, count)
	if err != nil {
		return err
	}
	for _, e := range entries {
		if err := r.addEntry(pr, e); err != nil {
			return err
		}
	}
	if f.Header.Flags&transport.Batch == 0 {
		return nil
	}
	if len(r.single) > 0 || r.unread != 0 { // a batch holds all that did not fail
		return errAnswer
	}
	if pr.core.def.outCode {
		err = pr.decodeAsGuest(batch, r, count-len(entries))
	} else {
		r.values = pr.proto // used up before the next frame is read
		m := &pr.message
		m.of(pr.decoder, batch, count-len(entries), f.Owned() && 2*len(batch) >= len(f.Payload))
		r.n, err = pr.proto.decodeResults(m)
		if m.kept {
			f.Keep()
		}
	}
	if err == nil && r.n != count-len(entries) {
		err = errAnswer
	}
	r.wire += pr.core.codec.ItemBytes(batch, r.n)
	return err
}

// unreadError is that of a batch of results that bring code of the user's along: it
// need not be the worker's fault that they cannot be decoded.
type unreadError struct {
	err error // nil: because an earlier one of the stream could not be
}

func (e *unreadError) Error() string {
	if e.err == nil {
		return "an earlier answer could not be read"
	}
	return e.err.Error()
}

// decodeAsGuest decodes a batch of n results that bring code of the user's along.
// Should it not return, it keeps the decoder, and a copy of the bytes.
func (pr *process) decodeAsGuest(batch []byte, r *reply, n int) error {
	if pr.deaf.Load() {
		return &unreadError{}
	}
	values, m := pr.proto.empty(), &message{count: n, owned: true, decoder: pr.decoder, bytes: slices.Clone(batch)}
	got := 0
	err := pr.hostDecoder(func() (err error) {
		got, err = values.decodeResults(m)
		return told(err)
	})
	if err != nil {
		pr.deaf.Store(true)
		return &unreadError{pr.unreturned(err)}
	}
	r.values, r.n = values, got
	return nil
}

// hostDecoder waits for a decoder of results as long as its worker lives, and an item
// may take.
func (pr *process) hostDecoder(f func() error) error {
	return pr.core.host(patience{limit: pr.core.spec.ItemTimeout, ends: [2]<-chan struct{}{pr.exited}}, f)
}

// unreturned says why a guest was left behind, if it was.
func (pr *process) unreturned(err error) error {
	if err == errOverdue {
		return fmt.Errorf("decoding it takes longer than item-timeout=%v", pr.core.spec.ItemTimeout)
	}
	return err
}

func (r *reply) addEntry(pr *process, e entry) error {
	p, l := pr.core, pr.proto
	if r.unread != 0 { // it is the only entry
		return errAnswer
	}
	switch e.status {
	case statusUnread, statusSpoiled:
		if len(r.failed)+len(r.single) > 0 {
			return errAnswer
		}
		r.unread = e.status
		pr.unheard.Store(true)
	case statusSkipped:
		r.failed = append(r.failed, failure{index: e.index, err: context.Canceled, skipped: true})
	case statusError:
		failed, ok := readError(e.bytes, p.def.sentinels)
		if !ok {
			return errAnswer
		}
		r.failed = append(r.failed, failure{index: e.index, err: failed})
	default:
		return r.addSingle(pr, p.codec, l, e)
	}
	return nil
}

func (r *reply) addSingle(pr *process, c codec.Codec, l load, e entry) error {
	value, m, n := l.empty(), &message{decoder: c.NewDecoder(), bytes: e.bytes, count: 1}, 0
	decode := func() (err error) {
		n, err = value.decodeResults(m)
		return err
	}
	var err error
	if pr.core.def.outCode {
		m.bytes = slices.Clone(m.bytes)
		err = pr.unreturned(pr.hostDecoder(func() error { return told(decode()) }))
	} else {
		err = decode()
	}
	if err != nil { // of this item alone: its bytes are no part of a stream
		r.failed = append(r.failed, failure{index: e.index, err: fmt.Errorf("cannot read the result: %w", err)})
		return nil
	}
	if n != 1 {
		return errAnswer
	}
	if r.single == nil {
		r.single = map[int]load{}
	}
	r.single[e.index] = value
	r.wire += c.ItemBytes(e.bytes, 1)
	return nil
}

// commit stores the results.
func (r *reply) commit(l load) {
	if r.values != nil {
		l.commit(r.values, r.failed)
	}
	for i, value := range r.single {
		l.commitOne(i, value)
	}
}

// awaited returns the chunk that an answer is for, or nil if nobody waits for
// it any more.
func (w *slot) awaited(f *transport.Frame) *chunk {
	c := w.find(f.Header.Chunk)
	if c == nil || c.bytes.Load() == 0 || uint64(c.first) != f.Header.First || c.load.len() != int(f.Header.Count) {
		return nil
	}
	return c
}

// take hands the results of an answer to their call, and settles what it has
// answered: a chunk or a part of one. bad is why it could not be read.
func (s *schedule) take(w *slot, f *transport.Frame, r *reply, bad error) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	c := w.awaited(f)
	unread, _ := bad.(*unreadError)
	switch {
	case c == nil && unread != nil:
		s.counts.Late++
		return nil
	case c == nil && s.echoed(w, f.Header.Chunk):
		return nil
	case c == nil:
		s.counts.Late++
		return bad
	case unread != nil && unread.err == errAbandoned:
		return bad // the worker is gone
	case unread != nil && !c.careful && c.parts == nil:
		s.counts.Retries += int64(c.load.len())
		s.repeat(w, c, unread.err != nil)
		return w.account(f, 0)
	case bad != nil && c.careful && c.load.len() == 1:
		// It is this item, and the next frame comes from a fresh encoder.
		if err := w.account(f, 1); err != nil {
			return err
		}
		s.answered(w, c, []failure{{err: fmt.Errorf("cannot read the result: %w", bad)}})
		return nil
	case bad != nil:
		return fmt.Errorf("answer for items %d to %d: %w", c.first, c.first+c.load.len()-1, bad)
	}
	if r.unread != 0 {
		s.unread(w, c, r.unread)
		return w.account(f, 0)
	}
	if err := w.account(f, r.n+len(r.single)+len(r.failed)); err != nil {
		return err
	}
	s.commit(c, r)
	s.counts.Frames++
	s.counts.Wire += int64(r.wire)
	if r.values == nil || c.parts != nil {
		whole, err := c.part(r, f.Header.Flags&transport.Last != 0)
		if !whole {
			return err
		}
		r.failed = c.parts.failed
	}
	if c.alone && !c.call.closed {
		s.vet(w, c, r.failed)
	} else {
		s.answered(w, c, r.failed)
	}
	return nil
}

// unread deals with a chunk that its worker could not decode, so that nothing of it
// was run.
func (s *schedule) unread(w *slot, c *chunk, status byte) {
	switch {
	case status == statusSpoiled:
		s.repeat(w, c, false) // perhaps there is nothing wrong with it
	case c.load.len() == 1:
		s.repeat(w, c, true)
	default:
		s.split(w, c)
	}
}

// repeat sends a chunk again of which the worker lives on: as it was, or each item by
// itself.
func (s *schedule) repeat(w *slot, c *chunk, singly bool) {
	if singly {
		s.dismantle(w, c)
	} else {
		s.back(w, c, s.piece(c, 0, c.load))
	}
}

// underLock is how many results are copied under the schedule's lock.
const underLock = 32

// commit stores results. The lock is given up while it copies many.
func (s *schedule) commit(c *chunk, r *reply) {
	switch {
	case c.call.closed:
	case r.n <= underLock:
		r.commit(c.load)
	case c.call.gate.enter():
		s.mu.Unlock()
		r.commit(c.load)
		c.call.gate.leave()
		s.mu.Lock()
	}
}

// answered settles a chunk whose answer is complete.
func (s *schedule) answered(w *slot, c *chunk, failed []failure) {
	s.counts.Wire += int64(c.itemBytes)
	w.pace.grow(c.load.len())
	s.settle(w, c, failed)
	s.retire(w)
	s.refill(w)
}

// account takes what a frame that answers n items says of the time they took, and of
// their size.
func (w *slot) account(f *transport.Frame, n int) error {
	w.pace.open += n
	weighed(&w.pace.got, len(f.Payload), n)
	if len(f.Trailer) > 0 && !eachTag(f.Trailer, func(tag byte, value []byte) { w.charge(tag, value) }) {
		return errAnswer
	}
	return nil
}

// charge takes the worker's account of its time from a trailer.
func (w *slot) charge(tag byte, value []byte) {
	if tag != tagLedger {
		return
	}
	if l, ok := readLedger(value); ok {
		w.spent.lane.add(l)
		w.pace.worked(l.Busy)
	}
}

// part takes a part of an answer. It reports whether the chunk is answered.
func (c *chunk) part(r *reply, last bool) (whole bool, err error) {
	if c.parts == nil {
		c.parts = &parts{answered: make([]bool, c.load.len())}
	}
	p := c.parts
	for i := range r.single {
		if p.answered[i] {
			return false, errAnswer
		}
		p.answered[i] = true
	}
	for _, f := range r.failed {
		if p.answered[f.index] {
			return false, errAnswer
		}
		p.answered[f.index] = true
		p.failed = insert(p.failed, f)
	}
	if last && slices.Contains(p.answered, false) {
		return false, errAnswer
	}
	return last, nil
}

// insert keeps failures in the order of their items.
func insert(list []failure, f failure) []failure {
	i := len(list)
	for i > 0 && list[i-1].index > f.index {
		i--
	}
	list = append(list, failure{})
	copy(list[i+1:], list[i:])
	list[i] = f
	return list
}

// progress judges the running item by its own age, from its decoding to the end of
// its encoding. What is done to several items together is nobody's doing: they go
// again singly.
func (pr *process) progress(f *transport.Frame) error {
	limit := pr.core.spec.ItemTimeout
	r := reader{src: f.Payload}
	age, peak := r.uvarint(), r.uvarint()
	if r.bad {
		return errAnswer
	}
	pr.peak.Store(int64(peak))
	pr.seen(f, age)
	if limit == 0 || time.Duration(age) <= limit {
		return nil
	}
	v := verdict{
		cause:   fmt.Sprintf("item ran for longer than item-timeout=%v", limit),
		overdue: true, chunk: f.Header.Chunk, item: int(f.Header.First),
	}
	if n := f.Header.Count; n > 1 {
		v.cause = fmt.Sprintf("decoding or encoding %d items together took longer than item-timeout=%v", n, limit)
		v.item = nobody
	}
	pr.judge(v)
	return nil
}

// seen notes what the worker is busy with.
func (pr *process) seen(f *transport.Frame, age uint64) {
	pr.mu.Lock()
	defer pr.mu.Unlock()
	pr.sight = sight{f.Header.Chunk, int(f.Header.First), int(f.Header.Count), clock() - int64(age)}
}

// report is what a worker says of itself in a snapshot.
type report struct {
	Process Process
	Ledger  []byte // of its lane, since the last

	// Readings of its clock: the question had arrived, this is being sent.
	Received, Sent int64

	Childless bool // when it leaves: it never had children
}

func (r report) json() []byte {
	text, err := json.Marshal(r)
	if err != nil {
		panic(err) // numbers and bytes only
	}
	return text
}

func (pr *process) snapshot(f *transport.Frame) error {
	var r report
	if err := json.Unmarshal(f.Payload, &r); err != nil {
		return fmt.Errorf("snapshot: %w", err)
	}
	pr.trace.told(f.Header.Chunk, r, arrival(f))
	if f.Header.Kind == transport.Bye {
		pr.trace.bye()
		pr.childless.Store(r.Childless)
	}
	s := &pr.core.schedule
	s.mu.Lock()
	pr.slot.charge(tagLedger, r.Ledger)
	pr.slot.spent.last = r.Process
	pr.peak.Store(r.Process.PeakRSS)
	s.echoed(pr.slot, f.Header.Chunk)
	s.mu.Unlock()
	pr.mu.Lock()
	defer pr.mu.Unlock()
	if done, ok := pr.snapshots[f.Header.Chunk]; ok {
		close(done)
		delete(pr.snapshots, f.Header.Chunk)
	}
	return nil
}
