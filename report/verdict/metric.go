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
	known bool       // it is no unit
	rows  [][]string // for each row that a cell gets, the units of which it takes the first that there is, as they are printed
}

var groups = []group{
	{"time", true, [][]string{{"ns/item", "ns/op"}}},
	{"cpu", true, [][]string{{"cpu-ns/item", "cpu-ns/op"}}},
	{"wire", true, [][]string{{"wire-B/item"}}},
	{"allocs", true, [][]string{{"worker-allocs/item", "allocs/op"}, {"coord-allocs/item"}}},
	{"bytes", true, [][]string{{"worker-B/item", "B/op"}, {"coord-B/item"}}},
	{"phases", true, [][]string{{"compute-ns/item"}, {"worker-decode-ns/item"}, {"worker-encode-ns/item"}, {"worker-transfer-ns/item"},
		{"sender-encode-ns/item"}, {"sender-transfer-ns/item"}, {"receiver-decode-ns/item"}, {"receiver-transfer-ns/item"}}},
}

// groupOf returns the group of a name; a unit is a group of itself, whatever it is called.
func groupOf(name string) (group, error) {
	for _, g := range groups {
		if g.name == name {
			return g, nil
		}
	}
	if name == "" || name == "none" || strings.ContainsAny(name, " \t=") {
		return group{}, fmt.Errorf("%q is no metric: want one of %s, or a unit such as ns/op", name, strings.Join(groupNames(), ", "))
	}
	for _, g := range groups {
		if misspelt(name, g.name) {
			return group{}, fmt.Errorf("%q is no metric: %s is meant?", name, g.name)
		}
	}
	return group{name: name, rows: [][]string{{name}}}, nil
}

func groupNames() []string {
	var names []string
	for _, g := range groups {
		names = append(names, g.name)
	}
	return names
}

// misspelt reports whether a word is another one but for a letter too many, too few, wrong,
// or in the place of its neighbour.
func misspelt(word, of string) bool {
	same := 0
	for same < min(len(word), len(of)) && word[same] == of[same] {
		same++
	}
	a, b := word[same:], of[same:]
	switch len(a) - len(b) {
	case 1:
		return a[1:] == b
	case -1:
		return a == b[1:]
	case 0:
		return a != "" && (a[1:] == b[1:] || len(a) > 1 && a[0] == b[1] && a[1] == b[0] && a[2:] == b[2:])
	}
	return false
}

// costs reports whether less of a unit is better by its nature: times, bytes and
// allocations, for whatever they are counted.
func costs(unit string) bool {
	if isRate(unit) {
		return false
	}
	numerator, _, _ := strings.Cut(tidied(unit), "/")
	for _, kind := range []string{"sec", "B", "bytes", "allocs"} {
		if numerator == kind || strings.HasSuffix(numerator, "-"+kind) {
			return true
		}
	}
	return false
}

// rates are what is counted by time under names of its own.
var rates = []string{"qps", "rps", "tps", "fps", "ops", "iops", "bps", "Kbps", "kbps", "Mbps", "Gbps", "flops", "FLOPS", "GFLOPS", "MIPS"}

// isRate reports whether a unit counts by time. Of most rates more is better, but not of all.
func isRate(unit string) bool {
	numerator, denominator, _ := strings.Cut(unit, "/")
	switch denominator {
	case "s", "sec", "second", "seconds", "ms", "us", "µs", "ns", "min", "minute", "h", "hour":
		return true
	}
	return denominator == "" && slices.ContainsFunc(rates, func(r string) bool { return numerator == r || strings.HasSuffix(numerator, "-"+r) })
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

// untidied returns a unit as package testing prints it.
func untidied(unit string) string {
	numerator, by, _ := strings.Cut(unit, "/")
	switch {
	case unit == "B/s":
		return "MB/s"
	case numerator == "sec" || strings.HasSuffix(numerator, "-sec"):
		return strings.TrimSuffix(strings.TrimSuffix(numerator, "sec")+"ns/"+by, "/")
	}
	return unit
}

// tidyFactor is what tidying multiplies values of the unit with.
func tidyFactor(unit string) float64 {
	factor, _ := benchunit.Tidy(1, unit)
	return factor
}
