package runner

import (
	"fmt"
	"slices"
	"testing"
)

func testCells(n int) []cell {
	var cells []cell
	for i := range n {
		cells = append(cells, cell{"example.com/x", fmt.Sprintf("BenchmarkX/i=%d", i)})
	}
	return cells
}

func TestScheduleTakesEveryCellOnceARound(t *testing.T) {
	cells := testCells(9)
	turns := schedule(cells, plan{rounds: 4, seed: 3}, nil)
	if len(turns) != 36 {
		t.Fatalf("%d turns, want 36", len(turns))
	}
	seen := map[turn]int{}
	for i, turn := range turns {
		seen[turn]++
		if want := i/9 + 1; turn.round != want {
			t.Errorf("turn %d is of round %d, want %d", i, turn.round, want)
		}
	}
	for turn, n := range seen {
		if n != 1 {
			t.Errorf("%v comes %d times", turn, n)
		}
	}
}

func TestScheduleIsShuffledBySeed(t *testing.T) {
	cells := testCells(9)
	order := func(seed uint64, round int) []cell { return shuffled(cells, seed, round) }
	if !slices.Equal(order(1, 1), order(1, 1)) {
		t.Error("the same seed gives two orders")
	}
	if slices.Equal(order(1, 1), order(2, 1)) {
		t.Error("two seeds give one order")
	}
	if slices.Equal(order(1, 1), order(1, 2)) {
		t.Error("two rounds have one order")
	}
	if slices.Equal(order(1, 1), cells) {
		t.Error("round 1 is not shuffled")
	}
}

func TestScheduleGoesOnWhereItStopped(t *testing.T) {
	cells, p := testCells(5), plan{rounds: 3, seed: 1}
	all := schedule(cells, p, nil)
	for stop := range all {
		done := map[turn]bool{}
		for _, t := range all[:stop] {
			done[t] = true
		}
		if rest := schedule(cells, p, done); !slices.Equal(rest, all[stop:]) {
			t.Fatalf("after %d turns: %v, want %v", stop, rest, all[stop:])
		}
	}
}

// Each side comes first about as often as the other, and not in a pattern that
// a cell or a round could follow.
func TestSideOrder(t *testing.T) {
	first := 0
	for _, c := range testCells(20) {
		for round := 1; round <= 10; round++ {
			order := sideOrder(2, 1, turn{round, c}, 0)
			if len(order) != 2 || order[0]+order[1] != 1 {
				t.Fatalf("order %v", order)
			}
			first += order[0]
			if again := sideOrder(2, 1, turn{round, c}, 0); !slices.Equal(again, order) {
				t.Fatal("one turn has two orders")
			}
		}
	}
	if first < 80 || first > 120 {
		t.Errorf("head comes first in %d of 200 turns", first)
	}
}
