package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"path/filepath"

	"github.com/handoff-go/handoff/report"
	"github.com/handoff-go/handoff/report/record"
)

const reportUsage = `usage: handoff report [-o DIR] [-mixed] RUN
       handoff report [-o DIR] [-mixed] A B
       handoff report [-o DIR] TRACE.json

Makes tables and pictures of a recorded run. RUN is a run's folder, or any file
in the Go benchmark format. The table goes to standard output; summary.md,
plots/ and the page index.html are written beside the file that was read. "-" is
standard input; of that, and of a pipe, they are written only where -o says. What
another program has written is never written over.

Two runs are put side by side, such as those of two machines or two commits,
without a verdict. Their table goes to standard output; summary.md and
index.html are written only where -o says.

Of a trace, which "handoff profile -trace" records, the timeline is drawn again.

`

// reportCommand is its row in the table of commands.
var reportCommand = command{
	name:    "report",
	usage:   "[-o DIR] [-mixed] RUN | A B",
	summary: "make tables, pictures and a page of a recorded run, or put two side by side",
	examples: []example{
		{"handoff report results/baseline", "Prints the table, and writes summary.md, index.html and plots/ into the run's folder."},
		{"handoff report -o /tmp/both results/baseline bench.txt", "Prints both runs side by side, and makes a page of them."},
		{"handoff report -o /tmp/seen bench.txt", `Reads what "go test -bench" printed.`},
	},
	run: runReport,
}

// runReport is the subcommand report: read one run or two, print tables, write
// pages and plots. Warnings are no errors; what cannot be read or written is.
func runReport(stdout, stderr io.Writer, args []string) error {
	flags := newFlags("report")
	out := flags.String("o", "", "write files into `DIR` instead")
	mixed := flags.Bool("mixed", false, "allow a file with samples of several machines")
	if err := parse(flags, args, stdout, reportUsage); err != nil {
		return err
	}
	if n := flags.NArg(); n != 1 && n != 2 {
		return fmt.Errorf("report: got %d arguments, want one or two: runs' folders or files in the Go benchmark format", n)
	}
	ctx, stop := untilAsked()
	defer stop()
	r := reporting{ctx: ctx, stdout: stdout, stderr: stderr, out: *out}
	if err := interruptible(ctx, "nothing was written", func() error { return r.files(flags.Args(), *mixed) }); err != nil {
		return fmt.Errorf("report: %w", err)
	}
	return nil
}

// reporting is one call of the subcommand.
type reporting struct {
	ctx            context.Context // that ends when somebody asks for it
	stdout, stderr io.Writer
	out            string // folder, "" for that of what is read
}

// files reports a trace, or one run or two.
func (r reporting) files(paths []string, mixed bool) error {
	if filepath.Ext(paths[0]) == report.TraceSuffix && len(paths) == 1 && !record.IsEvents(paths[0]) {
		return r.trace(paths[0])
	}
	if len(paths) == 2 && paths[0] == record.Stdin && paths[1] == record.Stdin {
		return errors.New("- and -: standard input can be one of the two only")
	}
	runs, err := openRuns(paths, mixed)
	if err != nil {
		return err
	}
	return r.runs(runs)
}

// openRuns reads the runs, each of one machine unless mixed.
func openRuns(paths []string, mixed bool) ([]*record.Run, error) {
	runs := make([]*record.Run, len(paths))
	for i, path := range paths {
		run, err := record.Open(path)
		if err != nil {
			return nil, err
		}
		if err := record.OneMachine(run); err != nil && !mixed {
			return nil, fmt.Errorf("%w: give each machine a file of its own and put them side by side with \"handoff report A B\", or ask for one report of all with -mixed", err)
		}
		runs[i] = run
	}
	return runs, nil
}

// runs prints the report of one run or two and writes its files; where no folder was
// named, those of one run go beside its file, if that is in a folder, and those of two
// nowhere.
func (r reporting) runs(runs []*record.Run) error {
	if len(runs) == 2 {
		return r.publish(report.NewBeside(runs[0], runs[1]))
	}
	if r.out == "" && record.IsFile(runs[0].Path) {
		r.out = filepath.Dir(runs[0].Path)
	}
	return r.publish(report.New(runs[0]))
}

// account is what is said about something that was recorded.
type account interface {
	Text() string
	WriteContext(ctx context.Context, dir string) ([]string, error)
}

// publish writes the files of an account, if there is a folder for them, and prints it.
// The files come first: who reads no further than the first lines has them all the same.
// Files that cannot be written are no reason to print nothing.
func (r reporting) publish(a account) error {
	var kept error
	if r.out != "" {
		var paths []string
		paths, kept = a.WriteContext(r.ctx, r.out)
		defer func() {
			for _, p := range paths {
				fmt.Fprintln(r.stderr, "wrote", p)
			}
		}()
	}
	if _, err := io.WriteString(r.stdout, a.Text()); err != nil && kept == nil {
		return err
	}
	return kept
}
