package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"iter"
	"os"
	"os/signal"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/handoff-go/handoff/bench/factor"
	"github.com/handoff-go/handoff/strategies"
)

const factorUsage = `usage: handoff factor [-strategy SPEC] [-dir DIR] [-skip-bad] [-stats] [FILE...]

Reads whole numbers from 0 to 18446744073709551615, separated by blanks and
newlines, from the files or from standard input ("-" names it too), and prints
each with its prime factors, in order, as GNU factor does. It answers as it
reads, so input without an end is fine. The factors come by trial division:
a prime near the upper end takes seconds.

SPEC is the name of a strategy, with keys to taste: process-gob,workers=4,chunk=64

flags:
`

// factorCommand is its row in the table of commands.
var factorCommand = command{
	name:    "factor",
	usage:   "[-strategy SPEC] [-dir DIR] [-skip-bad] [-stats] [FILE...]",
	summary: "numbers in, their prime factors out, as GNU factor prints them",
	examples: []example{
		{"echo 360 97 | handoff factor", `Prints "360: 2 2 2 3 3 5" and "97: 97".`},
		{"seq 1 1000 | handoff factor -strategy process-gob,workers=2", "Has two worker processes compute, fed through pipes."},
		{"handoff factor -strategy shared-file -dir . -stats numbers.txt", "Hands over through files in this directory, and says what that cost."},
		{"handoff factor -skip-bad numbers.txt notes.txt", "Reports what is not a number, and goes on."},
	},
	run: runFactor,
}

// runFactor is the subcommand factor: a filter from numbers to factors, through
// any strategy. An interrupt ends the input; a second one ends the computing.
func runFactor(stdout, stderr io.Writer, args []string) error {
	f := filter{stdin: os.Stdin, stderr: &oneAtATime{w: stderr}}
	flags := f.flags()
	if err := parse(flags, args, stdout, factorUsage); err != nil {
		return err
	}
	f.files = flags.Args()
	signals := make(chan os.Signal, 2)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
	defer signal.Stop(signals)
	if err := f.run(stdout, signals); err != nil {
		return fmt.Errorf("factor: %w", err)
	}
	return nil
}

// filter is one run of the command.
type filter struct {
	spec    strategies.Spec
	dir     string
	skipBad bool
	stats   bool
	files   []string // none: stdin

	stdin  io.Reader
	stderr io.Writer // may be written to by several goroutines

	answered int
	failed   int
}

func (f *filter) flags() *flag.FlagSet {
	flags := newFlags("factor")
	f.spec = strategies.MustParse("goroutines")
	flags.Func("strategy", "compute by `SPEC` (default goroutines)", func(text string) (err error) {
		f.spec, err = strategies.Parse(text)
		return err
	})
	flags.StringVar(&f.dir, "dir", "", "have shared-file put its files into `DIR` (default the temporary directory)")
	flags.BoolVar(&f.skipBad, "skip-bad", false, "report what is not a number and go on, with exit code 1 at the end")
	flags.BoolVar(&f.stats, "stats", false, "say on standard error what the strategy spent")
	return flags
}

// errInterrupted ends the computing at the second signal.
var errInterrupted = errors.New("interrupted twice")

// run opens the pool, streams the numbers through it and closes it.
func (f *filter) run(stdout io.Writer, signals <-chan os.Signal) error {
	ctx, cancel := context.WithCancelCause(context.Background())
	defer cancel(nil)
	in := newIntake(f)
	go in.watch(ctx, signals, cancel)

	options := []strategies.Option{strategies.WithStderr(f.stderr)}
	if f.dir != "" {
		options = append(options, strategies.WithDir(f.dir))
	}
	pool, err := strategies.Open(ctx, factor.Number.Factor, f.spec, options...)
	if err != nil {
		return err
	}
	defer pool.Close()
	go in.read()
	started := time.Now()
	out := factor.NewWriter(stdout)
	err = f.each(pool.Stream(ctx, in.numbers()), in, out)
	if closed := out.Close(); err == nil {
		err = closed
	}
	f.tell(pool.Stats(), time.Since(started))
	return f.verdict(err, in)
}

// each writes the results until the stream or the reader of the output ends.
func (f *filter) each(results iter.Seq2[[]uint64, error], in *intake, out *factor.Writer) error {
	for factors, err := range results {
		var item *strategies.ItemError
		switch {
		case errors.As(err, &item):
			f.failed++
			fmt.Fprintf(f.stderr, "handoff factor: %d: %v\n", in.waiting.pop(), item.Err)
			continue
		case err != nil:
			return err
		}
		if err := out.Write(in.waiting.pop(), factors); err != nil {
			return err
		}
		f.answered++
	}
	return nil
}

// verdict is the error of the whole run; everything that could be answered has
// been printed.
func (f *filter) verdict(err error, in *intake) error {
	switch {
	case err != nil:
		return err
	case in.err() != nil:
		return in.err()
	case f.failed > 0:
		return exitError{exitFailed, fmt.Errorf("%d of the numbers could not be factored", f.failed)}
	case in.skipped() > 0:
		return exitError{exitFailed, fmt.Errorf("%d of the words were skipped", in.skipped())}
	}
	return nil
}

// tell reports lost workers always, and what was spent if asked to.
func (f *filter) tell(s strategies.Stats, took time.Duration) {
	if s.Deaths > 0 {
		fmt.Fprintf(f.stderr, "handoff factor: workers were lost %d times and started again %d times; %d numbers were sent again\n",
			s.Deaths, s.Restarts, s.Retries)
	}
	if !f.stats {
		return
	}
	fmt.Fprintf(f.stderr, "%s: %d numbers in %v\n", s.Spec, f.answered, took.Round(time.Microsecond))
	for i, w := range s.Workers {
		fmt.Fprintf(f.stderr, "worker %d: %s\n", i, phaseText(w.Lane))
	}
	if !s.Spec.InProcess() {
		fmt.Fprintf(f.stderr, "coordinator: %s\n", phaseText(s.Sender.Add(s.Receiver)))
		fmt.Fprintf(f.stderr, "%d chunks, %d frames, %d bytes of numbers and factors\n", s.Chunks, s.Frames, s.Wire)
	}
}

// phaseText lists the phases that took time.
func phaseText(p strategies.Phases) string {
	var parts []string
	for _, phase := range []struct {
		name string
		took time.Duration
	}{{"compute", p.Compute}, {"encode", p.Encode}, {"transfer", p.Transfer}, {"decode", p.Decode}, {"wait", p.Wait}} {
		if took := phase.took.Round(time.Microsecond); took > 0 {
			parts = append(parts, fmt.Sprintf("%s %v", phase.name, took))
		}
	}
	return strings.Join(parts, ", ")
}

// oneAtATime lets several goroutines write to w.
type oneAtATime struct {
	mu sync.Mutex
	w  io.Writer
}

func (o *oneAtATime) Write(p []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.w.Write(p)
}
