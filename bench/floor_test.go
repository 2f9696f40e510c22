package bench

import (
	"cmp"
	"errors"
	"fmt"
	"testing"
)

// floorCell says how much goes to another process and back, and how.
type floorCell struct {
	payload int // bytes of a message, each way
	workers int // processes, one beside the other, each with a line of its own
	chunk   int // messages that go at once
	window  int // chunks that one of them may have outstanding
	items   int // of an operation
}

// floorCells are one message at a time; and chunks of 64 KiB, as automatic ones
// are, with more on their way, so that nobody waits.
var floorCells = []floorCell{
	{64, 1, 1, 1, 8192},
	{4 << 10, 1, 1, 1, 8192},
	{64 << 10, 1, 1, 1, 2048},
	{1 << 20, 1, 1, 1, 128},
	{64, 2, 1024, 4, 1 << 20},
	{4 << 10, 2, 16, 4, 1 << 15},
	{64 << 10, 2, 1, 4, 1 << 12},
	{1 << 20, 2, 1, 4, 256},
}

// line is the way to an echo and back, for messages of one size.
type line interface {
	send(n int) error         // n messages at once; it does not wait for answers
	recv() (n int, err error) // waits for one message at least, and says how many there were
	check() error             // whether what came back last is what went
	close() error
}

// floor is a way that there is.
type floor struct {
	name string
	open func(size, chunk, window int) (line, error)
	on   string // shared files: what they are kept in
	here bool   // in one process, where nothing is on its way
	slow bool   // an eighth of the items will do
}

// floors has one for each transport. What a strategy does costs at least what
// its transport's floor does: the same bytes through the same system calls, and
// no pool.
var floors = []floor{
	{name: "floor-memcpy", open: openMemory, here: true},
	{name: "floor-pipe", open: openPipe},
	{name: "floor-unix", open: openUnix},
	{name: "floor-tcp", open: openTCP},
	{name: "floor-shm", open: openShm},
	{name: "floor-file", open: openFile, on: specOf("shared-file").On, slow: true},
}

// BenchmarkFloor: what would handing over cost if there were nothing to it but
// moving the bytes, or starting the processes? Where a cell of Handoff,
// RoundTrip or Start has its floor in the same run, the report compares the two.
func BenchmarkFloor(b *testing.B) {
	for _, f := range floors {
		for _, c := range floorCells {
			if !f.here || c.window == 1 {
				benchmarkFloor(b, f, c)
			}
		}
	}
	for _, workers := range []int{1, 2} {
		b.Run(fmt.Sprintf("strategy=floor-start/workers=%d", workers), func(b *testing.B) {
			listed(b)
			for b.Loop() {
				if err := startAndWait(workers); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func benchmarkFloor(b *testing.B, f floor, c floorCell) {
	name := fmt.Sprintf("strategy=%s/payload=%d/workers=%d/chunk=%d/window=%d", f.name, c.payload, c.workers, c.chunk, c.window)
	if f.on != "" {
		name += "/on=" + f.on
	}
	if f.slow {
		c.items /= 8
	}
	b.Run(name, func(b *testing.B) {
		listed(b)
		lines, err := openLines(b, f, c)
		if errors.Is(err, errors.ErrUnsupported) {
			b.Skip(err)
		}
		if err != nil {
			b.Fatal(err)
		}
		benchmarkLines(b, lines, c)
		b.ReportMetric(float64(2*c.payload), "wire-B/item")
	})
}

// openLines opens a line for each worker, to be closed when t ends.
func openLines(t testing.TB, f floor, c floorCell) ([]line, error) {
	var lines []line
	for range c.workers {
		l, err := f.open(c.payload, c.chunk, c.window)
		if err != nil {
			return nil, err
		}
		lines = append(lines, l)
		t.Cleanup(func() {
			if err := l.close(); err != nil {
				t.Error(err)
			}
		})
	}
	return lines, nil
}

func benchmarkLines(b *testing.B, lines []line, c floorCell) {
	pass := func(items int) {
		if err := passAll(lines, items, c.chunk, c.window); err != nil {
			b.Fatal(err)
		}
	}
	pass(max(c.items/8, c.workers*c.chunk*c.window))
	for b.Loop() {
		pass(c.items)
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(c.items), "ns/item")
	for _, l := range lines {
		if err := l.check(); err != nil {
			b.Fatal(err)
		}
	}
}

// passAll sends items there and back, by all lines at once.
func passAll(lines []line, items, chunk, window int) error {
	if len(lines) == 1 {
		return pass(lines[0], items, chunk, window)
	}
	ended := make(chan error)
	for _, l := range lines {
		go func() { ended <- pass(l, items/len(lines), chunk, window) }()
	}
	var err error
	for range lines {
		err = cmp.Or(err, <-ended)
	}
	return err
}

// pass sends items there and back by one line, as many as are whole chunks.
func pass(l line, items, chunk, window int) error {
	if window > 1 {
		return passWindow(l, items/chunk, chunk, window)
	}
	for range items / chunk {
		if err := l.send(chunk); err != nil {
			return err
		}
		for got := 0; got < chunk; {
			n, err := l.recv()
			if err != nil {
				return err
			}
			got += n
		}
	}
	return nil
}

// passWindow has several chunks on their way. Nobody may write and not read,
// so another goroutine writes.
func passWindow(l line, chunks, chunk, window int) error {
	room, wrote := make(chan struct{}, chunks+window), make(chan error, 1)
	for range window {
		room <- struct{}{}
	}
	go func() { wrote <- sendWindow(l, chunks, chunk, room) }()
	defer close(room)
	for got := 0; got < chunks*chunk; {
		n, err := l.recv()
		if err != nil {
			return err
		}
		for range (got+n)/chunk - got/chunk {
			room <- struct{}{}
		}
		got += n
	}
	return <-wrote
}

// sendWindow sends a chunk whenever there is room for one.
func sendWindow(l line, chunks, chunk int, room <-chan struct{}) error {
	for range chunks {
		if _, ok := <-room; !ok {
			return nil // what went wrong is known
		}
		if err := l.send(chunk); err != nil {
			return err
		}
	}
	return nil
}
