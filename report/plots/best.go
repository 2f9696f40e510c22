package plots

import (
	"fmt"
	"image/color"
	"strings"

	"github.com/handoff-go/handoff/report/analysis"
)

// Measures of the picture "best", in points.
const (
	tilePitch  = 25
	tileGap    = 1.2
	cornerSize = 8.5
)

var (
	tilePen   = pen{size: 9.2, align: 0.5}
	tiedPen   = pen{size: 6.8, align: 0.5}
	regionPen = pen{size: 10.4, bold: true, align: 0.5}

	serialTile = rgb(0xE1E4E8)
	drawnTile  = rgb(0xF5E3A1) // no difference
)

// Best draws which strategy is best for which work: compute to the right, kinds
// of data downwards; the colour is the winner's, the number its speed-up over
// serial.
func Best(b *analysis.Best, caption Caption) *Picture {
	p := &bestPlot{Best: b, caption: caption, subtitle: bestSubtitle(b)}
	p.layout()
	return &Picture{width: pageWidth, height: p.bottom + 62, draw: p.draw}
}

func bestSubtitle(b *analysis.Best) string {
	text := "Fastest strategy outside the process; grey where serial is faster. Numbers: speed-up over serial.\n"
	how := ""
	if b.Computed {
		how = "computed from the measured handoff cost"
	}
	text += workersAndWork(b.Workers, how) + samplesWords(b.Samples()) + "."
	if anyTied(b) {
		text += " Pale: tied with the corner's strategy."
	}
	if b.LeftOut > 0 {
		text += fmt.Sprintf("\nLeft out for want of space: %d more kinds of data.", b.LeftOut)
	}
	return text
}

func anyTied(b *analysis.Best) bool {
	for _, r := range b.Rows {
		for _, t := range r.Tiles {
			if t.Speedup.N > 0 && !t.Clear() && !t.Noisy() && !t.All {
				return true
			}
		}
	}
	return false
}

// bestPlot is the picture with its places computed.
type bestPlot struct {
	*analysis.Best
	caption  Caption
	subtitle string

	left, width float64 // of the first tile
	top, bottom float64
}

func (p *bestPlot) layout() {
	p.top = headHeight(p.subtitle) + 22
	p.bottom = p.top + tilePitch*float64(len(p.Rows))
	names := 0.0
	for _, r := range p.Rows {
		names = max(names, tickPen.width(r.Words))
	}
	p.left = margin + min(names, 130) + 10
	p.width = (pageWidth - margin - p.left) / float64(len(p.Computes))
}

func (p *bestPlot) draw(s *sheet) {
	s.frame(p.Title(), p.subtitle, p.caption)
	names := p.regions()
	for i, r := range p.Rows {
		p.row(s, p.top+tilePitch*float64(i), r, names[i])
	}
	p.foot(s)
}

func (p *bestPlot) foot(s *sheet) {
	pen := tickPen
	pen.align = 0.5
	free := 0.0
	for i, c := range p.Computes {
		text := analysis.Time(c, 2)
		if p.Computed {
			text = analysis.Time(c, 1)
			if i%2 == 1 && len(p.Computes) > 7 && c/p.Computes[i-1] < 5 {
				continue // one label a decade
			}
		}
		x, half := p.left+p.width*(float64(i)+0.5), pen.width(text)/2+2
		if x-half >= free {
			s.text(point{x, p.bottom + 13}, pen, text)
			free = x + half
		}
	}
	pen = axisPen
	pen.align = 0.5
	s.text(point{p.left + p.width*float64(len(p.Computes))/2, p.bottom + 29}, pen, "computing in one item, as serial measures it")
}

// row draws the tiles of a row but for those under a region's name, and the
// names.
func (p *bestPlot) row(s *sheet, top float64, r analysis.BestRow, names []region) {
	middle := top + tilePitch/2
	pen := fit(tickPen, r.Words, p.left-margin-10)
	s.text(point{p.left - 10, middle + 3.2}, pen, r.Words)
	covered := make([]bool, len(r.Tiles))
	for _, n := range names {
		p.name(s, top, n, tileLook(r.Tiles[n.from]), covered)
	}
	for i, t := range r.Tiles {
		if covered[i] {
			continue
		}
		p.tile(s, p.left+p.width*float64(i), top, t)
		if t.Speedup.N > 0 && !t.Best.IsSerial() && !t.Noisy() {
			p.number(s, point{p.left + p.width*(float64(i)+0.5), middle + 3.3}, t)
		}
	}
}

// number sets the speed-up, and under it with whom the tile is tied.
func (p *bestPlot) number(s *sheet, at point, t analysis.Tile) {
	look := tileLook(t)
	if len(t.Tied) > 0 && !t.All {
		pen := tiedPen
		pen.color = look.on
		tied := "= " + strings.TrimPrefix(t.Tied[0].Label, "subprocess ")
		s.text(point{at.x, at.y + 5}, fit(pen, tied, p.width-4), tied)
		at.y -= 3.6
	}
	pen := tilePen
	pen.color = look.on
	s.text(at, pen, tileNumber(t))
}

