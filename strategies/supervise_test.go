package strategies

import (
	"encoding/binary"
	"errors"
	"fmt"
	"os/exec"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/handoff-go/handoff/strategies/transport"
)

// spirit is a worker process that has ended already, so that nobody kills
// anybody.
func (d *desk) spirit(w *slot) *process {
	pr := &process{
		core: d.core, slot: w, cmd: &exec.Cmd{},
		exited: make(chan struct{}), gone: make(chan struct{}),
		sender: newLane(false), receiver: newLane(false),
		snapshots: map[uint64]chan struct{}{},
	}
	close(pr.exited)
	w.process = pr
	return pr
}

// die loses the worker with all that it has.
func (d *desk) die(w *slot) {
	d.lost(d.spirit(w), "its last words")
}

// returned are the chunks that go again.
func (d *desk) returned() []*chunk { return slices.Concat(d.alone, d.retry) }

func TestNobodyIsChargedAtFirst(t *testing.T) {
	d := newDesk(t, "process-gob,workers=1,chunk=3,window=2")
	_, st := d.mapOf(6)
	w := d.slots[0]
	d.send(w)
	d.die(w)
	if got := firsts(d.returned()); !slices.Equal(got, []int{0, 1, 2, 3, 4, 5}) {
		t.Fatalf("to be sent again: %v, want each of the six items", got)
	}
	for _, c := range d.returned() {
		if c.load.len() != 1 || !c.careful || c.charged != 0 {
			t.Errorf("item %d goes again with %d items, careful: %v, charged %d", c.first, c.load.len(), c.careful, c.charged)
		}
	}
	if len(st.failed) != 0 || len(w.sent) != 0 || w.bytes != 0 || w.process != nil {
		t.Errorf("failed %v; the worker's place holds %d chunks, %d bytes, process %v", st.failed, len(w.sent), w.bytes, w.process)
	}
	if d.counts.Deaths != 1 || d.counts.Retries != 6 {
		t.Errorf("%d deaths, %d retries; want 1, 6", d.counts.Deaths, d.counts.Retries)
	}
}

// TestCarefulDeathIsASuspicion: what the worker answered before may be the cause.
func TestCarefulDeathIsASuspicion(t *testing.T) {
	d := newDesk(t, "process-gob,workers=1,chunk=4,window=4")
	d.mapOf(4)
	w := d.slots[0]
	d.send(w)
	d.die(w)
	batch := d.send(w)
	d.answer(w, batch[0])
	d.die(w)
	if got, want := d.again(), []string{"1+1a", "2+1c", "3+1c"}; !slices.Equal(got, want) {
		t.Errorf("%v goes again, want %v", got, want)
	}
	if batch := d.send(w); len(batch) != 1 {
		t.Fatalf("%d chunks went to the worker, want the suspect alone", len(batch))
	}
	d.die(w)
	if got, want := d.again(), []string{"1+1ax", "2+1c", "3+1c"}; !slices.Equal(got, want) {
		t.Errorf("after a death over nothing else %v goes again, want %v", got, want)
	}
}

// TestCarefulDeathOfTheFirst: where the item was the first that its worker had, there
// is no other cause.
func TestCarefulDeathOfTheFirst(t *testing.T) {
	d := newDesk(t, "process-gob,workers=1,chunk=4,window=4")
	d.mapOf(4)
	w := d.slots[0]
	d.send(w)
	d.die(w)
	d.send(w)
	d.die(w)
	if got, want := d.again(), []string{"0+1ax", "1+1c", "2+1c", "3+1c"}; !slices.Equal(got, want) {
		t.Errorf("%v goes again, want %v", got, want)
	}
}

