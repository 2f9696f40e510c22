package runner

import (
	"slices"
	"testing"
	"time"
)

// takenWith makes a side whose cell has samples of 100 ms under these pressures,
// in ms, one a round.
func takenWith(pressures ...int64) *side {
	s := &side{}
	for i, p := range pressures {
		t := taken{turn: turn{i + 1, cell{"p", "BenchmarkX"}}, iters: 10, op: 10 * time.Millisecond, pressure: p}
		if p > 0 {
			t.pressure *= 1000
		}
		s.taken = append(s.taken, t)
	}
	return s
}

// rounds are those of turns.
func rounds(turns []turn) []int {
	var all []int
	for _, t := range turns {
		all = append(all, t.round)
	}
	return all
}

func TestRetakes(t *testing.T) {
	for name, c := range map[string]struct {
		base, head *side
		want       []int
	}{
		"quiet":                 {takenWith(0, 1, 2, 0, 1, 3, 0, 1), takenWith(0, 0, 1, 0, 1, 3, 0, 1), nil},
		"one side":              {takenWith(0, 1, 40, 0, 1, 3, 0, 1), takenWith(0, 0, 1, 0, 1, 3, 0, 1), []int{3}},
		"the other":             {takenWith(0, 1, 0, 0, 1, 3, 0, 1), takenWith(0, 0, 40, 0, 1, 3, 0, 1), []int{3}},
		"both, as often as may": {takenWith(90, 1, 40, 0, 80, 3, 0, 1), takenWith(0, 70, 1, 0, 1, 3, 0, 1), []int{1, 2}},
		"its own pressure":      {takenWith(60, 61, 62, 60, 61, 60, 60, 61), takenWith(80, 81, 80, 85, 80, 80, 80, 80), nil},
		"unknown":               {takenWith(-1, -1, -1, -1, -1, -1, -1, -1), takenWith(-1, -1, -1, -1, -1, -1, -1, -1), nil},
		"just below a sixth":    {takenWith(0, 0, 15, 0, 0, 0, 0, 0), takenWith(0, 0, 0, 0, 0, 0, 0, 0), nil},
		"just above":            {takenWith(0, 0, 16, 0, 0, 0, 0, 0), takenWith(0, 0, 0, 0, 0, 0, 0, 0), []int{3}},
	} {
		if got := rounds(retakes([]*side{c.base, c.head}, 8)); !slices.Equal(got, c.want) {
			t.Errorf("%s: rounds %v, want %v", name, got, c.want)
		}
	}
	if got := retakes([]*side{takenWith(0, 90, 0)}, 8); got != nil {
		t.Errorf("a run with one side takes %v again", got)
	}
}

// What was taken again and is quiet now is done; what is not is taken again at
// most twice, and a quarter of all at most.
func TestRetakesEnd(t *testing.T) {
	base, head := takenWith(90, 0, 0, 0, 0, 0, 0, 90), takenWith(0, 0, 0, 0, 0, 0, 0, 0)
	sides := []*side{base, head}
	again := func(round int, pressure int64) {
		for _, s := range sides {
			s.taken = append(s.taken, taken{turn{round, cell{"p", "BenchmarkX"}}, 10, 10 * time.Millisecond, pressure * 1000})
		}
	}
	if got := rounds(retakes(sides, 40)); !slices.Equal(got, []int{1, 8}) {
		t.Fatalf("rounds %v, want 1 and 8", got)
	}
	again(1, 0)
	again(8, 80)
	if got := rounds(retakes(sides, 40)); !slices.Equal(got, []int{8}) {
		t.Errorf("rounds %v, want 8", got)
	}
	if got := retakes(sides, 8); len(got) != 0 {
		t.Errorf("%v, where two of eight have been taken again", got)
	}
	again(8, 80)
	if got := retakes(sides, 40); len(got) != 0 {
		t.Errorf("%v, though it was taken again twice", got)
	}
}
