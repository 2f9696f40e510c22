package plots

import (
	"fmt"
	"math"

	"github.com/handoff-go/handoff/report/analysis"
)

// Measures of the picture "roofline", in points.
const (
	roofNames = 116 // left of the plot
	roofTicks = 40  // right of it
	roofSteps = 80  // of a curve
)

// Roofline draws items a second over the compute of an item: for each strategy
// the roof that serialization, computing and the CPUs allow, and the points measured.
func Roofline(r *analysis.Roofline, caption Caption) *Picture {
	p := &rooflinePlot{Roofline: r, caption: caption, subtitle: rooflineSubtitle(r)}
	p.layout()
	return &Picture{width: pageWidth, height: p.area.bottom + 62, draw: p.draw}
}

func rooflineSubtitle(r *analysis.Roofline) string {
	text := "Items a second, over the work in one. " + workersAndWork(r.Workers, r.Family)
	text += samplesWords(r.Samples()) + ".\nLines: what serialization, computing and the CPUs allow. From a dot up to its line: scheduling, waiting."
	for _, c := range r.Curves {
		if anyNoisy(roofValues(c)) {
			return text + " " + noisyWords
		}
	}
	return text
}

func roofValues(c analysis.RoofCurve) []value {
	all := make([]value, len(c.Points))
	for i, q := range c.Points {
		all[i] = value{q.Compute, q.Rate}
	}
	return all
}

// rooflinePlot is the picture with its places computed.
type rooflinePlot struct {
	*analysis.Roofline
	caption  Caption
	subtitle string

	area panel
	x, y logScale
}

func (p *rooflinePlot) layout() {
	p.area.top = headHeight(p.subtitle) + 24
	p.area.bottom = p.area.top + plotHeight
	p.area.left, p.area.right = margin+roofNames, pageWidth-margin-roofTicks
	xLo, xHi, yLo, yHi := math.Inf(1), 0.0, math.Inf(1), 0.0
	for _, c := range p.Curves {
		for _, q := range c.Points {
			xLo, xHi = min(xLo, q.Compute), max(xHi, q.Compute)
			yLo, yHi = min(yLo, q.Rate.Center), max(yHi, q.Rate.Center)
			if c.Serializes() {
				yHi = max(yHi, p.Roof(c, q.Compute))
			}
		}
	}
	p.x = logScale{xLo / 1.35, xHi * 1.35, p.area.left, p.area.right}
	p.y = logScale{yLo / 1.6, yHi * 2, p.area.bottom, p.area.top}
	p.area.x, p.area.y = p.x, p.y
}

func (p *rooflinePlot) draw(s *sheet) {
	s.frame(p.Title(), p.subtitle, p.caption)
	for _, v := range p.y.ticks() {
		y := p.y.at(v)
		s.line(rule, 0.5, point{p.area.left, y}, point{p.area.right, y})
		s.text(point{p.area.right + 6, y + 3.2}, axisPen, analysis.Rate(v, 1))
	}
	p.area.foot(s, timeTicks(p.x.ticks()), "computing in one item, as serial measures it")
	p.slope(s, float64(p.Workers), fmt.Sprintf("computing alone: %d workers", p.Workers), 5)
	p.slope(s, 1, "serial", -10)
	names := make([]endName, len(p.Curves))
	for i, c := range p.Curves {
		names[i] = p.curve(s, c)
	}
	setNames(s, p.area.left-leader, margin, p.area.top-8, p.area.bottom+12, names)
}

// slope draws what so many workers could compute, with its name along it where
// it is clear of the dots: side points above the line, below it if negative.
func (p *rooflinePlot) slope(s *sheet, workers float64, words string, side float64) {
	lo, hi := max(p.x.lo, workers/p.y.hi), min(p.x.hi, workers/p.y.lo)
	if lo >= hi {
		return
	}
	a, b := p.area.place(lo, workers/lo), p.area.place(hi, workers/hi)
	s.line(faint, 0.8, a, b)
	d := direction(a, b)
	half := sidePen.width(words)/2 + 12
	var places []point
	for t := half; t <= math.Hypot(b.x-a.x, b.y-a.y)-half; t += 8 {
		places = append(places, offset(offset(a, d, t), point{d.y, -d.x}, side))
	}
	setFree(s, sidePen, words, d, places, p.dots(), 16)
}

// dots are the places of what was measured, and the way up to the lines.
func (p *rooflinePlot) dots() []point {
	var all []point
	for _, c := range p.Curves {
		for _, q := range c.Points {
			all = append(all, along([]point{p.area.place(q.Compute, q.Rate.Center), p.area.place(q.Compute, p.Roof(c, q.Compute))}, 5)...)
		}
		if c.Serializes() {
			all = append(all, along(p.roof(c), 5)...)
		}
	}
	return all
}

// roof is a strategy's line.
func (p *rooflinePlot) roof(c analysis.RoofCurve) []point {
	line := make([]point, 0, roofSteps+1)
	for i := range roofSteps + 1 {
		x := p.x.lo * math.Pow(p.x.hi/p.x.lo, float64(i)/roofSteps)
		line = append(line, p.area.place(x, p.Roof(c, x)))
	}
	return line
}

// curve draws a strategy's roof and points, and returns its name.
func (p *rooflinePlot) curve(s *sheet, c analysis.RoofCurve) endName {
	clr := strategyColor(c.Column.Strategy)
	first := c.Points[0]
	start := p.area.place(p.x.lo, first.Rate.Center)
	notes := []string{"measured " + analysis.Rate(first.Rate.Center, 2)}
	if c.Serializes() {
		line := p.roof(c)
		s.line(clr, 1.3, line...)
		start = line[0]
		notes = []string{p.roofNote(c), p.reached(first)}
	}
	for _, q := range c.Points {
		s.line(pale(clr), 3, p.area.place(q.Compute, q.Rate.Center), p.area.place(q.Compute, p.Roof(c, q.Compute)))
	}
	for _, v := range roofValues(c) {
		p.area.dot(s, clr, p.area.place(v.x, v.y.Center), v)
	}
	return endName{start, clr, c.Column.Label, notes}
}

// roofNote says how high the flat part is, and what makes it so if that is not
// serialization.
func (p *rooflinePlot) roofNote(c analysis.RoofCurve) string {
	note := "roof " + analysis.Rate(p.Roof(c, 0), 2)
	if p.ByCPUs(c, 0) {
		note += fmt.Sprintf(": %d CPUs", p.CPUs)
	}
	return note
}

func (p *rooflinePlot) reached(first analysis.RoofPoint) string {
	text := fmt.Sprintf("%.0f%% of its line reached", 100*first.OfRoof.Center)
	if first.OfRoof.Noisy() {
		text = "~" + text
	}
	return text
}