func tileNumber(t analysis.Tile) string {
	if t.Speedup.Center >= 10 {
		return analysis.Number(t.Speedup.Center, 2)
	}
	return fmt.Sprintf("%.1f", t.Speedup.Center)
}

// look is how a tile is painted.
type look struct{ fill, on color.Color }

func tileLook(t analysis.Tile) look {
	c := strategyColor(t.Best.Strategy)
	switch {
	case t.Noisy():
		return look{shade, soft}
	case t.Best.IsSerial():
		return look{serialTile, ink}
	case t.All:
		return look{drawnTile, ink}
	case !t.Clear():
		return look{mixed(c), ink}
	}
	return look{c, paper}
}

// tile paints one tile, without words. What was not measured stays empty.
func (p *bestPlot) tile(s *sheet, left, top float64, t analysis.Tile) {
	right, bottom := left+p.width-tileGap, top+tilePitch-tileGap
	if t.Speedup.N == 0 {
		s.box(shade, left, top, right, bottom)
		return
	}
	s.box(tileLook(t).fill, left, top, right, bottom)
	if len(t.Tied) > 0 && !t.All && !t.Noisy() {
		corner := strategyColor(t.Tied[0].Strategy)
		s.fill(corner, point{right - cornerSize, top}, point{right, top}, point{right, top + cornerSize})
	}
}

// region is a run of tiles of a row that look alike.
type region struct {
	name     string
	row      int
	from, to int // columns
}

func (r region) width() int { return r.to - r.from }

// touches reports whether r is of the same region as a run of the row above.
func (r region) touches(above region) bool {
	return r.name == above.name && r.row == above.row+1 && r.from < above.to && above.from < r.to
}

// regions returns by rows the runs that get a name: of runs that touch each
// other one only, the widest, so that what looks alike is named once.
func (p *bestPlot) regions() [][]region {
	var runs []region
	for i, row := range p.Rows {
		runs = append(runs, runsOf(i, row.Tiles)...)
	}
	group := make([]int, len(runs))
	for i, run := range runs {
		group[i] = i
		for j := range i {
			if run.touches(runs[j]) {
				merge(group, group[j], group[i])
			}
		}
	}
	named := make([][]region, len(p.Rows))
	for g := range runs {
		if best := widest(runs, group, g); best.width() > 0 {
			named[best.row] = append(named[best.row], best)
		}
	}
	return named
}

// merge puts all of one group into another.
func merge(group []int, to, from int) {
	for i, g := range group {
		if g == from {
			group[i] = to
		}
	}
}

// widest returns the widest run of a group, the middle one of equals; one of no
// width where the group is empty.
func widest(runs []region, group []int, g int) region {
	var best []region
	for i, run := range runs {
		switch {
		case group[i] != g || len(best) > 0 && run.width() < best[0].width():
		case len(best) > 0 && run.width() == best[0].width():
			best = append(best, run)
		default:
			best = []region{run}
		}
	}
	if len(best) == 0 {
		return region{}
	}
	return best[(len(best)-1)/2]
}

// runsOf are the runs of a row that can be named.
func runsOf(row int, tiles []analysis.Tile) []region {
	var runs []region
	for from := 0; from < len(tiles); {
		to := from + 1
		for to < len(tiles) && regionName(tiles[to]) == regionName(tiles[from]) {
			to++
		}
		if name := regionName(tiles[from]); name != "" {
			runs = append(runs, region{name, row, from, to})
		}
		from = to
	}
	return runs
}

// name sets a region's name on as many of its tiles as it needs, which it
// paints as one.
func (p *bestPlot) name(s *sheet, top float64, r region, look look, covered []bool) {
	pen := fit(regionPen, r.name, p.width*float64(r.width())-6)
	need := int((pen.width(r.name)+6)/p.width) + 1
	if pen.size < 7 || need > r.width() {
		return
	}
	first := r.from + (r.width()-need)/2
	left, right := p.left+p.width*float64(first), p.left+p.width*float64(first+need)-tileGap
	s.box(look.fill, left, top, right, top+tilePitch-tileGap)
	pen.color = look.on
	s.text(point{(left + right) / 2, top + tilePitch/2 + 3.6}, pen, r.name)
	for i := first; i < first+need; i++ {
		covered[i] = true
	}
}

// regionName is the same for tiles that one name can stand on; "" where none
// should, because the corner of a tie would be covered.
func regionName(t analysis.Tile) string {
	switch {
	case t.Speedup.N == 0:
		return ""
	case t.Noisy():
		return "too noisy"
	case t.Best.IsSerial():
		return "stay in process"
	case t.All:
		return "no difference"
	case !t.Clear():
		return ""
	}
	return t.Best.Label
}
