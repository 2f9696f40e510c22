package factor

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

func TestFactorize(t *testing.T) {
	for _, c := range []struct {
		n    uint64
		want []uint64
	}{
		{0, nil},
		{1, nil},
		{2, []uint64{2}},
		{3, []uint64{3}},
		{4, []uint64{2, 2}},
		{25, []uint64{5, 5}},
		{35, []uint64{5, 7}},
		{49, []uint64{7, 7}},
		{360, []uint64{2, 2, 2, 3, 3, 5}},
		{999999937, []uint64{999999937}},
		{1000003 * 1000003, []uint64{1000003, 1000003}},
		{99999989 * 99999989, []uint64{99999989, 99999989}},
		{1 << 63, slices.Repeat([]uint64{2}, 63)},
		{math.MaxUint64, []uint64{3, 5, 17, 257, 641, 65537, 6700417}},
	} {
		if got := Factorize(c.n); !slices.Equal(got, c.want) {
			t.Errorf("Factorize(%d) = %d, want %d", c.n, got, c.want)
		}
	}
}

// At the largest prime below 2⁶⁴ the divisors pass 2³², where d*d would
// overflow, and go on for ever.
func TestFactorizeLargestPrime(t *testing.T) {
	if testing.Short() {
		t.Skip("takes some seconds")
	}
	t.Parallel()
	const p = 1<<64 - 59
	if got := Factorize(p); !slices.Equal(got, []uint64{p}) {
		t.Errorf("Factorize(%d) = %d", uint64(p), got)
	}
}

// Every small number, and products of random ones, against the property that
// knows nothing of trial division.
func TestFactorizeProperty(t *testing.T) {
	var numbers []uint64
	for n := range uint64(100_000) {
		numbers = append(numbers, n)
	}
	random := rand.New(rand.NewPCG(1, 1))
	for range 2000 {
		numbers = append(numbers, random.Uint64N(1<<20)*random.Uint64N(1<<20), random.Uint64N(1<<40))
	}
	answers := make([][]uint64, len(numbers))
	for i, n := range numbers {
		answers[i] = Factorize(n)
	}
	if err := Verify(numbers, answers); err != nil {
		t.Error(err)
	}
}
