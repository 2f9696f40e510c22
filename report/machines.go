package report

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/handoff-go/handoff/report/record"
)

// OneMachine returns an error that names the line and both machines where a
// file holds samples of more than one: medians over two machines are those of
// neither. What a file does not say is no difference.
func OneMachine(run *record.Run) error {
	first := map[string]string{}
	for _, s := range run.Samples {
		for _, p := range s.Config {
			if !slices.Contains([]string{"goos", "goarch", "cpu"}, p.Key) {
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
