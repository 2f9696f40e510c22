package runner

import (
	"context"
	"fmt"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// Comparison says what to measure on two sides, turn by turn.
type Comparison struct {
	Config

	// Base and Head are the sides. Where Out holds an unfinished comparison, both
	// may be left empty: the record says them.
	Base, Head Source

	// Max ends the comparison in time, with the samples that there are by then; 0
	// is no limit.
	Max time.Duration

	// Enough, if there is one, is asked at the end of each round, with the files of the two
	// sides; true ends the comparison. It must not ask which side is faster: that would
	// find differences where there are none.
	Enough func(base, head string) bool
}

// Compared is what a comparison has come to.
type Compared struct {
	Dir         string   // "" if there is no sample
	Base, Head  string   // the files of the two sides
	Done, Total int      // samples; the total is 0 if it ended before that was known
	Cells       int      // benchmarks; with fewer than two samples for each, some have none
	OutOfTime   bool     // Max ended it
	HadEnough   bool     // Enough ended it
	Failed      []string // "PACKAGE NAME: REASON" of benchmarks that could not be measured, or not to the end
}

var comparison = kind{"compare", "compare-", Config{Suite: compareSuite, Benchtime: autoBenchtime}}

// Compare samples two sides in the same rounds: each turn takes one sample of a
// cell on either side, one right after the other, in random order. All samples
// of a cell run its loop equally often. Turns that other programs have disturbed
// are taken again, up to a quarter of all.
//
// A benchmark that fails on a side is measured no further on both, and stands in
// Compared.Failed; the error is an *IncompleteError only if there is no sample at all.
// Those that one side lacks are left out, and said. Errors are else as those of [Run]. After one, what was recorded is there too, and
// the comparison can be resumed by its folder. The checkout is not touched.
func Compare(ctx context.Context, c Comparison) (Compared, error) {
	r := newRun(comparison, c.Config, c.sides())
	if c.Enough != nil {
		r.enough = func() bool { return c.Enough(filepath.Join(r.dir, BaseFile), filepath.Join(r.dir, HeadFile)) }
	}
	return c.do(ctx, r)
}

func (c Comparison) sides() []*side {
	mem := []string{"-test.benchmem"} // somebody may gate allocations
	return []*side{
		{label: "base", file: BaseFile, source: c.Base, flags: mem},
		{label: "head", file: HeadFile, source: c.Head, flags: mem},
	}
}

func (c Comparison) do(ctx context.Context, r *run) (Compared, error) {
	err := c.check(ctx, r)
	switch {
	case err == nil:
		err = r.do(ctx)
	case ctx.Err() != nil:
		err = &InterruptedError{}
	}
	done := Compared{
		Dir: r.kept(), Base: filepath.Join(r.dir, BaseFile), Head: filepath.Join(r.dir, HeadFile),
		Done: r.done, Total: r.total, Cells: len(r.cells), OutOfTime: r.outOfTime, HadEnough: r.hadEnough,
		Failed: r.failures(),
	}
	if r.total == 0 { // it has not come as far as the samples
		done.recall(r.sides)
	}
	if err == nil && done.Dir == "" && len(done.Failed) > 0 {
		return done, r.incomplete()
	}
	if err == nil && done.Dir == "" {
		err = fmt.Errorf("-max %v: that was over before the first sample", c.Max)
	}
	return done, err
}

// recall counts what is recorded of earlier.
func (c *Compared) recall(sides []*side) {
	for _, s := range sides {
		if s.prior != nil {
			c.Done += len(s.prior.taken)
			c.Cells, _ = strconv.Atoi(s.prior.marks["cells"])
		}
	}
}

// check finds what is wrong with the sides before anything is built, and fixes
// revisions to the commits that they stand for now.
func (c Comparison) check(ctx context.Context, r *run) error {
	if c.Max < 0 {
		return fmt.Errorf("-max %v: want more than 0", c.Max)
	}
	if c.Max > 0 {
		r.deadline = r.started.Add(c.Max)
	}
	if c.Benchtime != "" && !countTime.MatchString(c.Benchtime) {
		return fmt.Errorf("-benchtime %q: want a number of iterations such as 100x: both sides must do the same work", c.Benchtime)
	}
	if err := c.validate(); err != nil {
		return err
	}
	for _, s := range r.sides {
		if err := s.fix(ctx, r); err != nil {
			return err
		}
	}
	return nil
}

// fix makes a commit of the side's revision, which may name another tomorrow, and
// asks a binary which package it is of.
func (s *side) fix(ctx context.Context, r *run) (err error) {
	s.name = s.source.String()
	switch {
	case s.source.Revision != "":
		s.source.Revision, err = r.checkouts.resolve(ctx, s.source.Revision)
	case s.source.Binary != "" && r.config.Package == "": // suites are for handoff's own
		if r.config.Package, err = packageOf(s.source.Binary); err == nil {
			err = r.config.validate()
		}
	}
	return err
}

// recall takes from the record what the side is, where the call does not say it.
func (s *side) recall() {
	if s.prior == nil || s.source.Revision != "" || s.source.Binary != "" {
		return
	}
	s.source.Revision, s.source.Binary = s.prior.marks[revisionMark], s.prior.marks[testBinaryMark]
	if s.source.Revision != "" || s.source.Binary != "" {
		s.name = s.prior.marks[sideMark]
	}
}

// Marks that say what a side is.
const (
	sideMark       = "side" // as it was asked for
	revisionMark   = "revision"
	testBinaryMark = "test-binary"
	envMark        = "env"
)

// marks describe the side; a run that is no comparison has none.
func (s *side) marks() []mark {
	if s.label == "" {
		return nil
	}
	return []mark{
		{sideMark, s.name},
		{revisionMark, s.source.Revision},
		{testBinaryMark, s.source.Binary},
		{"flags", strings.Join(s.source.Flags, " ")},
		{envMark, strings.Join(s.source.Env, " ")},
	}
}

// argument is what names the side in a command that can be given again.
func (s *side) argument() string {
	switch {
	case s.source.Revision != "":
		return fmt.Sprintf("%.12s", s.source.Revision)
	case s.source.Binary != "":
		return Quoted(s.source.Binary)
	}
	return "."
}
