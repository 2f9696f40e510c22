package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/handoff-go/handoff/bench/runner"
	"github.com/handoff-go/handoff/report/record"
	"github.com/handoff-go/handoff/report/verdict"
)

const selfcheckUsage = `usage: handoff selfcheck [-full] [-C DIR] [-o DIR] [-floors FILE]

Finds out what verdicts of handoff compare can be trusted on this machine. It
compares handoff's own benchmarks with themselves, the same binary and one that
was linked in another order, and then with a binary that is slower by a known
amount, as a whole and in one phase. It prints false alarms, what was found and
what was missed, and keeps the machine's noise floor, which later comparisons
use. Run it in a clone of handoff while nothing else runs.

It takes three minutes; with -full, as many comparisons as the project's own
claims are about, it takes an hour and a half. With -o, all samples and the table
are kept, and an interrupted check goes on from there. It tells what there is
when it is interrupted.

`

// checking is one call of the subcommand.
type checking struct {
	config runner.Config
	full   bool
	out    string // "" for nowhere: samples go to a temporary directory
	floors string // file

	stderr   io.Writer
	measured []measured
	about    verdict.About
}

// tableFile is where the table goes in the folder of -o.
const tableFile = "selfcheck.txt"

// selfcheckCommand is its row in the table of commands.
var selfcheckCommand = command{
	name:    "selfcheck",
	usage:   "[-full] [-C DIR] [-o DIR] [-floors FILE]",
	summary: "find out what comparisons can be trusted with on this machine",
	examples: []example{
		{"handoff selfcheck", "Takes three minutes, and keeps the noise floor for later comparisons."},
		{"handoff selfcheck -full -o results/selfcheck", "Takes an hour and a half, and keeps all samples."},
	},
	run: runSelfcheck,
}

// runSelfcheck is the subcommand selfcheck.
func runSelfcheck(stdout, stderr io.Writer, args []string) error {
	c := &checking{stderr: stderr}
	flags := c.flags()
	if err := parseOnly(flags, args, stdout, selfcheckUsage+"flags:\n"); err != nil {
		return err
	}
	ctx, stop := untilAsked()
	defer stop()
	if err := c.run(ctx, stdout); err != nil {
		return fmt.Errorf("selfcheck: %w", err)
	}
	return nil
}

func (c *checking) flags() *flag.FlagSet {
	flags := newFlags("selfcheck")
	flags.BoolVar(&c.full, "full", false, "make as many comparisons as the claims are about")
	flags.StringVar(&c.config.Dir, "C", "", "build the benchmarks of the clone in directory `DIR`")
	flags.StringVar(&c.out, "o", "", "keep samples and table in folder `DIR`, and go on with what is there")
	flags.StringVar(&c.floors, "floors", "", "keep the noise floors in `FILE` (default this user's, which handoff compare reads)")
	flags.DurationVar(&c.config.Timeout, "timeout", time.Minute, "give up when one sample takes longer than `T`")
	return flags
}

// run makes all trials, prints what came of them and keeps the floors.
func (c *checking) run(ctx context.Context, stdout io.Writer) error {
	if c.floors == "" {
		path, err := userFloors()
		if err != nil {
			return fmt.Errorf("no place for the floors: %w: name one by -floors FILE", err)
		}
		c.floors = path
	}
	if err := writable("-floors", c.floors); err != nil {
		return err
	}
	if _, err := verdict.ReadFloors(c.floors, ""); err != nil {
		return err
	}
	folder := c.out
	if folder == "" {
		temp, remove, err := runner.TempDir()
		if err != nil {
			return err
		}
		defer remove()
		folder = temp
	} else if err := writable("-o", filepath.Join(folder, tableFile)); err != nil {
		return err
	}
	return c.finish(stdout, c.tryAll(ctx, folder))
}

// finish concludes from what there is, also where the trials were interrupted.
func (c *checking) finish(stdout io.Writer, err error) error {
	if len(c.measured) == 0 {
		return err
	}
	return errors.Join(c.conclude(stdout), err)
}

// tryAll makes the trials one after the other.
func (c *checking) tryAll(ctx context.Context, folder string) error {
	trials := trialsOf(c.full)
	for i, t := range trials {
		fmt.Fprintf(c.stderr, "%d of %d: %s\n", i+1, len(trials), t.name)
		switch err := c.try(ctx, t, filepath.Join(folder, c.folderOf(t))); {
		case err != nil && i > 0:
			return fmt.Errorf("after %d of %d comparisons: %w", i, len(trials), err)
		case err != nil:
			return err
		}
	}
	return nil
}