// poison sends all there is, and lets the worker die at the bad item, until
// the call is done. It returns how often the worker died.
func (d *desk) poison(c *call, bad int) (deaths int) {
	d.t.Helper()
	w := d.slots[0]
	for !isDone(c) {
		batch := d.send(w)
		if len(batch) == 0 || deaths > 100 {
			d.t.Fatalf("after %d deaths: %d chunks to send", deaths, len(batch))
		}
		for _, k := range batch {
			if k.first <= bad && bad < k.first+k.load.len() {
				d.die(w)
				deaths++
				break
			}
			d.answer(w, k)
		}
	}
	return deaths
}

func TestChargesUntilAnItemIsGivenUp(t *testing.T) {
	for retries, spec := range []string{
		"process-gob,workers=1,chunk=4,window=2,retries=0",
		"process-gob,workers=1,chunk=4,window=2,retries=1",
		"process-gob,workers=1,chunk=4,window=2",
		"process-gob,workers=1,chunk=4,window=2,retries=3",
	} {
		if retries == 0 {
			continue // is TestRunAtMostOnce
		}
		d := newDesk(t, spec)
		call, st := d.mapOf(8)
		deaths := d.poison(call, 2)
		d.checkResults(call, st, 2)
		if want := 2 + retries + 1; deaths != want {
			t.Errorf("%s: %d deaths, want %d: two without a charge, and %d charges", spec, deaths, want, retries+1)
		}
		var lost *LostError
		f := st.failed[0]
		if f.Attempts != retries+1 || !errors.As(f, &lost) || lost.Stderr != "its last words" {
			t.Errorf("%s: item 2: %+v, want %d attempts and the worker's last words", spec, f, retries+1)
		}
	}
}

func TestRunAtMostOnce(t *testing.T) {
	d := newDesk(t, "process-gob,workers=1,chunk=1,window=4,retries=0")
	call, st := d.mapOf(4)
	w := d.slots[0]
	batch := d.send(w)
	for _, c := range batch {
		if !c.careful {
			t.Errorf("item %d is not sent with care", c.first)
		}
	}
	d.answer(w, batch[0])
	d.die(w)
	if got := firsts(d.returned()); !slices.Equal(got, []int{2, 3}) {
		t.Errorf("to be sent again: %v, want those that were not begun: [2 3]", got)
	}
	for _, c := range d.send(w) {
		d.answer(w, c)
	}
	d.checkResults(call, st, 1)
	if st.failed[0].Attempts != 1 {
		t.Errorf("item 1 was run %d times", st.failed[0].Attempts)
	}
}

// TestRunAtMostOnceInChunks: with care, items are answered one by one.
func TestRunAtMostOnceInChunks(t *testing.T) {
	d := newDesk(t, "process-gob,workers=1,chunk=3,window=2,retries=0")
	call, st := d.mapOf(6)
	w := d.slots[0]
	c := d.send(w)[0]
	part := &reply{single: map[int]load{0: &cargo[int, int]{results: []int{0}}}}
	if err := d.take(w, frameFor(c, 0), part, nil); err != nil {
		t.Fatal(err)
	}
	d.die(w)
	if got := firsts(d.returned()); !slices.Equal(got, []int{2, 3, 4, 5}) {
		t.Errorf("to be sent again: %v, want what was not begun: [2 3 4 5]", got)
	}
	for !isDone(call) {
		batch := d.send(w)
		if len(batch) == 0 {
			t.Fatal("the call is not done, and nothing is to be sent")
		}
		for _, c := range batch {
			d.answer(w, c)
		}
	}
	d.checkResults(call, st, 1)
}

// ageAndPeak is the payload of a Progress frame.
func ageAndPeak(age time.Duration, peak uint64) []byte {
	return binary.AppendUvarint(binary.AppendUvarint(nil, uint64(age)), peak)
}

