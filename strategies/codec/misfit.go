package codec

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
)

// misfit is what a walk found in a value: where, and why the codec cannot carry it.
type misfit struct {
	path []string // from the inside out, without the middle of a long one
	cut  bool
	err  error
}

// shown is how many steps a path shows at most, half of them at each end.
const shown = 8

// misfits is the error of a value that the text says something about.
func misfits(format string, args ...any) error { return &misfit{err: fmt.Errorf(format, args...)} }

// under says that err is about what is one step inside a value.
func under(step string, err error) error {
	var m *misfit
	if !errors.As(err, &m) {
		return err
	}
	if len(m.path) > shown {
		m.cut = true
		m.path = append(m.path[:shown/2], m.path[shown/2+1:]...)
	}
	m.path = append(m.path, step)
	return m
}

func (m *misfit) Error() string {
	if len(m.path) == 0 {
		return "the value " + m.err.Error()
	}
	var b strings.Builder
	for i := len(m.path) - 1; i >= 0; i-- {
		b.WriteString(m.path[i])
		if m.cut && i == shown/2 {
			b.WriteString(" … ")
		}
	}
	return strings.TrimPrefix(b.String(), ".") + " " + m.err.Error()
}

func (m *misfit) Unwrap() error { return m.err }

// index is how a path names an element.
func index(i int) string { return "[" + strconv.Itoa(i) + "]" }
