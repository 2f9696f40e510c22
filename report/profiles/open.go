package profiles

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/google/pprof/profile"

	"github.com/handoff-go/handoff/report/analysis"
)

// Cell is what was profiled together: one strategy at one work.
type Cell struct {
	Name     string // how its files' names begin
	Strategy string
	What     string // the spec, and the work if that was said
	On       string // machine, Go version, commit and time, "" if that was not noted
	Items    int64  // answered
	Wall     time.Duration
	Used     time.Duration // CPU time of all processes as the system counts it; 0 if that was not noted
	Lost     []string      // worker processes that handed over no profile, and why

	CPU       *profile.Profile
	Allocs    *profile.Profile // nil if there is none
	Stopwatch *profile.Profile // nil if there is none
}

// Ends of the files' names.
const (
	cpuSuffix       = ".cpu.pb.gz"
	allocsSuffix    = ".allocs.pb.gz"
	stopwatchSuffix = ".stopwatch.pb.gz"
)

// Open reads the profiles in a folder: those with the names given, or all if none
// is, in the usual order of the strategies. Errors: a folder without any; a file
// that is missing, that is no profile, or not of ours, by its name.
func Open(dir string, names ...string) ([]*Cell, error) {
	if len(names) == 0 {
		var err error
		if names, err = namesIn(dir); err != nil {
			return nil, err
		}
	}
	var cells []*Cell
	for _, name := range names {
		c, err := openCell(filepath.Join(dir, name))
		if err != nil {
			return nil, fmt.Errorf("profiles: %w", err)
		}
		cells = append(cells, c)
	}
	slices.SortStableFunc(cells, func(a, b *Cell) int { return cmp.Compare(analysis.Rank(a.Strategy), analysis.Rank(b.Strategy)) })
	return cells, nil
}

// namesIn are the names of all profiles in a folder.
func namesIn(dir string) ([]string, error) {
	paths, err := filepath.Glob(filepath.Join(escape(dir), "*"+cpuSuffix))
	if err != nil {
		return nil, err
	}
	if len(paths) == 0 {
		return nil, fmt.Errorf("profiles: %s: there is no file *%s", dir, cpuSuffix)
	}
	var names []string
	for _, path := range paths {
		names = append(names, strings.TrimSuffix(filepath.Base(path), cpuSuffix))
	}
	return names, nil
}

// escape has Glob take a folder's name as it is.
func escape(dir string) string {
	return strings.NewReplacer(`\`, `\\`, "*", `\*`, "?", `\?`, "[", `\[`).Replace(dir)
}

func openCell(stem string) (*Cell, error) {
	c := &Cell{Name: filepath.Base(stem)}
	var err error
	if c.CPU, err = read(stem + cpuSuffix); err != nil {
		return nil, err
	}
	if err := c.describe(); err != nil {
		return nil, fmt.Errorf("%s: %w", stem+cpuSuffix, err)
	}
	if c.Allocs, err = readIfThere(stem + allocsSuffix); err != nil {
		return nil, err
	}
	c.Stopwatch, err = readIfThere(stem + stopwatchSuffix)
	return c, err
}

func read(path string) (*profile.Profile, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	p, err := profile.ParseData(data)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return p, nil
}

func readIfThere(path string) (*profile.Profile, error) {
	p, err := read(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	return p, err
}

// describe reads the comments.
func (c *Cell) describe() (err error) {
	if len(c.CPU.SampleType) != 2 || c.CPU.SampleType[0].Type != "samples" || c.CPU.SampleType[1].Type != "cpu" {
		return errors.New("its sample types are not samples and cpu")
	}
	for _, line := range c.CPU.Comments {
		key, value, _ := strings.Cut(line, ": ")
		switch key {
		case "strategy":
			c.Strategy = value
		case "cell":
			c.What = value
		case "on":
			c.On = value
		case "items":
			c.Items, err = strconv.ParseInt(value, 10, 64)
		case "wall":
			c.Wall, err = time.ParseDuration(value)
		case "cpu":
			c.Used, err = time.ParseDuration(value)
		case "lost":
			c.Lost = append(c.Lost, value)
		}
		if err != nil {
			return fmt.Errorf("comment %q: %w", line, err)
		}
	}
	if c.Strategy == "" || c.Items <= 0 {
		return errors.New("no comments say its strategy and how many items were answered: it was not written by handoff")
	}
	return nil
}
