package plots

import (
	"cmp"
	"fmt"
	"image/color"
	"math"
	"slices"
	"strconv"

	"github.com/handoff-go/handoff/report/verdict"
)

// Measures of the picture "compare", in points.
const (
	comparePitch   = 13.5
	compareSection = 21 // the name of a metric above its rows
	compareRadius  = 3
	compareChange  = 74  // column of changes at the right
	compareVerdict = 58  // column of verdicts, right of it
	compareRows    = 40  // rows of one metric that are shown
	compareMost    = 240 // rows of all metrics together
	compareLabel   = 214 // of the names of cells, at most
)

// What got worse and what got better.
var (
	worseColor  = rgb(0xC24A00) // vermilion
	betterColor = rgb(0x00805D) // bluish green
)

var (
	comparePen = pen{size: 8.8, color: soft}
	changedPen = pen{size: 8.8, bold: true}
	metricPen  = pen{size: 9.2, bold: true, color: ink}
)

// Compare draws what a change did: a dot and an interval a row, the metrics one below
// the other, what grew most at the top; grey where nothing is beyond doubt.
func Compare(t *verdict.Table, about verdict.About) *Picture {
	p := &comparePlot{table: t, caption: Caption{Machine: about.Machine, Redraw: about.Command}}
	p.sections = compareSections(t)
	p.sections, p.left = compareShown(p.sections)
	p.names = shortNames(p.shown())
	p.subtitle = compareSubtitle(p, about)
	p.layout()
	return &Picture{width: pageWidth, height: p.bottom + 50, draw: p.draw}
}

// comparePlot is the picture with its places computed.
type comparePlot struct {
	table    *verdict.Table
	caption  Caption
	subtitle string
	sections []compareMetric
	left     int               // metrics that are not shown
	names    map[string]string // of the cells
	label    float64           // size of the names, one for all

	x           changeScale
	top, bottom float64 // of all sections
}

// compareMetric is the rows of one metric.
type compareMetric struct {
	metric string
	rows   []verdict.Judged
	left   int // rows that are not shown
}

// compareSections sorts the rows by metric and size. A metric that is exactly the same
// in all rows is left out.
func compareSections(t *verdict.Table) []compareMetric {
	var all []compareMetric
	at := map[string]int{} // by metric
	for _, j := range slices.Concat(t.Rows, t.Canary) {
		i, known := at[j.Metric]
		if !known {
			i, at[j.Metric] = len(all), len(all)
			all = append(all, compareMetric{metric: j.Metric})
		}
		all[i].rows = append(all[i].rows, j)
	}
	all = slices.DeleteFunc(all, func(m compareMetric) bool {
		return !slices.ContainsFunc(m.rows, func(j verdict.Judged) bool { return !j.Exact || j.Verdict != verdict.Same })
	})
	for i := range all {
		all[i].choose()
	}
	return all
}

// compareShown keeps the first metrics, as many as a picture has room for.
func compareShown(all []compareMetric) (shown []compareMetric, left int) {
	rows := 0
	for i, m := range all {
		if rows += len(m.rows); i > 0 && rows > compareMost {
			return all[:i], len(all) - i
		}
	}
	return all, 0
}

// shown are the rows of all sections.
func (p *comparePlot) shown() []verdict.Judged {
	var rows []verdict.Judged
	for _, m := range p.sections {
		rows = append(rows, m.rows...)
	}
	return rows
}

// choose keeps the rows that changed and then those with the largest differences, and
// sorts what is kept: the canary last, what grew most first.
func (m *compareMetric) choose() {
	size := func(j verdict.Judged) float64 { return math.Abs(math.Log(j.Ratio)) }
	slices.SortStableFunc(m.rows, func(a, b verdict.Judged) int {
		return cmp.Or(first(changed(a), changed(b)), first(isCanary(a), isCanary(b)), -cmp.Compare(size(a), size(b)))
	})
	if m.left = max(0, len(m.rows)-compareRows); m.left > 0 {
		m.rows = m.rows[:compareRows]
	}
	slices.SortStableFunc(m.rows, func(a, b verdict.Judged) int {
		return cmp.Or(-first(isCanary(a), isCanary(b)), -cmp.Compare(a.Ratio, b.Ratio))
	})
}

// first orders what is true before what is not.
func first(a, b bool) int {
	switch {
	case a && !b:
		return -1
	case b && !a:
		return 1
	}
	return 0
}

func isCanary(j verdict.Judged) bool { return j.Class == verdict.Canary }

func changed(j verdict.Judged) bool {
	return j.Verdict == verdict.Slower || j.Verdict == verdict.Faster
}

func compareSubtitle(p *comparePlot, about verdict.About) string {
	text := "Head against base"
	if about.Base != "" && about.Head != "" {
		text = about.Head + " against " + about.Base
	}
	text += fmt.Sprintf(": change of each row, with its interval at %s%%.", strconv.FormatFloat(100*(1-p.alpha()), 'g', 3, 64))
	if p.table.Rounds > 0 {
		text += fmt.Sprintf(" %d pairs.", p.table.Rounds)
	}
	return text + "\nShaded: below the threshold. Grey: not beyond doubt; hollow: inconclusive."
}

