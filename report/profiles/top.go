package profiles

import (
	"cmp"
	"slices"

	"github.com/google/pprof/profile"
)

// Function is a function and what of a phase is spent in it.
type Function struct {
	Name string
	Flat float64 // in its own code, of 1
	Cum  float64 // in what it calls, too
}

// Top returns the functions of the phases, of all processes, sorted by their own
// CPU time, and how many samples there are of these phases.
func (c *Cell) Top(phases ...string) (functions []Function, samples int64) {
	flat, cum := map[string]int64{}, map[string]int64{}
	for _, s := range c.CPU.Sample {
		if !slices.Contains(phases, label(s, labelPhase)) {
			continue
		}
		samples += s.Value[0]
		for i, name := range stack(s) {
			if i == 0 {
				flat[name] += s.Value[0]
			}
			if !slices.Contains(stack(s)[:i], name) { // once, also in a recursion
				cum[name] += s.Value[0]
			}
		}
	}
	for name, n := range cum {
		functions = append(functions, Function{name, float64(flat[name]) / float64(samples), float64(n) / float64(samples)})
	}
	slices.SortFunc(functions, func(a, b Function) int {
		return cmp.Or(cmp.Compare(b.Flat, a.Flat), cmp.Compare(b.Cum, a.Cum), cmp.Compare(a.Name, b.Name))
	})
	return functions, samples
}

// stack returns the functions of a sample, the innermost first.
func stack(s *profile.Sample) []string {
	var names []string
	for _, location := range s.Location {
		for _, line := range location.Line {
			if line.Function != nil {
				names = append(names, line.Function.Name)
			}
		}
	}
	return names
}
