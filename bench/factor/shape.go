package factor

import (
	"bytes"
	"fmt"
	"slices"

	"github.com/handoff-go/handoff/strategies"
)

// Shape is a data structure in which the work is exchanged: In goes to the
// worker, Out comes back. A new one is a file with its types and functions, a
// row in the table below, and one in the table of benchmarks.
type Shape[In, Out any] struct {
	Name    string
	Carries bool // there is room for a payload

	Factor  *strategies.Task[In, Out] // computes the factors
	Nothing *strategies.Task[In, Out] // computes nothing: its result is an answer of the usual size

	Item    func(i int, n uint64, payload Payload) In // the i-th item
	Factors func(Out) []uint64                        // ascending, a repeated one repeated
	Payload func(Out) []byte                          // nil where Carries is false
}

// described is what a Shape says without its types.
type described interface {
	name() string
	carries() bool
}

func (s Shape[In, Out]) name() string  { return s.Name }
func (s Shape[In, Out]) carries() bool { return s.Carries }

var shapes = []described{Number, Recorded, Nested, Mapped, Written}

// Shapes returns the names of all shapes.
func Shapes() []string {
	names := make([]string, len(shapes))
	for i, s := range shapes {
		names[i] = s.name()
	}
	return names
}

// carriers returns the names of the shapes with room for a payload.
func carriers() []string {
	var names []string
	for _, s := range shapes {
		if s.carries() {
			names = append(names, s.name())
		}
	}
	return names
}

// Items returns the items of w in this shape. The work must be valid and of
// this shape. Payloads share memory and must not be written to.
func (s Shape[In, Out]) Items(w Work) []In {
	cargo := newPayloads(w)
	items := make([]In, w.Items)
	for i, n := range Inputs(w) {
		items[i] = s.Item(i, n, cargo.at(i))
	}
	return items
}

// Check returns a function that says whether outs are the results of Factor
// over the items of w: by their digest, and by the payload that came back. It
// finds out the right digest first, so that this is not done while measuring.
func (s Shape[In, Out]) Check(w Work) (func(outs []Out) error, error) {
	right, err := w.Answers()
	if err != nil {
		return nil, err
	}
	return func(outs []Out) error {
		if got := Digest(outs, s.Factors); got != right {
			return s.firstWrong(w, outs, Factorize)
		}
		return s.checkPayloads(w, outs)
	}, nil
}

// CheckNothing is Check for the task Nothing.
func (s Shape[In, Out]) CheckNothing(w Work) func(outs []Out) error {
	return func(outs []Out) error {
		if err := s.firstWrong(w, outs, pretend); err != nil {
			return err
		}
		return s.checkPayloads(w, outs)
	}
}

// itself is a number that nobody has split yet.
func itself(n uint64) []uint64 { return []uint64{n} }

// pretend is what Nothing says of a number, so that as much goes back as from
// Factor: numbers of nine digits have four prime factors on average.
func pretend(n uint64) []uint64 { return []uint64{2, 3, 5, n} }

// firstWrong names the first result that is not what solve says. If there is
// none, w and the digest that rejected outs do not belong together.
func (s Shape[In, Out]) firstWrong(w Work, outs []Out, solve func(uint64) []uint64) error {
	if len(outs) != w.Items {
		return fmt.Errorf("factor: %d results for %d items", len(outs), w.Items)
	}
	for i, n := range Inputs(w) {
		if got, want := s.Factors(outs[i]), solve(n); !slices.Equal(got, want) {
			return fmt.Errorf("factor: item %d, %d: got %d, want %d", i, n, got, want)
		}
	}
	return nil
}

func (s Shape[In, Out]) checkPayloads(w Work, outs []Out) error {
	if w.Payload == 0 {
		return nil
	}
	cargo := newPayloads(w)
	for i, out := range outs {
		if !bytes.Equal(s.Payload(out), cargo.at(i).Bytes) {
			return fmt.Errorf("factor: item %d: its payload did not come back as it went", i)
		}
	}
	return nil
}
