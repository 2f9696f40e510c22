package analysis

import (
	"cmp"
	"slices"
	"strings"
)

// A floor is what it costs to move the same bytes by the same system calls and
// nothing else: the benchmark Floor, whose strategies are named for transports.
const (
	floorBench   = "Floor"
	floorPrefix  = "floor-"
	floorOfStart = floorPrefix + "start"
)

// floored are the benchmarks that compute nothing, so that a floor is what they
// would come to without a pool. Each has the metric that is compared.
var floored = map[string]string{"Handoff": MetricItem, "RoundTrip": MetricItem, "Start": MetricOp}

// bareFloor is the floor of items without a payload: they take about so many
// bytes all the same.
const bareFloor = "64"

// Floors are the cells of one benchmark that have a floor in the same run.
type Floors struct {
	Bench  string
	Metric string // what is compared
	Rows   []FloorRow
}

// FloorRow is a cell beside its floor.
type FloorRow struct {
	Work      Work
	Column    Column
	Time      Interval
	Floor     Column
	FloorTime Interval
	OfFloor   Interval // the time as a multiple of the floor's, paired by rounds
}

// IsFloor reports whether a matrix is of floors.
func IsFloor(m *Matrix) bool {
	return m.Bench == floorBench && len(m.Columns) > 0 && strings.HasPrefix(m.Columns[0].Strategy, floorPrefix)
}

// NewFloors finds the floors of a matrix among all matrices of its run. It is
// nil where no cell has one.
func NewFloors(m *Matrix, all []*Matrix) *Floors {
	metric, ok := floored[m.Bench]
	floor := m.sibling(floorBench, all)
	if !ok || floor == nil {
		return nil
	}
	f := &Floors{Bench: m.Bench, Metric: metric}
	for _, w := range m.Works {
		for _, cell := range m.Row(w) {
			if row, ok := newFloorRow(cell, floor, metric); ok {
				f.Rows = append(f.Rows, row)
			}
		}
	}
	if len(f.Rows) == 0 {
		return nil
	}
	return f
}

// sibling returns the matrix of another benchmark that was measured under the
// same conditions, nil where there is none.
func (m *Matrix) sibling(bench string, all []*Matrix) *Matrix {
	for _, o := range all {
		if o.Bench == bench && o.Procs == m.Procs && joinPairs(o.Config) == joinPairs(m.Config) {
			return o
		}
	}
	return nil
}

func newFloorRow(cell *Cell, floor *Matrix, metric string) (row FloorRow, ok bool) {
	under := floor.under(cell, metric)
	ratio, ok := Speedup(cell, under, metric)
	if !ok {
		return row, false
	}
	return FloorRow{
		Work: cell.Work, Column: cell.Column, Time: NewInterval(cell.Values(metric)),
		Floor: under.Column, FloorTime: NewInterval(under.Values(metric)), OfFloor: ratio,
	}, true
}

// under returns the cell of the matrix of floors that moves what the cell
// does, as it does; for what is measured by the operation, the one that starts
// as many processes. It is nil where there is none.
func (m *Matrix) under(cell *Cell, metric string) *Cell {
	strategy, payload := floorPrefix+transportOf(cell.Column.Strategy), cell.Work.Key("payload")
	if payload == "" || payload == "0" {
		payload = bareFloor
	}
	for _, c := range m.Columns {
		for _, w := range m.Works {
			found := m.Cell(w, c)
			switch {
			case found == nil || !c.carriesAs(cell.Column):
			case metric == MetricOp && c.Strategy == floorOfStart && strategy != floorPrefix:
				return found
			case metric == MetricItem && c.Strategy == strategy && w.Key("payload") == payload && c.single() == cell.Column.single():
				return found
			}
		}
	}
	return nil
}

// transportOf is how a strategy's frames travel, by its name; "" where they do
// not.
func transportOf(strategy string) string {
	if strings.HasPrefix(strategy, "shared-file") {
		return "file"
	}
	rest, ok := strings.CutPrefix(strategy, "process-")
	if !ok {
		return ""
	}
	if first, _, ok := strings.Cut(rest, "-"); ok && slices.Contains([]string{"unix", "tcp", "shm"}, first) {
		return first
	}
	return "pipe"
}

// carriesAs reports whether two set-ups have as many workers, and keep files,
// if they have any, in the same place.
func (c Column) carriesAs(o Column) bool {
	return c.Workers() == o.Workers() && (c.key("on") == "" || o.key("on") == "" || c.key("on") == o.key("on"))
}

// single reports whether one item is on its way at a time.
func (c Column) single() bool { return c.key("chunk") == "1" && c.key("window") == "1" }

// FloorLine is one way of moving bytes, and its cells for the works of the
// matrix, nil where there is none.
type FloorLine struct {
	Words string // "floor-pipe, one at a time"
	Cells []*Cell
}

// FloorLines puts together the floors of a matrix that differ in how large
// their chunks are and in nothing else: that depends on the size of the items.
func FloorLines(m *Matrix) []FloorLine {
	var lines []FloorLine
	for _, c := range m.Columns {
		words := c.floorWords()
		i := slices.IndexFunc(lines, func(l FloorLine) bool { return l.Words == words })
		if i < 0 {
			i = len(lines)
			lines = append(lines, FloorLine{words, make([]*Cell, len(m.Works))})
		}
		for j, w := range m.Works {
			lines[i].Cells[j] = cmp.Or(lines[i].Cells[j], m.Cell(w, c))
		}
	}
	return lines
}

func (c Column) floorWords() string {
	words := c.Strategy
	switch {
	case c.single():
		words += ", one at a time"
	case c.Strategy != floorOfStart:
		words += ", in chunks"
	}
	if c.Workers() > 1 {
		words += ", " + keyWords("workers", c.key("workers"))
	}
	return words
}