func (p *comparePlot) alpha() float64 {
	return cmp.Or(p.table.Rules.Alpha, verdict.DefaultAlpha)
}

func (p *comparePlot) layout() {
	p.top = headHeight(p.subtitle) + 22
	p.bottom = p.top
	widest := ""
	for _, m := range p.sections {
		p.bottom += m.height()
		for _, j := range m.rows {
			if name := p.names[j.Cell]; changedPen.width(name) > changedPen.width(widest) {
				widest = name
			}
		}
	}
	if p.left > 0 {
		p.bottom += comparePitch
	}
	p.label = fit(changedPen, widest, compareLabel).size
	p.x = newChangeScale(p.sections)
	p.x.a = margin + min(changedPen.width(widest), compareLabel) + 14
	p.x.b = pageWidth - margin - compareChange - compareVerdict + 16
}

func (m compareMetric) height() float64 {
	h := compareSection + comparePitch*float64(len(m.rows))
	if m.left > 0 {
		h += comparePitch
	}
	return h
}

func (p *comparePlot) draw(s *sheet) {
	s.frame(p.table.Finding(), p.subtitle, p.caption)
	if len(p.sections) == 0 {
		return
	}
	p.grid(s)
	y := p.top
	for _, m := range p.sections {
		p.section(s, y, m)
		y += m.height()
	}
	if p.left > 0 {
		s.text(point{margin, y + 10}, comparePen, fmt.Sprintf("and %d more metrics: verdict.md has them", p.left))
	}
}

// grid draws the scale, with the line of no change in front.
func (p *comparePlot) grid(s *sheet) {
	s.line(faint, 0.8, point{p.x.a, p.bottom}, point{p.x.b, p.bottom})
	for _, v := range p.x.ticks() {
		x := p.x.at(v)
		s.line(rule, 0.6, point{x, p.top + compareSection - 6}, point{x, p.bottom})
		s.line(faint, 0.8, point{x, p.bottom}, point{x, p.bottom + 3})
		pen := tickPen
		pen.align = 0.5
		s.text(point{x, p.bottom + 13}, pen, tickWords(v))
	}
}

func (p *comparePlot) section(s *sheet, y float64, m compareMetric) {
	s.text(point{margin, y + 11}, metricPen, m.metric)
	rows := y + compareSection - 5
	bottom := rows + comparePitch*float64(len(m.rows))
	if threshold := commonThreshold(m.rows); threshold > 0 {
		s.box(shade, p.x.at(1/(1+threshold)), rows, p.x.at(1+threshold), bottom)
	}
	s.line(ink, 0.9, point{p.x.at(1), rows}, point{p.x.at(1), bottom})
	for i, j := range m.rows {
		p.row(s, rows+comparePitch*(float64(i)+0.5), j)
	}
	if m.left > 0 {
		s.text(point{margin, bottom + 10}, comparePen, fmt.Sprintf("and %d more rows that changed less", m.left))
	}
}

// commonThreshold is the smallest one of the rows.
func commonThreshold(rows []verdict.Judged) float64 {
	least := math.Inf(1)
	for _, j := range rows {
		least = min(least, j.Threshold)
	}
	return least
}

// looks returns the colour of a row, and whether its dot is filled.
func looks(j verdict.Judged) (c color.Color, filled bool) {
	switch j.Verdict {
	case verdict.Slower:
		return worseColor, true
	case verdict.Faster:
		return betterColor, true
	}
	return faint, j.Verdict == verdict.Same
}

func (p *comparePlot) row(s *sheet, y float64, j verdict.Judged) {
	clr, filled := looks(j)
	pen := comparePen
	if changed(j) {
		pen = changedPen
		pen.color = clr
	}
	base := y + 3.1
	label := pen
	label.size = p.label
	s.text(point{margin, base}, label, elide(label, p.names[j.Cell], compareLabel))
	right := s.width - margin
	s.text(point{right - compareVerdict, base}, fit(pen, j.Verdict.String(), compareVerdict), j.Verdict.String())
	if math.IsNaN(j.Ratio) {
		return
	}
	p.interval(s, y, j, clr)
	s.disc(clr, point{p.x.at(j.Ratio), y}, compareRadius, 0.8)
	if !filled {
		s.disc(paper, point{p.x.at(j.Ratio), y}, compareRadius-1.1, 0)
	}
	pen.align = 1
	s.text(point{right - compareVerdict - 8, base}, pen, j.Change())
}

// interval draws the line of an interval; where it leaves the scale it ends in an
// arrow.
func (p *comparePlot) interval(s *sheet, y float64, j verdict.Judged, clr color.Color) {
	if j.Low == 0 && math.IsInf(j.High, 1) || j.Low == j.High {
		return
	}
	lo, hi := p.x.at(j.Low), p.x.at(j.High)
	s.line(clr, 1.5, point{lo, y}, point{hi, y})
	if p.x.leaves(j.Low) {
		s.fill(clr, point{lo - 5, y}, point{lo, y - 2.6}, point{lo, y + 2.6})
	}
	if p.x.leaves(j.High) {
		s.fill(clr, point{hi + 5, y}, point{hi, y - 2.6}, point{hi, y + 2.6})
	}
}
