// Package report turns a recorded run into tables and pictures. It reads files
// in the Go benchmark format and nothing else, so any run of go test -bench can
// be reported.
//
//  1. Package record reads the file.
//  2. Package analysis computes cells, intervals, handoff costs, break-evens.
//  3. [New] puts what can be said about the run together, [Report.Write] writes
//     summary.md, index.html and plots/. Package plots draws.
//  4. [NewBeside] puts two runs side by side.
//
// Computing is over before drawing begins. What a file lacks for a picture is a
// warning that names it, never a reason to leave the rest out.
package report

import (
	"github.com/handoff-go/handoff/report/analysis"
	"github.com/handoff-go/handoff/report/plots"
	"github.com/handoff-go/handoff/report/record"
)

// Report is what is said about one run.
type Report struct {
	Run      *record.Run
	Plots    []Plot
	Warnings []string

	matrices  []*analysis.Matrix
	main      *analysis.Matrix // what the pictures show, nil if nothing can be compared
	breakdown *analysis.Breakdown
	breakEven *analysis.BreakEven
	peersOf   *analysis.Matrix // with other people's pools in it, nil if there are none
	peers     []*analysis.Peers
	floors    map[*analysis.Matrix]*analysis.Floors
	autos     map[*analysis.Matrix]*analysis.Auto
	goals     []analysis.Goal
}

// Plot is a picture that the run has data for.
type Plot struct {
	Name    string // of its files: "phases"
	Title   string // the finding
	Reading string // how to read it, one sentence
	Picture *plots.Picture
}

// New computes the report of a run.
func New(run *record.Run) *Report {
	r := &Report{Run: run, matrices: analysis.Matrices(run)}
	r.main = analysis.Main(r.matrices)
	r.addFloors()
	r.goals = analysis.AllGoals(r.matrices)
	r.addWarnings()
	if r.main == nil {
		r.warn("no pictures: the file has no benchmark that strategy=serial and another strategy ran with the same work")
		return r
	}
	r.addPeers()
	if r.main == r.peersOf {
		return r // others do not say where their time goes
	}
	r.addPhases()
	r.addBreakEven()
	return r
}

func (r *Report) addPhases() {
	b, err := analysis.NewBreakdown(r.main)
	if err != nil {
		r.warn("%v", err)
		return
	}
	r.breakdown = b
	r.warnRest()
	r.Plots = append(r.Plots, Plot{
		Name: "phases", Title: b.Title(), Picture: plots.Phases(b, r.caption()),
		Reading: "A bar is the worker time that one item takes: computing, and what handing it over adds; the longest coloured part is the phase to attack.",
	})
}

func (r *Report) addBreakEven() {
	b, err := analysis.NewBreakEven(r.main)
	if err != nil {
		r.warn("%v", err)
		return
	}
	r.breakEven = b
	r.Plots = append(r.Plots, Plot{
		Name: "breakeven", Title: b.Title(), Picture: plots.BreakEven(b, r.caption()),
		Reading: "Where a line is below the diagonal the strategy is faster than serial; it pays off from where it crosses.",
	})
}
