package runner

import (
	"context"
	"fmt"
	"time"
)

// autoTime is about how long the timed part of a sample takes, where that is not
// said: long beside a clock's tick and a process's start, short enough for many.
const autoTime = 150 * time.Millisecond

// benchtimeOf returns how often a cell's loop is to run. It is found out once,
// on the first side, and is the same for all samples of all sides: who did more
// work in a faster sample would not be compared on equal terms.
func (r *run) benchtimeOf(ctx context.Context, t turn) (string, error) {
	if r.plan.benchtime != autoBenchtime {
		return r.plan.benchtime, nil
	}
	if n := r.iterations[t.cell]; n > 0 {
		return fmt.Sprintf("%dx", n), nil
	}
	s, err := r.sides[0].take(ctx, t, autoTime.String(), r.config.timeout())
	if err != nil {
		return "", err
	}
	r.iterations[t.cell] = s.iters
	return fmt.Sprintf("%dx", s.iters), nil
}

// iterationsTaken are those that the recorded samples were taken with.
func iterationsTaken(sides []*side) map[cell]int {
	iterations := map[cell]int{}
	for _, s := range sides {
		for _, t := range s.taken {
			iterations[t.cell] = t.iters
		}
	}
	return iterations
}
