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
	"errors"

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
	answers   []analysis.Answer
	lanes     []*analysis.Lanes
	missing   []*analysis.MissingError // pictures that the file has no data for
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
	r.answers = analysis.Answers(r.matrices)
	r.lanes = analysis.NewLanes(r.matrices)
	r.addWarnings()
	r.addPeers()
	// Others do not say where their time goes.
	compared := r.main != nil && r.main != r.peersOf
	if compared {
		r.addPhases()
		r.addBreakEven()
		r.addMemory()
		r.addRoofline()
	}
	r.addBest()
	r.addPayload()
	r.addCodec()
	r.addChunk()
	r.addWorkers()
	r.addSpread()
	r.warnCrowded()
	switch {
	case len(r.Plots) == 0 && r.main == nil:
		r.warn("no pictures: the file has no benchmark that strategy=serial and another strategy ran with the same work")
	case compared:
		r.warnMissing()
	}
	return r
}

// addPlot adds a picture to the report. With an error that says what the file
// lacks for it, that is noted instead.
func addPlot[T interface{ Title() string }](r *Report, name, reading string, numbers T, err error, draw func(T, plots.Caption) *plots.Picture) {
	var missing *analysis.MissingError
	if errors.As(err, &missing) {
		r.missing = append(r.missing, missing)
		return
	}
	r.Plots = append(r.Plots, Plot{Name: name, Title: numbers.Title(), Reading: reading, Picture: draw(numbers, r.caption())})
}

func (r *Report) addPhases() {
	b, err := analysis.NewBreakdown(r.main)
	addPlot(r, "phases", "A bar is the worker time that one item takes: computing, and what handing it over adds; the longest coloured part is the phase to attack.",
		b, err, plots.Phases)
	if err == nil {
		r.breakdown = b
		r.warnRest()
	}
}

func (r *Report) addBreakEven() {
	b, err := analysis.NewBreakEven(r.main)
	if err == nil {
		b.Load(r.answers)
		r.breakEven = b
	}
	addPlot(r, "breakeven", "Where a line is below the diagonal the strategy is faster than serial; it pays off from where it crosses.",
		b, err, plots.BreakEven)
}

func (r *Report) addBest() {
	b, err := analysis.NewBest(r.matrices)
	if err == nil && b.LeftOut > 0 {
		r.warn("the picture best leaves out %d of %d kinds of data", b.LeftOut, b.LeftOut+len(b.Rows))
	}
	addPlot(r, "best", "Find the row of your data and the column of your work: the colour is the strategy to take if the work has to leave the process, the number how many times as fast as serial it is.",
		b, err, plots.Best)
}

func (r *Report) addMemory() {
	m, err := analysis.NewMemory(r.main)
	addPlot(r, "memory", "What an item costs besides time: the bytes that travel, the bytes that are allocated on the way, and the memory that the processes hold at most: the coordinator at its largest, and every worker as much as the largest one.",
		m, err, plots.Memory)
}

func (r *Report) addRoofline() {
	p, err := analysis.NewRoofline(r.main)
	addPlot(r, "roofline", rooflineMethod, p, err, plots.Roofline)
}

// addCodec is for runs that measure codecs on their own; few do, so that it is
// no gap if there are none.
func (r *Report) addCodec() {
	if p, err := analysis.NewCodecs(r.matrices); err == nil {
		addPlot(r, "codec", "What is left of handing over where no process is: compare it with the picture payload to see what the way costs.",
			p, err, plots.Payload)
	}
}

func (r *Report) addChunk() {
	c, err := analysis.NewChunks(r.matrices)
	addPlot(r, "chunk", "A line falls as long as a frame costs more than the items in it; the diamond is what the automatic chunk takes, on the level to compare with.",
		c, err, plots.Chunk)
}

func (r *Report) addWorkers() {
	w, err := analysis.NewWorkers(r.matrices)
	addPlot(r, "workers", "Where a line leaves the ideal one, workers wait: for a CPU, or for the coordinator.",
		w, err, plots.Workers)
}

func (r *Report) addSpread() {
	s, err := analysis.NewSpread(r.matrices)
	addPlot(r, "spread", "Dots should scatter evenly about the line: a slope is a machine that changes, two levels are two modes of the program.",
		s, err, plots.Spread)
}

func (r *Report) addPayload() {
	p, err := analysis.NewPayload(r.matrices)
	addPlot(r, "payload", "Left is what an item costs that carries nothing; where a line turns upward its bytes begin to cost more than the rest.",
		p, err, plots.Payload)
}
