package record

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
)

// event is what is read of a line of go test -json.
type event struct {
	Action  string
	Package string
	Output  string
}

// stream is the output of one package, put together from its events.
type stream struct {
	lines []line
	begun *line // a line that has no end yet
}

func (s *stream) add(number int, text string) {
	for text != "" {
		part, rest, ended := strings.Cut(text, "\n")
		if s.begun == nil {
			s.begun = &line{number: number}
		}
		s.begun.number, s.begun.text = number, s.begun.text+part
		if ended {
			s.end()
		}
		text = rest
	}
}

func (s *stream) end() {
	if s.begun != nil {
		s.lines = append(s.lines, line{s.begun.number, clean(strings.TrimRight(s.begun.text, "\r"))})
		s.begun = nil
	}
}

// fromJSON puts the output together that go test -json has taken apart, package by package:
// those of several packages are mixed. Lines that are no events stay as they are. open says
// that the last line of the output was not ended, unread which events are damaged.
func fromJSON(lines []line) (all []line, open bool, unread []Unread) {
	var order []string
	streams := map[string]*stream{}
	of := func(pkg string) *stream {
		if streams[pkg] == nil {
			streams[pkg] = &stream{}
			order = append(order, pkg)
		}
		return streams[pkg]
	}
	for i, l := range lines {
		e, isEvent, err := parseEvent(l.text)
		switch {
		case err != nil && i == len(lines)-1:
			unread = append(unread, Unread{l.number, l.text, cutLine, true})
		case err != nil:
			unread = append(unread, Unread{l.number, l.text, fmt.Sprintf("damaged line of go test -json: %v", err), true})
		case !isEvent:
			of("").add(l.number, l.text+"\n")
		case e.Action == "output" || e.Action == "build-output":
			of(e.Package).add(l.number, e.Output)
		}
	}
	for _, pkg := range order {
		s := streams[pkg]
		open = open || s.begun != nil
		s.end()
		if pkg != "" && len(s.lines) > 0 {
			all = append(all, line{s.lines[0].number, packageKey + ": " + pkg})
		}
		all = append(all, s.lines...)
	}
	return all, open, unread
}

// parseEvent takes a line apart; it is none of go test where it has no action.
func parseEvent(text string) (e event, ok bool, err error) {
	if !strings.HasPrefix(text, `{"`) || !strings.Contains(text, `"Action"`) && !strings.HasPrefix(text, `{"Time":`) {
		return event{}, false, nil
	}
	if err := json.Unmarshal([]byte(text), &e); err != nil {
		return event{}, false, err
	}
	return e, e.Action != "", nil
}

// IsEvents reports whether a file begins as the output of go test -json does, as far as it
// can be read.
func IsEvents(path string) bool {
	f, err := os.Open(path)
	if err != nil {
		return false
	}
	defer f.Close()
	start := make([]byte, 1<<16)
	n, _ := io.ReadFull(f, start)
	text, err := decode(path, start[:n])
	return err == nil && isJSON(linesOf(text))
}

// isJSON reports whether there are events of go test -json among the lines.
func isJSON(lines []line) bool {
	return slices.ContainsFunc(lines, func(l line) bool {
		_, ok, _ := parseEvent(l.text)
		return ok
	})
}
