package runner

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"time"
)

// InterruptedError says that the context ended a run. The samples before that
// are recorded.
type InterruptedError struct{ Done, Total int }

func (e *InterruptedError) Error() string {
	if e.Total == 0 {
		return "interrupted before the first sample"
	}
	return fmt.Sprintf("interrupted after %d of %d samples", e.Done, e.Total)
}

// kind is what a run does where nothing else is said.
type kind struct {
	verb  string // the command's
	name  string // in the run's folder
	usual Config
}

const runVerb = "run"

var plainRun = kind{runVerb, "", Config{Suite: defaultSuite, Benchtime: defaultBenchtime}}

// Run measures what c asks for and returns the run's folder. Where c.Out holds
// an unfinished run, it goes on with that.
//
// After an error, the folder is returned if there are samples in it: the run can
// be resumed. The error is an *InterruptedError when ctx was cancelled, and a
// *SampleError when a benchmark failed. When Run returns, the processes that it
// started have ended and its temporary directory is gone. Two calls at once
// disturb each other's measurements, but not their records.
func Run(ctx context.Context, c Config) (dir string, err error) {
	if err := c.validate(); err != nil {
		return "", err
	}
	r := newRun(plainRun, c, []*side{{file: FileName}})
	err = r.do(ctx)
	return r.kept(), err
}

// List returns the names of the cells that Run would measure, without measuring.
func List(ctx context.Context, c Config) ([]string, error) {
	if err := c.validate(); err != nil {
		return nil, err
	}
	r := newRun(plainRun, c, []*side{{file: FileName}})
	defer r.progress.close()
	r.plan = newPlan(c, r.kind.usual)
	defer r.cleanUp()
	if err := r.prepare(ctx); err != nil {
		return nil, err
	}
	names := make([]string, len(r.cells))
	for i, c := range r.cells {
		names[i] = c.name
	}
	return names, nil
}

// run is one call of Run or Compare.
type run struct {
	config     Config
	kind       kind
	plan       plan
	dir        string
	sides      []*side
	started    time.Time
	deadline   time.Time // zero for none
	temp       string
	worktrees  worktrees
	cells      []cell
	iterations map[cell]int // where the plan leaves them open
	progress   *progress
	eta        eta

	done, total int // samples, on all sides
	outOfTime   bool
}

func newRun(k kind, c Config, sides []*side) *run {
	return &run{
		config: c, kind: k, sides: sides, started: time.Now(),
		worktrees: worktrees{dir: c.Dir}, progress: newProgress(c.progress()),
	}
}

// do is the whole run. Files that got no sample are not left behind.
func (r *run) do(ctx context.Context) (err error) {
	defer r.progress.close()
	if err := r.choosePlan(); err != nil {
		return err
	}
	if err = r.openRecorders(); err == nil {
		err = r.measure(ctx)
	}
	switch {
	case errors.Is(err, errOutOfTime):
		r.outOfTime, err = true, nil
	case ctx.Err() != nil && err != nil:
		err = &InterruptedError{r.done, r.total}
	}
	for _, s := range slices.Backward(r.sides) { // the first one has made the folder
		if s.recorder != nil {
			err = errors.Join(err, s.recorder.close())
		}
	}
	return err
}

func (r *run) openRecorders() (err error) {
	for _, s := range r.sides {
		if s.recorder, err = openRecorder(r.dir, s.file); err != nil {
			return err
		}
	}
	return nil
}

// kept is the folder, if there are samples in it.
func (r *run) kept() string {
	for _, s := range r.sides {
		if s.prior != nil || s.recorder != nil && s.recorder.size > 0 {
			return r.dir
		}
	}
	return ""
}

// choosePlan decides between a new run and one to be resumed.
func (r *run) choosePlan() (err error) {
	r.dir = r.config.Out
	if r.dir == "" {
		name := r.started.UTC().Format("2006-01-02T15-04-05Z") + "-" + r.kind.name + HostClass()
		r.dir = filepath.Join(cmp.Or(r.config.Results, defaultResults), name)
	}
	var prior *recorded
	for _, s := range r.sides {
		if s.prior, err = readRecorded(r.dir, s.file); err != nil {
			return err
		}
		prior = cmp.Or(prior, s.prior)
		s.recall()
	}
	if prior == nil {
		r.plan = newPlan(r.config, r.kind.usual)
		return nil
	}
	if r.plan, err = resumedPlan(r.config, prior); err != nil {
		return err
	}
	if len(r.sides) == 1 && prior.complete(r.plan.rounds) {
		return fmt.Errorf("%s holds all its %d rounds: ask for more with -rounds, or start a new run in another folder", r.dir, r.plan.rounds)
	}
	return nil
}

// errOutOfTime ends a run that has a deadline.
var errOutOfTime = errors.New("out of time")

