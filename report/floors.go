package report

import (
	"github.com/handoff-go/handoff/report/analysis"
)

// addFloors compares benchmarks with their floors, and automatic chunks with
// fixed ones, where the run has them.
func (r *Report) addFloors() {
	r.floors, r.autos = map[*analysis.Matrix]*analysis.Floors{}, map[*analysis.Matrix]*analysis.Auto{}
	for _, m := range r.matrices {
		if f := analysis.NewFloors(m, r.matrices); f != nil {
			r.floors[m] = f
		}
		if a := analysis.NewAuto(m); a != nil {
			r.autos[m] = a
		}
	}
}

// flooredTable has one cell of a benchmark a row, beside its floor.
func flooredTable(f *analysis.Floors) *table {
	t := &table{
		title: f.Bench + " beside its floor, which moves the same bytes by the same system calls, without a pool",
		head:  []string{f.Bench, "strategy", metricWords(f.Metric), "floor", "the floor's time", "of the floor", "95% interval", "n"},
	}
	if f.Metric == analysis.MetricOp {
		t.title = f.Bench + " beside its floor, as many processes that end at once"
	}
	for _, row := range f.Rows {
		t.rows = append(t.rows, []string{
			orDash(row.Work.Name), columnName(row.Column), formatInterval(row.Time, f.Metric),
			row.Floor.Strategy, formatInterval(row.FloorTime, f.Metric),
			analysis.Times(row.OfFloor.Center), timesInterval(row.OfFloor), formatValue(float64(row.OfFloor.N), "samples"),
		})
	}
	return t
}

// floorTable has the floors down and what they move across.
func floorTable(m *analysis.Matrix) *table {
	t := &table{title: m.Heading + ": what moving the bytes costs, and starting processes" + sameN(m), head: []string{m.Bench}}
	for _, w := range m.Works {
		head := w.Name
		if head == "" {
			head = "no bytes"
		}
		t.head = append(t.head, head)
	}
	for _, l := range analysis.FloorLines(m) {
		row := []string{l.Words}
		for _, cell := range l.Cells {
			row = append(row, floorCell(m, cell))
		}
		t.rows = append(t.rows, row)
	}
	return t
}

// floorCell is by the item, or where no item moves by the operation.
func floorCell(m *analysis.Matrix, cell *analysis.Cell) string {
	if cell == nil {
		return ""
	}
	metric := analysis.MetricItem
	if len(cell.Values(metric)) == 0 {
		metric = analysis.MetricOp
	}
	return summaryCell(m, cell, metric)
}

// autoTable has one work a row.
func autoTable(a *analysis.Auto) *table {
	t := &table{
		title: "Auto: time per item with the automatic chunk, and with the best fixed one",
		head:  []string{"Auto", "auto", "best fixed", "its chunk", "of the best", "95% interval", "n"},
	}
	for _, row := range a.Rows {
		t.rows = append(t.rows, []string{
			row.Work.Name, formatInterval(row.Time, analysis.MetricItem), formatInterval(row.BestTime, analysis.MetricItem), row.Best,
			analysis.Times(row.OfBest.Center), timesInterval(row.OfBest), formatValue(float64(row.OfBest.N), "samples"),
		})
	}
	return t
}

func timesInterval(i analysis.Interval) string {
	if !i.Known() {
		return "too few rounds"
	}
	return analysis.Times(i.Lo) + " to " + analysis.Times(i.Hi)
}
