package strategies

import (
	"fmt"
	"slices"
	"testing"

	"github.com/handoff-go/handoff/strategies/transport"
)

func TestRecorderCrosses(t *testing.T) {
	ours, theirs, err := newRecorder()
	if err != nil {
		t.Fatal(err)
	}
	defer ours.close()
	worker, err := openPosition(theirs)
	if err != nil {
		t.Fatal(err)
	}
	if got := ours.examine(); got.known {
		t.Errorf("before the worker said anything: %+v", got)
	}
	for _, step := range []struct {
		do   func()
		want scene
	}{
		{func() { worker.do(preparing) }, scene{known: true, chunk: 0, item: -1, ran: 1}},
		{func() { worker.enter(7) }, scene{known: true, chunk: 7, item: -1}},
		{func() { worker.do(running) }, scene{known: true, chunk: 7, item: 0, ran: 1}},
		{func() { worker.item.Store(3) }, scene{known: true, chunk: 7, item: 3, ran: 4}},
		{func() { worker.begin(2) }, scene{known: true, chunk: 7, item: 2, ran: 3}},
		{func() { worker.do(preparing) }, scene{known: true, chunk: 7, item: -1, ran: 3}},
		{func() { worker.do(reading) }, scene{known: true, chunk: 7, item: -1, ran: 2}},
		{func() { worker.enter(9) }, scene{known: true, chunk: 9, item: -1}},
		{func() { worker.do(reading | delivering) }, scene{known: true, chunk: 9, item: -1, apart: true}},
		{func() { worker.do(preparing | delivering) }, scene{known: true, chunk: 9, item: -1, ran: 1, apart: true}},
		{func() { worker.do(99) }, scene{}},
	} {
		step.do()
		if got := ours.examine(); got != step.want {
			t.Errorf("the recorder says %+v, want %+v", got, step.want)
		}
	}
	var none *recorder
	if got := none.examine(); got.known {
		t.Errorf("no recorder says %+v", got)
	}
	none.close()
}

// dieAt loses the worker, whose recorder tells of at.
func (d *desk) dieAt(w *slot, at scene) {
	pr := d.spirit(w)
	pr.scene = at
	d.lost(pr, "its last words")
}

// again tells what goes again: item+count, a for alone, else c for careful, x for
// each charge.
func (d *desk) again() (list []string) {
	for _, c := range d.returned() {
		text := fmt.Sprintf("%d+%d", c.first, c.load.len())
		if c.alone {
			text += "a"
		} else if c.careful {
			text += "c"
		}
		for range c.charged {
			text += "x"
		}
		list = append(list, text)
	}
	return list
}

func TestWhatTheRecorderSaves(t *testing.T) {
	for name, c := range map[string]struct {
		chunk int // of the three, -1 before any, 3 for one that was answered before
		item  int
		want  []string
	}{
		"at an item":             {1, 2, []string{"6+1c", "0+4", "4+2", "7+1", "8+4"}},
		"at the first item":      {0, 0, []string{"0+1c", "1+3", "4+4", "8+4"}},
		"at the last":            {2, 3, []string{"11+1c", "0+4", "4+4", "8+3"}},
		"encoding":               {1, -1, []string{"0+4", "4+4", "8+4"}},
		"waiting for the first":  {-1, -1, []string{"0+4", "4+4", "8+4"}},
		"an item that is not":    {0, 4, []string{"0+4", "4+4", "8+4"}},
		"a chunk that is not":    {3, 1, []string{"0+4", "4+4", "8+4"}},
		"an index below nothing": {0, -7, []string{"0+4", "4+4", "8+4"}},
	} {
		d := newDesk(t, "process-gob,workers=1,chunk=4,window=3")
		d.mapOf(12)
		w := d.slots[0]
		at := scene{known: true, item: c.item}
		for i, k := range d.send(w) {
			if i <= c.chunk {
				at.chunk = k.id
			}
		}
		if c.chunk == 3 {
			at.chunk++
		}
		d.dieAt(w, at)
		if got := d.again(); !slices.Equal(got, c.want) {
			t.Errorf("%s: %v goes again, want %v", name, got, c.want)
		}
	}
}

