package runner

import (
	"fmt"
	"io"
	"os"
	"time"

	"golang.org/x/term"
)

// progress tells how far a run has come: by one line that is overwritten on a
// terminal, by one plain line a turn elsewhere. It uses no colour, so there
// is nothing that NO_COLOR would have to turn off.
type progress struct {
	w       io.Writer
	columns func() int // of the terminal; nil if w is none
	open    bool       // the terminal's cursor stands in the updated line
}

func newProgress(w io.Writer) *progress {
	p := &progress{w: w}
	f, ok := w.(*os.File)
	if ok && term.IsTerminal(int(f.Fd())) && os.Getenv("TERM") != "dumb" {
		p.columns = func() int {
			if width, _, err := term.GetSize(int(f.Fd())); err == nil && width > 0 {
				return width
			}
			return 80
		}
	}
	return p
}

// state is how far the run is when a turn starts or ends.
type state struct {
	turn
	rounds, done, total int
	left                time.Duration
}

// starts shows, on a terminal, what is being measured.
func (p *progress) starts(s state) {
	if p.columns == nil {
		return
	}
	text := fmt.Sprintf("[%d/%d] round %d/%d%s  %s", s.done+1, s.total, s.round, s.rounds, etaText(s.left), s.cell.name)
	if width := p.columns() - 1; len(text) > width {
		text = text[:max(width, 0)]
	}
	fmt.Fprintf(p.w, "\r%s\x1b[K", text)
	p.open = true
}

// ends writes a line for a turn where there is no line to overwrite. ops are
// what it measured, a figure for each side.
func (p *progress) ends(s state, ops []time.Duration) {
	if p.columns != nil {
		return
	}
	result := ""
	for _, op := range ops {
		if op > 0 {
			result += "  " + short(op) + "/op"
		}
	}
	fmt.Fprintf(p.w, "[%d/%d] %s%s  round %d/%d%s\n", s.done, s.total, s.cell.name, result, s.round, s.rounds, etaText(s.left))
}

// say writes a line that stays.
func (p *progress) say(format string, args ...any) {
	p.close()
	fmt.Fprintf(p.w, format+"\n", args...)
}

// close ends the line that is being updated.
func (p *progress) close() {
	if p.open {
		fmt.Fprint(p.w, "\r\x1b[K")
	}
	p.open = false
}

// count writes "1 cell", "2 cells".
func count(n int, noun string) string {
	if n != 1 {
		noun += "s"
	}
	return fmt.Sprintf("%d %s", n, noun)
}

func etaText(left time.Duration) string {
	if left <= 0 {
		return ""
	}
	return "  ETA " + left.Round(time.Second).String()
}

// short cuts a duration to about four digits.
func short(d time.Duration) string {
	unit := time.Nanosecond
	for d/unit >= 10_000 {
		unit *= 10
	}
	return d.Round(unit).String()
}
