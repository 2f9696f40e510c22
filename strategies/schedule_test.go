package strategies

import (
	"context"
	"errors"
	"io"
	"slices"
	"testing"

	"github.com/handoff-go/handoff/strategies/transport"
)

// desk is a pool without workers: the tests play them, through the methods
// that senders and receivers call.
type desk struct {
	*core
	t *testing.T
}

// tenfold is the task of these tests, which nobody runs here.
func tenfold() *definition {
	return &definition{name: "tenfold", load: func() load {
		return &cargo[int, int]{run: func(_ context.Context, n int) (int, error) { return 10 * n, nil }}
	}}
}

func newDesk(t *testing.T, spec string) *desk {
	t.Helper()
	p, err := newCore(tenfold(), MustParse(spec), newOptions(nil))
	if err != nil {
		t.Fatal(err)
	}
	return &desk{p, t}
}

// mapOf opens a Map of the items 0 to n-1.
func (d *desk) mapOf(n int) (*call, *array[int, int]) {
	d.t.Helper()
	st := &array[int, int]{load: d.def.load().(*cargo[int, int]), items: make([]int, n), results: make([]int, n)}
	for i := range st.items {
		st.items[i] = i
	}
	return d.begin(st), st
}

func (d *desk) begin(st stock) *call {
	d.t.Helper()
	c, err := d.core.begin(context.Background(), st)
	if err != nil {
		d.t.Fatal(err)
	}
	return c
}

// send takes what the worker may have now and makes it sent, at ten bytes an
// item.
func (d *desk) send(w *slot) []*chunk {
	batch, _ := d.next(w, nil, false)
	for _, c := range batch {
		c.itemBytes = 8 * c.load.len()
		c.bytes.Store(int64(10 * c.load.len()))
	}
	d.weigh(w, batch)
	return batch
}

func frameFor(c *chunk, flags transport.Flags) *transport.Frame {
	return &transport.Frame{Header: transport.Header{
		Kind: transport.Answer, Flags: flags, Chunk: c.id, First: uint64(c.first), Count: uint32(c.load.len()),
	}}
}

// computed are the results of the items of c that did not fail.
func computed(c *chunk, failed ...failure) *cargo[int, int] {
	values := &cargo[int, int]{}
	for i, n := range c.load.(*cargo[int, int]).items {
		if !slices.ContainsFunc(failed, func(f failure) bool { return f.index == i }) {
			values.results = append(values.results, 10*n)
		}
	}
	return values
}

// answer plays the worker: all results in one batch, but for what failed.
func (d *desk) answer(w *slot, c *chunk, failed ...failure) {
	d.t.Helper()
	values := computed(c, failed...)
	r := &reply{failed: failed, values: values, n: len(values.results), wire: 8 * len(values.results)}
	if err := d.take(w, frameFor(c, transport.Last), r, nil); err != nil {
		d.t.Errorf("answer to items %d to %d: %v", c.first, c.first+c.load.len()-1, err)
	}
}

func firsts(batch []*chunk) (list []int) {
	for _, c := range batch {
		list = append(list, c.first)
	}
	return list
}

func isDone(c *call) bool {
	select {
	case <-c.done:
		return true
	default:
		return false
	}
}

// checkResults wants every item answered, and the result of those not in
// failed.
func (d *desk) checkResults(c *call, st *array[int, int], failed ...int) {
	d.t.Helper()
	if !isDone(c) || c.answered != len(st.items) {
		d.t.Errorf("%d of %d items are answered, done: %v", c.answered, len(st.items), isDone(c))
	}
	var got []int
	for _, f := range st.failed {
		got = append(got, f.Index)
	}
	slices.Sort(got)
	if !slices.Equal(got, failed) {
		d.t.Errorf("failed items: %v, want %v", got, failed)
	}
	for i, n := range st.results {
		if !slices.Contains(failed, i) && n != 10*i {
			d.t.Errorf("result of item %d is %d, want %d", i, n, 10*i)
		}
	}
}

func TestCallsTakeTurns(t *testing.T) {
	d := newDesk(t, "process-gob,workers=1,chunk=2,window=16")
	a, _ := d.mapOf(6)
	b, _ := d.mapOf(2)
	c, _ := d.mapOf(4)
	names := map[*call]string{a: "a", b: "b", c: "c"}
	var got string
	for _, k := range d.send(d.slots[0]) {
		got += names[k.call]
	}
	if got != "abcaca" {
		t.Errorf("chunks of calls with 3, 1 and 2 went out as %s, want abcaca", got)
	}
}