// measure does everything that the temporary directory is needed for.
func (r *run) measure(ctx context.Context) error {
	if !r.deadline.IsZero() {
		var cancel context.CancelFunc
		ctx, cancel = context.WithDeadlineCause(ctx, r.deadline, errOutOfTime)
		defer cancel()
	}
	defer r.cleanUp()
	if err := r.prepare(ctx); err != nil {
		return err
	}
	for _, s := range r.sides {
		if err := s.begin(append(r.planMarks(s), surroundings(ctx, s.build.dir, r.started)...), r.cells, r); err != nil {
			return err
		}
	}
	r.iterations = iterationsTaken(r.sides)
	return r.takeAll(ctx)
}

func (r *run) cleanUp() {
	r.worktrees.remove()
	os.RemoveAll(r.temp)
}

// prepare builds the binaries and lists their cells.
func (r *run) prepare(ctx context.Context) (err error) {
	if r.temp, err = os.MkdirTemp("", "handoff-run-*"); err != nil {
		return err
	}
	for i, s := range r.sides {
		if i > 0 && s.sameBuild(r.sides[0]) {
			s.build = r.sides[0].build
			continue
		}
		if err := r.prepareSide(ctx, i); err != nil {
			return s.named(err)
		}
	}
	for i, s := range r.sides {
		cells, err := s.build.cells(ctx, r.plan.bench, s.source.Env)
		if err != nil {
			return s.named(err)
		}
		if i > 0 {
			err = oneSided(r.sides[0], r.cells, s, cells)
		}
		if r.cells = cells; err != nil {
			return err
		}
	}
	return nil
}

// prepareSide builds the binaries of a side. The directories of all sides have
// names of one length, so that paths make no difference.
func (r *run) prepareSide(ctx context.Context, i int) error {
	s := r.sides[i]
	temp := filepath.Join(r.temp, fmt.Sprintf("side%d", i+1))
	if err := os.Mkdir(temp, 0o700); err != nil {
		return err
	}
	what := r.plan.pkg
	if s.label != "" {
		what = s.label + ", " + s.name
	}
	if s.source.Binary == "" {
		r.progress.say("building the benchmarks of %s", what)
	}
	return s.prepare(ctx, r, temp)
}

// planMarks are what a run is resumed from, and what a reader wants to know
// about it.
func (r *run) planMarks(s *side) []mark {
	marks := []mark{
		{"command", r.command()},
		{"note", r.plan.note},
	}
	return known(append(append(marks, s.marks()...),
		mark{"binary", s.build.sum()},
		mark{"packages", s.build.packages()},
		mark{"bench", r.plan.bench},
		mark{"benchtime", r.plan.benchtime},
		mark{"shuffle", strconv.FormatUint(r.plan.seed, 10)},
		mark{"rounds", strconv.Itoa(r.plan.rounds)},
		mark{"cells", strconv.Itoa(len(r.cells))},
	))
}

// command is what asks for this run.
func (r *run) command() string {
	p := r.plan
	if p.suite == customSuite && r.sides[0].prior == nil {
		p.pkg = r.sides[0].build.packages()
	}
	text := p.command(r.kind.verb, r.kind.usual)
	for _, s := range r.sides {
		if s.label != "" {
			text += " " + s.argument()
		}
	}
	return text
}

// resumeMarks say when a run went on, and what has changed since. The marks
// date, command and run stay those of its start.
func resumeMarks(prior *recorded, now []mark, at time.Time) []mark {
	marks := []mark{{"resumed", at.UTC().Format(time.RFC3339)}}
	for _, m := range now {
		if m.key != "date" && m.key != "command" && prior.marks[m.key] != m.value {
			marks = append(marks, m)
		}
	}
	return marks
}

func lines(marks []mark) []string {
	var out []string
	for _, m := range marks {
		out = append(out, m.String())
	}
	return out
}

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
	for again := retakes(r.sides, all); len(again) > 0; again = retakes(r.sides, all) {
		r.progress.say("taking %s again: other programs kept the CPUs busy", count(len(again), "pair"))
		r.total += len(again) * len(r.sides)
		if err := r.takeTurns(ctx, again); err != nil {
			return err
		}
	}
	r.progress.say("%s of %s in %v: %s", count(r.done, "sample"), count(len(r.cells), "cell"), time.Since(r.started).Round(time.Second), r.dir)
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

func (r *run) takeTurns(ctx context.Context, turns []turn) error {
	for i, t := range turns {
		if i > 0 && t.round > turns[0].round && turns[i-1].round == turns[0].round {
			r.checkBudget(turns[i:])
		}
		if expected := r.eta.left(turns[i : i+1]); !r.deadline.IsZero() && time.Now().Add(expected).After(r.deadline) {
			return errOutOfTime
		}
		if err := r.take(ctx, turns[i:]); err != nil {
			return err
		}
	}
	return nil
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
