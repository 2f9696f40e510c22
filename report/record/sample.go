package record

import (
	"strings"

	"golang.org/x/perf/benchfmt"
)

// samples makes samples of what benchfmt has read. A cell's name and the config lines in
// force are the same in thousands of lines: of each there is one copy, and it is taken
// apart once.
type samples struct {
	cells map[string]Sample // by full name: what the name says
	last  Sample            // whose config lines the next one mostly has, too
}

func newSamples() samples { return samples{cells: map[string]Sample{}} }

// of copies what it keeps: the reader overwrites res on its next step.
func (c *samples) of(res *benchfmt.Result) Sample {
	s, known := c.cells[string(res.Name)]
	if !known {
		s = named(res)
		c.cells[s.Name] = s
	}
	s.Iters, s.Values = res.Iters, make(map[string]float64, len(res.Values))
	if !sameConfig(c.last.Config, res.Config) {
		c.last = Sample{ID: Identify(res)}
		for _, p := range res.Config {
			c.last.Config = append(c.last.Config, Pair{p.Key, string(p.Value)})
		}
	}
	s.Config, s.ID.Package, s.ID.Config = c.last.Config, c.last.ID.Package, c.last.ID.Config
	return s
}

// named is a sample of which nothing is known but its name.
func named(res *benchfmt.Result) Sample {
	s := Sample{Name: res.Name.String()}
	s.ID.Name, s.ID.Procs = splitProcs(s.Name)
	s.Procs = s.ID.Procs
	parts := strings.Split(s.ID.Name, "/")
	s.Base = parts[0]
	for _, part := range parts[1:] {
		s.addPart(part)
	}
	return s
}

func sameConfig(have []Pair, lines []benchfmt.Config) bool {
	if len(have) != len(lines) {
		return false
	}
	for i, l := range lines {
		if have[i].Key != l.Key || have[i].Value != string(l.Value) {
			return false
		}
	}
	return true
}

func (s *Sample) addPart(part string) {
	key, value, ok := strings.Cut(part, "=")
	if !ok {
		key, value = "", part
	}
	s.Keys = append(s.Keys, Pair{key, value})
}
