package strategies

import (
	"bytes"
	"strings"
)

// crash keeps how the latest crash in a worker's output began. The runtime of Go
// says the cause first, and then what every goroutine was doing, which may be
// much more than is kept of the end.
type crash struct {
	total int64  // bytes that were printed
	from  int64  // where the latest crash began
	head  []byte // the first of it; nil without one
}

const (
	crashHead = 8 << 10
	// crashReach is within what a crash says several words of these, about one cause.
	crashReach = 1 << 10
)

// What begins a line when the runtime says why it gives up, or, of those that may
// stand behind what a task printed without an end of line, is somewhere in it.
var (
	crashWords  = [][]byte{[]byte("panic: "), []byte("fatal error: ")}
	crashStarts = [][]byte{[]byte("runtime: "), []byte("fatal: "), []byte("unexpected fault address "),
		[]byte("SIGSEGV: "), []byte("SIGBUS: "), []byte("SIGABRT: "), []byte("SIGILL: "), []byte("SIGFPE: "), []byte("SIGQUIT: "), []byte("SIGTRAP: ")}
)

// crashWordIn returns where such words stand in a line, or -1. A line that is
// indented is part of a text of several.
func crashWordIn(line []byte) int {
	if bytes.HasPrefix(line, []byte("\t")) {
		return -1
	}
	for _, word := range crashStarts {
		if bytes.HasPrefix(line, word) {
			return 0
		}
	}
	for _, word := range crashWords {
		if at := bytes.Index(line, word); at >= 0 {
			return at
		}
	}
	return -1
}

// heard takes note of new output: the last fresh bytes of tail, which holds all that
// is kept.
func (c *crash) heard(tail []byte, fresh int) {
	c.total += int64(fresh)
	base := c.total - int64(len(tail))
	// A word may have begun in what was there before, which is looked at from the
	// start of its line.
	from := max(0, len(tail)-fresh-maxLine)
	from += bytes.LastIndexByte(tail[from:len(tail)-fresh], '\n') + 1
	for from < len(tail) {
		line, _, _ := bytes.Cut(tail[from:], []byte("\n"))
		if at := crashWordIn(line); at >= 0 {
			c.begin(base+int64(from+at), base+int64(from))
		}
		from += len(line) + 1
	}
	if c.head != nil && len(c.head) < crashHead {
		if next := c.from + int64(len(c.head)); next >= base {
			rest := tail[min(next-base, int64(len(tail))):]
			c.head = append(c.head, rest[:min(len(rest), crashHead-len(c.head))]...)
		}
	}
}

// begin notes a crash, unless it is one that is known.
func (c *crash) begin(at, line int64) {
	if c.head != nil && (at < c.from+crashReach || line <= c.from) {
		return
	}
	c.from, c.head = at, make([]byte, 0, crashHead)
}

// crashGap stands for what is left out between the beginning of a crash and the end
// of all that was printed.
const crashGap = "[…]"

// before returns the tail, with the beginning of the crash before it if that is
// not in it: at most limit bytes, all in all.
func (c *crash) before(tail []byte, limit int) string {
	tail = tail[max(0, len(tail)-limit):]
	if c.head == nil || c.from >= c.total-int64(len(tail)) {
		return string(tail)
	}
	// Whole lines, where they are not too long for that.
	head := string(c.head)
	if end := strings.LastIndexByte(head, '\n'); end > 0 {
		head = head[:end]
	}
	head += "\n" + crashGap + "\n"
	tail = tail[min(len(tail), max(0, len(tail)-limit+len(head))):]
	if end := bytes.IndexByte(tail, '\n'); end >= 0 && end < maxLine {
		tail = tail[end+1:]
	}
	return head + string(tail)
}
