package report

import (
	"context"
	"fmt"
	"path/filepath"
	"strings"

	"github.com/handoff-go/handoff/report/plots"
	"github.com/handoff-go/handoff/report/trace"
)

// Timeline is what is said about a recorded trace.
type Timeline struct {
	*trace.Timeline
	path string
}

// TraceSuffix is how names of traces end, in a run's folder.
const TraceSuffix = ".json"

// OpenTimeline reads a trace. Its errors name the file.
func OpenTimeline(path string) (*Timeline, error) {
	t, err := trace.Open(path)
	if err != nil {
		return nil, err
	}
	l, err := trace.NewTimeline(t)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return &Timeline{l, path}, nil
}

// Dir is the folder of the run that the trace belongs to: where it is, or above
// its folder profiles.
func (l *Timeline) Dir() string {
	dir := filepath.Dir(l.path)
	if filepath.Base(dir) == "profiles" {
		return filepath.Dir(dir)
	}
	return dir
}

// Plot is the picture of the trace, by the trace's own name.
func (l *Timeline) Plot() Plot {
	return Plot{
		Name:  strings.TrimSuffix(filepath.Base(l.path), TraceSuffix),
		Title: l.Title(),
		Picture: plots.Timeline(l.Timeline, plots.Caption{
			Machine: l.Machine, Redraw: "handoff report " + filepath.ToSlash(l.path)}),
		Reading: "A row is what one goroutine did; pale is waiting, and what stays white is the pool's own bookkeeping.",
	}
}

// Write writes the picture into the folder plots of dir, and returns the paths
// written, like [Report.Write].
func (l *Timeline) Write(dir string) ([]string, error) {
	return l.WriteContext(context.Background(), dir)
}

// WriteContext is as [Report.WriteContext].
func (l *Timeline) WriteContext(ctx context.Context, dir string) ([]string, error) {
	p := l.Plot()
	svg, err := p.svg()
	if err != nil {
		return nil, err
	}
	files, err := p.files(svg)
	if err != nil {
		return nil, err
	}
	return writeFiles(ctx, dir, files, l.path)
}
