package factor

import (
	"math/big"
	"math/rand/v2"
)

// Inputs returns the numbers of w, which must be valid: always the same ones
// for the same digits, numbers and seed; fewer items are the head of more.
func Inputs(w Work) []uint64 {
	w = w.resolve()
	low := power10(w.Digits - 1)
	high := 10 * low
	source := rand.New(rand.NewPCG(w.Seed, uint64(w.Digits)))
	numbers := make([]uint64, w.Items)
	for i := range numbers {
		numbers[i] = low + source.Uint64N(high-low)
		if w.Numbers == Prime {
			numbers[i] = primeFrom(numbers[i], low, high)
		}
	}
	return numbers
}

// primeFrom returns the first prime from n on, going round from high to low.
func primeFrom(n, low, high uint64) uint64 {
	for !isPrime(n) {
		if n++; n == high {
			n = low
		}
	}
	return n
}

// isPrime does not use trial division, so that it can judge it. The
// Baillie-PSW test of math/big is exact below 2⁶⁴.
func isPrime(n uint64) bool {
	return new(big.Int).SetUint64(n).ProbablyPrime(0)
}

func power10(n int) uint64 {
	p := uint64(1)
	for range n {
		p *= 10
	}
	return p
}