func TestOverdueItemIsChargedAndNoOther(t *testing.T) {
	d := newDesk(t, "process-gob,workers=1,chunk=3,window=2,item-timeout=1s")
	d.mapOf(6)
	w := d.slots[0]
	batch := d.send(w)
	pr := d.spirit(w)
	progress := func(c *chunk, item int, age time.Duration) {
		f := &transport.Frame{
			Header:  transport.Header{Kind: transport.Progress, Chunk: c.id, First: uint64(item)},
			Payload: ageAndPeak(age, 7<<20),
		}
		if err := pr.progress(f); err != nil {
			t.Error(err)
		}
	}
	progress(batch[0], 0, time.Second)
	if v := pr.judged(); v != (verdict{}) {
		t.Fatalf("an item is overdue after its second exactly: %q", v.cause)
	}
	progress(batch[0], 1, time.Second+1)
	progress(batch[1], 2, time.Hour) // too late: the first reason counts
	d.lost(pr, "")
	for _, c := range d.returned() {
		if want := map[int]int{1: 1}[c.first]; c.charged != want {
			t.Errorf("item %d is charged %d times, want %d", c.first, c.charged, want)
		}
	}
	var pieces []string
	for _, c := range d.returned() {
		pieces = append(pieces, fmt.Sprintf("%d+%d", c.first, c.load.len()))
	}
	if want := []string{"0+1", "1+1", "2+1", "3+3"}; !slices.Equal(pieces, want) {
		t.Errorf("%v go again, want %v: the overdue item by itself", pieces, want)
	}
	if want := "item ran for longer than item-timeout=1s"; pr.judged().cause != want {
		t.Errorf("it was given up because %q, want %q", pr.judged().cause, want)
	}
	if got := pr.peak.Load(); got != 7<<20 {
		t.Errorf("its peak is %d bytes, and it said 7 MiB", got)
	}
}

func TestNoItemTimeoutNoOverdue(t *testing.T) {
	d := newDesk(t, "process-gob,workers=1")
	pr := d.spirit(d.slots[0])
	if err := pr.progress(&transport.Frame{Payload: ageAndPeak(1000*time.Hour, 1)}); err != nil || pr.judged().overdue {
		t.Errorf("an item is overdue without a limit: %v, %v", pr.judged().overdue, err)
	}
	for _, payload := range [][]byte{nil, {1}, {0x80}} {
		if err := pr.progress(&transport.Frame{Payload: payload}); !errors.Is(err, errAnswer) {
			t.Errorf("a report that is cut short, %x: %v", payload, err)
		}
	}
}

func TestDismissalChargesNobody(t *testing.T) {
	d := newDesk(t, "process-gob,workers=1,chunk=1,window=2")
	d.mapOf(2)
	w := d.slots[0]
	d.send(w)
	d.die(w)
	d.send(w) // careful now
	pr := d.spirit(w)
	pr.dismiss("asked to leave")
	d.lost(pr, "")
	for _, c := range d.returned() {
		if c.charged != 0 {
			t.Errorf("item %d is charged with a dismissal", c.first)
		}
	}
	if d.counts.Deaths != 1 || w.restarts.barren != 1 || len(d.returned()) != 2 {
		t.Errorf("%d deaths, %d without progress, %d to send again; want 1, 1, 2", d.counts.Deaths, w.restarts.barren, len(d.returned()))
	}
}

func TestClosedCallsAreNotSentAgain(t *testing.T) {
	d := newDesk(t, "process-gob,workers=1,chunk=1,window=4")
	a, _ := d.mapOf(2)
	b, _ := d.mapOf(2)
	w := d.slots[0]
	d.send(w)
	a.close()
	d.die(w)
	for _, c := range d.returned() {
		if c.call != b {
			t.Error("an item of a closed call is to be sent again")
		}
	}
	if len(d.returned()) != 2 || len(w.urgent) != 0 {
		t.Errorf("%d items to be sent again, want 2; %d orders are left for the next worker", len(d.returned()), len(w.urgent))
	}
}