func TestCallWithoutItemsIsPassedOver(t *testing.T) {
	d := newDesk(t, "process-gob,workers=1,chunk=2,window=4")
	d.supply()
	d.mapOf(4)
	d.supply()
	if got := firsts(d.send(d.slots[0])); !slices.Equal(got, []int{0, 2}) {
		t.Errorf("between two streams without input, a call of two chunks sent %v", got)
	}
}

func TestChunksAreCutInOrder(t *testing.T) {
	d := newDesk(t, "process-gob,workers=2,chunk=3,window=2")
	call, st := d.mapOf(10)
	first, second := d.slots[0], d.slots[1]
	a, b := d.send(first), d.send(second)
	if !slices.Equal(firsts(a), []int{0, 3}) || !slices.Equal(firsts(b), []int{6, 9}) {
		t.Fatalf("two workers have %v and %v, want [0 3] and [6 9]", firsts(a), firsts(b))
	}
	if n := b[1].load.len(); n != 1 {
		t.Errorf("the last chunk has %d items, want 1", n)
	}
	for _, c := range b {
		d.answer(second, c)
	}
	if isDone(call) {
		t.Error("the call is done before all is answered")
	}
	d.answer(first, a[1])
	d.answer(first, a[0])
	d.checkResults(call, st)
	if d.counts.Items != 10 || d.counts.Chunks != 4 || d.counts.Frames != 8 || d.counts.Wire != 160 {
		t.Errorf("counted %d items, %d chunks, %d frames, %d bytes; want 10, 4, 8, 160",
			d.counts.Items, d.counts.Chunks, d.counts.Frames, d.counts.Wire)
	}
	if first.bytes != 0 || second.bytes != 0 {
		t.Errorf("all is answered, and workers are held to have %d and %d bytes", first.bytes, second.bytes)
	}
}

func TestLastChunksAreForTheIdle(t *testing.T) {
	d := newDesk(t, "process-gob,workers=3,chunk=1,window=8")
	d.mapOf(4)
	busy, idle := d.two() // and nobody in the third place
	if got := firsts(d.send(busy)); !slices.Equal(got, []int{0, 1, 2}) {
		t.Errorf("with another worker idle, one took %v of 4 items, want all but the last", got)
	}
	if got := firsts(d.send(idle)); !slices.Equal(got, []int{3}) {
		t.Errorf("the idle worker took %v, want the last", got)
	}
}

// TestLastChunksAreForWhoHasLeast: when fewer items are left than are out, who has
// more leaves them to who has less, and is woken when that has changed.
func TestLastChunksAreForWhoHasLeast(t *testing.T) {
	d := newDesk(t, "process-gob,workers=2,chunk=2,window=4")
	d.mapOf(14)
	much, little := d.two()
	d.send(much) // 8 items
	sent := d.send(little)[:1]
	d.checkOut(much, 8, little, 6)
	d.answer(much, much.sent[0])
	for _, c := range sent {
		d.answer(little, c)
	}
	d.checkOut(much, 6, little, 4)

	d.mapOf(6)
	if batch, asleep := d.next(much, nil, true); len(batch) > 0 || !asleep {
		t.Errorf("with 6 items out, and 4 at the other worker, a worker took %v of the last 6; asleep: %v", firsts(batch), asleep)
	}
	if got := firsts(d.send(little)); !slices.Equal(got, []int{0, 2}) {
		t.Errorf("who had least took %v", got)
	}
	if !awake(much) {
		t.Fatal("nobody woke the other when it did not have more any longer")
	}
	<-much.wake
	if got := firsts(d.send(much)); !slices.Equal(got, []int{4}) {
		t.Errorf("then the other took %v, want the last", got)
	}
}

// TestNoCallWaitsForAnothers: what a worker has of one call keeps nobody from taking
// the items of another.
func TestNoCallWaitsForAnothers(t *testing.T) {
	d := newDesk(t, "process-gob,workers=2,chunk=2,window=8")
	d.mapOf(1000)
	much, little := d.two()
	d.send(little)
	for range 7 { // its sender takes no more
		d.answer(little, little.sent[0])
	}
	d.send(much)
	d.checkOut(much, 16, little, 2)
	short, _ := d.mapOf(2)
	for range 3 {
		d.answer(much, much.sent[0])
		d.answer(much, much.sent[0])
		d.send(much)
	}
	if short.stock.left() > 0 {
		t.Error("a call of two items waits for another's end")
	}
}

