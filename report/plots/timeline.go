package plots

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/handoff-go/handoff/report/analysis"
	"github.com/handoff-go/handoff/report/trace"
)

// Measures of the picture "timeline", in points.
const (
	lanePitch  = 19
	laneSize   = 14  // height of a lane
	groupGap   = 9   // between the coordinator's lanes and the workers'
	waitsWidth = 40  // column of shares at the right
	leastSpan  = 0.4 // a span keeps this width, so that none vanishes
	tickRoom   = 70  // least distance between two labels of the axis

	timelineWorkers = 4 // at most: more lanes cannot be told apart
)

var (
	lanePen   = pen{size: 9.2, color: ink}
	momentPen = pen{size: 8.2, color: faint, align: 0.5}
	chunkPen  = pen{size: 8, align: 0.5}
)

// Timeline draws what the lanes of coordinator and workers did in a stretch of a
// run, and the way of one chunk through them.
func Timeline(l *trace.Timeline, caption Caption) *Picture {
	p := &timelinePlot{Timeline: l, caption: caption, rows: timelineRows(l)}
	p.subtitle = p.words()
	p.layout()
	return &Picture{width: pageWidth, height: p.bottom + 54, draw: p.draw}
}

// timelineRows are the rows that are drawn, as indices of the timeline's.
func timelineRows(l *trace.Timeline) []int {
	var drawn []int
	count := map[trace.Kind]int{}
	for i, r := range l.Rows {
		if count[r.Kind]++; count[r.Kind] <= timelineWorkers {
			drawn = append(drawn, i)
		}
	}
	return drawn
}

// timelinePlot is the picture with its places computed.
type timelinePlot struct {
	*trace.Timeline
	caption  Caption
	subtitle string
	rows     []int

	top, bottom float64         // of the lanes
	tops        map[int]float64 // of each lane that is drawn
	left, right float64         // the stretch
	hops        [][2]point      // of the trip
}

// words are the conditions under the title.
func (p *timelinePlot) words() string {
	text := fmt.Sprintf("%s: %s of a run of %s, %d of its %d chunks. Percentages are of the whole run.",
		p.Spec, duration(p.To-p.From), duration(p.End-p.Begin), p.Shown, p.Chunks)
	if p.Trip != nil {
		text += fmt.Sprintf(" The line follows chunk %d to its worker and back.", p.Trip.Chunk)
	}
	if p.Workers > timelineWorkers {
		text += fmt.Sprintf(" Shown are %d of %d workers.", timelineWorkers, p.Workers)
	}
	if notes := p.Notes(); len(notes) > 0 {
		text += "\n" + strings.Join(notes, " ")
	}
	return text
}

func duration(ns int64) string { return analysis.Time(float64(ns)/1e9, 2) }

func (p *timelinePlot) layout() {
	p.top = headHeight(p.subtitle) + 34
	p.tops = map[int]float64{}
	label := 0.0
	y := p.top
	for k, i := range p.rows {
		if k > 0 && (p.Rows[i].Kind == trace.Worker) != (p.Rows[p.rows[k-1]].Kind == trace.Worker) {
			y += groupGap
		}
		p.tops[i] = y
		y += lanePitch
		label = max(label, lanePen.width(p.Rows[i].Name))
	}
	p.bottom = y
	p.left, p.right = margin+label+10, pageWidth-margin-waitsWidth
	p.hops = p.hopsOf(p.Trip)
}

// x is the place of a time.
func (p *timelinePlot) x(at int64) float64 {
	part := float64(at-p.From) / float64(max(1, p.To-p.From))
	return p.left + (p.right-p.left)*min(max(part, 0), 1)
}

func (p *timelinePlot) draw(s *sheet) {
	s.frame(p.Title(), p.subtitle, p.caption)
	p.axis(s)
	for _, i := range p.rows {
		p.lane(s, p.Rows[i], p.tops[i])
	}
	for _, h := range p.hops {
		hop(s, h[0], h[1])
	}
	p.names(s)
}

// axis sets the times since the stretch began over the lanes, and rules through
// them.
func (p *timelinePlot) axis(s *sheet) {
	length := p.To - p.From
	step := niceStep(float64(length) * tickRoom / (p.right - p.left))
	for at := int64(0); at <= length; at += step {
		x := p.x(p.From + at)
		s.line(rule, 0.6, point{x, p.top - 6}, point{x, p.bottom})
		s.text(point{x, p.top - 10}, momentPen, tickLabel(at, step, length))
	}
	s.text(point{s.width - margin, p.top - 10}, headPen, "waits")
}

// niceStep is the first of 1, 2, 5, 10, … that is not below least.
func niceStep(least float64) int64 {
	for step := 1.0; ; step *= 10 {
		for _, f := range []float64{1, 2, 5} {
			if f*step >= least {
				return int64(f * step)
			}
		}
	}
}

// tickLabel spells a time in the unit of the whole length, with as many decimals
// as the step has.
func tickLabel(at, step, length int64) string {
	if at == 0 {
		return "0"
	}
	name, unit := analysis.TimeUnit(float64(length) / 1e9)
	decimals := max(0, -int(math.Floor(math.Log10(float64(step)/1e9/unit)+1e-9)))
	return fmt.Sprintf("%.*f %s", decimals, float64(at)/1e9/unit, name)
}

