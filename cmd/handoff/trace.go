package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/handoff-go/handoff/bench"
	"github.com/handoff-go/handoff/bench/factor"
	"github.com/handoff-go/handoff/internal/wholefile"
	"github.com/handoff-go/handoff/report"
	"github.com/handoff-go/handoff/report/record"
	"github.com/handoff-go/handoff/strategies"
)

// runTrace is profile -trace: each strategy hands over the items once, under a
// trace, which is written and drawn.
func (p *profiler) runTrace(ctx context.Context) error {
	if p.events < 0 || p.events > strategies.MaxTraceEvents {
		return fmt.Errorf("-events=%d: want 1 to %d in all lanes together, or 0 for the default", p.events, strategies.MaxTraceEvents)
	}
	if err := os.MkdirAll(p.dir, 0o777); err != nil {
		return err
	}
	for _, spec := range p.specs {
		fmt.Fprintf(p.stderr, "trace %v\n", spec)
		path := filepath.Join(p.dir, p.traceName(spec))
		if err := p.traceInto(ctx, path, spec); err != nil {
			return fmt.Errorf("%v: %w", spec, err)
		}
		p.wrote([]string{path})
		if err := (reporting{ctx: ctx, stdout: p.stdout, stderr: p.stderr}).trace(path); err != nil {
			return err
		}
	}
	return nil
}

// traceName is the name of a strategy's trace, and of its picture but for the
// ending.
func (p *profiler) traceName(spec strategies.Spec) string {
	if len(p.specs) == 1 {
		return "timeline" + report.TraceSuffix
	}
	return "timeline-" + p.name(spec) + report.TraceSuffix
}

// traceInto records a trace. A folder that cannot be written to is said before
// anything runs, and the trace of a run before stays until this one is whole.
func (p *profiler) traceInto(ctx context.Context, path string, spec strategies.Spec) error {
	return wholefile.Write(path, func(w io.Writer) error {
		trace, err := shapesRun[p.work.Shape].trace(ctx, spec, p.work, p.events, strategies.WithStderr(&oneAtATime{w: p.stderr}))
		if err != nil {
			return err
		}
		_, err = trace.WriteTo(w)
		return err
	})
}

// trace prints what a recorded trace says, and draws it, into the folder of its run
// where no other is named.
func (r reporting) trace(path string) error {
	l, err := report.OpenTimeline(path)
	if err != nil && record.IsFile(path) {
		return fmt.Errorf("%w (%s holds no output of go test -json either)", err, path)
	} else if err != nil {
		return err
	}
	if r.out == "" {
		r.out = l.Dir()
	}
	return r.publish(l)
}

// traceShape traces a strategy at a work, with its answers checked.
type traceShape func(context.Context, strategies.Spec, factor.Work, int, ...strategies.Option) (*strategies.Trace, error)

func traceOf[In, Out any](s factor.Shape[In, Out]) traceShape {
	return func(ctx context.Context, spec strategies.Spec, w factor.Work, events int, options ...strategies.Option) (*strategies.Trace, error) {
		check, err := s.Check(w)
		if err != nil {
			return nil, err
		}
		return bench.Trace(ctx, s.Factor, spec, s.Items(w), check, events, options...)
	}
}
