// Command handoff factors numbers through interchangeable strategies, measures
// what each of them costs, and draws the result. "handoff help" says how.
package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"

	"github.com/handoff-go/handoff/strategies"
)

func main() {
	strategies.Init()
	// Written to, a pipe without a reader is to be an error, not a death that
	// leaves things behind.
	signal.Notify(make(chan os.Signal, 1), syscall.SIGPIPE)
	os.Exit(status(os.Stderr, run(os.Stdout, os.Stderr, os.Args[1:])))
}

// Exit codes.
const (
	exitFine         = 0
	exitFailed       = 1 // an item failed, or a regression was found
	exitUnable       = 2 // could not run, read or measure
	exitInconclusive = 3 // not enough was measured to say
)

// exitError is an error with an exit code of its own; err may be nil when all
// is said. Any other error is exit code 2.
type exitError struct {
	code int
	err  error
}

func (e exitError) Error() string {
	if e.err == nil {
		return fmt.Sprintf("exit code %d", e.code)
	}
	return e.err.Error()
}

func (e exitError) Unwrap() error { return e.err }

// run runs the command that args name. It may be called in a test; what the
// commands print is stdout's, warnings and progress are stderr's.
func run(stdout, stderr io.Writer, args []string) error {
	if len(args) == 0 {
		writeOverview(stderr)
		return exitError{code: exitUnable}
	}
	if isHelpFlag(args[0]) {
		return writeOverview(stdout)
	}
	c, err := find(args[0])
	if err != nil {
		return fmt.Errorf("handoff: %w", err)
	}
	if err := c.run(stdout, stderr, args[1:]); err != nil && !errors.Is(err, flag.ErrHelp) {
		return fmt.Errorf("handoff %w", err)
	}
	return nil
}

// status prints what is to be said of err, one line unless it brings more, and
// returns the exit code. A reader that went away wanted no more: that is fine.
func status(stderr io.Writer, err error) int {
	var exit exitError
	switch {
	case err == nil, errors.Is(err, syscall.EPIPE):
		return exitFine
	case !errors.As(err, &exit):
		exit = exitError{exitUnable, err}
	}
	if exit.err != nil {
		fmt.Fprintln(stderr, err)
	}
	return exit.code
}
