// Package wordcount is somebody's own package: it hands its own function and
// types to worker processes.
package wordcount

import (
	"context"
	"errors"
	"strings"
	"unicode/utf8"

	"github.com/handoff-go/handoff/strategies"
)

// Page is an item.
type Page struct {
	Title string
	Lines []string
}

// Counts is the result for a Page.
type Counts struct {
	Title     string
	Words     int
	Longest   string
	ByInitial map[string][]string // the words, in the order of the page
}

// ErrEmpty is the error for a page without words.
var ErrEmpty = errors.New("page is empty")

// Count is [CountWords] as a task. Both processes have it.
var Count = strategies.Define("wordcount", CountWords, strategies.Errors(ErrEmpty))

// CountWords counts the words of a page.
func CountWords(_ context.Context, p Page) (Counts, error) {
	c := Counts{Title: p.Title, ByInitial: map[string][]string{}}
	for _, line := range p.Lines {
		for _, word := range strings.Fields(line) {
			c.add(word)
		}
	}
	if c.Words == 0 {
		return Counts{}, ErrEmpty
	}
	return c, nil
}

func (c *Counts) add(word string) {
	c.Words++
	if utf8.RuneCountInString(word) > utf8.RuneCountInString(c.Longest) {
		c.Longest = word
	}
	first, _ := utf8.DecodeRuneInString(word)
	initial := strings.ToLower(string(first))
	c.ByInitial[initial] = append(c.ByInitial[initial], word)
}
