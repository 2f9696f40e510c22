package analysis

import (
	"cmp"
	"math"
	"slices"
	"strconv"
	"strings"
)

// Best is which strategy to take for which work, among those whose work leaves
// the process: the numbers behind the picture "best".
//
// Where a run has Factor in several shapes, tiles are what was measured. Else
// they are computed, for any compute c of an item, from what handing it over
// costs when there is nothing to compute: a strategy with handoff cost o takes
// c + o of worker time where serial takes c, so it is P·c/(c+o) times as fast.
type Best struct {
	Bench    string
	Workers  int
	Computed bool
	Computes []float64 // of the columns, seconds per item
	Rows     []BestRow
	LeftOut  int // rows that a picture has no place for

	rows map[string]int // by their words
}

// BestRow is one kind of data.
type BestRow struct {
	Words string // "record, 4 KiB"
	Tiles []Tile // one a column
}

// Tile is the best of one column and row.
type Tile struct {
	// Best is the fastest; serial where none is faster than it.
	Best Column
	// Tied are those that Best does not win against, serial included: less
	// than 5 % slower, or not clearly slower.
	Tied []Column
	// Speedup of the best that leaves the process, over serial. Without
	// samples nothing was measured here.
	Speedup Interval
	// All reports whether all that leave the process are tied, several of them,
	// and beat serial: which one to take makes no difference.
	All bool
}

// Columns that are computed lie so far apart.
var computeStep = math.Sqrt(10)

// Computed columns: as few and as many as that.
const leastColumns, mostColumns = 5, 11

// maxBestRows is how many rows a picture holds.
const maxBestRows = 18

// NewBest computes the tiles. The error is a *MissingError that names what the
// file lacks.
func NewBest(all []*Matrix) (*Best, error) {
	best := newMeasuredBest(benchmark(all, "Factor"))
	if best == nil || len(best.Rows) == 1 {
		if computed := newComputedBest(benchmark(all, handoffBench)); computed != nil {
			best = computed
		}
	}
	switch {
	case best == nil:
		return nil, &MissingError{"best", "work that serial and a strategy outside the process did"}
	case !slices.ContainsFunc(best.tiles(), func(t Tile) bool { return !t.Noisy() }):
		return nil, &MissingError{"best", "work for which rounds are enough, and alike enough, to tell a winner"}
	}
	if more := len(best.Rows) - maxBestRows; more > 0 {
		best.Rows, best.LeftOut = best.Rows[:maxBestRows], best.LeftOut+more
	}
	return best, nil
}

// contestant is a strategy's worker time per item by rounds, for one work, and
// what serial takes in the same rounds.
type contestant struct {
	column       Column
	time, serial times
}

// newTile decides who is best. The contestants are none of them serial.
func newTile(workers int, serial Column, all []contestant) Tile {
	var cols []Column
	var own, base []times
	for _, c := range all {
		if len(c.time) > 0 {
			cols, own, base = append(cols, c.column), append(own, c.time), append(base, c.serial)
		}
	}
	best, tied := contest(own)
	if best < 0 {
		return Tile{Speedup: NewInterval(nil)}
	}
	t := Tile{Best: cols[best], All: len(tied) > 0 && len(tied) == len(own)-1}
	t.Speedup = lead(own[best], base[best].scaled(float64(workers)))
	switch {
	case lead(base[best].scaled(float64(workers)), own[best]).wins():
		return Tile{Best: serial, Speedup: t.Speedup}
	case !t.Speedup.wins():
		t.Tied, t.All = append(t.Tied, serial), false
	}
	for _, i := range tied {
		t.Tied = append(t.Tied, cols[i])
	}
	return t
}

// newMeasuredBest has the works of the matrix by their compute and by all of
// their keys that do not choose it; nil where there is nothing to compare.
func newMeasuredBest(m *Matrix) *Best {
	if m == nil {
		return nil
	}
	cols, workers := m.chosen()
	b := &Best{Bench: m.Bench, Workers: workers}
	var sizes []string
	seen := map[string]bool{}
	for _, w := range m.comparable() {
		if size, _ := splitSize(w); !seen[size] {
			sizes, seen[size] = append(sizes, size), true
		}
	}
	sizes = few(sizes, mostSizes)
	computes := make([]times, len(sizes))
	for _, w := range m.comparable() {
		size, rest := splitSize(w)
		at := slices.Index(sizes, size)
		if at < 0 {
			continue
		}
		row := b.row(rest, len(sizes))
		row.Tiles[at] = m.measuredTile(w, cols, workers)
		if computes[at] == nil {
			computes[at] = m.Serial(w).byKey(MetricItem)
		}
	}
	b.Rows = slices.DeleteFunc(b.Rows, func(r BestRow) bool {
		return !slices.ContainsFunc(r.Tiles, func(t Tile) bool { return t.Speedup.N > 0 })
	})
	if len(b.Rows) == 0 || workers == 0 {
		return nil
	}
	for _, c := range computes {
		b.Computes = append(b.Computes, c.median())
	}
	return b
}