// TestBegunTwice: a chunk that was begun by two workers that were lost goes
// again singly, wherever they were: the cause may be an item that ended them
// later. One that waited behind it does not.
func TestBegunTwice(t *testing.T) {
	d := newDesk(t, "process-gob,workers=1,chunk=2,window=3")
	d.mapOf(6)
	w := d.slots[0]
	for range 2 {
		at := scene{known: true, item: -1}
		for _, k := range d.send(w) {
			if k.first < 4 {
				at.chunk = k.id
			}
		}
		d.dieAt(w, at)
	}
	if got, want := d.again(), []string{"0+1c", "1+1c", "2+1c", "3+1c", "4+2"}; !slices.Equal(got, want) {
		t.Errorf("%v goes again, want %v", got, want)
	}
}

// TestBegunTwiceWithAPause: that a chunk was begun is not forgotten over a
// death before it is begun again, nor when it is split.
func TestBegunTwiceWithAPause(t *testing.T) {
	d := newDesk(t, "process-gob,workers=1,chunk=2,window=1")
	d.mapOf(2)
	w := d.slots[0]
	d.dieAt(w, scene{known: true, chunk: d.send(w)[0].id, item: -1})
	d.dieAt(w, scene{known: true, chunk: d.send(w)[0].id - 1, item: -1})
	if got, want := d.again(), []string{"0+2"}; !slices.Equal(got, want) {
		t.Errorf("after a death before it was begun, %v goes again, want %v", got, want)
	}
	c := d.send(w)[0]
	d.unsendable(w, c, errAnswer)
	for _, half := range d.returned() {
		if !half.lost {
			t.Errorf("of the half at %d it is not known that it was begun", half.first)
		}
	}
}

// TestAnsweredStayAnswered: what was answered of a chunk does not go again with
// its neighbours.
func TestAnsweredStayAnswered(t *testing.T) {
	d := newDesk(t, "process-gob,workers=1,chunk=5,window=1")
	call, _ := d.mapOf(5)
	w := d.slots[0]
	c := d.send(w)[0]
	part := &reply{single: map[int]load{2: &cargo[int, int]{results: []int{20}}}}
	if err := d.take(w, frameFor(c, 0), part, nil); err != nil {
		t.Fatal(err)
	}
	d.dieAt(w, scene{known: true, chunk: c.id, item: -1})
	if got, want := d.again(), []string{"0+2", "3+2"}; !slices.Equal(got, want) || call.answered != 1 {
		t.Errorf("%v goes again, want %v; %d answered, want 1", got, want, call.answered)
	}
}

// TestSuspectedByTheRecorder: a careful item at which the worker was, and one that
// was begun before and is not answered, go to processes of their own. Nobody is
// charged.
func TestSuspectedByTheRecorder(t *testing.T) {
	d := newDesk(t, "process-gob,workers=1,chunk=3,window=3")
	d.mapOf(3)
	w := d.slots[0]
	d.send(w)
	d.die(w) // unknown: singly
	batch := d.send(w)
	d.dieAt(w, scene{known: true, chunk: batch[1].id, item: 0})
	if got, want := d.again(), []string{"0+1a", "1+1a", "2+1c"}; !slices.Equal(got, want) {
		t.Errorf("%v goes again, want %v", got, want)
	}
	batch = d.send(w)
	if len(batch) != 1 {
		t.Fatalf("a worker with a chunk that goes alone has %d", len(batch))
	}
	d.dieAt(w, scene{known: true, chunk: batch[0].id - 1, item: -1})
	if got, want := d.again(), []string{"1+1a", "0+1a", "2+1c"}; !slices.Equal(got, want) {
		t.Errorf("after a death before any of them was begun, %v goes again, want %v", got, want)
	}
}

// TestAtMostOnceByTheRecorder: with retries=0 what was not begun is run.
func TestAtMostOnceByTheRecorder(t *testing.T) {
	d := newDesk(t, "process-gob,workers=1,chunk=1,window=4,retries=0")
	_, st := d.mapOf(4)
	w := d.slots[0]
	batch := d.send(w)
	d.dieAt(w, scene{known: true, chunk: batch[0].id - 1, item: -1})
	if got, want := d.again(), []string{"0+1c", "1+1c", "2+1c", "3+1c"}; !slices.Equal(got, want) || len(st.failed) != 0 {
		t.Errorf("%v goes again, want %v; failed %v", got, want, st.failed)
	}
	batch = d.send(w)
	d.dieAt(w, scene{known: true, chunk: batch[0].id, item: 0, ran: 1})
	if got, want := d.again(), []string{"1+1c", "2+1c", "3+1c"}; !slices.Equal(got, want) || len(st.failed) != 1 {
		t.Errorf("%v goes again, want %v; failed %v", got, want, st.failed)
	}
}

