package runner

import (
	"strconv"
	"time"
)

// planMarks are what a run is resumed from, and what a reader wants to know
// about it.
func (r *run) planMarks(s *side) []mark {
	marks := []mark{
		{"command", r.command()},
		{"note", r.plan.note},
	}
	for _, l := range r.left {
		if l.lone == "" || l.lone == s.label {
			marks = append(marks, l.mark(s.build.procs()))
		}
	}
	return known(append(append(marks, s.marks()...),
		mark{"binary", s.build.sum()},
		mark{"packages", s.build.packages()},
		mark{"bench", r.plan.bench},
		mark{"benchtime", r.plan.benchtime},
		mark{"shuffle", strconv.FormatUint(r.plan.seed, 10)},
		mark{"rounds", strconv.Itoa(r.plan.rounds)},
		mark{"cells", strconv.Itoa(len(r.cells))},
	))
}

// Marks of what has no samples, or not all of them: "PACKAGE NAME: REASON", or
// "PACKAGE: REASON" for a whole one.
const (
	failedMark  = "failed"   // it could not be measured
	leftOutMark = "left-out" // it skips itself, or is not built
	loneMark    = "alone"    // the other side has none of that name
)

// mark is how a record says it. What one side alone has stands in that side's file, by the
// name that its samples would have.
func (l leftOut) mark(procs int) mark {
	switch {
	case l.failed:
		return mark{failedMark, l.String()}
	case l.lone != "":
		l.name += procsSuffix(procs)
		return mark{loneMark, l.String()}
	}
	return mark{leftOutMark, l.String()}
}

// command is what asks for this run.
func (r *run) command() string {
	p := r.plan
	if p.suite == customSuite && r.sides[0].prior == nil {
		p.pkg = r.sides[0].build.packages()
	}
	text := p.command(r.kind.verb, r.kind.usual)
	if r.config.Dir != "" {
		text += " -C " + Quoted(r.config.Dir)
	}
	if t := r.config.timeout(); t != defaultTimeout {
		text += " -timeout " + t.String()
	}
	for _, s := range r.sides {
		if s.label != "" {
			text += " " + s.argument()
		}
	}
	return text
}

// resumeMarks say when a run went on, and what has changed since. The marks
// date, command and run stay those of its start.
func resumeMarks(prior *recorded, now []mark, at time.Time) []mark {
	marks := []mark{{"resumed", at.UTC().Format(time.RFC3339)}}
	for _, m := range now {
		of := m.key == failedMark || m.key == leftOutMark || m.key == loneMark
		if !of && m.key != "date" && m.key != "command" && prior.marks[m.key] != m.value {
			marks = append(marks, m)
		}
	}
	return marks
}

func lines(marks []mark) []string {
	var out []string
	for _, m := range marks {
		out = append(out, m.String())
	}
	return out
}
