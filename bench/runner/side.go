package runner

import (
	"context"
	"fmt"
	"slices"
	"strings"
)

// side is one of those that a run measures turn by turn: a comparison has two,
// base and head, and any other run has one.
type side struct {
	label    string // base or head, "" where there is but one
	name     string // what it was asked for as
	file     string // in the run's folder
	source   Source
	flags    []string // for its samples
	build    *built
	listing  *listing
	prior    *recorded // nil if nothing is recorded yet
	recorder *recorder
	taken    []taken // all samples that are recorded
}

// named puts the side's name before an error.
func (s *side) named(err error) error {
	if err == nil || s.label == "" {
		return err
	}
	return fmt.Errorf("%s (%s): %w", s.label, s.name, err)
}

// prepare builds the binaries into a directory of its own below temp.
func (s *side) prepare(ctx context.Context, r *run, temp string) (err error) {
	dir, tree := r.config.Dir, s.source.Revision
	switch {
	case s.source.Binary != "":
		s.build, err = takeBinary(s.source.Binary, dir, temp)
		return err
	case r.fromTrees():
		var sum string
		if dir, sum, err = r.checkouts.checkOut(ctx, tree, temp); err != nil {
			return err
		}
		if tree == "" {
			tree = "tree " + sum
		}
	}
	if s.build, err = buildAll(ctx, dir, r.plan.pkg, temp, s.source.Flags); err != nil || !r.fromTrees() {
		return err
	}
	s.build.from = tree + " " + strings.Join(s.source.Flags, " ")
	s.build.commit = s.source.Revision
	s.build.checkout = orHere(r.config.Dir)
	return r.checkouts.onlyFromTree(ctx, dir, s.build.order)
}

// fromTrees tells whether sides are built in trees of their own: where one of them is a
// revision, all are, so that they differ in nothing else.
func (r *run) fromTrees() bool {
	return slices.ContainsFunc(r.sides, func(s *side) bool { return s.source.Revision != "" })
}

// sameBuild tells whether one build serves both.
func (s *side) sameBuild(o *side) bool {
	return s.source.Revision == o.source.Revision && s.source.Binary == o.source.Binary && slices.Equal(s.source.Flags, o.source.Flags)
}

// begin compares with what is recorded, and prepares the file. It returns the
// number of bytes that an unfinished sample left in it.
func (s *side) begin(now []mark, cells []cell, r *run) error {
	if s.prior == nil {
		return s.recorder.begin(nil, lines(append([]mark{{runMark, r.id()}}, now...)))
	}
	if was := strings.Fields(r.plan.pkg); !slices.Equal(was, s.build.order) {
		return fmt.Errorf("%s was recorded from %s, not from %s", r.dir, r.plan.pkg, s.build.packages())
	}
	for _, l := range r.left { // it may be measured another time
		cells = append(slices.Clip(cells), l.cell)
	}
	if err := s.prior.fits(now, cells, s.build.procs()); err != nil {
		return err
	}
	if s.prior.cut > 0 {
		r.progress.say("%s: cutting off %d bytes of an unfinished sample", s.prior.file, s.prior.cut)
	}
	s.taken = s.prior.samples(s.build.procs())
	return s.recorder.begin(s.prior, lines(resumeMarks(s.prior, now, r.started)))
}

// done counts how often each turn was taken.
func (s *side) done() map[turn]int {
	done := map[turn]int{}
	for _, t := range s.taken {
		done[t.turn]++
	}
	return done
}

// record appends a sample.
func (s *side) record(t turn, got sample, suite string) error {
	got.config["suite"] = suite
	if err := s.recorder.add(t, got); err != nil {
		return err
	}
	s.taken = append(s.taken, taken{t, got.iters, got.op, got.pressure})
	return nil
}
