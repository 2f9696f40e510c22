package transport

import (
	"errors"
	"fmt"
	"io"
	"os"
	"runtime"
	"sync"
	"sync/atomic"
	"syscall"
)

// Shm is a connection through memory that both processes have mapped: two
// rings, one a direction, that ring.go describes. It is a [Conn].
//
// Send puts a frame into the ring, Flush shows it to the other side. A frame
// goes through memory as it is: what the sender encodes into [Shm.Room] is what
// the receiver decodes from, and nothing is copied between. Only a frame of more
// than half a ring goes in parts, and is put together in memory of its own.
//
// A receiver that finds nothing looks for a few microseconds, as long as that
// helps, and sleeps then. There is no end of file in memory: who owns the
// connection says with [Shm.Hangup] that the other side is gone.
type Shm struct {
	memory *shmMemory
	bells  bells
	limit  int
	closed atomic.Bool
	gone   atomic.Bool // the other side
	sealed atomic.Bool // nothing more is to be received
	in     *shmIn
	out    *shmOut
	freed  bool // guarded by the locks of both
}

// shmIn is what the receiver uses.
type shmIn struct {
	mu sync.Mutex // held by Recv, for Close to wait for
	ringReader
	closed *atomic.Bool // then the memory may be gone
	lent   bool         // the receiver has a frame that is in the ring
	dead   error        // why Recv can not go on
	_      [64]byte
}

// shmOut is what the sender uses.
type shmOut struct {
	mu sync.Mutex // held by Send and Flush, for Close to wait for
	ringWriter
	run    uint64
	given  bool  // the sender has a part of the ring, by Room
	broken error // why Send can not go on
	_      [64]byte
}

var (
	errShmClosed = fmt.Errorf("shared memory: %w", os.ErrClosed)
	errShmGone   = fmt.Errorf("shared memory: the other side is gone: %w", syscall.EPIPE)
)

// shmShape is how large the rings are.
type shmShape struct {
	ring  int  // bytes, a power of two
	first int  // bytes that are there from the start, a power of two
	bells bool // doorbells, also where there is something better
}

// Note: 4 MiB is the size for which a frame of 1 MiB is lent, with room for the
// next one while it is; the windows of the pool do not fill more. The system
// is asked for memory only as it is needed, because a page costs microseconds:
// a worker with small frames uses 128 KiB each way, which fit into a cache.
var defaultShape = shmShape{ring: 4 << 20, first: 128 << 10}

// NewShm makes the memory for the pool run and returns the coordinator's end of
// the connection, and the descriptors that the worker process inherits, in the
// order in which [OpenShm] wants them. The caller closes those when the process
// was started. Frames of more than limit bytes, payload and trailer together,
// are refused in both directions.
//
// The memory has no name in any file system on Linux, and none that lasts
// elsewhere. No room for it is an error. On systems that are not Unix the error
// wraps [errors.ErrUnsupported].
func NewShm(run uint64, limit int) (near *Shm, theirs []*os.File, err error) {
	return newShm(run, limit, defaultShape)
}

func newShm(run uint64, limit int, shape shmShape) (near *Shm, theirs []*os.File, err error) {
	fail := func(err error) (*Shm, []*os.File, error) {
		return nil, nil, fmt.Errorf("shared memory of %d bytes: %w", memorySize(shape.ring), err)
	}
	memory, err := newMemory(memorySize(shape.ring))
	if err != nil {
		return fail(err)
	}
	theirs, bells, err := equip(memory, shape)
	if err != nil {
		memory.close()
		return fail(err)
	}
	stamp(memory.bytes, run)
	return connectShm(run, limit, shape.first, memory, bells, 1), theirs, nil
}

// equip gets what belongs to fresh memory: the first part of each ring, and the
// bells.
func equip(memory *shmMemory, shape shmShape) (theirs []*os.File, b bells, err error) {
	if err := memory.back(0, ringHead+shape.first); err != nil {
		return nil, b, err
	}
	if err := memory.back(ringHead+shape.ring, ringHead+shape.ring+shape.first); err != nil {
		return nil, b, err
	}
	file, err := duplicate(memory.file)
	if err != nil {
		return nil, b, err
	}
	theirs, b, err = newBells(shape.bells)
	if err != nil {
		file.Close()
		return nil, b, err
	}
	return append([]*os.File{file}, theirs...), b, nil
}

