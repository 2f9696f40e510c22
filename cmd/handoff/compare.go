package main

import (
	"cmp"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"

	"github.com/handoff-go/handoff/bench/runner"
	"github.com/handoff-go/handoff/internal/wholefile"
	"github.com/handoff-go/handoff/report/record"
	"github.com/handoff-go/handoff/report/verdict"
)

const compareUsage = `usage: handoff compare [flags] BASE HEAD
       handoff compare [flags] -o DIR
       handoff compare [flags] DIR

Says of each benchmark whether HEAD is slower than BASE, faster or the same, so
that a build may fail for it. BASE and HEAD are git revisions, which are built
in worktrees beside the checkout, or test binaries (go test -c): both are sampled
in the same rounds, each sample by a fresh process. "." stands for the sources as
they are, with what is not committed. They may also be recorded files or folders:
then what they allow is compared. The second form goes on with
an interrupted comparison, the third judges a finished one again.

Without -pkg, handoff's own benchmarks are measured; with it, those of any Go
module. The verdicts go to standard output and, with plots and all samples, into
the comparison's folder.

What both sides have is judged; benchmarks that only one side has are listed. One
that fails on a side costs its own row: the exit code is then 2, unless the others
have a regression.

Exit codes: 0 pass, 1 a regression that the gate does not tolerate, 2 could not
measure or read, 3 inconclusive.

`

// comparing is one call of the subcommand.
type comparing struct {
	runner.Comparison
	judging
	args  []string
	width float64 // 0: the rounds are fixed

	stdout, stderr io.Writer
}

// judging is how samples are judged and verdicts are shown.
type judging struct {
	rules  verdict.Rules
	floors string // file; "" for the user's own
	format string
	given  *flag.FlagSet
	failed []string // benchmarks that could not be measured
}

// compareCommand is its row in the table of commands.
var compareCommand = command{
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
}

// judgingFlags say how to judge what was measured.
var judgingFlags = []string{"gate", "gone", "threshold", "alpha", "floors", "format"}

// When to stop measuring.
const (
	maxFlag   = "max"
	widthFlag = "width"
)

// runCompare is the subcommand compare: sample two sides or read them, judge,
// and let the exit code tell.
func runCompare(stdout, stderr io.Writer, args []string) error {
	c := &comparing{stdout: stdout, stderr: stderr}
	c.Progress = stderr
	flags := c.flags()
	if err := parse(flags, args, stdout, compareUsage+"flags:\n"); err != nil {
		return err
	}
	c.args = flags.Args()
	ctx, stop := untilAsked()
	defer stop()
	if err := c.run(ctx); err != nil {
		return fmt.Errorf("compare: %w", err)
	}
	return nil
}

func (c *comparing) flags() *flag.FlagSet {
	flags := newFlags("compare")
	measureFlags(flags, &c.Config, "compare")
	flags.StringVar(&c.Benchtime, "benchtime", "", "make each sample of `N`x iterations (default as many as take 0.15 s, found out once)")
	flags.DurationVar(&c.Max, maxFlag, 0, "stop after `T`, and answer with what there is")
	flags.Var(&textFlag{set: c.setWidth}, widthFlag, fmt.Sprintf("stop at the end of the round in which the intervals of all gated times are within ±`P`, after -rounds (default %d) at the latest", mostRounds))
	c.judging.flags(flags)
	return flags
}

func (j *judging) flags(flags *flag.FlagSet) {
	j.given = flags
	text := func(name, usage string, set func(string) error) { flags.Var(&textFlag{set: set}, name, usage) }
	text("gate", "fail by `G`: metrics, each with the growth that it tolerates, such as time=5%,wire=0,allocs=1% (default time,cpu,wire=0)", func(s string) (err error) {
		j.rules.Gate, err = verdict.ParseGate(s)
		return err
	})
	text("gone", "with `ok`, let benchmarks be missing from HEAD that the gate looks at", func(s string) error {
		j.rules.GoneOK = s == "ok"
		if !j.rules.GoneOK {
			return errors.New("want ok")
		}
		return nil
	})
	text("threshold", "take no difference below `P` for one (default 2%, without a measured noise floor 5%)", func(s string) (err error) {
		j.rules.Threshold, err = parsePart(s, 1)
		return err
	})
	text("alpha", "allow a false alarm in `P` of all tables of identical code (default 5%)", func(s string) (err error) {
		j.rules.Alpha, err = parsePart(s, 0.5)
		return err
	})
	flags.StringVar(&j.floors, "floors", "", "read the machine's noise floors from `FILE` (default what handoff selfcheck keeps for this user)")
	j.format = "text"
	text("format", "print as `F`: text, markdown or json (default text)", func(s string) error {
		if _, ok := formats[s]; !ok {
			return errors.New("want text, markdown or json")
		}
		j.format = s
		return nil
	})
}

