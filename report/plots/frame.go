package plots

import (
	"strconv"
	"strings"
)

// Caption is what a picture says about itself in its footer.
type Caption struct {
	Machine string // "linux/amd64, 2 CPUs, go1.26"
	Redraw  string // the command that draws the picture again
}

// Measures of the frame, in points. Pictures are 8 inches wide.
const (
	pageWidth    = 576
	margin       = 20
	titleBase    = 34
	titleSize    = 15
	subtitleBase = 52
	subtitleSize = 9.6
	subtitleLead = 13
	footerSize   = 7.4
	footerBase   = 13 // above the lower edge
)

var (
	titlePen    = pen{size: titleSize, bold: true, color: ink}
	subtitlePen = pen{size: subtitleSize, color: soft}
	footerPen   = pen{size: footerSize, color: faint}
)

// frame sets title, subtitle and footer. A title that is too wide for the page
// is set smaller; a subtitle is broken into lines.
func (s *sheet) frame(title, subtitle string, caption Caption) {
	s.subtitle = subtitle
	p := titlePen
	for p.width(title) > s.width-2*margin && p.size > 9 {
		p.size -= 0.5
	}
	s.text(point{margin, titleBase}, p, title)
	for i, line := range wrap(subtitlePen, subtitle, s.width-2*margin) {
		s.text(point{margin, subtitleBase + subtitleLead*float64(i)}, subtitlePen, line)
	}
	foot := caption.Machine + " · redraw: " + caption.Redraw
	p = footerPen
	for p.width(foot) > s.width-2*margin && p.size > 5 {
		p.size -= 0.2
	}
	s.text(point{margin, s.height - footerBase}, p, elide(p, foot, s.width-2*margin))
}

// headHeight is where the frame's head ends, in points from the top.
func headHeight(subtitle string) float64 {
	lines := wrap(subtitlePen, subtitle, pageWidth-2*margin)
	return subtitleBase + subtitleLead*float64(len(lines)-1)
}

// wrap breaks text at its line ends, and at spaces into lines of at most width
// points.
func wrap(p pen, text string, width float64) []string {
	var lines []string
	for part := range strings.SplitSeq(text, "\n") {
		lines = append(lines, wrapLine(p, part, width)...)
	}
	return lines
}

func wrapLine(p pen, text string, width float64) []string {
	var lines []string
	line := ""
	for _, word := range strings.Fields(text) {
		longer := strings.TrimSpace(line + " " + word)
		if line != "" && p.width(longer) > width {
			lines = append(lines, line)
			longer = word
		}
		line = longer
	}
	return append(lines, line)
}

// upper begins a text with a capital letter.
func upper(text string) string {
	if text == "" {
		return ""
	}
	return strings.ToUpper(text[:1]) + text[1:]
}

// workersAndWork says under which conditions a picture was measured, as far as
// they are known: "2 workers, 9 digits. ".
func workersAndWork(workers int, work string) string {
	var parts []string
	switch {
	case workers == 1:
		parts = append(parts, "1 worker")
	case workers > 1:
		parts = append(parts, strconv.Itoa(workers)+" workers")
	}
	if work != "" {
		parts = append(parts, work)
	}
	if len(parts) == 0 {
		return ""
	}
	return strings.Join(parts, ", ") + ". "
}