// folderOf names a trial's samples. A quick check and a full one share none: their
// cells and rounds differ.
func (c *checking) folderOf(t trial) string {
	mode := map[bool]string{false: "quick", true: "full"}[c.full]
	return fmt.Sprintf("%s-%s-%d", mode, t.folder, t.number)
}

// try makes the comparison of a trial and books what it measured.
func (c *checking) try(ctx context.Context, t trial, dir string) error {
	config := c.config
	config.Bench, config.Rounds, config.Seed, config.Out = t.bench, t.rounds, t.seed, dir
	config.Progress = c.stderr
	done, err := runner.Compare(ctx, runner.Comparison{Config: config, Head: runner.Source{Flags: t.flags, Env: t.env()}})
	switch {
	case err == nil && len(done.Failed) > 0:
		return fmt.Errorf("not measured, or not to the end: %s", strings.Join(done.Failed, "; "))
	case err == nil:
		return c.book(t, done)
	case c.out != "" && done.Dir != "":
		return fmt.Errorf("%w\nthe samples before that are kept: go on with the same command", err)
	}
	return err
}

// book reads what a trial has measured.
func (c *checking) book(t trial, done runner.Compared) error {
	base, err := record.Open(done.Base)
	if err != nil {
		return err
	}
	head, err := record.Open(done.Head)
	if err != nil {
		return err
	}
	rows, design, err := verdict.Rows(base, head, t.metrics())
	if err != nil {
		return err
	}
	c.about = aboutOf(base, head)
	c.measured = append(c.measured, measured{t, rows, design})
	return nil
}

// measured is a trial that has been made.
type measured struct {
	trial
	rows   []verdict.Row
	design verdict.Design
}

// judge judges by the threshold that the claims are about.
func (m measured) judge(floors *verdict.Floors) *verdict.Table {
	return verdict.Judge(m.rows, verdict.Rules{Threshold: verdict.DefaultThreshold, Floors: floors, Design: m.design})
}

// judgeAll tallies all trials. A relinked binary is judged by the floors that the
// others teach, so that no table is excused by itself; the same binary as if
// nothing was known; what is slower by the floors of all.
func (c *checking) judgeAll() (counted tally, floors *verdict.Floors) {
	floors = learn(c.measured, -1)
	for i, m := range c.measured {
		switch {
		case m.relinked():
			counted.add(m.trial, m.judge(learn(c.measured, i)))
		case m.identical():
			counted.add(m.trial, m.judge(nil))
		default:
			counted.add(m.trial, m.judge(floors))
		}
	}
	return counted, floors
}

// learn makes the floors from all relinked binaries but one. Where the canary moved,
// something else than the layout was measured.
func learn(all []measured, but int) *verdict.Floors {
	floors := &verdict.Floors{}
	for i, m := range all {
		if i == but || !m.relinked() {
			continue
		}
		if t := m.judge(nil); !t.Void {
			floors.Learn(t)
		}
	}
	return floors
}

// keep writes the floors, unless there are some of this machine that more
// comparisons taught: a quick check is not to undo what -full has learnt.
func (c *checking) keep(floors *verdict.Floors) error {
	have, err := verdict.ReadFloors(c.floors, floors.Machine)
	switch {
	case err != nil:
		return err
	case floors.Tables == 0:
		fmt.Fprintln(c.stderr, "nothing was learnt of this machine's noise floors: the canary moved in each comparison of a relinked binary")
		return nil
	case have != nil && have.Tables > floors.Tables:
		fmt.Fprintf(c.stderr, "the noise floors in %s stay: %d comparisons taught them, and this check made %d\n", c.floors, have.Tables, floors.Tables)
		return nil
	}
	if err := verdict.WriteFloors(c.floors, floors); err != nil {
		return err
	}
	fmt.Fprintf(c.stderr, "the noise floors of this machine are in %s\n", c.floors)
	return nil
}

// conclude prints the table and writes it, and the floors, where they belong.
func (c *checking) conclude(stdout io.Writer) error {
	counted, floors := c.judgeAll()
	floors.Machine, floors.Date = c.about.Machine, c.about.Date
	if err := c.keep(floors); err != nil {
		return err
	}
	text := counted.text(c.about, floors)
	if _, err := io.WriteString(stdout, text); err != nil {
		return err
	}
	if c.out == "" {
		return nil
	}
	return os.WriteFile(filepath.Join(c.out, tableFile), []byte(text), 0o644)
}
