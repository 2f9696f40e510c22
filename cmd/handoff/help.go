package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"strings"
)

// command is a subcommand. Its run prints usage and flags for -h, and returns
// errors that begin with its name.
type command struct {
	name     string
	usage    string // what follows the name
	summary  string
	examples []example
	run      func(stdout, stderr io.Writer, args []string) error
}

// example is a line for a shell; the tests run them.
type example struct{ line, does string }

// commands is the table of all subcommands. It is a function because help
// reads it.
func commands() []command {
	return []command{
		{
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
		},
		{
			name:    "run",
			usage:   "[-suite quick|default|full] [-C DIR] [-pkg P] [-bench RE] [-rounds N] [-o DIR]",
			summary: "measure benchmarks in rounds of fresh processes, and record every sample",
			examples: []example{
				{"handoff run -suite quick", "Takes under a minute; not for comparison."},
				{"handoff run -C ../mine -pkg ./resize -bench Resize -rounds 10", "Measures the benchmarks of another package."},
			},
			run: runRun,
		},
		{
			name:    "report",
			usage:   "[-o DIR] [-mixed] RUN | A B",
			summary: "make tables, pictures and a page of a recorded run, or put two side by side",
			examples: []example{
				{"handoff report results/baseline", "Prints the table, and writes summary.md, index.html and plots/ into the run's folder."},
				{"handoff report -o /tmp/both results/baseline bench.txt", "Prints both runs side by side, and makes a page of them."},
				{"handoff report -o /tmp/seen bench.txt", `Reads what "go test -bench" printed.`},
			},
			run: runReport,
		},
		{
			name:    "compare",
			usage:   "[-C DIR] [-pkg P] [-bench RE] [-rounds N] [-max T] [-gate G] [-format F] [-o DIR] BASE HEAD",
			summary: "say whether HEAD is slower than BASE, so that a build may fail for it",
			examples: []example{
				{"handoff compare HEAD~1 HEAD", "Compares handoff's own benchmarks in two revisions, in less than four minutes."},
				{"handoff compare HEAD .", "Compares what is not committed yet with what is."},
				{"handoff compare -C ../mine -pkg ./... -bench Sort main HEAD", "Compares the benchmarks of any Go module."},
				{"handoff compare -gate wire=0,allocs=1% -format markdown old.test new.test", "Compares two test binaries; only bytes and allocations may fail."},
				{"handoff compare old.txt new.txt", `Compares what "go test -bench" printed, as far as that allows.`},
			},
			run: runCompare,
		},
		{
			name:    "selfcheck",
			usage:   "[-full] [-C DIR] [-o DIR] [-floors FILE]",
			summary: "find out what comparisons can be trusted with on this machine",
			examples: []example{
				{"handoff selfcheck", "Takes three minutes, and keeps the noise floor for later comparisons."},
				{"handoff selfcheck -full -o results/selfcheck", "Takes an hour and a half, and keeps all samples."},
			},
			run: runSelfcheck,
		},
		{
			name:    "profile",
			usage:   "[-trace] [-strategy SPEC]... [-digits N] [-shape S] [-seconds N] [-o DIR]",
			summary: "say which functions of which process the CPU time goes into",
			examples: []example{
				{"handoff profile -strategy process-gob -shape record -o results/mine", "Profiles coordinator and workers, and writes results/mine/profiles/."},
				{"handoff profile -strategy process-gob -strategy process-json -seconds 20 -precision 3", "Compares two, every share within three points."},
				{"handoff profile -trace -strategy process-gob -digits 6 -items 20000 -o mine", "Records what every lane did when, for Perfetto, and draws mine/plots/timeline.png."},
			},
			run: runProfile,
		},
		{
			name:    "help",
			usage:   "[COMMAND]",
			summary: "say what a command does, with its flags and examples",
			examples: []example{
				{"handoff help factor", "Prints the help of the command factor."},
			},
			run: runHelp,
		},
	}
}

// find returns the command of a name. The error lists them all.
func find(name string) (command, error) {
	best, distance := "", len(name)/2+1
	var names []string
	for _, c := range commands() {
		if c.name == name {
			return c, nil
		}
		names = append(names, c.name)
		if d := editDistance(name, c.name); d < distance {
			best, distance = c.name, d
		}
	}
	near := ""
	if best != "" {
		near = fmt.Sprintf(" (did you mean %q?)", best)
	}
	return command{}, fmt.Errorf("unknown command %q%s; the commands are %s", name, near, strings.Join(names, ", "))
}

// editDistance is how many bytes must be put in, taken out or replaced to make
// b of a (Levenshtein), by dynamic programming over one row.
func editDistance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			cost := diagonal
			if a[i] != b[j] {
				cost = 1 + min(diagonal, row[j], row[j+1])
			}
			diagonal, row[j+1] = row[j+1], cost
		}
	}
	return row[len(b)]
}

// runHelp is the subcommand help.
func runHelp(stdout, stderr io.Writer, args []string) error {
	switch {
	case len(args) == 0:
		return writeOverview(stdout)
	case len(args) > 1:
		return fmt.Errorf("help: got %d arguments, want the name of one command", len(args))
	case isHelpFlag(args[0]):
		_, err := fmt.Fprintln(stdout, "usage: handoff help [COMMAND]")
		return err
	}
	c, err := find(args[0])
	if err != nil {
		return fmt.Errorf("help: %w", err)
	}
	return c.writeHelp(stdout, stderr)
}

// isHelpFlag reports whether arg is how package flag lets people ask for help.
func isHelpFlag(arg string) bool {
	switch arg {
	case "-h", "--h", "-help", "--help":
		return true
	}
	return false
}

// writeOverview lists the commands.
func writeOverview(w io.Writer) error {
	var b strings.Builder
	b.WriteString("handoff measures what it costs to hand work to somebody else.\n\nusage:\n")
	for _, c := range commands() {
		fmt.Fprintf(&b, "    handoff %s %s\n        %s\n", c.name, c.usage, c.summary)
	}
	b.WriteString("\n\"handoff help COMMAND\" shows flags and examples.\n" +
		"Exit codes: 0 fine, 1 a failed item or a regression, 2 could not run, read or\nmeasure, 3 inconclusive.\n")
	_, err := io.WriteString(w, b.String())
	return err
}

// writeHelp is what the command says for -h, and its examples.
func (c command) writeHelp(stdout, stderr io.Writer) error {
	if err := c.run(stdout, stderr, []string{"-h"}); err != nil && !errors.Is(err, flag.ErrHelp) {
		return err
	}
	_, err := io.WriteString(stdout, c.exampleText())
	return err
}

func (c command) exampleText() string {
	var b strings.Builder
	b.WriteString("\nexamples:\n")
	for _, e := range c.examples {
		fmt.Fprintf(&b, "    %s\n        %s\n", e.line, e.does)
	}
	return b.String()
}
