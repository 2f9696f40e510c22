package record

import (
	"cmp"
	"fmt"
	"slices"
)

// machineKeys are the config lines that tell machines apart.
var machineKeys = []string{"goos", "goarch", "cpu"}

// OneMachine returns an error that names the line and both machines where a
// file holds samples of more than one: medians over two machines are those of
// neither. What a file does not say is no difference.
func OneMachine(run *Run) error {
	first := map[string]string{}
	for _, s := range run.Samples {
		for _, p := range s.Config {
			if !slices.Contains(machineKeys, p.Key) {
				continue
			}
			first[p.Key] = cmp.Or(first[p.Key], p.Value)
			if p.Value != "" && p.Value != first[p.Key] {
				return fmt.Errorf("%s:%d: from here on samples of another machine (%s: %s, before that %s)", run.Path, s.Line, p.Key, p.Value, first[p.Key])
			}
		}
	}
	if slices.Contains(run.Mixed, "cpus") {
		return fmt.Errorf("%s: samples of machines with different numbers of CPUs (\"# cpus:\" changes in the file)", run.Path)
	}
	return nil
}

// SameMachine reports whether nothing that two files say tells their machines apart.
func SameMachine(a, b *Run) bool {
	for _, key := range machineKeys {
		if x, y := a.Config(key), b.Config(key); x != "" && y != "" && x != y {
			return false
		}
	}
	x, y := a.Marks["cpus"], b.Marks["cpus"]
	return x == "" || y == "" || x == y
}

// Config returns the value of a config line, of the first sample that has it.
func (r *Run) Config(key string) string {
	for i, s := range r.Samples {
		if i > 0 && s.ID.Config == r.Samples[i-1].ID.Config && s.ID.Package == r.Samples[i-1].ID.Package {
			continue
		}
		for _, p := range s.Config {
			if p.Key == key && p.Value != "" {
				return p.Value
			}
		}
	}
	return ""
}

// IDs are those of all cells, in the order of the file.
func (r *Run) IDs() []ID {
	ids := make([]ID, len(r.Samples))
	for i, s := range r.Samples {
		ids[i] = s.ID
	}
	return unique(ids)
}
