package strategies

import (
	"slices"
	"sync"
	"sync/atomic"
)

// chunk is a run of consecutive items of one call, on its way.
type chunk struct {
	id      uint64 // never used twice; 0 until it is sent
	call    *call
	load    load
	first   int
	charged int // deaths it was charged with
	spared  int // deaths it was not charged with, though it was in work

	// One beside the other: with chunk=1 there is a chunk for each item.
	careful   bool // answered item by item: its worker's death is the doing of the first that is not
	alone     bool // one item, the first and the only one of a process: whose death is its doing, and of no other
	lost      bool // it was begun before, by a worker that was lost
	unread    bool // it was what a worker that was lost was to read next
	cancelled bool

	itemBytes int          // of the encoded size, what belongs to the items
	bytes     atomic.Int64 // encoded size; set, after itemBytes, before it is sent
	parts     *parts       // once an answer came in parts
}

// parts are what is known of a chunk of which not all is answered.
type parts struct {
	answered []bool
	failed   []failure
}

// slot is a worker's place in the pool: what it is held to have, whichever
// goroutine or process fills the place. All of it is under the schedule's
// lock.
type slot struct {
	number int
	pace   pace
	sent   []*chunk // outstanding, in the order in which they were sent
	bytes  int      // of sent
	items  int      // of sent
	urgent []order  // for the sender, before any chunk
	asleep bool
	wake   chan struct{}

	process  *process // nil in process, and while a lost one is replaced
	local    *local   // nil for processes
	given    int      // items sent to this process
	opening  uint64   // the first chunk that was sent to this process
	vetting  *vetting // of the chunk that it has alone and has answered
	retiring bool     // it was asked to leave: with recycle=, or for a fresh one
	restarts restarts
	spent    spent
}

// spent is what the processes and goroutines in a slot have used.
type spent struct {
	lane, sender, receiver ledger
	past                   Process // of processes that ended
	last                   Process // of the one that runs, at its last snapshot
}

// order is something for a worker that does not wait for its turn.
type order struct {
	kind  orderKind
	chunk uint64 // to cancel, or the number of a snapshot or an echo
}

type orderKind int

const (
	orderCancel orderKind = iota
	orderSnapshot
	orderEcho
	orderStop
)

// schedule cuts the items of the open calls into chunks when they are sent,
// and knows which worker has which. One lock guards it all.
type schedule struct {
	spec   Spec
	remote bool

	mu       sync.Mutex
	slots    []*slot
	round    round    // the calls with items to be sent
	open     []*call  // not closed, in no order
	alone    []*chunk // before all others, each for a process that has had nothing
	retry    []*chunk // before all others but those
	fresh    []chunk  // for newChunk
	lastID   uint64
	asleep   int
	passed   bool  // a worker left items to one that has less
	ending   bool  // no more calls
	progress int64 // items answered or given up
	drought  drought
	counts   Stats // the counters only
}

// atOnce is how many chunks a sender takes at a time, at most.
const atOnce = 16

// next cuts the worker's next chunks and appends them to batch: none when there
// is nothing or no room. With sleep, a worker that gets nothing and has nothing
// else to do is held to be asleep: it waits for its channel.
func (s *schedule) next(w *slot, batch []*chunk, sleep bool) (_ []*chunk, asleep bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	idle := len(w.sent) == 0
	for len(batch) < atOnce {
		c := s.cut(w)
		if c == nil {
			break
		}
		if w.given == 0 {
			w.opening = c.id
		}
		w.sent = append(w.sent, c)
		w.items += c.load.len()
		w.given += c.load.len()
		batch = append(batch, c)
		if w.local != nil {
			w.local.position.stopped.Store(false)
		}
	}
	s.retire(w)
	s.makeWay(w)
	if len(batch) > 0 && (idle || s.passed) {
		s.passed = false
		s.rouse() // others may have left the rest to this one
	}
	if sleep && len(batch) == 0 && len(w.urgent) == 0 && !s.ending {
		w.asleep = true
		s.asleep++
	}
	return batch, w.asleep
}

// retire asks a worker that has had its share of items to leave, once it has
// answered them.
func (s *schedule) retire(w *slot) {
	if s.spec.Recycle > 0 && w.given >= s.spec.Recycle && len(w.sent) == 0 {
		s.askToLeave(w)
	}
}

