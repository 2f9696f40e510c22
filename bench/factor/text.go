package factor

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"github.com/handoff-go/handoff/strategies"
)

// Text is what a program that reads and prints lines has: numbers in decimal
// with a space between them, and text that is only carried along.
type Text struct {
	Numbers string
	Payload string
}

// Written is the shape of strings: "360" goes, "2 2 2 3 3 5" comes back.
var Written = Shape[Text, Text]{
	Name:    "text",
	Carries: true,
	Factor: strategies.Define("factor-text", func(_ context.Context, t Text) (Text, error) {
		return t.answer(Factorize)
	}),
	Nothing: strategies.Define("nothing-text", func(_ context.Context, t Text) (Text, error) {
		return t.answer(pretend)
	}),
	Item:    func(_ int, n uint64, p Payload) Text { return Text{decimals(itself(n)), p.Text} },
	Factors: Text.factors,
	Payload: func(t Text) []byte { return []byte(t.Payload) },
}

// answer is the text for what solve says of the number.
func (t Text) answer(solve func(uint64) []uint64) (Text, error) {
	n, err := strconv.ParseUint(t.Numbers, 10, 64)
	if err != nil {
		return Text{}, fmt.Errorf("factor: %q: want one number in decimal: %w", t.Numbers, err)
	}
	return Text{decimals(solve(n)), t.Payload}, nil
}

func decimals(numbers []uint64) string {
	var line []byte
	for i, n := range numbers {
		if i > 0 {
			line = append(line, ' ')
		}
		line = strconv.AppendUint(line, n, 10)
	}
	return string(line)
}

// factors is nil where the text is no numbers: then it is no right answer.
func (t Text) factors() []uint64 {
	var factors []uint64
	for word := range strings.FieldsSeq(t.Numbers) {
		n, err := strconv.ParseUint(word, 10, 64)
		if err != nil {
			return nil
		}
		factors = append(factors, n)
	}
	return factors
}
