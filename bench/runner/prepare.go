package runner

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
)

// prepare builds the binaries and lists their cells.
func (r *run) prepare(ctx context.Context) (err error) {
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
		if i > 0 && s.build == r.sides[0].build && slices.Equal(s.source.Env, r.sides[0].source.Env) {
			s.listing = r.sides[0].listing
			continue
		}
		if s.listing, err = s.build.list(ctx, r.plan.bench, s.source.Env, r.config.timeout()); err != nil {
			return s.named(err)
		}
	}
	return r.chooseCells()
}

// chooseCells takes the cells that all sides have, and says which are left out.
func (r *run) chooseCells() error {
	first := r.sides[0]
	r.cells, r.left = first.listing.cells, slices.Clone(first.listing.left)
	for _, s := range r.sides[1:] {
		r.cells, r.left = common(first, s)
	}
	if len(r.cells) == 0 {
		return nothingLeft(r.left)
	}
	for _, s := range r.sides {
		s.build.only(r.cells)
	}
	for _, l := range r.left {
		r.progress.say("left out: %v", l)
	}
	return nil
}

// prepareSide builds the binaries of a side. The directories of all sides have
// names of one length, so that paths make no difference.
func (r *run) prepareSide(ctx context.Context, i int) error {
	s := r.sides[i]
	temp := filepath.Join(r.scratch.path, fmt.Sprintf("side%d", i+1))
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
