package plots

import (
	"math"
	"slices"

	"github.com/handoff-go/handoff/report/analysis"
)

// Measures of the picture "payload", in points.
const (
	payloadHeight = 118 // of a panel
	payloadPitch  = payloadHeight + 58
	payloadNames  = 96 // right of a panel
	zeroGap       = 24 // from no payload to the smallest
	kneeSize      = 3.4
)

// Payload draws what handing an item over costs over the bytes that it carries,
// one panel a shape, one line a strategy; or what a codec takes, a line each.
func Payload(p *analysis.Payload, caption Caption) *Picture {
	plot := &payloadPlot{Payload: p, caption: caption, subtitle: payloadSubtitle(p)}
	plot.layout()
	return &Picture{width: pageWidth, height: plot.height, draw: plot.draw}
}

func payloadSubtitle(p *analysis.Payload) string {
	text := p.Words + " " + upper(workersAndWork(p.Workers, "")) + samplesWords(p.Samples())
	if least, _ := p.Samples(); least >= analysis.MinSamples {
		text += ", 95% intervals"
	}
	text += "."
	if anyKnee(p) {
		text += " Bar across a line: the payload that doubles the cost of an item."
	}
	for _, panel := range p.Panels {
		for _, line := range panel.Lines {
			if anyNoisy(payloadValues(line)) {
				return text + " " + noisyWords
			}
		}
	}
	return text
}

func anyKnee(p *analysis.Payload) bool {
	return slices.ContainsFunc(p.Panels, func(panel analysis.PayloadPanel) bool {
		return slices.ContainsFunc(panel.Lines, func(l analysis.PayloadLine) bool { return l.Knee.N > 0 && !l.Knee.Noisy() })
	})
}

func payloadValues(line analysis.PayloadLine) []value {
	all := make([]value, len(line.Points))
	for i, q := range line.Points {
		all[i] = value{q.Bytes, q.Cost}
	}
	return all
}

// payloadPlot is the picture with its places computed.
type payloadPlot struct {
	*analysis.Payload
	caption  Caption
	subtitle string

	columns     int
	width       float64 // of a panel
	top, height float64
	x, y        logScale // without places
	payloads    []float64
}

func (p *payloadPlot) layout() {
	p.columns = min(2, len(p.Panels))
	inner := float64(pageWidth - margin - plotLeft)
	p.width = inner/float64(p.columns) - payloadNames
	p.top = headHeight(p.subtitle) + 40
	rows := (len(p.Panels) + p.columns - 1) / p.columns
	p.height = p.top + payloadPitch*float64(rows) + 8
	p.scales()
}

// scales spans all panels alike, so that they can be compared.
func (p *payloadPlot) scales() {
	yLo, yHi := math.Inf(1), 0.0
	for _, panel := range p.Panels {
		for _, line := range panel.Lines {
			for _, q := range line.Points {
				yLo, yHi = min(yLo, q.Cost.Center), max(yHi, q.Cost.Center)
				if !slices.Contains(p.payloads, q.Bytes) {
					p.payloads = append(p.payloads, q.Bytes)
				}
			}
		}
	}
	slices.Sort(p.payloads)
	p.y = logScale{lo: yLo / 1.7, hi: yHi * 1.7}
	p.x.lo = p.payloads[0]
	if p.x.lo == 0 {
		p.x.lo = p.payloads[1]
	}
	p.x.hi = p.payloads[len(p.payloads)-1]
	if p.x.hi == p.x.lo { // one payload beside none
		p.x.lo /= 2
	}
}

// area is where the panel of an index goes.
func (p *payloadPlot) area(i int) panel {
	left := plotLeft + (p.width+payloadNames)*float64(i%p.columns)
	top := p.top + payloadPitch*float64(i/p.columns)
	area := panel{left: left, right: left + p.width, top: top, bottom: top + payloadHeight}
	x, y := p.x, p.y
	x.a, x.b = left+8, area.right-6
	if p.payloads[0] == 0 {
		x.a += zeroGap
	}
	y.a, y.b = area.bottom, area.top
	area.x, area.y = zeroScale{x, left + 8}, y
	return area
}

func (p *payloadPlot) draw(s *sheet) {
	s.frame(p.Title(), p.subtitle, p.caption)
	for i, panel := range p.Panels {
		p.panel(s, p.area(i), panel, i%p.columns == 0)
	}
}

func (p *payloadPlot) panel(s *sheet, area panel, data analysis.PayloadPanel, first bool) {
	title := rowPen
	title.bold = true
	head := data.Shape
	if head == "" {
		head = "all shapes"
	}
	s.text(point{area.left, area.top - 8}, title, head)
	area.rules(s, timeTicks(p.y.ticks()), first)
	area.foot(s, p.ticks(area), "payload")
	if p.payloads[0] == 0 {
		p.gap(s, area)
	}
	names := make([]endName, len(data.Lines))
	for i, line := range data.Lines {
		values := payloadValues(line)
		area.series(s, strategyColor(line.Column.Strategy), values)
		p.knee(s, area, line)
		last := values[len(values)-1]
		names[i] = endName{at: area.place(last.x, last.y.Center), color: strategyColor(line.Column.Strategy), name: line.Column.Label}
	}
	setNames(s, area.right+leader-4, area.right+payloadNames-4, area.top-8, area.bottom+10, names)
}

// ticks label the payloads, from the largest down, as far as there is room.
func (p *payloadPlot) ticks(area panel) []tick {
	var all []tick
	free := math.Inf(1)
	for _, bytes := range slices.Backward(p.payloads) {
		text := analysis.Bytes(bytes, 3)
		if bytes == 0 {
			text = "0"
		}
		x, half := area.x.at(bytes), tickPen.width(text)/2+3
		if x+half <= free {
			all = append(all, tick{bytes, text})
			free = x - half
		}
	}
	return all
}

// gap breaks the axis between no payload and the smallest.
func (p *payloadPlot) gap(s *sheet, area panel) {
	x := area.x.at(0) + zeroGap/2
	s.line(paper, 2.4, point{x - 1.6, area.bottom}, point{x + 1.6, area.bottom})
	for _, d := range []float64{-2, 2} {
		s.line(faint, 0.8, point{x + d - 1.2, area.bottom + 3}, point{x + d + 1.2, area.bottom - 3})
	}
}

// knee draws a bar across a line where it has doubled.
func (p *payloadPlot) knee(s *sheet, area panel, line analysis.PayloadLine) {
	if line.Knee.N == 0 || line.Knee.Noisy() {
		return
	}
	at, ok := doubled(area, line)
	if !ok {
		return
	}
	c := strategyColor(line.Column.Strategy)
	s.line(paper, 3.4, point{at.x, at.y - kneeSize - 0.8}, point{at.x, at.y + kneeSize + 0.8})
	s.line(c, 1.6, point{at.x, at.y - kneeSize}, point{at.x, at.y + kneeSize})
}

// doubled is where the line as drawn reaches twice its height at the left.
func doubled(area panel, line analysis.PayloadLine) (point, bool) {
	y := area.y.at(2 * line.Points[0].Cost.Center)
	for i, q := range line.Points[1:] {
		before := line.Points[i]
		a, b := area.place(before.Bytes, before.Cost.Center), area.place(q.Bytes, q.Cost.Center)
		if b.y <= y && a.y > y { // upwards
			return point{a.x + (b.x-a.x)*(y-a.y)/(b.y-a.y), y}, true
		}
	}
	return point{}, false
}
