package plots

import (
	"strings"

	"github.com/handoff-go/handoff/report/verdict"
)

// shortNames leaves out of the cells' names what is the same in all that say it, such
// as chunk=auto, as long as no two cells come to share a name.
func shortNames(rows []verdict.Judged) map[string]string {
	values := map[string]map[string]bool{}
	for _, j := range rows {
		for part := range strings.SplitSeq(j.Cell, "/") {
			if key, value, ok := strings.Cut(part, "="); ok {
				if values[key] == nil {
					values[key] = map[string]bool{}
				}
				values[key][value] = true
			}
		}
	}
	short, taken := map[string]string{}, map[string]string{}
	for _, j := range rows {
		name := shortName(j.Cell, values)
		if other, ok := taken[name]; ok && other != j.Cell {
			return fullNames(rows)
		}
		short[j.Cell], taken[name] = name, j.Cell
	}
	return short
}

// shortName keeps the strategy, and the keys of which there are several values.
func shortName(cell string, values map[string]map[string]bool) string {
	var kept []string
	for part := range strings.SplitSeq(cell, "/") {
		key, _, ok := strings.Cut(part, "=")
		if !ok || key == "strategy" || len(values[key]) > 1 {
			kept = append(kept, part)
		}
	}
	return strings.Join(kept, "/")
}

func fullNames(rows []verdict.Judged) map[string]string {
	full := map[string]string{}
	for _, j := range rows {
		full[j.Cell] = j.Cell
	}
	return full
}

// elide takes as much out of the middle of a text as it needs to fit the width.
func elide(p pen, text string, width float64) string {
	runes := []rune(text)
	for n := len(runes); n > 1 && p.width(text) > width; n-- {
		text = string(runes[:n/2]) + "…" + string(runes[len(runes)-(n-n/2)+1:])
	}
	return text
}
