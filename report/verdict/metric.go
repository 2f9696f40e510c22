package verdict

import (
	"fmt"
	"slices"
	"strings"

	"golang.org/x/perf/benchunit"
)

// group is a name for metrics that gates and rows are chosen by.
type group struct {
	name  string
	units []string // as they are printed
	each  bool     // a row for each of the units, in place of the first that a cell has
}

var groups = []group{
	{name: "time", units: []string{"ns/item", "ns/op"}},
	{name: "cpu", units: []string{"cpu-ns/item", "cpu-ns/op"}},
	{name: "wire", units: []string{"wire-B/item"}},
	{name: "allocs", units: []string{"worker-allocs/item", "allocs/op"}},
	{name: "bytes", units: []string{"worker-B/item", "B/op"}},
	{name: "phases", each: true, units: []string{"compute-ns/item", "worker-decode-ns/item", "worker-encode-ns/item",
		"worker-transfer-ns/item", "sender-encode-ns/item", "sender-transfer-ns/item", "receiver-decode-ns/item", "receiver-transfer-ns/item"}},
}

// groupOf returns the group of a name; a unit is a group of itself.
func groupOf(name string) (group, error) {
	var known []string
	for _, g := range groups {
		if g.name == name {
			return g, nil
		}
		known = append(known, g.name)
	}
	if strings.Contains(name, "/") || strings.HasSuffix(name, "-bytes") {
		return group{name: name, units: []string{name}}, nil
	}
	return group{}, fmt.Errorf("%q is no metric: want one of %s, or a unit such as ns/op", name, strings.Join(known, ", "))
}

// units returns the units that a name stands for, none if it is no metric.
func units(name string) []string {
	g, _ := groupOf(name)
	return g.units
}

// metricOf returns the name of the group whose one row a unit is of; a unit that shares
// its rows with no other goes by its own name.
func metricOf(unit string) string {
	for _, g := range groups {
		if !g.each && slices.Contains(g.units, unit) {
			return g.name
		}
	}
	return unit
}

// choices returns, for each row of the group, the units of which it takes the first
// that there is.
func (g group) choices() [][]string {
	if !g.each {
		return [][]string{g.units}
	}
	var all [][]string
	for _, unit := range g.units {
		all = append(all, []string{unit})
	}
	return all
}

// isWhole reports whether a metric is all of an item's time, which is never zero; a
// phase may be.
func isWhole(metric string) bool {
	return slices.Contains(units("time"), metric) || slices.Contains(units("cpu"), metric)
}

// allocates reports whether a metric counts allocations, which do not depend on how
// fast the machine is.
func allocates(metric string) bool {
	return slices.Contains(units("allocs"), metric) || slices.Contains(units("bytes"), metric)
}

// tidied returns a unit as benchfmt stores it: seconds for nanoseconds.
func tidied(unit string) string {
	_, t := benchunit.Tidy(1, unit)
	return t
}

// tidyFactor is what tidying multiplies values of the unit with.
func tidyFactor(unit string) float64 {
	factor, _ := benchunit.Tidy(1, unit)
	return factor
}
