package runner

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"runtime"
	"slices"
	"time"
)

// takeAll takes the turns that are still to be taken, and again those that were
// disturbed.
func (r *run) takeAll(ctx context.Context) error {
	turns := schedule(r.cells, r.plan, r.bothDone())
	all := r.plan.rounds * len(r.cells)
	r.done, r.total = (all-len(turns))*len(r.sides), all*len(r.sides)
	r.announce()
	if err := r.takeTurns(ctx, turns); err != nil {
		return err
	}
	for again := r.again(all); len(again) > 0 && !r.hadEnough; again = r.again(all) {
		r.progress.say("taking %s again: other programs kept the CPUs busy", count(len(again), "pair"))
		r.total += len(again) * len(r.sides)
		if err := r.takeTurns(ctx, again); err != nil {
			return err
		}
	}
	if r.hadEnough {
		r.total = r.done
	}
	r.progress.say("%s of %s in %v: %s", count(r.done, "sample"), count(len(r.cells), "cell"), time.Since(r.started).Round(time.Second), r.dir)
	return nil
}

// again are the turns to be taken again, of cells that can be.
func (r *run) again(all int) []turn {
	return slices.DeleteFunc(retakes(r.sides, all), func(t turn) bool { return r.hasFailed(t.cell) })
}

// dropUnpaired forgets the samples at the end of one side that the other lacks: a
// crash between the two writes of a turn leaves one. Pairs go by their place in the round, so
// that all retakes after it would be compared with samples of other turns.
func (r *run) dropUnpaired() (err error) {
	if len(r.sides) < 2 {
		return nil
	}
	n := 0
	if a, b := r.sides[0].prior, r.sides[1].prior; a != nil && b != nil {
		for n < min(len(a.taken), len(b.taken)) && a.taken[n].turn == b.taken[n].turn {
			n++
		}
		if n < min(len(a.taken), len(b.taken)) {
			return fmt.Errorf("%s and %s: sample %d is not of the same turn: start a new run in another folder", a.file, b.file, n+1)
		}
	}
	for _, s := range r.sides {
		if s.prior == nil || len(s.prior.taken) == n {
			continue
		}
		r.progress.say("%s: leaving out %s that the other side lacks", s.prior.file, count(len(s.prior.taken)-n, "sample"))
		if s.prior, err = s.prior.first(n); err != nil {
			return err
		}
	}
	return nil
}

// bothDone are the turns that have been taken on all sides.
func (r *run) bothDone() map[turn]bool {
	done := map[turn]bool{}
	for t := range r.sides[0].done() {
		done[t] = true
	}
	for _, s := range r.sides[1:] {
		has := s.done()
		maps.DeleteFunc(done, func(t turn, _ bool) bool { return has[t] == 0 })
	}
	return done
}

// takeTurns takes them in their order, until there is enough or no more time.
func (r *run) takeTurns(ctx context.Context, turns []turn) error {
	for i, t := range turns {
		if r.atRoundsEnd(turns, i) && r.enough != nil && r.enough() {
			r.hadEnough = true
			return nil
		}
		if i > 0 && t.round > turns[0].round && turns[i-1].round == turns[0].round {
			r.checkBudget(turns[i:])
		}
		if expected := r.eta.left(turns[i : i+1]); !r.deadline.IsZero() && time.Now().Add(expected).After(r.deadline) {
			return errOutOfTime
		}
		if r.hasFailed(t.cell) {
			continue
		}
		err := r.take(ctx, turns[i:])
		var failed *SampleError
		if errors.As(err, &failed) {
			r.drop(t.cell, failed, turns[i:])
		} else if err != nil {
			return err
		}
	}
	return nil
}

// drop measures a cell no further: it costs its own row, and not the run. It can be
// tried again when the run is resumed.
func (r *run) drop(c cell, why *SampleError, left []turn) {
	why.Package = c.pkg
	r.failed = append(r.failed, why)
	for _, t := range left {
		if t.cell == c {
			r.total -= len(r.sides)
		}
	}
	for _, s := range r.sides {
		s.recorder.note(mark{failedMark, leftOut{cell: c, reason: why.reason()}.String()})
	}
	r.progress.say("%v\n%s is measured no further; the others are", why, c.name)
}

func (r *run) hasFailed(c cell) bool {
	return slices.ContainsFunc(r.failed, func(err error) bool {
		var failed *SampleError
		return errors.As(err, &failed) && failed.Package == c.pkg && failed.Cell == c.name
	})
}

// atRoundsEnd tells whether a round ends before the turn i.
func (r *run) atRoundsEnd(turns []turn, i int) bool {
	if i == 0 { // of a run that goes on
		return r.done > 0 && r.done%(len(r.cells)*len(r.sides)) == 0
	}
	return turns[i].round != turns[i-1].round
}

func (r *run) announce() {
	what := "suite " + r.plan.suite
	if r.plan.suite == customSuite {
		what = r.plan.pkg
	}
	r.progress.say("%s: %s, %s, on %s", what, count(len(r.cells), "cell"), count(r.plan.rounds, "round"), count(runtime.NumCPU(), "CPU"))
	if r.plan.note != "" {
		r.progress.say("suite %s is %s", r.plan.suite, r.plan.note)
	}
	if r.done > 0 {
		r.progress.say("going on after %d of %d samples", r.done, r.total)
	}
}

// take takes the first of the turns that are left: a sample of each side, which
// are recorded together or not at all.
func (r *run) take(ctx context.Context, left []turn) error {
	t, start := left[0], time.Now()
	r.progress.starts(r.state(t, left))
	benchtime, err := r.benchtimeOf(ctx, t)
	if err != nil {
		return err
	}
	calibrated := time.Since(start)
	got := make([]sample, len(r.sides))
	for _, i := range sideOrder(len(r.sides), r.plan.seed, t, r.sides[0].done()[t]) {
		if got[i], err = r.sides[i].take(ctx, t, benchtime, r.config.timeout()); err != nil {
			return err
		}
	}
	ops := make([]time.Duration, len(got))
	for i, s := range r.sides {
		if err := s.record(t, got[i], r.plan.suite); err != nil {
			return err
		}
		ops[i] = got[i].op
	}
	r.done += len(r.sides)
	r.eta.add(t.cell, time.Since(start)-calibrated)
	r.progress.ends(r.state(t, left[1:]), ops)
	return nil
}

func (r *run) state(t turn, left []turn) state {
	return state{turn: t, rounds: r.plan.rounds, done: r.done, total: r.total, left: r.eta.left(left)}
}

// checkBudget warns, once there is something to judge by, that a suite takes
// longer than it should. The rounds are fixed all the same: a run cut short by
// the clock would have fewer samples on slow machines.
func (r *run) checkBudget(left []turn) {
	expected := (r.eta.all.sum + r.eta.left(left)).Round(time.Second)
	if r.sides[0].prior == nil && r.plan.budget > 0 && expected > r.plan.budget {
		r.progress.say("suite %s will take about %v here, %v is its budget", r.plan.suite, expected, r.plan.budget)
	}
}
