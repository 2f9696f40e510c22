package plots

import (
	"fmt"
	"math"
	"strconv"

	"github.com/handoff-go/handoff/report/analysis"
)

// Measures of the picture "phases", in points.
const (
	rowPitch     = 36
	barHeight    = 20
	laneGap      = 2.2
	laneHeight   = 4
	segmentGap   = 0.7
	speedWidth   = 48 // column of speed-ups at the right
	costWidth    = 74 // column of handoff costs, left of it
	phaseNameGap = 17 // from the last bar to the names of the phases
)

var (
	rowPen   = pen{size: 10.2, color: ink}
	totalPen = pen{size: 10.2, bold: true, color: ink}
	headPen  = pen{size: 8.2, color: faint, align: 1}
	namePen  = pen{size: 9.2, bold: true, align: 0.5}
	valuePen = pen{size: 8.8, align: 0.5}
)

// Phases draws where an item's time goes: one bar a strategy, worker time per
// item by phase; the coordinator's own time as a thin bar under it; the
// speed-up over serial at the right.
func Phases(b *analysis.Breakdown, caption Caption) *Picture {
	p := &phasesPlot{Breakdown: b, caption: caption, subtitle: phasesSubtitle(b)}
	p.layout()
	return &Picture{width: pageWidth, height: p.bottom + 52, draw: p.draw}
}

func phasesSubtitle(b *analysis.Breakdown) string {
	text := fmt.Sprintf("Worker time per item by phase. %d workers", b.Workers)
	if words := b.Work.Words(); words != "" {
		text += ", " + words
	}
	text += fmt.Sprintf(": %s of work in each item. %s.", analysis.Time(b.Compute, 2), samplesWords(b.Samples()))
	for _, bar := range b.Bars {
		if bar.Coordinator != nil {
			return text + "\nThin bar: the coordinator's own time."
		}
	}
	return text
}

// samplesWords says how many samples stand behind a picture's medians.
func samplesWords(least, most int) string {
	if most == 1 {
		return "One sample of each"
	}
	if least == most {
		return fmt.Sprintf("Medians of %d samples", most)
	}
	return fmt.Sprintf("Medians of %d to %d samples", least, most)
}

// phasesPlot is the picture with its places computed.
type phasesPlot struct {
	*analysis.Breakdown
	caption  Caption
	subtitle string

	top, bottom float64 // of the rows
	left        float64 // where bars start
	scale       float64 // points a second
	unit        float64 // seconds
	unitName    string
	decimals    int // of all numbers in the picture
}

// segment is one phase's part of a bar.
type segment struct {
	phase       string
	value       float64 // seconds
	left, right float64 // points
}

func (p *phasesPlot) layout() {
	p.top = headHeight(p.subtitle) + 28
	p.bottom = p.top + rowPitch*float64(len(p.Bars))
	longest, label := 1e-12, 0.0 // never zero: it divides
	for _, bar := range p.Bars {
		longest = max(longest, bar.Total.Center, sum(bar.Worker), sum(bar.Coordinator))
		label = max(label, rowPen.width(bar.Column.Label))
	}
	p.unitName, p.unit = analysis.TimeUnit(longest)
	p.decimals = max(0, 2-int(math.Floor(math.Log10(longest/p.unit)+1e-9)))
	p.left = margin + min(label, 190) + 12
	room := pageWidth - margin - speedWidth - costWidth - p.left - totalPen.width("00.0 µs") - 8
	p.scale = room / longest
}

func sum(values []float64) float64 {
	total := 0.0
	for _, v := range values {
		total += v
	}
	return total
}

func (p *phasesPlot) draw(s *sheet) {
	s.frame(p.Title(), p.subtitle, p.caption)
	right := s.width - margin
	s.text(point{right, p.top - 10}, headPen, "speed-up")
	s.text(point{right - speedWidth, p.top - 10}, headPen, "handoff cost")
	s.line(rule, 0.7, point{margin, p.top - 5}, point{right, p.top - 5})
	for i, bar := range p.Bars {
		p.row(s, p.top+rowPitch*float64(i), bar)
	}
	p.names(s)
}

func (p *phasesPlot) row(s *sheet, top float64, bar analysis.Bar) {
	base := top + barHeight/2 + 3.7
	s.text(point{margin, base}, fit(rowPen, bar.Column.Label, p.left-margin-8), bar.Column.Label)
	segments := p.segments(bar.Worker, bar.Rest)
	for _, g := range segments {
		p.segment(s, g, top, barHeight)
	}
	end := max(p.left+p.scale*bar.Total.Center, segments[len(segments)-1].right)
	s.text(point{end + 7, base}, totalPen, p.total(bar.Total.Center))
	p.columns(s, base, bar)
	for _, g := range p.segments(bar.Coordinator, 0) {
		g.right = max(g.right, g.left+0.4)
		s.box(phaseColors[g.phase].fill, g.left, top+barHeight+laneGap, g.right, top+barHeight+laneGap+laneHeight)
	}
}

