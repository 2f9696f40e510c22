package analysis

import "fmt"

// Metrics of memory.
const (
	metricWire        = "wire-B/item"
	metricWorkerBytes = "worker-B/item"
	metricCoordBytes  = "coord-B/item"
	metricWorkerPeak  = "worker-peak-RSS-bytes" // of the largest worker
	metricCoordPeak   = "coord-peak-RSS-bytes"
	metricPeak        = "peak-RSS-bytes" // of the largest process, in runs that do not tell them apart
)

// Memory is what an item takes in bytes, for one work: the numbers behind the
// picture "memory".
type Memory struct {
	Bench   string
	Work    Work
	Workers int
	Columns []Column
	Amounts []Amount
}

// Amount is one kind of memory.
type Amount struct {
	Words string // "allocated per item"
	Rows  []AmountRow
	// AtMost says that totals are bounds: a run tells the peak of the largest
	// worker only, which counts for every one of them.
	AtMost bool
}

// AmountRow is one strategy's amount in bytes. In process there is no other
// part than the coordinator's.
type AmountRow struct {
	Total                Interval // without samples where there is none
	Workers, Coordinator float64  // medians; both 0 where the run does not tell them apart
}

// NewMemory computes the amounts of the matrix's headline work. The error is a
// *MissingError that names what the file lacks.
func NewMemory(m *Matrix) (*Memory, error) {
	cols, workers := m.chosen()
	p := &Memory{Bench: m.Bench, Work: m.headline(cols), Workers: workers}
	var cells []*Cell
	for _, c := range cols {
		if cell := m.Cell(p.Work, c); cell != nil {
			cells, p.Columns = append(cells, cell), append(p.Columns, c)
		}
	}
	wire := Amount{Words: "on the wire, per item"}
	allocated := Amount{Words: "allocated per item"}
	peak := Amount{Words: "peak of all processes, at most", AtMost: true}
	for _, c := range cells {
		wire.Rows = append(wire.Rows, AmountRow{Total: m.Summary(c, metricWire)})
		allocated.Rows = append(allocated.Rows, newAmountRow(c, metricWorkerBytes, metricCoordBytes, 1))
		peak.Rows = append(peak.Rows, newAmountRow(c, metricWorkerPeak, metricCoordPeak, c.Column.Workers()))
	}
	if !peak.known() {
		peak = Amount{Words: "peak size, largest process"}
		for _, c := range cells {
			peak.Rows = append(peak.Rows, AmountRow{Total: m.Summary(c, metricPeak)})
		}
	}
	for _, a := range []Amount{wire, allocated, peak} {
		if a.known() {
			p.Amounts = append(p.Amounts, a)
		}
	}
	if len(p.Amounts) == 0 {
		return nil, &MissingError{"memory", fmt.Sprintf("metric %s, %s or %s in %s", metricWire, metricWorkerBytes, metricPeak, m.Bench)}
	}
	return p, nil
}

// newAmountRow adds the metrics of both sides up, sample by sample; the
// worker's counts so many times.
func newAmountRow(c *Cell, worker, coordinator string, times int) AmountRow {
	if len(c.Values(worker)) == 0 && len(c.Values(coordinator)) == 0 {
		return AmountRow{Total: NewInterval(nil)}
	}
	workers, own := scaled(c.zeroFilled(worker), float64(max(1, times))), c.zeroFilled(coordinator)
	totals := make([]float64, len(own))
	for i := range own {
		totals[i] = workers[i] + own[i]
	}
	return AmountRow{NewInterval(totals), NewInterval(workers).Center, NewInterval(own).Center}
}

// known reports whether there is an amount in some row.
func (a Amount) known() bool {
	for _, r := range a.Rows {
		if r.Total.N > 0 && r.Total.Center > 0 {
			return true
		}
	}
	return false
}

// Split reports whether some row tells workers and coordinator apart.
func (p *Memory) Split() bool {
	for _, a := range p.Amounts {
		for _, r := range a.Rows {
			if r.Workers > 0 && r.Coordinator > 0 {
				return true
			}
		}
	}
	return false
}

// Samples returns the smallest and the largest number of samples of an amount.
func (p *Memory) Samples() (least, most int) {
	var all []Interval
	for _, a := range p.Amounts {
		for _, r := range a.Rows {
			if r.Total.N > 0 {
				all = append(all, r.Total)
			}
		}
	}
	return samples(all)
}

// Title puts the finding about memory into words: how far apart the strategies
// are in the first amount in which two of them clearly are. How far bounds are
// apart says nothing.
func (p *Memory) Title() string {
	for _, a := range p.Amounts {
		low, high := a.extremes()
		if a.AtMost || low < 0 || !a.Rows[low].Total.Below(a.Rows[high].Total.Lo) {
			continue
		}
		ratio := a.Rows[high].Total.Center / a.Rows[low].Total.Center
		if ratio < 1+minGap {
			continue
		}
		what := map[string]string{"on the wire, per item": "sends", "allocated per item": "allocates"}[a.Words]
		if what == "" {
			what = "has a peak of"
		}
		return fmt.Sprintf("%s %s %s the bytes of %s", upperFirst(p.Columns[high].the()), what, Times(ratio), p.Columns[low].the())
	}
	return "What an item takes in memory"
}

// extremes returns the rows with the least and the largest amount that is
// known and not zero, -1 where there are none.
func (a Amount) extremes() (low, high int) {
	low, high = -1, -1
	for i, r := range a.Rows {
		if !r.Total.Known() || !(r.Total.Center > 0) {
			continue
		}
		if low < 0 || r.Total.Center < a.Rows[low].Total.Center {
			low = i
		}
		if high < 0 || r.Total.Center > a.Rows[high].Total.Center {
			high = i
		}
	}
	return low, high
}
