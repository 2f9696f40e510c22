package analysis

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
)

// Answer is one thing that somebody wants to know of a run, in words and with
// its interval.
type Answer struct {
	About   About
	Shape   string  // of the data, "" where the names do not say
	Payload float64 // bytes carried along
	Subject string  // "subprocess gob", or for codecs "gob, json"
	Words   string  // "pays off from 720 ns"
	Tied    []string
	// Value is the compute per item in seconds for a break-even, and for
	// codecs how many times as long the next one takes. Its ends can be 0 and
	// +Inf, and are NaN with too few rounds.
	Value    float64
	Lo, Hi   float64
	Interval string // Lo and Hi in words
	N        int    // rounds
	From     string // what was measured: "Factor, 6 sizes"
	// Computed says that Value comes from the handoff cost of items with nothing
	// to compute. Its ends hold how that varies, not that handing over costs more
	// beside work: see [Checks].
	Computed bool
}

// About is a question that answers are about.
type About int

const (
	WhenItPays About = iota // from which compute per item a strategy beats serial
	WhichCodec              // which codec wins, at a payload
)

// Answers finds what a run can answer: for every shape and payload, from which
// compute per item each strategy beats serial, and which codec wins.
func Answers(all []*Matrix) []Answer {
	var found []Answer
	handoff := benchmark(all, handoffBench)
	shapes := []string{}
	if m := benchmark(all, "Factor"); m != nil {
		for _, f := range m.families() {
			if len(f.works) > 1 && m.commonWorkers() > 0 {
				shapes = append(shapes, f.works[0].Key("shape"))
				found = append(found, m.curveAnswers(f)...)
			}
		}
	}
	if handoff == nil {
		return found
	}
	for _, w := range handoff.byShape() {
		if !slices.Contains(shapes, w.Key("shape")) || w.payload() > 0 {
			found = append(found, handoff.costAnswers(w)...)
		}
	}
	return append(found, handoff.codecAnswers()...)
}

// curveAnswers are read off the curves of a family.
func (m *Matrix) curveAnswers(f family) []Answer {
	b := m.breakEven(f.name, f.works)
	var found []Answer
	for _, c := range b.Curves {
		a := newPayAnswer(c.Column, c.Crossing, c.Points[len(c.Points)-1].Compute)
		a.Shape, a.From = f.works[0].Key("shape"), fmt.Sprintf("%s, %d sizes", m.Bench, len(c.Points))
		a.N = c.Points[0].Cost.N
		for _, p := range c.Points {
			a.N = min(a.N, p.Cost.N)
		}
		for _, o := range b.Curves {
			if o.Column.id() != c.Column.id() && c.Crossing.ties(o.Crossing) {
				a.tie(o.Column)
			}
		}
		found = append(found, a)
	}
	return found
}

// ties reports whether the intervals of two crossings meet.
func (c Crossing) ties(o Crossing) bool {
	return c.Known() && o.Known() && c.Lo <= o.Hi && o.Lo <= c.Hi
}

// costAnswers are computed from what handing over costs where there is nothing
// to compute: o ≤ (P−1)·c from c = o/(P−1) on, if o does not change with c.
func (m *Matrix) costAnswers(w Work) []Answer {
	cols, workers := m.chosen()
	serial := m.serialOfShape(w)
	var found []Answer
	var costs []times
	var of []Column
	for _, c := range cols {
		cost := costTimes(serial, m.Cell(w, c))
		if c.IsSerial() || len(cost) == 0 || workers < 2 {
			continue
		}
		x := crossingOf(NewInterval(cost.scaled(1 / float64(workers-1)).values()))
		a := newPayAnswer(c, x, math.Inf(1))
		a.Shape, a.Payload, a.N, a.From, a.Computed = w.Key("shape"), w.payload(), len(cost), m.Bench+", computed", true
		found, costs, of = append(found, a), append(costs, cost), append(of, c)
	}
	for i := range found {
		for j := range found {
			if i != j && found[i].known() && !below(costs[i], costs[j]) && !below(costs[j], costs[i]) {
				found[i].tie(of[j])
			}
		}
	}
	return found
}