// row returns the row of the words, which it adds if need be.
func (b *Best) row(words string, columns int) *BestRow {
	if b.rows == nil {
		b.rows = map[string]int{}
	}
	i, known := b.rows[words]
	if !known {
		i, b.rows[words] = len(b.Rows), len(b.Rows)
		b.Rows = append(b.Rows, BestRow{words, slices.Repeat([]Tile{{Speedup: NewInterval(nil)}}, columns)})
	}
	return &b.Rows[i]
}

func (m *Matrix) measuredTile(w Work, cols []Column, workers int) Tile {
	serial := m.Serial(w)
	var all []contestant
	for _, c := range cols {
		if cell := m.Cell(w, c); cell != nil && c.IsAway() {
			all = append(all, contestant{c, workerTime(cell), serial.byKey(MetricItem)})
		}
	}
	return newTile(workers, serial.Column, all)
}

// short is Words without what goes without saying: "9 digits, number",
// "tree, 4 KiB".
func (w Work) short() string {
	size, rest := splitSize(w)
	if w.Key("digits") != "" {
		size = strings.Replace(size, w.Key("digits"), w.Key("digits")+" digits", 1)
	}
	return strings.Join(slices.DeleteFunc([]string{size, rest}, func(s string) bool { return s == "" }), ", ")
}

// splitSize splits a work's keys into those that choose how much is computed,
// and the words for the others.
func splitSize(w Work) (size, rest string) {
	var sizes, words []string
	for _, p := range w.Keys {
		switch p.Key {
		case "digits", "numbers":
			sizes = append(sizes, p.Value)
		case "shape": // first, because rows are sorted by it
			words = slices.Insert(words, 0, p.Value)
		case "payload":
			words = append(words, payloadWords(p.Value))
		default:
			words = append(words, p.Key+" "+p.Value)
		}
	}
	return strings.Join(sizes, " "), strings.Join(words, ", ")
}

// payloadWords spells the value of the key payload.
func payloadWords(value string) string {
	bytes, err := strconv.ParseFloat(value, 64)
	switch {
	case err != nil:
		return "payload " + value
	case bytes == 0:
		return "no payload"
	}
	return Bytes(bytes, 3)
}

// computedRow is a work of nothing, and what handing it over costs.
type computedRow struct {
	work  Work
	costs []contestant // cost by rounds as its time
}

// newComputedBest has the works of the matrix by decades of compute.
func newComputedBest(m *Matrix) *Best {
	if m == nil {
		return nil
	}
	cols, workers := m.chosen()
	var rows []computedRow
	for _, w := range m.Works {
		row := computedRow{work: w}
		for _, c := range cols {
			if cost := costTimes(m.serialOfShape(w), m.Cell(w, c)); c.IsAway() && len(cost) > 0 {
				row.costs = append(row.costs, contestant{column: c, time: cost})
			}
		}
		if len(row.costs) > 0 {
			rows = append(rows, row)
		}
	}
	if len(rows) == 0 || workers < 2 {
		return nil
	}
	slices.SortStableFunc(rows, func(a, b computedRow) int {
		return cmp.Or(strings.Compare(a.work.Key("shape"), b.work.Key("shape")), compareValues(a.work.Key("payload"), b.work.Key("payload")))
	})
	b := &Best{Bench: m.Bench, Workers: workers, Computed: true, Computes: computeColumns(rows, workers)}
	if more := len(rows) - maxBestRows; more > 0 { // their tiles would be computed for nothing
		rows, b.LeftOut = rows[:maxBestRows], more
	}
	for _, r := range rows {
		_, words := splitSize(r.work)
		row := b.row(words, len(b.Computes))
		for i, compute := range b.Computes {
			row.Tiles[i] = r.tile(compute, workers)
		}
	}
	return b
}