// parsePart reads "2%" or "0.02".
func parsePart(s string, most float64) (float64, error) {
	digits, percent := strings.CutSuffix(s, "%")
	part, err := strconv.ParseFloat(digits, 64)
	if percent {
		part /= 100
	}
	if err != nil || !(part > 0 && part < most) {
		return 0, fmt.Errorf("want a share such as 2%% or 0.02, above 0 and below %g%%", 100*most)
	}
	return part, nil
}

// run finds out what is compared, and compares it.
func (c *comparing) run(ctx context.Context) error {
	sides, err := sidesOf(c.args)
	if err != nil {
		return err
	}
	if sides.recorded {
		if err := c.onlyJudges(); err != nil {
			return err
		}
		return interruptible(ctx, "nothing was judged", func() error { return c.judge(ctx, sides.base, sides.head, c.Out) })
	}
	if c.Out != "" { // to be found out before the measuring, not after it
		if err := wholefile.Check(within(c.Out, verdictFiles)); err != nil {
			return err
		}
	}
	if sides.base == "" && !begun(c.Out) {
		return errors.New("want BASE and HEAD: two git revisions, test binaries or recorded files; or -o with the folder of an interrupted comparison")
	}
	if _, err := c.floorsOf(""); err != nil { // now, and not after minutes of measuring
		return err
	}
	c.Base, c.Head = sides.sources()
	if c.width > 0 {
		c.untilNarrow()
	}
	done, err := runner.Compare(ctx, c.Comparison)
	if err != nil {
		return fmt.Errorf("%w%s", err, howToGoOn("compare", done.Dir, c.repeat(), err))
	}
	if done.OutOfTime {
		fmt.Fprintf(c.stderr, "stopped after %v with %d samples: go on with handoff compare -o %s%s\n", c.Max, done.Done, runner.Quoted(done.Dir), c.repeat())
	}
	if done.HadEnough {
		fmt.Fprintf(c.stderr, "stopped after %d rounds: all intervals are within ±%s\n", done.Done/(2*done.Cells), percentText(c.width))
	}
	if done.OutOfTime && done.Done < 2*done.Cells {
		return exitError{exitInconclusive, fmt.Errorf("inconclusive: -max %v was over before each of the %d benchmarks had been measured once", c.Max, done.Cells)}
	}
	return interruptible(ctx, "the samples are kept: judge them with handoff compare "+runner.Quoted(done.Dir), func() error {
		return c.judge(ctx, done.Base, done.Head, done.Dir)
	})
}

// setWidth reads the flag -width.
func (c *comparing) setWidth(s string) (err error) {
	c.width, err = parsePart(s, 1)
	return err
}

// mostRounds is the cap where rounds are not fixed and none is given.
const mostRounds = 60

// untilNarrow has the comparison end on the width of its intervals. A new one needs a
// cap; one that goes on has it in its record.
func (c *comparing) untilNarrow() {
	if c.Rounds == 0 && !begun(c.Out) {
		c.Rounds = mostRounds
	}
	c.Enough = func(base, head string) bool {
		table, _, err := c.table(base, head)
		return err == nil && table.Within(c.width)
	}
}

// onlyJudges refuses flags that say how to measure: these samples are there.
func (c *comparing) onlyJudges() (err error) {
	c.given.Visit(func(f *flag.Flag) {
		if f.Name != "o" && !slices.Contains(judgingFlags, f.Name) {
			err = fmt.Errorf("-%s: the samples are recorded already: want none but -o, -%s", f.Name, strings.Join(judgingFlags, ", -"))
		}
	})
	return err
}

// begun tells whether a folder holds samples of both sides.
func begun(dir string) bool {
	for _, name := range []string{runner.BaseFile, runner.HeadFile} {
		if info, err := os.Stat(filepath.Join(dir, name)); dir == "" || err != nil || info.Size() == 0 {
			return false
		}
	}
	return true
}

// repeat spells the flags with which the comparison goes on as it was begun.
func (c *comparing) repeat() string {
	return repeated(c.given, append([]string{"C", "timeout", widthFlag}, judgingFlags...)...)
}