// lane draws one lane. What is between two spans is bookkeeping, and stays paper.
func (p *timelinePlot) lane(s *sheet, r trace.Row, top float64) {
	base := top + laneSize/2 + 3.2
	s.text(point{margin, base}, lanePen, r.Name)
	s.box(paper, p.left, top, p.right, top+laneSize)
	for _, phase := range drawOrder {
		for _, span := range r.Spans {
			if span.Phase == phase && span.End > p.From && span.Start < p.To {
				p.span(s, span, top)
			}
		}
	}
	share := lanePen
	share.align = 1
	s.text(point{s.width - margin, base}, share, fmt.Sprintf("%.0f %%", 100*r.Share[trace.Wait]))
}

// drawOrder has the costs under study on top: they are the thinnest.
var drawOrder = []string{trace.Wait, trace.Compute, trace.Encode, trace.Decode, trace.Transfer}

func (p *timelinePlot) span(s *sheet, span trace.Span, top float64) {
	colors := phaseColors[span.Phase]
	left, right := p.x(span.Start), p.x(span.End)
	right = max(right, left+leastSpan)
	gap := min(segmentGap, (right-left)/4) // neighbours stay apart without hue
	s.box(colors.fill, left, top, right-gap, top+laneSize)
	pen := chunkPen
	pen.color = colors.on
	for _, label := range spanLabels(span) {
		place := point{(left + right) / 2, top + laneSize/2 + 2.9}
		if half := pen.width(label)/2 + 3; 2*half <= right-left && !p.crossed(place.x, top+laneSize/2, half) {
			s.text(place, pen, label)
			return
		}
	}
}

// spanLabels are what may stand in a span, the longest first. Phases have their
// names under the lanes.
func spanLabels(span trace.Span) []string {
	switch {
	case span.Phase != trace.Compute:
		return nil
	case span.Chunk == 0:
		return []string{itemsWords(span.Items), fmt.Sprint(span.Items)}
	}
	return []string{fmt.Sprintf("chunk %d, %s", span.Chunk, itemsWords(span.Items)), fmt.Sprintf("chunk %d", span.Chunk), fmt.Sprint(span.Chunk)}
}

// crossed reports whether the trip runs within half of a place.
func (p *timelinePlot) crossed(x, y, half float64) bool {
	for _, h := range p.hops {
		from, to := h[0], h[1]
		if (from.y-y)*(to.y-y) >= 0 {
			continue
		}
		if at := from.x + (to.x-from.x)*(y-from.y)/(to.y-from.y); math.Abs(at-x) < half {
			return true
		}
	}
	return false
}

// hopsOf are the lines of one chunk's way: from the end of its encoding to the
// beginning of its decoding, there and back. There are none if one of its lanes
// is not drawn.
func (p *timelinePlot) hopsOf(t *trace.Trip) [][2]point {
	if t == nil {
		return nil
	}
	for _, row := range []int{t.Sender, t.Worker, t.Back} {
		if _, drawn := p.tops[row]; !drawn {
			return nil
		}
	}
	worker := p.tops[t.Worker]
	return [][2]point{
		{{p.x(t.Sent), p.tops[t.Sender] + laneSize}, {p.x(t.Taken), worker}},
		{{p.x(t.Answered), worker}, {p.x(t.Received), p.tops[t.Back] + laneSize}},
	}
}

// hop draws a line with a dot where it arrives, haloed to be seen on every phase.
func hop(s *sheet, from, to point) {
	s.line(paper, 2.6, from, to)
	s.line(ink, 1, from, to)
	s.disc(ink, to, 1.9, 0.8)
}

// names sets the phases' names under the last lane, each near its widest part
// there.
func (p *timelinePlot) names(s *sheet) {
	last := p.rows[len(p.rows)-1]
	labels := p.labels(last)
	centers, widths := make([]float64, len(labels)), make([]float64, len(labels))
	for i, l := range labels {
		centers[i], widths[i] = l.anchor, namePen.width(l.phase)+9
	}
	pushApart(centers, widths, p.left, p.right)
	under := p.tops[last] + laneSize
	for i, l := range labels {
		pen := namePen
		pen.color = phaseColors[l.phase].name
		s.text(point{centers[i], under + phaseNameGap + 3}, pen, l.phase)
		if l.there {
			s.line(pen.color, 0.8, point{l.anchor, under + 1.5}, point{centers[i], under + phaseNameGap - 6.2})
		}
	}
}

// labels are the phases that are drawn, in the order of their places in a lane. A
// phase that the lane lacks comes last, without a line.
func (p *timelinePlot) labels(row int) []nameLabel {
	var all []nameLabel
	for _, phase := range drawOrder {
		l := nameLabel{phase: phase, anchor: p.right}
		drawn, widest := false, 0.0
		for _, i := range p.rows {
			for _, span := range p.Rows[i].Spans {
				if span.Phase != phase || span.End <= p.From || span.Start >= p.To {
					continue
				}
				drawn = true
				if left, right := p.x(span.Start), p.x(span.End); i == row && right-left >= widest {
					l.anchor, l.there, widest = (left+right)/2, true, right-left
				}
			}
		}
		if drawn {
			all = append(all, l)
		}
	}
	slices.SortStableFunc(all, func(a, b nameLabel) int { return cmp.Compare(a.anchor, b.anchor) })
	return all
}

func itemsWords(n int) string {
	if n == 1 {
		return "1 item"
	}
	return fmt.Sprintf("%d items", n)
}
