package verdict

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"golang.org/x/perf/benchmath"

	"github.com/handoff-go/handoff/report/record"
)

// Rows makes rows of two recorded files: one for each cell and metric, in the order
// of the metrics and then of the base file. metrics are names as in [ParseGate]; nil
// stands for those of the default gate. A metric that no cell has is left out.
//
// Two files that carry the same run mark are the sides of one interleaved run. It is
// an error, which names what it is about, if a cell is on one side only, if a cell
// has a metric on one side only, if a side lacks cells that its run had planned, if a
// side of an interleaved run has lost samples that the other one has, or if the sides were
// given different inputs.
func Rows(base, head *record.Run, metrics []string) ([]Row, Design, error) {
	if metrics == nil {
		metrics = Gate{}.Metrics()
	}
	choices, err := choicesOf(metrics)
	if err != nil {
		return nil, 0, err
	}
	if err := sameInputs(base, head); err != nil {
		return nil, 0, err
	}
	several := severalPackages(base) || severalPackages(head)
	b, h := newSide(base, several), newSide(head, several)
	design := designOf(base, head)
	if err := cmp.Or(matched(b, h), whole(b), whole(h), sameRounds(b, h, design)); err != nil {
		return nil, 0, err
	}
	var rows []Row
	procs := commonProcs(base, head)
	made := map[[2]string]bool{} // by cell and unit: a metric may be named by its group, too
	for _, units := range choices {
		for _, cell := range b.order {
			row, ok, err := rowOf(b, h, cell, procs, units)
			if err != nil {
				return nil, 0, err
			}
			if key := [2]string{cell, row.Metric}; ok && !made[key] {
				rows, made[key] = append(rows, row), true
			}
		}
	}
	if len(rows) == 0 {
		return nil, 0, fmt.Errorf("%s, %s: no benchmark has any of the metrics %s", base.Path, head.Path, strings.Join(metrics, ", "))
	}
	return rows, design, nil
}

// choicesOf returns, for each row of a cell, the units of which it takes the first.
func choicesOf(metrics []string) ([][]string, error) {
	var all [][]string
	for _, name := range metrics {
		g, err := groupOf(name)
		if err != nil {
			return nil, err
		}
		all = append(all, g.rows...)
	}
	return all, nil
}

// designOf tells how the files were made: a run's mark is in both, in one, or in
// none; files without marks are still apart if the machines differ.
func designOf(base, head *record.Run) Design {
	switch b, h := base.Marks["run"], head.Marks["run"]; {
	case b == "" && h == "" && Machine(base) == Machine(head):
		return Plain
	case b != "" && b == h:
		return Interleaved
	}
	return Apart
}

// Machine returns the class of the machine that a file was recorded on:
// "linux/amd64, AMD EPYC, 2 CPUs".
func Machine(run *record.Run) string {
	platform := strings.Trim(config(run, "goos")+"/"+config(run, "goarch"), "/")
	parts := []string{platform, config(run, "cpu")}
	if n := run.Marks["cpus"]; n != "" {
		parts = append(parts, n+" CPUs")
	}
	return strings.Join(slices.DeleteFunc(parts, func(p string) bool { return p == "" }), ", ")
}

func config(run *record.Run, key string) string {
	for _, p := range run.Samples[0].Config {
		if p.Key == key {
			return p.Value
		}
	}
	return ""
}

// sameInputs refuses sides that did different work under the same names.
func sameInputs(base, head *record.Run) error {
	if b, h := config(base, "seed"), config(head, "seed"); b != h {
		return fmt.Errorf("%s was recorded with seed %q and %s with seed %q: their inputs differ", base.Path, b, head.Path, h)
	}
	return nil
}

// rowOf makes the row of a cell for the first of the units that both sides have; ok is
// false where neither has any.
func rowOf(base, head side, cell, procs string, units []string) (row Row, ok bool, err error) {
	var lonely []string
	for _, unit := range units {
		b, h := base.has(cell, unit), head.has(cell, unit)
		switch {
		case b && h:
			return newRow(base, head, cell, procs, unit), true, nil
		case b:
			lonely = append(lonely, unit+" only in "+base.run.Path)
		case h:
			lonely = append(lonely, unit+" only in "+head.run.Path)
		}
	}
	if len(lonely) > 0 {
		return Row{}, false, fmt.Errorf("%s: different units: %s", cell, strings.Join(lonely, ", "))
	}
	return Row{}, false, nil
}

func newRow(base, head side, cell, procs, unit string) Row {
	metadata := base.run.Units
	return Row{
		Cell: strings.TrimSuffix(cell, procs), Metric: unit, Class: classOf(base.cells[cell][0]),
		Exact:  metadata.GetAssumption(unit) == benchmath.AssumeExact || head.run.Units.GetAssumption(unit) == benchmath.AssumeExact,
		Higher: metadata.GetBetter(unit) > 0,
		Base:   base.samples(cell, unit), Head: head.samples(cell, unit),
	}
}