// columns sets the numbers at the right of a row.
func (p *phasesPlot) columns(s *sheet, base float64, bar analysis.Bar) {
	right := rowPen
	right.align = 1
	if bar.Speedup.N > 0 {
		s.text(point{s.width - margin, base}, right, speedText(bar))
	}
	cost := "–"
	switch {
	case bar.Cost.N > 0 && bar.Cost.Center > 0:
		cost = analysis.Time(bar.Cost.Center, 2)
	case bar.Cost.N > 0:
		cost = "≈ 0"
	}
	s.text(point{s.width - margin - speedWidth, base}, right, cost)
}

// speedText marks a speed-up that cannot be told from 1 with a tilde, as the
// tables do.
func speedText(bar analysis.Bar) string {
	text := analysis.Times(bar.Speedup.Center)
	if s := bar.Speedup; s.Known() && s.Lo <= 1 && s.Hi >= 1 && !bar.Column.IsSerial() {
		return "~" + text
	}
	return text
}

func (p *phasesPlot) total(seconds float64) string {
	return p.value(seconds) + " " + p.unitName
}

// segments lays a lane's phases end to end. A rest that is worth showing
// closes the bar.
func (p *phasesPlot) segments(lane []float64, rest float64) []segment {
	var all []segment
	x := p.left
	add := func(phase string, v float64) {
		if v <= 0 {
			return
		}
		all = append(all, segment{phase, v, x, x + p.scale*v})
		x += p.scale * v
	}
	for i, v := range lane {
		add(analysis.Phases[i], v)
	}
	if rest > 0.01*(sum(lane)+rest) {
		add(restPhase, rest)
	}
	if len(all) == 0 && lane != nil {
		all = append(all, segment{restPhase, 0, x, x})
	}
	return all
}

func (p *phasesPlot) segment(s *sheet, g segment, top, height float64) {
	colors := phaseColors[g.phase]
	// The gap keeps neighbours apart without hue; a sliver keeps its width.
	gap := min(segmentGap, (g.right-g.left)/4)
	s.box(colors.fill, g.left, top, g.right-gap, top+height)
	label := p.value(g.value)
	pen := valuePen
	pen.color = colors.on
	if pen.width(label)+4 <= g.right-g.left {
		s.text(point{(g.left + g.right) / 2, top + height/2 + 3.2}, pen, label)
	}
}

// value spells a time in the picture's unit, which it leaves out.
func (p *phasesPlot) value(seconds float64) string {
	return strconv.FormatFloat(seconds/p.unit, 'f', p.decimals, 64)
}

// fit returns the pen, set smaller if the text would not fit into width.
func fit(p pen, text string, width float64) pen {
	for p.width(text) > width && p.size > 6 {
		p.size -= 0.3
	}
	return p
}

// names sets the phases' names under the last bar, each near its part there.
// A phase that the last bar lacks keeps its place in the order, without a line.
func (p *phasesPlot) names(s *sheet) {
	if len(p.Bars) == 0 {
		return
	}
	last := p.Bars[len(p.Bars)-1]
	labels := p.nameLabels(last)
	centers, widths := make([]float64, len(labels)), make([]float64, len(labels))
	for i, l := range labels {
		centers[i], widths[i] = l.anchor, namePen.width(l.phase)+9
	}
	pushApart(centers, widths, p.left, s.width-margin)
	under := p.top + rowPitch*float64(len(p.Bars)-1) + barHeight
	if last.Coordinator != nil {
		under += laneGap + laneHeight
	}
	for i, l := range labels {
		pen := namePen
		pen.color = phaseColors[l.phase].name
		s.text(point{centers[i], under + phaseNameGap}, pen, l.phase)
		if l.there {
			s.line(pen.color, 0.8, point{l.anchor, under + 1.8}, point{centers[i], under + phaseNameGap - 9.2})
		}
	}
}

// nameLabel is a phase's name and the middle of its part in the last bar.
type nameLabel struct {
	phase  string
	anchor float64
	there  bool
}

func (p *phasesPlot) nameLabels(last analysis.Bar) []nameLabel {
	segments := p.segments(last.Worker, last.Rest)
	var labels []nameLabel
	x := p.left
	for _, phase := range append(append([]string{}, analysis.Phases...), restPhase) {
		l := nameLabel{phase: phase, anchor: x}
		for _, g := range segments {
			if g.phase == phase && g.value > 0 {
				l.anchor, l.there, x = (g.left+g.right)/2, true, g.right
			}
		}
		if l.there || p.anywhere(phase) {
			labels = append(labels, l)
		}
	}
	return labels
}

// anywhere reports whether some bar shows the phase.
func (p *phasesPlot) anywhere(phase string) bool {
	for _, bar := range p.Bars {
		for _, g := range append(p.segments(bar.Worker, bar.Rest), p.segments(bar.Coordinator, 0)...) {
			if g.phase == phase && g.value > 0 {
				return true
			}
		}
	}
	return false
}
