package strategies

import (
	"math/rand/v2"
	"slices"
	"sync"
	"testing"

	"github.com/handoff-go/handoff/strategies/transport"
)

// costs is what handing over takes in a simulation, in nanoseconds of CPU, as
// measured for gob through a pipe on the machines of the baseline, in round
// numbers.
type costs struct {
	item, byte float64 // to encode or to decode, each
	frame      float64 // to send or to receive one
	flush      float64 // the system call
	wake       float64 // of somebody who sleeps
	cpus       float64
	cache      float64 // bytes of a frame at which a byte costs twice as much
}

var usual = costs{item: 60, byte: 0.3, frame: 1000, flush: 6000, wake: 20_000, cpus: 2, cache: 8 << 20}

// simulation runs one Map through the schedule of a pool without processes:
// what senders, workers and receivers do takes the time of a model in which
// they share the CPUs, and the schedule decides as it does in earnest.
type simulation struct {
	*desk
	costs
	compute []float64 // per item
	payload float64   // bytes of an item, and of a result
	now     float64
	lanes   []*lanes
}

// actor is a goroutine: what it does now, and what comes after.
type actor struct {
	left float64 // of its work
	then func()  // nil while it sleeps
}

// lanes are the goroutines of one worker, and what is on its way between them.
type lanes struct {
	s                        *simulation
	w                        *slot
	sender, worker, receiver actor
	sent, inbox              []*chunk // not flushed; not begun
	done, answers            []*chunk // not flushed; not taken
	filled                   int      // as in type worker
}

func (a *actor) work(ns float64, then func()) { a.left, a.then = max(ns, 1), then }

func (a *actor) sleeps() bool { return a.then == nil }

// simulate returns how long the Map takes, in nanoseconds.
func simulate(t *testing.T, c costs, spec string, compute []float64, payload float64) float64 {
	t.Helper()
	s := &simulation{desk: newDesk(t, spec), costs: c, compute: compute, payload: payload}
	call, _ := s.mapOf(len(compute))
	for _, w := range s.slots {
		s.spirit(w)
		l := &lanes{s: s, w: w}
		l.sender.work(1, l.send)
		s.lanes = append(s.lanes, l)
	}
	for !isDone(call) {
		if !s.step() {
			t.Fatalf("%s: everybody sleeps, and %d of %d items are answered", spec, call.answered, len(compute))
		}
	}
	return s.now
}

// step goes on to the next time at which somebody is done with something.
func (s *simulation) step() bool {
	busy, next := 0.0, (*actor)(nil)
	for a := range s.actors {
		if busy++; next == nil || a.left < next.left {
			next = a
		}
	}
	if next == nil {
		return false
	}
	passed := next.left
	s.now += passed / min(1, s.cpus/busy)
	for a := range s.actors {
		a.left -= passed
	}
	then := next.then
	next.then = nil
	then()
	for _, l := range s.lanes { // whom the schedule has woken
		if l.sender.sleeps() && awake(l.w) {
			<-l.w.wake
			l.sender.work(s.wake, l.send)
		}
	}
	return true
}

// actors are those who do something.
func (s *simulation) actors(yield func(*actor) bool) {
	for _, l := range s.lanes {
		for _, a := range []*actor{&l.sender, &l.worker, &l.receiver} {
			if !a.sleeps() && !yield(a) {
				return
			}
		}
	}
}

// coding is the time to encode or decode the chunk's items or results.
func (s *simulation) coding(c *chunk) float64 {
	n := float64(c.load.len())
	bytes := n * s.payload
	return n*s.item + s.byte*bytes*(1+min(1, bytes/s.cache))
}

func (s *simulation) computing(c *chunk) (ns float64) {
	for _, one := range s.compute[c.first : c.first+c.load.len()] {
		ns += one
	}
	return ns
}

// send is process.send.
func (l *lanes) send() {
	s := l.s
	batch, asleep := s.next(l.w, nil, len(l.sent) == 0)
	switch {
	case len(batch) > 0:
		cost := 0.0
		for _, c := range batch {
			cost += s.frame + s.coding(c)
			c.bytes.Store(int64(float64(c.load.len()) * (5 + s.payload)))
		}
		s.weigh(l.w, batch)
		l.sent = append(l.sent, batch...)
		l.sender.work(cost, l.send)
	case len(l.sent) > 0:
		l.sender.work(s.flush, func() {
			l.inbox = append(l.inbox, l.sent...)
			l.sent = nil
			l.filled = len(l.inbox)
			if l.worker.sleeps() {
				l.worker.work(s.wake, l.serve)
			}
			l.send()
		})
	case !asleep:
		l.sender.work(1, l.send)
	}
}

