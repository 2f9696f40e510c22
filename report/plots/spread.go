package plots

import (
	"fmt"
	"image/color"
	"strings"

	"github.com/handoff-go/handoff/report/analysis"
)

// Measures of the picture "spread", in points.
const (
	stripPitch  = 24
	stripHeight = 19
	stripNames  = 184
	stripWidths = 66   // column of intervals at the right
	stripRange  = 0.30 // of the median, up and down
)

var stripPen = pen{size: 8.4, color: soft}

// Spread draws every sample in the order of the run, as its ratio to the median
// of its cell, one strip a cell, the noisiest first.
func Spread(d *analysis.Spread, caption Caption) *Picture {
	p := &spreadPlot{Spread: d, caption: caption, subtitle: spreadSubtitle(d)}
	p.top = headHeight(p.subtitle) + 32
	p.left, p.right = margin+stripNames, pageWidth-margin-stripWidths
	p.name = stripPen
	for _, strip := range d.Strips {
		p.name = fit(p.name, strip.Words, stripNames-8)
	}
	bottom := p.top + stripPitch*float64(len(d.Strips)+1) + 6
	return &Picture{width: pageWidth, height: bottom + 48, draw: p.draw}
}

func spreadSubtitle(d *analysis.Spread) string {
	text := "Every sample in the order of the run, against the median of its cell."
	if len(d.Strips) < d.Cells {
		text += fmt.Sprintf(" The %d noisiest of %d cells.", len(d.Strips), d.Cells)
	}
	return text + fmt.Sprintf("\nA strip spans ±%.0f%%, its band ±10%%; a triangle lies beyond.", 100*stripRange)
}

// spreadPlot is the picture with its places computed.
type spreadPlot struct {
	*analysis.Spread
	caption  Caption
	subtitle string

	top, left, right float64
	name             pen // of all strips alike
}

func (p *spreadPlot) draw(s *sheet) {
	s.frame(p.Title(), p.subtitle, p.caption)
	s.text(point{s.width - margin, p.top - 9}, headPen, "median known to")
	p.strip(s, p.top, p.All)
	for i, strip := range p.Strips {
		p.strip(s, p.top+6+stripPitch*float64(i+1), strip)
	}
	y := p.top + 6 + stripPitch*float64(len(p.Strips)+1) + 8
	pen := axisPen
	s.text(point{p.left, y}, pen, "first sample")
	pen.align = 1
	s.text(point{p.right, y}, pen, "last sample")
}

func (p *spreadPlot) strip(s *sheet, top float64, strip analysis.Strip) {
	middle := top + stripHeight/2
	y := linearScale{1 - stripRange, 1 + stripRange, top + stripHeight, top}
	s.box(shade, p.left, y.at(1.1), p.right, y.at(0.9))
	s.line(rule, 0.6, point{p.left, middle}, point{p.right, middle})
	clr, pen := color.Color(ink), p.name
	if strip.Cell != nil {
		clr = strategyColor(strip.Cell.Column.Strategy)
	} else {
		pen.bold, pen.color = true, ink
	}
	s.text(point{margin, middle + 3}, pen, shorten(pen, strip.Words, stripNames-8))
	for _, q := range strip.Points {
		p.point(s, clr, y, q)
	}
	pen.align = 1
	s.text(point{s.width - margin, middle + 3}, pen, widthWords(strip.Time))
}

// point draws a sample, one beyond the strip as a triangle at its edge.
func (p *spreadPlot) point(s *sheet, c color.Color, y linearScale, q analysis.StripPoint) {
	at := point{p.left + 5 + (p.right-p.left-10)*q.Order, y.at(q.Ratio)}
	switch {
	case q.Ratio > 1+stripRange:
		s.fill(c, point{at.x - 2.6, at.y + 3}, point{at.x + 2.6, at.y + 3}, point{at.x, at.y - 2})
	case q.Ratio < 1-stripRange:
		s.fill(c, point{at.x - 2.6, at.y - 3}, point{at.x + 2.6, at.y - 3}, point{at.x, at.y + 2})
	default:
		s.disc(c, at, 1.7, 0)
	}
}

// widthWords says how well a median is known, and from how many samples.
func widthWords(i analysis.Interval) string {
	if !i.Known() {
		return fmt.Sprintf("too few, n=%d", i.N)
	}
	text := fmt.Sprintf("±%.0f%%, n=%d", 100*i.Spread(), i.N)
	if i.Noisy() {
		text = "noisy: " + text
	}
	return text
}

// shorten cuts words off the end of a text that is too wide even when it is
// set small.
func shorten(p pen, text string, width float64) string {
	for p.width(text) > width && strings.Contains(text, " ") {
		text = strings.TrimRight(text[:strings.LastIndex(strings.TrimSuffix(text, "…"), " ")], ",") + "…"
	}
	return text
}
