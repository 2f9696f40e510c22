package plots

import (
	"fmt"
	"math"
	"slices"

	"github.com/handoff-go/handoff/report/analysis"
)

// Measures of the picture "breakeven", in points.
const (
	plotHeight = 248
	plotLeft   = 60
	dotRadius  = 2.3
	markRadius = 4
	leader     = 15 // from the end of a curve to its name
	// No more decades than this are drawn: a cost that is smaller by so much
	// than the largest one is noise around zero.
	maxDecades = 6
)

var (
	axisPen  = pen{size: 9, color: soft}
	tickPen  = pen{size: 9, color: soft, align: 1}
	sidePen  = pen{size: 8.6, color: soft, align: 0.5}
	curvePen = pen{size: 9.8, bold: true}
	notePen  = pen{size: 8.3, color: soft}
	markPen  = pen{size: 9.4, bold: true, color: ink}
)

// BreakEven draws the handoff cost per item against the compute in it, one
// line a strategy with its 95 % band, and the diagonal below which handing over
// is faster than serial.
func BreakEven(b *analysis.BreakEven, caption Caption) *Picture {
	p := &breakEvenPlot{BreakEven: b, caption: caption}
	p.scales()
	p.subtitle = p.conditions()
	p.layout()
	return &Picture{width: pageWidth, height: p.bottom + 62, draw: p.draw}
}

// breakEvenPlot is the picture with its places computed.
type breakEvenPlot struct {
	*analysis.BreakEven
	caption  Caption
	subtitle string

	x, y                     logScale
	left, right, top, bottom float64

	taken []point // what labels keep away from: curves, marks, earlier labels
}

func (p *breakEvenPlot) conditions() string {
	text := fmt.Sprintf("Cost of handing one item over, against the work in it. %d workers", p.Workers)
	if p.Family != "" {
		text += ", " + p.Family
	}
	least, most := p.Samples()
	text += ". " + samplesWords(least, most)
	if least >= analysis.MinSamples {
		text += ", bands: 95% intervals"
	}
	text += "."
	if p.anyUncertain() {
		text += "\nHollow: not clear of zero."
	}
	return text
}

func (p *breakEvenPlot) anyUncertain() bool {
	for _, c := range p.Curves {
		if slices.ContainsFunc(c.Points, p.uncertain) {
			return true
		}
	}
	return false
}

// uncertain reports whether the cost cannot be told from zero.
func (p *breakEvenPlot) uncertain(q analysis.CostPoint) bool {
	return q.Cost.Center < p.y.lo || q.Cost.Known() && q.Cost.Lo <= 0
}

// scales chooses what the axes span: all sizes, and all costs that are clear
// of zero.
func (p *breakEvenPlot) scales() {
	xLo, xHi, yLo, yHi := math.Inf(1), 0.0, math.Inf(1), 0.0
	for _, c := range p.Curves {
		for _, q := range c.Points {
			xLo, xHi = min(xLo, q.Compute), max(xHi, q.Compute)
			if q.Cost.Center > 0 {
				yLo, yHi = min(yLo, q.Cost.Center), max(yHi, q.Cost.Center)
			}
			if q.Cost.Known() {
				yHi = max(yHi, q.Cost.Hi)
			}
		}
	}
	if yHi <= 0 || math.IsInf(yLo, 0) { // every cost is noise around zero
		yLo, yHi = xLo, xHi
	}
	yLo = max(yLo, yHi/math.Pow(10, maxDecades))
	p.y = logScale{lo: yLo / 2.2, hi: yHi * 1.5}
	p.x = logScale{lo: xLo / 1.35, hi: xHi * 1.35}
}

func (p *breakEvenPlot) layout() {
	p.top = headHeight(p.subtitle) + 42
	p.bottom = p.top + plotHeight
	names := 0.0
	for _, c := range p.Curves {
		names = max(names, curvePen.width(c.Column.Label), notePen.width(c.Words()), notePen.width(intervalNote(c)), notePen.width(c.Loaded))
	}
	p.left = plotLeft
	p.right = pageWidth - margin - min(names, 190) - leader - 4
	p.x.a, p.x.b = p.left, p.right
	p.y.a, p.y.b = p.bottom, p.top
}

// curveNotes stand below a curve's name.
func curveNotes(c analysis.Curve) []string {
	notes := []string{c.Words(), intervalNote(c)}
	if c.Loaded != "" {
		notes = append(notes, c.Loaded)
	}
	return notes
}

func intervalNote(c analysis.Curve) string {
	if !c.Crossing.Known() {
		return "too few rounds for an interval"
	}
	return "95%: " + c.Crossing.IntervalWords()
}

