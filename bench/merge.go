package bench

import (
	"errors"
	"fmt"
	"path"
	"path/filepath"
	"strings"

	"github.com/google/pprof/profile"

	"github.com/handoff-go/handoff/strategies"
)

// Labels of a merged profile, beside those of package strategies.
const (
	labelRole     = "role"
	labelProc     = "proc"
	labelStrategy = "strategy"
)

// cpu merges the CPU profiles of all processes.
func (t *taking) cpu() (*profile.Profile, error) {
	var all []*profile.Profile
	for _, p := range t.taken {
		cpu, err := profile.ParseData(p.CPU)
		if err != nil {
			return nil, fmt.Errorf("of %s: %w", procOf(p.Worker), err)
		}
		shorten(cpu)
		t.stamp(cpu, p.Worker, phaseOfCPU)
		all = append(all, cpu)
	}
	return t.merge(all)
}

// allocs merges what all processes allocated. In those profiles nothing has a
// label, and phases are told by stacks.
func (t *taking) allocs() (*profile.Profile, error) {
	var all []*profile.Profile
	for _, p := range t.taken {
		allocs, err := allocated(p.Allocs)
		if err == nil && p.Worker < 0 {
			allocs, err = since(t.before, allocs)
		}
		if err != nil {
			return nil, fmt.Errorf("of %s: %w", procOf(p.Worker), err)
		}
		shorten(allocs)
		t.stamp(allocs, p.Worker, phaseOfAllocation)
		all = append(all, allocs)
	}
	return t.merge(all)
}

// merge merges profiles of one kind, which were taken side by side.
func (t *taking) merge(all []*profile.Profile) (*profile.Profile, error) {
	if len(all) == 0 {
		return nil, errors.New("no process handed over its profile")
	}
	p, err := profile.Merge(all)
	if err != nil {
		return nil, err
	}
	p.DurationNanos = int64(t.wall) // and not the sum
	return p, nil
}

// allocated reads a profile of allocations, without what is in use: in the end,
// nothing is.
func allocated(data []byte) (*profile.Profile, error) {
	p, err := profile.ParseData(data)
	if err != nil {
		return nil, err
	}
	if len(p.SampleType) < 2 || p.SampleType[1].Type != "alloc_space" {
		return nil, fmt.Errorf("the second of %d sample types is not alloc_space", len(p.SampleType))
	}
	p.SampleType, p.DefaultSampleType = p.SampleType[:2], "alloc_space"
	for _, s := range p.Sample {
		s.Value = s.Value[:2]
	}
	return p, nil
}

// since takes off what was allocated before.
func since(before []byte, p *profile.Profile) (*profile.Profile, error) {
	b, err := allocated(before)
	if err != nil {
		return nil, err
	}
	b.Scale(-1)
	return profile.Merge([]*profile.Profile{p, b})
}

// shorten leaves type arguments out of the names of functions, as stack traces
// do: those of a task's types may be whole structs. Files are named as -trimpath
// does, by their package: a page is for others to see, who have other folders.
func shorten(p *profile.Profile) {
	for _, f := range p.Function {
		from, to := strings.Index(f.Name, "["), strings.LastIndex(f.Name, "]")
		if from >= 0 && from < to {
			f.Name = f.Name[:from] + "[...]" + f.Name[to+1:]
		}
		f.Filename = trimmed(f.Name, f.Filename)
	}
	for _, m := range p.Mapping {
		m.File = filepath.Base(m.File)
	}
}

// trimmed names the file of a function by the function's package.
func trimmed(function, file string) string {
	if file == "" {
		return ""
	}
	function, _, _ = strings.Cut(function, "[")
	slash := strings.LastIndex(function, "/") + 1
	name, _, found := strings.Cut(function[slash:], ".")
	if !found {
		return path.Base(file) // not Go's
	}
	return path.Join(function[:slash]+name, path.Base(file))
}

// procOf names a process.
func procOf(worker int) string {
	if worker < 0 {
		return "coordinator"
	}
	return fmt.Sprintf("worker %d", worker)
}

// stamp gives every sample its labels.
func (t *taking) stamp(p *profile.Profile, worker int, phaseOf func(*profile.Sample) string) {
	p.SetLabel(labelStrategy, []string{t.stats.Spec.Strategy})
	p.SetLabel(labelProc, []string{procOf(worker)})
	for _, s := range p.Sample {
		phase := phaseOf(s)
		waited := phase == phaseTransfer && s.HasLabel(strategies.LabelPhase, phaseWait)
		s.Label[strategies.LabelPhase] = []string{phase}
		s.Label[labelRole] = []string{"coordinator"}
		if worker >= 0 || s.HasLabel(strategies.LabelLane, "worker") {
			s.Label[labelRole] = []string{"worker"}
		}
		if waited { // no lane's phase by any clock: see [strategies.LabelLane]
			s.Label[strategies.LabelLane] = []string{"reader"}
		}
	}
}
