package runner

import (
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// recorder appends samples to a file of a run's folder. Each goes into the file in one
// write, with the lines that it needs before it, or not at all.
type recorder struct {
	dir    string
	file   *os.File
	size   int64             // of the file, as we left it
	config map[string]string // in force at the file's end
	units  map[string]bool   // Unit lines written
	next   []string          // lines to go before the next sample
	last   []string          // those of them that go to the end if there is none
}

// openRecorder makes the file in the folder, or opens the one that is there. It
// changes nothing in it before begin.
func openRecorder(dir, name string) (*recorder, error) {
	file, err := os.OpenFile(filepath.Join(dir, name), os.O_RDWR|os.O_CREATE, 0o644)
	if err != nil {
		return nil, err
	}
	return &recorder{dir: dir, file: file}, nil
}

// begin cuts off what an interruption left, and remembers the lines that go
// before the first sample. prior is nil for a new run.
func (r *recorder) begin(prior *recorded, lines []string) error {
	r.config, r.units, r.next = map[string]string{}, map[string]bool{}, lines
	if prior != nil {
		r.size, r.config, r.units = prior.size, maps.Clone(prior.config), maps.Clone(prior.units)
	}
	return r.file.Truncate(r.size)
}

// add appends one sample.
func (r *recorder) add(t turn, s sample) error {
	if err := r.sameMachine(s); err != nil {
		return err
	}
	lines := append(slices.Clone(r.next), r.configLines(s.config)...)
	lines = append(lines, r.newUnits(s.units)...)
	lines = append(lines, mark{"round", fmt.Sprint(t.round)}.String())
	if s.pressure >= 0 {
		lines = append(lines, mark{"pressure", fmt.Sprint(s.pressure)}.String())
	}
	lines = append(lines, s.line)
	if err := r.append(strings.Join(lines, "\n") + "\n"); err != nil {
		return err
	}
	r.next, r.last, r.config = nil, nil, s.config
	for _, u := range s.units {
		r.units[u] = true
	}
	return nil
}

// note has a line go before the next sample, or to the end if none follows.
func (r *recorder) note(m mark) {
	r.next, r.last = append(r.next, m.String()), append(r.last, m.String())
}

// append writes text at the end, or leaves the file as it was.
func (r *recorder) append(text string) error {
	info, err := r.file.Stat()
	if err != nil {
		return err
	}
	if info.Size() != r.size {
		return fmt.Errorf("%s: another process writes to it, too: this run stops", r.file.Name())
	}
	if _, err := r.file.WriteAt([]byte(text), r.size); err != nil {
		return errors.Join(err, r.file.Truncate(r.size))
	}
	r.size += int64(len(text))
	return nil
}

// sameMachine refuses a sample from another processor than the recorded ones.
func (r *recorder) sameMachine(s sample) error {
	was, is := r.config["cpu"], s.config["cpu"]
	if was != "" && was != is {
		return fmt.Errorf("%s was recorded on a %s, this is a %s: start a new run in another folder", r.dir, was, orNone(is))
	}
	return nil
}

// configOrder is how config lines begin; others follow by name.
var configOrder = []string{"goos", "goarch", "pkg", "cpu", "seed", "suite"}

// configLines turn the config in force into the wanted one.
func (r *recorder) configLines(want map[string]string) []string {
	keys := slices.Clone(configOrder)
	for _, m := range []map[string]string{r.config, want} {
		for _, key := range slices.Sorted(maps.Keys(m)) {
			if !slices.Contains(keys, key) {
				keys = append(keys, key)
			}
		}
	}
	var lines []string
	for _, key := range keys {
		switch was, is := r.config[key], want[key]; {
		case was == is:
		case is == "":
			lines = append(lines, key+":") // takes it out of force
		default:
			lines = append(lines, key+": "+is)
		}
	}
	return lines
}

func (r *recorder) newUnits(units []string) []string {
	var lines []string
	for _, u := range units {
		if !r.units[u] && !slices.Contains(lines, u) {
			lines = append(lines, u)
		}
	}
	return lines
}

// close leaves no trace of a run without samples.
func (r *recorder) close() error {
	var err error
	if r.size > 0 && len(r.last) > 0 {
		err = r.append(strings.Join(r.last, "\n") + "\n")
	}
	err = errors.Join(err, r.file.Close())
	if info, statErr := os.Stat(r.file.Name()); statErr == nil && info.Size() == 0 {
		os.Remove(r.file.Name())
	}
	return err
}
