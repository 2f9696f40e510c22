package strategies

// round is a ring of calls, each of which has its turn. All of it is under the
// schedule's lock, and none of it looks at more than one call.
type round struct {
	first *call // whose turn it is
	n     int
}

// place is a call's place in the round.
type place struct{ before, after *call } // nil while it has none

// add gives a call without a place the last turn.
func (r *round) add(c *call) {
	if c.place.after != nil {
		return
	}
	r.n++
	if r.first == nil {
		r.first, c.place = c, place{c, c}
		return
	}
	last := r.first.place.before
	c.place = place{last, r.first}
	last.place.after, r.first.place.before = c, c
}

// remove takes a call's place away. If it had the turn, the next has it.
func (r *round) remove(c *call) {
	if c.place.after == nil || r.n == 0 {
		return
	}
	r.n--
	before, after := c.place.before, c.place.after
	before.place.after, after.place.before = after, before
	if r.first == c {
		r.first = after
	}
	if r.n == 0 {
		r.first = nil
	}
	c.place = place{}
}

// turn gives the turn to the next.
func (r *round) turn() {
	if r.first != nil {
		r.first = r.first.place.after
	}
}
