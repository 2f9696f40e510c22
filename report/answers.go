package report

import (
	"fmt"
	"strings"

	"github.com/handoff-go/handoff/report/analysis"
)

// How the answers were found that are not read off a curve.
const (
	computedMethod = "A shape that was measured with several sizes of item has its break-even read off between them; for the others it is computed from the handoff cost o of items " +
		"with nothing to compute, as c = o/(P−1). That takes o for the same beside work, and its interval holds how o varies, not that."
	tiesMethod = "A codec wins if the other takes 5% longer at least and the interval of the ratios within each round is clear of 1; else they tie. " +
		"Break-evens tie where their intervals meet; those computed from o, where the difference within each round is less than 5% or not clear of zero."
)

// checkWords say in a paragraph how far the computed break-evens are off where they
// can be checked, and nothing where they cannot.
func (r *Report) checkWords() []string {
	var words []string
	shape := ""
	for _, c := range analysis.Checks(r.matrices, r.answers) {
		text := fmt.Sprintf("%s %s (measured: %s)", c.Subject, c.Computed, c.Measured)
		if c.Shape != shape {
			shape, text = c.Shape, fmt.Sprintf("on shape %s %s", c.Shape, text)
		}
		words = append(words, text)
	}
	if len(words) == 0 {
		return nil
	}
	return []string{"Computed where it was measured, too: " + strings.Join(words, "; ") + "."}
}

// answerTables has a table for each question that the run answers.
func (r *Report) answerTables() []*table {
	pays := &table{
		title: "Break-even: the compute per item from which a strategy beats serial",
		head:  []string{"shape", "payload", "strategy", "finding", "tied with", "95% interval", "n", "from"},
	}
	codecs := &table{
		title: "Codecs: which one hands an item over at the least cost",
		head:  []string{"shape", "payload", "codecs", "finding", "95% interval", "n", "from"},
	}
	for _, a := range r.answers {
		n, payload := formatValue(float64(a.N), "samples"), analysis.Bytes(a.Payload, 3)
		switch a.About {
		case analysis.WhenItPays:
			pays.rows = append(pays.rows, []string{orDash(a.Shape), payload, a.Subject, a.Words, orDash(strings.Join(a.Tied, ", ")), a.Interval, n, a.From})
		case analysis.WhichCodec:
			codecs.rows = append(codecs.rows, []string{orDash(a.Shape), payload, a.Subject, a.Words, a.Interval, n, a.From})
		}
	}
	var all []*table
	for _, t := range []*table{pays, codecs} {
		if len(t.rows) > 0 {
			all = append(all, t)
		}
	}
	return all
}