// TestPartlyAnsweredChunk: what came before the death stays answered.
func TestPartlyAnsweredChunk(t *testing.T) {
	d := newDesk(t, "process-gob,workers=1,chunk=4,window=2")
	call, st := d.mapOf(4)
	w := d.slots[0]
	c := d.send(w)[0]
	cause := errors.New("odd")
	part := &reply{single: map[int]load{0: &cargo[int, int]{results: []int{0}}}, failed: []failure{{index: 2, err: cause}}}
	if err := d.take(w, frameFor(c, 0), part, nil); err != nil {
		t.Fatal(err)
	}
	d.die(w)
	if got := firsts(d.returned()); !slices.Equal(got, []int{1, 3}) {
		t.Errorf("to be sent again: %v, want [1 3]", got)
	}
	if call.answered != 2 || len(st.failed) != 1 || st.failed[0].Index != 2 || st.failed[0].Attempts != 1 || !errors.Is(st.failed[0], cause) {
		t.Errorf("%d answered, failed %v; want 2, and item 2 with its cause", call.answered, st.failed)
	}
	for _, c := range d.send(w) {
		d.answer(w, c)
	}
	d.checkResults(call, st, 2)
}

func TestDeathRousesOthers(t *testing.T) {
	d := newDesk(t, "process-gob,workers=2,chunk=1,window=2")
	d.mapOf(2)
	d.send(d.slots[0])
	other := d.slots[1]
	if _, asleep := d.next(other, nil, true); !asleep {
		t.Fatal("a worker without items is awake")
	}
	d.die(d.slots[0])
	if !awake(other) {
		t.Error("another worker sleeps though there are items to send again")
	}
}

func TestDeadSleeperIsCalmed(t *testing.T) {
	d := newDesk(t, "process-gob,workers=1")
	w := d.slots[0]
	d.next(w, nil, true)
	d.die(w)
	if w.asleep || d.asleep != 0 {
		t.Errorf("a lost worker is held to be asleep: %v, in all %d", w.asleep, d.asleep)
	}
	d.next(w, nil, true)
	d.mapOf(1) // its wake-up stays in the channel
	d.die(w)
	if len(w.wake) != 0 {
		t.Error("the wake-up of a lost worker is left for the next one")
	}
}

func TestRecycledWorkerIsNoDeath(t *testing.T) {
	d := newDesk(t, "process-gob,workers=1,chunk=1,window=2,recycle=2")
	d.mapOf(6)
	w := d.slots[0]
	d.spirit(w)
	for _, c := range d.send(w) {
		d.answer(w, c)
	}
	d.die(w)
	if d.counts.Deaths != 0 || w.restarts.barren != 0 || w.retiring || w.given != 0 {
		t.Errorf("a worker that left as it was asked to: %d deaths, %d without progress; retiring %v, given %d",
			d.counts.Deaths, w.restarts.barren, w.retiring, w.given)
	}
	d.send(w)
	d.die(w) // with items in hand
	if d.counts.Deaths != 1 {
		t.Errorf("a worker that died with items is counted %d times", d.counts.Deaths)
	}
}

func TestLostError(t *testing.T) {
	e := &LostError{Worker: 2, Cause: "signal: killed", PeakRSS: 300 << 20, Stderr: strings.Repeat("x", 3000) + "\npanic: y\n"}
	text := e.Error()
	if !strings.HasPrefix(text, "worker 2 was lost: signal: killed (resident size at most 300 MiB when last seen); its last words:\n") || !strings.HasSuffix(text, "\n\t\tpanic: y") || len(text) > lastWords+200 {
		t.Errorf("the text of a LostError is\n%s", text)
	}
}

// whyGivenUp is for a process in a bubble.
func (pr *process) whyGivenUp() string {
	synctest.Wait()
	return pr.judged().cause
}

