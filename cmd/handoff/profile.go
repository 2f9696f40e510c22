package main

import (
	"cmp"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/handoff-go/handoff/bench"
	"github.com/handoff-go/handoff/bench/factor"
	"github.com/handoff-go/handoff/internal/bytesize"
	"github.com/handoff-go/handoff/internal/wholefile"
	"github.com/handoff-go/handoff/report"
	"github.com/handoff-go/handoff/report/profiles"
	"github.com/handoff-go/handoff/strategies"
)

const profileUsage = `usage: handoff profile [-strategy SPEC]... [-digits N] [-shape S] [-seconds N] [-o DIR]
       handoff profile -trace [-events N] [-strategy SPEC]... [-digits N] [-shape S] [-o DIR]

Factors numbers under a CPU profile of every process, and says which part of the
CPU time goes where: into computing, encoding, moving, decoding, the collector,
the scheduler. Each -strategy is profiled, one after the other. DIR/profiles/ gets

  NAME.cpu.pb.gz        one profile of all processes, for "go tool pprof"
  NAME.allocs.pb.gz     what they allocated
  NAME.stopwatch.pb.gz  what the stopwatches counted meanwhile, waiting included
  profiles.md           the tables that go to standard output
  flame-NAME.html       flame graphs, and of differences flame-A-vs-B.html

With -trace it records instead what every lane of coordinator and workers did
when, while the items are handed over once:

  profiles/timeline.json    for ui.perfetto.dev and chrome://tracing
  plots/timeline.png, .svg  a stretch of it; both with the strategy's name behind
                            theirs where there are several strategies

Where DIR is the folder of a recorded run, "handoff report DIR" has its index.html
link to flame graphs and timelines. Times of a profiled run are not to be
reported: use handoff run for those.

flags:
`

// profileCommand is its row in the table of commands.
var profileCommand = command{
	name:    "profile",
	usage:   "[-trace] [-strategy SPEC]... [-digits N] [-shape S] [-seconds N] [-o DIR]",
	summary: "say which functions of which process the CPU time goes into",
	examples: []example{
		{"handoff profile -strategy process-gob -shape record -o results/mine", "Profiles coordinator and workers, and writes results/mine/profiles/."},
		{"handoff profile -strategy process-gob -strategy process-json -seconds 20 -precision 3", "Compares two, every share within three points."},
		{"handoff profile -trace -strategy process-gob -digits 6 -items 20000 -o mine", "Records what every lane did when, for Perfetto, and draws mine/plots/timeline.png."},
	},
	run: runProfile,
}

// runProfile is the subcommand profile. An interrupt ends it; the strategies that
// were done by then keep their profiles.
func runProfile(stdout, stderr io.Writer, args []string) error {
	p := profiler{stdout: stdout, stderr: stderr}
	flags := p.flags()
	if err := parseOnly(flags, args, stdout, profileUsage); err != nil {
		return err
	}
	if err := errors.Join(p.misplaced(flags), p.repeated()); err != nil {
		return fmt.Errorf("profile: %w", err)
	}
	if err := p.prepare(); err != nil {
		return fmt.Errorf("profile: %w", err)
	}
	ctx, stop := untilAsked()
	defer stop()
	run := p.run
	if p.trace {
		run = p.runTrace
	}
	if err := run(ctx); err != nil {
		return fmt.Errorf("profile: %w", err)
	}
	return nil
}

// profiler is one run of the command.
type profiler struct {
	specs     []strategies.Spec
	work      factor.Work
	time      time.Duration
	precision float64 // of a share, in points; 0: as it comes
	dir       string
	trace     bool
	events    int // that a lane of a trace keeps

	stdout, stderr io.Writer
}

