package wholefile

import (
	"bytes"
	"compress/gzip"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// A file that handoff writes for people to read says inside that it is handoff's, so that
// the next one may take its place and nobody else's file is lost. Where it says so depends
// on the format: see own.
const (
	comment = "<!-- made by handoff, which writes over it the next time -->"
	line    = "made by handoff, which writes over it the next time"
)

// own has a row for each format.
var own = map[string]struct {
	mark func([]byte) []byte
	// has finds the mark at the head of a file, or what was written before there were
	// marks: by what only such a file holds, not by its name.
	has func(head []byte) bool
}{
	".md":   {func(b []byte) []byte { return append([]byte(comment+"\n\n"), b...) }, isText},
	".txt":  {func(b []byte) []byte { return append(b, "\n"+line+"\n"...) }, isText},
	".html": {func(b []byte) []byte { return behindLine(b, "<!doctype html>") }, isPage},
	".svg":  {func(b []byte) []byte { return behindLine(b, "<?xml") }, isSVG},
	".png":  {markPNG, isPNG},
	".json": {func(b []byte) []byte { return b }, isJSON},
	".gz":   {func(b []byte) []byte { return b }, isProfile},
}

// mostLooked is how much of a file is looked at: a mark is at its head, but text was not
// marked there.
const mostLooked = 256 << 10

// Mark puts the mark into the contents of a file, by the ending of its name. JSON and
// profiles are marked by who makes them.
func Mark(path string, data []byte) []byte {
	if f, ok := own[filepath.Ext(path)]; ok {
		return f.mark(data)
	}
	return data
}

// An OwnError says why a file is not written.
type OwnError struct {
	Path string
	Why  string
}

func (e *OwnError) Error() string {
	return fmt.Sprintf("%s %s, so nothing was written: move it away, or name another folder by -o DIR", e.Path, e.Why)
}

// Check reports whether files may be written at these paths: nothing is there, or what
// handoff has made. inputs are files that were read; they are never written over, by
// whichever name. The error is an *OwnError, or of the file system.
func Check(paths []string, inputs ...string) error {
	for _, path := range paths {
		if err := check(path, inputs); err != nil {
			return err
		}
	}
	return nil
}

func check(path string, inputs []string) error {
	info, err := os.Lstat(path)
	switch {
	case err != nil:
		return nil // nothing is there, or the writing says why nothing can be
	case info.Mode()&fs.ModeSymlink != 0:
		return &OwnError{path, "is a symbolic link"}
	case info.IsDir():
		return &OwnError{path, "is a folder"}
	case !info.Mode().IsRegular():
		return &OwnError{path, "is no regular file"}
	}
	for _, input := range inputs {
		if read, err := os.Stat(input); err == nil && os.SameFile(info, read) {
			return &OwnError{path, "is what was read"}
		}
	}
	switch made, err := Made(path); {
	case err != nil:
		return err
	case !made:
		return &OwnError{path, "was not made by handoff"}
	}
	return nil
}

// Made reports whether handoff has made the file.
func Made(path string) (bool, error) {
	f, err := os.Open(path)
	if err != nil {
		return false, err
	}
	defer f.Close()
	format, ok := own[filepath.Ext(path)]
	if !ok {
		return false, nil
	}
	head := make([]byte, mostLooked)
	n, err := io.ReadFull(f, head)
	if err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
		return false, err
	}
	head = head[:n]
	return len(head) == 0 || format.has(head), nil // an empty file is nobody's work
}

// behindLine puts the comment behind the first line, if that is the one.
func behindLine(data []byte, first string) []byte {
	data = bytes.TrimLeft(data, " \t\r\n")
	at := 0
	if len(data) >= len(first) && strings.EqualFold(string(data[:len(first)]), first) {
		at = bytes.IndexByte(data, '\n') + 1
	}
	return bytes.Join([][]byte{data[:at], []byte(comment + "\n"), data[at:]}, nil)
}

func hasAll(head []byte, parts ...string) bool {
	for _, p := range parts {
		if !bytes.Contains(head, []byte(p)) {
			return false
		}
	}
	return true
}

func begins(head []byte, starts ...string) bool {
	for _, s := range starts {
		if bytes.HasPrefix(head, []byte(s)) {
			return true
		}
	}
	return false
}

func isText(head []byte) bool {
	switch {
	case begins(head, comment), bytes.HasSuffix(bytes.TrimRight(head, "\n"), []byte(line)):
		return true
	case begins(head, "# Profiles\n\nCPU time per item, and its share of all that the processes used;"):
		return true
	case begins(head, "# "): // a summary of before
		return hasAll(head, "\n- reported by: `handoff report ") || hasAll(head, "`handoff compare` measures both sides in the same rounds and judges.")
	case begins(head, "## pass: ", "## regression: ", "## inconclusive: ", "## void: ", "## could not measure: "):
		return hasAll(head, "*visible from* is the smallest change that this comparison could have shown")
	}
	return begins(head, "What comparisons can be trusted with on ")
}

func isPage(head []byte) bool {
	return hasAll(head, comment) ||
		hasAll(head, " · handoff</title>", `<meta http-equiv="Content-Security-Policy"`) ||
		hasAll(head, " cpu</title>", "<style type=\"text/css\">\n* {\n  margin: 0;")
}

func isSVG(head []byte) bool {
	return hasAll(head, comment) || hasAll(head, "<!-- Generated by SVGo and Plotinum VG -->", `width="576pt"`, "redraw: ")
}

func isJSON(head []byte) bool {
	start := bytes.TrimLeft(head, "{ \n\t")
	return begins(start, `"made_by": "handoff"`) ||
		begins(start, `"version": 1,`) && hasAll(head, `"rounds_wanted":`, `"headline":`) ||
		begins(start, `"displayTimeUnit":"ns"`) && hasAll(head, `"producer":"handoff"`)
}

// isProfile looks for handoff among the functions of a profile.
func isProfile(head []byte) bool {
	r, err := gzip.NewReader(bytes.NewReader(head))
	if err != nil {
		return false
	}
	text, _ := io.ReadAll(io.LimitReader(r, 64<<20)) // the head may end in the middle
	return hasAll(text, "handoff/strategies") || hasAll(text, "handoff/bench") || hasAll(text, "stopwatch")
}

// The mark of a PNG is a chunk of text; no pixel changes.
const (
	pngStart = "\x89PNG\r\n\x1a\n"
	pngText  = "Comment\x00" + line
	pngIHDR  = len(pngStart) + 25
)

func markPNG(data []byte) []byte {
	if len(data) < pngIHDR || !begins(data, pngStart) {
		return data
	}
	chunk := binary.BigEndian.AppendUint32(nil, uint32(len(pngText)))
	chunk = append(chunk, "tEXt"+pngText...)
	chunk = binary.BigEndian.AppendUint32(chunk, crc32.ChecksumIEEE(chunk[4:]))
	return bytes.Join([][]byte{data[:pngIHDR], chunk, data[pngIHDR:]}, nil)
}

// isPNG takes for one of before what is as wide as our pictures are, in the same kind of
// pixels, and says nothing else of itself.
func isPNG(head []byte) bool {
	if !begins(head, pngStart) || len(head) < pngIHDR+8 {
		return false
	}
	if bytes.HasPrefix(head[pngIHDR+4:], []byte("tEXt"+pngText)) {
		return true
	}
	width := binary.BigEndian.Uint32(head[16:])
	return width == 1536 && head[24] == 8 && head[25] == 2 && bytes.HasPrefix(head[pngIHDR+4:], []byte("IDAT"))
}
