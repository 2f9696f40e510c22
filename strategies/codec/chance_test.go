package codec

import (
	"encoding/binary"
	"math/rand/v2"
)

// chance makes all decisions of a generated test. The first are given, byte by
// byte, the others come from a generator: so a fuzzer can steer it, and what was
// decided can be replayed and made shorter. Of all alternatives the first is the
// simplest.
type chance struct {
	given []byte
	rest  *rand.Rand // nil: the others are all 0
	made  []byte     // all that was decided
}

// newChance returns one that follows the given decisions, and then a seed.
func newChance(given []byte, seed uint64) *chance {
	return &chance{given: given, rest: rand.New(rand.NewPCG(seed, 0))}
}

// replay returns one that follows the given decisions, and then takes the simplest.
func replay(given []byte) *chance { return &chance{given: given} }

func (c *chance) octet() byte {
	var b byte
	switch {
	case len(c.given) > 0:
		b, c.given = c.given[0], c.given[1:]
	case c.rest != nil:
		b = byte(c.rest.Uint32())
	}
	c.made = append(c.made, b)
	return b
}

// below returns one of n ≤ 256 numbers from 0 on.
func (c *chance) below(n int) int { return int(c.octet()) % n }

// rarely is true once in n.
func (c *chance) rarely(n int) bool { return c.below(n) == n-1 }

func (c *chance) bits() uint64 {
	var b [8]byte
	for i := range b {
		b[i] = c.octet()
	}
	return binary.LittleEndian.Uint64(b[:])
}

// shorter looks for the simplest decisions that fail, within so many tries.
func shorter(made []byte, tries int, fails func([]byte) bool) []byte {
	try := func(given []byte) bool {
		if tries--; tries < 0 || !fails(given) {
			return false
		}
		made = given
		return true
	}
	for before := -1; before != len(made) && tries > 0; {
		before = len(made)
		for size := len(made); size > 0; size /= 2 {
			for at := len(made) - size; at >= 0; at -= size {
				if at+size <= len(made) {
					try(append(append([]byte(nil), made[:at]...), made[at+size:]...))
				}
			}
		}
		for i := len(made) - 1; i >= 0; i-- {
			for _, b := range []byte{0, made[i] / 2, made[i] - 1} {
				if i < len(made) && b < made[i] {
					given := append([]byte(nil), made...)
					given[i] = b
					if try(given) {
						break
					}
				}
			}
		}
	}
	return made
}
