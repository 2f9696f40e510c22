package plots

import (
	"fmt"
	"math"
	"strconv"

	"github.com/handoff-go/handoff/report/analysis"
)

// Measures of the picture "chunk", in points.
const (
	chunkNames  = 118 // right of the plot
	autoGap     = 34  // from the largest chunk to auto
	diamondSize = 4.2
)

// Chunk draws the time per item over the items in a chunk, one line a strategy,
// and what the automatic chunk takes.
func Chunk(c *analysis.Chunks, caption Caption) *Picture {
	p := &chunkPlot{Chunks: c, caption: caption, subtitle: chunkSubtitle(c)}
	p.layout()
	return &Picture{width: pageWidth, height: p.area.bottom + 62, draw: p.draw}
}

func chunkSubtitle(c *analysis.Chunks) string {
	text := "Time per item, over the items in a chunk. " + upper(workersAndWork(c.Workers, c.Work.Words()))
	least, most := c.Samples()
	text += samplesWords(least, most)
	if least >= analysis.MinSamples {
		text += ", 95% intervals"
	}
	text += "."
	for _, curve := range c.Curves {
		if anyNoisy(chunkValues(curve)) || curve.Auto.Noisy() {
			return text + "\n" + noisyWords
		}
	}
	return text
}

func chunkValues(c analysis.ChunkCurve) []value {
	all := make([]value, len(c.Points))
	for i, q := range c.Points {
		all[i] = value{q.Chunk, q.Time}
	}
	return all
}

// chunkPlot is the picture with its places computed.
type chunkPlot struct {
	*analysis.Chunks
	caption  Caption
	subtitle string

	area panel
	y    logScale
	auto float64 // place of the automatic chunk
}

func (p *chunkPlot) layout() {
	p.area.top = headHeight(p.subtitle) + 26
	p.area.bottom = p.area.top + 200
	p.area.left, p.area.right = plotLeft, pageWidth-margin-chunkNames
	p.auto = p.area.right - 10
	lo, hi := math.Inf(1), 0.0
	x := logScale{lo: math.Inf(1)}
	for _, c := range p.Curves {
		lo, hi = min(lo, c.Auto.Center), max(hi, c.Auto.Center)
		for _, q := range c.Points {
			lo, hi = min(lo, q.Time.Center), max(hi, q.Time.Center)
			x.lo, x.hi = min(x.lo, q.Chunk), max(x.hi, q.Chunk)
		}
	}
	x.a, x.b = p.area.left+10, p.auto-autoGap
	p.y = logScale{lo / 1.5, hi * 1.5, p.area.bottom, p.area.top}
	p.area.x, p.area.y = x, p.y
}

func (p *chunkPlot) draw(s *sheet) {
	s.frame(p.Title(), p.subtitle, p.caption)
	p.area.rules(s, timeTicks(p.y.ticks()), true)
	p.area.foot(s, p.ticks(), "items in a chunk")
	pen := tickPen
	pen.align = 0.5
	s.text(point{p.auto, p.area.bottom + 13}, pen, "auto")
	names := make([]endName, len(p.Curves))
	for i, c := range p.Curves {
		names[i] = p.curve(s, c)
	}
	setNames(s, p.area.right+leader, pageWidth-margin+8, p.area.top-8, p.area.bottom+12, names)
}

// ticks are the chunks that were measured.
func (p *chunkPlot) ticks() []tick {
	var all []tick
	free := 0.0
	for _, q := range p.Curves[0].Points {
		text := strconv.FormatFloat(q.Chunk, 'f', -1, 64)
		x, half := p.area.x.at(q.Chunk), tickPen.width(text)/2+2
		if x-half >= free {
			all = append(all, tick{q.Chunk, text})
			free = x + half
		}
	}
	return all
}

func (p *chunkPlot) curve(s *sheet, c analysis.ChunkCurve) endName {
	clr := strategyColor(c.Strategy)
	at := point{p.auto, p.y.at(c.Auto.Center)}
	s.line(pale(clr), 1.2, point{p.area.left, at.y}, at)
	p.area.series(s, clr, chunkValues(c))
	if c.Auto.Known() {
		s.line(clr, 0.9, point{at.x, p.y.at(c.Auto.Lo)}, point{at.x, p.y.at(c.Auto.Hi)})
	}
	s.diamond(clr, at, diamondSize)
	if c.Auto.Noisy() {
		s.diamond(paper, at, diamondSize-1.5)
	}
	note := fmt.Sprintf("%s the best, chunk %s", analysis.Times(c.OfBest.Center), c.Best)
	if c.OfBest.N == 0 {
		note = "best: chunk " + c.Best
	}
	return endName{at, clr, c.Label, []string{"auto " + analysis.Time(c.Auto.Center, 3), note}}
}
