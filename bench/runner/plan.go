package runner

import (
	"cmp"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// plan is a Config with all gaps filled: what a run consists of. It is recorded
// in the run's marks and read back when the run is resumed.
type plan struct {
	pkg       string // one or more, as the go command names them
	suite     string // "custom" where benchmarks were chosen by pattern
	bench     string
	benchtime string // autoBenchtime, or as go test -benchtime has it
	rounds    int
	seed      uint64
	budget    time.Duration
	note      string
}

const customSuite = "custom"

// newPlan is the plan of a run that starts. usual says what is measured and how
// where c does not.
func newPlan(c, usual Config) plan {
	p := plan{
		pkg:       cmp.Or(c.Package, OwnPackage),
		suite:     customSuite,
		bench:     cmp.Or(c.Bench, "."),
		benchtime: cmp.Or(c.Benchtime, usual.benchtimeFor(c.Package)),
		rounds:    cmp.Or(c.Rounds, defaultRounds),
		seed:      cmp.Or(c.Seed, defaultSeed),
	}
	if c.Bench == "" && (c.Package == "" || c.Package == OwnPackage) {
		s, _ := findSuite(cmp.Or(c.Suite, usual.Suite))
		p.suite, p.bench = s.Name, s.pattern()
		p.rounds = cmp.Or(c.Rounds, s.Rounds)
		p.budget, p.note = s.Budget, s.Note
	}
	return p
}

// resumedPlan is the plan that was recorded, with more rounds if c asks for
// them. What c says besides must be what was recorded.
func resumedPlan(c Config, r *recorded) (plan, error) {
	p, err := recordedPlan(r)
	if err != nil {
		return p, err
	}
	if err := sameQuestions(c, p, r.path); err != nil {
		return p, err
	}
	if c.Rounds > 0 && c.Rounds < p.rounds {
		return p, fmt.Errorf("-rounds %d: %s is a run of %d rounds: want more, or leave -rounds out", c.Rounds, r.path, p.rounds)
	}
	p.rounds = max(p.rounds, c.Rounds)
	return p, nil
}

func recordedPlan(r *recorded) (plan, error) {
	p := plan{
		pkg:       cmp.Or(r.marks["packages"], r.config["pkg"]),
		suite:     r.config["suite"],
		bench:     r.marks["bench"],
		benchtime: r.marks["benchtime"],
		note:      r.marks["note"],
	}
	var err1, err2 error
	p.rounds, err1 = strconv.Atoi(r.marks["rounds"])
	p.seed, err2 = strconv.ParseUint(r.marks["shuffle"], 10, 64)
	if err1 != nil || err2 != nil || p.bench == "" || p.benchtime == "" || r.marks["binary"] == "" {
		return p, fmt.Errorf("%s: not a run to be resumed (want the marks binary, bench, benchtime, shuffle and rounds): choose another folder", r.path)
	}
	return p, nil
}

// sameQuestions refuses to go on with a run under other flags than it was
// started with. The package is compared later, when the go command has said
// what its import path is.
func sameQuestions(c Config, p plan, path string) error {
	var seed, was string
	if c.Seed != 0 {
		seed, was = strconv.FormatUint(c.Seed, 10), strconv.FormatUint(p.seed, 10)
	}
	for _, q := range []struct{ flag, asked, recorded string }{
		{"-suite", c.Suite, p.suite},
		{"-bench", c.Bench, p.bench},
		{"-benchtime", c.Benchtime, p.benchtime},
		{"-seed", seed, was},
	} {
		if q.asked != "" && q.asked != q.recorded {
			return fmt.Errorf("%s %s: %s was recorded with %s: leave the flag out, or start a new run in another folder", q.flag, q.asked, path, q.recorded)
		}
	}
	return nil
}

// command is the command line that asks for the plan: what is to be done, then
// the flags.
func (p plan) command(verb string, usual Config) string {
	args := []string{"handoff", verb}
	if p.suite == customSuite {
		args = append(args, "-pkg", Quoted(p.pkg), "-bench", "'"+p.bench+"'")
	} else if verb == runVerb || p.suite != usual.Suite {
		args = append(args, "-suite", p.suite)
	}
	s, _ := findSuite(p.suite)
	if p.rounds != cmp.Or(s.Rounds, defaultRounds) {
		args = append(args, "-rounds", strconv.Itoa(p.rounds))
	}
	if p.seed != defaultSeed {
		args = append(args, "-seed", strconv.FormatUint(p.seed, 10))
	}
	if p.benchtime != usual.benchtimeFor(p.pkg) {
		args = append(args, "-benchtime", p.benchtime)
	}
	return strings.Join(args, " ")
}

// Quoted is a word for a shell, in quotes if it needs them.
func Quoted(word string) string {
	if strings.ContainsAny(word, " '\"$*?&|;<>()`\\") {
		return "'" + strings.ReplaceAll(word, "'", `'\''`) + "'"
	}
	return word
}
