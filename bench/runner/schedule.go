package runner

import (
	"fmt"
	"hash/fnv"
	"math/rand/v2"
	"slices"
)

// turn is a place in a run: one sample of a cell, or one of each side.
type turn struct {
	round int
	cell  cell
}

// schedule lists the samples still to be taken, in order. The order of a round
// depends on the seed and the round alone, so that a resumed run goes on in it.
func schedule(cells []cell, p plan, done map[turn]bool) []turn {
	var turns []turn
	for round := 1; round <= p.rounds; round++ {
		for _, c := range shuffled(cells, p.seed, round) {
			if t := (turn{round, c}); !done[t] {
				turns = append(turns, t)
			}
		}
	}
	return turns
}

func shuffled(cells []cell, seed uint64, round int) []cell {
	order := slices.Clone(cells)
	random := rand.New(rand.NewPCG(seed, uint64(round)))
	random.Shuffle(len(order), func(i, j int) { order[i], order[j] = order[j], order[i] })
	return order
}

// sideOrder is in which order the sides of a turn are measured: at random, by
// the run's seed, the turn, and how often it was taken before. So no side is
// always the one that finds the caches warm.
func sideOrder(sides int, seed uint64, t turn, attempt int) []int {
	h := fnv.New64a()
	fmt.Fprintf(h, "%d %d %s %s", t.round, attempt, t.cell.pkg, t.cell.name)
	return rand.New(rand.NewPCG(seed, h.Sum64())).Perm(sides)
}
