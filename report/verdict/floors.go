package verdict

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"slices"

	"github.com/handoff-go/handoff/internal/wholefile"
)

// Floors is the measured noise of a machine: by how much rows of identical code
// differ there beyond what the statistics of one comparison can tell, because a
// relinked binary lies elsewhere in memory.
type Floors struct {
	Machine string `json:"machine"` // its class, see [Machine]
	Date    string `json:"date"`
	Tables  int    `json:"tables"` // comparisons of identical code that it was learnt from

	// Rows holds, by metric and cell, the largest difference that was beyond doubt in
	// that row, a part.
	Rows map[string]map[string]float64 `json:"rows"`

	// Classes holds, by metric and class of cell, how far its rows differ.
	Classes map[string]map[Class]Spread `json:"classes"`
}

// Spread is how far rows of identical code lie apart, as a running mean.
type Spread struct {
	Seen     int     `json:"seen"`     // rows that it was learnt from
	Variance float64 `json:"variance"` // of their true differences, as logarithms
	Scatter  float64 `json:"scatter"`  // sum of the squared distances of the rows' squares from Variance
}

// Floor is three standard deviations, a part: about one of 400 rows lies beyond. What
// was learnt from few rows counts as larger by one standard error of the variance.
func (s Spread) Floor() float64 {
	doubt := 0.0
	if s.Seen > 1 {
		doubt = math.Sqrt(s.Scatter / float64(s.Seen) / float64(s.Seen-1))
	}
	return math.Expm1(3 * math.Sqrt(max(0, s.Variance+doubt)))
}

// add takes in the square of one row's true difference (Welford's recurrence).
func (s Spread) add(square float64) Spread {
	s.Seen++
	distance := square - s.Variance
	s.Variance += distance / float64(s.Seen)
	s.Scatter += distance * (square - s.Variance)
	return s
}

// Learn takes in a comparison of identical code, best of two binaries that were linked
// differently: in the same binary there is no layout to differ. Rows without an
// interval teach nothing.
func (f *Floors) Learn(t *Table) {
	f.Tables++
	for _, j := range slices.Concat(t.Rows, t.Canary) {
		if j.Exact || j.Low == 0 || math.IsInf(j.High, 1) {
			continue
		}
		rows, classes := inner(&f.Rows, j.Metric), inner(&f.Classes, j.Metric)
		rows[j.Cell] = max(rows[j.Cell], j.beyondZero())
		classes[j.Class] = classes[j.Class].add(j.trueSquare())
	}
}

// inner returns the map of a key, made if need be.
func inner[K1, K2 comparable, V any](m *map[K1]map[K2]V, key K1) map[K2]V {
	if *m == nil {
		*m = map[K1]map[K2]V{}
	}
	if (*m)[key] == nil {
		(*m)[key] = map[K2]V{}
	}
	return (*m)[key]
}

// trueSquare estimates the square of the row's true difference: the square of what was
// seen, less what sampling adds to that on average. It can be negative.
func (j Judged) trueSquare() float64 {
	center, width := math.Log(j.Ratio), math.Log(j.High)-math.Log(j.Low)
	sd := width / 2 / 1.96
	return center*center - sd*sd
}

// beyondZero is how far the interval is from no difference, a part; 0 if it holds it.
func (j Judged) beyondZero() float64 {
	return math.Expm1(max(0, math.Log(j.Low), -math.Log(j.High)))
}

// Of returns the floor of a row: the larger one of its own and its class's. ok is false
// where neither was measured, and with nil floors.
func (f *Floors) Of(r Row) (floor float64, ok bool) {
	if f == nil {
		return 0, false
	}
	own, measured := f.Rows[r.Metric][r.Cell]
	class, known := f.Classes[r.Metric][r.Class]
	return max(own, class.Floor()), measured || known
}

// maxFloor is above any noise, a part: with such a floor nothing would ever fail.
const maxFloor = 10

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
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.DisallowUnknownFields() // another program's file is not to be written over
	if err := decoder.Decode(&file); err != nil {
		return nil, fmt.Errorf("%s: %w (no noise floors: name another file, or delete it and measure the floors again)", path, err)
	}
	if file == nil { // the text is null
		return floorsFile{}, nil
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
	for metric, cells := range f.Rows {
		for cell, v := range cells {
			if !(v >= 0 && v < maxFloor) {
				return fmt.Errorf("floor of %s %s is %g, want a part from 0 to below %d", cell, metric, v, maxFloor)
			}
		}
	}
	for metric, classes := range f.Classes {
		for class, s := range classes {
			if !(s.Seen > 0 && s.Scatter >= 0 && s.Floor() < maxFloor) {
				return fmt.Errorf("floor of class %s, %s: seen %d, variance %g, scatter %g: want a floor below %d", class, metric, s.Seen, s.Variance, s.Scatter, maxFloor)
			}
		}
	}
	return nil
}

// WriteFloors puts the floors into a file in place of those of the same machine
// class; those of others stay. The file is replaced as a whole.
func WriteFloors(path string, f *Floors) error {
	if err := f.check(); err != nil {
		return fmt.Errorf("%s: %w", f.Machine, err)
	}
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
	return wholefile.WriteBytes(path, append(text, '\n'))
}