// TestMoreThanAWorkerCanRead: what kills a worker before it is begun goes again
// as it was, then singly, and is charged after that.
func TestMoreThanAWorkerCanRead(t *testing.T) {
	for _, c := range []struct {
		spec string
		want [][]string
	}{
		{"process-gob,workers=1,chunk=2,window=8", [][]string{
			{"0+2", "2+2"},
			{"0+1c", "1+1c", "2+2"},
			{"0+1ax", "1+1c", "2+2"},
			{"0+1axx", "1+1c", "2+2"},
			{"1+1c", "2+2"},
		}},
		{"process-gob,workers=1,chunk=2,window=8,retries=0", [][]string{
			{"0+2c", "2+2c"},
			{"0+1c", "1+1c", "2+2c"},
			{"1+1c", "2+2c"},
		}},
	} {
		d := newDesk(t, c.spec)
		d.mapOf(4)
		w := d.slots[0]
		for i, want := range c.want {
			batch := d.send(w)
			batch[0].bytes.Store(readable + 1)
			d.dieAt(w, scene{known: true, chunk: batch[0].id - 1, item: -1})
			if got := d.again(); !slices.Equal(got, want) {
				t.Errorf("%s: after %d deaths %v goes again, want %v", c.spec, i+1, got, want)
			}
		}
	}
}

// TestNeverBegunIsNotCharged: what any worker can read is no cause of a death
// before it was begun, however often that happens to it.
func TestNeverBegunIsNotCharged(t *testing.T) {
	d := newDesk(t, "process-gob,workers=1,chunk=2,window=8")
	d.mapOf(4)
	w := d.slots[0]
	for i := range 10 {
		d.dieAt(w, scene{known: true, chunk: d.send(w)[0].id - 1, item: -1})
		if got, want := d.again(), []string{"0+2", "2+2"}; !slices.Equal(got, want) {
			t.Fatalf("after %d deaths %v goes again, want %v", i+1, got, want)
		}
	}
}

// TestSparedWhileDelivering: a death over the flush of an answer is nobody's
// doing, but not for ever.
func TestSparedWhileDelivering(t *testing.T) {
	d := newDesk(t, "process-gob,workers=1,chunk=2,window=1,retries=2")
	d.mapOf(2)
	w := d.slots[0]
	for i, want := range [][]string{
		{"0+2"}, {"0+2"}, // spared
		{"0+2"}, {"0+1c", "1+1c"}, // begun by two
		{"0+1ax", "1+1c"},
	} {
		at := scene{known: true, item: -1, apart: true}
		at.chunk = d.send(w)[0].id
		d.dieAt(w, at)
		if got := d.again(); !slices.Equal(got, want) {
			t.Fatalf("after %d deaths %v goes again, want %v", i+1, got, want)
		}
	}
}

// TestSparedItem: a careful item is spared as often as it may be tried again,
// whatever it is charged with in between.
func TestSparedItem(t *testing.T) {
	d := newDesk(t, "process-gob,workers=1,chunk=1,window=1,retries=2")
	d.mapOf(1)
	w := d.slots[0]
	d.send(w)
	d.die(w) // unknown: careful
	for i, step := range []struct {
		apart bool
		want  []string
	}{
		{true, []string{"0+1c"}}, {false, []string{"0+1ax"}}, {true, []string{"0+1ax"}},
		{true, []string{"0+1axx"}}, {true, nil},
	} {
		at := scene{known: true, item: -1, apart: step.apart}
		at.chunk = d.send(w)[0].id
		d.dieAt(w, at)
		if got := d.again(); !slices.Equal(got, step.want) {
			t.Fatalf("after %d deaths %v goes again, want %v", i+1, got, step.want)
		}
	}
}

// flushed is a connection that only tells when it is flushed.
type flushed struct {
	transport.Conn
	tell func()
}

func (f flushed) Flush() error {
	f.tell()
	return nil
}

func TestDeliveringIsNoted(t *testing.T) {
	var p position
	var during activity
	w := &worker{position: &p, lane: newLane(false), data: flushed{tell: func() { during = activity(p.doing.Load()) }}}
	p.do(running)
	w.timedDeliver()
	if after := p.does(); during != running|delivering || after != running {
		t.Errorf("activity %d during the flush and %d after it, want %d and %d", during, after, running|delivering, running)
	}
}