// TestFullWorkerTakesNothing: nobody leaves anything to a worker that has no room.
func TestFullWorkerTakesNothing(t *testing.T) {
	d := newDesk(t, "process-gob,workers=2,chunk=1,window=8")
	d.mapOf(20)
	much, full := d.two()
	d.send(much)
	d.send(full)
	for len(full.sent) > 1 {
		d.answer(full, full.sent[0])
	}
	full.bytes = windowBytes
	d.answer(much, much.sent[0])
	d.answer(much, much.sent[0])
	d.checkOut(much, 6, full, 1)
	if got := firsts(d.send(much)); !slices.Equal(got, []int{16, 17}) {
		t.Errorf("of the last four items a worker took %v, and the other has no room", got)
	}
}

// two puts workers into the first two places.
func (d *desk) two() (a, b *slot) {
	d.spirit(d.slots[0])
	d.spirit(d.slots[1])
	return d.slots[0], d.slots[1]
}

func (d *desk) checkOut(a *slot, itemsA int, b *slot, itemsB int) {
	d.t.Helper()
	if a.items != itemsA || b.items != itemsB {
		d.t.Fatalf("%d and %d items are out, want %d and %d", a.items, b.items, itemsA, itemsB)
	}
}

func TestRetryGoesFirst(t *testing.T) {
	d := newDesk(t, "process-gob,workers=1,chunk=1,window=3")
	call, st := d.mapOf(4)
	w := d.slots[0]
	d.retry = []*chunk{d.newChunk(call, 2, &cargo[int, int]{items: st.items[2:3], results: st.results[2:3]})}
	if got := firsts(d.send(w)); !slices.Equal(got, []int{2, 0, 1}) {
		t.Errorf("chunks went out as %v, want the retried one first: [2 0 1]", got)
	}
	if len(d.retry) > 0 {
		t.Errorf("%d chunks are still to be retried", len(d.retry))
	}
}

func TestRoom(t *testing.T) {
	d := newDesk(t, "process-gob,workers=1,chunk=1,window=3")
	d.mapOf(10)
	w := d.slots[0]
	batch := d.send(w)
	if len(batch) != 3 || len(d.send(w)) != 0 {
		t.Fatalf("a window of 3 takes %d chunks, and then more", len(batch))
	}
	d.answer(w, batch[1])
	if got := firsts(d.send(w)); !slices.Equal(got, []int{3}) {
		t.Errorf("after one answer, %v went out, want [3]", got)
	}
}

func TestRoomInBytes(t *testing.T) {
	d := newDesk(t, "process-gob,workers=1,chunk=1,window=100")
	d.mapOf(10)
	w := d.slots[0]
	w.pace.sent = 1 << 20
	w.sent, w.bytes = []*chunk{{}}, 3<<20+1
	if batch, _ := d.next(w, nil, false); len(batch) != 0 {
		t.Errorf("items of 1 MiB go out as %v beside more than 3 MiB", firsts(batch))
	}
	w.sent, w.bytes = nil, 0
	w.pace.sent = 100 << 20
	if batch, _ := d.next(w, nil, false); len(batch) != 1 {
		t.Errorf("of huge items, %d go out at once; a large one travels alone", len(batch))
	}
}

// TestPlacesAreBoundedInBytes: a stream of large items has few of them.
func TestPlacesAreBoundedInBytes(t *testing.T) {
	d := newDesk(t, "process-gob,workers=2,chunk=100,window=100")
	if n := d.places(); n != 2*2*100*100 {
		t.Errorf("%d places for small items, want twice what the windows hold", n)
	}
	for _, w := range d.slots {
		w.pace.sent, w.pace.got = 1<<20, 3<<20
	}
	if n := d.places(); n != streamBytes/(4<<20) {
		t.Errorf("%d places for items of 4 MiB both ways, want those of 64 MiB", n)
	}
}

func TestGoroutineHasOneChunk(t *testing.T) {
	d := newDesk(t, "goroutines,workers=1,chunk=2")
	d.mapOf(10)
	w := d.slots[0]
	batch, _ := d.next(w, nil, true)
	more, _ := d.next(w, nil, false)
	if len(batch) != 1 || len(more) != 0 {
		t.Errorf("a goroutine got %d chunks, and then %d more; want 1 and 0", len(batch), len(more))
	}
}

func TestSenderTakesABoundedBatch(t *testing.T) {
	d := newDesk(t, "process-gob,workers=1,chunk=1,window=100")
	d.mapOf(50)
	if n := len(d.send(d.slots[0])); n != atOnce {
		t.Errorf("the sender got %d chunks at once, want %d", n, atOnce)
	}
}

// awake reports whether the slot's worker was woken.
func awake(w *slot) bool { return !w.asleep && len(w.wake) == 1 }

