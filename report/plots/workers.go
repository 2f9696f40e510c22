package plots

import (
	"fmt"
	"strconv"

	"github.com/handoff-go/handoff/report/analysis"
)

const workersNames = 112 // right of the plot, in points

// Workers draws the speed-up over the number of workers, one line a strategy,
// and the ideal as a faint one.
func Workers(w *analysis.Workers, caption Caption) *Picture {
	p := &workersPlot{Workers: w, caption: caption, subtitle: workersSubtitle(w)}
	p.layout()
	return &Picture{width: pageWidth, height: p.area.bottom + 62, draw: p.draw}
}

func workersSubtitle(w *analysis.Workers) string {
	text := "Times as fast as the strategy's own first worker"
	if w.Serial {
		text = "Times as fast as serial"
	}
	if words := w.Work.Words(); words != "" {
		text += ". " + upper(words)
	}
	least, most := w.Samples()
	text += ". " + samplesWords(least, most)
	if least >= analysis.MinSamples {
		text += ", 95% intervals"
	}
	text += "."
	for _, c := range w.Curves {
		if anyNoisy(workersValues(c)) {
			return text + "\n" + noisyWords
		}
	}
	return text
}

func workersValues(c analysis.WorkersCurve) []value {
	all := make([]value, len(c.Points))
	for i, q := range c.Points {
		all[i] = value{float64(q.Workers), q.Speedup}
	}
	return all
}

// workersPlot is the picture with its places computed.
type workersPlot struct {
	*analysis.Workers
	caption  Caption
	subtitle string

	area    panel
	workers []float64 // that were measured, fewest first
	highest float64
}

func (p *workersPlot) layout() {
	p.area.top = headHeight(p.subtitle) + 26
	p.area.bottom = p.area.top + 200
	p.area.left, p.area.right = plotLeft-16, pageWidth-margin-workersNames
	seen := map[int]bool{}
	x := logScale{lo: 1, hi: 1.5, a: p.area.left + 12, b: p.area.right - 8}
	for _, c := range p.Curves {
		for _, q := range c.Points {
			seen[q.Workers] = true
			p.highest = max(p.highest, q.Speedup.Center)
			x.hi = max(x.hi, float64(q.Workers))
		}
	}
	for n := range int(x.hi) + 1 {
		if seen[n] {
			p.workers = append(p.workers, float64(n))
		}
	}
	p.highest = 1.1 * max(p.highest, p.Ideal(x.hi))
	p.area.x = x
	p.area.y = linearScale{0, p.highest, p.area.bottom, p.area.top}
}

func (p *workersPlot) draw(s *sheet) {
	s.frame(p.Title(), p.subtitle, p.caption)
	p.area.rules(s, p.heights(), true)
	p.area.foot(s, p.ticks(), "workers")
	p.ideal(s)
	names := make([]endName, len(p.Curves))
	for i, c := range p.Curves {
		values := workersValues(c)
		p.area.series(s, strategyColor(c.Strategy), values)
		last := values[len(values)-1]
		names[i] = endName{p.area.place(last.x, last.y.Center), strategyColor(c.Strategy), c.Label,
			[]string{fmt.Sprintf("%s with %.0f", analysis.Times(last.y.Center), last.x)}}
	}
	setNames(s, p.area.right+leader, pageWidth-margin+8, p.area.top-8, p.area.bottom+12, names)
}

// heights label the speed-ups, at most about eight.
func (p *workersPlot) heights() []tick {
	step := 0.5
	for p.highest/step > 8 {
		step *= 2
	}
	var all []tick
	for v := 0.0; v <= p.highest; v += step {
		all = append(all, tick{v, strconv.FormatFloat(v, 'g', 3, 64) + "×"})
	}
	return all
}

func (p *workersPlot) ticks() []tick {
	var all []tick
	for _, n := range p.workers {
		all = append(all, tick{n, strconv.FormatFloat(n, 'f', -1, 64)})
	}
	return all
}

// ideal draws what workers would bring that cost nothing, between the points
// as the other lines are, with its name near its end.
func (p *workersPlot) ideal(s *sheet) {
	var line []point
	for _, n := range p.workers {
		line = append(line, p.area.place(n, p.Ideal(n)))
	}
	if cpus := float64(p.CPUs); cpus > p.workers[0] && cpus < p.workers[len(p.workers)-1] {
		s.line(rule, 0.8, point{p.area.x.at(cpus), p.area.top}, point{p.area.x.at(cpus), p.area.bottom})
	}
	s.line(rule, 2.2, line...)
	words := "ideal"
	if p.CPUs > 0 {
		words = fmt.Sprintf("ideal, with %d CPUs", p.CPUs)
	}
	var curves, places []point
	for _, c := range p.Curves {
		var curve []point
		for _, v := range workersValues(c) {
			curve = append(curve, p.area.place(v.x, v.y.Center))
		}
		curves = append(curves, along(curve, 5)...)
	}
	for _, part := range []float64{0, 0.15, 0.3, 0.45} {
		for _, dy := range []float64{-5, 13} {
			at := p.area.place(p.workers[len(p.workers)-1], p.Ideal(p.workers[len(p.workers)-1]))
			places = append(places, point{at.x - part*(p.area.right-p.area.left), at.y + dy})
		}
	}
	pen := axisPen
	pen.align = 1
	setFree(s, pen, words, point{1, 0}, places, curves, 8)
}
