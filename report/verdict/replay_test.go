package verdict

import (
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"strings"
	"testing"

	"github.com/handoff-go/handoff/report/record"
)

// traces are recorded comparisons of a binary with itself, all of them with units that
// nothing is judged by cut out. busy is 16 rounds of 9 cells on 2 CPUs that other
// programs kept busy all the time, at a load of 10: an overloaded machine, the worst case.
// There is none of a quiet machine; what is claimed of those rests on the simulator.
var traces = []string{"busy"}

func trace(t *testing.T, name string) []Row {
	t.Helper()
	var sides []*record.Run
	for _, side := range []string{"base.txt", "head.txt"} {
		run, err := record.Open(filepath.Join("testdata", name, side))
		if err != nil {
			t.Fatal(err)
		}
		sides = append(sides, run)
	}
	rows, design, err := Rows(sides[0], sides[1], nil)
	if err != nil || design != Interleaved {
		t.Fatalf("%s: design %d, %v", name, design, err)
	}
	return rows
}

// replay makes another comparison of identical code from a recorded one: it takes some
// of the rounds, each once, because a pair that is there twice looks like two that
// agree; and in each pair it tosses which side is base. Under identical code all tosses
// are equally likely, so this is as good as recording again. Metrics of a pair stay
// together. Then head of some cells is made slower.
func replay(rows []Row, seed uint64, rounds int, effect map[string]float64) []Row {
	random := rand.New(rand.NewPCG(seed, 99))
	var taken []int
	for _, i := range random.Perm(len(rows[0].Base))[:rounds] {
		taken = append(taken, i+1)
	}
	swaps := map[string]bool{}
	for _, r := range rows {
		for _, round := range taken {
			if key := fmt.Sprint(r.Cell, round); !swaps[key] {
				swaps[key] = random.IntN(2) == 0
			}
		}
	}
	made := make([]Row, len(rows))
	for i, r := range rows {
		made[i] = r
		made[i].Base, made[i].Head = nil, nil
		for _, round := range taken {
			b, h := r.Base[round-1], r.Head[round-1]
			if swaps[fmt.Sprint(r.Cell, round)] {
				b, h = h, b
			}
			if !r.Exact {
				h.Value *= 1 + effect[r.Cell]
			}
			made[i].Base, made[i].Head = append(made[i].Base, b), append(made[i].Head, h)
		}
	}
	return made
}

func TestReplayedFalseAlarms(t *testing.T) {
	var out strings.Builder
	fmt.Fprintln(&out, "Comparisons of identical code, replayed from one that was recorded on an overloaded machine, threshold 2%, 12 rounds.")
	for _, name := range traces {
		rows := trace(t, name)
		var a alarms
		decided := 0
		for seed := range 200 {
			table := Judge(replay(rows, uint64(seed), 12, nil), Rules{Threshold: DefaultThreshold})
			a.add(table)
			if table.Exit() == 0 {
				decided++
			}
		}
		fmt.Fprintf(&out, "%-6s: red %d of 200, either way %d, void %d, pass %d\n", name, a.red, a.either, a.void, decided)
		if a.red+a.void > 4 || float64(a.either) > 200*promised {
			t.Errorf("%s: %d of 200 red and %d void, want at most 4; %d either way, want at most %g", name, a.red, a.void, a.either, 200*promised)
		}
	}
	golden(t, "replayed.txt", []byte(out.String()))
}

// What is slower is found or inconclusive, whatever the machine does: never the same,
// never faster.
func TestReplayedDirection(t *testing.T) {
	var out strings.Builder
	fmt.Fprintln(&out, "Every cell made slower, replayed from recorded comparisons, threshold 2%, 16 rounds: rows of time and CPU time.")
	for _, name := range traces {
		rows := trace(t, name)
		for _, effect := range []float64{0.05, 0.1, 0.3, 1} {
			slower := map[string]float64{}
			for _, r := range rows {
				if r.Class != Canary {
					slower[r.Cell] = effect
				}
			}
			counts := map[Verdict]int{}
			for seed := range 40 {
				for _, j := range Judge(replay(rows, uint64(500+seed), 16, slower), Rules{Threshold: DefaultThreshold}).Rows {
					if !j.Exact {
						counts[j.Verdict]++
					}
				}
			}
			fmt.Fprintf(&out, "%-6s %+.0f%%: slower %d, inconclusive %d, same %d, faster %d\n", name, 100*effect, counts[Slower], counts[Inconclusive], counts[Same], counts[Faster])
			if counts[Same] > 0 || counts[Faster] > 0 {
				t.Errorf("%s, %+.0f%%: %d rows called the same, %d faster", name, 100*effect, counts[Same], counts[Faster])
			}
		}
	}
	golden(t, "direction.txt", []byte(out.String()))
}
