package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"io/fs"
	"strconv"
	"strings"
	"time"

	"github.com/handoff-go/handoff/bench/runner"
)

const runUsage = `usage: handoff run [-suite NAME] [-rounds N] [-o DIR]
       handoff run [-C DIR] -pkg PKG [-bench RE] [-rounds N] [-o DIR]

Measures benchmarks and records the samples: each is one measurement of one
cell by one fresh process, in rounds of shuffled order. The first form takes
a suite of handoff's own benchmarks, the second any package's. The samples go
to bench.txt in the run's folder as they come; the folder's name goes to
standard output. An interrupted run goes on with handoff run -o DIR.

A benchmark that fails, panics, hangs or prints NaN costs its own row: the others
are measured, and the exit code is 1.

suites:
`

// runCommand is its row in the table of commands.
var runCommand = command{
	name:    "run",
	usage:   "[-suite quick|default|full] [-C DIR] [-pkg P] [-bench RE] [-rounds N] [-o DIR]",
	summary: "measure benchmarks in rounds of fresh processes, and record every sample",
	examples: []example{
		{"handoff run -suite quick", "Takes under a minute; not for comparison."},
		{"handoff run -C ../mine -pkg ./resize -bench Resize -rounds 10", "Measures the benchmarks of another package."},
	},
	run: runRun,
}

// runRun is the subcommand run: measure a suite, or any package's benchmarks,
// and print the folder that holds the samples. An interrupt ends it with an
// error that says how to go on.
func runRun(stdout, stderr io.Writer, args []string) error {
	config := runner.Config{Progress: stderr}
	flags, list := runFlags(&config)
	if err := parseOnly(flags, args, stdout, runUsage+suitesUsage()+"\nflags:\n"); err != nil {
		return err
	}
	ctx, stop := untilAsked()
	defer stop()
	if *list {
		return listCells(ctx, stdout, config)
	}
	dir, err := runner.Run(ctx, config)
	var incomplete *runner.IncompleteError
	if errors.As(err, &incomplete) && dir != "" {
		if _, err := fmt.Fprintln(stdout, dir); err != nil {
			return err
		}
		return exitError{exitFailed, fmt.Errorf("run: %w\nall others are in %s: handoff run -o %s%s tries these again", err, dir, runner.Quoted(dir), repeated(flags, "C", "timeout"))}
	}
	if err != nil {
		return fmt.Errorf("run: %w%s", err, howToGoOn("run", dir, repeated(flags, "C", "timeout"), err))
	}
	_, err = fmt.Fprintln(stdout, dir)
	return err
}

// runFlags makes the flag set, which fills in c.
func runFlags(c *runner.Config) (flags *flag.FlagSet, list *bool) {
	flags = newFlags("run")
	measureFlags(flags, c, "default")
	flags.StringVar(&c.Benchtime, "benchtime", "", "make each sample of `N`x iterations, or of a time such as 500ms (default 1x for handoff's own, else as many as take 0.15 s, found out once)")
	return flags, flags.Bool("list", false, "print the names of the cells, measure nothing")
}

// measureFlags are those of all commands that take samples.
func measureFlags(flags *flag.FlagSet, c *runner.Config, suite string) {
	flags.StringVar(&c.Suite, "suite", "", fmt.Sprintf("measure the suite `NAME` (default %q)", suite))
	flags.StringVar(&c.Dir, "C", "", "look for the packages from directory `DIR`")
	flags.StringVar(&c.Package, "pkg", "", "measure the benchmarks of package `PKG`: an import path, ./DIR or ./... (default handoff's own)")
	flags.StringVar(&c.Bench, "bench", "", "measure the benchmarks that match `RE`, as go test -bench does")
	flags.DurationVar(&c.Timeout, "timeout", time.Minute, "give up when one sample takes longer than `T`")
	flags.StringVar(&c.Out, "o", "", "record into folder `DIR`, or go on with the unfinished run there (default a new folder in results)")
	flags.Func("rounds", "take `N` samples of each cell (default what the suite says, else 10)", func(s string) error {
		n, err := strconv.Atoi(s)
		if c.Rounds = n; err != nil || n < 1 {
			return errors.New("want a whole number from 1")
		}
		return nil
	})
	flags.Func("seed", "shuffle the rounds by seed `S` (default 1)", func(s string) error {
		n, err := strconv.ParseUint(s, 10, 64)
		if c.Seed = n; err != nil || n < 1 {
			return errors.New("want a whole number from 1")
		}
		return nil
	})
}

// suitesUsage lists the suites, a line each.
func suitesUsage() string {
	var text strings.Builder
	for _, s := range runner.Suites() {
		fmt.Fprintf(&text, "  %-8s %d rounds", s.Name, s.Rounds)
		if s.Budget > 0 {
			fmt.Fprintf(&text, ", at most %.0f s on 2 CPUs", s.Budget.Seconds())
		}
		if s.Note != "" {
			fmt.Fprintf(&text, "; %s", s.Note)
		}
		text.WriteString("\n")
	}
	return text.String()
}

func listCells(ctx context.Context, stdout io.Writer, config runner.Config) error {
	cells, err := runner.List(ctx, config)
	if err != nil {
		return fmt.Errorf("run: %w", err)
	}
	_, err = fmt.Fprintln(stdout, strings.Join(cells, "\n"))
	return err
}

// howToGoOn is the end of the message for a run or a comparison that stopped with
// samples recorded. flags are those that the record does not hold.
func howToGoOn(verb, dir, flags string, err error) string {
	var interrupted *runner.InterruptedError
	var file *fs.PathError
	full := errors.As(err, &file) && file.Op == "write"
	if dir == "" || !full && !errors.As(err, &interrupted) {
		return ""
	}
	return "\nthe samples before that are kept: go on with handoff " + verb + " -o " + runner.Quoted(dir) + flags
}
