package report

import (
	"regexp"
	"strconv"
)

// leading matches the number that a cell begins with, and its unit: "9.795µs
// ±2%", "~1.06×", "(0.5×)", "16.95MiB ±2%". A range says its unit at its end:
// "150–240 ns".
var leading = regexp.MustCompile(`^[~(<>≤≥]*([+−-]?)([0-9]+(?:\.[0-9]+)?)(?:–[0-9.]+)? ?(?:([nµmkMGT]|[KMGT]i)?(?:s|B)|%|×)?(?:[^A-Za-z0-9µ.]|$)`)

// prefixes are those that benchunit and package analysis write.
var prefixes = map[string]float64{
	"n": 1e-9, "µ": 1e-6, "m": 1e-3, "": 1, "k": 1e3, "M": 1e6, "G": 1e9, "T": 1e12,
	"Ki": 1 << 10, "Mi": 1 << 20, "Gi": 1 << 30, "Ti": 1 << 40,
}

// within matches a time in the middle of words: "pays off from 810 ns".
var within = regexp.MustCompile(` ([0-9]+(?:\.[0-9]+)?) ([nµm]?)s(?: |$)`)

// sortNumber returns the number that a cell of a table is sorted by: the one
// that it begins with, else the first time in its words. What a cell shows is
// what it sorts by: a table needs no second set of values that could differ
// from the first.
func sortNumber(text string) (v float64, ok bool) {
	if v, ok := leadingNumber(text); ok {
		return v, true
	}
	m := within.FindStringSubmatch(text)
	if m == nil {
		return 0, false
	}
	v, err := strconv.ParseFloat(m[1], 64)
	return v * prefixes[m[2]], err == nil
}

// leadingNumber returns the number that a cell begins with, in the base unit,
// so that 9 µs sorts below 1 ms.
func leadingNumber(text string) (v float64, ok bool) {
	m := leading.FindStringSubmatch(text)
	if m == nil {
		return 0, false
	}
	v, err := strconv.ParseFloat(m[2], 64)
	if err != nil {
		return 0, false
	}
	if m[1] == "-" || m[1] == "−" {
		v = -v
	}
	return v * prefixes[m[3]], true
}