// OpenShm returns the worker's end of the connection that [NewShm] made, from
// the descriptors that this process inherited. It owns them, also when it fails.
// Those of pipes, where there are any, must not block.
func OpenShm(run uint64, limit int, inherited []*os.File) (*Shm, error) {
	s, err := openShm(run, limit, inherited)
	if err != nil {
		closeFiles(inherited)
		return nil, fmt.Errorf("inherited shared memory: %w", err)
	}
	return s, nil
}

func openShm(run uint64, limit int, inherited []*os.File) (*Shm, error) {
	if len(inherited) == 0 {
		return nil, errors.New("no descriptor")
	}
	bells, err := takeBells(inherited[1:])
	if err != nil {
		return nil, err
	}
	memory, err := openMemory(inherited[0])
	if err != nil {
		return nil, err
	}
	if err := checkStamp(memory.bytes, run); err != nil {
		memory.close()
		return nil, err
	}
	first := min(defaultShape.first, (len(memory.bytes)-ringHead)/2)
	return connectShm(run, limit, first, memory, bells, 0), nil
}

// connectShm returns the end of a connection that reads ring in, and writes the
// other.
func connectShm(run uint64, limit, first int, memory *shmMemory, b bells, in int) *Shm {
	controls, rings := ringsOf(memory.bytes)
	out := 1 - in
	s := &Shm{memory: memory, bells: b, limit: limit}
	s.in = &shmIn{closed: &s.closed, ringReader: ringReader{
		ring: rings[in], control: controls[in], run: run, limit: limit,
		writer: b[bellTheirRoom],
		sleep:  newSleeper(&controls[in].readerSleeps, b[bellFrames]),
		ended: func() error {
			if s.sealed.Load() {
				return io.EOF
			}
			return s.ended(controls[in], io.EOF)
		},
	}}
	at := ringHead + out*len(rings[out])
	s.out = &shmOut{run: run, ringWriter: ringWriter{ringRoom: ringRoom{
		ring: rings[out], control: controls[out], have: first, rewindAt: rewindAfter,
		reader: b[bellTheirFrames],
		sleep:  newSleeper(&controls[out].writerSleeps, b[bellRoom]),
		ended:  func() error { return s.ended(controls[out], errShmGone) },
		back:   func(from, to int) error { return memory.back(at+from, at+to) },
	}}}
	s.in.ready, s.out.ready = s.in.arrived, s.out.roomy
	runtime.AddCleanup(s, func(m *shmMemory) { m.close() }, memory)
	return s
}

// ended returns why nothing more will happen to a ring: gone when it is the
// other side that is.
func (s *Shm) ended(c *ringControl, gone error) error {
	switch {
	case s.closed.Load():
		return errShmClosed
	case s.gone.Load() || c.closed.Load() != 0:
		return gone
	}
	return nil
}

// Send implements [Conn]. It copies the frame, unless its payload is in the
// memory that [Shm.Room] gave. A frame over the limit is refused with
// [ErrTooLarge], and the connection lives on. When there is no room, Send shows
// the other side what there is and waits; an error that wraps [syscall.EPIPE]
// means that nobody will make room.
func (s *Shm) Send(f *Frame) error { return s.unlessClosed(s.out.send(f, s.limit)) }

func (o *shmOut) send(f *Frame, limit int) error {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.given = false
	if err := o.alive(); err != nil {
		return err
	}
	if size := len(f.Payload) + len(f.Trailer); size > limit {
		return fmt.Errorf("%w: %d bytes, limit %d", ErrTooLarge, size, limit)
	}
	h := f.Header
	h.Run = o.run
	o.broken = o.put(h, f.Payload, f.Trailer)
	return o.broken
}

func (o *shmOut) alive() error {
	if o.broken == nil {
		o.broken = o.ended()
	}
	return o.broken
}

// Flush implements [Conn]: what was sent is shown to the other side, at once.
func (s *Shm) Flush() error { return s.unlessClosed(s.out.flush()) }

func (o *shmOut) flush() error {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.pending() == 0 {
		return o.broken
	}
	if err := o.alive(); err != nil {
		return err
	}
	o.publish()
	return nil
}

// Pending returns how many bytes of the ring wait for a Flush.
func (s *Shm) Pending() int { return s.out.pending() }

