package runner

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
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
