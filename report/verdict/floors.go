package verdict

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"math"
	"os"
	"path/filepath"
	"slices"
)

// Floors is the measured noise of a machine: by how much rows of identical code
// differ there without any doubt of the statistics, because a relinked binary lies
// elsewhere in memory, or because one side was always second.
type Floors struct {
	Machine string `json:"machine"` // its class: "linux/amd64, AMD EPYC, 2 CPUs"
	Date    string `json:"date"`
	Tables  int    `json:"tables"` // comparisons of identical code that it was learnt from

	// Rows holds parts by metric and cell.
	Rows map[string]map[string]float64 `json:"rows"`

	// Classes holds the largest of the rows of a class, by metric and class. It
	// stands in for rows that were not measured.
	Classes map[string]map[Class]float64 `json:"classes"`
}

// Learn takes in a comparison of identical code. A row's floor becomes the smallest
// one with which no such comparison so far would have been called a difference: how
// far beyond zero its interval lay. Rows without an interval teach nothing.
func (f *Floors) Learn(t *Table) {
	f.Tables++
	for _, r := range slices.Concat(t.Rows, t.Canary) {
		if r.Exact || !r.known() {
			continue
		}
		seen := r.beyondZero()
		f.Rows = raise(f.Rows, r.Metric, r.Cell, seen)
		f.Classes = raise(f.Classes, r.Metric, r.Class, seen)
	}
}

// raise makes the value at [metric][key] at least v.
func raise[K comparable](m map[string]map[K]float64, metric string, key K, v float64) map[string]map[K]float64 {
	if m == nil {
		m = map[string]map[K]float64{}
	}
	if m[metric] == nil {
		m[metric] = map[K]float64{}
	}
	m[metric][key] = max(m[metric][key], v)
	return m
}

// of returns the floor of a row: its own, else that of its class.
func (f *Floors) of(r Row) (floor float64, ok bool) {
	if f == nil {
		return 0, false
	}
	if floor, ok = f.Rows[r.Metric][r.Cell]; ok {
		return floor, true
	}
	floor, ok = f.Classes[r.Metric][r.Class]
	return floor, ok
}

// floorsFile is the file: a machine class to its floors.
type floorsFile map[string]*Floors

// ReadFloors returns the floors that a file holds of a class of machines; nil, and
// no error, if there is no file or no such machine in it.
func ReadFloors(path, machine string) (*Floors, error) {
	file, err := readFloors(path)
	return file[machine], err
}

func readFloors(path string) (floorsFile, error) {
	text, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return floorsFile{}, nil
	}
	if err != nil {
		return nil, err
	}
	var file floorsFile
	if err := json.Unmarshal(text, &file); err != nil {
		return nil, fmt.Errorf("%s: %w (delete it, and measure the floors again)", path, err)
	}
	for machine, f := range file {
		if err := f.check(); err != nil {
			return nil, fmt.Errorf("%s: %s: %w", path, machine, err)
		}
	}
	return file, nil
}

func (f *Floors) check() error {
	if f == nil {
		return errors.New("no floors")
	}
	for _, metric := range slices.Sorted(maps.Keys(f.Rows)) {
		for cell, v := range f.Rows[metric] {
			if !(v >= 0) || math.IsInf(v, 0) {
				return fmt.Errorf("floor of %s %s is %g, want a part of 0 or more", cell, metric, v)
			}
		}
	}
	return nil
}

// WriteFloors puts the floors into a file in place of those of the same machine
// class; those of others stay. The file is replaced as a whole.
func WriteFloors(path string, f *Floors) error {
	file, err := readFloors(path)
	if err != nil {
		return err
	}
	file[f.Machine] = f
	text, err := json.MarshalIndent(file, "", "  ")
	if err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return err
	}
	aside := path + ".tmp"
	if err := os.WriteFile(aside, append(text, '\n'), 0o644); err != nil {
		return err
	}
	return os.Rename(aside, path)
}
