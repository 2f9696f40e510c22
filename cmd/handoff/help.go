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

// commands is the table of all subcommands; the row of each stands with what runs
// it. It is a function because help reads it.
func commands() []command {
	return []command{factorCommand, runCommand, reportCommand, compareCommand, selfcheckCommand, profileCommand, helpCommand()}
}

// helpCommand is the row of help, which reads the table.
func helpCommand() command {
	return command{
		name:    "help",
		usage:   "[COMMAND]",
		summary: "say what a command does, with its flags and examples",
		examples: []example{
			{"handoff help factor", "Prints the help of the command factor."},
		},
		run: runHelp,
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
