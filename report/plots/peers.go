package plots

import (
	"fmt"
	"image/color"
	"math"
	"strings"

	"github.com/handoff-go/handoff/report/analysis"
)

// Measures of the picture "peers", in points.
const (
	peerPitch  = 15
	peerRadius = 3.1
	peerValues = 50 // column of times at the right
	peerRatios = 46 // column of ratios, right of it
)

// peerGrey is for what is not ours.
var peerGrey = faint

var (
	peerPen  = pen{size: 9.2, color: soft}
	ourPen   = pen{size: 9.2, bold: true}
	idealPen = pen{size: 8.6, color: soft, align: 0.5}
)

// Peers draws what an item costs, one row a pool with its 95 % interval, on a
// logarithmic axis, the fastest at the top; ours in their colours, others grey.
func Peers(p *analysis.Peers, caption Caption) *Picture {
	plot := &peersPlot{Peers: p, caption: caption, subtitle: peersSubtitle(p)}
	plot.layout()
	return &Picture{width: pageWidth, height: plot.bottom + 50, draw: plot.draw}
}

func peersSubtitle(p *analysis.Peers) string {
	text := fmt.Sprintf("Time per item, logarithmic; %d workers", p.Workers)
	if words := p.Work.Words(); words != "" {
		text += ", " + words
	}
	least, most := p.Samples()
	text += ". " + samplesWords(least, most)
	if least >= analysis.MinSamples {
		text += ", lines: 95% intervals"
	}
	text += ".\nHandoff's strategies in colour, others grey."
	if hasPython(p) {
		text += " Python computes in Python."
	}
	return text
}

// peersPlot is the picture with its places computed.
type peersPlot struct {
	*analysis.Peers
	caption  Caption
	subtitle string

	x           logScale
	top, bottom float64 // of the rows
}

func (p *peersPlot) layout() {
	p.top = headHeight(p.subtitle) + 34
	p.bottom = p.top + peerPitch*float64(len(p.Rows))
	p.x.lo, p.x.hi = math.Inf(1), 0
	names := 0.0
	for _, r := range p.Rows {
		names = max(names, p.rowPen(r).width(r.Label))
		p.widen(r.Time)
	}
	p.widen(p.Ideal)
	if math.IsInf(p.x.lo, 0) || p.x.hi <= 0 {
		p.x.lo, p.x.hi = 1e-9, 1e-6 // nothing but zeros
	}
	p.x.lo, p.x.hi = p.x.lo/1.6, p.x.hi*1.6
	p.x.a = margin + min(names, 210) + 14
	p.x.b = pageWidth - margin - peerValues - peerRatios - 10
}

// widen makes room for an interval; what is not positive has no place.
func (p *peersPlot) widen(i analysis.Interval) {
	for _, v := range []float64{i.Center, i.Lo, i.Hi} {
		if v > 0 && !math.IsInf(v, 0) {
			p.x.lo, p.x.hi = min(p.x.lo, v), max(p.x.hi, v)
		}
	}
}

func (p *peersPlot) draw(s *sheet) {
	s.frame(p.Title(), p.subtitle, p.caption)
	right := s.width - margin
	s.text(point{right, p.top - 10}, headPen, "of ideal")
	s.text(point{right - peerRatios, p.top - 10}, headPen, "per item")
	p.axis(s)
	for i, r := range p.Rows {
		y := p.rowAt(i)
		s.line(rule, 0.5, point{p.x.a - 6, y}, point{p.x.at(r.Time.Center), y})
	}
	p.ideal(s)
	for i, r := range p.Rows {
		p.row(s, p.rowAt(i), r)
	}
}

// rowAt is the middle of a row.
func (p *peersPlot) rowAt(i int) float64 { return p.top + peerPitch*(float64(i)+0.5) }

func (p *peersPlot) axis(s *sheet) {
	s.line(faint, 0.8, point{p.x.a, p.bottom}, point{p.x.b, p.bottom})
	for _, v := range p.x.ticks() {
		x := p.x.at(v)
		s.line(rule, 0.6, point{x, p.top - 4}, point{x, p.bottom})
		s.line(faint, 0.8, point{x, p.bottom}, point{x, p.bottom + 3})
		pen := tickPen
		pen.align = 0.5
		s.text(point{x, p.bottom + 13}, pen, analysis.Time(v, 1))
	}
}

// ideal marks the time that no pool of so many workers can beat.
func (p *peersPlot) ideal(s *sheet) {
	x := p.x.at(p.Ideal.Center)
	label := fmt.Sprintf("ideal: serial ÷ %d", p.Workers)
	s.line(ink, 0.9, point{x, p.top - 5}, point{x, p.bottom})
	half := idealPen.width(label) / 2
	s.text(point{min(max(x, p.x.a+half), p.x.b-half), p.top - 10}, idealPen, label)
}

func (p *peersPlot) rowPen(r analysis.PeerRow) pen {
	if !r.Ours {
		return peerPen
	}
	pen := ourPen
	pen.color = p.color(r)
	return pen
}

func (p *peersPlot) color(r analysis.PeerRow) color.Color {
	if r.Ours {
		return strategyColor(r.Column.Strategy)
	}
	return peerGrey
}

func (p *peersPlot) row(s *sheet, y float64, r analysis.PeerRow) {
	pen, base := p.rowPen(r), y+3.2
	s.text(point{margin, base}, fit(pen, r.Label, p.x.a-margin-8), r.Label)
	at := point{p.x.at(r.Time.Center), y}
	if r.Time.Known() {
		s.line(p.color(r), 1.6, point{p.x.at(r.Time.Lo), y}, point{p.x.at(r.Time.Hi), y})
	}
	s.disc(p.color(r), at, peerRadius, 0.8)
	pen.align = 1
	s.text(point{s.width - margin - peerRatios, base}, pen, analysis.Time(r.Time.Center, 3))
	if r.OverIdeal.N > 0 {
		s.text(point{s.width - margin, base}, pen, multiple(r.OverIdeal.Center))
	}
}

// multiple is a ratio that may be in the thousands.
func multiple(v float64) string {
	if v >= 100 {
		return analysis.Number(v, 2) + "×"
	}
	return analysis.Times(v)
}

// hasPython reports whether there are rows whose computing is slower, too.
func hasPython(p *analysis.Peers) bool {
	for _, r := range p.Rows {
		if strings.HasPrefix(r.Column.Strategy, "peer-python-") {
			return true
		}
	}
	return false
}