func TestSleepersAreRoused(t *testing.T) {
	d := newDesk(t, "process-gob,workers=2")
	for _, w := range d.slots {
		if batch, asleep := d.next(w, nil, true); len(batch) > 0 || !asleep {
			t.Fatalf("without items, a worker got %d chunks; asleep: %v", len(batch), asleep)
		}
	}
	if _, asleep := d.next(&slot{wake: make(chan struct{}, 1)}, nil, false); asleep {
		t.Error("a worker sleeps that has something to flush")
	}
	d.mapOf(5)
	if !awake(d.slots[0]) || !awake(d.slots[1]) || d.asleep != 0 {
		t.Errorf("a call with items began, awake: %v and %v, held to be asleep: %d",
			awake(d.slots[0]), awake(d.slots[1]), d.asleep)
	}
}

func TestOrdersKeepAwake(t *testing.T) {
	d := newDesk(t, "process-gob,workers=1")
	w := d.slots[0]
	w.urgent = []order{{orderSnapshot, 1}}
	if _, asleep := d.next(w, nil, true); asleep {
		t.Error("a worker with an order sleeps")
	}
	if got := d.orders(w); len(got) != 1 || len(w.urgent) != 0 {
		t.Errorf("orders: %v, then %v", got, w.urgent)
	}
	d.ending = true
	if _, asleep := d.next(w, nil, true); asleep {
		t.Error("a worker sleeps while the pool ends")
	}
}

func TestRefillByQuarters(t *testing.T) {
	d := newDesk(t, "process-gob,workers=1,chunk=1,window=8")
	d.mapOf(100)
	w := d.slots[0]
	batch := d.send(w)
	if _, asleep := d.next(w, nil, true); !asleep || len(batch) != 8 {
		t.Fatalf("with %d chunks out the sender is asleep: %v", len(batch), asleep)
	}
	for i, c := range batch[:5] {
		if got, want := awake(w), i >= 2; got != want {
			t.Errorf("after %d of 8 answers the sender is awake: %v", i, got)
		}
		d.answer(w, c)
	}
}

func TestNoWakeUpWithoutItems(t *testing.T) {
	d := newDesk(t, "process-gob,workers=1,chunk=1,window=8")
	call, st := d.mapOf(8)
	w := d.slots[0]
	batch := d.send(w)
	d.next(w, nil, true)
	for _, c := range batch {
		d.answer(w, c)
	}
	d.checkResults(call, st)
	if !w.asleep || len(w.wake) > 0 {
		t.Error("the sender was woken though all items were sent")
	}
}

// supply is the stock of a stream whose sequence the test plays.
func (d *desk) supply() (*call, *stream[int, int]) {
	st := newStream[int, int](d.core, true)
	return d.begin(st), st
}

func (d *desk) push(c *call, st *stream[int, int], items ...int) {
	d.mu.Lock()
	defer d.mu.Unlock()
	st.pending = append(st.pending, items...)
	d.enlist(c)
	d.rouse()
}

func TestIdleWorkerNeverWaitsForMoreInput(t *testing.T) {
	d := newDesk(t, "process-gob,workers=1,chunk=4,window=8")
	c, st := d.supply()
	w := d.slots[0]
	if _, asleep := d.next(w, nil, true); !asleep {
		t.Fatal("a worker without input is awake")
	}
	d.push(c, st, 1)
	if !awake(w) {
		t.Error("an idle worker sleeps though there is an item")
	}
	batch := d.send(w)
	if len(batch) != 1 || batch[0].load.len() != 1 {
		t.Fatalf("an idle worker got %d chunks, want one of one item", len(batch))
	}
	d.push(c, st, 2, 3)
	if more := d.send(w); len(more) != 0 {
		t.Errorf("a busy worker got a chunk of %d, when one of 4 might come", more[0].load.len())
	}
	d.push(c, st, 4, 5, 6)
	full := d.send(w)
	if len(full) != 1 || full[0].load.len() != 4 {
		t.Fatalf("a busy worker got %d chunks, want one of 4 items", len(full))
	}
	d.answer(w, batch[0])
	d.answer(w, full[0])
	if rest := d.send(w); len(rest) != 1 || rest[0].load.len() != 1 {
		t.Errorf("an idle worker got %d chunks, want one of one item", len(rest))
	}
}

