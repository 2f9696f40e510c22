package strategies

import (
	"io"
	"os"
	"time"
)

// Option is an option of [Open].
type Option func(*options)

type options struct {
	setup        any
	stderr       io.Writer
	startTimeout time.Duration
	progress     func(done, total int)
	dir          string
	phases       bool
	observe      []observing // the lanes in this process
	profile      func(ProcessProfile)
	labelsOnly   bool // to find out what labels cost
	trace        *Trace
}

func newOptions(list []Option) options {
	o := options{stderr: os.Stderr, startTimeout: 5 * time.Second, phases: true}
	for _, apply := range list {
		apply(&o)
	}
	return o
}

// WithSetup gives the data for the task's [Setup], which must be of exactly the type
// that Setup takes: else Open fails. Worker processes get a copy each; goroutine
// workers share it, so nobody may change it after Open.
func WithSetup(data any) Option { return func(o *options) { o.setup = data } }

// WithStderr says where to write what worker processes print, line by line,
// each after "worker 2: ". The default is os.Stderr. A writer that blocks makes
// lines be dropped and counted; it never holds up a worker. Writes come from
// one goroutine at a time. A writer that panics or calls runtime.Goexit ends the calls
// that run with an error and is not used again: what is printed from then on is dropped.
func WithStderr(w io.Writer) Option { return func(o *options) { o.stderr = w } }

// WithStartTimeout bounds the start of the worker processes, handshake and
// Setup included. The default is 5 s.
func WithStartTimeout(d time.Duration) Option { return func(o *options) { o.startTimeout = d } }

// WithProgress calls report while a call runs, some ten times a second and at
// its end: done items of total; total is -1 for a stream whose end is not
// known. Calls of report never overlap for one Map or Stream. When one panics, calls
// runtime.Goexit, or does not return within a second after the end of its Map or
// Stream, that ends with an error and report is not called again.
func WithProgress(report func(done, total int)) Option {
	return func(o *options) { o.progress = report }
}

// WithDir says in which directory shared-file strategies make theirs. The
// default is os.TempDir, or a directory in memory with on=memory.
func WithDir(path string) Option { return func(o *options) { o.dir = path } }

// WithPhases says whether busy time is split into decode, compute and encode,
// which is the default and costs some clock readings.
func WithPhases(on bool) Option { return func(o *options) { o.phases = on } }