func (p *profiler) flags() *flag.FlagSet {
	flags := newFlags("profile")
	flags.Func("strategy", "profile `SPEC`; may be given several times (default process-gob)", func(text string) error {
		spec, err := strategies.Parse(text)
		p.specs = append(p.specs, spec)
		return err
	})
	flags.IntVar(&p.work.Digits, "digits", 9, "factor numbers of `N` digits")
	flags.StringVar(&p.work.Shape, "shape", "number", "exchange them in the data structure `S`: one of "+strings.Join(factor.Shapes(), ", "))
	flags.StringVar(&p.work.Numbers, "numbers", factor.Random, "factor `KIND` numbers: random or prime")
	flags.IntVar(&p.work.Items, "items", 40960, "hand over `N` items at a time")
	flags.Var(&textFlag{text: "0", set: p.setPayload}, "payload", "carry `SIZE` bytes along with each item, such as 4096 or 4KiB")
	flags.BoolVar(&p.trace, "trace", false, "record a trace instead, and draw its timeline")
	flags.IntVar(&p.events, "events", 0, "let each lane of a trace keep its newest `N` events (default 65536, 2 MiB)")
	flags.StringVar(&p.dir, "o", "", "write into folder `DIR`/profiles (default a new folder in results)")
	p.time = 5 * time.Second
	flags.Func("seconds", "profile each strategy for `N` seconds (default 5)", func(s string) error {
		n, err := strconv.ParseFloat(s, 64)
		if p.time = time.Duration(n * float64(time.Second)); err != nil || !(n > 0 && n <= 86400) {
			return errors.New("want a number of seconds above 0, at most 86400")
		}
		return nil
	})
	flags.Func("precision", "want every share within ± `P` percentage points (95 %), else exit with 3; without it, how long 3 points take is only said", func(s string) (err error) {
		if p.precision, err = strconv.ParseFloat(s, 64); err != nil || !(p.precision > 0 && p.precision < 100) {
			return errors.New("want a number of points between 0 and 100")
		}
		return nil
	})
	return flags
}

func (p *profiler) setPayload(text string) error {
	n, err := bytesize.Parse(text)
	if err != nil || n > factor.MaxPayload {
		return fmt.Errorf("want a size from 0 to %s, such as 4096 or 4KiB", bytesize.Format(factor.MaxPayload))
	}
	p.work.Payload = int(n)
	return nil
}

// misplaced refuses flags that are of no account in what is to be done.
func (p *profiler) misplaced(flags *flag.FlagSet) (err error) {
	flags.Visit(func(f *flag.Flag) {
		switch f.Name {
		case "seconds", "precision":
			if p.trace {
				err = fmt.Errorf("-%s: -trace hands over the items once, whatever time that takes: leave one of the two out", f.Name)
			}
		case "events":
			if !p.trace {
				err = errors.New("-events: this is for -trace only")
			}
		}
	})
	return err
}

// repeated refuses to take a strategy twice: its files have one name.
func (p *profiler) repeated() error {
	for i, spec := range p.specs {
		same := func(s strategies.Spec) bool { return s.String() == spec.String() }
		if slices.ContainsFunc(p.specs[:i], same) {
			return fmt.Errorf("-strategy %v: given twice: want different ones", spec)
		}
	}
	return nil
}

// prepare fills in what was not said and refuses what cannot be.
func (p *profiler) prepare() error {
	p.work.Seed = 1
	if err := p.work.Validate(); err != nil {
		return err
	}
	if p.work.Items == 0 {
		return errors.New("items=0: want at least one")
	}
	if len(p.specs) == 0 {
		p.specs = []strategies.Spec{strategies.MustParse("process-gob")}
	}
	if p.dir == "" {
		p.dir = filepath.Join("results", "profile-"+time.Now().UTC().Format("2006-01-02T150405Z"))
	}
	p.dir = filepath.Join(p.dir, "profiles")
	return p.canKeep()
}

// canKeep refuses before the measuring to write over what handoff did not make.
func (p *profiler) canKeep() error {
	var names, files []string
	for _, spec := range p.specs {
		name := p.name(spec)
		names = append(names, name)
		for _, kind := range []string{"cpu", "allocs", "stopwatch"} {
			files = append(files, filepath.Join(p.dir, name+"."+kind+".pb.gz"))
		}
	}
	files = append(files, within(p.dir, report.ProfiledFiles(names...))...)
	if p.trace {
		files = nil
		for _, spec := range p.specs {
			name := p.traceName(spec)
			picture := filepath.Join(filepath.Dir(p.dir), "plots", strings.TrimSuffix(name, report.TraceSuffix))
			files = append(files, filepath.Join(p.dir, name), picture+".png", picture+".svg")
		}
	}
	return wholefile.Check(files)
}

