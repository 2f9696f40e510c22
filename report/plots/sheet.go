package plots

import (
	"image/color"
	"math"

	xfont "golang.org/x/image/font"
	"gonum.org/v1/plot/font"
	"gonum.org/v1/plot/font/liberation"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

var fonts = font.NewCache(liberation.Collection())

// sheet is a canvas measured in points from the top left corner, y downwards,
// as one reads; vg counts from the bottom.
type sheet struct {
	c             draw.Canvas
	width, height float64
	subtitle      string // as its frame was given it
}

// point is a place on a sheet.
type point struct{ x, y float64 }

// pen is how a text is set. The zero align is left; 0.5 centres, 1 is right.
type pen struct {
	size  float64
	bold  bool
	color color.Color
	align float64
	turn  float64 // radians, counter-clockwise
}

func (s *sheet) at(p point) vg.Point {
	return vg.Point{X: vg.Length(p.x), Y: vg.Length(s.height - p.y)}
}

func (p pen) face() font.Face {
	f := font.Font{Typeface: "Liberation", Variant: "Sans"}
	if p.bold {
		f.Weight = xfont.WeightBold
	}
	return fonts.Lookup(f, vg.Length(p.size))
}

// width returns the width of text in points.
func (p pen) width(text string) float64 {
	face := p.face()
	return float64(face.Width(text))
}

// text sets a line with its baseline through p.
func (s *sheet) text(p point, pen pen, text string) {
	s.c.Push()
	defer s.c.Pop()
	s.c.SetColor(pen.color)
	s.c.Translate(s.at(p))
	if pen.turn != 0 {
		s.c.Rotate(pen.turn)
	}
	s.c.FillString(pen.face(), vg.Point{X: vg.Length(-pen.align * pen.width(text))}, text)
}

// fill paints a polygon.
func (s *sheet) fill(c color.Color, corners ...point) {
	pts := make([]vg.Point, len(corners))
	for i, p := range corners {
		pts[i] = s.at(p)
	}
	s.c.FillPolygon(c, pts)
}

// box paints a rectangle.
func (s *sheet) box(c color.Color, left, top, right, bottom float64) {
	s.fill(c, point{left, top}, point{right, top}, point{right, bottom}, point{left, bottom})
}

// line draws a polyline.
func (s *sheet) line(c color.Color, width float64, points ...point) {
	pts := make([]vg.Point, len(points))
	for i, p := range points {
		pts[i] = s.at(p)
	}
	s.c.StrokeLines(draw.LineStyle{Color: c, Width: vg.Length(width)}, pts)
}

// disc paints a filled circle; with a halo it gets a rim of paper, so that it
// stands out from the lines that it lies on.
func (s *sheet) disc(c color.Color, p point, radius, halo float64) {
	if halo > 0 {
		s.disc(paper, p, radius+halo, 0)
	}
	var path vg.Path
	center := s.at(p)
	path.Move(vg.Point{X: center.X + vg.Length(radius), Y: center.Y})
	path.Arc(center, vg.Length(radius), 0, 2*math.Pi)
	path.Close()
	s.c.SetColor(c)
	s.c.Fill(path)
}

// diamond paints a square that stands on a corner.
func (s *sheet) diamond(c color.Color, p point, size float64) {
	s.fill(c, point{p.x - size, p.y}, point{p.x, p.y - size}, point{p.x + size, p.y}, point{p.x, p.y + size})
}