func (p *breakEvenPlot) place(compute, cost float64) point {
	return point{p.x.at(compute), p.y.at(cost)}
}

func (p *breakEvenPlot) draw(s *sheet) {
	s.frame(p.Title(), p.subtitle, p.caption)
	s.text(point{margin, p.top - 16}, axisPen, "handoff cost per item: worker time beyond the computing itself")
	p.losingSide(s)
	p.axes(s)
	p.diagonal(s)
	for _, c := range p.Curves {
		p.band(s, c)
	}
	for _, c := range p.Curves {
		p.curve(s, c)
	}
	p.taken = p.obstacles()
	p.sideWords(s)
	p.crossings(s)
	p.names(s)
}

func (p *breakEvenPlot) axes(s *sheet) {
	area := panel{p.left, p.right, p.top, p.bottom, p.x, p.y}
	area.rules(s, timeTicks(p.y.ticks()), true)
	area.foot(s, timeTicks(p.x.ticks()), "computing in one item, as serial measures it")
}

// diagonalPoints returns the line o = (P−1)·c within the axes, from left to
// right, with the ends where it leaves them.
func (p *breakEvenPlot) diagonalPoints() (line []point, inside bool) {
	k := float64(p.Workers - 1)
	lo, hi := max(p.x.lo, p.y.lo/k), min(p.x.hi, p.y.hi/k)
	if k == 0 || lo >= hi {
		return nil, false
	}
	return []point{p.place(lo, k*lo), p.place(hi, k*hi)}, true
}

// losingSide shades where handing over is slower than serial.
func (p *breakEvenPlot) losingSide(s *sheet) {
	k := float64(p.Workers - 1)
	edge := []point{p.place(p.x.lo, k*p.x.lo)}
	if line, ok := p.diagonalPoints(); ok {
		edge = append(edge, line...)
	}
	edge = append(edge, p.place(p.x.hi, k*p.x.hi), point{p.right, p.top}, point{p.left, p.top})
	s.fill(shade, edge...)
}

func (p *breakEvenPlot) diagonal(s *sheet) {
	if line, ok := p.diagonalPoints(); ok {
		s.line(ink, 1, line...)
	}
}

func (p *breakEvenPlot) band(s *sheet, c analysis.Curve) {
	var upper, lower []point
	for _, q := range c.Points {
		if !q.Cost.Known() {
			return
		}
		upper = append(upper, p.place(q.Compute, q.Cost.Hi))
		lower = append(lower, p.place(q.Compute, q.Cost.Lo))
	}
	slices.Reverse(lower)
	if len(upper) > 1 {
		s.fill(pale(strategyColor(c.Column.Strategy)), append(upper, lower...)...)
	}
}

// line is the curve as it is drawn. Between two positive costs it is straight;
// where a cost is not positive it bends down to the axis.
func (p *breakEvenPlot) line(c analysis.Curve) []point {
	var line []point
	for i, q := range c.Points {
		if i > 0 {
			line = append(line, p.bend(c.Points[i-1], q)...)
		}
		line = append(line, p.place(q.Compute, q.Cost.Center))
	}
	return line
}

func (p *breakEvenPlot) bend(a, b analysis.CostPoint) []point {
	if a.Cost.Center > 0 && b.Cost.Center > 0 {
		return nil
	}
	const steps = 60
	var line []point
	for i := 1.0; i < steps; i++ {
		x := a.Compute * math.Pow(b.Compute/a.Compute, i/steps)
		line = append(line, p.place(x, analysis.CostBetween(a, b, x)))
	}
	return line
}

func (p *breakEvenPlot) curve(s *sheet, c analysis.Curve) {
	clr := strategyColor(c.Column.Strategy)
	if line := p.line(c); len(line) > 1 {
		s.line(clr, 1.6, line...)
	}
	for _, q := range c.Points {
		at := p.place(q.Compute, q.Cost.Center)
		s.disc(clr, at, dotRadius, 0)
		if p.uncertain(q) {
			s.disc(paper, at, dotRadius-1, 0)
		}
	}
}

// obstacles are the places that a label should keep away from.
func (p *breakEvenPlot) obstacles() []point {
	var all []point
	for _, c := range p.Curves {
		all = append(all, along(p.line(c), 4)...)
		if mark, ok := p.mark(c); ok {
			all = append(all, mark)
		}
	}
	return all
}

// mark is where a curve meets the diagonal.
func (p *breakEvenPlot) mark(c analysis.Curve) (point, bool) {
	x := c.Crossing.X
	return p.place(x, float64(p.Workers-1)*x), c.Crossing.Kind == analysis.At
}

