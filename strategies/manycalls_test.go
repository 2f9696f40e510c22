package strategies

import "testing"

// watched is a stock that counts how often it is looked at.
type watched struct {
	stock
	looks *int
}

func (w watched) ready() int { *w.looks++; return w.stock.ready() }
func (w watched) left() int  { *w.looks++; return w.stock.left() }

// look puts a counter before the stock of a call.
func (d *desk) look(c *call, looks *int) { c.stock = watched{c.stock, looks} }

// serveAll plays workers, with senders that sleep when there is nothing, until nobody
// has anything.
func (d *desk) serveAll() {
	for busy := true; busy; {
		busy = false
		for _, w := range d.slots {
			if w.asleep {
				continue
			}
			if awake(w) {
				<-w.wake
			}
			batch, _ := d.next(w, nil, true)
			for _, c := range batch {
				busy = true
				c.bytes.Store(int64(10 * c.load.len()))
			}
			d.weigh(w, batch)
			for _, c := range batch {
				d.answer(w, c)
			}
		}
	}
}

// perCall opens n calls at once, and returns how often the schedule looks at one of them
// until all are done.
func perCall(t *testing.T, spec string, n int, begin func(d *desk) *call, feed func(d *desk, i int)) float64 {
	t.Helper()
	d, looks := newDesk(t, spec), 0
	var calls []*call
	for range n {
		c := begin(d)
		d.look(c, &looks)
		calls = append(calls, c)
	}
	for i := range n {
		feed(d, i)
	}
	d.serveAll()
	for i, c := range calls {
		if c.answered != 1 {
			t.Fatalf("%s: of %d calls, call %d has %d answers", spec, n, i, c.answered)
		}
		c.close()
	}
	if len(d.open) > 0 || d.round.n > 0 {
		t.Errorf("%s: %d calls are open, %d have a turn, and all are closed", spec, len(d.open), d.round.n)
	}
	return float64(looks) / float64(n)
}

// TestManyCallsAreLinear: what the schedule does for a call does not grow with the
// number of calls.
func TestManyCallsAreLinear(t *testing.T) {
	for _, spec := range []string{"process-gob,workers=2", "process-gob,workers=2,chunk=4,window=2", "goroutines,workers=2"} {
		var streams []func(item int)
		for name, kind := range map[string]struct {
			begin func(d *desk) *call
			feed  func(d *desk, i int)
		}{
			"Maps": {
				func(d *desk) *call { c, _ := d.mapOf(1); return c },
				func(*desk, int) {},
			},
			"Streams": {
				func(d *desk) *call {
					c, st := d.supply()
					streams = append(streams, func(item int) { d.push(c, st, item) })
					return c
				},
				func(_ *desk, i int) { streams[i](i) },
			},
		} {
			var per []float64
			for _, n := range []int{100, 1000, 10_000} {
				streams = nil
				per = append(per, perCall(t, spec, n, kind.begin, kind.feed))
			}
			if per[2] > 2*per[0]+1 || per[2] > 4*looks {
				t.Errorf("%s, %s: the schedule looks at a call %.1f, %.1f and %.1f times with 100, 1,000 and 10,000 of them", spec, name, per[0], per[1], per[2])
			}
			t.Logf("%s, %s: %.1f, %.1f, %.1f looks a call", spec, name, per[0], per[1], per[2])
		}
	}
}

// TestRound: who comes later comes after all others, who leaves leaves nobody out.
func TestRound(t *testing.T) {
	var r round
	calls := map[*call]string{}
	var list []*call
	for _, name := range []string{"a", "b", "c", "d"} {
		c := &call{}
		calls[c], list = name, append(list, c)
		r.add(c)
		r.add(c) // it has a place
	}
	var got string
	step := func() { got += calls[r.first]; r.turn() }
	step()
	r.remove(list[1])
	r.remove(list[1])
	step()
	r.add(list[1])
	for range 5 {
		step()
	}
	if got != "acdacbd" {
		t.Errorf("the turns were %s", got)
	}
	for _, c := range list {
		r.remove(c)
	}
	r.turn()
	if r.first != nil || r.n != 0 {
		t.Errorf("an empty round has %d, and %v has the turn", r.n, r.first)
	}
}
