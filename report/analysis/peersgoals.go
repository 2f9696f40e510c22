package analysis

import (
	"math"
	"slices"
	"strings"
)

// Goal is one comparison that handoff's strategies are meant to win, and what
// a run says of it.
type Goal struct {
	Words string // "process-gob, chunk 1, to Python Pool.map, chunksize 1"
	Kind  GoalKind

	// Bar is the least that is wanted, Stretch what would be better still; NaN
	// for a comparison that is shown and not judged.
	Bar, Stretch float64

	// Measured is the median over the rounds, each round compared in itself.
	Measured Interval
	// Missing says what the run lacks for it, "" where nothing is.
	Missing string
}

// GoalKind is what a goal's numbers are.
type GoalKind int

const (
	Ratio   GoalKind = iota // of two times: smaller is better
	Seconds                 // a time per item: smaller is better
	Share                   // of a whole: larger is better
)

// pick names a cell of the matrix of peers, and one of its metrics.
type pick struct {
	strategy, chunk, window string
	primes                  string // their digits; else numbers of 2 digits
	metric                  string
}

func item(strategy, chunk string) pick {
	return pick{strategy: strategy, chunk: chunk, metric: MetricItem}
}

func call(strategy, chunk, window string) pick {
	return pick{strategy: strategy, chunk: chunk, window: window, metric: MetricItem}
}

func prime(strategy, digits string) pick {
	return pick{strategy: strategy, chunk: "auto", primes: digits, metric: MetricItem}
}

// String names the cell for the goals that lack it.
func (p pick) String() string {
	if p.primes != "" {
		return p.strategy + " with primes of " + p.primes + " digits"
	}
	return p.strategy
}

var (
	serialItem = item(Serial, "auto")
	gobOne     = item("process-gob", "1")
	gobAuto    = item("process-gob", "auto")
	shmOne     = item("process-shm-binary", "1")
	shmAuto    = item("process-shm-binary", "auto")
	inProcess  = item("goroutines", "auto")
	concMap    = item("peer-conc-itermap", "1")
)

// unjudged stands for a limit that there is not.
var unjudged = math.NaN()

// goals are literal: what was promised, not what was found. All are for two
// workers. Those of other benchmarks are in floorgoals.go.
var goals = []struct {
	words        string
	kind         GoalKind
	bar, stretch float64
	cells        []pick
	value        func(v []float64) float64 // from one sample of each cell
}{
	{"process-gob, chunk 1, to Python Pool.map, chunksize 1", Ratio, 1. / 15, 1. / 30,
		[]pick{gobOne, item("peer-python-pool", "1")}, quotient},
	{"process-gob, chunk 1, to go-plugin, one item a call", Ratio, 1. / 40, 1. / 70,
		[]pick{gobOne, call("peer-plugin-netrpc", "1", "1")}, quotient},
	{"process-gob, chunk 1, to go-plugin, one item a call, 16 in flight", Ratio, unjudged, unjudged,
		[]pick{gobOne, call("peer-plugin-netrpc", "1", "16")}, quotient},
	{"process-gob, auto, to Python Pool.map, default chunksize", Ratio, 1. / 3, 1. / 5,
		[]pick{gobAuto, item("peer-python-pool", "auto")}, quotient},
	{"process-gob, auto, to go-plugin, 256 items a call", Ratio, 1 / 1.3, 1. / 2,
		[]pick{gobAuto, call("peer-plugin-netrpc", "256", "4")}, quotient},
	{"process-shm-binary, chunk 1, to process-gob, chunk 1", Ratio, 1 / 2.5, 1. / 5,
		[]pick{shmOne, gobOne}, quotient},
	{"process-shm-binary, auto: time over ideal", Seconds, 150e-9, 60e-9,
		[]pick{serialItem, shmAuto}, func(v []float64) float64 { return v[1] - v[0]/2 }},
	{"goroutines, auto: time over ideal, to that of conc iter.Map", Ratio, 1, 1. / 2,
		[]pick{serialItem, inProcess, concMap}, overIdeal},
	{"goroutines, auto: time over ideal, to the best of ants, pond and conc pool", Ratio, 1. / 10, unjudged,
		[]pick{serialItem, inProcess, item("peer-ants-pool", "1"), item("peer-ants-func", "1"), item("peer-pond", "1"), item("peer-conc-pool", "1")}, overIdeal},
	{"process-gob, auto, to goroutines, 9-digit primes", Ratio, 1.06, 1.03,
		[]pick{prime("process-gob", "9"), prime("goroutines", "9")}, quotient},
	// Where the bar was set, primes of 9 digits took 31 µs.
	{"process-gob, auto, to goroutines, 10-digit primes", Ratio, unjudged, unjudged,
		[]pick{prime("process-gob", "10"), prime("goroutines", "10")}, quotient},
	{"process-gob, auto: busy share of 2 CPUs", Share, 0.92, 0.97,
		[]pick{{strategy: "process-gob", chunk: "auto", metric: MetricCPU}, gobAuto}, func(v []float64) float64 { return v[0] / (goalWorkers * v[1]) }},
}