// Room returns an empty slice of the ring, where the payload of the next frame
// is to be, with as much capacity as there is without waiting: usually as much
// as the last frame needed. A payload that was appended to it is sent without a
// copy; one that outgrew it, and so was moved by append, is copied as any other.
// It belongs to the sender until the next Send.
func (s *Shm) Room() []byte {
	b, err := s.out.giveRoom()
	s.unlessClosed(err)
	return b
}

func (o *shmOut) giveRoom() ([]byte, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.given = false
	if err := o.alive(); err != nil {
		return nil, err
	}
	b := o.room()
	o.given = b != nil
	return b, nil
}

// Recv implements [Conn], but for one thing: it may lend. See [Shm.Lends].
func (s *Shm) Recv(f *Frame) error { return s.unlessClosed(s.in.recv(f)) }

func (i *shmIn) recv(f *Frame) (err error) {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.lent = false
	if i.dead == nil && i.closed.Load() {
		i.dead = errShmClosed
	}
	if i.dead == nil {
		i.lent, i.dead = i.get(f)
	}
	return i.dead
}

// Lends reports whether the frame that Recv returned last is lent: payload and
// trailer are in the ring itself, until the next Recv or, if that comes first,
// until all use of the connection has ended. Who wants to keep them copies them.
// A frame that is not lent is the caller's. It belongs to the goroutine that
// receives.
func (s *Shm) Lends() bool { return s.in.lent }

// Buffered implements [Conn].
func (s *Shm) Buffered() bool {
	s.in.mu.Lock()
	defer s.in.mu.Unlock()
	if s.in.dead != nil || s.closed.Load() {
		return false
	}
	there, err := s.in.there()
	return there || err != nil
}

// Reuse implements [Conn]. What was lent is given back by the next Recv.
func (s *Shm) Reuse(f *Frame) { reuse(f) }

// Hangup says that the other side is gone. Recv returns the frames that are
// there, and then io.EOF; a Send that waits for room fails. It may be called at
// any time, from anywhere, and more than once.
func (s *Shm) Hangup() {
	s.gone.Store(true)
	s.memory.while(s.interrupt)
}

// Return implements [Lender]. Close does not wait for what was given back.
func (s *Shm) Return() {
	s.in.mu.Lock()
	s.in.lent = false
	s.in.mu.Unlock()
	s.out.mu.Lock()
	s.out.given = false
	s.out.mu.Unlock()
	if s.closed.Load() {
		s.free()
	}
}

// CloseRecv implements [Lender].
func (s *Shm) CloseRecv() {
	s.sealed.Store(true)
	s.memory.while(func() { s.bells[bellFrames].interrupt(&s.in.control.readerSleeps) })
}

// Waiting implements [Lender].
func (s *Shm) Waiting() (n int) {
	s.in.mu.Lock()
	defer s.in.mu.Unlock()
	if s.in.dead != nil || s.closed.Load() {
		return 0
	}
	return int(min(s.in.control.write.Load()-s.in.pos, uint64(len(s.in.ring))))
}

// interrupt ends waiting, at this side.
func (s *Shm) interrupt() {
	s.bells[bellFrames].interrupt(&s.in.control.readerSleeps)
	s.bells[bellRoom].interrupt(&s.out.control.writerSleeps)
}

// Close implements [Conn]. The other side finds what was flushed, and then the
// end. A second call does nothing.
//
// The memory goes when it is not used any more. While a frame is lent or a Room
// given out, that is with the next Recv or Send, which fail.
func (s *Shm) Close() error {
	if s.closed.Swap(true) {
		return nil
	}
	s.memory.while(func() {
		s.interrupt()
		s.in.control.closed.Store(1)
		s.out.control.closed.Store(1)
		wake(&s.out.control.readerSleeps, s.bells[bellTheirFrames])
		wake(&s.in.control.writerSleeps, s.bells[bellTheirRoom])
	})
	return s.free()
}

// unlessClosed passes an error on. After Close, a call that failed may have
// been the last that used the memory.
func (s *Shm) unlessClosed(err error) error {
	if err != nil && s.closed.Load() {
		s.free()
	}
	return err
}

// free gives the memory back once nobody uses it.
func (s *Shm) free() error {
	s.in.mu.Lock()
	defer s.in.mu.Unlock()
	s.out.mu.Lock()
	defer s.out.mu.Unlock()
	if s.freed || s.in.lent || s.out.given {
		return nil
	}
	s.freed = true
	return errors.Join(s.memory.close(), s.bells.close())
}
