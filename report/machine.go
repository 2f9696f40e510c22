package report

import (
	"path/filepath"
	"slices"
	"strings"

	"github.com/handoff-go/handoff/report/plots"
	"github.com/handoff-go/handoff/report/record"
)

// config returns the value of a config line, as the first sample that has it says.
func (r *Report) config(key string) string {
	return r.Run.Config(key)
}

// packages are the import paths of all benchmarks.
func (r *Report) packages() string {
	var all []string
	for _, id := range r.Run.IDs() {
		if id.Package != "" && !slices.Contains(all, id.Package) {
			all = append(all, id.Package)
		}
	}
	return some(all)
}

func (r *Report) caption() plots.Caption {
	parts := nonEmpty(r.platform(), r.cpus(), r.Run.Marks["go"])
	if commit := r.commit(); commit != "" {
		parts = append(parts, "commit "+commit)
	}
	return plots.Caption{Machine: strings.Join(parts, ", "), Redraw: r.Redraw()}
}

func (r *Report) platform() string {
	return strings.Join(nonEmpty(r.config("goos"), r.config("goarch")), "/")
}

func (r *Report) cpus() string {
	switch n := r.Run.Marks["cpus"]; n {
	case "":
		return ""
	case "1":
		return "1 CPU"
	default:
		return n + " CPUs"
	}
}

// commit is short, and says where the tree had changes.
func (r *Report) commit() string {
	commit := r.Run.Marks["commit"]
	if len(commit) > 8 {
		commit = commit[:8]
	}
	if commit != "" && r.Run.Marks["dirty"] == "true" {
		commit += " with changes"
	}
	return commit
}

// machineLines describe the machine and the run, one "name: value" a line.
func (r *Report) machineLines() []record.Pair {
	pairs := []record.Pair{
		{Key: "machine", Value: strings.Join(nonEmpty(r.platform(), r.cpus(), r.config("cpu")), ", ")},
		{Key: "go", Value: r.Run.Marks["go"]},
		{Key: "kernel", Value: r.Run.Marks["kernel"]},
		{Key: "package", Value: r.packages()},
		{Key: "suite", Value: r.config("suite")},
		{Key: "seed", Value: r.config("seed")},
		{Key: "peers", Value: r.config("peers")},
		{Key: "commit", Value: r.commit()},
		{Key: "date", Value: r.Run.Marks["date"]},
		{Key: "measured by", Value: r.Run.Marks["command"]},
		{Key: "reported by", Value: r.Redraw()},
	}
	var known []record.Pair
	for _, p := range pairs {
		if p.Value != "" {
			known = append(known, p)
		}
	}
	return known
}

// Name is the run's name, or that of its file where the file has no marks.
func (r *Report) Name() string {
	if run := r.runName(); run != "" {
		return run
	}
	return filepath.Base(r.Run.Path)
}

// runName is the run's mark without what makes it unique.
func (r *Report) runName() string {
	name, _, _ := strings.Cut(r.Run.Marks["run"], " id=")
	return name
}

// Redraw is the command that makes the report again. It names the run's folder
// where runs are kept, not the path that happened to be given; a run that was
// given another name there, such as baseline, goes by that.
func (r *Report) Redraw() string {
	if path, err := filepath.Abs(r.Run.Path); err == nil && filepath.Base(path) == record.FileName {
		dir := filepath.Dir(path)
		if filepath.Base(filepath.Dir(dir)) == "results" {
			return "handoff report results/" + filepath.Base(dir)
		}
	}
	if run := r.runName(); run != "" {
		return "handoff report results/" + run
	}
	return "handoff report " + filepath.Base(r.Run.Path)
}

func nonEmpty(parts ...string) []string {
	var kept []string
	for _, p := range parts {
		if p != "" {
			kept = append(kept, p)
		}
	}
	return kept
}