// goalWorkers is how many workers, and CPUs, the goals are for.
const goalWorkers = 2

// MetricCPU is CPU time per item, of all processes.
const MetricCPU = "cpu-sec/item"

func quotient(v []float64) float64 { return v[0] / v[1] }

// overIdeal takes serial, ours and others, and returns how much ours takes over
// half of serial's time, as a part of what the best of the others takes over
// it. Where that one takes nothing over it, ours does not compare.
func overIdeal(v []float64) float64 {
	ideal := v[0] / goalWorkers
	ours, best := v[1]-ideal, slices.Min(v[2:])-ideal
	if best <= 0 {
		return math.Inf(1)
	}
	return ours / best
}

// Goals compares a matrix with the goals, in their fixed order.
func Goals(m *Matrix) []Goal {
	all := make([]Goal, len(goals))
	for i, g := range goals {
		all[i] = Goal{Words: g.words, Kind: g.kind, Bar: g.bar, Stretch: g.stretch, Measured: NewInterval(nil)}
		cells, missing := m.picked(g.cells)
		if g.kind == Share && m.Procs != goalWorkers {
			missing = "a machine of 2 CPUs"
		}
		if all[i].Missing = missing; missing == "" {
			all[i].Measured = NewInterval(byRound(cells, g.cells, g.value))
			if all[i].Measured.N == 0 {
				all[i].Missing = "a round with all of its cells"
			}
		}
	}
	return all
}

// picked returns the cells, or the names of those that are not there.
func (m *Matrix) picked(picks []pick) (cells []*Cell, missing string) {
	var absent []string
	for _, p := range picks {
		cell := m.find(p)
		if cell == nil && !slices.Contains(absent, p.String()) {
			absent = append(absent, p.String())
		}
		cells = append(cells, cell)
	}
	return cells, strings.Join(absent, ", ")
}

func (m *Matrix) find(p pick) *Cell {
	for _, c := range m.Columns {
		if c.Strategy != p.strategy || c.key("chunk") != p.chunk || p.window != "" && c.key("window") != p.window {
			continue
		}
		if c.Workers() != goalWorkers && !c.IsSerial() {
			continue
		}
		for _, w := range m.Works {
			if cell := m.Cell(w, c); cell != nil && p.wants(w) && len(cell.Values(p.metric)) > 0 {
				return cell
			}
		}
	}
	return nil
}

func (p pick) wants(w Work) bool {
	if p.primes != "" {
		return w.Key("digits") == p.primes && w.Key("numbers") == "prime"
	}
	return w.Key("digits") == "2" && w.Key("numbers") == ""
}

// byRound computes a value from the samples that the cells have of each round.
func byRound(cells []*Cell, picks []pick, value func([]float64) float64) []float64 {
	rounds := map[pairKey][]float64{}
	for i, c := range cells {
		for j, key := range c.keys() {
			v, ok := c.Samples[j].Values[picks[i].metric]
			if ok && v > 0 && len(rounds[key]) == i {
				rounds[key] = append(rounds[key], v)
			}
		}
	}
	var values []float64
	for _, key := range cells[0].keys() {
		if v := rounds[key]; len(v) == len(cells) {
			values = append(values, value(v))
		}
	}
	return values
}

// Reached reports whether the median reaches a limit.
func (g Goal) Reached(limit float64) bool {
	if g.Kind == Share {
		return g.Measured.Center >= limit
	}
	return g.Measured.Center <= limit
}

// Verdict says what was reached: "stretch", "bar", "missed", or "" where there
// is nothing to judge. A tilde before it means that the interval holds the
// nearest limit, or that there is none.
func (g Goal) Verdict() string {
	if g.Missing != "" || math.IsNaN(g.Bar) {
		return ""
	}
	limit, verdict := g.Bar, "missed"
	if g.Reached(g.Bar) {
		verdict = "bar"
	}
	if !math.IsNaN(g.Stretch) && g.Reached(g.Stretch) {
		limit, verdict = g.Stretch, "stretch"
	}
	if !g.Measured.Above(limit) && !g.Measured.Below(limit) {
		return "~" + verdict
	}
	return verdict
}

// Spell spells one of the goal's numbers as the goals are written: "1/15",
// "60 ns", "0.92".
func (g Goal) Spell(v float64) string {
	switch {
	case math.IsNaN(v):
		return "-"
	case math.IsInf(v, 0):
		return "∞"
	case g.Kind == Seconds:
		return Time(v, 2)
	case g.Kind == Share, v >= 1, v <= 0:
		return trimmed(v)
	}
	return "1/" + trimmed(1/v)
}

// trimmed has three digits, and no zeros behind the point: a bar is "1/15".
func trimmed(v float64) string {
	text := Number(v, 3)
	if strings.Contains(text, ".") {
		text = strings.TrimRight(strings.TrimRight(text, "0"), ".")
	}
	return text
}
