package strategies

import (
	"bytes"
	"fmt"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

// paper is a writer that keeps what it gets, one string a Write.
type paper struct {
	mu    sync.Mutex
	lines []string
}

func (p *paper) Write(line []byte) (int, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.lines = append(p.lines, string(line))
	return len(line), nil
}

// printed lets worker 2 print the parts, each by a Write of its own, and
// returns what came out and what was kept.
func printed(t *testing.T, parts ...string) (lines []string, kept string) {
	t.Helper()
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	var p paper
	out := newOutput(&p, nil)
	e := newStderr(r, 2, out)
	for _, part := range parts {
		if _, err := w.WriteString(part); err != nil {
			t.Fatal(err)
		}
	}
	w.Close()
	<-e.gone
	kept = e.end()
	out.close()
	if n := out.dropped.Load(); n != 0 {
		t.Errorf("%d bytes were dropped", n)
	}
	return p.lines, kept
}

func TestOutputIsForwardedByLines(t *testing.T) {
	for _, c := range []struct {
		parts []string
		want  []string
	}{
		{nil, nil},
		{[]string{"one\n"}, []string{"one"}},
		{[]string{"one\ntwo\n\nthree\n"}, []string{"one", "two", "", "three"}},
		{[]string{"begin", " and end\nmore"}, []string{"begin and end", "more"}},
		{[]string{"no end"}, []string{"no end"}},
		{[]string{"carriage\r\n"}, []string{"carriage\r"}},
	} {
		var want []string
		for _, line := range c.want {
			want = append(want, "worker 2: "+line+"\n")
		}
		lines, kept := printed(t, c.parts...)
		if !slices.Equal(lines, want) {
			t.Errorf("%q is forwarded as %q, want %q", c.parts, lines, want)
		}
		if all := strings.Join(c.parts, ""); kept != all {
			t.Errorf("of %q, %q is kept", all, kept)
		}
	}
}

func TestLongLinesAreCut(t *testing.T) {
	long := strings.Repeat("0123456789", 2*maxLine/10+100)
	lines, _ := printed(t, long, long, "\nshort\n")
	var got strings.Builder
	for _, line := range lines[:len(lines)-1] {
		text := strings.TrimSuffix(strings.TrimPrefix(line, "worker 2: "), "\n")
		if len(text) > maxLine {
			t.Errorf("a line of %d bytes", len(text))
		}
		got.WriteString(text)
	}
	if got.String() != long+long {
		t.Errorf("the pieces of a line of %d bytes have %d", 2*len(long), got.Len())
	}
	if last := lines[len(lines)-1]; last != "worker 2: short\n" {
		t.Errorf("after a long line came %q", last)
	}
}

func TestLongLineInOnePieceIsCut(t *testing.T) {
	lines, _ := printed(t, strings.Repeat("x", maxLine+1)+"\nshort\n")
	if len(lines) != 3 || len(lines[0]) != len("worker 2: ")+maxLine+1 || lines[1] != "worker 2: x\n" {
		t.Errorf("a line of one byte more than %d is forwarded as %d lines", maxLine, len(lines)-1)
	}
}

func TestTheEndIsKept(t *testing.T) {
	var all strings.Builder
	for i := range 30_000 {
		fmt.Fprintln(&all, i)
	}
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	e := newStderr(r, 0, newOutput(&paper{}, nil))
	w.WriteString(all.String())
	w.Close()
	<-e.gone
	want := all.String()[all.Len()-tailSize:]
	if got := e.end(); got != want {
		t.Errorf("kept are %d bytes that end with %q, want the last %d", len(got), got[max(0, len(got)-20):], tailSize)
	}
	if n := cap(e.tail); n > 3*tailSize {
		t.Errorf("%d bytes are held to keep %d", n, tailSize)
	}
}

// clogged is a writer that takes nothing until it is opened.
type clogged chan struct{}

func (c clogged) Write(line []byte) (int, error) { <-c; return len(line), nil }

func TestStuckWriterHoldsNobodyUp(t *testing.T) {
	stuck := make(clogged)
	defer close(stuck)
	out := newOutput(stuck, nil)
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	e := newStderr(r, 0, out)
	line := []byte("a line of no interest\n")
	const lines = 5 * outputQueue
	w.SetWriteDeadline(time.Now().Add(10 * time.Second))
	if n, err := w.Write(bytes.Repeat(line, lines)); err != nil {
		t.Fatalf("the worker could write %d bytes only: %v", n, err)
	}
	w.Close()
	<-e.gone
	e.end()
	full := int64(len("worker 0: ") + len(line))
	// One line may be in the writer's hands beside those in the queue.
	if n := out.dropped.Load(); n != (lines-outputQueue)*full && n != (lines-outputQueue-1)*full {
		t.Errorf("%d bytes were dropped, want all but the queue's %d lines of %d bytes", n, outputQueue, full)
	}
	began := time.Now()
	out.close()
	if d := time.Since(began); d > outputGrace+5*time.Second {
		t.Errorf("close waited %v for a stuck writer", d)
	}
}

// TestEndDoesNotWaitForChildren: something has the pipe open and says nothing.
func TestEndDoesNotWaitForChildren(t *testing.T) {
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	e := newStderr(r, 0, newOutput(&paper{}, nil))
	w.WriteString("last words")
	done := make(chan string)
	go func() { done <- e.end() }()
	select {
	case got := <-done:
		if got != "last words" {
			t.Errorf("kept is %q", got)
		}
	case <-time.After(10 * time.Second):
		t.Error("end waits for the pipe to be closed")
	}
}