// below reports whether one cost is clearly less than another, by 5 % at least.
// Costs can be negative, so it is their difference that is looked at.
func below(less, more times) bool {
	var differences []float64
	for key, v := range less {
		if other, ok := more[key]; ok {
			differences = append(differences, other-v)
		}
	}
	i := NewInterval(differences)
	return i.Above(0) && i.Center >= minGap*less.median()
}

// known reports whether there were rounds enough for an interval.
func (a Answer) known() bool { return !math.IsNaN(a.Lo) }

// crossingOf is the break-even that an interval of compute says.
func crossingOf(i Interval) Crossing {
	x := Crossing{Kind: At, X: i.Center, Lo: math.Max(i.Lo, 0), Hi: math.Max(i.Hi, 0)}
	if i.Center <= 0 {
		x.Kind, x.X = Always, 0
	}
	if !i.Known() {
		x.Lo, x.Hi = math.NaN(), math.NaN()
	}
	return x
}

func newPayAnswer(c Column, x Crossing, largest float64) Answer {
	return Answer{
		About: WhenItPays, Subject: c.Label, Words: x.words(largest),
		Value: x.number(), Lo: x.Lo, Hi: x.Hi, Interval: x.IntervalWords(),
	}
}

// tie notes that another strategy is not clearly apart.
func (a *Answer) tie(c Column) {
	a.Tied = append(a.Tied, c.Label)
}

// codecAnswers compare the codecs of subprocesses behind pipes, at every
// payload of every shape.
func (m *Matrix) codecAnswers() []Answer {
	cols, _ := m.chosen()
	cols = slices.DeleteFunc(slices.Clone(cols), func(c Column) bool {
		return !strings.HasPrefix(c.Strategy, "process-") || transportOf(c.Strategy) != "pipe"
	})
	var found []Answer
	for _, w := range m.byShape() {
		if a, ok := m.codecAnswer(w, cols); ok {
			found = append(found, a)
		}
	}
	return found
}

// byShape returns the works, each shape's by payload.
func (m *Matrix) byShape() []Work {
	return slices.SortedStableFunc(slices.Values(m.Works), func(a, b Work) int {
		return cmp.Or(strings.Compare(a.Key("shape"), b.Key("shape")), cmp.Compare(a.payload(), b.payload()))
	})
}

// payload is what an item carries, in bytes: none where the name does not say.
func (w Work) payload() float64 {
	bytes, _ := strconv.ParseFloat(w.Key("payload"), 64)
	return bytes
}

func (m *Matrix) codecAnswer(w Work, cols []Column) (a Answer, ok bool) {
	var all []times
	var names []string
	for _, c := range cols {
		if t := workerTime(m.Cell(w, c)); len(t) > 0 {
			all, names = append(all, t), append(names, strings.TrimPrefix(c.Strategy, "process-"))
		}
	}
	if len(all) < 2 {
		return a, false
	}
	best, tied := contest(all)
	next := -1 // the fastest of the others
	for i, t := range all {
		if i != best && (next < 0 || t.median() < all[next].median()) {
			next = i
		}
	}
	by := lead(all[best], all[next])
	a = Answer{
		About: WhichCodec, Shape: w.Key("shape"), Payload: w.payload(), Subject: strings.Join(names, ", "),
		Value: by.Center, Lo: by.Lo, Hi: by.Hi, Interval: Times(by.Lo) + " to " + Times(by.Hi), N: by.N, From: m.Bench,
	}
	if a.Words = names[best] + " wins over " + names[next] + " by " + Times(by.Center); len(tied) > 0 {
		for _, i := range tied {
			a.Tied = append(a.Tied, names[i])
		}
		a.Words = names[best] + " and " + strings.Join(a.Tied, ", ") + " tie"
	}
	if !by.Known() {
		a.Lo, a.Hi, a.Interval, a.Words = math.NaN(), math.NaN(), "too few rounds", "not known"
		a.Tied = nil
	}
	return a, by.N > 0
}
