package report

import (
	"fmt"
	"math"

	"github.com/handoff-go/handoff/report/analysis"
)

// lanesMethod says how the breakdown was made.
const lanesMethod = "In the breakdown a lane is the stopwatch of one goroutine; its phases add up to lanes × wall ÷ items. Its values are means over the middle half " +
	"of the samples by wall time, because medians do not add up; ± and n are of the wall time over all samples. `other` is in no phase, and negative where the stopwatches were read " +
	"outside of the timed part. `CPU` is user + system time of the processes, " +
	"and `off CPU` the time for which their lanes were busy without it: descheduled, or blocked in a system call. It is negative where a process does more on its CPUs " +
	"than its lanes tell: reading ahead, collecting garbage."

// lanesTable has the lanes of a benchmark down, and their phases across.
func lanesTable(l *analysis.Lanes) *table {
	t := &table{
		title: l.Bench + ": where each lane's wall time goes, per item",
		head:  []string{l.Bench, "strategy", "lane"},
	}
	t.head = append(t.head, analysis.Phases...)
	t.head = append(t.head, "other", "sum", "of the wall time", "process", "user", "system", "CPU", "off CPU")
	for _, row := range l.Rows {
		cells := []string{orDash(row.Work.Name), columnName(row.Column), fmt.Sprintf("%d × %s", row.Lanes, row.Lane)}
		for _, v := range row.Phases {
			cells = append(cells, laneTime(v))
		}
		cells = append(cells, laneTime(row.Rest), laneTime(row.Wall), fmt.Sprintf("%d × %s n=%d", row.Lanes, formatInterval(row.Time, analysis.MetricItem), row.Time.N))
		t.rows = append(t.rows, append(cells, processCells(row.Process)...))
	}
	return t
}

func processCells(p *analysis.ProcessTime) []string {
	if p == nil {
		return []string{"", "", "", "", ""}
	}
	return []string{p.Name, laneTime(p.User), laneTime(p.System), laneTime(p.CPU()), laneTime(p.OffCPU())}
}

// laneTime spells a time of a breakdown; what did not happen is a dash.
func laneTime(v float64) string {
	if math.Abs(v) < 1e-13 { // what subtracting leaves behind
		return "-"
	}
	return formatValue(v, analysis.MetricItem)
}
