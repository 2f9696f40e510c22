package factor

import (
	"context"

	"github.com/handoff-go/handoff/strategies"
)

// Tree is a factor tree as one draws it: a number, below it its smallest prime
// factor and the tree of the rest, and so on until the rest is prime. A number
// that is prime, or that nobody has split yet, is a leaf.
type Tree struct {
	Number   uint64 // never 0, so that no codec takes a node for none
	Smallest *Tree  // a leaf; nil in a leaf
	Rest     *Tree  // nil in a leaf
	Payload  []byte // of the root
}

// Nested is the shape of pointers: a leaf goes, a tree comes back. A codec
// without pointers, such as binary, cannot carry it, and Open says so.
var Nested = Shape[Tree, Tree]{
	Name:    "tree",
	Carries: true,
	Factor: strategies.Define("factor-tree", func(_ context.Context, t Tree) (Tree, error) {
		return newTree(Factorize(t.Number), t.Payload), nil
	}),
	Nothing: strategies.Define("nothing-tree", func(_ context.Context, t Tree) (Tree, error) {
		return newTree(pretend(t.Number), t.Payload), nil
	}),
	Item:    func(_ int, n uint64, p Payload) Tree { return Tree{Number: n, Payload: p.Bytes} },
	Factors: func(t Tree) []uint64 { return t.leaves(nil) },
	Payload: func(t Tree) []byte { return t.Payload },
}

// newTree is the tree of these prime factors, ascending.
func newTree(factors []uint64, payload []byte) Tree {
	switch len(factors) {
	case 0:
		return Tree{Number: 1, Payload: payload}
	case 1:
		return Tree{Number: factors[0], Payload: payload}
	}
	rest := newTree(factors[1:], nil)
	return Tree{factors[0] * rest.Number, &Tree{Number: factors[0]}, &rest, payload}
}

// leaves appends the primes of a tree, from left to right.
func (t *Tree) leaves(primes []uint64) []uint64 {
	switch {
	case t.Rest != nil:
		return t.Rest.leaves(t.Smallest.leaves(primes))
	case t.Number > 1:
		return append(primes, t.Number)
	}
	return primes
}