// serialOfShape returns serial's cell of a work that computes nothing, or of the
// same shape without a payload: serial hands nothing over, so what an item
// carries makes no difference to it. It is nil where there is neither.
func (m *Matrix) serialOfShape(w Work) *Cell {
	if cell := m.Serial(w); cell != nil {
		return cell
	}
	return m.bare[w.Key("shape")]
}

// costTimes is the handoff cost by rounds.
func costTimes(serial, other *Cell) times {
	costs := times{}
	for _, p := range costPairs(serial, other) {
		costs[p.key] = p.cost
	}
	return costs
}

// tile says who is best if an item takes that compute.
func (r computedRow) tile(compute float64, workers int) Tile {
	all := make([]contestant, len(r.costs))
	for i, c := range r.costs {
		all[i] = contestant{c.column, times{}, times{}}
		for key, cost := range c.time {
			all[i].time[key], all[i].serial[key] = compute+max(cost, 0), compute
		}
	}
	return newTile(workers, Column{Strategy: Serial, Name: Serial, Label: strategyLabel(Serial)}, all)
}

// computeColumns are from well below the least break-even to well above the
// largest cost.
func computeColumns(rows []computedRow, workers int) []float64 {
	least, most := math.Inf(1), 0.0
	for _, r := range rows {
		for _, c := range r.costs {
			cost := max(c.time.median(), 1e-9)
			least, most = min(least, cost), max(most, cost)
		}
	}
	from := math.Pow(10, math.Floor(math.Log10(least/float64(workers-1)/2)))
	step, span := computeStep, math.Log10(10*most/from)
	if span > (mostColumns-1)/2 {
		step = 10
	}
	n := min(max(int(math.Ceil(span/math.Log10(step)))+1, leastColumns), mostColumns)
	columns := make([]float64, n)
	for i := range columns {
		columns[i] = from * math.Pow(step, float64(i))
	}
	return columns
}

// Samples returns the smallest and the largest number of rounds behind a tile.
func (b *Best) Samples() (least, most int) {
	var all []Interval
	for _, t := range b.tiles() {
		all = append(all, t.Speedup)
	}
	return samples(all)
}

// tiles returns those that something was measured for.
func (b *Best) tiles() []Tile {
	var all []Tile
	for _, r := range b.Rows {
		for _, t := range r.Tiles {
			if t.Speedup.N > 0 {
				all = append(all, t)
			}
		}
	}
	return all
}

// Clear reports whether Best wins against all others, serial among them.
func (t Tile) Clear() bool { return t.Speedup.N > 0 && len(t.Tied) == 0 }

// Noisy reports whether too little is known to call it a win or a tie: a tie
// should come from values that are known and close.
func (t Tile) Noisy() bool { return t.Speedup.Noisy() && !t.Clear() }

// Title puts the finding about the best into words.
func (b *Best) Title() string {
	winners := b.winners()
	switch {
	case winners == nil:
		return "Which strategy for which work"
	case len(winners) == 0:
		return "Leaving the process does not pay here"
	case len(winners) > 1 && b.byRow():
		return "Which strategy wins depends on the data; whether one does, on the work"
	case len(winners) > 1:
		return "Which strategy wins depends on the data and on the work"
	case b.neverBeaten(winners[0]):
		return "Where leaving the process pays, " + winners[0].the() + " is never clearly beaten"
	}
	return "Which strategy for which work"
}

// winners are the strategies outside the process that clearly win a tile; nil
// where no tile is clear, not even for serial.
func (b *Best) winners() []Column {
	var winners []Column
	for _, t := range b.tiles() {
		if !t.Clear() {
			continue
		}
		if winners == nil {
			winners = []Column{}
		}
		if !t.Best.IsSerial() && !contains(winners, t.Best) {
			winners = append(winners, t.Best)
		}
	}
	return winners
}

func contains(all []Column, c Column) bool {
	return slices.ContainsFunc(all, func(o Column) bool { return o.id() == c.id() })
}

// byRow reports whether no row has two clear winners besides serial.
func (b *Best) byRow() bool {
	for _, r := range b.Rows {
		row := Best{Rows: []BestRow{r}}
		if len(row.winners()) > 1 {
			return false
		}
	}
	return true
}

// neverBeaten reports whether c is best or tied wherever serial does not win.
func (b *Best) neverBeaten(c Column) bool {
	return !slices.ContainsFunc(b.tiles(), func(t Tile) bool {
		return !t.Best.IsSerial() && t.Best.id() != c.id() && !contains(t.Tied, c)
	})
}