// sideWords says on both sides of the diagonal who wins there, where the
// curves leave room: in full if there is a place for it.
func (p *breakEvenPlot) sideWords(s *sheet) {
	line, ok := p.diagonalPoints()
	if !ok {
		return
	}
	for _, words := range [][2]string{
		{"handing over is slower than serial", "handing over is faster than serial"},
		{"slower than serial", "faster than serial"},
	} {
		if place, room := p.sidePlace(line, sidePen.width(words[0])); room > 6 {
			p.setSideWords(s, place, words)
			return
		}
	}
}

// sideLabel is a stretch of the diagonal and the places that texts on both
// sides of it would take.
type sideLabel struct {
	middle, along point // along has length 1
	taken         []point
}

// across is the direction to the upper left of the diagonal.
func (l sideLabel) across() point { return point{l.along.y, -l.along.x} }

func (p *breakEvenPlot) sidePlace(line []point, width float64) (sideLabel, float64) {
	whole := math.Hypot(line[1].x-line[0].x, line[1].y-line[0].y)
	d := direction(line[0], line[1])
	var places []sideLabel
	var candidates [][]point
	for t := width/2 + 6; t <= whole-width/2-6; t += 4 {
		l := sideLabel{middle: offset(line[0], d, t), along: d}
		a, b := offset(l.middle, d, -width/2), offset(l.middle, d, width/2)
		for _, side := range []float64{9, -9} {
			l.taken = append(l.taken, along([]point{offset(a, l.across(), side), offset(b, l.across(), side)}, 6)...)
		}
		if p.inside(l.taken) {
			places, candidates = append(places, l), append(candidates, l.taken)
		}
	}
	if len(places) == 0 {
		return sideLabel{}, 0
	}
	best, room := clearest(candidates, p.taken, 28)
	return places[best], room
}

// inside reports whether all points keep a little distance to the axes.
func (p *breakEvenPlot) inside(points []point) bool {
	const gap = 5
	return !slices.ContainsFunc(points, func(q point) bool {
		return q.x < p.left+gap || q.x > p.right-gap || q.y < p.top+gap || q.y > p.bottom-gap
	})
}

func (p *breakEvenPlot) setSideWords(s *sheet, l sideLabel, words [2]string) {
	pen := sidePen
	pen.turn = math.Atan2(-l.along.y, l.along.x)
	s.text(offset(l.middle, l.across(), 5), pen, words[0])
	s.text(offset(l.middle, l.across(), -11), pen, words[1])
	p.taken = append(p.taken, l.taken...)
}

func direction(a, b point) point {
	l := math.Hypot(b.x-a.x, b.y-a.y)
	return point{(b.x - a.x) / l, (b.y - a.y) / l}
}

func offset(p, d point, by float64) point { return point{p.x + d.x*by, p.y + d.y*by} }

// crossings marks the break-evens, and names the one that the title is about.
func (p *breakEvenPlot) crossings(s *sheet) {
	for _, c := range p.Curves {
		if mark, ok := p.mark(c); ok {
			s.disc(ink, mark, markRadius, 1.2)
		}
	}
	best := p.Earliest("process-")
	if best == nil {
		best = p.Earliest("")
	}
	if mark, ok := p.mark(*best); ok {
		p.nameMark(s, mark, "break-even: "+analysis.Time(best.Crossing.X, 2))
	}
}

// nameMark sets a label near a mark with a line to it, below and to the right
// of the diagonal, where curves leave most room.
func (p *breakEvenPlot) nameMark(s *sheet, mark point, label string) {
	width := markPen.width(label)
	var origins []point
	for _, dy := range []float64{26, 34, 44, 56, -22, 70, 90, 18} {
		for _, dx := range []float64{14, 24, 38, 54} {
			o := point{mark.x + dx, mark.y + dy}
			if o.x+width > p.right-4 || o.y > p.bottom-5 || o.y-8 < p.top {
				continue
			}
			origins = append(origins, o)
		}
	}
	if len(origins) == 0 {
		return
	}
	o := setFree(s, markPen, label, point{1, 0}, origins, p.taken, 14)[0]
	near := point{o.x - 2, o.y - 7}
	if o.y < mark.y {
		near.y = o.y + 2
	}
	d := direction(mark, near)
	s.line(ink, 0.8, offset(mark, d, markRadius+2.5), near)
}

// names sets each strategy's name and break-even at the right end of its curve.
func (p *breakEvenPlot) names(s *sheet) {
	names := make([]endName, len(p.Curves))
	for i, c := range p.Curves {
		line := p.line(c)
		names[i] = endName{line[len(line)-1], strategyColor(c.Column.Strategy), c.Column.Label, curveNotes(c)}
	}
	setNames(s, p.right+leader, pageWidth-margin+8, p.top-8, p.bottom+12, names)
}
