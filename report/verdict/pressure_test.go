package verdict

import (
	"fmt"
	"strings"
	"testing"
)

// pressedFile is a side of 12 rounds of 100 µs each; more are pairs that were taken
// again. Each pair is its round, the pressure in µs, and the time in ns.
func pressedFile(more ...[3]int) string {
	var text strings.Builder
	text.WriteString(sampled("r"))
	for round := range 12 {
		more = append(more, [3]int{round + 1, 10, 100000})
	}
	seen := map[int]bool{}
	for _, s := range more {
		if seen[s[0]] && s[1] == 10 {
			continue // this round's are given
		}
		seen[s[0]] = true
		fmt.Fprintf(&text, "# round: %d\n# pressure: %d\nBenchmarkA-2 1 %d ns/op\n", s[0], s[1], s[2])
	}
	return text.String()
}

// What the files say of pressure decides which pair of a round counts, and what is said of
// the rounds that have no quiet one.
func TestPressureOfFiles(t *testing.T) {
	for _, c := range []struct {
		name          string
		base, head    string
		pressed, kept int
		worst         float64 // time of the slowest pair of those that count
	}{
		{"quiet", pressedFile(), pressedFile(), 0, 0, 100},
		{"within 15% of the window", pressedFile([3]int{4, 24, 100000}), pressedFile([3]int{4, 24, 100000}), 0, 0, 100},
		{"cured", pressedFile([3]int{4, 90, 300000}, [3]int{4, 11, 101000}), pressedFile([3]int{4, 12, 900000}, [3]int{4, 11, 102000}), 1, 0, 102},
		{"once, and not again", pressedFile([3]int{4, 90, 300000}), pressedFile([3]int{4, 11, 900000}), 1, 1, 900},
		{"not cured", pressedFile([3]int{4, 90, 1}, [3]int{4, 50, 1}, [3]int{4, 70, 1}), pressedFile([3]int{4, 20, 700000}, [3]int{4, 60, 800000}, [3]int{4, 9, 900000}), 3, 1, 800},
	} {
		rows, _, err := Rows(parse(t, "b", c.base), parse(t, "h", c.head), []string{"time"})
		if err != nil {
			t.Fatal(err)
		}
		table := Judge(rows, Rules{})
		if j := table.Rows[0]; j.Pairs != 12 || j.Pressed != c.pressed || j.Kept != c.kept {
			t.Errorf("%s: %d pairs, %d pressed, %d kept; want 12, %d, %d", c.name, j.Pairs, j.Pressed, j.Kept, c.pressed, c.kept)
		}
		byRound, _ := pairs(rows[0])
		if got := chosen(byRound[4]).head / 1000; fmt.Sprintf("%.0f", got) != fmt.Sprintf("%.0f", c.worst) {
			t.Errorf("%s: the pair that took %.0fµs counts, want the one of %.0fµs", c.name, got, c.worst)
		}
		if warned := strings.Contains(table.Text(About{}, false), "1 of 1 cell no quiet pair"); warned != (c.kept > 0) {
			t.Errorf("%s: warnings %q", c.name, table.Warnings)
		}
	}
}
