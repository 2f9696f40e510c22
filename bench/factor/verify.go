package factor

import (
	"fmt"
	"math/bits"
)

// Verify says whether answers[i] are the prime factors of numbers[i], by their
// property: their product is the number, and they are prime and ascending. It
// does not divide, so that it is independent of [Factorize]. The error names
// the first that is wrong.
func Verify(numbers []uint64, answers [][]uint64) error {
	if len(numbers) != len(answers) {
		return fmt.Errorf("factor: %d results for %d items", len(answers), len(numbers))
	}
	seen := primes{}
	for i, n := range numbers {
		if err := seen.verify(n, answers[i]); err != nil {
			return fmt.Errorf("factor: item %d: %d = %d: %w", i, n, answers[i], err)
		}
	}
	return nil
}

// primes are numbers known to be prime: small ones come again and again.
type primes map[uint64]bool

func (known primes) verify(n uint64, factors []uint64) error {
	if n < 2 {
		if len(factors) > 0 {
			return fmt.Errorf("%d has no prime factors", n)
		}
		return nil
	}
	product, before := uint64(1), uint64(0)
	for _, p := range factors {
		if p < before {
			return fmt.Errorf("%d comes after %d", p, before)
		}
		if !known.has(p) {
			return fmt.Errorf("%d is not prime", p)
		}
		high, low := bits.Mul64(product, p)
		if high != 0 {
			return fmt.Errorf("the product is 2^64 or more")
		}
		product, before = low, p
	}
	if product != n {
		return fmt.Errorf("the product is %d", product)
	}
	return nil
}

func (known primes) has(p uint64) bool {
	if !known[p] {
		if !isPrime(p) {
			return false
		}
		known[p] = true
	}
	return true
}
