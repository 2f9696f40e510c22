package record

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"unicode/utf16"
)

// line is a line of a file, without what terminals, editors and build servers put around it.
type line struct {
	number int // in the file, from 1
	text   string
}

// bom is the byte order mark, which some editors and shells put in front of a text.
const bom = "\ufeff"

// packed are the first bytes of files that hold another one, compressed, and what unpacks them.
var packed = []struct{ start, name, with string }{
	{"\x1f\x8b", "gzip", "gunzip -c"},
	{"PK\x03\x04", "zip", "unzip -p"},
	{"\xfd7zXZ\x00", "xz", "xz -dc"},
	{"\x28\xb5\x2f\xfd", "zstd", "zstd -dc"},
	{"BZh", "bzip2", "bunzip2 -c"},
}

// decode returns the text of a file in UTF-8; PowerShell writes UTF-16.
func decode(path string, data []byte) (string, error) {
	for _, p := range packed {
		if bytes.HasPrefix(data, []byte(p.start)) {
			return "", fmt.Errorf("%s: compressed with %s: unpack it first, or %s %s | handoff report -", path, p.name, p.with, path)
		}
	}
	order, ok := utf16Order(data)
	if !ok {
		for _, half := range []string{"B\x00e\x00n\x00c\x00h\x00", "\x00B\x00e\x00n\x00c\x00h"} {
			if i := bytes.Index(data, []byte(half)); i >= 0 {
				return "", zeroByte(path, 1+bytes.Count(data[:i], []byte("\n")))
			}
		}
		return string(data), nil
	}
	units := make([]uint16, len(data)/2)
	for i := range units {
		units[i] = order.Uint16(data[2*i:])
	}
	return string(utf16.Decode(units)), nil
}

// zeroByte refuses a file that is no text. Where the others are results, a line with a zero
// byte costs itself: a crash of the machine leaves such lines, and programs print them.
func zeroByte(path string, line int) error {
	return fmt.Errorf("%s:%d: a zero byte, so a binary file, or one in two encodings: want Go benchmark output in UTF-8 or UTF-16", path, line)
}

// utf16Order finds UTF-16 by its byte order mark or, without one, by the zeros in every
// second byte of what is ASCII.
func utf16Order(data []byte) (binary.ByteOrder, bool) {
	switch {
	case bytes.HasPrefix(data, []byte{0xff, 0xfe}):
		return binary.LittleEndian, true
	case bytes.HasPrefix(data, []byte{0xfe, 0xff}):
		return binary.BigEndian, true
	}
	var zeros [2]int // in even and in odd bytes
	start := data[:min(len(data), 4096)&^1]
	for i, b := range start {
		if b == 0 {
			zeros[i%2]++
		}
	}
	most := len(start) / 2 * 9 / 10
	switch {
	case most > 0 && zeros[0] == 0 && zeros[1] > most:
		return binary.LittleEndian, true
	case most > 0 && zeros[1] == 0 && zeros[0] > most:
		return binary.BigEndian, true
	}
	return nil, false
}

// linesOf splits a text and cleans each line.
func linesOf(text string) []line {
	raw := strings.Split(text, "\n")
	all := make([]line, 0, len(raw))
	var of jobs
	for i, s := range raw {
		s = strings.TrimRight(s, "\r")
		for strings.Contains(s, "\r") { // what a terminal would have written over
			var over string
			over, s, _ = strings.Cut(s, "\r")
			all = append(all, line{i + 1, clean(over)})
		}
		cleaned := clean(s)
		of.note(len(all), s, cleaned)
		all = append(all, line{i + 1, cleaned})
	}
	return of.tell(all)
}

// jobs are those of a build server whose results stand in one log: which job and step a
// result is of is said in front of its line, and nowhere else.
type jobs struct {
	at    []int       // the places of results
	names [][2]string // job and step of each
}

func (j *jobs) note(at int, raw, cleaned string) {
	if len(raw) == len(cleaned) || !strings.HasPrefix(cleaned, "Benchmark") {
		return
	}
	if fields := strings.SplitN(raw, "\t", 3); len(fields) == 3 && !strings.HasPrefix(fields[0], "Benchmark") && stamp.MatchString(fields[2]) {
		j.at, j.names = append(j.at, at), append(j.names, [2]string{strings.TrimSpace(fields[0]), strings.TrimSpace(fields[1])})
	}
}

// tell puts config lines in front of results that are not all of one job, or of one step:
// those of two are of two configurations, such as two versions of Go.
func (j *jobs) tell(all []line) []line {
	for i, key := range []string{"job", "step"} {
		if !slices.ContainsFunc(j.names, func(n [2]string) bool { return n[i] != j.names[0][i] }) {
			continue
		}
		told, before := make([]line, 0, len(all)+len(j.at)), 0
		for k, at := range j.at {
			told = append(told, all[before:at]...)
			if k == 0 || j.names[k-1][i] != j.names[k][i] {
				told = append(told, line{all[at].number, key + ": " + j.names[k][i]})
			}
			before = at
			j.at[k] = len(told)
		}
		all = append(told, all[before:]...)
	}
	return all
}

var (
	// colours are what terminals take for commands: CSI and OSC sequences, and short ones.
	colours = regexp.MustCompile("\x1b(?:\\[[0-?]*[ -/]*[@-~]|\\][^\x07\x1b]*(?:\x07|\x1b\\\\)|[@-Z\\\\^_])")

	// stamp is the time that build servers put in front of a line, perhaps behind the names
	// of job and step.
	stamp = regexp.MustCompile(`^(?:[^\t]*\t[^\t]*\t)?\[?\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:[.,]\d+)?(?:Z|[+-]\d\d:?\d\d)\]?(?: \d\d[OE][ +])?(?: |$)`)
)

// clean takes off byte order marks, colours and time stamps.
func clean(s string) string {
	s = strings.TrimPrefix(s, bom)
	if strings.HasPrefix(s, "Benchmark") && !strings.Contains(s, "\x1b") {
		return s
	}
	if strings.Contains(s, "\x1b") {
		s = colours.ReplaceAllString(s, "")
	}
	if len(s) > 20 && strings.Contains(s, "T") && strings.Contains(s, ":") {
		s = strings.TrimPrefix(s[len(stamp.FindString(s)):], bom)
	}
	return s
}
