package runner

import (
	"math/rand/v2"
	"slices"
)

// turn is one sample's place in a run.
type turn struct {
	round int
	cell  string
}

// schedule lists the samples still to be taken, in order. The order of a round
// depends on the seed and the round alone, so that a resumed run goes on in it.
func schedule(cells []string, p plan, done map[turn]bool) []turn {
	var turns []turn
	for round := 1; round <= p.rounds; round++ {
		for _, cell := range shuffled(cells, p.seed, round) {
			if t := (turn{round, cell}); !done[t] {
				turns = append(turns, t)
			}
		}
	}
	return turns
}

func shuffled(cells []string, seed uint64, round int) []string {
	order := slices.Clone(cells)
	random := rand.New(rand.NewPCG(seed, uint64(round)))
	random.Shuffle(len(order), func(i, j int) { order[i], order[j] = order[j], order[i] })
	return order
}
