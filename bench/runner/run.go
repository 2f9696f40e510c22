package runner

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"strings"
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
// A benchmark that fails, panics, hangs or measures what is no number costs its own row:
// the others are measured, and the error is an *IncompleteError, which names it.
//
// After an error, the folder is returned if there are samples in it: the run can
// be resumed. The error is an *InterruptedError when ctx was cancelled. When Run returns, the processes that it
// started have ended and its temporary directory is gone. Two calls at once
// disturb each other's measurements, but not their records.
func Run(ctx context.Context, c Config) (dir string, err error) {
	if err := c.validate(); err != nil {
		return "", err
	}
	r := newRun(plainRun, c, []*side{{file: FileName}})
	if err = r.do(ctx); err == nil {
		err = r.incomplete()
	}
	return r.kept(), err
}

// IncompleteError says that benchmarks which were asked for have no samples, or not all
// of them. Those of the others are recorded. It wraps a *SampleError for each that failed
// while it was measured.
type IncompleteError struct {
	Failed []string // "PACKAGE NAME: REASON"
	errs   []error
}

func (e *IncompleteError) Error() string {
	return "not measured, or not to the end: " + strings.Join(capped(e.Failed), "; ")
}

func (e *IncompleteError) Unwrap() []error { return e.errs }

// incomplete is nil if nothing has failed.
func (r *run) incomplete() error {
	failed := r.failures()
	if len(failed) == 0 {
		return nil
	}
	return &IncompleteError{failed, r.failed}
}

func (r *run) failures() []string {
	var failed []string
	for _, l := range r.left {
		if l.failed {
			failed = append(failed, l.String())
		}
	}
	for _, err := range r.failed {
		var s *SampleError
		if errors.As(err, &s) {
			failed = append(failed, leftOut{cell: cell{s.Package, s.Cell}, reason: s.reason()}.String())
		}
	}
	return failed
}

// List returns the names of the cells that Run would measure. It builds the test
// binaries in a temporary directory, which is gone when it returns, and has them list
// their benchmarks; one that does not know of lists (package bench has them) runs once.
// Errors are as those of [Run].
func List(ctx context.Context, c Config) ([]string, error) {
	if err := c.validate(); err != nil {
		return nil, err
	}
	r := newRun(plainRun, c, []*side{{file: FileName}})
	defer r.progress.close()
	r.plan = newPlan(c, r.kind.usual)
	ctx, err := r.settle(ctx)
	if err != nil {
		return nil, err
	}
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
	mark       string    // see id
	folder     *folder
	scratch    *scratch
	checkouts  checkouts
	cells      []cell
	left       []leftOut    // of the cells that were asked for
	failed     []error      // *SampleError: of cells that are measured no further
	iterations map[cell]int // where the plan leaves them open
	progress   *progress
	eta        eta

	done, total int         // samples, on all sides
	enough      func() bool // nil: never
	hadEnough   bool
	outOfTime   bool
}

func newRun(k kind, c Config, sides []*side) *run {
	return &run{
		config: c, kind: k, sides: sides, started: time.Now(),
		checkouts: checkouts{dir: c.Dir}, progress: newProgress(c.progress()),
	}
}

// do is the whole run. Files that got no sample are not left behind.
func (r *run) do(ctx context.Context) (err error) {
	defer r.progress.close()
	if r.folder, err = r.openFolder(); err != nil {
		return err
	}
	r.dir = r.folder.path
	defer func() { err = errors.Join(err, r.folder.close()) }()
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
	for _, s := range r.sides {
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
	var prior *recorded
	for _, s := range r.sides {
		if s.prior, err = readRecorded(r.dir, s.file); err != nil {
			return err
		}
	}
	if err := r.dropUnpaired(); err != nil {
		return err
	}
	for _, s := range r.sides {
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

// runMark is what both sides of a comparison have in common, and with no other
// run.
const runMark = "run"

// id is the folder's name, which is for people, and what tells this run from any
// other that was recorded into a folder of that name.
func (r *run) id() string {
	if r.mark == "" {
		r.mark = fmt.Sprintf("%s id=%s-%08x", filepath.Base(r.dir), r.started.UTC().Format("20060102T150405"), rand.Uint32())
	}
	return r.mark
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
	ctx, err := r.settle(ctx)
	if err != nil {
		return err
	}
	defer r.cleanUp()
	if err := r.prepare(ctx); err != nil {
		return err
	}
	for _, s := range r.sides {
		if err := s.begin(append(r.planMarks(s), surroundings(ctx, s.build, r.started)...), r.cells, r); err != nil {
			return err
		}
	}
	r.iterations = iterationsTaken(r.sides)
	return r.takeAll(ctx)
}

// settle sweeps what killed runs have left, and makes the temporary directory. All
// that is started with the context it returns belongs to this run.
func (r *run) settle(ctx context.Context) (context.Context, error) {
	sweep()
	var err error
	if r.scratch, err = newScratch(); err != nil {
		return ctx, err
	}
	r.checkouts.scratch, r.checkouts.say = r.scratch, r.progress.say
	for _, own := range []string{r.dir, cmp.Or(r.config.Results, defaultResults)} {
		if own, err := filepath.Abs(own); err == nil {
			if real, err := filepath.EvalSymlinks(own); err == nil {
				own = real // as git names it
			}
			r.checkouts.leave = append(r.checkouts.leave, own)
		}
	}
	return r.scratch.in(ctx), nil
}

func (r *run) cleanUp() {
	r.scratch.remove()
}