// judge compares two recorded files. What it writes goes into dir, unless that
// is empty.
func (c *comparing) judge(ctx context.Context, base, head, dir string) error {
	table, about, err := c.table(base, head)
	if err != nil {
		return err
	}
	text, err := formats[c.format](table, about, coloured(c.stdout))
	if err != nil {
		return err
	}
	// The folder comes first, and who reads no further than the headline still gets
	// the exit code: "| head -1" must not make a regression pass.
	var kept error
	if dir != "" {
		kept = c.write(ctx, table, about, dir, base, head)
	}
	if _, err := c.stdout.Write(text); err != nil && !errors.Is(err, syscall.EPIPE) {
		return err
	}
	if kept != nil {
		return kept
	}
	return c.exit(table)
}

// exit is that of the table, unless something could not be measured and nothing worse
// was found.
func (j *judging) exit(t *verdict.Table) error {
	err := exitOf(t)
	var exit exitError
	if len(j.failed) == 0 || errors.As(err, &exit) && exit.code == exitFailed {
		return err
	}
	return exitError{exitUnable, fmt.Errorf("not measured, or not to the end: %s", strings.Join(j.failed, "; "))}
}

// exitOf makes the table's exit code an error. What is printed says why already,
// but not where nothing could be judged.
func exitOf(t *verdict.Table) error {
	switch code := t.Exit(); {
	case code == exitFine:
		return nil
	case len(t.Problems) > 0:
		return exitError{code, errors.New(strings.Join(t.Problems, "; "))}
	default:
		return exitError{code: code}
	}
}

// table reads both sides and judges them.
func (j *judging) table(basePath, headPath string) (*verdict.Table, verdict.About, error) {
	base, err := record.Open(basePath)
	if err != nil {
		return nil, verdict.About{}, err
	}
	head, err := record.Open(headPath)
	if err != nil {
		return nil, verdict.About{}, err
	}
	rules := j.rules
	if rules.Floors, err = j.floorsOf(verdict.Machine(base)); err != nil {
		return nil, verdict.About{}, err
	}
	rules.Extended = slices.Contains(base.Mixed, "rounds")
	table, err := verdict.Compare(base, head, j.metrics(), rules)
	if err != nil {
		return nil, verdict.About{}, err
	}
	about := aboutOf(base, head)
	about.Command = strings.Replace(about.Command, commandStart, commandStart+repeated(j.given, append([]string{maxFlag, widthFlag}, judgingFlags...)...), 1)
	j.failed = base.Unmeasured // both files say it
	return table, about, nil
}

// commandStart begins the command line that a comparison records.
const commandStart = "handoff compare"

// aboutOf is what the records say of themselves.
func aboutOf(base, head *record.Run) verdict.About {
	about := verdict.About{
		Base: nameOf(base), Head: nameOf(head), Machine: verdict.Machine(base), Unavailable: base.Marks["unavailable"],
		Date: base.Marks["date"], Command: base.Marks["command"], Samples: base.Path + " " + head.Path,
	}
	if base.Marks["command"] != head.Marks["command"] || !strings.HasPrefix(about.Command, commandStart) { // two runs
		about.Command = commandStart + " " + runner.Quoted(base.Path) + " " + runner.Quoted(head.Path)
	}
	return about
}

// nameOf names a side as it was asked for, and its commit.
func nameOf(run *record.Run) string {
	name, commit := cmp.Or(run.Marks["side"], run.Path), run.Marks["commit"]
	if commit == "" || run.Marks["test-binary"] != "" || strings.HasPrefix(commit, name) {
		return name
	}
	if run.Marks["dirty"] == "true" {
		commit += " with changes"
	}
	return name + " (" + commit + ")"
}

// metrics are those of the default gate, and what the gate asks for besides.
func (j *judging) metrics() []string {
	metrics := verdict.Gate{}.Metrics()
	for _, m := range j.rules.Gate.Metrics() {
		if !slices.Contains(metrics, m) {
			metrics = append(metrics, m)
		}
	}
	return metrics
}

// floorsOf returns what is known of the noise of a class of machines, nil if
// nothing is.
func (j *judging) floorsOf(machine string) (*verdict.Floors, error) {
	path := j.floors
	if path == "" {
		var err error
		if path, err = userFloors(); err != nil {
			return nil, nil // there is no place where they could be
		}
	} else if _, err := os.Stat(path); err != nil {
		return nil, fmt.Errorf("-floors %s: %w", path, err)
	}
	return verdict.ReadFloors(path, machine)
}

// userFloors is where handoff selfcheck keeps the noise floors.
func userFloors() (string, error) {
	cache, err := os.UserCacheDir()
	return filepath.Join(cache, "handoff", "floors.json"), err
}
