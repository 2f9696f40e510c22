package verdict

import (
	"fmt"
	"strings"
	"testing"
)

func TestWithin(t *testing.T) {
	wide, narrow := row("A", "ns/op", 12, 0, 0.2), row("B", "ns/op", 12, 0, 0.002)
	for _, c := range []struct {
		rows  []Row
		rules Rules
		width float64
		want  bool
	}{
		{[]Row{narrow}, Rules{}, 0.02, true},
		{[]Row{narrow}, Rules{}, 0.0001, false},
		{[]Row{narrow, wide}, Rules{}, 0.02, false},
		{[]Row{narrow, wide}, Rules{}, 1, true},
		{[]Row{narrow}, Rules{Alpha: 0.0001}, 0.02, false}, // 12 rounds are too few
	} {
		if table := Judge(c.rows, c.rules); table.Within(c.width) != c.want {
			t.Errorf("%d rows, width %g, interval %g to %g: want %v", len(c.rows), c.width, table.Rows[0].Low, table.Rows[0].High, c.want)
		}
	}
	gate, err := ParseGate("wire=0")
	if err != nil {
		t.Fatal(err)
	}
	if table := Judge([]Row{narrow, wide}, Rules{Gate: gate}); !table.Within(0.02) {
		t.Error("what is not gated need not be known")
	}
}

// first cuts a simulated comparison after so many rounds.
func first(rows []Row, rounds int) []Row {
	cut := func(samples []Sample) []Sample {
		n := 0
		for n < len(samples) && samples[n].Round <= rounds {
			n++
		}
		return samples[:n]
	}
	all := make([]Row, len(rows))
	for i, r := range rows {
		r.Base, r.Head = cut(r.Base), cut(r.Head)
		all[i] = r
	}
	return all
}

// Identical code, ended as soon as the intervals are narrow, or after 40 rounds; beside
// it what looking at the verdict as often does, which ends on the first alarm.
func TestWidthIsNoPeeking(t *testing.T) {
	const tables, most = 60, 40
	var out strings.Builder
	fmt.Fprintln(&out, "Comparisons of identical code, 15 rows, threshold 0.1%, judged every fourth round from the 12th to the 40th and ended on their width, or on the first alarm.")
	for _, m := range machines {
		var width, peeking alarms
		rounds := 0
		for seed := range tables {
			rows, ended, alarmed := simulate(m, uint64(5000+seed), experiment{rounds: most}), false, false
			for n := 12; n <= most && !(ended && alarmed); n += 4 {
				table := Judge(first(rows, n), Rules{Threshold: 0.001})
				if !ended && (table.Within(0.02) || n == most) {
					width.add(table)
					ended, rounds = true, rounds+n
				}
				if !alarmed && (table.CountVerdict(Slower)+table.CountVerdict(Faster) > 0 || n == most) {
					peeking.add(table)
					alarmed = true
				}
			}
		}
		fmt.Fprintf(&out, "%-8s: on width after %.1f rounds, either way %d of %d; on an alarm either way %d\n", m.name, float64(rounds)/tables, width.either, tables, peeking.either)
		if float64(width.either) > tables*promised {
			t.Errorf("%s: %d of %d with an alarm, want at most %g", m.name, width.either, tables, tables*promised)
		}
	}
	golden(t, "width.txt", []byte(out.String()))
}
