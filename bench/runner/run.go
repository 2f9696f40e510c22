package runner

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
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
	r := &run{config: c, started: time.Now(), progress: newProgress(c.progress())}
	defer r.progress.close()
	if err := r.choosePlan(); err != nil {
		return "", err
	}
	if r.recorder, err = openRecorder(r.dir); err != nil {
		return "", err
	}
	err = r.measure(ctx)
	if ctx.Err() != nil && err != nil {
		err = &InterruptedError{r.done, r.total}
	}
	err = errors.Join(err, r.recorder.close())
	if r.recorder.size == 0 && r.prior == nil {
		return "", err
	}
	return r.dir, err
}

// List returns the names of the cells that Run would measure, without measuring.
func List(ctx context.Context, c Config) ([]string, error) {
	if err := c.validate(); err != nil {
		return nil, err
	}
	r := &run{config: c, plan: newPlan(c), progress: newProgress(c.progress())}
	defer r.progress.close()
	if err := r.prepare(ctx); err != nil {
		return nil, err
	}
	return r.cells, os.RemoveAll(r.temp)
}

// run is one call of Run.
type run struct {
	config   Config
	plan     plan
	dir      string
	prior    *recorded // nil for a new run
	started  time.Time
	temp     string
	binary   *binary
	cells    []string
	recorder *recorder
	progress *progress
	eta      eta

	done, total int // samples
}

// choosePlan decides between a new run and one to be resumed.
func (r *run) choosePlan() (err error) {
	r.dir = r.config.Out
	if r.dir == "" {
		name := r.started.UTC().Format("2006-01-02T15-04-05Z") + "-" + HostClass()
		r.dir = filepath.Join(cmp.Or(r.config.Results, defaultResults), name)
	}
	if r.prior, err = readRecorded(r.dir); err != nil {
		return err
	}
	if r.prior == nil {
		r.plan = newPlan(r.config)
		return nil
	}
	r.plan, err = resumedPlan(r.config, r.prior)
	return err
}

// measure does everything that the temporary directory is needed for.
func (r *run) measure(ctx context.Context) error {
	defer func() { os.RemoveAll(r.temp) }()
	if err := r.prepare(ctx); err != nil {
		return err
	}
	if err := r.begin(ctx); err != nil {
		return err
	}
	return r.takeAll(ctx)
}

// prepare builds the binary and lists its cells. After an error nothing is left
// of the temporary directory.
func (r *run) prepare(ctx context.Context) (err error) {
	if r.temp, err = os.MkdirTemp("", "handoff-run-*"); err != nil {
		return err
	}
	defer func() {
		if err != nil {
			os.RemoveAll(r.temp)
		}
	}()
	r.progress.say("building the benchmarks of %s", r.plan.pkg)
	if r.binary, err = build(ctx, r.config.Dir, r.plan.pkg, r.temp); err != nil {
		return err
	}
	r.plan.pkg = r.binary.pkg
	r.cells, err = r.binary.cells(ctx, r.plan.bench)
	return err
}

// begin compares with what is recorded, and prepares the file.
func (r *run) begin(ctx context.Context) error {
	now := append(r.planMarks(), surroundings(ctx, r.binary.dir, r.started)...)
	if r.prior == nil {
		return r.recorder.begin(nil, lines(append([]mark{{"run", filepath.Base(r.dir)}}, now...)))
	}
	if r.prior.config["pkg"] != r.binary.pkg {
		return fmt.Errorf("%s was recorded from %s, not from %s", r.dir, r.prior.config["pkg"], r.binary.pkg)
	}
	if err := r.prior.fits(now, r.cells, r.binary.procs); err != nil {
		return err
	}
	if r.prior.cut > 0 {
		r.progress.say("%s: cutting off %d bytes of an unfinished sample", filepath.Join(r.dir, FileName), r.prior.cut)
	}
	return r.recorder.begin(r.prior, lines(resumeMarks(r.prior, now, r.started)))
}

// planMarks are what a run is resumed from, and what a reader wants to know
// about it.
func (r *run) planMarks() []mark {
	return known([]mark{
		{"command", r.plan.command()},
		{"note", r.plan.note},
		{"binary", r.binary.sum},
		{"bench", r.plan.bench},
		{"benchtime", r.plan.benchtime},
		{"shuffle", strconv.FormatUint(r.plan.seed, 10)},
		{"rounds", strconv.Itoa(r.plan.rounds)},
		{"cells", strconv.Itoa(len(r.cells))},
	})
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

// takeAll takes the samples that are still to be taken.
func (r *run) takeAll(ctx context.Context) error {
	var done map[turn]bool
	if r.prior != nil {
		done = r.prior.turnsDone(r.binary.procs)
	}
	turns := schedule(r.cells, r.plan, done)
	r.done, r.total = len(done), len(done)+len(turns)
	r.announce()
	for i, t := range turns {
		if i > 0 && t.round > turns[0].round && turns[i-1].round == turns[0].round {
			r.checkBudget(turns[i:])
		}
		if err := r.take(ctx, turns[i:]); err != nil {
			return err
		}
	}
	r.progress.say("%s of %s in %v: %s", count(r.done, "sample"), count(len(r.cells), "cell"), time.Since(r.started).Round(time.Second), r.dir)
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
	if r.prior != nil {
		r.progress.say("going on after %d of %d samples", r.done, r.total)
	}
}

// take takes the first of the samples that are left.
func (r *run) take(ctx context.Context, left []turn) error {
	t, start := left[0], time.Now()
	r.progress.starts(r.state(t, left))
	s, err := r.binary.take(ctx, t, r.plan.benchtime, r.config.timeout())
	if err != nil {
		return err
	}
	s.config["suite"] = r.plan.suite
	if err := r.recorder.add(t, s); err != nil {
		return err
	}
	r.done++
	r.eta.add(t.cell, time.Since(start))
	r.progress.ends(r.state(t, left[1:]), s.op)
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
	if r.prior == nil && r.plan.budget > 0 && expected > r.plan.budget {
		r.progress.say("suite %s will take about %v here, %v is its budget", r.plan.suite, expected, r.plan.budget)
	}
}
