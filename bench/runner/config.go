package runner

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"os"
	"regexp"
	"strings"
	"time"
)

// OwnPackage holds handoff's own benchmarks.
const OwnPackage = "github.com/handoff-go/handoff/bench"

// What a run takes where nothing else is said.
const (
	defaultSuite     = "default"
	defaultRounds    = 10
	defaultSeed      = 1
	defaultBenchtime = "1x"
	autoBenchtime    = "auto" // as many iterations as take autoTime, found out once
	defaultTimeout   = time.Minute
	defaultResults   = "results"
)

// Config says what to measure. A zero field stands for what the suite says, or
// the run that is resumed.
type Config struct {
	Dir       string        // where the go command runs; "" is the current directory
	Package   string        // what to measure: packages as the go command names them, separated by blanks; "" is [OwnPackage]
	Suite     string        // name of one of [Suites]; for OwnPackage only
	Bench     string        // which benchmarks, a pattern as for go test -bench; instead of Suite
	Rounds    int           // samples of each cell
	Seed      uint64        // of the shuffling
	Benchtime string        // as for go test -benchtime: "1x", "100x", "500ms"
	Timeout   time.Duration // for one sample, start to end; 0 is one minute
	Out       string        // the run's folder, new or to be resumed; "" makes one below Results
	Results   string        // "" is "results" in the current directory
	Progress  io.Writer     // how far the run has come; nil for silence
}

var countTime = regexp.MustCompile(`^[1-9][0-9]{0,8}x$`)

// validate finds what is wrong in itself, before anything is touched. Errors
// name the command's flag.
func (c Config) validate() error {
	if c.Suite != "" && c.Bench != "" {
		return errors.New("-suite and -bench: want one of them")
	}
	if c.Suite != "" && c.Package != "" && c.Package != OwnPackage {
		return fmt.Errorf("-suite %s: suites are for %s: with -pkg, say which benchmarks by -bench", c.Suite, OwnPackage)
	}
	if _, ok := findSuite(c.Suite); c.Suite != "" && !ok {
		return fmt.Errorf("-suite %q: want one of %s", c.Suite, strings.Join(suiteNames(), ", "))
	}
	if _, err := regexp.Compile(c.Bench); err != nil {
		return fmt.Errorf("-bench %q: %w", c.Bench, err)
	}
	if strings.ContainsAny(c.Bench, "\r\n") {
		return fmt.Errorf("-bench %q: want one line", c.Bench)
	}
	if info, err := os.Stat(cmp.Or(c.Dir, ".")); err != nil || !info.IsDir() {
		return fmt.Errorf("-C %s: want an existing directory", c.Dir)
	}
	if c.Rounds < 0 {
		return fmt.Errorf("-rounds %d: want 1 or more", c.Rounds)
	}
	if c.Timeout < 0 {
		return fmt.Errorf("-timeout %v: want more than 0", c.Timeout)
	}
	return checkBenchtime(c.Benchtime)
}

func checkBenchtime(s string) error {
	if s == "" || countTime.MatchString(s) {
		return nil
	}
	if d, err := time.ParseDuration(s); err != nil || d <= 0 {
		return fmt.Errorf("-benchtime %q: want a number of iterations such as 1x or 100x, or a time such as 500ms", s)
	}
	return nil
}

// benchtimeFor is what is usual for a package: one iteration of handoff's own benchmarks
// is a whole Map, one of somebody else's may be shorter than a clock can tell.
func (c Config) benchtimeFor(pkg string) string {
	if pkg == "" || pkg == OwnPackage {
		return c.Benchtime
	}
	return autoBenchtime
}

func (c Config) timeout() time.Duration {
	return cmp.Or(c.Timeout, defaultTimeout)
}

func (c Config) progress() io.Writer {
	if c.Progress == nil {
		return io.Discard
	}
	return c.Progress
}