func (s *schedule) askToLeave(w *slot) {
	if !w.retiring {
		w.retiring = true
		w.urgent = append(w.urgent, order{kind: orderStop})
		w.process.stop()
		s.rise(w)
	}
}

// cut cuts a chunk and numbers it: a worker gets its chunks in the order of
// their numbers.
func (s *schedule) cut(w *slot) *chunk {
	c := s.pick(w)
	if c != nil {
		s.lastID++
		c.id = s.lastID
	}
	return c
}

func (s *schedule) pick(w *slot) *chunk {
	if s.mayHaveAlone(w) {
		return pop(&s.alone)
	}
	if !s.room(w, 1) {
		return nil
	}
	if waiting(&s.retry) {
		return pop(&s.retry)
	}
	for {
		from, n := s.choose(w)
		if from == nil {
			return nil
		}
		if c := s.cutFrom(from, n); c != nil {
			return c
		} // else claims took the last items
	}
}

// looks is how many calls are looked at for a worker that has something to do
// already. One that has nothing takes items of the first that has some.
const looks = 16

// choose returns the call of which the worker gets the next chunk, and its size. It
// is the first in turn that has something for it, of a few: with thousands of
// calls at once, looking at all of them for each chunk would take all the time.
func (s *schedule) choose(w *slot) (*call, int) {
	for looked := 0; s.round.first != nil && looked < looks; {
		from := s.round.first
		if from.stock.ready() == 0 { // claims took the last items
			s.unlist(from)
			continue
		}
		if n := s.wanted(w, from); n > 0 {
			return from, n
		}
		s.round.turn()
		looked++
	}
	return nil, 0
}

// waiting reports whether there is a chunk in the list of which the results are
// still wanted. It takes the others off its head.
func waiting(list *[]*chunk) bool {
	for len(*list) > 0 && (*list)[0].call.closed {
		drop(list)
	}
	return len(*list) > 0
}

// pop takes the head off a list.
func pop(list *[]*chunk) *chunk {
	c := (*list)[0]
	drop(list)
	return c
}

func drop(list *[]*chunk) {
	(*list)[0] = nil
	*list = (*list)[1:]
}

// wanted is how many items of the call the worker should get now, or 0.
func (s *schedule) wanted(w *slot, of *call) int {
	ready, left := of.stock.ready(), of.stock.left()
	n := w.pace.chunkSize(&s.spec, left)
	if s.spec.Recycle > 0 {
		n = min(n, s.spec.Recycle-w.given)
	}
	switch {
	case ready == 0 || !s.room(w, n):
		return 0
	case ready < n && left < 0 && len(w.sent) > 0:
		// More input may make a fuller chunk, and the worker is not idle.
		return 0
	case len(w.sent) > 0 && s.ahead(w, n, ready, left):
		return 0
	}
	return min(n, ready)
}

// ahead reports whether the next n items are for others, so that all end together:
// the last that are ready are for those who have nothing to do, and when fewer are
// left than are out, a worker that has a chunk more than another leaves it to that
// one, if it can take it. What is answered and not yet read counts as out. With more
// than one call, what is out need not be the call's, and no call waits for another's.
func (s *schedule) ahead(w *slot, n, ready, left int) bool {
	idle, out := 0, 0
	for _, o := range s.slots {
		if len(o.sent) == 0 && o.staffed() {
			idle++
		}
		out += o.items
	}
	if left >= 0 && left < out && s.round.n == 1 && w.items-s.least(w, n) >= n {
		s.passed = true
		return true
	}
	return ready <= n*idle
}

// least is how few items a worker has that can take n more, w or another.
func (s *schedule) least(w *slot, n int) int {
	least := w.items
	for _, o := range s.slots {
		if o.items < least && o.staffed() && s.room(o, n) {
			least = o.items
		}
	}
	return least
}

// staffed reports whether there is a worker in the place.
func (w *slot) staffed() bool { return w.process != nil || w.local != nil }

// room reports whether the worker may have n more items outstanding.
func (s *schedule) room(w *slot, n int) bool {
	if !s.remote {
		return len(w.sent) == 0
	}
	if n <= 0 || w.retiring || w.hasAlone() || (s.spec.Recycle > 0 && w.given >= s.spec.Recycle) {
		return false
	}
	return len(w.sent) == 0 || len(w.sent) < w.pace.window(&s.spec, n) && w.pace.fits(w.bytes, w.items, n)
}

