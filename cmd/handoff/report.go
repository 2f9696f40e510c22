package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"path/filepath"

	"github.com/handoff-go/handoff/report"
	"github.com/handoff-go/handoff/report/record"
)

const reportUsage = `usage: handoff report [-o DIR] RUN

Makes tables and pictures of a recorded run. RUN is a run's folder, or any file
in the Go benchmark format. The table goes to standard output; summary.md and
plots/ are written beside the file that was read.

`

// runReport is the subcommand report: read a run, print its tables, write
// summary.md and plots. Warnings are no errors; what cannot be read or written is.
func runReport(stdout, stderr io.Writer, args []string) error {
	flags := flag.NewFlagSet("report", flag.ContinueOnError)
	flags.SetOutput(io.Discard) // main prints the error, once
	out := flags.String("o", "", "write summary.md and plots/ into `DIR` instead")
	switch err := flags.Parse(args); {
	case errors.Is(err, flag.ErrHelp):
		flags.SetOutput(stdout)
		fmt.Fprint(stdout, reportUsage)
		flags.PrintDefaults()
		return nil
	case err != nil:
		return fmt.Errorf("report: %w", err)
	}
	if flags.NArg() != 1 {
		return fmt.Errorf("report: got %d arguments, want one: a run's folder or a file in the Go benchmark format", flags.NArg())
	}
	return reportRun(stdout, stderr, flags.Arg(0), *out)
}

func reportRun(stdout, stderr io.Writer, path, out string) error {
	run, err := record.Open(path)
	if err != nil {
		return fmt.Errorf("report: %w", err)
	}
	r := report.New(run)
	if out == "" {
		out = filepath.Dir(run.Path)
	}
	if _, err := io.WriteString(stdout, r.Text()); err != nil {
		return fmt.Errorf("report: %w", err)
	}
	paths, err := r.Write(out)
	for _, p := range paths {
		fmt.Fprintln(stderr, "wrote", p)
	}
	if err != nil {
		return fmt.Errorf("report: %w", err)
	}
	return nil
}
