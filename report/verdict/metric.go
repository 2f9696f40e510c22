package verdict

import (
	"fmt"
	"slices"
	"strings"

	"golang.org/x/perf/benchunit"
)

// group is a name for metrics that gates and rows are chosen by.
type group struct {
	name string
	rows [][]string // for each row that a cell gets, the units of which it takes the first that there is, as they are printed
}

var groups = []group{
	{"time", [][]string{{"ns/item", "ns/op"}}},
	{"cpu", [][]string{{"cpu-ns/item", "cpu-ns/op"}}},
	{"wire", [][]string{{"wire-B/item"}}},
	{"allocs", [][]string{{"worker-allocs/item", "allocs/op"}, {"coord-allocs/item"}}},
	{"bytes", [][]string{{"worker-B/item", "B/op"}, {"coord-B/item"}}},
	{"phases", [][]string{{"compute-ns/item"}, {"worker-decode-ns/item"}, {"worker-encode-ns/item"}, {"worker-transfer-ns/item"},
		{"sender-encode-ns/item"}, {"sender-transfer-ns/item"}, {"receiver-decode-ns/item"}, {"receiver-transfer-ns/item"}}},
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
		return group{name, [][]string{{name}}}, nil
	}
	return group{}, fmt.Errorf("%q is no metric: want one of %s, or a unit such as ns/op", name, strings.Join(known, ", "))
}

// units returns the units that a name stands for, none if it is no metric.
func units(name string) []string {
	g, _ := groupOf(name)
	return slices.Concat(g.rows...)
}

// metricOf returns the name of the group of a unit that stands for others in its row; a
// unit that shares its row with no other goes by its own name.
func metricOf(unit string) string {
	for _, g := range groups {
		for _, row := range g.rows {
			if len(row) > 1 && slices.Contains(row, unit) {
				return g.name
			}
		}
	}
	return unit
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
