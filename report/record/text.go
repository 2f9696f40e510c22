package record

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"regexp"
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
	for i, s := range raw {
		s = strings.TrimRight(s, "\r")
		for strings.Contains(s, "\r") { // what a terminal would have written over
			var over string
			over, s, _ = strings.Cut(s, "\r")
			all = append(all, line{i + 1, clean(over)})
		}
		all = append(all, line{i + 1, clean(s)})
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
