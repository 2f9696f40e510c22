package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"os"
	"os/signal"
	"sync"
	"syscall"

	"github.com/handoff-go/handoff/bench/factor"
)

// intake reads numbers ahead of the pool, in a goroutine of its own: a read
// that waits for somebody to type must not hold up the end.
type intake struct {
	files   []string
	stdin   io.Reader
	skipBad bool
	stderr  io.Writer

	batches chan []uint64
	stop    chan struct{} // closed by the first signal
	waiting queue         // numbers without a result yet

	mu    sync.Mutex
	bad   int
	ended error
}

// batchSize is how many numbers go through the channel at once, unless the
// input pauses before.
const batchSize = 512

func newIntake(f *filter) *intake {
	files := f.files
	if len(files) == 0 {
		files = []string{"-"}
	}
	return &intake{
		files: files, stdin: f.stdin, skipBad: f.skipBad, stderr: f.stderr,
		batches: make(chan []uint64, 1),
		stop:    make(chan struct{}),
	}
}

// watch ends the input at the first signal, and the computing at the second; a
// third finds nobody here and ends the process.
func (in *intake) watch(ctx context.Context, signals <-chan os.Signal, cancel context.CancelCauseFunc) {
	select {
	case <-signals:
	case <-ctx.Done():
		return
	}
	in.end(errors.New("interrupted: what had been read is answered"))
	close(in.stop)
	select {
	case <-signals:
		signal.Reset(os.Interrupt, syscall.SIGTERM)
		cancel(errInterrupted)
	case <-ctx.Done():
	}
}

// read reads all files, and closes batches at the end or at the first error.
func (in *intake) read() {
	defer close(in.batches)
	for _, name := range in.files {
		if err := in.readFile(name); err != nil {
			in.end(err)
			return
		}
	}
}

func (in *intake) readFile(name string) error {
	if name == "-" {
		return in.readFrom(factor.NewReader("standard input", in.stdin))
	}
	file, err := os.Open(name)
	if err != nil {
		return err
	}
	defer file.Close()
	return in.readFrom(factor.NewReader(name, file))
}

func (in *intake) readFrom(r *factor.Reader) error {
	var batch []uint64
	for {
		n, err := r.Next()
		switch {
		case err == nil:
			batch = append(batch, n)
		case in.pass(err):
		default:
			in.send(batch)
			if err == io.EOF {
				return nil
			}
			return err
		}
		if len(batch) == batchSize || r.Idle() {
			if !in.send(batch) {
				return nil
			}
			batch = nil
		}
	}
}

// pass reports whether the reading goes on after an error.
func (in *intake) pass(err error) bool {
	var token *factor.TokenError
	if !in.skipBad || !errors.As(err, &token) {
		return false
	}
	in.mu.Lock()
	in.bad++
	in.mu.Unlock()
	fmt.Fprintf(in.stderr, "handoff factor: %v\n", err)
	return true
}

// send reports false when no more numbers are wanted.
func (in *intake) send(batch []uint64) bool {
	if len(batch) == 0 {
		return true
	}
	select {
	case in.batches <- batch:
		return true
	case <-in.stop:
		return false
	}
}

// numbers is the sequence for the pool; each is put into waiting first.
func (in *intake) numbers() iter.Seq[uint64] {
	return func(yield func(uint64) bool) {
		for {
			select {
			case batch, ok := <-in.batches:
				if !ok || !in.yieldAll(batch, yield) {
					return
				}
			case <-in.stop:
				return
			}
		}
	}
}

func (in *intake) yieldAll(batch []uint64, yield func(uint64) bool) bool {
	for _, n := range batch {
		in.waiting.push(n)
		if !yield(n) {
			return false
		}
	}
	return true
}

// end keeps the first reason for which the input ended before its end.
func (in *intake) end(err error) {
	in.mu.Lock()
	defer in.mu.Unlock()
	if in.ended == nil {
		in.ended = err
	}
}

func (in *intake) err() error {
	in.mu.Lock()
	defer in.mu.Unlock()
	return in.ended
}

func (in *intake) skipped() int {
	in.mu.Lock()
	defer in.mu.Unlock()
	return in.bad
}

// queue is first in, first out; the pool bounds its length.
type queue struct {
	mu    sync.Mutex
	items []uint64
	head  int
}

func (q *queue) push(n uint64) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if len(q.items) == cap(q.items) && q.head > len(q.items)/2 {
		q.items = append(q.items[:0], q.items[q.head:]...)
		q.head = 0
	}
	q.items = append(q.items, n)
}

func (q *queue) pop() uint64 {
	q.mu.Lock()
	defer q.mu.Unlock()
	n := q.items[q.head]
	q.head++
	return n
}
