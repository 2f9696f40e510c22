package strategies

import (
	"slices"
	"testing"
)

// echo plays the worker that sends an echo back, and reports whether it was asked to.
func (d *desk) echo(w *slot) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	i := slices.IndexFunc(w.urgent, func(o order) bool { return o.kind == orderEcho })
	if i < 0 {
		return false
	}
	id := w.urgent[i].chunk
	w.urgent = slices.Delete(w.urgent, i, i+1)
	return d.echoed(w, id)
}

// suspects returns a desk where item 1 of two goes alone, to the worker.
func suspects(t *testing.T) (*desk, *call, *array[int, int], *chunk) {
	d := newDesk(t, "process-gob,workers=1,chunk=1,window=2")
	c, st := d.mapOf(2)
	w := d.slots[0]
	d.send(w)
	d.die(w)
	batch := d.send(w)
	d.answer(w, batch[0])
	d.die(w)
	batch = d.send(w)
	if len(batch) != 1 || !batch[0].alone {
		t.Fatalf("to the worker went %v, want the suspect alone", firsts(batch))
	}
	return d, c, st, batch[0]
}

// TestSuspectIsVetted: an item that goes alone is answered when its worker has sent two
// echoes.
func TestSuspectIsVetted(t *testing.T) {
	d, c, st, k := suspects(t)
	w := d.slots[0]
	d.answer(w, k)
	for range vettingRounds {
		if isDone(c) || len(d.send(w)) > 0 {
			t.Fatal("it counts as answered before its worker was looked at")
		}
		if !d.echo(w) {
			t.Fatal("there is no echo to send")
		}
	}
	d.checkResults(c, st)
}

// TestSuspectThatSpoilsItsWorker is charged, though it was answered, and leaves no
// result when it is given up.
func TestSuspectThatSpoilsItsWorker(t *testing.T) {
	d, c, st, k := suspects(t)
	w := d.slots[0]
	for range 3 {
		d.answer(w, k)
		d.echo(w)
		d.die(w)
		if batch := d.send(w); len(batch) > 0 {
			k = batch[0]
		}
	}
	d.checkResults(c, st, 1)
	if st.results[1] != 0 || st.failed[0].Attempts != 3 {
		t.Errorf("item 1 has the result %d after %d attempts, want none after 3", st.results[1], st.failed[0].Attempts)
	}
}

// TestSuspectsNeedAFreshWorker: where there is none, one with nothing to do makes way;
// where none can be started, one that works is better than nobody.
func TestSuspectsNeedAFreshWorker(t *testing.T) {
	d := newDesk(t, "process-gob,workers=2,chunk=1,window=1")
	c, _ := d.mapOf(3)
	w, other := d.slots[0], d.slots[1]
	d.spirit(other)
	d.answer(other, d.send(other)[0])
	d.alone = append(d.alone, d.send(w)[0])
	w.sent, w.items, w.bytes, w.given = nil, 0, 0, 0
	d.alone[0].alone = true
	d.answer(other, d.send(other)[0])
	if batch, _ := d.next(other, nil, true); len(batch) > 0 || other.retiring {
		t.Fatal("with a fresh worker coming, another gets the suspect or makes way for one")
	}
	w.restarts.unstarted = 1 // it cannot be started
	if batch := d.send(other); len(batch) != 1 || !batch[0].alone {
		t.Fatalf("with no other worker, to this one went %v, want the suspect", firsts(batch))
	}
	d.die(other)
	if got, want := d.again(), []string{"1+1a"}; !slices.Equal(got, want) || isDone(c) {
		t.Errorf("%v goes again, want %v, charged with nothing", got, want)
	}
	w.restarts.unstarted = 0
	d.spirit(w)
	d.spirit(other)
	w.given, other.given = 1, 1
	if batch, _ := d.next(w, nil, false); len(batch) > 0 || !w.retiring {
		t.Error("a suspect waits for ever: nobody makes way")
	}
}