func TestEndOfInputSendsTheRest(t *testing.T) {
	d := newDesk(t, "process-gob,workers=1,chunk=4,window=8")
	c, st := d.supply()
	w := d.slots[0]
	d.push(c, st, 1, 2, 3, 4, 5)
	if batch := d.send(w); len(batch) != 1 || batch[0].load.len() != 4 {
		t.Fatalf("5 items of an open stream went out as %d chunks", len(batch))
	}
	d.mu.Lock()
	st.sealed = true
	d.mu.Unlock()
	if batch := d.send(w); len(batch) != 1 || batch[0].load.len() != 1 {
		t.Errorf("the rest of a stream that ended stays behind: %d chunks", len(batch))
	}
}

// TestUnsendableIsSplit plays a sender that cannot encode item 5.
func TestUnsendableIsSplit(t *testing.T) {
	d := newDesk(t, "process-gob,workers=1,chunk=8,window=4")
	call, st := d.mapOf(8)
	w := d.slots[0]
	cause := errors.New("no such thing")
	var sizes []int
	for !isDone(call) {
		batch, _ := d.next(w, nil, false)
		if len(batch) == 0 {
			t.Fatal("nothing to send, and the call is not done")
		}
		for _, c := range batch {
			sizes = append(sizes, c.load.len())
			if c.first <= 5 && 5 < c.first+c.load.len() {
				d.unsendable(w, c, cause)
				continue
			}
			c.bytes.Store(1)
			d.weigh(w, []*chunk{c})
			d.answer(w, c)
		}
	}
	d.checkResults(call, st, 5)
	if want := []int{8, 4, 4, 2, 2, 1, 1}; !slices.Equal(sizes, want) {
		t.Errorf("chunks of %v items were tried, want %v", sizes, want)
	}
	if len(st.failed) != 1 || !errors.Is(st.failed[0], cause) || st.failed[0].Attempts != 0 {
		t.Errorf("item 5: %+v, want the cause and 0 attempts", st.failed)
	}
	if d.counts.Splits != 3 || d.counts.Items != 8 || w.bytes != 0 {
		t.Errorf("%d splits, %d items, %d bytes left; want 3, 8, 0", d.counts.Splits, d.counts.Items, w.bytes)
	}
}

func TestDroppedChunkIsForgotten(t *testing.T) {
	d := newDesk(t, "process-gob,workers=1,chunk=1,window=4")
	d.mapOf(2)
	w := d.slots[0]
	batch, _ := d.next(w, nil, false)
	d.drop(w, batch[0])
	if len(w.sent) != 1 || w.sent[0] != batch[1] || w.bytes != 0 {
		t.Errorf("after a drop the worker has %d chunks and %d bytes", len(w.sent), w.bytes)
	}
}

func TestFailedItemsOfAnAnswer(t *testing.T) {
	d := newDesk(t, "process-gob,workers=1,chunk=5,window=4")
	call, st := d.mapOf(5)
	w := d.slots[0]
	cause := errors.New("odd")
	d.answer(w, d.send(w)[0], failure{index: 1, err: cause}, failure{index: 3, err: cause})
	d.checkResults(call, st, 1, 3)
	for _, f := range st.failed {
		if f.Attempts != 1 || !errors.Is(f, cause) {
			t.Errorf("%+v, want one attempt and its cause", f)
		}
	}
}

// TestAnswerInParts: results come singly, in several frames.
func TestAnswerInParts(t *testing.T) {
	d := newDesk(t, "process-gob,workers=1,chunk=4,window=4")
	call, st := d.mapOf(4)
	w := d.slots[0]
	c := d.send(w)[0]
	one := func(n int) load { return &cargo[int, int]{results: []int{n}} }
	cause := errors.New("odd")
	if err := d.take(w, frameFor(c, 0), &reply{single: map[int]load{2: one(20)}, failed: []failure{{index: 3, err: cause}}}, nil); err != nil {
		t.Fatal(err)
	}
	if isDone(call) || d.counts.Items != 0 {
		t.Errorf("after a part, done: %v, items: %d", isDone(call), d.counts.Items)
	}
	if err := d.take(w, frameFor(c, transport.Last), &reply{single: map[int]load{0: one(0)}, failed: []failure{{index: 1, err: cause}}}, nil); err != nil {
		t.Fatal(err)
	}
	d.checkResults(call, st, 1, 3)
	if d.counts.Chunks != 1 || d.counts.Items != 4 {
		t.Errorf("%d chunks, %d items; want 1, 4", d.counts.Chunks, d.counts.Items)
	}
}

