package factor

import (
	"bufio"
	"io"
	"strconv"
	"sync"
	"time"
)

// Writer writes answers as GNU factor prints them, one a line: "12: 2 2 3".
// It gathers lines, but for a moment only, so that somebody who types a number
// sees its answer. Its methods may be called concurrently.
type Writer struct {
	mu    sync.Mutex
	out   *bufio.Writer
	line  []byte
	timer *time.Timer
	armed bool // the timer runs
}

// moment is how long a line may wait for others.
const moment = 5 * time.Millisecond

// NewWriter returns a Writer to out. Close it.
func NewWriter(out io.Writer) *Writer {
	w := &Writer{out: bufio.NewWriterSize(out, 64<<10)}
	w.timer = time.AfterFunc(moment, w.flush)
	w.timer.Stop()
	return w
}

// Write adds the line of n. Once writing has failed, it always does.
func (w *Writer) Write(n uint64, factors []uint64) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if !w.armed {
		w.armed = true
		w.timer.Reset(moment)
	}
	w.line = appendLine(w.line[:0], n, factors)
	_, err := w.out.Write(w.line)
	return err
}

func (w *Writer) flush() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.armed = false
	w.out.Flush() // its error stays, for Write and Close
}

// Close writes what is left. It does not close the underlying writer.
func (w *Writer) Close() error {
	w.timer.Stop()
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.out.Flush()
}

// appendLine appends the line of n.
func appendLine(line []byte, n uint64, factors []uint64) []byte {
	line = strconv.AppendUint(line, n, 10)
	line = append(line, ':')
	for _, f := range factors {
		line = strconv.AppendUint(append(line, ' '), f, 10)
	}
	return append(line, '\n')
}
