package analysis

import (
	"cmp"
	"slices"
	"strconv"

	"github.com/handoff-go/handoff/report/record"
)

// Lanes is a breakdown that closes: where the wall time of every lane goes, for
// each strategy in each shape, and beside it the CPU time of the processes.
//
// Medians of phases do not add up to the median of the whole, so values are
// means over the middle half of a cell's samples by wall time, the same samples
// for all of them: they add up, and an interrupted sample does not count.
type Lanes struct {
	Bench string
	Rows  []LaneRow
}

// LaneRow is the lanes of one kind in one cell: the workers', the senders' or
// the receivers'. Times are seconds per item, summed over the lanes.
type LaneRow struct {
	Work   Work
	Column Column
	Lane   string // "worker", "sender", "receiver"
	Lanes  int    // how many there are

	Phases []float64 // by Phases
	Rest   float64   // of the wall, in no phase
	Wall   float64   // lanes × wall ÷ items; Phases and Rest add up to it
	Time   Interval  // of the wall time per item, over all samples

	// Process is the CPU time of the lane's process; nil where the run does
	// not say, and in all but the first of the rows that share a process.
	Process *ProcessTime
}

// ProcessTime is what processes used, in seconds per item.
type ProcessTime struct {
	Name         string // "workers", "coordinator"
	User, System float64
	// Busy is the time in which its lanes did anything but wait.
	Busy float64
}

// CPU is the time on a CPU.
func (p ProcessTime) CPU() float64 { return p.User + p.System }

// OffCPU is for how long lanes were busy but not on a CPU: descheduled, or
// blocked in a system call. It is negative where a process does more on CPUs
// beside its lanes: reading ahead, collecting garbage.
func (p ProcessTime) OffCPU() float64 { return p.Busy - p.CPU() }

// laneKind is a kind of lanes, and how its metrics are spelled.
type laneKind struct {
	name, process string
	metric        func(phase string) string
}

var laneKinds = []laneKind{
	{"worker", "workers", func(phase string) string {
		if phase == "compute" {
			return MetricCompute
		}
		return "worker-" + phase + "-sec/item"
	}},
	{"sender", "coordinator", func(phase string) string { return "sender-" + phase + "-sec/item" }},
	{"receiver", "coordinator", func(phase string) string { return "receiver-" + phase + "-sec/item" }},
}

// NewLanes computes the breakdowns of a run: from Factor the headline work of
// each shape, and from Handoff, which computes nothing, each shape without a
// payload. Matrices without the metrics are left out.
func NewLanes(all []*Matrix) []*Lanes {
	var found []*Lanes
	for _, bench := range []string{"Factor", handoffBench} {
		m := benchmark(all, bench)
		if m == nil || !m.tellsLanes() {
			continue
		}
		l := &Lanes{Bench: bench}
		for _, w := range m.laneWorks() {
			l.add(m, w)
		}
		if len(l.Rows) > 0 {
			found = append(found, l)
		}
	}
	return found
}

// tellsLanes reports whether some cell says what its workers waited and how
// many they were.
func (m *Matrix) tellsLanes() bool {
	return slices.ContainsFunc(m.ordered(), func(c *Cell) bool {
		return c.Column.Workers() > 0 && len(c.Values("worker-wait-sec/item")) > 0
	})
}

// laneWorks returns one work a shape: what most of its columns did, of 9 digits
// and without a payload where there is a choice, else the largest.
func (m *Matrix) laneWorks() []Work {
	var works []Work
	of := map[string][]Work{} // by shape
	for _, w := range m.Works {
		of[w.Key("shape")] = append(of[w.Key("shape")], w)
	}
	for _, shape := range few(m.workValues("shape"), mostPanels) {
		works = append(works, slices.MaxFunc(of[shape], func(a, b Work) int {
			return cmp.Or(cmp.Compare(prefers(a), prefers(b)), cmp.Compare(len(m.Row(a)), len(m.Row(b))), cmp.Compare(m.serialTime(a), m.serialTime(b)))
		}))
	}
	return works
}

// prefers counts what speaks for a work as an example.
func prefers(w Work) int {
	n := 0
	if w.Key("digits") == headlineDigits {
		n++
	}
	if payload, err := strconv.ParseFloat(w.Key("payload"), 64); err == nil && payload == 0 {
		n++
	}
	return n
}

func (l *Lanes) add(m *Matrix, w Work) {
	cols, _ := m.chosen()
	for _, c := range cols {
		cell := m.Cell(w, c)
		if cell == nil || c.Workers() == 0 || len(cell.Values(MetricItem)) == 0 {
			continue
		}
		middle := cell.middle()
		named := map[string]bool{}
		for _, kind := range laneKinds {
			row, ok := newLaneRow(cell, middle, kind)
			if !ok {
				continue
			}
			if process := middle.process(c, kind); !named[process.Name] && process.CPU() > 0 {
				named[process.Name] = true
				row.Process = &process
			}
			l.Rows = append(l.Rows, row)
		}
	}
}

// middleCell is a cell with the middle half of its samples.
type middleCell struct{ Cell }

// middle leaves out the quarter of samples with the least time per item and
// the quarter with the largest.
func (c *Cell) middle() middleCell {
	kept := slices.Clone(c.Samples)
	kept = slices.DeleteFunc(kept, func(s record.Sample) bool { return !(s.Values[MetricItem] > 0) })
	slices.SortStableFunc(kept, func(a, b record.Sample) int { return cmp.Compare(a.Values[MetricItem], b.Values[MetricItem]) })
	out := len(kept) / 4
	return middleCell{Cell{c.Column, c.Work, kept[out : len(kept)-out]}}
}

// mean is that of a metric; a sample without it counts as zero.
func (c middleCell) mean(metric string) float64 {
	if len(c.Samples) == 0 {
		return 0
	}
	total := 0.0
	for _, v := range c.zeroFilled(metric) {
		total += v
	}
	return total / float64(len(c.Samples))
}

// newLaneRow has no row where the lanes tell less than half of their time.
func newLaneRow(cell *Cell, middle middleCell, kind laneKind) (LaneRow, bool) {
	row := LaneRow{Work: cell.Work, Column: cell.Column, Lane: kind.name, Lanes: cell.Column.Workers(), Time: NewInterval(cell.Values(MetricItem))}
	row.Wall = float64(row.Lanes) * middle.mean(MetricItem)
	row.Rest = row.Wall
	for _, phase := range Phases {
		v := middle.mean(kind.metric(phase))
		row.Phases = append(row.Phases, v)
		row.Rest -= v
	}
	return row, row.Rest < row.Wall/2
}

// process is what the process of a kind of lanes used. In process there is
// the coordinator's only, and the workers' lanes are in it.
func (c middleCell) process(col Column, kind laneKind) ProcessTime {
	p := ProcessTime{Name: kind.process}
	prefix, inProcess := "worker", !col.IsAway()
	if kind.process == "coordinator" || inProcess {
		prefix, p.Name = "coord", "coordinator"
	}
	p.User, p.System = c.mean(prefix+"-user-sec/item"), c.mean(prefix+"-sys-sec/item")
	for _, k := range laneKinds {
		if k.process != p.Name && !inProcess {
			continue
		}
		for _, phase := range Phases {
			if phase != "wait" {
				p.Busy += c.mean(k.metric(phase))
			}
		}
	}
	return p
}