// cutFrom returns nil when claims took what was left in the meantime.
func (s *schedule) cutFrom(from *call, n int) *chunk {
	first, l := from.stock.take(n)
	if from.stock.ready() == 0 {
		s.unlist(from)
	} else {
		s.round.turn()
	}
	if l.len() == 0 {
		return nil
	}
	return s.newChunk(from, first, l)
}

// enlist puts a call that has something to send on the round.
func (s *schedule) enlist(c *call) {
	if !c.closed && !s.ending {
		s.round.add(c)
	}
}

// unlist takes a call that has nothing to send off the round.
func (s *schedule) unlist(c *call) { s.round.remove(c) }

func (s *schedule) newChunk(of *call, first int, l load) *chunk {
	if len(s.fresh) == 0 {
		s.fresh = make([]chunk, slab)
	}
	c := &s.fresh[0]
	s.fresh = s.fresh[1:]
	c.call, c.load, c.first, c.careful = of, l, first, s.spec.Retries == None
	return c
}

// slab is how many small things are allocated at once, of which there is one a chunk.
const slab = 32

// rouse wakes the sleeping workers for which there is something to do.
func (s *schedule) rouse() {
	if s.asleep == 0 {
		return
	}
	for _, w := range s.slots {
		if w.asleep && s.hasFor(w) {
			s.rise(w)
		}
	}
}

func (s *schedule) hasFor(w *slot) bool {
	if len(w.urgent) > 0 || s.ending || s.mayHaveAlone(w) || s.mustMakeWay(w) {
		return true
	}
	if !s.room(w, 1) {
		return false
	}
	if waiting(&s.retry) {
		return true
	}
	from, _ := s.choose(w)
	return from != nil
}

func (s *schedule) rise(w *slot) {
	if w.asleep {
		w.asleep = false
		s.asleep--
		w.wake <- struct{}{}
	}
}

// refill wakes a worker's sender after an answer, but only once a quarter of
// the window is free: so a wake-up, and the system call that follows, serve many
// chunks, and the worker has enough to do until they arrive. It sends its
// answers by quarters, too: with halves it had run dry by then, because the
// answers to one half must be read before the next can be sent.
func (s *schedule) refill(w *slot) {
	if w.asleep && 4*len(w.sent) <= 3*w.pace.window(&s.spec, w.pace.chunkSize(&s.spec, -1)) && s.hasFor(w) {
		s.rise(w)
	}
}

// find returns the outstanding chunk of that id.
func (w *slot) find(id uint64) *chunk {
	for _, c := range w.sent {
		if c.id == id {
			return c
		}
	}
	return nil
}

// forget takes an answered chunk off what the worker has.
func (w *slot) forget(c *chunk) {
	if i := slices.Index(w.sent, c); i == 0 {
		w.sent[0] = nil
		w.sent = w.sent[1:]
	} else if i > 0 {
		w.sent = slices.Delete(w.sent, i, i+1)
	} else {
		return
	}
	w.bytes -= int(c.bytes.Load())
	w.items -= c.load.len()
}

// settle takes c off its worker, hands its results to the call and ends the
// call if that was its last.
func (s *schedule) settle(w *slot, c *chunk, failed []failure) {
	w.forget(c)
	s.counts.Chunks++
	s.deliver(c, c.load, c.first, itemErrors(c.first, c.charged+1, failed))
}

// deliver hands answered items to their call.
func (s *schedule) deliver(c *chunk, l load, first int, failed []*ItemError) {
	s.book(c, l.len(), l, first, failed)
}

// book is deliver for n items, which need not be those of l: the results of a
// Map are in place.
func (s *schedule) book(c *chunk, n int, l load, first int, failed []*ItemError) {
	s.progress += int64(n)
	s.counts.Items += int64(n)
	if c.call.closed {
		return
	}
	c.call.stock.deliver(first, l, failed)
	c.call.answered += n
	if len(failed) > 0 && s.remote {
		s.count(c.call, failed)
	}
	s.finish(c.call)
}

func itemErrors(first, attempts int, failed []failure) []*ItemError {
	var errs []*ItemError
	for _, f := range failed {
		errs = append(errs, &ItemError{Index: first + f.index, Attempts: attempts, Err: f.err})
	}
	return errs
}

// finish ends the call when all its items are answered.
func (s *schedule) finish(c *call) {
	if c.stock.left() == 0 && c.answered == c.stock.taken() && !c.ended {
		c.ended = true
		close(c.done)
	}
}
