package analysis

import (
	"fmt"
	"strconv"

	"github.com/handoff-go/handoff/report/record"
)

// nameMatrices gives every matrix its title, the benchmark and what tells it from the
// others ("example.org/x: Sort-4 (mode: cold)"), and the heading of its tables, which says
// what all names end in, unless that is known to be the machine's number of CPUs.
func nameMatrices(run *record.Run, all []*Matrix) {
	ids := make([]record.ID, len(all))
	for i, m := range all {
		ids[i] = m.ID
	}
	speller := record.NewSpeller(ids)
	for i, m := range all {
		plain := ids[i]
		plain.Procs = 0
		m.Title, m.Heading = speller.Name(ids[i]), speller.Name(plain)
		if m.Procs == 0 || !speller.Procs() && run.Marks["cpus"] == strconv.Itoa(m.Procs) {
			continue
		}
		// Behind a name without keys the number is GOMAXPROCS; behind others it may be a value.
		if len(m.Works) == 1 && m.Works[0].Name == "" && len(m.Columns) == 1 && m.Columns[0].id() == (Column{}).id() {
			m.Heading = speller.Name(record.ID{Package: m.ID.Package, Name: m.ID.FullName(), Config: m.ID.Config})
		} else {
			m.Heading += fmt.Sprintf(", names end in -%d", m.Procs)
		}
	}
	numberAlike(all)
}

// numberAlike tells titles apart that are still the same.
func numberAlike(all []*Matrix) {
	seen := map[string]int{}
	for _, m := range all {
		if seen[m.Title]++; seen[m.Title] > 1 {
			again := fmt.Sprintf(", keys in another order (%d)", seen[m.Title])
			m.Title, m.Heading = m.Title+again, m.Heading+again
		}
	}
}
