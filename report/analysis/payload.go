package analysis

import (
	"cmp"
	"math"
	"slices"
	"strconv"
	"strings"
)

const handoffBench = "Handoff"

// Payload is what handing an item over costs, over the bytes that it carries:
// the numbers behind the picture "payload". Times are seconds of worker time
// per item, P·wall/N, of work that computes nothing; those of [NewCodecs] are a
// codec's alone.
type Payload struct {
	Bench   string
	Words   string // what the times are
	Workers int
	Panels  []PayloadPanel
}

// PayloadPanel is one shape of data.
type PayloadPanel struct {
	Shape string // "" where the names do not say
	Lines []PayloadLine
}

// PayloadLine is one strategy over the payloads, smallest first.
type PayloadLine struct {
	Column Column
	Points []PayloadPoint

	// Knee is the payload in bytes at which an item costs twice what it costs
	// without, read off a straight line between payloads, round by round.
	// Without samples it lies above all payloads in some round.
	Knee Interval
}

// PayloadPoint is a strategy at one payload.
type PayloadPoint struct {
	Bytes float64
	Cost  Interval

	rounds times
}

// NewPayload computes the picture from the run's benchmark Handoff. The error
// is a *MissingError that names what the file lacks.
func NewPayload(all []*Matrix) (*Payload, error) {
	m := benchmark(all, handoffBench)
	if m == nil {
		return nil, &MissingError{"payload", "benchmark " + handoffBench}
	}
	cols, workers := m.chosen()
	p := &Payload{
		Bench: m.Bench, Workers: workers,
		Words: "Worker time per item with nothing to compute, over the bytes carried there and back.",
	}
	for _, shape := range few(m.workValues("shape"), mostPanels) {
		panel := PayloadPanel{Shape: shape}
		for _, c := range cols {
			if line := m.payloadLine(shape, c); !c.IsSerial() && len(line.Points) > 1 {
				panel.Lines = append(panel.Lines, line)
			}
		}
		if len(panel.Lines) > 0 {
			p.Panels = append(p.Panels, panel)
		}
	}
	if len(p.Panels) == 0 {
		return nil, &MissingError{"payload", "strategy at two payloads in " + m.Bench}
	}
	return p, nil
}

// benchmark returns the run's first matrix of a benchmark, nil where there is
// none.
func benchmark(all []*Matrix, bench string) *Matrix {
	i := slices.IndexFunc(all, func(m *Matrix) bool { return m.Bench == bench })
	if i < 0 {
		return nil
	}
	return all[i]
}

// workValues returns the values that a key of the works has, in their order;
// "" where works lack it.
func (m *Matrix) workValues(key string) []string {
	var values []string
	seen := map[string]bool{}
	for _, w := range m.Works {
		if v := w.Key(key); !seen[v] {
			seen[v] = true
			values = append(values, v)
		}
	}
	return values
}

func (m *Matrix) payloadLine(shape string, c Column) PayloadLine {
	line := PayloadLine{Column: c}
	of := slices.DeleteFunc(slices.Clone(m.Works), func(w Work) bool { return w.Key("shape") != shape || m.Cell(w, c) == nil })
	for _, w := range few(of, mostSizes) {
		line.add(w.Key("payload"), workerTime(m.Cell(w, c)))
	}
	line.Knee = knee(line.Points)
	return line
}

// add adds a point in its place, unless there is one for the payload.
func (l *PayloadLine) add(payload string, rounds times) {
	bytes, err := strconv.ParseFloat(payload, 64)
	if err != nil || !(bytes >= 0) || math.IsInf(bytes, 0) || len(rounds) == 0 || !(rounds.median() > 0) {
		return
	}
	i, found := slices.BinarySearchFunc(l.Points, bytes, func(p PayloadPoint, b float64) int { return cmp.Compare(p.Bytes, b) })
	if !found {
		l.Points = slices.Insert(l.Points, i, PayloadPoint{bytes, NewInterval(rounds.values()), rounds})
	}
}

// knee needs a point without a payload to start from.
func knee(points []PayloadPoint) Interval {
	if len(points) < 2 || points[0].Bytes != 0 {
		return NewInterval(nil)
	}
	var knees []float64
	for key := range points[0].rounds {
		at := kneeOf(points, key)
		if math.IsInf(at, 1) {
			return NewInterval(nil)
		}
		if at > 0 {
			knees = append(knees, at)
		}
	}
	return NewInterval(knees)
}

// kneeOf is the knee of one round: 0 where the round is not whole, +Inf where
// no payload doubles the cost.
func kneeOf(points []PayloadPoint, key pairKey) float64 {
	bare := points[0].rounds[key]
	last, before := 0.0, bare
	for _, p := range points[1:] {
		cost, ok := p.rounds[key]
		if !ok {
			return 0
		}
		if cost >= 2*bare {
			return last + (p.Bytes-last)*(2*bare-before)/(cost-before)
		}
		last, before = p.Bytes, cost
	}
	return math.Inf(1)
}

// Samples returns the smallest and the largest number of samples of a point.
func (p *Payload) Samples() (least, most int) {
	var all []Interval
	for _, panel := range p.Panels {
		for _, line := range panel.Lines {
			for _, point := range line.Points {
				all = append(all, point.Cost)
			}
		}
	}
	return samples(all)
}

// Title puts the finding about payloads into words: who carries the largest
// one best among those whose work leaves the process, if it is the same one
// everywhere.
func (p *Payload) Title() string {
	const neutral = "What carrying a payload costs"
	var winner Column
	largest := 0.0
	for i, panel := range p.Panels {
		c, bytes, ok := panel.carriesBest()
		if !ok || i > 0 && (c.id() != winner.id() || bytes != largest) {
			return neutral
		}
		winner, largest = c, bytes
	}
	title := upperFirst(winner.the()) + " carries " + Bytes(largest, 3) + " at the least cost"
	if len(p.Panels) > 1 {
		title += ", in every shape"
	}
	return title
}

// carriesBest returns the winner at the largest payload, among those whose
// work leaves the process.
func (p PayloadPanel) carriesBest() (winner Column, bytes float64, ok bool) {
	for _, line := range p.Lines {
		bytes = max(bytes, line.Points[len(line.Points)-1].Bytes)
	}
	var all []times
	var cols []Column
	for _, line := range p.Lines {
		if last := line.Points[len(line.Points)-1]; line.Column.IsAway() && last.Bytes == bytes {
			all, cols = append(all, last.rounds), append(cols, line.Column)
		}
	}
	best, tied := contest(all)
	if len(all) < 2 || len(tied) > 0 {
		return winner, 0, false
	}
	return cols[best], bytes, true
}

func upperFirst(text string) string { return strings.ToUpper(text[:1]) + text[1:] }