func TestSilentWorkerIsLost(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newDesk(t, "process-gob,workers=1,chunk=1,silence=4s")
		d.mapOf(1)
		w := d.slots[0]
		pr := d.spirit(w)
		go pr.watchSilence()
		defer close(pr.gone)
		time.Sleep(time.Minute)
		if got := pr.whyGivenUp(); got != "" {
			t.Fatalf("a worker without items was given up: %s", got)
		}
		d.send(w)
		for range 10 {
			time.Sleep(3 * time.Second)
			pr.heard.Add(1)
		}
		if got := pr.whyGivenUp(); got != "" {
			t.Fatalf("a worker that says something was given up: %s", got)
		}
		time.Sleep(7 * time.Second)
		if got := pr.whyGivenUp(); !strings.HasPrefix(got, "silent for ") || pr.judged().dismissed {
			t.Errorf("a silent worker: %q, dismissed: %v", got, pr.judged().dismissed)
		}
	})
}

func TestWorkerBusyWithCancelledItemsIsReplaced(t *testing.T) {
	for _, lets := range []bool{true, false} {
		synctest.Test(t, func(t *testing.T) {
			d := newDesk(t, "process-gob,workers=1,chunk=1,window=1")
			call, _ := d.mapOf(1)
			w := d.slots[0]
			pr := d.spirit(w)
			c := d.send(w)[0]
			call.close()
			time.Sleep(cancelGrace - time.Millisecond)
			if cause := pr.whyGivenUp(); cause != "" {
				t.Fatalf("given up too early: %s", cause)
			}
			if lets {
				d.answer(w, c, failure{index: 0, skipped: true})
			}
			time.Sleep(2 * time.Millisecond)
			synctest.Wait()
			if given := pr.whyGivenUp() != ""; given == lets {
				t.Errorf("the worker let go of its items: %v, it was replaced: %v", lets, given)
			}
			if pr.judged().dismissed == lets {
				t.Errorf("the worker let go of its items: %v, it was dismissed: %v", lets, pr.judged().dismissed)
			}
		})
	}
}

// TestInnocentItemIsNotKilledForAnother: a cancelled chunk waits behind an
// item of another call that takes its time.
func TestInnocentItemIsNotKilledForAnother(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newDesk(t, "process-gob,workers=1,chunk=1,window=2")
		d.mapOf(1)
		cancelled, _ := d.mapOf(1)
		w := d.slots[0]
		pr := d.spirit(w)
		batch := d.send(w)
		cancelled.close()
		time.Sleep(10 * cancelGrace)
		if cause := pr.whyGivenUp(); cause != "" {
			t.Fatalf("busy with an item of an open call, the worker was killed: %s", cause)
		}
		d.answer(w, batch[0])
		time.Sleep(3 * cancelGrace)
		if cause := pr.whyGivenUp(); cause == "" {
			t.Error("busy with the cancelled item, the worker lives on")
		}
	})
}

// TestRunAtMostOnceWhateverTheReason: an item that may have been begun is not
// run again when its worker was dismissed, or killed for the item before it.
func TestRunAtMostOnceWhateverTheReason(t *testing.T) {
	d := newDesk(t, "process-gob,workers=1,chunk=1,window=2,retries=0,item-timeout=1s")
	d.mapOf(2)
	w := d.slots[0]
	batch := d.send(w)
	pr := d.spirit(w)
	late := &transport.Frame{Header: transport.Header{Chunk: batch[0].id}, Payload: ageAndPeak(time.Minute, 0)}
	if err := pr.progress(late); err != nil {
		t.Fatal(err)
	}
	d.answer(w, batch[0]) // it was on its way
	d.lost(pr, "")
	if len(d.returned()) != 0 {
		t.Errorf("killed for the item before: item %d is sent again", d.returned()[0].first)
	}
	d = newDesk(t, "process-gob,workers=1,chunk=1,window=2,retries=0")
	d.mapOf(2)
	w = d.slots[0]
	d.send(w)
	pr = d.spirit(w)
	pr.dismiss("for no fault of its items")
	d.lost(pr, "")
	if got := firsts(d.returned()); !slices.Equal(got, []int{1}) {
		t.Errorf("dismissed: to be sent again are %v, want [1]", got)
	}
}
