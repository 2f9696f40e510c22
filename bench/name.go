package bench

import (
	"fmt"
	"strings"

	"github.com/handoff-go/handoff/strategies"
)

// Name returns the name of a cell for testing.B.Run: the strategy, then the
// work, then the rest of the spec, defaults filled in:
//
//	strategy=process-gob/digits=9/shape=number/workers=2/chunk=auto
func Name(spec strategies.Spec, work ...strategies.Key) string {
	spec = spec.Resolve()
	keys := []strategies.Key{{Name: "strategy", Value: spec.Strategy}}
	keys = append(keys, work...)
	keys = append(keys, spec.Keys()...)
	pairs := make([]string, len(keys))
	for i, k := range keys {
		pairs[i] = k.Name + "=" + k.Value
	}
	return strings.Join(pairs, "/")
}

// checkName says whether a benchmark's name tells the truth about the spec in
// force: it has all of its keys with their values, and no key of a spec that
// this one does not have. On is the exception: it need not be said.
func checkName(name string, spec strategies.Spec) error {
	says := pairsOf(name)
	means := append([]strategies.Key{{Name: "strategy", Value: spec.Strategy}}, spec.Keys()...)
	for _, k := range means {
		said, ok := says[k.Name]
		if !ok && k.Name == "on" {
			continue
		}
		if said != k.Value {
			return fmt.Errorf("bench: the name %s should say %s=%s, as the pool does; make it with bench.Name", name, k.Name, k.Value)
		}
		delete(says, k.Name)
	}
	for key, value := range says {
		if _, err := strategies.Parse(spec.Strategy + "," + key + "=" + value); err == nil {
			return fmt.Errorf("bench: the name %s says %s=%s, which the pool does not; make it with bench.Name", name, key, value)
		}
	}
	return nil
}

// pairsOf returns the key=value parts of a benchmark's name.
func pairsOf(name string) map[string]string {
	pairs := map[string]string{}
	for part := range strings.SplitSeq(name, "/") {
		if key, value, ok := strings.Cut(part, "="); ok {
			pairs[key] = value
		}
	}
	return pairs
}
