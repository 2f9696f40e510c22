package plots

import (
	"github.com/handoff-go/handoff/report/analysis"
)

// Measures of the picture "memory", in points.
const (
	memoryPitch = 26
	memoryBar   = 15
	memoryGap   = 16 // between amounts
)

var amountPen = pen{size: 9.2, color: ink}

// Memory draws what an item takes in bytes: a row a strategy, beside each other
// the bytes on the wire, those allocated, and what the processes hold at most.
func Memory(m *analysis.Memory, caption Caption) *Picture {
	p := &memoryPlot{Memory: m, caption: caption, subtitle: memorySubtitle(m)}
	p.layout()
	return &Picture{width: pageWidth, height: p.bottom + 40, draw: p.draw}
}

func memorySubtitle(m *analysis.Memory) string {
	text := upper(workersAndWork(m.Workers, m.Work.Words())) + samplesWords(m.Samples()) + "; each column has its own scale."
	if m.Split() {
		text += "\nDark: the workers, pale: the coordinator."
	}
	for _, a := range m.Amounts {
		for _, r := range a.Rows {
			if r.Total.N > 0 && r.Total.Noisy() {
				return text + " Tilde: too noisy to compare."
			}
		}
	}
	return text
}

// memoryPlot is the picture with its places computed.
type memoryPlot struct {
	*analysis.Memory
	caption  Caption
	subtitle string

	top, bottom, left, width float64 // width of one amount
}

func (p *memoryPlot) layout() {
	p.top = headHeight(p.subtitle) + 36
	p.bottom = p.top + memoryPitch*float64(len(p.Columns))
	names := 0.0
	for _, c := range p.Columns {
		names = max(names, rowPen.width(c.Label))
	}
	p.left = margin + min(names, 170) + 12
	n := float64(len(p.Amounts))
	p.width = (pageWidth - margin - p.left - memoryGap*(n-1)) / n
}

func (p *memoryPlot) draw(s *sheet) {
	s.frame(p.Title(), p.subtitle, p.caption)
	for i, c := range p.Columns {
		s.text(point{margin, p.top + memoryPitch*float64(i) + memoryBar/2 + 3.6}, fit(rowPen, c.Label, p.left-margin-8), c.Label)
	}
	for i, a := range p.Amounts {
		p.amount(s, p.left+(p.width+memoryGap)*float64(i), a)
	}
}

func (p *memoryPlot) amount(s *sheet, left float64, a analysis.Amount) {
	head := headPen
	head.align = 0
	s.text(point{left, p.top - 11}, fit(head, a.Words, p.width), a.Words)
	s.line(rule, 0.7, point{left, p.top - 6}, point{left + p.width, p.top - 6})
	largest, widest := 1e-12, 0.0
	for _, r := range a.Rows {
		if r.Total.N > 0 {
			largest, widest = max(largest, r.Total.Center), max(widest, amountPen.width(amountText(r)))
		}
	}
	scale := (p.width - widest - 6) / largest
	for i, r := range a.Rows {
		p.bar(s, left, p.top+memoryPitch*float64(i), scale, r, p.Columns[i])
	}
}

// bar draws the workers' part first. A row without an amount has a dash.
func (p *memoryPlot) bar(s *sheet, left, top, scale float64, r analysis.AmountRow, c analysis.Column) {
	base := top + memoryBar/2 + 3.3
	if r.Total.N == 0 || !(r.Total.Center > 0) {
		pen := amountPen
		pen.color = faint
		s.text(point{left, base}, pen, "–")
		return
	}
	full, thin := strategyColor(c.Strategy), mixed(strategyColor(c.Strategy))
	right := left + scale*r.Total.Center
	split := right
	switch parts := r.Workers + r.Coordinator; {
	case parts > 0 && r.Workers > 0:
		split = left + (right-left)*r.Workers/parts
	case parts > 0:
		split = left
	}
	s.box(full, left, top, split, top+memoryBar)
	if split < right {
		s.box(thin, split+min(segmentGap, split-left), top, right, top+memoryBar)
	}
	s.text(point{right + 5, base}, amountPen, amountText(r))
}

func amountText(r analysis.AmountRow) string {
	text := analysis.Bytes(r.Total.Center, 3)
	if r.Total.Noisy() {
		return "~" + text
	}
	return text
}
