package plots

import (
	"slices"
	"strconv"
	"strings"

	"github.com/handoff-go/handoff/report/analysis"
	"github.com/handoff-go/handoff/report/verdict"
)

// shortNames spells cells in words: their benchmark, and of each key only what tells
// cells of one benchmark apart.
func shortNames(rows []verdict.Judged) map[string]string {
	groups := map[string][]string{} // cells by benchmark
	short := map[string]string{}
	for _, j := range rows {
		if _, known := short[j.Cell]; known {
			continue
		}
		short[j.Cell] = j.Cell
		bench, _, _ := strings.Cut(j.Cell, "/")
		groups[bench] = append(groups[bench], j.Cell)
	}
	for bench, cells := range groups {
		keep := telling(cells)
		for _, cell := range cells {
			short[cell] = spellCell(bench, cell, keep)
		}
	}
	return short
}

// telling returns which parts of the cells' names are shown: the strategy or the
// codec, what has no key, and of the others as few as tell all cells apart, rather
// those that stand first.
func telling(cells []string) func(part string) bool {
	dropped := map[string]bool{}
	keep := func(part string) bool {
		key, _, ok := strings.Cut(part, "=")
		return !ok || !dropped[key]
	}
	keys := keysOf(cells)
	for _, key := range slices.Backward(keys) {
		if key == "strategy" || key == "codec" {
			continue
		}
		if dropped[key] = true; !distinct(cells, keep) {
			dropped[key] = false
		}
	}
	return keep
}

// keysOf are the keys of all cells, in the order in which they come.
func keysOf(cells []string) []string {
	var keys []string
	for _, cell := range cells {
		for part := range strings.SplitSeq(cell, "/") {
			if key, _, ok := strings.Cut(part, "="); ok && !slices.Contains(keys, key) {
				keys = append(keys, key)
			}
		}
	}
	return keys
}

// distinct tells whether no two cells are spelled alike.
func distinct(cells []string, keep func(part string) bool) bool {
	seen := map[string]bool{}
	for _, cell := range cells {
		seen[spellCell("", cell, keep)] = true
	}
	return len(seen) == len(cells)
}

// spellCell is "Handoff: process-gob, 4 KiB".
func spellCell(bench, cell string, keep func(part string) bool) string {
	var words []string
	for _, part := range strings.Split(cell, "/")[1:] {
		if keep(part) {
			words = append(words, spellPart(part))
		}
	}
	if len(words) == 0 {
		return bench
	}
	return bench + ": " + strings.Join(words, ", ")
}

// spellPart spells the keys of handoff's own benchmarks without their names.
func spellPart(part string) string {
	key, value, _ := strings.Cut(part, "=")
	n, err := strconv.Atoi(value)
	switch {
	case value == "":
		return part
	case key == "strategy" || key == "codec" || key == "shape" || key == "way":
		return value
	case err != nil:
		return part
	case key == "digits":
		return value + " digits"
	case key == "payload" && n == 0:
		return "no payload"
	case key == "payload":
		return analysis.Bytes(float64(n), 3)
	}
	return part
}

// mostRunes is more than any line of a picture has room for.
const mostRunes = 400

// elide takes as much out of the middle of a text as it needs to fit the width.
func elide(p pen, text string, width float64) string {
	runes := []rune(text)
	if n := len(runes); n > mostRunes { // a stranger's name may be a megabyte
		runes = slices.Concat(runes[:mostRunes/2], runes[n-mostRunes/2:])
		text = string(runes[:mostRunes/2]) + "…" + string(runes[mostRunes/2:])
	}
	for n := len(runes); n > 1 && p.width(text) > width; n-- {
		text = string(runes[:n/2]) + "…" + string(runes[len(runes)-(n-n/2)+1:])
	}
	return text
}
