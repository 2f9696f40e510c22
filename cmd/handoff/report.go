package main

import (
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
plots/ and the page index.html are written beside the file that was read.

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
	if err := reportFiles(stdout, stderr, flags.Args(), *mixed, *out); err != nil {
		return fmt.Errorf("report: %w", err)
	}
	return nil
}

// reportFiles reports a trace, or one run or two.
func reportFiles(stdout, stderr io.Writer, paths []string, mixed bool, out string) error {
	if filepath.Ext(paths[0]) == report.TraceSuffix && len(paths) == 1 && !record.IsEvents(paths[0]) {
		return reportTrace(stdout, stderr, paths[0], out)
	}
	runs, err := openRuns(paths, mixed)
	if err != nil {
		return err
	}
	return writeReport(stdout, stderr, runs, out)
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

// writeReport prints the report of one run or two and writes its files into
// out; without out, those of one run go beside it and those of two nowhere.
func writeReport(stdout, stderr io.Writer, runs []*record.Run, out string) error {
	if len(runs) == 2 {
		return publish(stdout, stderr, report.NewBeside(runs[0], runs[1]), out)
	}
	if out == "" {
		out = filepath.Dir(runs[0].Path)
	}
	return publish(stdout, stderr, report.New(runs[0]), out)
}

// account is what is said about something that was recorded.
type account interface {
	Text() string
	Write(dir string) ([]string, error)
}

// publish prints an account, and writes its files into out unless that is "".
func publish(stdout, stderr io.Writer, r account, out string) error {
	if _, err := io.WriteString(stdout, r.Text()); err != nil || out == "" {
		return err
	}
	paths, err := r.Write(out)
	for _, p := range paths {
		fmt.Fprintln(stderr, "wrote", p)
	}
	return err
}
