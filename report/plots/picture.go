package plots

import (
	"bytes"
	"fmt"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
	"gonum.org/v1/plot/vg/recorder"
	"gonum.org/v1/plot/vg/vgimg"
	"gonum.org/v1/plot/vg/vgsvg"
)

const dpi = 192

// Picture is a drawing that is ready to be rendered, in either format from the
// same code.
type Picture struct {
	width, height float64 // points
	draw          func(*sheet)
}

// PNG renders the picture at 192 dpi.
func (p *Picture) PNG() ([]byte, error) { return p.png(dpi) }

func (p *Picture) png(dpi int) ([]byte, error) {
	canvas := vgimg.NewWith(vgimg.UseWH(vg.Length(p.width), vg.Length(p.height)), vgimg.UseDPI(dpi))
	p.drawOn(draw.New(canvas))
	var out bytes.Buffer
	if _, err := (vgimg.PngCanvas{Canvas: canvas}).WriteTo(&out); err != nil {
		return nil, fmt.Errorf("encode PNG: %w", err)
	}
	return out.Bytes(), nil
}

// SVG renders the picture with its texts as text. Fonts are named and not
// embedded: a megabyte of font for ten kilobytes of lines.
func (p *Picture) SVG() ([]byte, error) {
	canvas := vgsvg.NewWith(vgsvg.UseWH(vg.Length(p.width), vg.Length(p.height)), vgsvg.EmbedFonts(false))
	p.drawOn(draw.New(canvas))
	var out bytes.Buffer
	if _, err := canvas.WriteTo(&out); err != nil {
		return nil, fmt.Errorf("encode SVG: %w", err)
	}
	return nameFonts(fixWidths(out.Bytes())), nil
}

// Conditions returns the picture's subtitle: what was measured, under which
// conditions. It draws the picture to learn it.
func (p *Picture) Conditions() string {
	return p.drawOn(draw.NewCanvas(new(recorder.Canvas), vg.Length(p.width), vg.Length(p.height)))
}

// Size returns width and height in points.
func (p *Picture) Size() (width, height float64) { return p.width, p.height }

// drawOn draws the picture and returns the subtitle that its frame was given.
func (p *Picture) drawOn(c draw.Canvas) (subtitle string) {
	s := &sheet{c: c, width: p.width, height: p.height}
	s.box(paper, 0, 0, p.width, p.height)
	p.draw(s)
	return s.subtitle
}