// TestUnreadableSingle: a result with an encoder of its own spoils nothing.
func TestUnreadableSingle(t *testing.T) {
	d := newDesk(t, "process-json,workers=1,chunk=2,window=4")
	d.codec, _ = lookupCodec("json")
	call, st := d.mapOf(2)
	w := d.slots[0]
	c := d.send(w)[0]
	pr := &process{core: d.core, slot: w, receiver: newLane(false), proto: d.def.load(), decoder: d.codec.NewDecoder()}
	f := frameFor(c, transport.Last)
	f.Payload = appendTable(nil, []entry{{index: 0, bytes: []byte("[")}, {index: 1, bytes: []byte("[10]")}})
	if err := pr.answer(f, &lap{}); err != nil {
		t.Errorf("one result that cannot be read ends the worker: %v", err)
	}
	d.checkResults(call, st, 0)
}

// TestUnreadItemsAreSplit: the worker could not decode the chunk.
func TestUnreadItemsAreSplit(t *testing.T) {
	d := newDesk(t, "process-json,workers=1,chunk=3,window=4")
	d.codec, _ = lookupCodec("json")
	call, st := d.mapOf(3)
	w := d.slots[0]
	c := d.send(w)[0]
	pr := &process{core: d.core, slot: w, receiver: newLane(false), proto: d.def.load()}
	f := frameFor(c, transport.Last)
	f.Payload = appendTable(nil, []entry{{status: statusUnread}})
	if err := pr.answer(f, &lap{}); err != nil || call.answered != 0 || d.counts.Splits != 1 {
		t.Errorf("error %v, %d items answered, %d splits; want the chunk in two", err, call.answered, d.counts.Splits)
	}
	batch := d.send(w)
	if got := firsts(batch); !slices.Equal(got, []int{0, 1}) {
		t.Fatalf("went out again as %v, want [0 1]", got)
	}
	for _, c := range batch {
		d.answer(w, c)
	}
	d.checkResults(call, st)
}

func TestPartsThatDoNotFit(t *testing.T) {
	one := &cargo[int, int]{results: []int{1}}
	for name, parts := range map[string][]*reply{
		"the same result twice":       {{single: map[int]load{0: one}}, {single: map[int]load{0: one, 1: one}}},
		"a result and then its error": {{single: map[int]load{0: one}}, {failed: []failure{{index: 0}}, single: map[int]load{1: one}}},
		"one is missing":              {{single: map[int]load{0: one}}, {}},
		"nothing at all":              {{}},
	} {
		d := newDesk(t, "process-gob,workers=1,chunk=2,window=4")
		call, _ := d.mapOf(2)
		w := d.slots[0]
		c := d.send(w)[0]
		var err error
		for i, r := range parts {
			flags := transport.Flags(0)
			if i == len(parts)-1 {
				flags = transport.Last
			}
			err = d.take(w, frameFor(c, flags), r, nil)
		}
		if !errors.Is(err, errAnswer) || isDone(call) {
			t.Errorf("%s: error %v, call done: %v; want %v", name, err, isDone(call), errAnswer)
		}
	}
}

func TestLateAnswersAreDropped(t *testing.T) {
	d := newDesk(t, "process-gob,workers=1,chunk=2,window=4")
	_, st := d.mapOf(2)
	w := d.slots[0]
	batch, _ := d.next(w, nil, false)
	c := batch[0]
	r := &reply{values: computed(c), n: 2}
	other := frameFor(c, transport.Last)
	other.Header.First++
	unsent := frameFor(c, transport.Last)
	for _, f := range []*transport.Frame{other, unsent} {
		if err := d.take(w, f, r, nil); err != nil {
			t.Error(err)
		}
	}
	if d.counts.Late != 2 || d.counts.Items != 0 {
		t.Errorf("%d answers were late, want 2; %d items are answered by them", d.counts.Late, d.counts.Items)
	}
	c.bytes.Store(1)
	d.weigh(w, batch)
	d.answer(w, c)
	st.results[1] = -1
	d.answer(w, c) // again
	if d.counts.Late != 3 || d.counts.Items != 2 || st.results[1] != -1 {
		t.Errorf("%d answers were late, want 3; %d items, result %d", d.counts.Late, d.counts.Items, st.results[1])
	}
	if err := d.take(w, frameFor(c, transport.Last), r, errAnswer); !errors.Is(err, errAnswer) {
		t.Errorf("a late answer that cannot be read: %v; the stream is spoiled", err)
	}
}

