package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"slices"
	"strings"
	"syscall"
	"time"

	"github.com/handoff-go/handoff/bench/runner"
)

// newFlags returns an empty flag set for a subcommand. It prints nothing by
// itself: main prints the error, once.
func newFlags(name string) *flag.FlagSet {
	flags := flag.NewFlagSet(name, flag.ContinueOnError)
	flags.SetOutput(io.Discard)
	return flags
}

// parse reads a subcommand's arguments. Who asks for help gets usage and the
// flags on stdout; the error is then flag.ErrHelp, which is no failure.
func parse(flags *flag.FlagSet, args []string, stdout io.Writer, usage string) error {
	err := flags.Parse(args)
	if errors.Is(err, flag.ErrHelp) {
		flags.SetOutput(stdout)
		fmt.Fprint(stdout, usage)
		flags.PrintDefaults()
		return err
	}
	if err != nil {
		return fmt.Errorf("%s: %w", flags.Name(), err)
	}
	return nil
}

// parseOnly is parse for a subcommand that takes flags and nothing else.
func parseOnly(flags *flag.FlagSet, args []string, stdout io.Writer, usage string) error {
	if err := parse(flags, args, stdout, usage); err != nil {
		return err
	}
	if flags.NArg() > 0 {
		return fmt.Errorf("%s: unexpected argument %q: want flags only", flags.Name(), flags.Arg(0))
	}
	return nil
}

// textFlag is a flag that can be spelt again as it was given.
type textFlag struct {
	text string
	set  func(string) error
}

func (f *textFlag) String() string { return f.text }

func (f *textFlag) Set(s string) error {
	f.text = s
	return f.set(s)
}

// repeated spells those flags of these names that were given, with a blank before
// each, for a shell.
func repeated(flags *flag.FlagSet, names ...string) string {
	var text strings.Builder
	flags.Visit(func(f *flag.Flag) {
		if slices.Contains(names, f.Name) {
			fmt.Fprintf(&text, " -%s %s", f.Name, runner.Quoted(f.Value.String()))
		}
	})
	return text.String()
}

// untilAsked returns a context that ends when somebody asks the command to end.
func untilAsked() (context.Context, context.CancelFunc) {
	return signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)
}

// interruptible runs what reads, computes and draws, and returns as soon as somebody asks
// the command to end: a pipe that nobody writes to cannot be asked, nor can a long loop.
// What is being written then is written as a whole or not at all, see [wholefile.WriteOwn];
// main ends, and work with it. left says what became of the rest.
func interruptible(ctx context.Context, left string, work func() error) error {
	done := make(chan error, 1)
	go func() { done <- work() }()
	select {
	case err := <-done:
		return err
	case <-ctx.Done():
	}
	select {
	case err := <-done: // it was as good as done, or it heard of it
		if err == nil || !errors.Is(err, context.Canceled) {
			return err
		}
	case <-time.After(graceToWrite):
	}
	return fmt.Errorf("interrupted: %s", left)
}

// graceToWrite is how long files that are whole have to get their names.
const graceToWrite = 400 * time.Millisecond
