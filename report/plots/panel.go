package plots

import (
	"cmp"
	"image/color"
	"math"
	"slices"

	"github.com/handoff-go/handoff/report/analysis"
)

// axis maps values to points.
type axis interface{ at(v float64) float64 }

// tick is a labelled value of an axis.
type tick struct {
	at   float64
	text string
}

// timeTicks label decades of seconds.
func timeTicks(values []float64) []tick {
	all := make([]tick, len(values))
	for i, v := range values {
		all[i] = tick{v, analysis.Time(v, 1)}
	}
	return all
}

// panel is an area with two axes.
type panel struct {
	left, right, top, bottom float64 // points
	x, y                     axis
}

func (p panel) place(x, y float64) point { return point{p.x.at(x), p.y.at(y)} }

// rules draws the y axis: a line across for each tick, and where named its
// label at the left.
func (p panel) rules(s *sheet, ticks []tick, named bool) {
	for _, t := range ticks {
		y := p.y.at(t.at)
		s.line(rule, 0.5, point{p.left, y}, point{p.right, y})
		if named {
			s.text(point{p.left - 8, y + 3.2}, tickPen, t.text)
		}
	}
}

// foot draws the x axis with its ticks, and what it shows under it.
func (p panel) foot(s *sheet, ticks []tick, words string) {
	s.line(faint, 0.8, point{p.left, p.bottom}, point{p.right, p.bottom})
	pen := tickPen
	pen.align = 0.5
	for _, t := range ticks {
		x := p.x.at(t.at)
		s.line(faint, 0.8, point{x, p.bottom}, point{x, p.bottom + 3})
		s.text(point{x, p.bottom + 13}, pen, t.text)
	}
	pen = axisPen
	pen.align = 0.5
	s.text(point{(p.left + p.right) / 2, p.bottom + 29}, pen, words)
}

// value is a point of a series, with what is known about its height.
type value struct {
	x float64
	y analysis.Interval
}

// series draws values with their intervals and a line through them. Noisy
// values are hollow.
func (p panel) series(s *sheet, c color.Color, values []value) {
	line := make([]point, len(values))
	for i, v := range values {
		line[i] = p.place(v.x, v.y.Center)
	}
	if len(line) > 1 {
		s.line(c, 1.5, line...)
	}
	for i, v := range values {
		p.dot(s, c, line[i], v)
	}
}

// dot draws one value at its place.
func (p panel) dot(s *sheet, c color.Color, at point, v value) {
	if v.y.Known() {
		s.line(c, 0.9, p.place(v.x, v.y.Lo), p.place(v.x, v.y.Hi))
	}
	s.disc(c, at, dotRadius, 0)
	if v.y.Noisy() {
		s.disc(paper, at, dotRadius-0.9, 0)
	}
}

// anyNoisy reports whether some value is to be read with care.
func anyNoisy(all []value) bool {
	return slices.ContainsFunc(all, func(v value) bool { return v.y.Noisy() })
}

// noisyWords explain hollow dots.
const noisyWords = "Hollow: too noisy to compare."

// endName is the name of what ends at a place, and what is said about it.
type endName struct {
	at    point
	color color.Color
	name  string
	notes []string // left out where there is no room
}

// Heights of a name and of its notes, in points.
const nameHeight, noteHeight = 12.0, 10.7

// setNames sets names beside the ends of what they name, in a column from x to
// an edge at its right or left, and pushes them apart between top and bottom.
func setNames(s *sheet, x, edge, top, bottom float64, names []endName) {
	names = slices.Clone(names)
	slices.SortStableFunc(names, func(a, b endName) int { return cmp.Compare(a.at.y, b.at.y) })
	room := (bottom - top) / float64(max(1, len(names)))
	centers, heights := make([]float64, len(names)), make([]float64, len(names))
	for i, n := range names {
		centers[i] = n.at.y
		heights[i] = min(n.height()+4, room)
	}
	pushApart(centers, heights, top, bottom)
	pen := curvePen
	for _, n := range names {
		pen = fit(pen, n.name, math.Abs(edge-x))
	}
	for i, n := range names {
		n.set(s, pen, x, edge, centers[i], heights[i])
	}
}

func (n endName) height() float64 { return nameHeight + noteHeight*float64(len(n.notes)) }

func (n endName) set(s *sheet, pen pen, x, edge, center, height float64) {
	notes := n.notes
	for len(notes) > 0 && nameHeight+noteHeight*float64(len(notes)) > height+0.1 {
		notes = notes[:len(notes)-1]
	}
	base := center - (nameHeight+noteHeight*float64(len(notes)))/2 + 9
	side, align := 1.0, 0.0
	if edge < x {
		side, align = -1, 1
	}
	s.line(n.color, 0.8, point{n.at.x + 5*side, n.at.y}, point{x - 4*side, base - 3})
	pen.color, pen.align = n.color, align
	s.text(point{x, base}, pen, n.name)
	for i, note := range notes {
		pen := fit(notePen, note, math.Abs(edge-x))
		pen.align = align
		if i > 0 {
			pen.color = faint
		}
		s.text(point{x, base + 0.3 + noteHeight*float64(i+1)}, pen, note)
	}
}