// serve is worker.loop.
func (l *lanes) serve() {
	s := l.s
	if len(l.inbox) == 0 {
		return
	}
	c := l.inbox[0]
	l.inbox = l.inbox[1:]
	l.worker.work(2*s.frame+2*s.coding(c)+s.computing(c), func() {
		l.done = append(l.done, c)
		if len(l.inbox) > 0 && 2*len(l.done) < l.filled && float64(len(l.done)*c.load.len())*s.payload < flushAt {
			l.serve()
			return
		}
		l.worker.work(s.flush, func() {
			l.answers = append(l.answers, l.done...)
			l.done = nil
			if l.receiver.sleeps() {
				l.receiver.work(s.wake, l.receive)
			}
			l.serve()
		})
	})
}

// zeroes are the bytes of every answer. Worker processes of other tests have no
// memory for them.
var zeroes = sync.OnceValue(func() []byte { return make([]byte, 256<<20) })

// receive is process.receive.
func (l *lanes) receive() {
	s := l.s
	if len(l.answers) == 0 {
		return
	}
	c := l.answers[0]
	l.answers = l.answers[1:]
	l.receiver.work(s.frame+s.coding(c), func() {
		f := frameFor(c, transport.Last)
		f.Payload = zeroes()[:int(float64(c.load.len())*(5+s.payload))]
		busy := 2*s.frame + 2*s.coding(c) + s.computing(c)
		f.Trailer = appendTag(nil, tagLedger, appendLedger(nil, ledger{Busy: int64(busy)}))
		values := computed(c)
		if err := s.take(l.w, f, &reply{values: values, n: len(values.results)}, nil); err != nil {
			s.t.Fatal(err)
		}
		l.receive()
	})
}

// TestAutoAgainstFixedChunks: over work from 0.1 us to 1 ms an item, even and
// skewed, and payloads up to 64 KiB, automatic chunks take hardly longer than
// the best fixed ones, which one knows only afterwards.
func TestAutoAgainstFixedChunks(t *testing.T) {
	var ratios []float64
	for _, compute := range []float64{100, 1000, 10_000, 100_000, 1_000_000} {
		for _, payload := range []float64{0, 1 << 10, 16 << 10, 64 << 10} {
			for _, skewed := range []bool{false, true} {
				items := simulated(compute, payload, skewed)
				best, which := 0.0, ""
				for _, chunk := range []string{"1", "2", "4", "8", "16", "32", "64", "128", "256", "512", "1024", "2048", "4096"} {
					if ns := simulate(t, usual, "process-gob,workers=2,chunk="+chunk, items, payload); best == 0 || ns < best {
						best, which = ns, chunk
					}
				}
				ratio := simulate(t, usual, "process-gob,workers=2", items, payload) / best
				ratios = append(ratios, ratio)
				t.Logf("%7.1f us, %5.0f bytes, skewed %-5v, %5d items: auto takes %.3f of chunk=%s", compute/1000, payload, skewed, len(items), ratio, which)
			}
		}
	}
	slices.Sort(ratios)
	median, worst := ratios[len(ratios)/2], ratios[len(ratios)-1]
	if median > 1.03 || worst > 1.12 {
		t.Errorf("against the best fixed chunk: median %.3f, worst %.3f; want 1.03 and 1.12", median, worst)
	}
	t.Logf("median %.3f, worst %.3f", median, worst)
}

// simulated are the computing times of items that take about 60 ms in all.
func simulated(compute, payload float64, skewed bool) []float64 {
	const total = 60e6
	random := rand.New(rand.NewPCG(7, 7))
	n := int(min(150_000, max(50, total/(compute/2+2*(usual.item+usual.byte*payload)))))
	items := make([]float64, n)
	for i := range items {
		items[i] = compute
		if skewed {
			items[i] = compute * random.ExpFloat64()
		}
	}
	return items
}

// TestTailOfLongItems: 200 items of 10 ms on two workers take a second.
func TestTailOfLongItems(t *testing.T) {
	items := slices.Repeat([]float64{10e6}, 200)
	if ns := simulate(t, usual, "process-gob,workers=2", items, 0); ns > 1.01e9 {
		t.Errorf("it took %.0f ms", ns/1e6)
	}
}
