package strategytest

import (
	"bytes"
	"fmt"
	"regexp"
	"strings"
	"sync"
	"testing"

	"github.com/handoff-go/handoff/strategies"
)

var printChecks = []check{
	{"what tasks print", plainProcesses, tasksPrint},
	{"a flood of prints to a blocked writer", plainProcesses, printFlood},
}

var printed = regexp.MustCompile(`^worker [01]: (.*)$`)

// tasksPrint wants the answers to be undisturbed, and all that was printed to
// have come out when Close returns.
func tasksPrint(t *testing.T, e env) {
	var out lockedBuffer
	pool := open(t, e, act, strategies.WithStderr(&out))
	items := orders(20, "print")
	right(t, items, mapAll(t, pool, items))
	pool.Close()
	lines := map[string]int{}
	for line := range strings.Lines(out.String()) {
		text := printed.FindStringSubmatch(strings.TrimSuffix(line, "\n"))
		if text == nil {
			t.Errorf("line without the worker's number: %q", line)
			continue
		}
		lines[text[1]]++
	}
	for i := range items {
		for _, stream := range []string{"stdout", "stderr"} {
			if line := fmt.Sprintf("%s of item %d", stream, i); lines[line] != 1 {
				t.Errorf("%q came out %d times", line, lines[line])
			}
		}
	}
}

// words takes what workers print in checks that do not look at that. A race in
// a worker is a failure, although its answers may be right.
type words struct{ t *testing.T }

func (w words) Write(p []byte) (int, error) {
	if bytes.Contains(p, []byte("WARNING: DATA RACE")) {
		w.t.Error("data race in a worker")
	}
	return w.t.Output().Write(p)
}

// lockedBuffer is a buffer that the check may read after Close.
type lockedBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (b *lockedBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.Write(p)
}

func (b *lockedBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.String()
}

// blockedWriter takes nothing until it is opened.
type blockedWriter struct{ open chan struct{} }

func (w blockedWriter) Write(p []byte) (int, error) {
	<-w.open
	return len(p), nil
}

// printFlood wants tasks to go on although nobody takes what they print.
func printFlood(t *testing.T, e env) {
	w := blockedWriter{make(chan struct{})}
	pool := open(t, e, act, strategies.WithStderr(w))
	defer close(w.open)
	items := orders(4, "flood")
	right(t, items, mapAll(t, pool, items))
	works(t, pool)
	eventually(t, "dropped bytes are counted", func() bool { return pool.Stats().DroppedStderr > 0 })
}