func TestUnreadableAnswer(t *testing.T) {
	d := newDesk(t, "process-gob,workers=1,chunk=1,window=4")
	call, st := d.mapOf(2)
	w := d.slots[0]
	batch := d.send(w)
	bad := errors.New("spoiled")
	if err := d.take(w, frameFor(batch[0], transport.Last), &reply{}, bad); !errors.Is(err, bad) || call.answered != 0 {
		t.Errorf("an answer that cannot be read: %v, %d items answered; want the worker lost", err, call.answered)
	}
	batch[0].careful = true
	if err := d.take(w, frameFor(batch[0], transport.Last), &reply{}, bad); err != nil {
		t.Errorf("a careful one: %v, want the item failed and nothing else", err)
	}
	d.answer(w, batch[1])
	d.checkResults(call, st, 0)
	if !errors.Is(st.failed[0], bad) {
		t.Errorf("item 0 failed with %v, want %v", st.failed[0], bad)
	}
}

// TestLargeAnswerIsCopied also holds that the gate is used: a
// call that is closed keeps its results as they are.
func TestLargeAnswerIsCopied(t *testing.T) {
	d := newDesk(t, "process-gob,workers=1,chunk=100,window=4")
	call, st := d.mapOf(200)
	w := d.slots[0]
	batch := d.send(w)
	d.answer(w, batch[0])
	if st.results[99] != 990 || call.answered != 100 {
		t.Errorf("result 99 is %d, %d answered", st.results[99], call.answered)
	}
	call.close()
	d.answer(w, batch[1])
	if st.results[199] != 0 || len(w.sent) != 0 {
		t.Errorf("after the call was closed, result 199 became %d; %d chunks outstanding", st.results[199], len(w.sent))
	}
}

func TestClosedCallLeavesNothing(t *testing.T) {
	d := newDesk(t, "process-gob,workers=2,chunk=1,window=2")
	a, of := d.mapOf(10)
	b, st := d.mapOf(2)
	w := d.slots[0]
	batch := d.send(w)
	d.retry = append(d.retry, d.newChunk(a, 5, batch[0].load))
	if _, asleep := d.next(w, nil, true); !asleep {
		t.Fatal("a worker with a full window is awake")
	}
	a.close()
	if !awake(w) {
		t.Error("the sender sleeps, and nobody tells the worker to cancel")
	}
	<-w.wake
	if len(d.retry) != 0 || a.place != (place{}) || d.round.first != b || slices.Contains(d.open, a) {
		t.Errorf("of a closed call, %d chunks to retry; its place among the calls with items: %v; open: %v",
			len(d.retry), a.place, slices.Contains(d.open, a))
	}
	if len(w.urgent) != 1 || w.urgent[0] != (order{orderCancel, batch[0].id}) {
		t.Errorf("orders to the worker: %+v, want to cancel chunk %d", w.urgent, batch[0].id)
	}
	if a.ctx.Err() == nil {
		t.Error("the context of its tasks goes on")
	}
	d.answer(w, batch[1])
	d.answer(w, batch[0], failure{index: 0, err: context.Canceled, skipped: true})
	if a.answered != 0 || len(of.failed) != 0 {
		t.Errorf("to a closed call, %d items were delivered, failed: %v", a.answered, of.failed)
	}
	for _, c := range d.send(w) {
		d.answer(w, c)
	}
	d.checkResults(b, st)
}

func TestNoCallsOnAClosedPool(t *testing.T) {
	d := newDesk(t, "process-gob,workers=1")
	call, _ := d.mapOf(3)
	d.close()
	if !isDone(call) || !errors.Is(call.err, ErrClosed) {
		t.Errorf("an open call ended: %v, with %v", isDone(call), call.err)
	}
	if _, err := d.core.begin(context.Background(), call.stock); !errors.Is(err, ErrClosed) {
		t.Errorf("begin on a closed pool: %v", err)
	}
}

// TestRecycle: a worker gets no more items than it may have, and leaves when
// it has answered them.
func TestRecycle(t *testing.T) {
	d := newDesk(t, "process-gob,workers=1,chunk=4,window=8,recycle=10")
	d.mapOf(100)
	w := d.slots[0]
	d.spirit(w)
	batch := d.send(w)
	items := 0
	for _, c := range batch {
		items += c.load.len()
	}
	if more, asleep := d.next(w, nil, true); items != 10 || len(more) > 0 || !asleep {
		t.Errorf("with recycle=10 a worker got %d items and %d more chunks; asleep: %v", items, len(more), asleep)
	}
	for i, c := range batch {
		if w.retiring || !w.asleep {
			t.Errorf("after %d of %d answers, retiring: %v, asleep: %v", i, len(batch), w.retiring, w.asleep)
		}
		d.answer(w, c)
	}
	if !awake(w) {
		t.Error("the sender sleeps, and nobody tells the worker to leave")
	}
	if more := d.send(w); len(more) != 0 || !w.retiring {
		t.Errorf("a worker at its end got %d more chunks, retiring: %v", len(more), w.retiring)
	}
	if orders := d.orders(w); len(orders) != 1 || orders[0].kind != orderStop {
		t.Errorf("its orders: %+v, want one stop", orders)
	}
	if more := d.send(w); len(more) != 0 || len(w.urgent) != 0 {
		t.Errorf("a worker that leaves got %d more chunks, and orders %+v", len(more), w.urgent)
	}
}

