package report

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/handoff-go/handoff/report/analysis"
	"github.com/handoff-go/handoff/report/profiles"
)

// Profiled is what the profiles in a folder tell.
type Profiled struct {
	Cells []*profiles.Cell
}

// Text is the whole account: one table over all cells, then one of each.
func (p Profiled) Text() string {
	var out strings.Builder
	fmt.Fprintf(&out, "# Profiles\n\nCPU time per item, and its share of all that the processes used; ± is the widest 95 %% margin of a share.\nBelow, \"by clock\" is the CPU time that the lanes' own clocks counted, \"wall\" their wall time.\n\n%v", p.overview())
	for _, c := range p.Cells {
		fmt.Fprintf(&out, "\n## %s\n\n", c.Name)
		writeProfiledCell(&out, c)
	}
	return out.String()
}

// overview has a row for each cell.
func (p Profiled) overview() *table {
	t := &table{head: []string{"strategy"}}
	t.head = append(t.head, profiles.Phases...)
	t.head = append(t.head, "samples", "±")
	for _, c := range p.Cells {
		row, widest := []string{c.Name}, 0.0
		for _, s := range c.Shares() {
			row = append(row, perItem(s.PerItem)+" "+analysis.Percent(s.Part))
			widest = max(widest, s.Margin)
		}
		t.rows = append(t.rows, append(row, fmt.Sprint(c.Samples()), points(widest)))
	}
	return t
}

func perItem(seconds float64) string { return analysis.Time(seconds, 2) }
func points(part float64) string     { return fmt.Sprintf("%.1f", 100*part) }

// writeProfiledCell writes what is known of one cell.
func writeProfiledCell(w io.Writer, c *profiles.Cell) {
	fmt.Fprintf(w, "%s: %d items in %v, %d samples of 10 ms", c.What, c.Items, c.Wall.Round(10*time.Millisecond), c.Samples())
	if part, ok := c.Covered(); ok {
		fmt.Fprintf(w, ", which is %s of the %v of CPU time that the system counted", analysis.Percent(part), c.Used.Round(10*time.Millisecond))
	}
	io.WriteString(w, ".\n\n")
	if c.On != "" {
		fmt.Fprintf(w, "Taken on %s.\n\n", c.On)
	}
	for _, lost := range c.Lost {
		fmt.Fprintf(w, "**Not in it:** %s\n\n", lost)
	}
	witnesses, both := c.Witnesses()
	io.WriteString(w, cellTable(c, witnesses, both).String())
	if both && c.HandsOver() {
		fmt.Fprintf(w, "\n%s\n", testimony(witnesses))
	}
	for _, phase := range []string{"encode", "decode", "transfer"} {
		if line := dominant(c, phase); line != "" {
			fmt.Fprintf(w, "\n%s\n", line)
		}
	}
}

func cellTable(c *profiles.Cell, w profiles.Witnesses, both bool) *table {
	t := &table{head: []string{"phase", "CPU share, %", "±", "CPU per item", "by clock", "wall"}}
	for _, s := range c.Shares() {
		row := []string{s.Phase, points(s.Part), points(s.Margin), perItem(s.PerItem), "", ""}
		if cpu := w.CPU.PerItem[s.Phase]; cpu > 0 {
			row[4] = perItem(cpu)
		}
		if wall, ok := w.Wall.PerItem[s.Phase]; ok && both {
			row[5] = perItem(wall)
		}
		t.rows = append(t.rows, row)
	}
	return t
}

// testimony says whether profile and stopwatches agree.
func testimony(w profiles.Witnesses) string {
	text := fmt.Sprintf("Serialization is %s ± %s %% of what the lanes did for items by the profile; ", points(w.Profile.Serialization()), points(w.Margin))
	if w.Clocks {
		text += points(w.CPU.Serialization()) + " % by the lanes' CPU clocks: " + verdict(w, w.CPU) + "; "
	}
	text += points(w.Wall.Serialization()) + " % of their wall time: " + verdict(w, w.Wall) + "."
	if _, differ := w.Differ(w.Wall); !differ {
		return text
	}
	phase := furthest(w)
	if cpu, wall := w.Profile.PerItem[phase], w.Wall.PerItem[phase]; wall > cpu {
		text += fmt.Sprintf(" Furthest from the profile is %s: of %s of wall time %s used a CPU; for the rest the lane was held up in a system call, or others had the CPUs.",
			phase, perItem(wall), perItem(cpu))
	}
	return text
}

// verdict holds a witness against the profile.
func verdict(w profiles.Witnesses, other profiles.Witness) string {
	by, differ := w.Differ(other)
	if !differ {
		return "the same within the sampling error"
	}
	return fmt.Sprintf("it differs by %s points, more than the sampling error", points(math.Abs(by)))
}

// furthest is the phase whose wall time is furthest from the profile.
func furthest(w profiles.Witnesses) string {
	apart := func(phase string) float64 { return math.Abs(w.Wall.Part[phase] - w.Profile.Part[phase]) }
	return slices.MaxFunc([]string{"encode", "transfer", "decode", "compute"}, func(a, b string) int { return cmp.Compare(apart(a), apart(b)) })
}

// shownFunctions is how many functions of a phase are named.
const shownFunctions = 4

// dominant names the functions in which a phase is spent.
func dominant(c *profiles.Cell, phase string) string {
	functions, samples := c.Top(phase)
	if samples == 0 {
		return ""
	}
	var names []string
	for _, f := range functions[:min(shownFunctions, len(functions))] {
		if f.Flat > 0 {
			names = append(names, fmt.Sprintf("`%s` %s", f.Name, analysis.Percent(f.Flat)))
		}
	}
	return fmt.Sprintf("Of %d samples of %s: %s.", samples, phase, strings.Join(names, ", "))
}

// Names of what Write writes.
const (
	profiledText = "profiles.md"
	flamePrefix  = "flame-"
)

// Write writes the text, a flame graph of each cell, and one of each difference
// between two cells that hand over to processes: flame-NAME.html and
// flame-A-vs-B.html. It returns the paths of what was written.
//
// As with [Report.Write], all is written or nothing.
func (p Profiled) Write(dir string) (paths []string, err error) {
	files := []file{{profiledText, []byte(p.Text())}}
	for _, f := range p.flames() {
		page, err := f.draw()
		if err != nil {
			return nil, err
		}
		files = append(files, file{flamePrefix + f.name + ".html", page})
	}
	return writeFiles(context.Background(), dir, files)
}

// ProfiledFiles are the names of what [Profiled.Write] writes of profiles of these names.
func ProfiledFiles(names ...string) []string {
	files := []string{profiledText}
	for i, a := range names {
		files = append(files, flamePrefix+a+".html")
		for _, b := range names[i+1:] {
			files = append(files, flamePrefix+a+"-vs-"+b+".html")
		}
	}
	return files
}

// flame is a flame graph to be drawn.
type flame struct {
	name string
	draw func() ([]byte, error)
}

func (p Profiled) flames() []flame {
	var list []flame
	for _, c := range p.Cells {
		list = append(list, flame{c.Name, func() ([]byte, error) { return profiles.Flame(c) }})
	}
	handing := slices.DeleteFunc(slices.Clone(p.Cells), func(c *profiles.Cell) bool { return !c.HandsOver() })
	for i, a := range handing {
		for _, b := range handing[i+1:] {
			list = append(list, flame{a.Name + "-vs-" + b.Name, func() ([]byte, error) { return profiles.FlameDiff(a, b) }})
		}
	}
	return list
}
