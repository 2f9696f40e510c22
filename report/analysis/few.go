package analysis

import (
	"fmt"
	"slices"
)

// How much pictures and answers take of a run. What a run of ours has is below; a
// stranger's names may hold thousands of each, which no picture can show, and which
// answers that compare each with each would take the square of.
const (
	mostSetups = 48 // strategies and set-ups beside each other
	mostSizes  = 64 // works along which the size of an item changes
	mostPanels = 12 // kinds of data beside each other
)

// few returns so many of all, the first and the last among them and the others evenly
// between.
func few[T any](all []T, most int) []T {
	if len(all) <= most {
		return all
	}
	kept := make([]T, most)
	for i := range kept {
		kept[i] = all[i*(len(all)-1)/(most-1)]
	}
	return kept
}

// Crowded says what the pictures and the answers leave out of the matrix, "" for
// nothing; the tables have it all.
func (m *Matrix) Crowded() string {
	if all := m.eligible(); len(all) > mostSetups {
		return fmt.Sprintf("%d of %d strategies and set-ups", mostSetups, len(all))
	}
	sizes := 0
	for _, f := range m.families() {
		sizes = max(sizes, f.all)
	}
	if sizes > mostSizes {
		return fmt.Sprintf("%d of %d sizes", mostSizes, sizes)
	}
	if shapes := m.workValues("shape"); len(shapes) > mostPanels {
		return fmt.Sprintf("%d of %d shapes of data", mostPanels, len(shapes))
	}
	return ""
}

// Pictured reports whether pictures and answers look for a benchmark of this name.
func Pictured(bench string) bool {
	return slices.Contains([]string{"Factor", handoffBench, codecBench, chunkBench, workersBench}, bench)
}
