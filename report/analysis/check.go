package analysis

import "strings"

// Check sets a computed break-even beside the measured one of the same shape and
// strategy: what is computed takes the handoff cost for the same in items of any
// size, and here one sees by how much that is wrong.
type Check struct {
	Shape, Subject     string
	Computed, Measured string // "pays off from 520 ns", "from 810 ns"
}

// Checks finds the shapes whose break-even the answers hold as measured, and that
// the run can compute as well, for the same number of workers.
func Checks(all []*Matrix, answers []Answer) []Check {
	curves, handoff := benchmark(all, "Factor"), benchmark(all, handoffBench)
	if curves == nil || handoff == nil || curves.commonWorkers() != handoff.commonWorkers() {
		return nil
	}
	var found []Check
	for _, w := range handoff.Works {
		if w.payload() > 0 {
			continue
		}
		computed := handoff.costAnswers(w)
		for _, a := range answers {
			for _, c := range computed {
				if a.About == WhenItPays && !a.Computed && a.Shape == c.Shape && a.Subject == c.Subject {
					found = append(found, newCheck(c, a))
				}
			}
		}
	}
	return found
}

func newCheck(computed, measured Answer) Check {
	const verb = "pays off "
	c := Check{computed.Shape, computed.Subject, computed.Words, measured.Words}
	if strings.HasPrefix(c.Computed, verb) {
		c.Measured = strings.TrimPrefix(c.Measured, verb)
	}
	return c
}
