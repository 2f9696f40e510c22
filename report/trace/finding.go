package trace

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/handoff-go/handoff/report/analysis"
)

// worthSaying is the least part of the workers' time that makes a headline.
const worthSaying = 0.05

// Title puts the finding into words: what keeps the workers from computing most,
// if that is a twentieth of their time. The rules stand in order; the last one is
// neutral.
func (l *Timeline) Title() string {
	wait := l.WorkerShare(Wait)
	handing := l.WorkerShare(Encode) + l.WorkerShare(Transfer) + l.WorkerShare(Decode)
	compute := l.WorkerShare(Compute)
	switch {
	case wait >= worthSaying && wait >= handing:
		return fmt.Sprintf("Workers wait %s of the time", analysis.Percent(wait))
	case handing >= worthSaying:
		return fmt.Sprintf("Workers spend %s of the time decoding, encoding and transferring", analysis.Percent(handing))
	case compute >= 1-worthSaying:
		return fmt.Sprintf("Workers compute %s of the time", analysis.Percent(compute))
	}
	return "What coordinator and workers did when"
}

// Text is the timeline in words and numbers, for a terminal: a line a lane.
func (l *Timeline) Text() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s: %s, %d chunks in %s\n", l.Title(), l.Spec, l.Chunks, seconds(l.Duration()))
	width := 0
	for _, r := range l.Rows {
		width = max(width, len(r.Name))
	}
	phases := []string{Wait, Transfer, Decode, Compute, Encode}
	fmt.Fprintf(&b, "%-*s", width, "lane")
	for _, p := range phases {
		fmt.Fprintf(&b, " %9s", p)
	}
	b.WriteString("     other\n")
	for _, r := range l.Rows {
		fmt.Fprintf(&b, "%-*s", width, r.Name)
		rest := 1.0
		for _, p := range phases {
			fmt.Fprintf(&b, " %7.1f %%", 100*r.Share[p])
			rest -= r.Share[p]
		}
		fmt.Fprintf(&b, " %7.1f %%\n", 100*max(0, rest))
	}
	for _, note := range l.Notes() {
		b.WriteString(note + "\n")
	}
	return b.String()
}

// Notes say how far the trace can be trusted, one sentence each.
func (l *Timeline) Notes() []string {
	var all []string
	if e := l.ClockError(); e > 0 {
		all = append(all, "Clocks of the processes agree within ±"+seconds(e)+".")
	}
	if n := l.Workers; l.CPUs > 0 && l.coordinated() && n+1 > l.CPUs {
		all = append(all, fmt.Sprintf("%d workers and the coordinator share %d CPUs: phases include waiting for a CPU.", n, l.CPUs))
	}
	if l.Dropped > 0 {
		all = append(all, fmt.Sprintf("%d older events made room for newer ones: this is the end of the run.", l.Dropped))
	}
	for _, p := range l.Lost() {
		all = append(all, fmt.Sprintf("The events of %s are lost: %s.", p.Name, p.Lost))
	}
	return all
}

// coordinated reports whether the coordinator has lanes of its own.
func (l *Timeline) coordinated() bool {
	return slices.ContainsFunc(l.Rows, func(r Row) bool { return r.Kind != Worker })
}

func seconds(d time.Duration) string { return analysis.Time(d.Seconds(), 2) }
