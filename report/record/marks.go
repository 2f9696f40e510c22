package record

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode"
)

// Marks that belong to single samples; all others describe the run.
const (
	roundMark    = "round"
	pressureMark = "pressure"
	failedMark   = "failed"
	leftOutMark  = "left-out"
	loneMark     = "alone"
)

// marks is what the comment lines have said so far.
type marks struct {
	run      map[string]string
	mixed    []string
	failed   []string // of those with no sample since
	leftOut  []string
	lone     []string
	round    int
	pressure float64
}

func newMarks() *marks {
	return &marks{run: map[string]string{}, pressure: -1}
}

// take reads one line of the file. Lines that are not marks are ignored,
// comments in plain words among them. What a damaged one would have said is unknown.
func (m *marks) take(line string) (key string, err error) {
	key, value, ok := parseMark(line)
	if !ok {
		return "", nil
	}
	switch key {
	case roundMark:
		n, err := strconv.Atoi(value)
		if err != nil || n < 1 {
			return key, fmt.Errorf("round %q: want a whole number from 1", value)
		}
		m.round = n
	case pressureMark:
		us, err := strconv.ParseFloat(value, 64)
		if err != nil || !(us >= 0) {
			m.pressure = -1
			return key, fmt.Errorf("pressure %q: want microseconds", value)
		}
		m.pressure = us / 1e6
	case failedMark:
		m.failed = append(m.failed, value)
	case leftOutMark:
		m.leftOut = append(m.leftOut, value)
	case loneMark:
		m.lone = append(m.lone, value)
	default:
		m.runMark(key, value)
	}
	return key, nil
}

// runMark keeps the first value of each key: it is the one that the rounds of
// an uninterrupted run share.
func (m *marks) runMark(key, value string) {
	have, ok := m.run[key]
	if !ok {
		m.run[key] = value
		return
	}
	if have != value && !slices.Contains(m.mixed, key) {
		m.mixed = append(m.mixed, key)
	}
}

// parseMark splits "# key: value". A key is one word, so that a
// comment in prose is not taken for a mark.
func parseMark(line string) (key, value string, ok bool) {
	text, ok := strings.CutPrefix(line, "# ")
	if !ok {
		return "", "", false
	}
	key, value, ok = strings.Cut(text, ": ")
	if !ok || key == "" || strings.ContainsFunc(key, unicode.IsSpace) {
		return "", "", false
	}
	return key, strings.TrimSpace(value), true
}

// measured takes a benchmark off those that have failed: the run was resumed, and it was
// tried again.
func (m *marks) measured(id ID) {
	m.failed = slices.DeleteFunc(m.failed, func(text string) bool { return strings.HasPrefix(text, id.Package+" Benchmark"+id.Name+": ") })
}
