package strategies

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"sync"
	"sync/atomic"
	"time"
)

// output forwards what worker processes print to one writer, which may be slow
// or stuck: what does not fit into its queue is dropped and counted.
type output struct {
	w       io.Writer
	failed  func(error) // told once, should the writer not come back as it should
	lines   chan []byte
	gone    chan struct{}
	dropped atomic.Int64
}

const (
	outputQueue = 1024     // lines
	maxLine     = 8 << 10  // longer ones are cut into pieces
	tailSize    = 64 << 10 // kept of each worker, for errors
	outputGrace = 200 * time.Millisecond
)

func newOutput(w io.Writer, failed func(error)) *output {
	o := &output{w: w, failed: failed, lines: make(chan []byte, outputQueue), gone: make(chan struct{})}
	go func() {
		defer close(o.gone)
		if err := guarded(o.write); err != nil {
			o.failed(fmt.Errorf("strategies: the writer of WithStderr, which is not used again: %w", err))
			o.drop()
		}
	}()
	return o
}

// write writes until the end. The writer is the caller's, and may panic or end its
// goroutine: then the line in hand was dropped.
func (o *output) write() error {
	var line []byte
	defer func() { o.dropped.Add(int64(len(line))) }()
	for line = range o.lines {
		n, _ := o.w.Write(line)
		o.dropped.Add(int64(len(line) - min(max(n, 0), len(line))))
		line = nil
	}
	return nil
}

// drop counts what is not written.
func (o *output) drop() {
	for line := range o.lines {
		o.dropped.Add(int64(len(line)))
	}
}

func (o *output) line(line []byte) {
	select {
	case o.lines <- line:
	default:
		o.dropped.Add(int64(len(line)))
	}
}

// close waits a moment for the writer. One that is stuck keeps its goroutine.
// No process may be left that prints.
func (o *output) close() {
	close(o.lines)
	select {
	case <-o.gone:
	case <-time.After(outputGrace):
	}
}

// stderr is one worker process's output: drained always, forwarded line by
// line, its end kept.
type stderr struct {
	r      *os.File
	out    *output
	prefix string
	gone   chan struct{}

	mu    sync.Mutex
	tail  []byte
	crash crash
}

func newStderr(r *os.File, worker int, out *output) *stderr {
	e := &stderr{r: r, out: out, prefix: fmt.Sprintf("worker %d: ", worker), gone: make(chan struct{})}
	go e.drain()
	return e
}

func (e *stderr) drain() {
	defer close(e.gone)
	buf := make([]byte, 16<<10)
	var part []byte
	for {
		n, err := e.r.Read(buf)
		e.keep(buf[:n])
		part = e.forward(append(part, buf[:n]...))
		if err != nil {
			if len(part) > 0 {
				e.emit(part)
			}
			return
		}
	}
}

// forward emits the complete lines of text and returns the rest.
func (e *stderr) forward(text []byte) (rest []byte) {
	for {
		i := bytes.IndexByte(text, '\n')
		if i < 0 && len(text) <= maxLine {
			return text
		}
		if i < 0 || i > maxLine {
			i = maxLine
			e.emit(text[:i])
			text = text[i:]
			continue
		}
		e.emit(text[:i])
		text = text[i+1:]
	}
}

func (e *stderr) emit(line []byte) {
	full := make([]byte, 0, len(e.prefix)+len(line)+1)
	full = append(full, e.prefix...)
	full = append(full, line...)
	e.out.line(append(full, '\n'))
}

func (e *stderr) keep(text []byte) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.tail = append(e.tail, text...)
	e.crash.heard(e.tail, len(text))
	if len(e.tail) > 2*tailSize {
		e.tail = append(e.tail[:0], e.tail[len(e.tail)-tailSize:]...)
	}
}

// end waits until all is read, but only for a moment: a child of the worker may
// have the pipe open. It returns the last that was printed.
func (e *stderr) end() string {
	select {
	case <-e.gone:
	case <-time.After(outputGrace):
	}
	e.r.Close()
	<-e.gone
	return e.text()
}

func (e *stderr) text() string {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.crash.before(e.tail, tailSize)
}
