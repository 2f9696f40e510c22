package verdict

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// Gate says which rows may fail a build, and from which difference on. The zero
// value is the default: time, cpu and wire.
type Gate struct {
	limits []limit
	asked  bool // by the user; the default gate asks for nothing
}

// limit is one part of a gate: "time=5%".
type limit struct {
	name string
	part float64 // negative: the threshold in force
}

var defaultLimits = []limit{{"time", -1}, {"cpu", -1}, {"wire", 0}}

// ParseGate reads "time=5%,wire=0,allocs=1%": names of groups of metrics (time,
// cpu, wire, allocs, bytes, phases) or units, each with the growth that it
// tolerates, in percent or as a part; without one, the threshold. "none" gates
// nothing, and "" is the default gate.
func ParseGate(text string) (Gate, error) {
	switch strings.TrimSpace(text) {
	case "":
		return Gate{}, nil
	case "none":
		return Gate{asked: true}, nil
	}
	g := Gate{asked: true}
	for part := range strings.SplitSeq(text, ",") {
		l, err := parseLimit(strings.TrimSpace(part))
		if err != nil {
			return Gate{}, fmt.Errorf("gate %q: %w", text, err)
		}
		if slices.ContainsFunc(g.limits, func(have limit) bool { return have.name == l.name }) {
			return Gate{}, fmt.Errorf("gate %q: %s is given twice", text, l.name)
		}
		g.limits = append(g.limits, l)
	}
	return g, nil
}

func parseLimit(text string) (limit, error) {
	name, value, given := strings.Cut(text, "=") // no unit has that in its name
	if _, err := groupOf(name); err != nil {
		return limit{}, err
	}
	if !given {
		return limit{name, -1}, nil
	}
	digits, percent := strings.CutSuffix(value, "%")
	part, err := strconv.ParseFloat(digits, 64)
	if percent {
		part /= 100
	}
	if err != nil || !(part >= 0 && part < 10) || !percent && part >= 1 { // 5 may mean 5% or 500%
		return limit{}, fmt.Errorf("%s=%q: want a tolerance such as 5%% or 0.05, below 1000%%", name, value)
	}
	return limit{name, part}, nil
}

func (g Gate) all() []limit {
	if g.asked {
		return g.limits
	}
	return defaultLimits
}

// asks returns the names that the user asked for.
func (g Gate) asks() []string {
	if !g.asked {
		return nil
	}
	return g.Metrics()
}

// Metrics returns what the gate looks at, names as in [ParseGate].
func (g Gate) Metrics() []string {
	var names []string
	for _, l := range g.all() {
		names = append(names, l.name)
	}
	return names
}

// limit returns the growth that is tolerated in a metric; negative stands for the
// threshold. A unit's own limit goes before its group's.
func (g Gate) limit(metric string) (part float64, ok bool) {
	found := limit{}
	for _, l := range g.all() {
		if l.name == metric {
			return l.part, true
		}
		if slices.Contains(units(l.name), metric) {
			found, ok = l, true
		}
	}
	return found.part, ok
}

// String spells the gate as ParseGate reads it.
func (g Gate) String() string {
	var parts []string
	for _, l := range g.all() {
		switch {
		case l.part < 0:
			parts = append(parts, l.name)
		case l.part == 0:
			parts = append(parts, l.name+"=0")
		default:
			parts = append(parts, l.name+"="+strconv.FormatFloat(100*l.part, 'g', 4, 64)+"%")
		}
	}
	if len(parts) == 0 {
		return "none"
	}
	return strings.Join(parts, ",")
}
