package strategies

import (
	"os"
	"sync/atomic"
	"unsafe"

	"github.com/handoff-go/handoff/strategies/transport"
)

// position is where a worker is, for others to see. That of a worker process
// lies in memory that it shares with the coordinator, like the flight recorder
// of an aircraft: whatever ends the process, the coordinator can read what it
// was doing. One goroutine stores; the one that cancels stores stopped.
type position struct {
	chunk   atomic.Uint64 // in work, or the last one that was
	base    atomic.Int64  // index in the chunk of the piece's first item
	item    atomic.Int64  // index in the piece
	doing   atomic.Uint32 // an activity
	stopped atomic.Bool   // skip what has not been started
}

// activity is what a worker does with its chunk.
type activity uint32

const (
	unknown   activity = iota // it has never said
	preparing                 // waiting: not about items
	reading                   // a chunk: decoding it, of which nothing has been run
	running                   // the task over the item, or a method of its result or error
	answering                 // encoding the results of a chunk, or of a piece of one

	// Beside one of them: flushing answers. Whatever the items hold, they are bytes
	// by now.
	delivering activity = 1 << 8
)

// index is that of the item in the chunk.
func (p *position) index() int { return int(p.base.Load() + p.item.Load()) }

// enter notes that a chunk is being prepared. It is noted before anything is
// done with it, and the order is such that whoever reads it after any of the
// stores finds something true.
func (p *position) enter(chunk uint64) {
	p.doing.Store(uint32(reading))
	p.chunk.Store(chunk)
	p.begin(0)
}

// begin notes that a piece of the chunk begins with item base. In a piece of
// one, item is 0 before and after.
func (p *position) begin(base int) {
	p.item.Store(0)
	p.base.Store(int64(base))
}

// over notes that the worker is busy with one item of the chunk, of the piece in work.
func (p *position) over(index int) {
	p.item.Store(int64(index) - p.base.Load())
	p.do(running)
}

func (p *position) do(a activity) { p.doing.Store(uint32(a)) }

// does is the last that was said.
func (p *position) does() activity { return activity(p.doing.Load()) }

// recorder is a position in shared memory.
type recorder struct {
	*position
	memory *transport.Memory
}

const recorderSize = int(unsafe.Sizeof(position{}))

func recorderIn(m *transport.Memory) *recorder {
	return &recorder{(*position)(unsafe.Pointer(unsafe.SliceData(m.Bytes()))), m}
}

// newRecorder makes a recorder, and the file of which the worker opens the
// same.
func newRecorder() (r *recorder, theirs *os.File, err error) {
	m, theirs, err := transport.NewMemory(recorderSize)
	if err != nil {
		return nil, nil, err
	}
	return recorderIn(m), theirs, nil
}

// openPosition opens the recorder in the worker, for good.
func openPosition(theirs *os.File) (*position, error) {
	m, err := transport.OpenMemory(theirs, recorderSize)
	if err != nil {
		return nil, err
	}
	return recorderIn(m).position, nil
}

// scene is what a recorder tells of the death of its worker. Chunks are begun
// in the order of their numbers.
type scene struct {
	known bool
	chunk uint64 // the last that was begun
	item  int    // of it, the one over which the task ran, or -1
	ran   int    // of it, how many items were run, or may have been
	apart bool   // it was busy with something that is no item's doing
}

// examine reads the recorder of a process that has ended, or of one that never
// had any.
func (r *recorder) examine() scene {
	if r == nil {
		return scene{}
	}
	doing := r.does()
	at := scene{known: true, chunk: r.chunk.Load(), item: -1, ran: r.index() + 1, apart: doing&delivering != 0}
	switch doing &^ delivering {
	case reading:
		at.ran--
	case preparing, answering:
	case running:
		at.item = r.index()
	default:
		return scene{}
	}
	return at
}

// ranOf is how many items of the i-th of the chunks that the worker had were run,
// or may have been.
func (at scene) ranOf(i int, c *chunk) int {
	switch {
	case !at.known && i == 0:
		return c.firstOpen() + 1
	case !at.known || c.id > at.chunk:
		return 0
	case c.id < at.chunk:
		return c.load.len()
	}
	return at.ran
}

func (r *recorder) close() {
	if r != nil {
		r.memory.Close()
	}
}