// run profiles one strategy after the other, and writes what that tells.
func (p *profiler) run(ctx context.Context) error {
	var names []string
	for _, spec := range p.specs {
		name := p.name(spec)
		fmt.Fprintf(p.stderr, "profile %v for %v\n", spec, p.time)
		done, err := shapesRun[p.work.Shape].profile(ctx, spec, p.work, bench.Profiling{
			Dir: p.dir, Name: name, Time: p.time, Work: keysOf(p.work),
		}, strategies.WithStderr(&oneAtATime{w: p.stderr}))
		if err != nil {
			return fmt.Errorf("%v: %w", spec, err)
		}
		for _, lost := range done.Lost {
			fmt.Fprintf(p.stderr, "handoff profile: %v: %v\n", spec, lost)
		}
		p.wrote(done.Paths)
		names = append(names, name)
	}
	return p.report(names)
}

// name is how the files of a strategy begin: its name, and if it is profiled in
// several ways the whole spec.
func (p *profiler) name(spec strategies.Spec) string {
	same := slices.DeleteFunc(slices.Clone(p.specs), func(s strategies.Spec) bool { return s.Strategy != spec.Strategy })
	if len(same) == 1 {
		return spec.Strategy
	}
	return spec.String()
}

func (p *profiler) wrote(paths []string) {
	for _, path := range paths {
		fmt.Fprintln(p.stderr, "wrote", path)
	}
}

// report prints and writes what the profiles of these names tell.
func (p *profiler) report(names []string) error {
	cells, err := profiles.Open(p.dir, names...)
	if err != nil {
		return err
	}
	told := report.Profiled{Cells: cells}
	if _, err := io.WriteString(p.stdout, told.Text()); err != nil {
		return err
	}
	paths, err := told.Write(p.dir)
	p.wrote(paths)
	if err != nil {
		return err
	}
	return p.judge(cells)
}

// usual is the precision, in points, that is missed with a note when none was
// asked for.
const usual = 3

// judge holds the margins against the precision that was asked for. To miss the
// usual one is no error, but said.
func (p *profiler) judge(cells []*profiles.Cell) error {
	wanted := cmp.Or(p.precision, usual)
	var short []string
	for _, c := range cells {
		samples := c.Samples()
		needed := profiles.Needed(c.Shares(), samples, wanted/100)
		if needed > samples {
			seconds := c.Wall.Seconds() * float64(needed) / float64(max(1, samples))
			short = append(short, fmt.Sprintf("%s: %d samples in %.1f s are too few for ±%g points, which takes about %d samples: use -seconds %.0f",
				c.Name, samples, c.Wall.Seconds(), wanted, needed, seconds+0.5))
		}
	}
	switch said := strings.Join(short, "; "); {
	case said == "":
		return nil
	case p.precision == 0:
		_, err := fmt.Fprintln(p.stderr, "handoff profile:", said)
		return err
	default:
		return exitError{exitInconclusive, errors.New(said)}
	}
}

// keysOf says what is computed, as benchmark names do.
func keysOf(w factor.Work) string {
	var pairs []string
	for _, k := range w.Keys() {
		pairs = append(pairs, k.Name+"="+k.Value)
	}
	return strings.Join(pairs, " ")
}

// profileShape profiles a strategy at a work, with its answers checked.
type profileShape func(context.Context, strategies.Spec, factor.Work, bench.Profiling, ...strategies.Option) (bench.Profiled, error)

// shapesRun has a row for each shape.
var shapesRun = map[string]shapeRuns{
	factor.Number.Name:   runsOf(factor.Number),
	factor.Recorded.Name: runsOf(factor.Recorded),
	factor.Nested.Name:   runsOf(factor.Nested),
	factor.Mapped.Name:   runsOf(factor.Mapped),
	factor.Written.Name:  runsOf(factor.Written),
}

// shapeRuns are the ways to run a work of one shape here.
type shapeRuns struct {
	profile profileShape
	trace   traceShape
}

func runsOf[In, Out any](s factor.Shape[In, Out]) shapeRuns {
	return shapeRuns{profileOf(s), traceOf(s)}
}

func profileOf[In, Out any](s factor.Shape[In, Out]) profileShape {
	return func(ctx context.Context, spec strategies.Spec, w factor.Work, to bench.Profiling, options ...strategies.Option) (bench.Profiled, error) {
		check, err := s.Check(w)
		if err != nil {
			return bench.Profiled{}, err
		}
		return bench.Profile(ctx, s.Factor, spec, s.Items(w), check, to, options...)
	}
}