// InFlight is the most that all workers together had, of what was sent and not
// answered; what is answered before it is weighed was in flight, too.
func TestInFlightIsTheMostSoFar(t *testing.T) {
	d := newDesk(t, "process-gob,workers=2,chunk=3,window=2")
	d.mapOf(100)
	w, v := d.slots[0], d.slots[1]
	want := func(want int64) {
		t.Helper()
		if got := d.counts.InFlight; got != want {
			t.Errorf("%d bytes in flight, want %d", got, want)
		}
	}
	first := d.send(w) // two chunks of three items, at ten bytes an item
	want(60)
	d.answer(w, first[0])
	want(60)
	other := d.send(v)
	want(90)
	d.answer(w, first[1])
	for _, c := range other {
		d.answer(v, c)
	}
	d.send(w)
	want(90)

	quick := newDesk(t, "process-gob,workers=1,chunk=5,window=1")
	quick.mapOf(5)
	batch, _ := quick.next(quick.slots[0], nil, false)
	batch[0].bytes.Store(50)
	quick.answer(quick.slots[0], batch[0])
	quick.weigh(quick.slots[0], batch)
	if got := quick.counts.InFlight; got != 50 {
		t.Errorf("%d bytes in flight, want the 50 of the only chunk", got)
	}
}

// TestDeafAsksForAFreshEncoder: an answer that could not be decoded has the worker
// renew its encoder, whatever it is sent next, and does not end it.
func TestDeafAsksForAFreshEncoder(t *testing.T) {
	d := newDesk(t, "process-json,workers=1,chunk=3,window=4")
	d.codec, _ = lookupCodec("json")
	d.def.outCode = true
	d.mapOf(9)
	w := d.slots[0]
	sent := d.send(w)
	quiet := transport.NewStream(1, 1<<20, nil, io.Discard)
	pr := &process{
		core: d.core, slot: w, sender: newLane(false), receiver: newLane(false), data: quiet, control: quiet,
		proto: d.def.load(), decoder: d.codec.NewDecoder(), encoder: d.codec.NewEncoder(),
	}
	answer := func(c *chunk, flags transport.Flags, results string) {
		t.Helper()
		f := frameFor(c, flags|transport.Batch|transport.Last)
		f.Payload = append(appendTable(nil, nil), results...)
		if err := pr.answer(f, &lap{}); err != nil {
			t.Fatalf("an answer that cannot be decoded ends the worker: %v", err)
		}
	}
	answer(sent[0], 0, `[0,10,"x"]`)
	answer(sent[1], 0, `[30,40,50]`) // of a stream that is spoiled
	if got := firsts(d.retry); !slices.Equal(got, []int{3, 0, 1, 2}) || d.counts.Retries != 6 {
		t.Errorf("to be sent again: %v, %d items; want the second chunk as it was and the first singly", got, d.counts.Retries)
	}
	asked := func() bool {
		t.Helper()
		if err := pr.sendChunk(d.send(w)[0]); err != nil {
			t.Fatal(err)
		}
		return pr.frame.Header.Flags&transport.Renew != 0
	}
	if !asked() {
		t.Error("the worker was not asked for a fresh encoder")
	}
	answer(sent[2], transport.Reset, `[60,70,80]`)
	if asked() {
		t.Error("the worker was asked for a fresh encoder when it had taken one")
	}
}

// What a worker gives back unread of a call that is over makes room for another call.
func TestUnreadOfAnEndedCallWakesTheSender(t *testing.T) {
	d := newDesk(t, "process-gob,workers=1,chunk=1,window=1")
	w := d.slots[0]
	over, _ := d.mapOf(1)
	c := d.send(w)[0]
	over.close()
	d.orders(w) // to cancel it
	d.mapOf(1)
	if _, asleep := d.next(w, nil, true); !asleep {
		t.Fatal("the sender has something to send, though the window is full")
	}
	if err := d.take(w, frameFor(c, transport.Last), &reply{unread: statusUnread}, nil); err != nil {
		t.Fatal(err)
	}
	if !awake(w) {
		t.Error("the sender sleeps on, with room and with a call that waits")
	}
}
